"""Where web servers on loopback may lead us, and where not."""

import asyncio
import ssl
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketStream
from tests.unit.net.servers import (
    Web,
    everywhere,
    listening,
    page,
    redirect,
)

from mailsetup.net.connect import Dialler
from mailsetup.net.connect_to import ConnectTo
from mailsetup.net.failures import PageFailed, RedirectRefused
from mailsetup.net.fetch import Fetcher
from mailsetup.net.names import Answer
from mailsetup.net.proxy import Proxies
from mailsetup.net.tls import Trust

pytestmark = pytest.mark.anyio


async def test_a_redirect_is_followed_and_told(context: ssl.SSLContext, ca_file: Path):
    server = Web(
        {"autoconfig.example.org/a": redirect("https://www.example.net/b"), "www.example.net/b": page(b"x")}
    )
    async with everywhere(server.talk, context, ca_file) as net:
        found = await net.get("https://autoconfig.example.org/a")
    assert found.hops == ("https://autoconfig.example.org/a", "https://www.example.net/b")
    assert found.secure


async def test_a_redirect_to_plain_http_is_followed_and_not_secure(context: ssl.SSLContext, ca_file: Path):
    secure = Web({"/a": redirect("http://example.org/b")})
    plain = Web({"/b": redirect("https://example.org/c")})
    secure.answers["/c"] = page(b"x")
    async with everywhere(secure.talk, context, ca_file, plain.talk) as net:
        found = await net.get("https://example.org/a")
    assert (len(found.hops), found.body, found.secure) == (3, b"x", False)


async def test_a_redirect_in_a_circle_stops(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/a": redirect("/b"), "/b": redirect("/a")})
    async with everywhere(server.talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match="in a circle"):
            await net.get("https://example.org/a")
    assert len(server.asked) == 2


async def test_redirects_without_end_stop(context: ssl.SSLContext, ca_file: Path):
    server = Web({f"/{n}": redirect(f"/{n + 1}") for n in range(50)})
    async with everywhere(server.talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match="more than 5 times"):
            await net.get("https://example.org/0")
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://9.9.9.9/",
        "http://2130706433/",
        "http://localhost/",
        "http://printer/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
    ],
)
async def test_a_redirect_to_this_machine_an_address_or_no_web_page_is_refused(
    location: str, context: ssl.SSLContext, ca_file: Path
):
    plain = Web({"/": page(b"secret")})
    async with everywhere(Web({"/": redirect(location)}).talk, context, ca_file, plain.talk) as net:
        with pytest.raises(RedirectRefused, match="not followed"):
            await net.get("https://example.org/")
    assert plain.asked == []


async def test_what_is_meant_for_one_host_is_not_carried_to_another(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/a": redirect("https://www.example.net/a")})
    async with everywhere(server.talk, context, ca_file) as net:
        with pytest.raises(RedirectRefused):
            await net.get("https://example.org/a", same_host=True)
    assert len(server.asked) == 1


class MadeUp:
    """A world of made-up addresses: whatever they are, connections end at one port of this machine.

    addresses: of a host, "9.9.9.9 ::1"; one text for each time that it is asked, the last one for ever.
    """

    def __init__(self, port: int, **addresses: list[str]) -> None:
        self.port = port
        self.known = {name.replace("_", "."): listed for name, listed in addresses.items()}
        self.connected: list[str] = []

    async def addresses(self, host: str) -> Answer[str]:
        told = self.known[host]
        return Answer(host, tuple((told.pop(0) if len(told) > 1 else told[0]).split()))

    async def open(self, address: str, port: int) -> SocketStream:
        self.connected.append(address)
        return await anyio.connect_tcp("127.0.0.1", self.port)

    def fetcher(self, *rules: str) -> Fetcher:
        return Fetcher(Dialler(self, tuple(map(ConnectTo.parse, rules)), self.open), Trust(), Proxies.none())


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "10.0.0.2 ::1"],
)
@pytest.mark.parametrize("first", ["9.9.9.9", "9.9.9.9 10.0.0.9"])
async def test_a_redirect_from_the_world_to_a_private_address_is_refused(first: str, address: str):
    server = Web({"example.org/": redirect("http://example.net/"), "example.net/": page(b"secret")})
    async with listening(server.talk) as port:
        world = MadeUp(port, example_org=[first], example_net=[address])
        fetcher = world.fetcher()
        with pytest.raises(RedirectRefused, match=r"http://example\.net/, which is not followed"):
            await fetcher.get("http://example.org/")
        await fetcher.aclose()
    assert world.connected == ["9.9.9.9"]


