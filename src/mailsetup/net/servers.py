"""Connections to web servers, kept a while for the next page of the same one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpcore2

from mailsetup.net.backend import Backend
from mailsetup.net.connect import Dialler, SystemNames
from mailsetup.net.proxy import read_proxy
from mailsetup.net.tls import Trust
from mailsetup.net.urls import Url

IDLE_SECONDS = 5.0
"""How long a connection is kept for the next page of the same server."""
IDLE_CONNECTIONS = 16
"""How many connections that wait are kept of one server."""
IDLE_SERVERS = 64
"""Of how many servers that nobody speaks to at the moment connections are kept."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a web server is reached.

    proxy: its URL, or None. outside: no address of a private network is connected to.
    """

    proxy: str | None
    outside: bool


@dataclass(slots=True)
class WebServer:
    """One web server: its connections, the way they go, and whether it answered properly before."""

    pool: httpcore2.AsyncConnectionPool
    way: Way
    answered: bool = False
    users: int = 0


class WebServers:
    """Every server has a pool of its own: a pool looks at each of its connections for each request."""

    def __init__(self, dialler: Dialler, trust: Trust) -> None:
        self._dialler = dialler
        self._trust = trust
        self._idle: dict[tuple[Way, str, str, int], WebServer] = {}
        self._busy: dict[tuple[Way, str, str, int], WebServer] = {}

    @asynccontextmanager
    async def server(self, url: Url, way: Way) -> AsyncIterator[WebServer]:
        """The server of a URL, which is not closed meanwhile. Raises PageFailed for a proxy that is none."""
        key = (way, url.scheme, url.host, url.port)
        server = self._busy.get(key) or self._idle.pop(key, None) or WebServer(self._pool(way), way)
        self._busy[key] = server
        server.users += 1
        try:
            yield server
        finally:
            server.users -= 1
            if not server.users:
                del self._busy[key]
                if server.pool.connections:
                    self._idle[key] = server
                if len(self._idle) > IDLE_SERVERS:
                    # The first is the one unused for longest.
                    await self._idle.pop(next(iter(self._idle))).pool.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        for server in (*self._idle.values(), *self._busy.values()):
            await server.pool.aclose()
        self._idle.clear()
        self._busy.clear()

    def _pool(self, way: Way) -> httpcore2.AsyncConnectionPool:
        # A proxy is found as the system finds it, and may well be inside.
        backend = (
            Backend(Dialler(SystemNames())) if way.proxy else Backend(self._dialler, outside=way.outside)
        )
        return httpcore2.AsyncConnectionPool(
            ssl_context=self._trust.web,
            proxy=read_proxy(way.proxy, self._trust.web) if way.proxy else None,
            # How many at once is decided by whoever asks.
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=backend,
        )
