"""Fetching pages: GET and nothing else, without cookies or passwords, capped, redirects hop by hop."""

from importlib.metadata import version

import httpcore2

from mailsetup.errors import say
from mailsetup.net.backend import Backend
from mailsetup.net.connect import Dialler, SystemNames
from mailsetup.net.failures import PageFailed, StreamClosed
from mailsetup.net.http import MAX_BODY, Page
from mailsetup.net.proxy import Proxies, read_proxy
from mailsetup.net.tls import Trust
from mailsetup.net.urls import REDIRECTS, Url, asked, follow, is_inside, refused

IDLE_SECONDS = 5.0
"""How long a connection is kept for the next page of the same server."""

_HEADERS = (
    ("User-Agent", f"mailsetup/{version('mailsetup')}"),
    ("Accept", "*/*"),
    # Nothing is ever decoded, so nothing small can become large.
    ("Accept-Encoding", "identity"),
)


class Fetcher:
    """Fetches pages for door.Net.get. Close it with aclose."""

    def __init__(self, dialler: Dialler, trust: Trust, proxies: Proxies) -> None:
        self._dialler = dialler
        self._trust = trust
        self._proxies = proxies
        self._pools: dict[str | None, httpcore2.AsyncConnectionPool] = {}
        self._answered: set[tuple[str, str, int]] = set()

    async def get(self, url: str, *, same_host: bool = False) -> Page:
        """One page, redirects followed; see door.Net.get."""
        hops = [asked(url)]
        while True:
            status, location, body = await self._ask(hops[-1])
            if location is None:
                return Page(tuple(map(str, hops)), status, body)
            target = follow(hops, location, same_host=same_host)
            if target.host != hops[0].host and await self._leads_inside(hops[0], target):
                raise refused(hops[-1], target)
            hops.append(target)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _ask(self, url: Url) -> tuple[int, str | None, bytes]:
        """One request: the status, and either where it redirects to or the body."""
        try:
            try:
                return await self._request(url)
            except (httpcore2.RemoteProtocolError, StreamClosed):
                if (url.scheme, url.host, url.port) not in self._answered:
                    raise
                # The server closed a connection that we kept, at the moment when we used it again
                # (RFC 9112, section 9.3.1).
                return await self._request(url)
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

    async def _request(self, url: Url) -> tuple[int, str | None, bytes]:
        request = httpcore2.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        pool = self._pool(self._proxy(url))
        async with pool.stream("GET", request, headers=list(_HEADERS)) as response:
            location = _header(response, b"location")
            if location is not None and response.status in REDIRECTS:
                return response.status, location, b""
            body = await _read(response, url)
            self._answered.add((url.scheme, url.host, url.port))
            return response.status, None, body

    async def _leads_inside(self, first: Url, target: Url) -> bool:
        """Whether a redirect would lead from the world into a private network.

        Where a rule leads the connection, the user said so; through a proxy, names are the proxy's matter.
        """
        if self._dialler.leads_elsewhere(target.host, target.port) or self._proxy(target):
            return False
        if not any(await self._insides(target)):
            return False
        # Whoever wants to be led inside may name one inner address beside his own: all must be inner.
        return bool(self._proxy(first)) or not all(await self._insides(first))

    async def _insides(self, url: Url) -> list[bool]:
        # The resolver keeps its answers: what is judged here is what will be connected to.
        return [is_inside(address) for address in await self._dialler.addresses(url.host, url.port)]

    def _proxy(self, url: Url) -> str | None:
        return None if self._dialler.leads_elsewhere(url.host, url.port) else self._proxies.proxy_for(url)

    def _pool(self, proxy: str | None) -> httpcore2.AsyncConnectionPool:
        if proxy not in self._pools:
            self._pools[proxy] = httpcore2.AsyncConnectionPool(
                ssl_context=self._trust.web,
                proxy=None if proxy is None else read_proxy(proxy, self._trust.web),
                # How many at once is decided by whoever asks.
                max_connections=None,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=Backend(self._dialler if proxy is None else Dialler(SystemNames())),
            )
        return self._pools[proxy]


def _header(response: httpcore2.Response, name: bytes) -> str | None:
    found = next((value for key, value in response.headers if key.lower() == name), None)
    return None if found is None else found.decode("utf-8", "replace")


async def _read(response: httpcore2.Response, url: Url) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise PageFailed(
                say("The page {url} is larger than {limit} bytes.", url=url, limit=MAX_BODY),
                say("Settings for mail are never that long; tell the provider."),
            )
    return bytes(body)
