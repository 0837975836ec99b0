"""How the real Thunderbird goes on after `mailsetup undo` has taken an account out of its profile."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.clients.setting_up import mail_preferences, profile_of, profiles_of, set_up
from tests.clients.thunderbird import Thunderbird, trust
from tests.world.world import PASSWORD, World, environment, letter

pytestmark = [pytest.mark.world, pytest.mark.thunderbird]

ADA = "ada@srv.example"
GRACE = "ada@auto.example"
BOTH = "ada@starttls.example"


def _undo(home: Path) -> str:
    """Take the last export back; what was told on stderr, in one line."""
    command = [sys.executable, "-P", "-m", "mailsetup.cli.main", "undo", "--yes"]
    ended = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=20)
    assert ended.returncode == 0, ended.stderr
    return " ".join(ended.stderr.split())


def _settings(profile: Path) -> set[str]:
    """All that is set for mail; the count of all accounts there ever were only grows."""
    return {line for line in mail_preferences(profile) if '"mail.account.lastKey"' not in line}


def test_our_account_goes_and_the_older_one_works_on(world: World, tmp_path: Path) -> None:
    for user in (ADA, GRACE):
        world.fill_mailbox(user)
    set_up(world, tmp_path, GRACE, "--protocol", "pop3")
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(GRACE, 5)
        log.wait_for(f"pop3({GRACE})", "Logged out")
    profile = profile_of(tmp_path)
    before = _settings(profile)
    set_up(world, tmp_path, ADA, "--protocol", "pop3")
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
        log.wait_for(f"pop3({ADA})", "Logged out")
    [mail] = profile.glob("Mail/mail.srv.example/Inbox")
    fetched = mail.read_bytes()

    assert f"stays on this disk, in {mail.parent}." in _undo(tmp_path)

    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        assert "retr=0" in log.wait_for(f"pop3({GRACE})", "Logged out")
        assert thunderbird.count(GRACE) == 5
        assert thunderbird.questions() == []
        assert thunderbird.accounts() == [f"pop3 {GRACE} mail.auto.example", "none nobody Local Folders"]
    assert _settings(profile) == before
    assert mail.read_bytes() == fetched
    assert world.messages_of(ADA) == 5


def test_two_older_accounts_of_its_own_work_on_after_our_export_and_after_its_undo(
    world: World, tmp_path: Path
) -> None:
    older = {GRACE: ("pop3", "mail.auto.example", 995), BOTH: ("imap", "mail.starttls.example", 993)}
    for user in (ADA, *older):
        world.fill_mailbox(user)
    with Thunderbird(world, tmp_path) as thunderbird:
        for user, (kind, host, port) in older.items():
            thunderbird.add_account(kind, user, host, port, PASSWORD)
    profile = profile_of(tmp_path)
    trust(profile, world.ca_file)
    theirs = {f"{kind} {user} {host}" for user, (kind, host, _) in older.items()}
    _older_ones_work(world, tmp_path, theirs, messages=5)
    before = _settings(profile)

    set_up(world, tmp_path, ADA, "--protocol", "pop3")
    for user in older:
        world.deliver(user, 6)
    _older_ones_work(world, tmp_path, theirs | {f"pop3 {ADA} mail.srv.example"}, messages=6)
    changed = {line.split('"')[1] for line in before - _settings(profile)}
    assert changed == {"mail.accountmanager.accounts", "mail.smtpservers"}

    _undo(tmp_path)
    for user in older:
        world.deliver(user, 7)
    _older_ones_work(world, tmp_path, theirs, messages=7)
    assert _settings(profile) == before
    assert all(world.messages_of(user) == 7 for user in older)


def _older_ones_work(world: World, home: Path, accounts: set[str], *, messages: int) -> None:
    """Both list all their messages, POP3 fetches only what is new, both send, and nothing is asked."""
    log = world.log()
    (home / "letter").write_bytes(letter(1, "grace@hopper.example"))
    with Thunderbird(world, home) as thunderbird:
        assert set(thunderbird.accounts()) == accounts | {"none nobody Local Folders"}
        fetched = 5 if messages == 5 else 1
        assert f"retr={fetched}/" in log.wait_for(f"pop3({GRACE})", "Logged out")
        thunderbird.open_inbox(BOTH)
        for user in (GRACE, BOTH):
            thunderbird.wait_for(user, messages)
            thunderbird.send(user, home / "letter", "grace@hopper.example")
            log.wait_for(f"submission({user})", "Successfully relayed message")
        assert thunderbird.questions() == []


def test_the_only_account_goes_and_the_profile_stays_the_same_one(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA)
    profile = profile_of(tmp_path)
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)

    assert "only the account is taken out" in _undo(tmp_path)

    with Thunderbird(world, tmp_path) as thunderbird:
        assert thunderbird.accounts() == ["none nobody Local Folders"]
    assert profiles_of(tmp_path) == [profile]


def test_a_profile_that_was_never_opened_leaves_no_trace_for_it(world: World, tmp_path: Path) -> None:
    set_up(world, tmp_path, ADA, store_password=False)
    for name in ("cert9.db", "key4.db", "pkcs11.txt"):
        # What let it trust the test world's authority.
        (profile_of(tmp_path) / name).unlink()
    ours = profile_of(tmp_path)
    _undo(tmp_path)

    with Thunderbird(world, tmp_path) as thunderbird:
        assert all(account.startswith("none ") for account in thunderbird.accounts())
    assert ours not in profiles_of(tmp_path)
