"""`mailsetup check` against Cyrus, which speaks IMAP and POP3 in its own way, and announces SCRAM with -PLUS.

Debian does not install it beside Dovecot: its imapd and pop3d are unpacked into a folder that MAILSETUP_CYRUS
names, beside the packages cyrus-common and sasl2-bin. Without the variable these tests are left out.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from tests.world.others import ADA, MESSAGES, Cyrus
from tests.world.servers import CYRUS
from tests.world.world import PASSWORD, Outcome, World

pytestmark = [
    pytest.mark.world,
    pytest.mark.skipif("MAILSETUP_CYRUS" not in os.environ, reason="MAILSETUP_CYRUS names no folder"),
    pytest.mark.needs(f"{CYRUS}/imapd", "cyrus-imapd, unpacked"),
    pytest.mark.needs(f"{CYRUS}/pop3d", "cyrus-pop3d, unpacked"),
    pytest.mark.needs("/usr/sbin/cyrmaster", "cyrus-common"),
    pytest.mark.needs("/usr/sbin/saslpasswd2", "sasl2-bin"),
]

HOST = "mail.cyrus.example"
WAYS = pytest.mark.parametrize(
    ("option", "server"),
    [("--imap", HOST), ("--imap", f"{HOST}:143"), ("--pop3", HOST), ("--pop3", f"{HOST}:110")],
)
# It keeps mail for 30 days, and wants a minute between two logins.
STRICT = "strict.cyrus.example"
# It offers SCRAM too, whose -PLUS it binds to something that Python cannot tell (tls-unique, under TLS 1.3).
SCRAM = "scram.cyrus.example"


def _check(world: World, home: Path, *words: str, address: str = ADA, password: str = PASSWORD) -> Outcome:
    command = ("check", address, *words, "--json", "--verbose", "--password-stdin")
    return world.mailsetup(*command, home=home, given=password + "\n")


def _steps(outcome: Outcome) -> dict[str, dict[str, Any]]:
    [server] = outcome.json["servers"]
    return {step["step"]: step for step in server["steps"]}


@WAYS
def test_every_step_passes(world: World, cyrus: Cyrus, tmp_path: Path, option: str, server: str) -> None:
    outcome = _check(world, tmp_path, option, server)
    outcome.done()
    assert {step["verdict"] for step in _steps(outcome).values()} == {"pass"}


@WAYS
def test_a_wrong_password_is_told(
    world: World, cyrus: Cyrus, tmp_path: Path, option: str, server: str
) -> None:
    outcome = _check(world, tmp_path, option, server, password="wrong")
    assert outcome.code == 5
    assert _steps(outcome)["login"]["facts"]["refusal"] == "credentials"
    assert outcome.json["servers"][0]["logins_tried"] == 2


@pytest.mark.parametrize("option", ["--imap", "--pop3"])
def test_all_its_mechanisms_are_seen(world: World, cyrus: Cyrus, tmp_path: Path, option: str) -> None:
    facts = _steps(_check(world, tmp_path, option, SCRAM))["capabilities"]["facts"]
    scram = ["SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"]
    assert facts["mechanisms"] == ["LOGIN", "PLAIN", *scram]


@pytest.mark.parametrize("option", ["--imap", "--pop3"])
def test_a_scram_that_it_binds_to_something_else_is_no_wrong_password(
    world: World, cyrus: Cyrus, tmp_path: Path, option: str
) -> None:
    outcome = _check(world, tmp_path, option, SCRAM)
    outcome.done()
    login = _steps(outcome)["login"]
    assert (login["verdict"], login["facts"]["method"]) == ("warn", "SCRAM-SHA-256")


def test_mailbox_quota_and_folders_are_read_right(world: World, cyrus: Cyrus, tmp_path: Path) -> None:
    facts = _steps(_check(world, tmp_path, "--imap", HOST))["mailbox"]["facts"]
    assert facts["messages"] == facts["unread"] == MESSAGES
    assert facts["quota"]["limit_bytes"] == 10240 * 1024
    assert facts["special_folders"] == {name.lower(): name for name in ("Drafts", "Junk", "Sent", "Trash")}
    assert facts["idle"] is True


def test_the_inbox_is_only_looked_at(world: World, cyrus: Cyrus, tmp_path: Path) -> None:
    _check(world, tmp_path, "--imap", HOST).done()
    # Without tags.
    verbs = [command.split()[1] for command in cyrus.commands("imaps")]
    assert {"SELECT", "FETCH", "UID", "STORE", "APPEND", "COPY", "MOVE", "EXPUNGE", "CREATE"}.isdisjoint(
        verbs
    )
    assert "EXAMINE" in verbs


def test_by_pop3_nothing_is_fetched_or_deleted(world: World, cyrus: Cyrus, tmp_path: Path) -> None:
    _check(world, tmp_path, "--pop3", HOST).done()
    assert sorted(cyrus.commands("pop3s")) == ["LIST", "QUIT", "STAT", "UIDL"]


def test_messages_and_identifiers_are_read_right(world: World, cyrus: Cyrus, tmp_path: Path) -> None:
    steps = _steps(_check(world, tmp_path, "--pop3", HOST))
    assert steps["mailbox"]["facts"]["messages"] == MESSAGES
    kept = steps["retention"]["facts"]
    assert (kept["uidl"], kept["identifiers_sound"], kept["expire"]) == (True, True, "never")


def test_more_days_than_it_keeps_mail_are_told(world: World, cyrus: Cyrus, tmp_path: Path) -> None:
    # A mailbox of its own for each of the two, as it lets nobody in for a minute after a QUIT.
    outcome = _check(world, tmp_path, "--pop3", STRICT, "--leave-days", "60", address="long@cyrus.example")
    assert outcome.code == 1
    kept = _steps(outcome)["retention"]
    assert (kept["verdict"], kept["facts"]["expire"], kept["facts"]["login_delay"]) == ("fail", 30, 60)


def test_a_login_too_soon_is_no_wrong_password(world: World, cyrus: Cyrus, tmp_path: Path) -> None:
    words = ("--pop3", STRICT, "--leave-days", "14")
    _check(world, tmp_path, *words, address="often@cyrus.example").done()
    outcome = _check(world, tmp_path, *words, address="often@cyrus.example")
    assert outcome.code == 1
    assert _steps(outcome)["login"]["facts"]["refusal"] == "too-soon"
    assert outcome.json["servers"][0]["logins_tried"] == 1
