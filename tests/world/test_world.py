"""The world itself: what the other tests believe of it."""

import pytest
from tests.world.world import World

pytestmark = pytest.mark.world


def test_knot_answers_for_its_zones_and_knows_no_other_name(world: World) -> None:
    known = world.namespace.run(["kdig", "+short", "_imaps._tcp.srv.example", "SRV"])
    unknown = world.namespace.run(["kdig", "elsewhere.test", "A"])
    assert known.stdout == "0 1 993 mail.srv.example.\n"
    assert "status: NXDOMAIN" in unknown.stdout


def test_dovecot_takes_no_password_before_tls(world: World) -> None:
    with (
        world.namespace.connect("mail.srv.example", 110) as connection,
        connection.makefile("rwb") as talk,
    ):
        assert talk.readline().startswith(b"+OK")
        talk.write(b"USER ada@srv.example\r\n")
        talk.flush()
        assert b"disallowed" in talk.readline()


def test_no_other_network_can_be_reached(world: World) -> None:
    links = world.namespace.run(["ip", "-o", "link"]).stdout.splitlines()
    assert {link.split(":")[1].strip().partition("@")[0] for link in links} == {"lo", "here", "nowhere"}
