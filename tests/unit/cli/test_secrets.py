"""Where the password comes from: the options first, then the keyring, then a person."""

import io
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from tests.unit import rings

from mailsetup import passwords
from mailsetup.account import Address, Secret, Token
from mailsetup.cli.console import Console
from mailsetup.cli.credentials import PasswordSource
from mailsetup.cli.secrets import first_line_of, unlocking
from mailsetup.errors import Message, WrongUsage

ADA = Address.parse("ada@example.org")
Use = Callable[[KeyringBackend], None]


class Screen(io.StringIO):
    """A terminal, as far as anybody asks."""

    def isatty(self) -> bool:
        return True


class Person(Console):
    """Somebody at a terminal who types one password, and what they were asked."""

    asked: int = 0

    def ask_secret(self, question: Message) -> Secret:
        self.asked += 1
        return Secret("typed")


def person() -> Person:
    return Person(out=Screen(), err=Screen(), asked_stdin=Screen())


def script(stdin: str = "") -> Console:
    return Console(out=io.StringIO(), err=io.StringIO(), asked_stdin=io.StringIO(stdin))


def source(
    *,
    password_stdin: bool = False,
    password_command: str | None = None,
    no_login: bool = False,
    token_command: str | None = None,
) -> PasswordSource:
    return PasswordSource(
        password_stdin=password_stdin,
        password_command=password_command,
        no_login=no_login,
        token_command=token_command,
    )


def first_line(command: str) -> str:
    return first_line_of("--password-command", command)


def told(console: Console) -> str:
    assert isinstance(console.err, io.StringIO)
    return " ".join(console.err.getvalue().split())


def python(code: str) -> str:
    """A command line that runs this."""
    return shlex.join([sys.executable, "-c", code])


@pytest.fixture
def use() -> Iterator[Use]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def ring(use: Use) -> rings.Works:
    works = rings.Works()
    works.kept = {"mailsetup ada@example.org": "stored"}
    use(works)
    return works


def test_no_login_needs_no_password_and_asks_nobody(ring: rings.Works) -> None:
    console = person()
    assert source(no_login=True).read(console, ADA) is None
    assert (ring.asked, console.asked) == ([], 0)


def test_stdin_goes_before_the_keyring(ring: rings.Works) -> None:
    assert source(password_stdin=True).read(script("piped\n"), ADA) == Secret("piped")
    assert ring.asked == []


def test_a_command_goes_before_the_keyring(ring: rings.Works) -> None:
    assert source(password_command=python("print('made')")).read(script(), ADA) == Secret("made")
    assert ring.asked == []


def test_the_keyring_goes_before_a_person(ring: rings.Works) -> None:
    console = person()
    assert source().read(console, ADA) == Secret("stored")
    assert console.asked == 0


def test_a_person_is_asked_where_nothing_is_stored(use: Use) -> None:
    use(rings.Works())
    console = person()
    assert source().read(console, ADA) == Secret("typed")
    assert "keyring" not in told(console).replace("Looking into the keyring", "")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (rings.Locked, "The keyring is locked."),
        (rings.Fails, "The keyring failed (OSError)."),
        (rings.Plaintext, "does not keep passwords safe."),
    ],
)
def test_a_person_is_told_why_the_keyring_is_of_no_use_and_then_asked(
    kind: type[KeyringBackend], why: str, use: Use
) -> None:
    use(kind())
    console = person()
    assert source().read(console, ADA) == Secret("typed")
    assert why in told(console)


def test_the_use_of_the_keyring_is_told(ring: rings.Works) -> None:
    console = script()
    source().read(console, ADA)
    assert (
        told(console) == "Using the password of ada@example.org stored in the keyring (a keyring for tests)."
    )


def test_without_a_password_and_without_a_person_the_ways_are_named(use: Use) -> None:
    use(rings.Works())
    with pytest.raises(WrongUsage) as raised:
        source().read(script(), ADA)
    for way in ("mailsetup password set", "--password-stdin", "--password-command", "--no-login"):
        assert way in str(raised.value)


def test_two_sources_at_once_are_refused() -> None:
    with pytest.raises(WrongUsage, match="--password-stdin and --password-command"):
        source(password_stdin=True, password_command="pass show mail")


def test_the_keyring_is_waited_for_longer_where_a_person_can_unlock_it() -> None:
    with unlocking(person()) as with_somebody, unlocking(script()) as with_nobody:
        assert with_somebody == passwords.PERSON_SECONDS > with_nobody == passwords.ALONE_SECONDS


@pytest.mark.parametrize(
    ("printed", "password"),
    [
        (b"sesame\n", "sesame"),
        (b"sesame", "sesame"),
        (b"sesame\r\nuser: ada\r\n", "sesame"),
        (b" a b\t\n", " a b\t"),
        ("Schlüssel“\n".encode(), "Schlüssel“"),
    ],
)
def test_the_first_line_of_the_command_is_the_password(printed: bytes, password: str) -> None:
    assert first_line(python(f"import sys; sys.stdout.buffer.write({printed!r})")) == password


@pytest.mark.skipif(sys.platform == "win32", reason="a Windows program splits its command line itself")
def test_the_command_is_split_as_a_shell_would_and_no_shell_sees_it(tmp_path: Path) -> None:
    command = f'{python("import sys; print(sys.argv[1:])")} "a b" $HOME ;touch {tmp_path}/x'
    assert first_line(command) == str(["a b", "$HOME", ";touch", f"{tmp_path}/x"])
    assert list(tmp_path.iterdir()) == []


def test_the_command_has_an_empty_stdin() -> None:
    assert first_line(python("import sys; print([sys.stdin.read()])")) == "['']"


FAULTS = {
    "no such program": ("/nonexistent/hunter2", "could not be started"),
    "not a program": ("/etc", "could not be started"),
    "nothing": ("", "is empty"),
    "blanks": ("  ", "is empty"),
    "an open quote": ("echo 'hunter2", "never closed"),
    "a NUL": ("echo hunter2\0", "never closed"),
    "a failure": (python("print('hunter2'); raise SystemExit(41)"), "exit status 41"),
    "no output": (python("pass"), "is empty"),
    "an empty line": (python("print(); print('hunter2')"), "is empty"),
    "no text": (python("import sys; sys.stdout.buffer.write(b'hunter2\\xff')"), "no UTF-8 text"),
    "a flood": (python("while True: print('hunter2')"), "far more than a password or a token"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_command_that_gives_no_password_is_told_without_what_it_is_or_printed(name: str) -> None:
    command, why = FAULTS[name]
    with pytest.raises(WrongUsage, match=why) as raised:
        first_line(command)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("name", FAULTS)
def test_a_command_that_gives_no_token_is_told_by_its_own_option(name: str) -> None:
    command, why = FAULTS[name]
    with pytest.raises(WrongUsage, match=why) as raised:
        source(token_command=command).token()
    assert "--token-command" in str(raised.value)
    assert "--password-command" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_token_comes_from_its_command_as_a_token() -> None:
    assert source(token_command=python("print('t0ken')")).token() == Token("t0ken")


def test_with_a_token_nobody_is_asked_for_a_password(ring: rings.Works) -> None:
    console = person()
    assert source(token_command="no-such-program").read(console, ADA) is None
    assert (ring.asked, console.asked) == ([], 0)


def test_without_a_login_no_token_is_fetched() -> None:
    assert source(no_login=True, token_command="no-such-program").token() is None


@pytest.mark.parametrize("also", [{"password_stdin": True}, {"password_command": "pass show mail"}])
def test_a_token_and_a_password_at_once_are_refused(also: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage, match="--token-command"):
        source(token_command="t", **also)
