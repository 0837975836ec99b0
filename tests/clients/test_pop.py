"""What the real Thunderbird does by POP3 with a profile that `mailsetup setup` has written."""

from pathlib import Path

import pytest
from tests.clients.marionette import Asking
from tests.clients.setting_up import profile_of, set_up
from tests.clients.thunderbird import Thunderbird
from tests.world.world import World, letter

pytestmark = [pytest.mark.world, pytest.mark.thunderbird]

ADA = "ada@srv.example"
AGREED = ["--accept", "hoster.example"]


@pytest.mark.parametrize(
    ("user", "host", "consent"),
    [
        pytest.param(ADA, "mail.srv.example", [], id="SRV only"),
        pytest.param("ada@auto.example", "mail.auto.example", [], id="autoconfig only"),
        pytest.param(
            "ada@mxonly.example", "pop.hoster.example", ["--accept", "hoster.example"], id="MX only"
        ),
    ],
)
def test_it_fetches_five_messages_and_leaves_five_on_the_server(
    world: World, tmp_path: Path, user: str, host: str, consent: list[str]
) -> None:
    world.fill_mailbox(user)
    set_up(world, tmp_path, user, "--protocol", "pop3", *consent)
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(user, 5)
        assert "retr=5" in log.wait_for(f"pop3({user})", "Logged out")
        assert thunderbird.questions() == []
        assert thunderbird.accounts()[0] == f"pop3 {user} {host}"
    assert world.messages_of(user) == 5


def test_told_to_remove_it_leaves_none_on_the_server(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA, "--protocol", "pop3", "--remove-from-server")
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
        assert "retr=5" in log.wait_for(f"pop3({ADA})", "Logged out")
        assert thunderbird.questions() == []
    assert world.messages_of(ADA) == 0


def test_a_second_start_fetches_nothing_twice(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA, "--protocol", "pop3")
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        assert "retr=0" in log.wait_for(f"pop3({ADA})", "Logged out")
        assert thunderbird.count(ADA) == 5


def test_told_to_leave_mail_for_days_it_removes_only_what_is_older(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA, "--leave-days", "30")
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
        log.wait_for(f"pop3({ADA})", "Logged out")
    assert world.messages_of(ADA) == 5
    _make_older(profile_of(tmp_path), messages=2, days=31)
    log = world.log()
    with Thunderbird(world, tmp_path):
        assert "del=2/5" in log.wait_for(f"pop3({ADA})", "Logged out")
    assert world.messages_of(ADA) == 3


def _make_older(profile: Path, messages: int, days: int) -> None:
    """Let Thunderbird believe that it fetched the first messages so many days earlier."""
    [state] = profile.glob("Mail/*/popstate.dat")
    lines = state.read_text().splitlines()
    kept = [index for index, line in enumerate(lines) if line.startswith("k ")]
    for index in kept[:messages]:
        mark, uidl, fetched = lines[index].split()
        lines[index] = f"{mark} {uidl} {int(fetched) - days * 86400}"
    state.write_text("\n".join(lines) + "\n")


def test_told_to_leave_mail_until_it_is_deleted_it_removes_what_is_deleted_here(
    world: World, tmp_path: Path
) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA, "--leave-until-deleted")
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
        log.wait_for(f"pop3({ADA})", "Logged out")
        log = world.log()
        thunderbird.delete_first(ADA)
        thunderbird.wait_for(ADA, 4)
        thunderbird.fetch(ADA)
        assert "del=1/5" in log.wait_for(f"pop3({ADA})", "Logged out")
    assert world.messages_of(ADA) == 4


def test_by_starttls_it_fetches_and_sends_as_well(world: World, tmp_path: Path) -> None:
    user = "ada@starttls.example"
    world.fill_mailbox(user)
    set_up(world, tmp_path, user, "--protocol", "pop3")
    (tmp_path / "letter").write_bytes(letter(6, "grace@hopper.example"))
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(user, 5)
        assert ", TLS" in log.wait_for("pop3-login", "Login:", f"user=<{user}>")
        thunderbird.send(user, tmp_path / "letter", "grace@hopper.example")
        assert f"from=<{user}>" in log.wait_for("submission", "Successfully relayed message")
        assert ", TLS" in log.wait_for("submission-login", "Login:", f"user=<{user}>")
        assert thunderbird.questions() == []


def test_told_to_remove_what_it_has_kept_so_far_it_removes_as_many_as_were_announced(
    world: World, tmp_path: Path
) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA, "--protocol", "pop3")
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
        log.wait_for(f"pop3({ADA})", "Logged out")
    told = set_up(world, tmp_path, ADA, "--protocol", "pop3", "--remove-from-server")
    assert "on mail.srv.example so far: 5" in " ".join(told.err.split())
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        assert "retr=0" in (ended := log.wait_for(f"pop3({ADA})", "Logged out"))
        assert "del=5/5" in ended
        assert thunderbird.count(ADA) == 5
        assert thunderbird.questions() == []
    assert world.messages_of(ADA) == 0


def test_it_sends_by_the_outgoing_server(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(ADA)
    set_up(world, tmp_path, ADA, "--protocol", "pop3")
    (tmp_path / "letter").write_bytes(letter(6, "grace@hopper.example"))
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.wait_for(ADA, 5)
        thunderbird.send(ADA, tmp_path / "letter", "grace@hopper.example")
        assert f"from=<{ADA}>" in log.wait_for("submission", "Successfully relayed message")
        assert thunderbird.questions() == []


def test_without_a_stored_password_it_waits_for_a_person(world: World, tmp_path: Path) -> None:
    """The counter-proof: what the other tests take for "asks nothing" is seen when it does ask."""
    set_up(world, tmp_path, ADA, "--protocol", "pop3", store_password=False)
    log = world.log()
    with pytest.raises(Asking), Thunderbird(world, tmp_path, patience=8):
        pass
    log.wait_for("client didn't finish SASL auth")
