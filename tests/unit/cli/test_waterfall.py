"""What `discover --explain` shows: every question on a time axis, what came of it, and what to mend."""

import io
from dataclasses import replace

import pytest
from tests.unit.discovery.world import ADA, IMAP, POP3, SMTP, found

from mailsetup.cli.console import Console
from mailsetup.cli.waterfall import draw_bar, show_mending, show_waterfall
from mailsetup.discovery.finding import Evidence, Finding, Outcome
from mailsetup.discovery.rank import rank
from mailsetup.errors import say

OWN = "https://autoconfig.example.org/mail/config-v1.1.xml"
MOVED = "https://settings.example.org/mail.xml"


def finding(
    outcome: Outcome = Outcome.NOTHING, started: float = 0.0, seconds: float = 1.0, **more
) -> Finding:
    more.setdefault("question", "SRV _imaps._tcp.example.org")
    more.setdefault("detail", say("There is no such record."))
    return Finding(source="srv", outcome=outcome, started=started, seconds=seconds, **more)


ANSWER = replace(
    found(IMAP, POP3, SMTP, question=OWN),
    started=0.5,
    seconds=0.25,
    evidence=(
        Evidence(asked="MX example.org", answer="10 mx.example.org", secure=False),
        Evidence(asked=OWN, answer=f"redirect to {MOVED}", secure=True),
        Evidence(asked=MOVED, answer="HTTP 200, 1000 bytes", secure=True),
    ),
)
CANCELLED = finding(
    Outcome.CANCELLED,
    seconds=2,
    question="TXT example.org",
    detail=say("No answer within {seconds} seconds.", seconds=2),
)
SKIPPED = finding(Outcome.SKIPPED, seconds=0, question="guess", detail=say("Not asked: it was not needed."))
LONG = finding(Outcome.FAILED, question="https://autoconfig.a-name-that-is-long.example/" + "x" * 60)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(*findings: Finding, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    show_waterfall(Console(out=out), rank(ADA, findings))
    show_mending(Console(out=out), rank(ADA, findings))
    return out.getvalue()


def test_a_bar_stands_where_and_as_long_as_a_question_was_open() -> None:
    assert draw_bar(finding(started=1, seconds=2), 4, 8) == "  ===="


def test_a_bar_tells_servers_from_none_and_shows_where_it_was_cut() -> None:
    outcomes = (Outcome.FOUND, Outcome.NOTHING, Outcome.CANCELLED)
    assert [draw_bar(finding(outcome), 2, 8) for outcome in outcomes] == ["####", "====", "===x"]


@pytest.mark.parametrize("started", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("total", [0.0, 1.0])
def test_even_the_shortest_has_a_bar_and_none_leaves_the_axis(started: float, total: float) -> None:
    bar = draw_bar(finding(started=started * total, seconds=0), total, 10)
    assert 1 <= len(bar) <= 10
    assert bar.strip() == "="


def test_every_question_stands_on_the_axis_in_order_and_names_its_outcome() -> None:
    lines = shown(finding(), ANSWER, CANCELLED).splitlines()
    begin = next(at for at, line in enumerate(lines) if line.endswith("2.000 s"))
    assert [line.split()[:2] + line.split()[-1:] for line in lines[begin + 1 : begin + 4]] == [
        ["1", "srv", "nothing"],
        ["2", "autoconfig", "found"],
        ["3", "srv", "cancelled"],
    ]


@pytest.mark.parametrize(("columns", "end"), [(40, "0.250 s"), (60, "0.250 s found")])
def test_on_a_narrow_terminal_the_axis_leaves_out_the_word_that_stands_below(
    columns: int, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    [row] = [line for line in shown(ANSWER, out=Terminal()).splitlines() if line.startswith("1 autoconfig")]
    assert row.endswith(end)


def test_of_an_answer_is_told_by_which_way_it_came_what_it_names_and_why_it_counts() -> None:
    text = shown(ANSWER)
    assert text[text.index(f"1 {OWN}") :].splitlines()[:8] == [
        f"1 {OWN}: found, trust: verified",
        "    seen  unsigned DNS: MX example.org: 10 mx.example.org",
        f"    seen  HTTPS: redirect to {MOVED}",
        f"    seen  HTTPS: {MOVED}: HTTP 200, 1000 bytes",
        "    names IMAP imap.example.org:993 (TLS)",
        "    names POP3 pop.example.org:995 (TLS)",
        "    names SMTP smtp.example.org:465 (TLS)",
        "    so    Counts: it stands first for IMAP, POP3, SMTP.",
    ]


def test_what_was_not_answered_is_told_on_one_line_with_the_reason() -> None:
    assert "1 TXT example.org: cancelled. No answer within 2 seconds.\n" in shown(CANCELLED)
    assert "1 SRV _imaps._tcp.example.org: There is no such record.\n" in shown(finding())


@pytest.mark.parametrize(("one", "times"), [(ANSWER, 1), (CANCELLED, 0)])
def test_the_words_of_trust_are_explained_once_and_where_one_is_shown(one: Finding, times: int) -> None:
    assert shown(one, one).count("curated (a maintained list of providers)") == times


def test_where_the_table_has_it_from_is_no_answer_that_came_by_https() -> None:
    source = Evidence(asked="https://provider.example/help", answer="as of 2026-01-27", secure=True)
    assert "from  https://provider.example/help, as of 2026-01-27\n" in shown(
        replace(ANSWER, evidence=(source,), ours=True)
    )


def test_a_reason_is_told_once() -> None:
    assert shown(finding()).count("There is no such record.") == 1


def test_who_was_not_asked_stands_last_and_without_a_bar() -> None:
    text = shown(SKIPPED, finding())
    assert "- guess: Not asked: it was not needed.\n" in text
    assert text.index("guess: Not") > text.index("SRV")


def test_those_not_asked_for_the_same_reason_are_told_together() -> None:
    assert "- guess, pacc: Not asked: it was not needed.\n" in shown(
        SKIPPED, replace(SKIPPED, question="pacc")
    )


def test_where_nobody_was_asked_that_is_said() -> None:
    assert "Nobody was asked." in shown(SKIPPED)


def test_what_to_mend_stands_at_the_end_and_only_where_there_is_something() -> None:
    title = "What the owner of example.org could mend"
    assert title not in shown(ANSWER)
    broken = finding(Outcome.REFUSED, question=OWN, detail=say("Its certificate has expired."))
    assert shown(broken).partition(title + "\n")[2].startswith("- Its certificate has expired. Mend it")


def test_a_record_to_publish_stands_whole_on_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    silent = finding(question="SRV _imaps._tcp.example.org", service="imaps")
    assert "\n  _imaps._tcp.example.org. SRV 0 1 993 imap.example.org.\n" in shown(
        ANSWER, silent, out=Terminal()
    )


@pytest.mark.parametrize("columns", [40, 60, 79, 80, 200])
def test_it_fits_the_terminal_but_for_names_that_are_longer(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = shown(finding(), ANSWER, CANCELLED, SKIPPED, LONG, out=Terminal())
    plain = text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    wide = [line for line in plain.splitlines() if len(line) > min(columns, 80)]
    assert [line for line in wide if "https://" not in line] == []


def test_all_of_it_is_ascii_and_says_in_words_what_colour_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(finding(), ANSWER, CANCELLED, SKIPPED, out=Terminal())
    assert text.isascii()
    assert "\x1b" not in text


def test_a_strangers_words_cannot_act_on_the_terminal() -> None:
    hostile = finding(
        question="TXT \x1b[2J",
        detail=say("It says {text}.", text="\x1b[31m"),
        evidence=(Evidence(asked="\x1b]0;", answer="\x9b2J", secure=False),),
    )
    assert not {"\x1b", "\x9b"} & set(shown(hostile))


def test_of_very_many_servers_and_records_only_some_are_shown() -> None:
    seen = tuple(Evidence(asked="TXT x", answer=str(number), secure=False) for number in range(50))
    text = shown(replace(ANSWER, offers=ANSWER.offers * 20, evidence=seen))
    assert "and 48 more" in text
    assert len(text.splitlines()) < 45
