"""One question put to one name server: UDP first, TCP where the answer was cut (RFC 7766)."""

import socket
from dataclasses import dataclass
from typing import Any, Self

import anyio
import dns.flags
import dns.message
from anyio.streams.buffered import BufferedByteReceiveStream

from mailsetup.net.query import Query

TRY_SECONDS = 2.0
"""How long a server may be silent before the next one is asked, or the same one again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name server is asked. where: as the system's sockets take it."""

    address: str
    port: int
    family: socket.AddressFamily
    where: Any

    @classmethod
    def of(cls, address: str, port: int) -> Self:
        """An IP address, one with a zone ("fe80::1%eth0") too. Raises OSError where it is none."""
        flags = socket.AI_NUMERICHOST
        (family, *_, where), *_ = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM, flags=flags)
        return cls(address, port, family, where)


async def exchange(query: Query, place: Place) -> dns.message.QueryMessage | None:
    """The server's reply, or None where it is silent. Raises OSError where no proper one can be had."""
    reply = None
    with anyio.move_on_after(TRY_SECONDS):
        reply = await _by_udp(query, place)
    if reply is None or not reply.flags & dns.flags.TC:
        return reply
    with anyio.move_on_after(TRY_SECONDS):
        return await _by_tcp(query, place)
    return None


async def _by_udp(query: Query, place: Place) -> dns.message.QueryMessage:
    # A new socket for every question: whoever forges an answer must guess its port too (RFC 5452). It is
    # connected, so that the system drops what others send.
    with socket.socket(place.family, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        asker.connect(place.where)
        asker.send(query.wire)
        while True:
            await anyio.wait_readable(asker)
            try:
                reply = query.read(asker.recv(65535))
            except BlockingIOError:
                # What made it readable was thrown away for its checksum.
                continue
            if reply is not None:
                return reply


async def _by_tcp(query: Query, place: Place) -> dns.message.QueryMessage:
    try:
        async with await anyio.connect_tcp(place.address, place.port) as stream:
            await stream.send(len(query.wire).to_bytes(2, "big") + query.wire)
            received = BufferedByteReceiveStream(stream)
            size = int.from_bytes(await received.receive_exactly(2), "big")
            reply = query.read(await received.receive_exactly(size))
    except (anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead):
        raise ConnectionError("closed by the name server") from None
    if reply is None or reply.flags & dns.flags.TC:
        raise ConnectionError("no answer though TCP has room for it")
    return reply
