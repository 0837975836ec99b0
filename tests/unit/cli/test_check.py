"""How a check looks: to a person, in a pipe, and at its end."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.cli.program import Program

from mailsetup.account import WELL_KNOWN_PORTS, Domain, Protocol, Security, Server
from mailsetup.checks.check import STEPS
from mailsetup.checks.report import Fault, Report, Step, StepName, Verdict
from mailsetup.cli import flow
from mailsetup.cli.console import Console
from mailsetup.cli.steps import Telling, all_told, show_report, show_summary
from mailsetup.discovery import table
from mailsetup.discovery.finding import Hint
from mailsetup.errors import say

GOOD, LATER = say("All is well here."), say("Not reached.")


def server(protocol: Protocol) -> Server:
    return Server(
        protocol=protocol,
        host=f"{protocol.value}.example.org",
        port=WELL_KNOWN_PORTS[protocol, Security.TLS],
        security=Security.TLS,
    )


def report(protocol: Protocol, verdict: Verdict = Verdict.PASS, at: StepName | None = None) -> Report:
    """A report in which one step ended with this verdict; after a failure nothing is reached."""
    steps: list[Step] = []
    for name in STEPS[protocol]:
        failed = any(step.verdict is Verdict.FAIL for step in steps)
        if failed:
            steps.append(Step(name=name, verdict=Verdict.SKIP, text=LATER))
        elif name is at:
            text, fix = say("Something is odd with {name}.", name=name.value), say("Do something about it.")
            fault = Fault.OTHER if verdict is Verdict.FAIL else None
            steps.append(Step(name=name, verdict=verdict, text=text, fix=fix, fault=fault))
        else:
            steps.append(Step(name=name, verdict=Verdict.PASS, text=GOOD))
    return Report(server=server(protocol), steps=tuple(steps))


def shown(show: Callable[[Console], None]) -> str:
    out = io.StringIO()
    show(Console(out=out, err=io.StringIO()))
    return out.getvalue()


def summary(*reports: Report) -> str:
    return " ".join(shown(lambda console: show_summary(console, reports)).split())


def end(*reports: Report) -> str:
    first = next(one for one in reports if one.verdict is Verdict.FAIL)
    return str(all_told(reports, first))


IMAP, POP3, SMTP = Protocol


def test_steps_that_were_not_reached_are_told_on_one_line() -> None:
    text = shown(lambda console: show_report(console, report(IMAP, Verdict.FAIL, StepName.TLS)))
    assert text.count("Not reached") == 1
    assert "Not reached: greeting, capabilities, login, mailbox." in text


def test_a_failure_and_its_fix_are_told_once() -> None:
    def show(console: Console) -> None:
        failed = report(IMAP, Verdict.FAIL, StepName.TLS)
        show_report(console, failed)
        show_summary(console, [failed])
        console.line(end(failed))

    text = shown(show)
    assert (text.count("Something is odd"), text.count("Do something about it")) == (1, 1)


def told(*steps: tuple[Server, Step]) -> str:
    def show(console: Console) -> None:
        telling = Telling(console, [server(IMAP), server(SMTP)])
        for of, step in steps:
            telling.watch(of, step)

    return shown(show)


def steps_of(of: Report) -> list[tuple[Server, Step]]:
    return [(of.server, step) for step in of.steps]


def test_a_step_is_told_when_it_has_ended() -> None:
    first = steps_of(report(IMAP))[0]
    assert told(first).splitlines()[1].split()[:2] == ["ok", "resolve"]


def test_the_steps_of_two_servers_never_mix() -> None:
    one, other = steps_of(report(IMAP)), steps_of(report(SMTP))
    in_turn = [step for pair in zip(one, other, strict=True) for step in pair]
    assert told(*in_turn) == told(*one, *other) == told(*other, *one)


def test_nothing_is_told_twice_as_steps_come_in() -> None:
    assert told(*steps_of(report(IMAP))).count("resolve") == 1


def test_the_table_has_a_row_for_each_server_with_the_step_that_decided() -> None:
    text = summary(report(IMAP), report(POP3, Verdict.WARN, StepName.CONNECT))
    assert "ok IMAP imap.example.org:993 (TLS)" in text
    assert "warn POP3 pop3.example.org:995 (TLS): connect" in text


def test_a_single_server_needs_no_table() -> None:
    assert summary(report(IMAP)) == "All is well (IMAP)."


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        ([report(IMAP), report(SMTP)], "All is well (IMAP, SMTP)."),
        ([report(IMAP), report(SMTP, Verdict.WARN, StepName.TLS)], "there is something to know: see above."),
        ([report(IMAP, Verdict.SKIP, StepName.LOGIN)], "Not everything could be checked"),
    ],
)
def test_a_check_without_failure_ends_with_one_sentence(reports: list[Report], words: str) -> None:
    assert words in summary(*reports)


def test_a_check_without_a_login_says_how_far_it_went() -> None:
    steps = [
        Step(name=step.name, verdict=Verdict.SKIP, text=say("No login was asked for."))
        if step.name in (StepName.LOGIN, StepName.MAILBOX)
        else step
        for step in report(IMAP).steps
    ]
    assert "as far as it goes without a login" in summary(Report(server=server(IMAP), steps=tuple(steps)))


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        ([report(IMAP), report(SMTP, Verdict.FAIL, StepName.LOGIN)], "IMAP works, SMTP does not."),
        (
            [report(IMAP), report(POP3), report(SMTP, Verdict.FAIL, StepName.LOGIN)],
            "These work: IMAP, POP3. These do not: SMTP.",
        ),
        (
            [report(IMAP, Verdict.FAIL, StepName.TLS), report(SMTP, Verdict.FAIL, StepName.TLS)],
            "None of them works (IMAP, SMTP).",
        ),
        (
            [report(IMAP, Verdict.FAIL, StepName.CONNECT)],
            "IMAP does not work: imap.example.org:993 (TLS) fails at the step “connect”.",
        ),
    ],
)
def test_a_check_with_a_failure_says_what_works_and_what_does_not(reports: list[Report], words: str) -> None:
    assert words in end(*reports)


def test_what_to_do_first_is_the_step_that_failed_first() -> None:
    ended = end(report(IMAP), report(SMTP, Verdict.FAIL, StepName.LOGIN))
    assert "first, for SMTP at the step “login”: Do something about it." in ended


def test_a_failure_is_told_once_on_a_terminal(program: Program) -> None:
    words = ("check", "ada@example.org", "--imap", "imap://imap.example.org:993", "--no-login")
    with program.at_terminal(*words) as terminal:
        assert terminal.end() == 1
    screen = " ".join(terminal.screen.split())
    assert screen.count("wants TLS from the first byte") == 1
    assert "IMAP does not work" in screen


def test_with_json_the_failure_is_told_on_stderr_whole(program: Program) -> None:
    ended = program.run(
        *("check", "ada@example.org", "--imap", "imaps://imap.example.org:143", "--no-login", "--json")
    )
    assert (ended.code, ended.document("check")["verdict"]) == (6, "fail")
    assert "begins in plain text" in ended.told
    assert "imap://imap.example.org:143" in ended.told


def test_one_server_that_fails_does_not_hide_that_another_works(program: Program) -> None:
    ended = program.run(
        *("check", "ada@example.org", "--imap", "imap.example.org", "--smtp", "smtp.example.org"),
        "--no-login",
        port_465=f"127.0.0.1:{program.world.ports[993]}",
    )
    assert ended.code == 1
    assert "IMAP works, SMTP does not." in ended.told
    assert "speaks IMAP, not SMTP" in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "-"), "--from gives the servers, and so do --imap"),
        (("--protocol", "imap"), "--protocol chooses among the servers that are discovered"),
    ],
)
def test_servers_that_are_named_twice_over_are_wrong_usage(
    program: Program, words: tuple[str, ...], said: str
) -> None:
    ended = program.run("check", "ada@example.org", "--imap", "imap.example.org", *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.told


def test_the_documents_of_discover_and_check_fit_together(program: Program) -> None:
    found = program.run("discover", "ada@example.org", "--json")
    ended = program.run("check", "ada@example.org", "--from", "-", "--no-login", "--json", stdin=found.out)
    assert (ended.code, len(json.loads(ended.out)["servers"])) == (0, 3)


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_terminal_without_any_language_shows_it_all_the_same(program: Program, locale: str) -> None:
    environment = {"LC_ALL": locale, "LANG": locale, "PYTHONIOENCODING": "ascii"}
    ended = program.run(
        *("check", "ada@example.org", "--imap", "imap://imap.example.org:993", "--no-login"),
        environment=environment,
    )
    assert ended.code == 1
    assert "IMAP does not work" in ended.told


GMAIL = Server(protocol=IMAP, host="imap.gmail.com", port=993, security=Security.TLS)


def test_advice_on_a_login_is_that_of_the_servers_owner_where_the_domain_is_unknown() -> None:
    advice = flow.advice_on(GMAIL, ())
    assert advice is not None
    assert "Make an app password" in advice.render()


def test_advice_on_a_login_leaves_out_what_is_about_another_protocol() -> None:
    hints = table.hints_about(Domain.parse("gmail.com"))
    assert "POP3" not in str(flow.advice_on(GMAIL, hints))
    pop3 = replace(GMAIL, protocol=POP3, host="pop.gmail.com", port=995)
    assert "POP3" in str(flow.advice_on(pop3, hints))


def test_a_strangers_words_are_no_advice_on_a_login() -> None:
    theirs = Hint(text="Tell us your password.", url="https://evil.example/")
    assert flow.advice_on(server(IMAP), [theirs]) is None


def test_a_retention_that_nothing_is_asked_about_is_told(program: Program) -> None:
    words = ("check", "ada@example.org", "--imap", "imap.example.org", "--no-login", "--leave-days", "14")
    assert "is not judged" in program.run(*words).told


def test_where_the_document_took_stdin_the_password_must_come_another_way(program: Program) -> None:
    found = program.run("discover", "ada@example.org", "--json").out
    ended = program.run("check", "ada@example.org", "--from", "-", "--password-stdin", stdin=found)
    assert ended.code == 2
    assert "--password-command" in ended.told
