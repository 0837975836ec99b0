"""From words to an exit code: every failure is one sentence, one fix and one number."""

import json
import os
import subprocess
import sys
from importlib import import_module
from typing import IO

import click
import jsonschema
import pytest

from mailsetup import __version__, schema
from mailsetup.cli import main
from mailsetup.cli.main import COMMANDS, EXIT_CODES, exit_code, run
from mailsetup.demo.world import DemoNotInstalled
from mailsetup.errors import MailsetupError, say

HEAVY = {
    "anyio",
    "cryptography",
    "dns",
    "email_validator",
    "httpcore2",
    "publicsuffixlist",
    "service_identity",
}


def mailsetup(
    *words: str, stdin: int | None = None, stdout: int | IO[bytes] = subprocess.PIPE, unbuffered: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own."""
    return subprocess.run(
        [sys.executable, *(["-u"] if unbuffered else []), "-P", "-m", "mailsetup.cli.main", *words],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        check=False,
    )


def raises(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the program one more command, which ends like this."""

    @click.command()
    @click.option("--json", is_flag=True)
    @click.option("--debug", is_flag=True)
    def stumble(json: bool, debug: bool) -> None:
        raise error

    monkeypatch.setitem(main.mailsetup.commands, "stumble", stumble)
    monkeypatch.setattr(main.mailsetup, "get_command", lambda _, name: main.mailsetup.commands.get(name))


def test_the_exit_codes_are_those_of_the_design() -> None:
    assert {kind.__name__: code for kind, code in EXIT_CODES.items()} == {
        "CheckFailed": 1,
        "WrongUsage": 2,
        "NothingFound": 3,
        "NetworkFailed": 4,
        "LoginRefused": 5,
        "Unsafe": 6,
        "ProfileRefused": 7,
    }


def test_every_error_has_an_exit_code() -> None:
    def below(kind: type[MailsetupError]) -> list[type[MailsetupError]]:
        return [found for child in kind.__subclasses__() for found in (child, *below(child))]

    kinds = below(MailsetupError)
    assert DemoNotInstalled in kinds
    for kind in kinds:
        # Made without its fields: some want more than a sentence and a fix, and the code is by class alone.
        assert exit_code(kind.__new__(kind)) in range(1, 8)


@pytest.mark.parametrize(("kind", "code"), EXIT_CODES.items())
def test_an_error_is_one_sentence_and_one_fix_on_stderr(
    kind: type[MailsetupError], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raises(kind(say("{host} did it.", host="evil\x1b"), say("Do that.")), monkeypatch)
    assert run(["stumble"]) == code
    assert capsys.readouterr() == ("", "evil\ufffd did it.\nDo that.\n")


@pytest.mark.parametrize(("kind", "code"), EXIT_CODES.items())
def test_with_json_the_error_is_a_document_too(
    kind: type[MailsetupError], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raises(kind(say("{host} did it.", host="evil"), say("Do that.")), monkeypatch)
    assert run(["stumble", "--json"]) == code
    out, err = capsys.readouterr()
    assert err == "evil did it.\nDo that.\n"
    document = json.loads(out)
    jsonschema.Draft202012Validator(schema.json_schema("error")).validate(document)
    assert document == {
        "schema": "mailsetup/error/1",
        "subject": None,
        "error": "evil did it.",
        "fix": "Do that.",
        "exit": code,
    }


def test_a_fault_of_our_own_is_told_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raises(RuntimeError("the password is sesame"), monkeypatch)
    assert run(["stumble"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "mailsetup itself failed (RuntimeError)" in err
    assert "--debug" in err
    assert "sesame" not in err
    assert "Traceback" not in err


def test_with_debug_a_fault_of_our_own_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    raises(RuntimeError("sesame"), monkeypatch)
    with pytest.raises(RuntimeError):
        run(["stumble", "--debug"])


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_ends_with_130(
    stop: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raises(stop, monkeypatch)
    assert run(["stumble"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert "Stopped. Nothing was changed." in err


def test_an_interruption_is_a_document_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raises(KeyboardInterrupt(), monkeypatch)
    assert run(["stumble", "--json"]) == 130
    assert json.loads(capsys.readouterr().out)["exit"] == 130


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["dance"], "No such command 'dance'"),
        (["--dance"], "No such option '--dance'"),
        (["discover", "--dance", "example.org"], "No such option '--dance'"),
        (["discover"], "Missing argument 'ADDRESS-or-DOMAIN...'"),
        (["check", "ada@example.org", "hunter2"], "There are more words than mailsetup check takes."),
        (["ada@example.org"], "To set up an address: mailsetup setup ada@example.org"),
        (["discover", "ada"], "is not a mail domain"),
        (["check", "example.org"], "is not an email address"),
        (["check", "ada@example.org", "--imap", "127.0.0.1"], "is no server"),
        (["check", "ada@example.org", "--imap", "imap.example.org", "--username", ""], "--username"),
        (["check", "ada@example.org", "--imap", "imap.example.org", "--username", "a\x1bb"], "--username"),
        (["check", "ada@example.org", "--imap", "imap.example.org", "--username", "\udcff"], "--username"),
        (["check", "ada@example.org", "--timeout", "soon"], "is not a valid float"),
        (["check", "ada@example.org", "--from", "/nowhere.json"], "/nowhere.json"),
        (["export", "netscape", "ada@example.org"], "'netscape' is not"),
        (["setup", "ada@example.org", "--protocol", "imap", "--leave-days", "3"], "for POP3 only"),
        (["setup", "ada@example.org", "--accept", "com"], "is not a mail domain"),
        (["discover", "example.org", "--nameserver", "127.0.0.1:x"], "127.0.0.1:x"),
        (["discover", "example.org", "--connect-to", "x"], "x"),
        (
            ["discover", "example.org", "--ca-file", "/nowhere.pem", "--nameserver", "127.0.0.1:9"],
            "/nowhere.pem",
        ),
        (["discover", "example.org", "--ispdb", "ftp://x", "--nameserver", "127.0.0.1:9"], "ftp://x"),
        (["discover", "example.org", "--offline", "--ispdb", "https://x.example/"], "https://x.example/"),
        (["discover", "a.example", "b.example", "--only", "srv", "--skip", "srv"], "No source"),
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in " ".join(err.split())
    assert "Traceback" not in err
    assert "itself failed" not in err


def test_wrong_words_with_json_are_told_in_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["discover", "--json", "--dance"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["exit"] == 2
    assert document["fix"] == "See mailsetup discover --help."


def test_without_words_the_help_is_shown_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Usage: mailsetup [OPTIONS] COMMAND [ARGS]...\n")
    assert "\ufffd" not in err


@pytest.mark.parametrize("words", [["--help"], ["-h"], *([name, "--help"] for name in COMMANDS)])
def test_help_fits_a_terminal_and_shows_an_example(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "\n  Example" in out
    assert all(name in out for name in COMMANDS if words in (["--help"], ["-h"]))
    assert [line for line in out.splitlines() if len(line) > 80 and "mailsetup " not in line] == []


@pytest.mark.parametrize(("name", "told"), COMMANDS.items())
def test_each_command_is_listed_as_its_own_help_begins(name: str, told: str) -> None:
    command = getattr(import_module(f"mailsetup.cli.{name}"), name)
    assert command.help.startswith(told.removesuffix("."))


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_version_and_help_import_nothing_heavy(words: list[str]) -> None:
    script = (
        "import sys\n"
        "from mailsetup.cli.main import run\n"
        f"assert run({words!r}) == 0\n"
        "print(*(name.partition('.')[0] for name in sys.modules), file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ran.stderr.split())
    assert "click" in loaded
    assert loaded & HEAVY == set()
    assert ran.stdout


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr() == (f"mailsetup {__version__}\n", "")


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("words", [["--help"], ["discover", "--json", "ada@@example.org"]])
def test_a_reader_that_has_gone_is_no_reason_to_complain(unbuffered: bool, words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ended = mailsetup(*words, stdout=write, unbuffered=unbuffered)
    finally:
        os.close(write)
    assert b"Traceback" not in ended.stderr
    assert b"Broken" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr
    assert ended.returncode in (0, 2, 141)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a thing of Linux")
def test_a_result_that_cannot_be_written_is_told() -> None:
    with open("/dev/full", "wb") as full:
        ended = mailsetup("--help", stdout=full)
    assert ended.returncode == 1
    assert b"No space left on device" in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_may_be_closed_from_the_start(closed: str) -> None:
    command = f'("$0" -P -m mailsetup.cli.main check ada@@example.org {closed}); echo code $?'
    ended = subprocess.run(
        ["sh", "-c", command, sys.executable],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "code 2\n"
    assert "Traceback" not in ended.stderr
    assert ("is not an email address" in ended.stderr) == ("2>&-" not in closed)


@pytest.mark.parametrize("argument", [b"ada\xff@example.org", "ada@bücher@example".encode()])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_an_argument_that_no_encoding_knows_is_only_a_wrong_argument(argument: bytes, encoding: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "mailsetup.cli.main", "discover", argument, "--json"],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr
    assert json.loads(ended.stdout)["exit"] == 2
