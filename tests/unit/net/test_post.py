"""Bodies sent to web servers on loopback, and what comes back."""

import asyncio
import ssl
from pathlib import Path

import pytest
from tests.unit.net.servers import Web, everywhere, listening, page, redirect

from mailsetup.net.connect import Dialler, SystemNames
from mailsetup.net.door import Internet
from mailsetup.net.failures import PageFailed, RedirectRefused
from mailsetup.net.fetch import Fetcher
from mailsetup.net.http import MAX_BODY, Page
from mailsetup.net.proxy import Proxies
from mailsetup.net.tls import Trust

pytestmark = pytest.mark.anyio
URL = "https://autodiscover.example.org/autodiscover/autodiscover.xml"
PATH = "/autodiscover/autodiscover.xml"


class Poster(Web):
    """A web server that also reads what is sent to it. bodies: each as it came."""

    def __init__(self, *answers: bytes) -> None:
        super().__init__({})
        self.left = list(answers)
        self.bodies: list[bytes] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.left:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            self.bodies.append(await reader.readexactly(size))
            writer.write(self.left.pop(0))
            await writer.drain()


async def test_the_body_is_sent_whole_and_with_its_media_type(context: ssl.SSLContext, ca_file: Path):
    server = Poster(page(b"<Autodiscover/>"))
    async with everywhere(server.talk, context, ca_file) as net:
        answer = await net.post(URL, b"<Request/>" * 1000, "text/xml; charset=utf-8")
    assert (answer, server.bodies) == (Page((URL,), 200, b"<Autodiscover/>"), [b"<Request/>" * 1000])
    first, *headers = server.asked[0].decode().strip().split("\r\n")
    assert first == f"POST {PATH} HTTP/1.1"
    assert "Content-Type: text/xml; charset=utf-8" in headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_told_and_not_followed(status: int, context: ssl.SSLContext, ca_file: Path):
    server = Poster(redirect("https://elsewhere.example.net/a b", status))
    async with everywhere(server.talk, context, ca_file) as net:
        answer = await net.post(URL, b"x", "text/xml")
    assert answer == Page((URL,), status, b"", "https://elsewhere.example.net/a b")
    assert len(server.asked) == 1


async def test_a_location_that_is_no_redirect_is_not_told(context: ssl.SSLContext, ca_file: Path):
    server = Poster(page(b"made", 201, "Location: /there"))
    async with everywhere(server.talk, context, ca_file) as net:
        assert (await net.post(URL, b"x", "text/xml")).location is None


async def test_whoever_wants_a_password_gets_none(context: ssl.SSLContext, ca_file: Path):
    asks = page(b"", 401, 'WWW-Authenticate: Basic realm="Exchange"', "WWW-Authenticate: NTLM")
    server = Poster(asks, asks)
    async with everywhere(server.talk, context, ca_file) as net:
        for _ in range(2):
            assert (await net.post(URL, b"x", "text/xml")).status == 401
    assert len(server.asked) == 2
    assert all(b"uthorization" not in head for head in server.asked)


async def test_an_answer_over_the_cap_is_an_error(context: ssl.SSLContext, ca_file: Path):
    server = Poster(page(b"x" * (MAX_BODY + 1)))
    async with everywhere(server.talk, context, ca_file) as net:
        with pytest.raises(PageFailed, match="larger than"):
            await net.post(URL, b"x", "text/xml")


async def test_each_body_is_sent_though_another_was_sent_before(context: ssl.SSLContext, ca_file: Path):
    server = Poster(page(b"1"), page(b"2"))
    async with everywhere(server.talk, context, ca_file) as net:
        assert [(await net.post(URL, b"x", "text/xml")).body for _ in range(2)] == [b"1", b"2"]


async def test_a_kept_connection_that_was_closed_is_made_anew(context: ssl.SSLContext, ca_file: Path):
    connections = 0
    server = Poster(page(b"1"), page(b"2"))

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        if connections == 1:
            # It answers once, takes the second question, and closes without a word.
            second = server.left.pop()
            await server.talk(reader, writer)
            server.left.append(second)
            await reader.readuntil(b"\r\n\r\n")
        else:
            await server.talk(reader, writer)

    async with everywhere(closing, context, ca_file) as net:
        assert [(await net.post(URL, b"x", "text/xml")).body for _ in range(2)] == [b"1", b"2"]
    assert connections == 2


async def test_a_url_that_may_not_be_asked_is_refused():
    async with Internet() as net:
        with pytest.raises(RedirectRefused):
            await net.post("https://127.0.0.1/", b"x", "text/xml")


async def test_it_goes_through_the_proxy_as_a_page_does(context: ssl.SSLContext, ca_file: Path):
    heads: list[bytes] = []
    server = Poster(page(b"y"))
    async with listening(server.talk, context) as port:

        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 Fine\r\n\r\n")
            there, back = await asyncio.open_connection("127.0.0.1", port)

            async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
                while data := await source.read(65536):
                    sink.write(data)

            try:
                await asyncio.gather(carry(reader, back), carry(there, writer))
            finally:
                back.transport.abort()

        async with listening(proxy) as proxy_port:
            proxies = Proxies({"https": f"http://127.0.0.1:{proxy_port}"}, lambda host: False)
            fetcher = Fetcher(Dialler(SystemNames()), Trust(ca_file), proxies)
            assert (await fetcher.post(URL, b"x", "text/xml")).body == b"y"
            await fetcher.aclose()
    assert heads[0].startswith(b"CONNECT autodiscover.example.org:443 ")
    assert server.bodies == [b"x"]
