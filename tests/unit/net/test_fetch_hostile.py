"""Web servers on loopback that are broken, or mean harm."""

import asyncio
import gzip
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
import trustme
from tests.unit.net.servers import (
    Web,
    everywhere,
    page,
    serving_context,
)

from mailsetup.errors import NetworkFailed
from mailsetup.net.failures import PageFailed, TlsFailed
from mailsetup.net.http import MAX_BODY

pytestmark = pytest.mark.anyio


async def test_a_server_that_never_answers_properly_is_asked_once(context: ssl.SSLContext, ca_file: Path):
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))

    async with everywhere(talk, context, ca_file) as net:
        with pytest.raises(NetworkFailed):
            await net.get("https://example.org/")
    assert len(asked) == 1


async def test_a_page_over_the_cap_is_an_error_and_not_cut(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/whole": page(b"x" * MAX_BODY), "/over": page(b"x" * (MAX_BODY + 1))})
    async with everywhere(server.talk, context, ca_file) as net:
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

    async with everywhere(endless, context, ca_file) as net:
        with pytest.raises(PageFailed, match="larger than"):
            await net.get("https://example.org/")
        await asyncio.sleep(0.1)
        before = sent
        await asyncio.sleep(0.1)
    assert sent == before


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

    async with everywhere(drip, context, ca_file) as net:
        with anyio.move_on_after(0.2) as waited:
            await net.get("https://example.org/")
        with anyio.fail_after(1):
            await closed.wait()
    assert waited.cancelled_caught


async def test_a_dripping_header_costs_the_deadline(context: ssl.SSLContext, ca_file: Path):
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            writer.write(b"y")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with everywhere(drip, context, ca_file) as net:
        with anyio.move_on_after(0.2) as waited:
            await net.get("https://example.org/")
    assert waited.cancelled_caught


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"y" * 1000 + b"\r\nx\r\n"),
    ],
)
async def test_what_http_puts_around_a_page_is_capped_too(
    first: bytes, again: bytes, context: ssl.SSLContext, ca_file: Path
):
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        while not writer.transport.is_closing():
            writer.write(again * 100)
            await writer.drain()
            await asyncio.sleep(0)

    async with everywhere(flood, context, ca_file) as net:
        with anyio.fail_after(5), pytest.raises(PageFailed, match="no proper answer"):
            await net.get("https://example.org/")


async def test_a_gzip_bomb_is_over_the_cap(context: ssl.SSLContext, ca_file: Path):
    bomb = page(gzip.compress(b"\0" * 10_000_000), 200, "Content-Encoding: gzip")
    async with everywhere(Web({"/": bomb}).talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match="larger than 262144 bytes"):
            await net.get("https://example.org/")


@pytest.mark.parametrize(
    "headers", [("Content-Encoding: br",), ("Content-Encoding: gzip", "Content-Encoding: gzip")]
)
async def test_a_page_packed_in_another_way_or_twice_is_an_error_with_a_sentence(
    headers: tuple[str, ...], context: ssl.SSLContext, ca_file: Path
):
    body = page(gzip.compress(gzip.compress(b"x")), 200, *headers)
    async with everywhere(Web({"/": body}).talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match=r"packed in a way that cannot be read \((br|gzip, gzip)\)"):
            await net.get("https://example.org/")


async def test_a_megabyte_of_header_is_no_answer(context: ssl.SSLContext, ca_file: Path):
    server = Web({"/": page(b"x", 200, "X: " + "y" * 1_000_000)})
    async with everywhere(server.talk, context, ca_file) as net:
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

    async with everywhere(talk, context, ca_file) as net:
        with pytest.raises(NetworkFailed):
            await net.get("https://example.org/")


async def test_an_expired_certificate_leads_to_no_plain_http(ca: trustme.CA, ca_file: Path):
    expired = serving_context(ca.issue_cert("example.org", not_after=datetime.now(UTC) - timedelta(days=1)))
    secure, plain = Web({"/": page(b"x")}), Web({"/": page(b"x")})
    async with everywhere(secure.talk, expired, ca_file, plain.talk) as net:
        with pytest.raises(TlsFailed) as caught:
            await net.get("https://example.org/")
    assert caught.value.verify_code == 10
    assert (secure.asked, plain.asked) == ([], [])
