"""The real Stream: lines over TCP, and TLS begun without letting a plain byte through."""

import ssl

import anyio
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteStream

from mailsetup.errors import say
from mailsetup.net.failures import BytesBeforeTls, LineTooLong, StreamClosed
from mailsetup.net.stream import MAX_LINE, MAX_LITERAL, Attempt, Identity, TlsFacts
from mailsetup.net.tls import Trust, look, prove_server

# EndOfStream and BrokenResourceError are the server's doing; ClosedResourceError comes after our own aclose.
_ENDED = (
    anyio.EndOfStream,
    anyio.IncompleteRead,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    ssl.SSLError,
    OSError,
)


class LineStream:
    """A conversation with one server over bytes that were just opened; see stream.Stream."""

    def __init__(
        self, raw: ByteStream, trust: Trust, host: str, port: int, attempts: tuple[Attempt, ...] = ()
    ) -> None:
        self._raw: ByteStream = raw
        self._buffered = BufferedByteStream(raw)
        self._trust = trust
        self._host = host
        self._port = port
        self._attempts = attempts
        self._tls: TlsFacts | None = None

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every address tried, in order; the last one answered."""
        return self._attempts

    @property
    def tls(self) -> TlsFacts | None:
        """The proven TLS session, or None while the connection is plain."""
        return self._tls

    async def send(self, data: bytes) -> None:
        """Send bytes. Raises StreamClosed."""
        try:
            await self._buffered.send(data)
        except _ENDED:
            raise self._closed() from None

    async def line(self) -> bytes:
        """The next line, without its CRLF. A bare LF is part of it. Raises LineTooLong, StreamClosed."""
        try:
            line = await self._buffered.receive_until(b"\r\n", MAX_LINE + 2)
        except anyio.DelimiterNotFound:
            raise self._too_long() from None
        except _ENDED:
            raise self._closed() from None
        # The end of a longer line may already have been in the buffer.
        if len(line) > MAX_LINE:
            raise self._too_long()
        return line

    async def exactly(self, count: int) -> bytes:
        """The next count bytes. Raises ValueError for a count past MAX_LITERAL, StreamClosed."""
        if not 0 <= count <= MAX_LITERAL:
            raise ValueError("the count of bytes is past MAX_LITERAL")
        try:
            return await self._buffered.receive_exactly(count)
        except _ENDED:
            raise self._closed() from None

    async def start_tls(self, identity: Identity) -> TlsFacts:
        """Begin TLS. Raises BytesBeforeTls, TlsFailed, StreamClosed; the connection is then closed.

        Plain bytes that come later than those in the buffer break the handshake by themselves.
        """
        if self._tls is not None:
            raise ValueError("TLS has begun already")
        if self._buffered.buffer:
            await self.aclose()
            raise BytesBeforeTls(
                say("{host} sent more than its answer before TLS began.", host=self._host),
                say("Somebody may be tampering with the connection. Try another network; tell the provider."),
            )
        stream, self._tls = await prove_server(self._raw, self._trust, identity, self._port)
        self._raw = stream
        self._buffered = BufferedByteStream(stream)
        return self._tls

    async def aclose(self) -> None:
        """Close, at once and without a word."""
        await anyio.aclose_forcefully(self._buffered)

    async def certificate(self) -> bytes | None:
        """What tls.look sees on this connection, which it ends."""
        if self._buffered.buffer:
            await self.aclose()
            return None
        return await look(self._raw, self._host, self._port)

    def _closed(self) -> StreamClosed:
        return StreamClosed(
            say("{host} closed the connection on port {port}.", host=self._host, port=self._port),
            say("Wait some minutes and try again: servers shut out computers that came too often."),
        )

    def _too_long(self) -> LineTooLong:
        return LineTooLong(
            say("{host} sent a line longer than {limit} bytes.", host=self._host, limit=MAX_LINE),
            say("No mail server does that; check the host name and the port."),
        )
