"""A small internet that is as far away as one likes: DNS, HTTPS and HTTP with a round trip on every hop.

It runs in a process of its own, so that its work is not counted as ours. Everything it says is made before
it is asked; what it is asked is read by hand, for it must answer thousands of questions a second on one core.

The kernel lets two ends of one machine connect at once. So the first bytes on a connection wait for the
round trip that the handshake of TCP would have taken, and then, as all bytes, for half of one.
"""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

HERE = "127.0.0.1"
BLACK_HOLE = "127.0.0.2"
"""An address where connections are neither taken nor refused."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What there is. Plain data, for it goes to the other process as JSON.

    round_trip: seconds. records: "MX example.org" -> ["5 mail.example.org."]; a name with nothing at or below
    it does not exist. signed: the names whose answers have the AD bit. pages: by URL; every host that has an
    address speaks HTTPS and HTTP, and answers 404 to what is not here.
    """

    round_trip: float
    records: Mapping[str, list[str]]
    pages: Mapping[str, str] = field(default_factory=dict)
    signed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reached:
    """How to reach a World that runs. nameserver, connect_to, ca_file: as the options have them."""

    round_trip: float
    nameserver: str
    connect_to: tuple[str, ...]
    ca_file: Path
    _process: "subprocess.Popen[str]"

    def asked(self) -> dict[str, int]:
        """How often each kind was asked since the last time: "dns", "handshake", "page"."""
        return _converse(self._process, "asked")


@contextmanager
def start(world: World) -> Iterator[Reached]:
    """Start the servers; they end with the block."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            ports = _converse(process, json.dumps(asdict(world)))
            yield Reached(
                world.round_trip,
                f"{HERE}:{ports['dns']}",
                # The host stays as it was meant, so that DNS is asked for it.
                (f":443::{ports['https']}", f":80::{ports['http']}"),
                Path(ports["ca_file"]),
                process,
            )
        finally:
            assert process.stdin is not None
            process.stdin.close()


def time_raw_exchanges(reached: Reached, host: str) -> tuple[float, float]:
    """Seconds of one question to DNS (1 R), and of one page over TLS 1.3 without it (3 R), by hand."""
    address, port = reached.nameserver.split(":")
    began = perf_counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dns:
        dns.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0" + _question("A", host), (address, int(port)))
        dns.recv(512)
    name = perf_counter() - began
    context = ssl.create_default_context(cafile=reached.ca_file)
    began = perf_counter()
    raw = socket.create_connection((HERE, int(reached.connect_to[0].rpartition(":")[2])))
    with context.wrap_socket(raw, server_hostname=host) as web:
        assert web.version() == "TLSv1.3"
        web.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        web.recv(4096)
    return name, perf_counter() - began


def tell_load() -> str:
    """How busy the machine was: the ratios are worth little where others wanted its processors too."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def _converse(process: "subprocess.Popen[str]", line: str) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    print(line, file=process.stdin, flush=True)
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


# From here on: the other process.

_TYPES = {"A": 1, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}
_SOA = b"\0\0\6\0\1\0\0\0\x3c\0\x16\0\0" + bytes(20)
_OPT = b"\0\0\x29\4\xd0" + bytes(6)
_NO_ERROR, _NO_SUCH_NAME, _SIGNED = 0x8180, 0x8183, 0x0020


class Names(asyncio.DatagramProtocol):
    """The name server."""

    def __init__(self, world: World, asked: Counter[str]) -> None:
        self._later = world.round_trip
        self._asked = asked
        self._answers = dict(_answers(world))
        self._names = {bytes(end) for question in self._answers for end in _ends(question[:-4])}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._loop = asyncio.get_running_loop()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._asked["dns"] += 1
        end = 12
        while data[end]:
            end += data[end] + 1
        question = data[12 : end + 5]
        # Lengths of labels are under 64, where there are no capitals.
        known = self._answers.get(question.lower())
        if known is None:
            exists = question[:-4].lower() in self._names
            known = _head(_NO_ERROR if exists else _NO_SUCH_NAME, 0, 1), _SOA
        head, records = known
        self._loop.call_later(
            self._later, self._transport.sendto, data[:2] + head + question + records + _OPT, addr
        )


def _answers(world: World) -> Iterator[tuple[bytes, tuple[bytes, bytes]]]:
    from dns.rdata import from_text

    for key, texts in world.records.items():
        kind, name = key.split(" ")
        rows = [from_text("IN", kind, text).to_wire() for text in texts]
        flags = _NO_ERROR | (_SIGNED if name in world.signed else 0)
        # Each begins with a pointer to the name in the question (RFC 1035, section 4.1.4).
        start = b"\xc0\x0c" + _TYPES[kind].to_bytes(2) + b"\0\1\0\0\0\x3c"
        records = b"".join(start + len(row).to_bytes(2) + row for row in rows)
        yield _question(kind, name), (_head(flags, len(rows), 0), records)


