"""`mailsetup check` against Exim, which speaks submission in its own way."""

from pathlib import Path
from typing import Any

import pytest
from tests.world.others import Exim
from tests.world.world import PASSWORD, Outcome, World

pytestmark = [pytest.mark.world, pytest.mark.needs("/usr/sbin/exim4", "exim4-daemon-light")]

ADA = "ada@exim.example"
HOST = "mail.exim.example"
WAYS = pytest.mark.parametrize("server", [HOST, f"{HOST}:587", f"smtps://{HOST}:2465"])


def _check(
    world: World, home: Path, address: str, server: str, *words: str, password: str = PASSWORD
) -> Outcome:
    command = ("check", address, "--smtp", server, "--json", "--verbose", "--password-stdin", *words)
    return world.mailsetup(*command, home=home, given=password + "\n")


def _steps(outcome: Outcome) -> dict[str, dict[str, Any]]:
    [server] = outcome.json["servers"]
    return {step["step"]: step for step in server["steps"]}


@WAYS
def test_every_step_passes(world: World, exim: Exim, tmp_path: Path, server: str) -> None:
    outcome = _check(world, tmp_path, ADA, server)
    outcome.done()
    assert {step["verdict"] for step in _steps(outcome).values()} == {"pass"}


def test_what_it_can_do_is_read_right(world: World, exim: Exim, tmp_path: Path) -> None:
    facts = _steps(_check(world, tmp_path, ADA, HOST))["capabilities"]["facts"]
    assert facts["mechanisms"] == ["LOGIN", "PLAIN"]
    assert facts["size_limit"] == 20 * 1024 * 1024
    assert (facts["eight_bit"], facts["smtputf8"]) == (True, True)
    assert {"CHUNKING", "PIPELINING", "PIPECONNECT"} <= set(facts["capabilities"])


@pytest.mark.parametrize(("server", "method"), [(HOST, "PLAIN"), (f"smtps://{HOST}:2465", "LOGIN")])
def test_the_login_takes_what_is_offered(
    world: World, exim: Exim, tmp_path: Path, server: str, method: str
) -> None:
    assert _steps(_check(world, tmp_path, ADA, server))["login"]["facts"]["method"] == method


@WAYS
def test_a_wrong_password_is_told_and_tried_twice(
    world: World, exim: Exim, tmp_path: Path, server: str
) -> None:
    outcome = _check(world, tmp_path, ADA, server, password="wrong")
    assert outcome.code == 5
    assert _steps(outcome)["login"]["facts"]["refusal"] == "credentials"
    assert outcome.json["servers"][0]["logins_tried"] == 2


@WAYS
def test_no_message_is_sent(world: World, exim: Exim, tmp_path: Path, server: str) -> None:
    log = exim.log()
    _check(world, tmp_path, ADA, server).done()
    log.wait_for("command QUIT")
    commands = [line.partition("command ")[2] for line in log.lines("command ")]
    assert commands == [f"MAIL {ADA}", f"RCPT {ADA}", "QUIT"]


def test_a_sender_that_the_login_does_not_own_is_told_in_the_servers_words(
    world: World, exim: Exim, tmp_path: Path
) -> None:
    outcome = _check(world, tmp_path, "eve@exim.example", HOST, "--username", ADA)
    assert outcome.code == 1
    assert "Sender address is not owned by" in _steps(outcome)["send"]["text"]


def test_greylisting_is_told_as_something_that_passes(world: World, exim: Exim, tmp_path: Path) -> None:
    outcome = _check(world, tmp_path, "grey@exim.example", HOST)
    assert outcome.code == 1
    send = _steps(outcome)["send"]
    assert send["facts"]["code"] == 451
    assert "Try again" in send["fix"]
