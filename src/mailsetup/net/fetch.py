"""Fetching pages: GET, POST where a protocol asks for it; no cookies or passwords; redirects hop by hop."""

from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import httpcore2

from mailsetup.errors import say
from mailsetup.net.coding import Misencoded, decoded
from mailsetup.net.connect import Dialler, LedInside
from mailsetup.net.failures import PageFailed, StreamClosed
from mailsetup.net.http import MAX_BODY, Page
from mailsetup.net.kept import Kept
from mailsetup.net.proxy import Proxies
from mailsetup.net.servers import Way, WebServer, WebServers
from mailsetup.net.tls import Trust
from mailsetup.net.urls import REDIRECTS, Url, asked, follow, is_inside, refused

KEPT_BYTES = 8 * 1024 * 1024
"""How much is kept of the pages that were fetched."""

_HEADERS = (
    ("User-Agent", f"mailsetup/{version('mailsetup')}"),
    ("Accept", "*/*"),
    # Files this small gain nothing by being packed. Some servers pack them all the same.
    ("Accept-Encoding", "identity"),
)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: Url
    headers: tuple[tuple[str, str], ...] = _HEADERS
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Response:
    """location: where it redirects to. inside: whether who answered is in a private network."""

    status: int
    location: str | None
    body: bytes
    inside: bool


class Fetcher:
    """Fetches pages for door.Net.get. Close it with aclose."""

    def __init__(self, dialler: Dialler, trust: Trust, proxies: Proxies) -> None:
        self._dialler = dialler
        self._proxies = proxies
        self._servers = WebServers(dialler, trust)
        self._pages: Kept[Page] = Kept(KEPT_BYTES, _weigh)

    async def get(self, url: str, *, same_host: bool = False) -> Page:
        """One page, redirects followed; see door.Net.get."""
        if same_host:
            # Such a URL may hold the address: nobody else asks for it, and nothing is kept of it.
            return await self._follow(url, same_host=True)
        return await self._pages.get(url, partial(self._follow, url, same_host=False))

    async def post(self, url: str, body: bytes, media_type: str) -> Page:
        """What is answered to a body; see door.Net.post."""
        place = asked(url)
        headers = (*_HEADERS, ("Content-Type", media_type))
        answer = await self._ask(_Request("POST", place, headers, body))
        return Page((str(place),), answer.status, answer.body, answer.location)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._servers.aclose()

    async def _follow(self, url: str, *, same_host: bool) -> Page:
        hops = [asked(url)]
        # Whoever is outside must not lead us into a private network. He is judged by the address that he
        # answered from, and his redirect by those that are then connected to: not by what DNS says of
        # either of them at another time.
        outside = False
        while True:
            try:
                answer = await self._ask(_Request("GET", hops[-1]), outside=outside)
            except LedInside:
                raise refused(hops[-2], hops[-1]) from None
            if answer.location is None:
                return Page(tuple(map(str, hops)), answer.status, answer.body)
            hops.append(follow(hops, answer.location, same_host=same_host))
            outside = outside or not answer.inside

    async def _ask(self, request: _Request, *, outside: bool = False) -> _Response:
        """One request, answered. Raises LedInside where `outside` forbids all addresses of the host."""
        url = request.url
        # Where a rule leads the connection, the user said so; through a proxy, names are its matter.
        led = self._dialler.leads_elsewhere(url.host, url.port)
        way = Way(None if led else self._proxies.proxy_for(url), outside)
        try:
            async with self._servers.server(url, way) as server:
                try:
                    answer = await _put(request, server)
                except (httpcore2.RemoteProtocolError, StreamClosed):
                    if not server.answered:
                        raise
                    # The server closed a connection that we kept, at the moment when we used it again
                    # (RFC 9112, section 9.3.1).
                    answer = await _put(request, server)
                server.answered = True
                return answer
        except httpcore2.ProxyError as error:
            raise PageFailed(
                say("The web proxy refused to connect to {host}: {answer}.", host=url.host, answer=error),
                say("Check the proxy settings of this computer (HTTPS_PROXY, NO_PROXY)."),
            ) from None
        except (httpcore2.ProtocolError, httpcore2.NetworkError, httpcore2.TimeoutException):
            raise PageFailed(
                say("{host} gave no proper answer to a request for a web page.", host=url.host),
                say("Try again later; if it lasts, tell the provider."),
            ) from None


async def _put(request: _Request, server: WebServer) -> _Response:
    url = request.url
    async with server.pool.stream(
        request.method,
        httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
        headers=list(request.headers),
        content=request.content,
    ) as response:
        address = response.extensions["network_stream"].get_extra_info("server_addr")
        # Behind a proxy it could be anybody.
        inside = server.way.proxy is None and is_inside(address)
        location = _header(response, b"location")
        if location and response.status in REDIRECTS:
            return _Response(response.status, location, b"", inside)
        return _Response(response.status, None, await _read(response, url), inside)


def _header(response: httpcore2.Response, name: bytes) -> str:
    """A header, several of one name joined (RFC 9110, section 5.3); "" where there is none."""
    return b", ".join(value for key, value in response.headers if key.lower() == name).decode(
        "utf-8", "replace"
    )


async def _read(response: httpcore2.Response, url: Url) -> bytes:
    packed = bytearray()
    async for chunk in response.aiter_stream():
        packed += chunk
        if len(packed) > MAX_BODY:
            raise _too_large(url)
    coding = _header(response, b"content-encoding")
    try:
        body = decoded(bytes(packed), coding, MAX_BODY + 1)
    except Misencoded:
        raise PageFailed(
            say("The page {url} is packed in a way that cannot be read ({coding}).", url=url, coding=coding),
            say("The web server is set up wrongly; tell the provider."),
        ) from None
    if len(body) > MAX_BODY:
        raise _too_large(url)
    return body


def _too_large(url: Url) -> PageFailed:
    return PageFailed(
        say("The page {url} is larger than {limit} bytes.", url=url, limit=MAX_BODY),
        say("Settings for mail are never that long; tell the provider."),
    )


def _weigh(page: Page) -> int:
    # An object of Python's takes some hundred bytes, whatever it holds.
    return 800 + len(page.body) + sum(map(len, page.hops))
