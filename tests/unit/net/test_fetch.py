"""Pages from web servers on loopback, honest and hostile."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
import trustme
from anyio.abc import SocketStream
from tests.unit.net.servers import (
    Talk,
    Web,
    answering,
    listening,
    page,
    redirect,
    says,
    serving_context,
    zone,
)

from mailsetup.errors import NetworkFailed
from mailsetup.net.connect import Dialler
from mailsetup.net.door import Internet, NetSettings
from mailsetup.net.failures import ConnectFailed, PageFailed, RedirectRefused, TlsFailed
from mailsetup.net.fetch import Fetcher
from mailsetup.net.http import MAX_BODY, Page
from mailsetup.net.proxy import Proxies
from mailsetup.net.stream import Attempt
from mailsetup.net.tls import Trust

pytestmark = pytest.mark.anyio
URL = "https://autoconfig.example.org/mail/config-v1.1.xml"
ContextFor = Callable[..., ssl.SSLContext]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def context(context_for: ContextFor) -> ssl.SSLContext:
    return context_for("autoconfig.example.org", "example.org", "www.example.net")


@asynccontextmanager
async def web(
    talk: Talk, context: ssl.SSLContext, ca_file: Path, plain: Talk | None = None
) -> AsyncIterator[Internet]:
    """The world: everything at port 443 is this server, everything at port 80 that one."""
    async with listening(talk, context) as tls, listening(plain or says()) as port:
        rules = (f":443:127.0.0.1:{tls}", f":80:127.0.0.1:{port}")
        async with Internet(NetSettings.parse(connect_to=rules, ca_file=ca_file)) as net:
            yield net


async def test_a_page_is_asked_for_plainly_and_without_anything_about_us(
    context: ssl.SSLContext, ca_file: Path
):
    server = Web({"/mail/config-v1.1.xml": page(b"<clientConfig/>")})
    async with web(server.talk, context, ca_file) as net:
        assert await net.get(URL) == Page((URL,), 200, b"<clientConfig/>")
    (head,) = server.asked
    first, *headers = head.decode().strip().split("\r\n")
    assert first == "GET /mail/config-v1.1.xml HTTP/1.1"
    assert {line.split(": ")[0] for line in headers} == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
    assert "Host: autoconfig.example.org" in headers
    assert "Accept-Encoding: identity" in headers


async def test_the_certificate_and_the_sni_are_those_of_the_url(ca: trustme.CA, ca_file: Path):
    asked: list[str | None] = []
    context = serving_context(ca.issue_cert("autoconfig.example.org"))
    context.sni_callback = lambda session, name, used: asked.append(name)
    async with web(Web({"/": page(b"x")}).talk, context, ca_file) as net:
        await net.get("https://autoconfig.example.org/")
        with pytest.raises(TlsFailed) as caught:
            await net.get("https://other.example.org/")
    assert asked == ["autoconfig.example.org", "other.example.org"]
    assert caught.value.verify_code == 62


@pytest.mark.parametrize("status", [401, 404, 500, 200])
async def test_every_status_is_an_answer(status: int, context: ssl.SSLContext, ca_file: Path):
    server = Web({"/mail/config-v1.1.xml": page(b"<html>", status, 'WWW-Authenticate: Basic realm="x"')})
    async with web(server.talk, context, ca_file) as net:
        assert (await net.get(URL)).status == status
    assert len(server.asked) == 1


async def test_the_connection_serves_for_the_next_page(context: ssl.SSLContext, ca_file: Path):
    connections = 0
    server = Web({"/": page(b"x")})

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await server.talk(reader, writer)

    async with web(counting, context, ca_file) as net:
        for _ in range(3):
            await net.get("https://example.org/")
    assert (connections, len(server.asked)) == (1, 3)


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(
    at_once: bool, context: ssl.SSLContext, ca_file: Path
):
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(page(b"x"))
        await writer.drain()
        if not at_once:
            await asyncio.sleep(0.05)
        writer.close()
        await reader.read()

    async with web(once, context, ca_file) as net:
        for _ in range(3):
            assert (await net.get("https://example.org/")).body == b"x"
            await asyncio.sleep(0.1)


async def test_many_connections_that_the_server_closed_are_all_noticed(
    context: ssl.SSLContext, ca_file: Path
):
    here, all_here = 0, asyncio.Event()

    async def together(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal here
        await reader.readuntil(b"\r\n\r\n")
        here += 1
        if here == 4:
            all_here.set()
        await all_here.wait()
        writer.write(page(b"x"))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await reader.read()

    async with web(together, context, ca_file) as net:
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(net.get, "https://example.org/")
        await asyncio.sleep(0.1)
        assert (await net.get("https://example.org/")).body == b"x"


async def test_a_server_that_never_answers_properly_is_asked_once(context: ssl.SSLContext, ca_file: Path):
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))

    async with web(talk, context, ca_file) as net:
        with pytest.raises(NetworkFailed):
            await net.get("https://example.org/")
    assert len(asked) == 1


async def test_a_redirect_is_followed_and_told(context: ssl.SSLContext, ca_file: Path):
    server = Web(
        {"autoconfig.example.org/a": redirect("https://www.example.net/b"), "www.example.net/b": page(b"x")}
    )
    async with web(server.talk, context, ca_file) as net:
        found = await net.get("https://autoconfig.example.org/a")
    assert found.hops == ("https://autoconfig.example.org/a", "https://www.example.net/b")
    assert found.secure


async def test_a_redirect_to_plain_http_is_followed_and_not_secure(context: ssl.SSLContext, ca_file: Path):
    secure = Web({"/a": redirect("http://example.org/b")})
    plain = Web({"/b": redirect("https://example.org/c")})
    secure.answers["/c"] = page(b"x")
    async with web(secure.talk, context, ca_file, plain.talk) as net:
        found = await net.get("https://example.org/a")
    assert (len(found.hops), found.body, found.secure) == (3, b"x", False)


async def test_a_redirect_in_a_circle_stops(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/a": redirect("/b"), "/b": redirect("/a")})
    async with web(server.talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match="in a circle"):
            await net.get("https://example.org/a")
    assert len(server.asked) == 2


async def test_redirects_without_end_stop(context: ssl.SSLContext, ca_file: Path):
    server = Web({f"/{n}": redirect(f"/{n + 1}") for n in range(50)})
    async with web(server.talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match="more than 5 times"):
            await net.get("https://example.org/0")
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1/", "http://localhost/", "file:///etc/passwd", "http://printer/"]
)
async def test_a_redirect_to_this_machine_is_refused(location: str, context: ssl.SSLContext, ca_file: Path):
    plain = Web({"/": page(b"secret")})
    async with web(Web({"/": redirect(location)}).talk, context, ca_file, plain.talk) as net:
        with pytest.raises(RedirectRefused, match="not followed"):
            await net.get("https://example.org/")
    assert plain.asked == []


async def test_what_is_meant_for_one_host_is_not_carried_to_another(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/a": redirect("https://www.example.net/a")})
    async with web(server.talk, context, ca_file) as net:
        with pytest.raises(RedirectRefused):
            await net.get("https://example.org/a", same_host=True)
    assert len(server.asked) == 1


class Mapped(Dialler):
    """A world of made-up addresses: whatever they are, connections end at one port of this machine."""

    def __init__(self, port: int, **addresses: str) -> None:
        super().__init__(self)
        self.port = port
        self.known = {name.replace("_", "."): address for name, address in addresses.items()}

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        return tuple(self.known[host].split())

    async def dial(self, host: str, port: int) -> tuple[SocketStream, tuple[Attempt, ...]]:
        return await anyio.connect_tcp("127.0.0.1", self.port), ()


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1", "9.9.9.9 ::1"]
)
@pytest.mark.parametrize("first", ["9.9.9.9", "9.9.9.9 10.0.0.9"])
async def test_a_redirect_from_the_world_to_a_private_address_is_refused(first: str, address: str):
    server = Web({"example.org/": redirect("http://example.net/"), "example.net/": page(b"secret")})
    async with listening(server.talk) as port:
        fetcher = Fetcher(Mapped(port, example_org=first, example_net=address), Trust(), Proxies.none())
        with pytest.raises(RedirectRefused, match=r"http://example\.net/, which is not followed"):
            await fetcher.get("http://example.org/")
        await fetcher.aclose()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("first", "second"), [("10.0.0.1", "10.0.0.2"), ("10.0.0.1", "9.9.9.9"), ("9.9.9.9", "9.9.9.10")]
)
async def test_other_redirects_are_followed(first: str, second: str):
    server = Web({"example.org/": redirect("http://example.net/"), "example.net/": page(b"x")})
    async with listening(server.talk) as port:
        fetcher = Fetcher(Mapped(port, example_org=first, example_net=second), Trust(), Proxies.none())
        assert (await fetcher.get("http://example.org/")).body == b"x"
        await fetcher.aclose()


async def test_hosts_are_found_by_the_name_server_that_was_given():
    server = Web({})
    records = {"A example.org": ["127.0.0.1"]}
    async with listening(server.talk) as port, answering(zone(records)) as names:
        server.answers[f"example.org:{port}/"] = page(b"x")
        async with Internet(NetSettings(nameserver=names.word)) as net:
            assert (await net.get(f"http://example.org:{port}/")).body == b"x"
            with pytest.raises(ConnectFailed, match="has no address") as caught:
                await net.get("http://autoconfig.example.org/")
    assert caught.value.attempts == ()


async def test_a_page_over_the_cap_is_an_error_and_not_cut(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/whole": page(b"x" * MAX_BODY), "/over": page(b"x" * (MAX_BODY + 1))})
    async with web(server.talk, context, ca_file) as net:
        assert len((await net.get("https://example.org/whole")).body) == MAX_BODY
        with pytest.raises(PageFailed, match="larger than 262144 bytes"):
            await net.get("https://example.org/over")


async def test_an_endless_page_is_left_at_the_cap(context: ssl.SSLContext, ca_file: Path):
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.transport.is_closing():
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            sent += 4096
            await asyncio.sleep(0)

    async with web(endless, context, ca_file) as net:
        with pytest.raises(PageFailed, match="larger than"):
            await net.get("https://example.org/")
        await asyncio.sleep(0.1)
        before = sent
        await asyncio.sleep(0.1)
    assert sent == before


async def test_a_gzip_bomb_stays_small(context: ssl.SSLContext, ca_file: Path):
    bomb = gzip.compress(b"\0" * 10_000_000)
    async with web(Web({"/": page(bomb, 200, "Content-Encoding: gzip")}).talk, context, ca_file) as net:
        assert (await net.get("https://example.org/")).body == bomb


async def test_a_dripping_page_costs_the_deadline_and_the_connection_is_closed(
    context: ssl.SSLContext, ca_file: Path
):
    closed = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            closed.set()

    async with web(drip, context, ca_file) as net:
        with anyio.move_on_after(0.2) as waited:
            await net.get("https://example.org/")
        with anyio.fail_after(1):
            await closed.wait()
    assert waited.cancelled_caught


async def test_a_megabyte_of_header_is_no_answer(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/": page(b"x", 200, "X: " + "y" * 1_000_000)})
    async with web(server.talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match="no proper answer"):
            await net.get("https://example.org/")


@pytest.mark.parametrize(
    "answer", [b"220 smtp.example.org ESMTP\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
async def test_broken_http_is_no_answer(answer: bytes, context: ssl.SSLContext, ca_file: Path):
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with web(talk, context, ca_file) as net:
        with pytest.raises(NetworkFailed):
            await net.get("https://example.org/")


async def test_an_expired_certificate_leads_to_no_plain_http(ca: trustme.CA, ca_file: Path):
    expired = serving_context(ca.issue_cert("example.org", not_after=datetime.now(UTC) - timedelta(days=1)))
    secure, plain = Web({"/": page(b"x")}), Web({"/": page(b"x")})
    async with web(secure.talk, expired, ca_file, plain.talk) as net:
        with pytest.raises(TlsFailed) as caught:
            await net.get("https://example.org/")
    assert caught.value.verify_code == 10
    assert (secure.asked, plain.asked) == ([], [])


async def test_a_refused_connection_is_told_as_such():
    async with listening(says()) as port:
        pass
    async with Internet(NetSettings.parse(connect_to=[f"::127.0.0.1:{port}"])) as net:
        with pytest.raises(ConnectFailed) as caught:
            await net.get("https://example.org/")
    assert [attempt.failure for attempt in caught.value.attempts] == ["refused"]


async def test_fifty_pages_at_once_do_not_wait_for_one_another(context: ssl.SSLContext, ca_file: Path):
    here, all_here = 0, asyncio.Event()

    async def together(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal here
        await reader.readuntil(b"\r\n\r\n")
        here += 1
        if here == 50:
            all_here.set()
        await all_here.wait()
        writer.write(page(b"x"))
        await writer.drain()

    async with web(together, context, ca_file) as net:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                for _ in range(50):
                    group.start_soon(net.get, "https://example.org/")
