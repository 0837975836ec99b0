"""Pages from honest web servers on loopback, each asked for once."""

import asyncio
import gzip
import ssl
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
import trustme
from tests.unit.net.servers import (
    Web,
    answering,
    everywhere,
    listening,
    page,
    says,
    serving_context,
    zone,
)

from mailsetup.net.door import Internet, NetSettings
from mailsetup.net.failures import ConnectFailed, PageFailed, TlsFailed
from mailsetup.net.http import MAX_BODY, Page

pytestmark = pytest.mark.anyio
URL = "https://autoconfig.example.org/mail/config-v1.1.xml"
ContextFor = Callable[..., ssl.SSLContext]


async def test_a_page_is_asked_for_plainly_and_without_anything_about_us(
    context: ssl.SSLContext, ca_file: Path
):
    server = Web({"/mail/config-v1.1.xml": page(b"<clientConfig/>")})
    async with everywhere(server.talk, context, ca_file) as net:
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
    async with everywhere(Web({"/": page(b"x")}).talk, context, ca_file) as net:
        await net.get("https://autoconfig.example.org/")
        with pytest.raises(TlsFailed) as caught:
            await net.get("https://other.example.org/")
    assert asked == ["autoconfig.example.org", "other.example.org"]
    assert caught.value.verify_code == 62


@pytest.mark.parametrize("status", [401, 404, 500, 200])
async def test_every_status_is_an_answer(status: int, context: ssl.SSLContext, ca_file: Path):
    server = Web({"/mail/config-v1.1.xml": page(b"<html>", status, 'WWW-Authenticate: Basic realm="x"')})
    async with everywhere(server.talk, context, ca_file) as net:
        assert (await net.get(URL)).status == status
    assert len(server.asked) == 1


async def test_the_connection_serves_for_the_next_page(context: ssl.SSLContext, ca_file: Path):
    connections = 0
    server = Web({f"/{n}": page(b"x") for n in range(3)})

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await server.talk(reader, writer)

    async with everywhere(counting, context, ca_file) as net:
        for n in range(3):
            await net.get(f"https://example.org/{n}")
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

    async with everywhere(once, context, ca_file) as net:
        for n in range(3):
            assert (await net.get(f"https://example.org/{n}")).body == b"x"
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

    async with everywhere(together, context, ca_file) as net:
        async with anyio.create_task_group() as group:
            for n in range(4):
                group.start_soon(net.get, f"https://example.org/{n}")
        await asyncio.sleep(0.1)
        assert (await net.get("https://example.org/")).body == b"x"


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


@pytest.mark.parametrize("status", [200, 404])
async def test_a_page_that_is_packed_though_we_asked_not_to_is_read(
    status: int, context: ssl.SSLContext, ca_file: Path
):
    packed = page(gzip.compress(b"<clientConfig/>"), status, "Content-Encoding: gzip")
    async with everywhere(Web({"/": packed}).talk, context, ca_file) as net:
        assert (await net.get("https://example.org/")).body == b"<clientConfig/>"


async def test_a_page_is_asked_for_once_a_run(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/": page(b"x")})
    async with everywhere(server.talk, context, ca_file) as net:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(net.get, "https://example.org/")
        assert (await net.get("https://example.org/")).body == b"x"
    assert len(server.asked) == 1


async def test_a_page_that_failed_is_asked_for_again(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/": page(b"x" * (MAX_BODY + 1))})
    async with everywhere(server.talk, context, ca_file) as net:
        with pytest.raises(PageFailed):
            await net.get("https://example.org/")
        server.answers["/"] = page(b"y")
        assert (await net.get("https://example.org/")).body == b"y"


async def test_nothing_is_kept_of_a_url_that_may_hold_the_address(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/?emailaddress=ada": page(b"x")})
    async with everywhere(server.talk, context, ca_file) as net:
        for _ in range(2):
            await net.get("https://example.org/?emailaddress=ada", same_host=True)
        assert net._fetcher._pages._answers == {}
    assert len(server.asked) == 2


async def test_connections_of_a_few_servers_are_kept_and_no_more(
    ca_file: Path, context_for: ContextFor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mailsetup.net.servers.IDLE_SERVERS", 3)
    here: set[int] = set()
    server = Web({"/": page(b"x")})

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        here.add(id(writer))
        try:
            await server.talk(reader, writer)
        finally:
            here.discard(id(writer))

    async with everywhere(counting, context_for("*.example.org"), ca_file) as net:
        for n in range(10):
            await net.get(f"https://d{n}.example.org/")
        await asyncio.sleep(0.1)
        assert len(here) == 3


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

    async with everywhere(together, context, ca_file) as net:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                for n in range(50):
                    group.start_soon(net.get, f"https://example.org/{n}")
