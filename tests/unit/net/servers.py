"""Small servers that say what a test wants and remember what they were asked. Loopback only."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import trustme

from mailsetup.net.door import Internet, NetSettings

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def serving_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@asynccontextmanager
async def listening(
    talk: Talk, context: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[int]:
    """A TCP (or TLS) server; gives its port. What it is talking when the test ends is cut off."""
    talking: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talking.add(task)
        with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        talking.discard(task)
        writer.transport.abort()

    server = await asyncio.start_server(serve, host, port, ssl=context)
    # Failed handshakes are wanted here.
    asyncio.get_running_loop().set_exception_handler(lambda loop, told: None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(talking):
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        await server.wait_closed()


def says(*parts: bytes, then_silent: bool = False) -> Talk:
    """A server that says these parts, each in a segment of its own, and closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        if then_silent:
            await reader.read()
        else:
            writer.write_eof()
            await reader.read()

    return talk


@dataclass
class Web:
    """A web server: paths and what they answer, whole. asked: every request, its head as it came."""

    answers: dict[str, bytes]
    asked: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            host = next(line[6:] for line in head.decode().split("\r\n") if line.startswith("Host: "))
            path = head.split(b" ")[1].decode()
            answer = self.answers.get(host + path) or self.answers.get(path) or page(b"", 404)
            writer.write(answer)
            await writer.drain()


def page(body: bytes, status: int = 200, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} So", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    return page(b"", status, f"Location: {location}")


@asynccontextmanager
async def everywhere(
    talk: Talk, context: ssl.SSLContext, ca_file: Path, plain: Talk | None = None
) -> AsyncIterator[Internet]:
    """A world in which everything at port 443 is this server, and everything at port 80 that one."""
    async with listening(talk, context) as tls, listening(plain or says()) as port:
        rules = (f":443:127.0.0.1:{tls}", f":80:127.0.0.1:{port}")
        async with Internet(NetSettings.parse(connect_to=rules, ca_file=ca_file)) as net:
            yield net


Reply = dns.message.Message | bytes | None
Zone = Callable[[dns.message.Message, bool], Reply | Iterable[Reply]]
"""Given a query, and whether it came over TCP: what goes back. None: nothing."""


@dataclass
class Names:
    """A name server that runs. asked: "SRV _imaps._tcp.example.org", with " (TCP)" after it where it was."""

    port: int
    asked: list[str] = field(default_factory=list)
    queries: list[dns.message.Message] = field(default_factory=list)

    @property
    def word(self) -> str:
        return f"127.0.0.1:{self.port}"


class Datagrams(asyncio.DatagramProtocol):
    """Answers packets; given each, and False for "not over TCP"."""

    def __init__(self, answer: Callable[[bytes, bool], list[bytes]]) -> None:
        self.answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for reply in self.answer(data, False):
            self.transport.sendto(reply, addr)  # type: ignore[attr-defined]


@asynccontextmanager
async def answering(zone: Zone, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Names]:
    """A name server over UDP and TCP."""
    names = Names(0)

    def answer(wire: bytes, tcp: bool) -> list[bytes]:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        names.asked.append(f"{kind} {question.name.to_text(omit_final_dot=True)}" + (" (TCP)" if tcp else ""))
        names.queries.append(query)
        replies = zone(query, tcp)
        listed = list(replies) if isinstance(replies, (list, tuple)) else [replies]
        return [
            reply if isinstance(reply, bytes) else reply.to_wire(max_size=65535)
            for reply in listed
            if reply is not None
        ]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            size = int.from_bytes(await reader.readexactly(2))
            for reply in answer(await reader.readexactly(size), True):
                writer.write(len(reply).to_bytes(2) + reply)

    async with listening(talk, host=host, port=port) as names.port:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Datagrams(answer), local_addr=(host, names.port)
        )
        try:
            yield names
        finally:
            transport.close()


def reply(
    query: dns.message.Message, *records: str, rcode: int = dns.rcode.NOERROR, flags: int = 0
) -> dns.message.Message:
    """A reply with these records: "TYPE data" for the name that was asked, "NAME TYPE data" for another."""
    made = dns.message.make_response(query)
    made.set_rcode(dns.rcode.Rcode(rcode))
    made.flags |= dns.flags.RA | flags
    for record in records:
        first, rest = record.split(" ", 1)
        name, kind, data = (
            (first, *rest.split(" ", 1))
            if first.endswith(".")
            else (query.question[0].name.to_text(), first, rest)
        )
        # Each in a set of its own: dnspython shuffles the records of a set.
        made.answer.append(dns.rrset.from_text(name, 60, "IN", kind, data))
    return made


def zone(records: dict[str, list[str]]) -> Zone:
    """A zone: "MX example.org" -> ["5 mail.example.org."]. A name without records does not exist."""
    known = {key.split(" ", 1)[1] for key in records}

    def answer(query: dns.message.Message, tcp: bool) -> Reply:
        question = query.question[0]
        kind, name = dns.rdatatype.to_text(question.rdtype), question.name.to_text(omit_final_dot=True)
        if name not in known:
            return reply(query, rcode=dns.rcode.NXDOMAIN)
        return reply(query, *(f"{kind} {data}" for data in records.get(f"{kind} {name}", [])))

    return answer
