"""The real Net as other rooms use it: names, connections, and what is left behind."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import anyio
import dns.message
import dns.rcode
import pytest
from tests.unit.net.servers import answering, listening, reply, says, zone

from mailsetup.errors import WrongUsage
from mailsetup.net.connect_to import ConnectTo
from mailsetup.net.door import Internet, Net, NetSettings
from mailsetup.net.failures import ConnectFailed, NameFailed
from mailsetup.net.names import Mx
from mailsetup.net.stream import Attempt

pytestmark = pytest.mark.anyio


def test_the_settings_are_read_from_the_words_of_the_options():
    settings = NetSettings.parse(nameserver="[::1]:53", connect_to=(":25::587",), ca_file=Path("ca.pem"))
    assert settings == NetSettings(
        nameserver="[::1]:53", connect_to=(ConnectTo(None, 25, None, 587),), ca_file=Path("ca.pem")
    )


@pytest.mark.parametrize("words", [{"nameserver": "a:b"}, {"connect_to": ("a:b",)}])
def test_words_that_make_no_sense_are_wrong_usage(words: dict[str, object]):
    with pytest.raises(WrongUsage):
        NetSettings.parse(**words)  # type: ignore[arg-type]


async def test_names_and_connections_go_through_the_name_server_that_was_given():
    async with listening(says(b"+OK\r\n")) as port:
        records = {"A pop.example.org": ["127.0.0.1"], "MX example.org": ["5 mx.example.org."]}
        async with (
            answering(zone(records)) as names,
            Internet(NetSettings(nameserver=names.word)) as internet,
        ):
            net: Net = internet
            assert (await net.mx("example.org")).records == (Mx(5, "mx.example.org"),)
            stream = await net.connect("pop.example.org", port, None)
            assert await stream.line() == b"+OK"
            assert stream.attempts == (Attempt("127.0.0.1", ""),)
            await stream.aclose()


async def test_a_rule_may_lead_to_another_name_which_is_then_looked_up():
    async with (
        listening(says(b"+OK\r\n")) as port,
        answering(zone({"A new.example.org": ["127.0.0.1"]})) as names,
    ):
        settings = NetSettings.parse(
            nameserver=names.word, connect_to=[f"pop.example.org::new.example.org:{port}"]
        )
        async with Internet(settings) as net:
            stream = await net.connect("pop.example.org", 110, None)
            assert await stream.line() == b"+OK"
            await stream.aclose()


async def test_a_host_without_an_address_was_not_tried():
    async with answering(zone({})) as names, Internet(NetSettings(nameserver=names.word)) as net:
        with pytest.raises(ConnectFailed, match=r"nowhere\.example\.org has no address") as caught:
            await net.connect("nowhere.example.org", 993, None)
    assert caught.value.attempts == ()


async def test_a_name_server_that_fails_is_not_a_host_without_an_address():
    def failing(query: dns.message.Message, tcp: bool) -> dns.message.Message:
        return reply(query, rcode=dns.rcode.SERVFAIL)

    async with answering(failing) as names, Internet(NetSettings(nameserver=names.word)) as net:
        with pytest.raises(NameFailed):
            await net.connect("imap.example.org", 993, None)


async def test_a_refused_connection_names_every_address():
    async with listening(says()) as port:
        pass
    records = {"A imap.example.org": ["127.0.0.1"], "AAAA imap.example.org": ["::1"]}
    async with answering(zone(records)) as names, Internet(NetSettings(nameserver=names.word)) as net:
        with pytest.raises(
            ConnectFailed, match=rf"imap\.example\.org refuses connections on port {port}"
        ) as caught:
            await net.connect("imap.example.org", port, None)
    assert {attempt.address for attempt in caught.value.attempts} == {"127.0.0.1", "::1"}


async def test_a_dead_ipv6_address_is_told_and_costs_nothing():
    async with listening(says(b"+OK\r\n")) as port:
        records = {"A pop.example.org": ["127.0.0.1"], "AAAA pop.example.org": ["::1"]}
        async with answering(zone(records)) as names, Internet(NetSettings(nameserver=names.word)) as net:
            began = anyio.current_time()
            stream = await net.connect("pop.example.org", port, None)
            await stream.aclose()
    assert anyio.current_time() - began < 1
    dead, alive = stream.attempts
    assert (dead.address, alive) == ("::1", Attempt("127.0.0.1", ""))
    assert dead.failure in ("refused", "unreachable")


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors as Linux shows them")
async def test_whoever_is_cancelled_leaves_no_socket_open():
    async with listening(says(then_silent=True)) as port, answering(lambda query, tcp: None) as names:
        before = len(os.listdir("/proc/self/fd"))
        settings = NetSettings.parse(
            nameserver=names.word, connect_to=[f"imap.example.org::127.0.0.1:{port}"]
        )
        async with Internet(settings) as net:
            with anyio.move_on_after(0.2):
                async with anyio.create_task_group() as group:
                    for n in range(10):
                        group.start_soon(net.srv, f"_imaps._tcp.d{n}.example.org")
                        group.start_soon(net.get, "https://imap.example.org/")
                        group.start_soon(net.get, "http://imap.example.org/")
        await asyncio.sleep(0.1)
        # Nothing of ours, and nothing of the servers' side of it.
        assert len(os.listdir("/proc/self/fd")) == before


def test_the_words_of_the_door_load_no_machinery():
    heavy = "anyio", "dns", "httpcore2", "cryptography", "service_identity", "publicsuffixlist", "ssl"
    words = "mailsetup.net.door, mailsetup.net.suffixes, mailsetup.net.failures"
    code = f"import sys, {words}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
