"""Reading a hosts file, and what it means for addresses."""

import pytest
from tests.unit.net.servers import answering, zone

from mailsetup.net.hosts import read_hosts
from mailsetup.net.nameserver import Nameserver
from mailsetup.net.resolver import Resolver


def test_a_host_has_every_address_that_stands_before_its_name():
    text = "127.0.0.1 localhost\n10.0.0.5\tMail.home.lan mail # ours\n\nfd00::5 mail.home.lan\n"
    assert read_hosts(text) == {
        "localhost": ("127.0.0.1",),
        "mail.home.lan": ("10.0.0.5", "fd00::5"),
        "mail": ("10.0.0.5",),
    }


@pytest.mark.parametrize("text", ["", "#10.0.0.5 mail", "mail 10.0.0.5", "fe80::1%lo0 localhost", "10.0.0.5"])
def test_a_line_that_says_nothing_is_passed_over(text: str):
    assert read_hosts(text) == {}


@pytest.mark.anyio
async def test_a_name_in_the_hosts_file_is_not_asked():
    async with answering(zone({"A mail.home.lan": ["192.0.2.1"]})) as server:
        resolver = Resolver((Nameserver("127.0.0.1", server.port),), hosts={"mail.home.lan": ("10.0.0.5",)})
        assert (await resolver.addresses("mail.home.lan")).records == ("10.0.0.5",)
        assert server.asked == []
