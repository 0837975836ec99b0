"""The ways to log in to a real Dovecot: SCRAM, a hash that SCRAM cannot use, and OAuth2 tokens."""

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.world.world import HASHED, PASSWORD, Outcome, World, token

pytestmark = pytest.mark.world
SERVERS = pytest.mark.parametrize("option", ["--imap", "--pop3", "--smtp"])


def _check(world: World, home: Path, address: str, *words: str, password: str = PASSWORD) -> Outcome:
    return world.mailsetup("check", address, *words, "--password-stdin", home=home, given=password + "\n")


def _with_token(world: World, home: Path, option: str, given: str) -> Outcome:
    file = home / "token"
    file.write_text(given)
    command = shlex.join([sys.executable, "-c", f"print(open({str(file)!r}).read())"])
    words = ("ada@srv.example", option, "mail.srv.example", "--json", "--token-command", command)
    outcome = world.mailsetup("check", *words, home=home)
    assert given not in outcome.out + outcome.err
    return outcome


def _login(outcome: Outcome) -> dict[str, Any]:
    [server] = outcome.json["servers"]
    return next(step for step in server["steps"] if step["step"] == "login")


@SERVERS
def test_scram_is_used_and_the_server_proves_itself(world: World, tmp_path: Path, option: str) -> None:
    outcome = _check(world, tmp_path, "ada@srv.example", option, "mail.srv.example", "--json")
    outcome.done()
    assert _login(outcome)["facts"]["method"] == "SCRAM-SHA-256"


@SERVERS
def test_a_wrong_password_by_scram_is_a_refused_login(world: World, tmp_path: Path, option: str) -> None:
    words = ("ada@srv.example", option, "mail.srv.example", "--username", "ada@srv.example", "--json")
    outcome = _check(world, tmp_path, *words, password="wrong")
    assert (outcome.code, _login(outcome)["facts"]["method"]) == (5, "SCRAM-SHA-256")
    assert outcome.json["servers"][0]["logins_tried"] == 1


@SERVERS
def test_a_password_that_the_server_has_only_as_a_hash_goes_by_plain_and_warns(
    world: World, tmp_path: Path, option: str
) -> None:
    world.fill_mailbox(HASHED)
    words = (option, "mail.srv.example", "--username", HASHED, "--json")
    outcome = _check(world, tmp_path, HASHED, *words)
    outcome.done()
    login = _login(outcome)
    assert (login["verdict"], login["facts"]["method"]) == ("warn", "PLAIN")


@SERVERS
def test_a_token_logs_in(world: World, tmp_path: Path, option: str) -> None:
    outcome = _with_token(world, tmp_path, option, token("ada@srv.example"))
    outcome.done()
    assert _login(outcome)["facts"]["method"] == "OAUTHBEARER"


@SERVERS
def test_a_token_that_has_run_out_is_told_as_that(world: World, tmp_path: Path, option: str) -> None:
    outcome = _with_token(world, tmp_path, option, token("ada@srv.example", lives=-5))
    assert outcome.code == 5
    assert _login(outcome)["facts"]["refusal"] == "token"
