"""`mailsetup check` against Dovecot."""

import time
from pathlib import Path
from typing import Any

import pytest
from tests.world.world import PASSWORD, Outcome, World

pytestmark = pytest.mark.world

STEPS = ["resolve", "connect", "tls", "greeting", "capabilities", "login"]
LAST = {"imap": ["mailbox"], "pop3": ["mailbox", "retention"], "smtp": ["send"]}


def _check(world: World, home: Path, *words: str, password: str = PASSWORD) -> Outcome:
    return world.mailsetup("check", *words, "--password-stdin", home=home, given=password + "\n")


def _steps(server: dict[str, Any]) -> list[str]:
    return [step["step"] for step in server["steps"]]


@pytest.mark.parametrize(
    ("option", "server"),
    [
        ("--imap", "mail.srv.example"),
        ("--imap", "mail.srv.example:143"),
        ("--pop3", "mail.srv.example"),
        ("--pop3", "mail.srv.example:110"),
        ("--smtp", "mail.srv.example"),
        ("--smtp", "mail.srv.example:587"),
    ],
)
def test_a_good_server_passes_every_step(world: World, tmp_path: Path, option: str, server: str) -> None:
    world.fill_mailbox("ada@srv.example")
    outcome = _check(world, tmp_path, "ada@srv.example", option, server, "--json")
    outcome.done()
    [report] = outcome.json["servers"]
    protocol = option.removeprefix("--")
    assert _steps(report) == STEPS + LAST[protocol]
    assert report["logins_tried"] == 1
    assert {step["step"]: step["verdict"] for step in report["steps"] if step["verdict"] != "pass"} == {}


def test_the_mail_of_the_last_thirty_days_is_measured(world: World, tmp_path: Path) -> None:
    world.fill_mailbox("ada@srv.example")
    outcome = _check(world, tmp_path, "ada@srv.example", "--imap", "mail.srv.example", "--json")
    [report] = outcome.json["servers"]
    facts = report["steps"][-1]["facts"]
    assert facts["last_30_days"]["messages"] == facts["messages"] > 0
    assert facts["last_30_days"]["bytes"] == facts["bytes"] > 0


@pytest.mark.parametrize(
    "domain",
    [
        "srv.example",
        "auto.example",
        "starttls.example",
        "poponly.example",
        "short.example",
        "guessed.example",
        "oldport.example",
    ],
)
def test_the_servers_of_an_address_are_found_and_pass(world: World, tmp_path: Path, domain: str) -> None:
    address = f"{'bob' if domain == 'short.example' else 'ada'}@{domain}"
    outcome = _check(world, tmp_path, address, "--json")
    outcome.done()
    assert outcome.json["verdict"] in ("pass", "warn")


def test_a_foreign_host_known_by_mx_only_is_not_spoken_to_without_a_yes(world: World, tmp_path: Path) -> None:
    log = world.log()
    outcome = _check(world, tmp_path, "ada@mxonly.example")
    outcome.failed(6)
    assert "--accept hoster.example" in " ".join(outcome.err.split())
    assert log.lines() == []


def test_a_foreign_host_is_checked_once_it_is_agreed_to(world: World, tmp_path: Path) -> None:
    _check(world, tmp_path, "ada@mxonly.example", "--accept", "hoster.example").done()


@pytest.mark.parametrize("option", ["--imap", "--pop3", "--smtp"])
def test_a_wrong_password_is_refused_and_tried_at_most_twice(
    world: World, tmp_path: Path, option: str
) -> None:
    words = ("ada@srv.example", option, "mail.srv.example")
    _check(world, tmp_path, *words, password="wrong").failed(5)
    outcome = _check(world, tmp_path, *words, "--json", password="wrong")
    assert outcome.code == 5
    assert 1 <= outcome.json["servers"][0]["logins_tried"] <= 2


@pytest.mark.parametrize("option", ["--imap", "--pop3", "--smtp"])
@pytest.mark.parametrize(
    "host",
    [
        pytest.param("mail.othername.example", id="a certificate for another name"),
        pytest.param("mail.expired.example", id="an expired certificate"),
    ],
)
def test_an_unproven_server_gets_no_password(world: World, tmp_path: Path, option: str, host: str) -> None:
    log = world.log()
    _check(world, tmp_path, f"ada@{host.removeprefix('mail.')}", option, host).failed(6)
    assert log.lines("Login:") == []
    assert log.lines("user=<ada") == []


def test_a_certificate_for_another_name_is_refused_after_starttls_too(world: World, tmp_path: Path) -> None:
    words = ("ada@othername.example", "--imap", "imap://mail.othername.example")
    _check(world, tmp_path, *words).failed(6)


def test_where_nothing_listens_the_network_is_to_blame(world: World, tmp_path: Path) -> None:
    _check(world, tmp_path, "ada@closed.example").failed(4)


def test_a_server_that_never_speaks_costs_the_time_given_and_no_more(world: World, tmp_path: Path) -> None:
    began = time.monotonic()
    _check(world, tmp_path, "ada@hangs.example", "--timeout", "2").failed(4)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("domain", ["nowhere.example", "silent.example", "broken.example"])
def test_a_domain_without_settings_cannot_be_checked(world: World, tmp_path: Path, domain: str) -> None:
    _check(world, tmp_path, f"ada@{domain}").failed(3)


def test_a_check_by_pop3_fetches_and_deletes_nothing(world: World, tmp_path: Path) -> None:
    world.fill_mailbox("ada@srv.example")
    log = world.log()
    _check(world, tmp_path, "ada@srv.example", "--pop3", "mail.srv.example").done()
    assert "top=0/0, retr=0/0, del=0/5" in log.wait_for("pop3(ada@srv.example)", "Logged out")
    assert world.messages_of("ada@srv.example") == 5


def test_a_check_by_imap_marks_no_message_as_seen(world: World, tmp_path: Path) -> None:
    world.fill_mailbox("ada@srv.example")
    log = world.log()
    _check(world, tmp_path, "ada@srv.example", "--imap", "mail.srv.example").done()
    assert "hdr_count=0 hdr_bytes=0 body_count=0" in log.wait_for("imap(ada@srv.example)", "Logged out")
    assert len(list((world.root / "mail/ada@srv.example/Maildir/new").iterdir())) == 5


def test_a_check_by_smtp_sends_no_message(world: World, tmp_path: Path) -> None:
    before = len(world.relayed())
    _check(world, tmp_path, "ada@srv.example", "--smtp", "mail.srv.example").done()
    commands = world.relayed()[before:]
    assert "DATA" not in commands
    assert "RCPT TO:<ada@srv.example>" in commands


def test_the_conversation_is_shown_without_the_password(world: World, tmp_path: Path) -> None:
    outcome = _check(world, tmp_path, "ada@srv.example", "--verbose")
    outcome.done()
    assert "CAPA" in outcome.out + outcome.err
