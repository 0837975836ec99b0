"""What the real Thunderbird does by IMAP with a profile that `mailsetup setup` has written."""

from pathlib import Path

import pytest
from tests.clients.setting_up import set_up
from tests.clients.thunderbird import Thunderbird
from tests.world.world import World

pytestmark = [pytest.mark.world, pytest.mark.thunderbird]


@pytest.mark.parametrize(
    ("user", "host", "consent"),
    [
        pytest.param("ada@srv.example", "mail.srv.example", [], id="SRV only"),
        pytest.param("ada@auto.example", "mail.auto.example", [], id="autoconfig only"),
        pytest.param(
            "ada@mxonly.example", "imap.hoster.example", ["--accept", "hoster.example"], id="MX only"
        ),
        pytest.param("ada@starttls.example", "mail.starttls.example", [], id="STARTTLS only"),
    ],
)
def test_it_lists_five_messages(
    world: World, tmp_path: Path, user: str, host: str, consent: list[str]
) -> None:
    world.fill_mailbox(user)
    set_up(world, tmp_path, user, *consent)
    log = world.log()
    with Thunderbird(world, tmp_path) as thunderbird:
        thunderbird.open_inbox(user)
        thunderbird.wait_for(user, 5)
        assert thunderbird.questions() == []
        assert thunderbird.accounts()[0] == f"imap {user} {host}"
        assert ", TLS" in log.wait_for("imap-login", "Login:", f"user=<{user}>")
    assert world.messages_of(user) == 5
