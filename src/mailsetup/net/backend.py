"""What the HTTP library connects with: our names, our connections, our handshake, our errors."""

import selectors
import ssl
from collections.abc import Iterable
from typing import Any

import anyio
import httpcore2
from anyio.abc import ByteStream, SocketAttribute

from mailsetup.errors import say
from mailsetup.net.connect import Dialler
from mailsetup.net.failures import StreamClosed
from mailsetup.net.tls import handshake

_ENDED = (anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError, OSError)


class Backend(httpcore2.AsyncNetworkBackend):
    """Opens connections for the HTTP library. Time-outs are the caller's deadline alone."""

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A plain connection. Raises NameFailed, ConnectFailed."""
        stream, _ = await self._dialler.dial(host, port)
        return _WebStream(stream, host, port)


class _WebStream(httpcore2.AsyncNetworkStream):
    def __init__(self, stream: ByteStream, host: str, port: int) -> None:
        self._stream = stream
        self._host = host
        self._port = port

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        except _ENDED:
            raise StreamClosed(
                say("{host} closed the connection on port {port}.", host=self._host, port=self._port),
                say("Try again later."),
            ) from None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
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
        return _WebStream(await handshake(self._stream, ssl_context, host, self._port), host, self._port)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._stream)
        return None


def _is_readable(stream: ByteStream) -> bool:
    """Whether an idle connection has something to say: only that the server closed it."""
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(stream.extra(SocketAttribute.raw_socket), selectors.EVENT_READ)  # noqa: S610
        except ValueError:
            # Closed on our side already.
            return True
        return bool(selector.select(0))
