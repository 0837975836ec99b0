"""How the real Thunderbird takes a profile that mailsetup has written, and what becomes of the user's own."""

from pathlib import Path

import pytest
from tests.clients.setting_up import mail_preferences, profile_of, profiles_of, set_up
from tests.clients.thunderbird import Thunderbird
from tests.world.world import PASSWORD, World

from mailsetup.account import Auth, Protocol
from mailsetup.clients.thunderbird.signin import knows_page
from mailsetup.discovery.providers import every_provider

pytestmark = [pytest.mark.world, pytest.mark.thunderbird]

ADA = "ada@srv.example"
GRACE = "ada@auto.example"


def test_it_takes_a_new_profile_by_itself_and_makes_no_other(world: World, tmp_path: Path) -> None:
    set_up(world, tmp_path, ADA)
    profile = profile_of(tmp_path)
    with Thunderbird(world, tmp_path) as thunderbird:
        assert thunderbird.questions() == []
    assert profiles_of(tmp_path) == [profile]
    folders = {path.parent for path in (tmp_path / ".thunderbird").rglob("prefs.js")}
    assert folders == {profile}


@pytest.mark.parametrize("words", [["--protocol", "imap"], ["--protocol", "pop3", "--leave-days", "30"]])
def test_it_keeps_every_preference_as_written(world: World, tmp_path: Path, words: list[str]) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA, *words)
    written = mail_preferences(profile_of(tmp_path))
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.open_inbox(ADA)
        thunderbird.wait_for(ADA, 5)
    assert written - mail_preferences(profile_of(tmp_path)) == set()


def test_a_profile_it_has_made_itself_gets_the_account(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(ADA)
    with Thunderbird(world, tmp_path) as thunderbird:
        # The counter-proof for all that "asks nothing": a profile without an account does ask.
        assert thunderbird.questions() != []
    before = profiles_of(tmp_path)
    set_up(world, tmp_path, ADA)
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.open_inbox(ADA)
        thunderbird.wait_for(ADA, 5)
        assert thunderbird.questions() == []
    assert profiles_of(tmp_path) == before


def test_a_second_account_stands_beside_the_first(world: World, tmp_path: Path) -> None:
    for user in (ADA, GRACE):
        world.fill_mailbox(user)
    set_up(world, tmp_path, ADA, "--protocol", "pop3")
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
        log.wait_for(f"pop3({ADA})", "Logged out")
    set_up(world, tmp_path, GRACE)
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.open_inbox(GRACE)
        thunderbird.wait_for(GRACE, 5)
        assert thunderbird.count(ADA) == 5
        assert thunderbird.questions() == []
        assert set(thunderbird.accounts()) == {
            f"pop3 {ADA} mail.srv.example",
            f"imap {GRACE} mail.auto.example",
            "none nobody Local Folders",
        }


def test_while_it_runs_its_profile_is_left_alone(world: World, tmp_path: Path) -> None:
    set_up(world, tmp_path, ADA)
    profile = profile_of(tmp_path)
    with Thunderbird(world, tmp_path):
        logins = (profile / "logins.json").read_bytes()
        words = ("setup", GRACE, "--client", "thunderbird", "--no-input", "--yes", "--password-stdin")
        world.mailsetup(*words, home=tmp_path, given=PASSWORD + "\n").failed(7)
        # Thunderbird itself writes here while it runs, but never this.
        assert GRACE not in (profile / "prefs.js").read_text()
        assert (profile / "logins.json").read_bytes() == logins


def test_after_a_crash_its_locks_are_there_and_stop_nobody(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(GRACE)
    set_up(world, tmp_path, ADA)
    profile = profile_of(tmp_path)
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.crash()
    assert (profile / "lock").is_symlink()
    assert (profile / ".parentlock").exists()
    set_up(world, tmp_path, GRACE)
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.open_inbox(GRACE)
        thunderbird.wait_for(GRACE, 5)


def test_a_second_run_changes_nothing(world: World, tmp_path: Path) -> None:
    set_up(world, tmp_path, ADA)
    with Thunderbird(world, tmp_path):
        pass
    before = mail_preferences(profile_of(tmp_path))
    outcome = set_up(world, tmp_path, ADA, "--json")
    assert {change["action"] for change in outcome.json["export"]["changes"]} <= {"none"}
    assert mail_preferences(profile_of(tmp_path)) == before


def test_its_sign_in_pages_are_those_that_we_know_of(world: World, tmp_path: Path) -> None:
    """Asked about every host of our table that wants one."""
    offered = [
        server for provider in every_provider() for server in provider.servers if Auth.OAUTH2 in server.auth
    ]
    set_up(world, tmp_path, ADA)
    with Thunderbird(world, tmp_path) as thunderbird:
        has = thunderbird.sign_in_pages([(server.protocol.value, server.host) for server in offered])
    assert set(Protocol) == {server.protocol for server in offered}
    assert [knows_page(server) for server in offered] == has
