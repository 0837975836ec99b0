"""Servers that lie, byte for byte as a test wants it, on real sockets; every byte that comes is kept."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.checks.scripted import ADA, CLOSE, PASSWORD, Checked, ScriptedServer
from tests.unit.checks.sockets import listening

from mailsetup.account import Address, Credential, Protocol, Retention, Secret
from mailsetup.checks.check import Target, check
from mailsetup.checks.report import Step
from mailsetup.cli.flow import failure_of
from mailsetup.cli.main import exit_code
from mailsetup.net.connect_to import ConnectTo
from mailsetup.net.door import Internet, NetSettings

Says = bytes | tuple[bytes, ...]
"""What is said; a tuple: each part in a segment of its own, a little after the one before."""

_HELLO = b"\x16"
"""How a record of TLS begins that holds a handshake (RFC 8446, section 5.1); no command begins so."""
_APART = 0.03
_LOGIN = Secret(PASSWORD)
_ASKS_FOR_TLS = ("STARTTLS", "STLS")


@dataclass
class Heard:
    """What came over one connection, in the clear and in TLS. hello: TLS was begun where none answers."""

    clear: bytearray = field(default_factory=bytearray)
    sealed: bytearray = field(default_factory=bytearray)
    hello: bool = False


class Trap:
    """A server that lies before TLS, and is a good one otherwise, before TLS too: it would take any login.

    answers: by the first word of a command, "STARTTLS" and the like; {tag} stands for the IMAP tag. tls: what
    follows the answer to STARTTLS; without it TLS never comes, and after_hello is the answer to its hello.
    """

    def __init__(
        self,
        good: ScriptedServer,
        *,
        greeting: Says | None = None,
        answers: Mapping[str, Says] | None = None,
        tls: ssl.SSLContext | None = None,
        after_hello: Says = b"",
    ) -> None:
        self.good = good
        self._greeting = (good.greeting or "").encode() if greeting is None else greeting
        self._answers = answers or {}
        self._tls = tls
        self._after_hello = after_hello
        self.heard: list[Heard] = []

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Serve on loopback; gives the port."""
        loop = asyncio.get_running_loop()
        talking: set[asyncio.Task[None]] = set()

        async def accept() -> None:
            while True:
                connection, _ = await loop.sock_accept(listener)
                talking.add(asyncio.create_task(self._talk(connection)))

        # Handshakes that fail are wanted here.
        loop.set_exception_handler(lambda loop, told: None)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            accepting = asyncio.create_task(accept())
            try:
                yield listener.getsockname()[1]
                # The client has gone: what it sent last is still to be read.
                if talking:
                    await asyncio.wait(talking, timeout=2)
            finally:
                for task in (accepting, *talking):
                    task.cancel()
                await asyncio.gather(accepting, *talking, return_exceptions=True)

    async def _talk(self, connection: socket.socket) -> None:
        heard = Heard()
        self.heard.append(heard)
        self.good.begin()
        with connection, suppress(OSError):
            if await self._in_the_clear(heard, connection):
                await self._in_tls(heard, connection)

    async def _in_the_clear(self, heard: Heard, connection: socket.socket) -> bool:
        """Talk until TLS is to begin; False where nothing more is to be said."""
        loop = asyncio.get_running_loop()
        await _say(connection, self._greeting)
        line = b""
        # Byte by byte, so that of the hello of TLS nothing is taken away.
        while byte := await loop.sock_recv(connection, 1):
            if not line and byte == _HELLO:
                heard.hello = True
                await _say(connection, self._after_hello)
                while await loop.sock_recv(connection, 65536):
                    pass
                return False
            heard.clear += byte
            line += byte
            if line.endswith(b"\r\n"):
                command = await self._answer(connection, line[:-2].decode("latin-1"))
                if self._tls is not None and command in _ASKS_FOR_TLS:
                    return True
                line = b""
        return False

    async def _answer(self, connection: socket.socket, line: str) -> str:
        """Answer one line; its command, without a tag."""
        tag, _, command = line.partition(" ") if self.good.protocol is Protocol.IMAP else ("", "", line)
        said = self._answers.get(command.split(" ")[0])
        if said is None:
            said = (self.good.answer(line) or "").encode()
        await _say(connection, tuple(part.replace(b"{tag}", tag.encode()) for part in _parts(said)))
        return command

    async def _in_tls(self, heard: Heard, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        transport, protocol = await loop.connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(reader), connection, ssl=self._tls
        )
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            while line := await reader.readline():
                heard.sealed += line
                answer = self.good.answer(line.decode("latin-1").removesuffix("\r\n")) or ""
                words, close, _ = answer.partition(CLOSE)
                writer.write(words.encode())
                await writer.drain()
                if close:
                    break
        finally:
            transport.abort()

    @property
    def saw(self) -> str:
        """What came, for people: the commands, and where TLS began."""
        return "; ".join(_told(heard) for heard in self.heard)