def _head(flags: int, answers: int, authorities: int) -> bytes:
    return b"".join(number.to_bytes(2) for number in (flags, 1, answers, authorities, 1))


def _question(kind: str, name: str) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return labels + b"\0" + _TYPES[kind].to_bytes(2) + b"\0\1"


def _ends(name: bytes) -> Iterator[bytes]:
    while name:
        yield name
        name = name[name[0] + 1 :]


class Web(asyncio.Protocol):
    """One connection to the web server, with TLS where there is a context."""

    def __init__(self, world: World, asked: Counter[str], context: ssl.SSLContext | None) -> None:
        self._round_trip = world.round_trip
        self._pages = world.pages
        self._asked = asked
        self._scheme = "http" if context is None else "https"
        self._come, self._gone = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context and context.wrap_bio(self._come, self._gone, server_side=True)
        self._on_the_way: deque[bytes] = deque()
        self._greeted = context is None
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._loop = asyncio.get_running_loop()
        self._connected = self._loop.time() + self._round_trip

    def data_received(self, data: bytes) -> None:
        # A queue keeps the order even where two timers are for the same moment.
        self._on_the_way.append(data)
        arrives = max(self._loop.time(), self._connected) + self._round_trip / 2
        self._loop.call_at(arrives, self._arrive)

    def _arrive(self) -> None:
        data = self._on_the_way.popleft()
        if self._tls is None:
            self._hear(data)
            return
        self._come.write(data)
        try:
            if not self._greeted:
                self._tls.do_handshake()
                self._greeted = True
                self._asked["handshake"] += 1
            while heard := self._tls.read(65536):
                self._hear(heard)
        except ssl.SSLWantReadError:
            self._send(self._gone.read())
        except ssl.SSLError:
            self._transport.abort()

    def _hear(self, data: bytes) -> None:
        self._request += data
        while b"\r\n\r\n" in self._request:
            head, _, rest = self._request.partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            length = int(fields.get("content-length", 0))
            if len(rest) < length:
                return
            self._request = rest[length:]
            self._answer(f"{self._scheme}://{fields['host']}{first.split(' ')[1]}")

    def _answer(self, url: str) -> None:
        self._asked["page"] += 1
        body = self._pages.get(url)
        status = b"404 Not Found" if body is None else b"200 OK"
        told = (body or "").encode()
        answer = b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(told), told)
        if self._tls is None:
            self._send(answer)
        else:
            self._tls.write(answer)

    def _send(self, data: bytes) -> None:
        if data:
            self._loop.call_later(self._round_trip / 2, self._transport.write, data)


def _choose_certificates(ca: Any) -> ssl.SSLContext:
    """A context that shows a certificate of its own for each mail domain, from a CA below the known one."""
    import trustme

    issuer: trustme.CA = ca.create_child_ca()
    contexts: dict[str, ssl.SSLContext] = {}

    def choose(session: ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> None:
        domain = ".".join((host or "").split(".")[-2:])
        if domain not in contexts:
            contexts[domain] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            issuer.issue_cert(domain, f"*.{domain}").configure_cert(contexts[domain])
        session.context = contexts[domain]

    chooser = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chooser.sni_callback = choose  # type: ignore[assignment]
    issuer.issue_cert("nobody.example").configure_cert(chooser)
    return chooser


@contextmanager
def _swallowing(port: int) -> Iterator[None]:
    """A port whose queue is full: whoever else connects hears nothing, and tries again for long."""
    with (
        socket.create_server((BLACK_HOLE, port), backlog=0),
        socket.socket() as first,
        socket.socket() as second,
    ):
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex((BLACK_HOLE, port))
        yield


async def _serve(world: World, ca_file: Path) -> None:
    import trustme

    loop = asyncio.get_running_loop()
    asked: Counter[str] = Counter()
    ca = trustme.CA()
    ca.cert_pem.write_to_path(ca_file)
    context = _choose_certificates(ca)
    names, _ = await loop.create_datagram_endpoint(lambda: Names(world, asked), (HERE, 0))
    names.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    secure = await loop.create_server(lambda: Web(world, asked, context), HERE, 0, backlog=1000)
    plain = await loop.create_server(lambda: Web(world, asked, None), HERE, 0, backlog=1000)
    https, http = (server.sockets[0].getsockname()[1] for server in (secure, plain))
    ports = {
        "dns": names.get_extra_info("sockname")[1],
        "https": https,
        "http": http,
        "ca_file": str(ca_file),
    }
    with _swallowing(https), _swallowing(http):
        print(json.dumps(ports), flush=True)
        await _tell_parent(asked)


async def _tell_parent(asked: Counter[str]) -> None:
    read: Callable[[], str] = sys.stdin.readline
    while await asyncio.to_thread(read):
        print(json.dumps(asked), flush=True)
        asked.clear()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="mailsetup-bench-") as folder:
        asyncio.run(_serve(World(**json.loads(sys.stdin.readline())), Path(folder, "ca.pem")))
