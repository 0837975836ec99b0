"""--token-command: a token in place of the password, for check and setup."""

import shlex
import sys

import pytest
from tests.unit.cli.program import Program

TOKEN = "ya29.t0ken-of-ada"
COMMAND = shlex.join([sys.executable, "-c", f"print({TOKEN!r})"])


@pytest.mark.parametrize("way", [["--imap", "imap.example.org"], ["--smtp", "smtp.example.org"]])
def test_a_token_goes_to_no_server_that_takes_only_passwords(program: Program, way: list[str]) -> None:
    ended = program.run("check", "ada@example.org", *way, "--token-command", COMMAND, "--verbose", "--json")
    assert ended.code == 1
    [server] = ended.document("check")["servers"]
    login = next(step for step in server["steps"] if step["step"] == "login")
    assert (server["logins_tried"], login["text"]) == (
        0,
        f"{server['server']['host']} takes no OAuth2 token; none was sent.",
    )
    assert TOKEN not in ended.out + ended.err


def test_with_a_token_nobody_is_asked_for_a_password(program: Program) -> None:
    ended = program.run("check", "ada@example.org", "--token-command", COMMAND)
    assert ended.code == 1
    assert "password for" not in (ended.out + ended.err).lower()


@pytest.mark.parametrize("other", [["--password-stdin"], ["--password-command", "pass show mail"]])
def test_a_token_and_a_password_at_once_are_wrong_usage(program: Program, other: list[str]) -> None:
    ended = program.run("check", "ada@example.org", "--token-command", COMMAND, *other)
    assert ended.code == 2
    assert "--token-command" in ended.err


def test_setup_with_a_token_stores_no_password(program: Program) -> None:
    ended = program.run(
        *("setup", "ada@example.org", "--client", "outlook", "--no-input", "--yes"),
        *("--token-command", COMMAND, "--output", str(program.home / "ada.prf")),
    )
    # The servers of the demo take only passwords, so nothing is written.
    assert ended.code == 1
    assert not (program.home / "ada.prf").exists()
    assert TOKEN not in ended.out + ended.err