def _parts(said: Says) -> tuple[bytes, ...]:
    return (said,) if isinstance(said, bytes) else said


async def _say(connection: socket.socket, said: Says) -> None:
    for number, part in enumerate(_parts(said)):
        if number:
            await asyncio.sleep(_APART)
        words, close, _ = part.partition(CLOSE.encode())
        await asyncio.get_running_loop().sock_sendall(connection, words)
        if close:
            connection.shutdown(socket.SHUT_RDWR)


def _told(heard: Heard) -> str:
    clear = [line for line in heard.clear.decode("latin-1").split("\r\n") if line]
    told = [", ".join(clear) or "nothing"]
    if heard.hello:
        told.append("a TLS hello")
    if heard.sealed:
        told.append(f"the rest ({len(heard.sealed)} bytes) in TLS")
    return ", then ".join(told)


async def check_trap(trap: Trap, ca_file: Path, **how: Any) -> Checked:
    """Check a lying server. how: see check_port."""
    async with trap.serving() as port:
        return await check_port(trap.good, port, ca_file, **how)


async def check_served(
    scripted: ScriptedServer, context: ssl.SSLContext | None, ca_file: Path | None, **how: Any
) -> Checked:
    """Serve a scripted server, and check it. context: see sockets.listening; how: see check_port."""
    async with listening(scripted, context) as port:
        return await check_port(scripted, port, ca_file, **how)


async def check_port(
    scripted: ScriptedServer,
    port: int,
    ca_file: Path | None,
    *,
    credential: Credential = _LOGIN,
    address: Address = ADA,
    wish: Retention | None = None,
    timeout: float = 10.0,
    nameserver: str | None = None,
    **changes: object,
) -> Checked:
    """Check a server through the real door. Every port leads to this one, and every name to loopback.

    nameserver: whom to ask for the server's name instead.
    """
    watched: list[Step] = []
    talk: list[str] = []
    rule = ConnectTo(None, None, None if nameserver else "127.0.0.1", port)
    here = NetSettings(connect_to=(rule,), ca_file=ca_file, nameserver=nameserver)
    async with Internet(here) as net:
        (report,) = await check(
            [Target(server=scripted.server(**changes))],
            address,
            net,
            credential=credential,
            wish=wish,
            timeout=timeout,
            watch=lambda _, step: watched.append(step),
            talk=lambda _, direction, line: talk.append(f"{direction} {line}"),
        )
    return Checked(report, watched, talk)


def shown(checked: Checked) -> str:
    """All that is told to people and programs, the conversation of --verbose aside."""
    steps = [
        (step.name.value, step.verdict.value, step.text.render(), step.fix and step.fix.render(), step.facts)
        for step in checked.report.steps
    ]
    return "\n".join(map(str, steps))


def exits(checked: Checked) -> int:
    """The exit code of a check with this one server."""
    failure = failure_of([checked.report])
    return 0 if failure is None else exit_code(failure)