async def test_of_a_host_that_is_inside_and_outside_a_redirect_leads_outside_only():
    server = Web({"example.org/": redirect("http://example.net/"), "example.net/": page(b"x")})
    async with listening(server.talk) as port:
        world = MadeUp(port, example_org=["9.9.9.9"], example_net=["::1 9.9.9.10 10.0.0.1"])
        fetcher = world.fetcher()
        assert (await fetcher.get("http://example.org/")).body == b"x"
        await fetcher.aclose()
    assert world.connected == ["9.9.9.9", "9.9.9.10"]


async def test_a_host_that_moves_inside_after_it_has_redirected_to_itself_is_not_followed_there():
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(page(b"", 302, "Location: /b", "Connection: close"))

    async with listening(once) as port:
        world = MadeUp(port, example_org=["9.9.9.9", "10.0.0.1"])
        fetcher = world.fetcher()
        with pytest.raises(RedirectRefused):
            await fetcher.get("http://example.org/")
        await fetcher.aclose()
    assert world.connected == ["9.9.9.9"]


async def test_whoever_was_inside_by_dns_and_answers_from_outside_may_not_lead_inside():
    server = Web({"example.org/": redirect("http://example.net/"), "example.net/": page(b"secret")})
    async with listening(server.talk) as port:
        world = MadeUp(port, example_org=["9.9.9.9", "10.0.0.9"], example_net=["10.0.0.1"])
        fetcher = world.fetcher()
        with pytest.raises(RedirectRefused):
            await fetcher.get("http://example.org/")
        await fetcher.aclose()
    assert world.connected == ["9.9.9.9"]


async def test_a_connection_kept_from_a_question_of_our_own_leads_no_redirect_inside():
    server = Web({"example.org/": redirect("http://example.net/b"), "example.net/b": page(b"secret")})
    server.answers["example.net/a"] = page(b"x")
    async with listening(server.talk) as port:
        world = MadeUp(port, example_org=["9.9.9.9"], example_net=["10.0.0.1", "9.9.9.10"])
        fetcher = world.fetcher()
        await fetcher.get("http://example.net/a")
        await fetcher.get("http://example.org/")
        await fetcher.aclose()
    assert world.connected == ["10.0.0.1", "9.9.9.9", "9.9.9.10"]


async def test_where_a_rule_leads_a_redirect_may_lead_inside():
    server = Web({"example.org/": redirect("http://example.net/"), "example.net/": page(b"x")})
    async with listening(server.talk) as port:
        world = MadeUp(port, example_org=["9.9.9.9"])
        fetcher = world.fetcher("example.net:80:10.0.0.1:80")
        assert (await fetcher.get("http://example.org/")).body == b"x"
        await fetcher.aclose()
    assert world.connected == ["9.9.9.9", "10.0.0.1"]


@pytest.mark.parametrize(
    ("first", "second"), [("10.0.0.1", "10.0.0.2"), ("10.0.0.1", "9.9.9.9"), ("9.9.9.9", "9.9.9.10")]
)
async def test_other_redirects_are_followed(first: str, second: str):
    server = Web({"example.org/": redirect("http://example.net/"), "example.net/": page(b"x")})
    async with listening(server.talk) as port:
        fetcher = MadeUp(port, example_org=[first], example_net=[second]).fetcher()
        assert (await fetcher.get("http://example.org/")).body == b"x"
        await fetcher.aclose()
