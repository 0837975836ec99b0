"""Reading --nameserver, and whose AD bit is believed."""

import pytest

from mailsetup.errors import WrongUsage
from mailsetup.net.nameserver import Nameserver, declares_trust, may_vouch


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.53", "192.0.2.53", 53),
        ("192.0.2.53:5353", "192.0.2.53", 5353),
        ("2001:db8::53", "2001:db8::53", 53),
        ("[2001:db8::53]", "2001:db8::53", 53),
        ("[2001:db8::53]:5353", "2001:db8::53", 5353),
        ("NS1.example.org", "ns1.example.org", 53),
        ("localhost:5353", "localhost", 5353),
    ],
)
def test_a_name_server_is_a_host_and_perhaps_a_port(text: str, host: str, port: int):
    assert Nameserver.parse(text) == Nameserver(host, port)


@pytest.mark.parametrize(
    "text", ["", ":53", "a b", "192.0.2.53:0", "192.0.2.53:65536", "[a.b]:53", "https://a.b", "1.2.3"]
)
def test_anything_else_is_wrong_usage(text: str):
    with pytest.raises(WrongUsage, match="not a name server"):
        Nameserver.parse(text)


@pytest.mark.parametrize(
    ("address", "may"), [("127.0.0.53", True), ("::1", True), ("192.168.1.1", False), ("2001:db8::53", False)]
)
def test_only_a_resolver_on_this_machine_may_vouch(address: str, may: bool):
    assert may_vouch(address) is may


@pytest.mark.parametrize(
    ("text", "trusted"),
    [
        ("nameserver 192.0.2.53\noptions edns0 trust-ad\n", True),
        ("nameserver 192.0.2.53\noptions edns0\n", False),
        ("# options trust-ad\n\nsearch trust-ad\n", False),
        ("", False),
    ],
)
def test_resolv_conf_can_declare_its_name_servers_trusted(text: str, trusted: bool):
    assert declares_trust(text) is trusted
