"""What may reach a terminal, and which of the two streams it goes to."""

import io
import json

import pytest

from mailsetup.cli.console import Console, clean, coloured, wrapped
from mailsetup.errors import LoginRefused, WrongUsage, say


class Terminal(io.StringIO):
    """A stream that says it is a terminal, and keeps what was written."""

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    """A stream that is none."""

    def isatty(self) -> bool:
        return False


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("\x1b]0;title\x07", "\ufffd]0;title\ufffd"),
        ("\x1b]8;;https://evil.example\x1b\\here", "\ufffd]8;;https://evil.example\ufffd\\here"),
        ("\x9b2J", "\ufffd2J"),
        ("\x90q\x9c", "\ufffdq\ufffd"),
        ("over\rwritten", "over\ufffdwritten"),
        ("two\nlines", "two\ufffdlines"),
        ("a\tb\x00c\x08d\x7f", "a\ufffdb\ufffdc\ufffdd\ufffd"),
        ("next\x85line\u2028and\u2029more", "next\ufffdline\ufffdand\ufffdmore"),
        ("\u202egro.elpmaxe\u202c", "\ufffdgro.elpmaxe\ufffd"),
        ("\u2066a\u2069\u061c\u200e\u200f", "\ufffda\ufffd\ufffd\ufffd\ufffd"),
        ("exa\u200bmple\u200d\ufeff", "exa\ufffdmple\ufffd\ufffd"),
        ("\udcff", "\ufffd"),
        ("tag\U000e0041", "tag\ufffd"),
        ("bücher.example – Дмитрий 日本語 😀", "bücher.example – Дмитрий 日本語 😀"),
    ],
)
def test_a_strangers_text_cannot_act_on_the_terminal(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_every_way_to_print_a_message_cleans_its_fields() -> None:
    out, err = Pipe(), Pipe()
    console = Console(verbose=True, out=out, err=err)
    hostile = say("It says {text}.", text="\x1b[2J\u202ex\ny")
    console.say(hostile)
    console.note(hostile)
    console.warn(hostile)
    console.talk("S: \x1b[2J\u202ex\ny")
    console.failure(LoginRefused(hostile, hostile))
    printed = out.getvalue() + err.getvalue()
    assert printed.count("[2J") == 6
    assert not {"\x1b", "\u202e"} & set(printed)
    assert "x\ufffdy" in printed


def test_a_json_document_holds_no_character_that_a_terminal_acts_on() -> None:
    out = Pipe()
    Console(as_json=True, out=out).document(json.dumps({"text": "\x1b\x7f\x9b\u202e"}, ensure_ascii=False))
    assert out.getvalue().isascii()
    assert out.getvalue().rstrip("\n").isprintable()
    assert json.loads(out.getvalue()) == {"text": "\x1b\x7f\x9b\u202e"}


def test_only_the_result_goes_to_stdout() -> None:
    out, err = Pipe(), Pipe()
    console = Console(verbose=True, out=out, err=err)
    console.say(say("The result."))
    console.note(say("A remark."))
    console.warn(say("Beware."))
    console.talk("S: * OK")
    console.failure(LoginRefused(say("Refused."), say("Try again.")))
    with console.waiting(say("Waiting")):
        pass
    assert out.getvalue() == "The result.\n"
    assert err.getvalue() == "A remark.\nWarning: Beware.\nS: * OK\nRefused.\nTry again.\n"


def test_with_json_stdout_is_the_document_and_nothing_else() -> None:
    out = Pipe()
    console = Console(as_json=True, out=out, err=Pipe())
    console.say(say("The result."))
    console.line("a line", style="title")
    console.document("{}")
    assert out.getvalue() == "{}\n"


def test_quiet_takes_away_remarks_and_leaves_warnings_and_failures() -> None:
    err = Pipe()
    console = Console(quiet=True, out=Pipe(), err=err)
    console.note(say("A remark."))
    console.warn(say("Beware."))
    console.failure(LoginRefused(say("Refused."), say("Try again.")))
    assert err.getvalue() == "Warning: Beware.\nRefused.\nTry again.\n"


def test_the_conversation_is_shown_only_where_it_was_asked_for() -> None:
    err = Pipe()
    Console(err=err).talk("S: * OK")
    assert err.getvalue() == ""


@pytest.mark.parametrize(
    ("stream", "environment", "welcome"),
    [
        (Terminal(), {}, True),
        (Pipe(), {}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_whose_owner_did_not_say_no(
    stream: io.StringIO, environment: dict[str, str], welcome: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert coloured(stream) is welcome
    console = Console(out=stream, err=stream)
    console.line("text", style="fail")
    console.warn(say("Beware."))
    assert ("\x1b[" in stream.getvalue()) is welcome


def test_each_stream_is_coloured_by_what_it_is_itself() -> None:
    out, err = Pipe(), Terminal()
    console = Console(out=out, err=err)
    console.line("text", style="fail")
    console.warn(say("Beware."))
    assert "\x1b" not in out.getvalue()
    assert "\x1b" in err.getvalue()


def test_what_is_waited_for_is_shown_on_a_terminal_and_taken_away_again() -> None:
    err = Terminal()
    with Console(out=Pipe(), err=err).waiting(say("Looking at {host}", host="h" * 200)):
        shown = err.getvalue()
    assert shown.startswith("Looking at hhh")
    assert "\n" not in err.getvalue()
    first, wiped, rest = err.getvalue().split("\r")
    assert len(first) <= 80
    assert len(wiped) >= len(first)
    assert (wiped.strip(), rest) == ("", "")


@pytest.mark.parametrize("console", [{"quiet": True}, {"as_json": True}, {"verbose": True}])
def test_waiting_is_not_shown_to_those_who_want_less_or_more(console: dict[str, bool]) -> None:
    err = Terminal()
    with Console(err=err, **console).waiting(say("Looking")):  # type: ignore[arg-type]
        pass
    assert err.getvalue() == ""


HOST = "a-very-long-host-name-with-hyphens." + "sub-domain." * 8 + "example.org"


def test_lines_are_short_and_host_names_are_never_cut() -> None:
    lines = wrapped(
        f"The certificate that was shown for {HOST} does not name it, and " + "so on " * 30
    ).split("\n")
    assert [line for line in lines if len(line) > 80] == [HOST]


def test_a_paragraph_hangs_where_it_is_told_to() -> None:
    assert wrapped("word " * 20, "-> ", "   ").split("\n") == [
        "-> " + " ".join(["word"] * 15),
        "   " + " ".join(["word"] * 5),
    ]
    assert wrapped("word " * 20, "  ").split("\n")[1].startswith("  word")


@pytest.mark.parametrize(
    ("asked", "err", "may_ask", "as_json"),
    [
        (Pipe(), Terminal(), True, False),
        (Terminal(), Pipe(), True, False),
        (Terminal(), Terminal(), False, False),
        (Terminal(), Terminal(), True, True),
    ],
)
def test_nobody_is_asked_where_nobody_can_answer(
    asked: io.StringIO, err: io.StringIO, may_ask: bool, as_json: bool
) -> None:
    console = Console(may_ask=may_ask, as_json=as_json, out=Pipe(), err=err, asked_stdin=asked)
    assert not console.interactive
    for question in (console.ask, console.agree, console.ask_secret):
        with pytest.raises(WrongUsage, match="nobody to ask: Shall it be"):
            question(say("Shall it be {so}?", so="so"))
    assert err.getvalue() == ""


def test_a_person_at_a_terminal_is_asked() -> None:
    assert Console(out=Pipe(), err=Terminal(), asked_stdin=Terminal()).interactive


@pytest.mark.parametrize(
    ("piped", "password"),
    [
        ("sesame\n", "sesame"),
        ("sesame", "sesame"),
        ("sesame\r\n", "sesame"),
        ("sesame\nmore\n", "sesame"),
        (" open sesame \n", " open sesame "),
        ("pässwörd\n", "pässwörd"),
    ],
)
def test_the_password_on_stdin_is_its_first_line_as_it_is(piped: str, password: str) -> None:
    assert Console(asked_stdin=io.StringIO(piped, newline="")).first_line_of_stdin().reveal() == password


@pytest.mark.parametrize("piped", ["", "\n", "\r\n", "\nsesame\n"])
def test_no_password_on_stdin_is_wrong_usage(piped: str) -> None:
    with pytest.raises(WrongUsage, match="stdin holds no password"):
        Console(asked_stdin=io.StringIO(piped, newline="")).first_line_of_stdin()


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_password_that_is_no_text_is_told_and_not_shown(errors: str) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"ses\xffame\n"), encoding="utf-8", errors=errors)
    with pytest.raises(WrongUsage, match="not UTF-8") as told:
        Console(asked_stdin=stdin).first_line_of_stdin()
    assert "ame" not in str(told.value)
    assert told.value.__suppress_context__


@pytest.mark.parametrize(
    ("out", "err", "quiet", "shown"),
    [
        (Pipe, Terminal, False, True),
        (Pipe, Terminal, True, False),
        (Pipe, Pipe, False, False),
        (Terminal, Terminal, False, False),
    ],
)
def test_progress_of_a_long_run_is_shown_where_it_disturbs_nothing(
    out: type[io.StringIO], err: type[io.StringIO], quiet: bool, shown: bool
) -> None:
    console = Console(out=out(), err=err(), quiet=quiet)
    with console.counting() as show:
        show(say("{count} done", count=412))
    assert ("412 done" in console.err.getvalue()) is shown
    assert console.err.getvalue().rpartition("412 done")[2].strip() == ""


def test_a_document_of_many_is_written_at_once_with_its_end() -> None:
    class Writes(Pipe):
        def __init__(self) -> None:
            super().__init__()
            self.pieces: list[str] = []

        def write(self, text: str) -> int:
            self.pieces.append(text)
            return super().write(text)

    out = Writes()
    Console(out=out).document_line('{"a": "\x7f"}')
    assert out.pieces == ['{"a": "\\u007f"}\n']


@pytest.mark.parametrize(("terminal", "width"), [(30, 40), (40, 40), (72, 72), (200, 80)])
def test_results_are_as_wide_as_the_terminal_from_40_to_80_columns(
    terminal: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(terminal))
    assert Console(out=Terminal()).width == width
    assert Console(out=Pipe()).width == 80
