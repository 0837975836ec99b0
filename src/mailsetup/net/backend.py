"""What the HTTP library connects with: our names, our connections, our handshake, our errors."""

import selectors
import ssl
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import anyio
import httpcore2
from anyio.abc import ByteStream, SocketAttribute

from mailsetup.errors import say
from mailsetup.net.connect import Dialler
from mailsetup.net.failures import StreamClosed
from mailsetup.net.http import MAX_BODY
from mailsetup.net.tls import handshake

MAX_ANSWER = 2 * MAX_BODY
"""Bytes that one request may bring, with all that HTTP puts around a page: interim answers, chunk sizes."""

# Unlike others it holds no file of its own, and so is cheap to make for one look.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
_ENDED = (anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError, OSError)


class Backend(httpcore2.AsyncNetworkBackend):
    """Opens connections for the HTTP library. Time-outs are the caller's deadline alone."""

    def __init__(self, dialler: Dialler, *, outside: bool = False) -> None:
        self._dialler = dialler
        self._outside = outside

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A plain connection. Raises NameFailed, ConnectFailed, LedInside."""
        stream, attempts = await self._dialler.dial(host, port, outside=self._outside)
        return _WebStream(stream, host, port, attempts[-1].address)


class _WebStream(httpcore2.AsyncNetworkStream):
    def __init__(self, stream: ByteStream, host: str, port: int, address: str) -> None:
        self._stream = stream
        self._host = host
        self._port = port
        self._address = address
        self._received = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._received > MAX_ANSWER:
            raise httpcore2.RemoteProtocolError
        try:
            data = await self._stream.receive(max_bytes)
            self._received += len(data)
            return data
        except anyio.EndOfStream:
            return b""
        except _ENDED:
            raise StreamClosed(
                say("{host} closed the connection on port {port}.", host=self._host, port=self._port),
                say("Try again later."),
            ) from None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # The library also writes the end of a request, which has no bytes.
        if not buffer:
            return
        self._received = 0
        try:
            await self._stream.send(buffer)
        except _ENDED:
            # The library then reads: the server may have answered before it closed.
            raise httpcore2.WriteError from None

    async def aclose(self) -> None:
        await anyio.aclose_forcefully(self._stream)

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        host = server_hostname or self._host
        stream = await handshake(self._stream, ssl_context, host, self._port)
        return _WebStream(stream, host, self._port, self._address)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._socket)
        return self._address if info == "server_addr" else None

    @cached_property
    def _socket(self) -> Any:
        # Looked for once: the library asks of every idle connection whenever there is a request.
        return self._stream.extra(SocketAttribute.raw_socket)  # noqa: S610


def _is_readable(raw: Any) -> bool:
    """Whether an idle connection has something to say: only that the server closed it."""
    if raw.fileno() < 0:
        # Closed on our side already.
        return True
    with _Selector() as selector:
        selector.register(raw, selectors.EVENT_READ)
        return bool(selector.select(0))
