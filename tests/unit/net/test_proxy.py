"""Fetching through a web proxy."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.net.servers import Web, listening, page, redirect

from mailsetup.net.connect import Dialler, SystemNames
from mailsetup.net.connect_to import ConnectTo
from mailsetup.net.door import Internet, NetSettings
from mailsetup.net.failures import PageFailed, RedirectRefused
from mailsetup.net.fetch import Fetcher
from mailsetup.net.names import Answer
from mailsetup.net.proxy import Proxies, read_proxy
from mailsetup.net.tls import Trust
from mailsetup.net.urls import asked

pytestmark = pytest.mark.anyio


class Proxy:
    """A CONNECT proxy that leads every tunnel to one port; remembers the heads of what it was asked."""

    def __init__(self, port: int, status: str = "200 Fine") -> None:
        self.port = port
        self.status = status
        self.asked: list[str] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {self.status}\r\n\r\n".encode())
        if not self.status.startswith("200"):
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.port)

        async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                sink.write(data)

        try:
            await asyncio.gather(carry(reader, back), carry(there, writer))
        finally:
            back.transport.abort()


class Inside:
    """Knows every host, and each of them in a private network."""

    async def addresses(self, host: str) -> Answer[str]:
        return Answer(host, ("127.0.0.1",))


def through(
    proxy: str, ca_file: Path, *rules: str, bypass: Callable[[str], bool] = lambda host: False
) -> Fetcher:
    dialler = Dialler(SystemNames(), tuple(map(ConnectTo.parse, rules)))
    return Fetcher(dialler, Trust(ca_file), Proxies({"https": proxy}, bypass))


async def test_https_goes_through_a_tunnel_and_is_verified_end_to_end(
    context_for: Callable[..., ssl.SSLContext], ca_file: Path
):
    web = Web({"/": redirect("/b"), "/b": page(b"x")})
    async with listening(web.talk, context_for("example.org")) as port:
        proxy = Proxy(port)
        async with listening(proxy.talk) as proxy_port:
            fetcher = through(f"http://ada:s%20cret@127.0.0.1:{proxy_port}", ca_file)
            assert (await fetcher.get("https://example.org/")).body == b"x"
            await fetcher.aclose()
    assert proxy.asked[0].startswith("CONNECT example.org:443 HTTP/1.1\r\n")
    # base64 of "ada:s cret"; the web server must not see it.
    assert "Proxy-Authorization: Basic YWRhOnMgY3JldA==" in proxy.asked[0]
    assert all(b"uthorization" not in head for head in web.asked)


async def test_a_proxy_that_refuses_is_told(ca_file: Path):
    proxy = Proxy(0, "403 Forbidden")
    async with listening(proxy.talk) as port:
        fetcher = through(f"http://127.0.0.1:{port}", ca_file)
        with pytest.raises(PageFailed, match=r"proxy refused to connect to example\.org: 403 Forbidden"):
            await fetcher.get("https://example.org/")
        await fetcher.aclose()


async def test_where_a_rule_leads_elsewhere_no_proxy_is_asked(
    context_for: Callable[..., ssl.SSLContext], ca_file: Path
):
    async with listening(Web({"/": page(b"x")}).talk, context_for("example.org")) as port:
        fetcher = through("http://127.0.0.1:1", ca_file, f"example.org:443:127.0.0.1:{port}")
        assert (await fetcher.get("https://example.org/")).body == b"x"
        await fetcher.aclose()


async def test_what_comes_through_a_proxy_may_not_lead_inside_past_it(
    context_for: Callable[..., ssl.SSLContext], ca_file: Path
):
    web = Web({"/": redirect("https://example.net/")})
    async with listening(web.talk, context_for("example.org")) as port:
        proxy = Proxy(port)
        async with listening(proxy.talk) as proxy_port:
            proxies = Proxies({"https": f"http://127.0.0.1:{proxy_port}"}, lambda host: "net" in host)
            fetcher = Fetcher(Dialler(Inside()), Trust(ca_file), proxies)
            with pytest.raises(RedirectRefused):
                await fetcher.get("https://example.org/")
            await fetcher.aclose()
    assert len(proxy.asked) == 1


async def test_the_proxy_of_the_environment_is_taken(monkeypatch: pytest.MonkeyPatch):
    proxy = Proxy(0, "403 Forbidden")
    async with listening(proxy.talk) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        async with Internet() as net:
            with pytest.raises(PageFailed):
                await net.get("https://example.org/")
    assert len(proxy.asked) == 1


async def test_with_a_name_server_of_ones_own_there_is_no_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    async with Internet(NetSettings(nameserver="127.0.0.1")) as net:
        assert net._fetcher._proxies.proxy_for(asked("https://example.org/")) is None


def test_some_hosts_are_asked_without_the_proxy():
    proxies = Proxies({"https": "http://p:1"}, lambda host: host == "example.org")
    assert proxies.proxy_for(asked("https://example.org/")) is None
    assert proxies.proxy_for(asked("https://example.net/")) == "http://p:1"
    assert proxies.proxy_for(asked("http://example.net/")) is None


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("proxy.example.org:3128", (b"http", b"proxy.example.org", 3128)),
        ("http://proxy.example.org", (b"http", b"proxy.example.org", 80)),
        ("https://proxy.example.org", (b"https", b"proxy.example.org", 443)),
        ("http://[::1]:3128/", (b"http", b"::1", 3128)),
    ],
)
def test_a_proxy_is_read_as_people_write_it(text: str, origin: tuple[bytes, bytes, int]):
    url = read_proxy(text, ssl.create_default_context()).url
    assert (url.scheme, url.host, url.port) == origin


@pytest.mark.parametrize("text", ["socks5://p:1080", "http://", "http://ada:secret@p:port"])
def test_another_proxy_is_refused_and_its_password_not_shown(text: str):
    with pytest.raises(PageFailed) as caught:
        read_proxy(text, ssl.create_default_context())
    assert "secret" not in str(caught.value)
