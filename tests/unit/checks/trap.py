"""Servers that lie, byte for byte as a test wants it, on real sockets; every byte that comes is kept."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.checks.scripted import ADA, CLOSE, PASSWORD, Checked, ScriptedServer
from tests.unit.net.servers import listening

from mailsetup.account import Address, Credential, Protocol, Retention, Secret
from mailsetup.checks.check import Target, check
from mailsetup.checks.report import Step
from mailsetup.cli.flow import failure_of
from mailsetup.cli.main import exit_code
from mailsetup.net.connect_to import ConnectTo
from mailsetup.net.door import Internet, NetSettings

Says = bytes | tuple[bytes, ...]
"""What is said; a tuple: each part in a segment of its own, a little after the one before."""

_HELLO = b"\x16\x03"
_APART = 0.03
_ASKS_FOR_TLS = ("STARTTLS", "STLS")


@dataclass
class Heard:
    """What came over one connection: in the clear, and inside TLS. hello: TLS was begun where none answers."""

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

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        heard = Heard()
        self.heard.append(heard)
        self.good.begin()
        plain = writer.transport
        try:
            await _say(writer, self._greeting)
            if await self._in_the_clear(heard, reader, writer):
                await writer.start_tls(self._tls)
                async for line in _lines(reader, heard.sealed):
                    await _say(writer, (self.good.answer(line) or "").encode())
        finally:
            # A handshake that failed has left it open (Python 3.11.2).
            plain.abort()

    async def _in_the_clear(
        self, heard: Heard, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Talk until TLS is to begin; False where the client has gone."""
        async for line in _lines(reader, heard.clear):
            if line.encode("latin-1").startswith(_HELLO):
                heard.hello = True
                await _say(writer, self._after_hello)
                return False
            tag, _, command = line.partition(" ") if self.good.protocol is Protocol.IMAP else ("", "", line)
            said = self._answers.get(command.split(" ")[0])
            if said is None:
                said = (self.good.answer(line) or "").encode()
            await _say(writer, tuple(part.replace(b"{tag}", tag.encode()) for part in _parts(said)))
            if self._tls is not None and command in _ASKS_FOR_TLS:
                return True
        return False

    @property
    def saw(self) -> str:
        """What came, for people: the commands, and where TLS began."""
        return "; ".join(_told(heard) for heard in self.heard)


async def _lines(reader: asyncio.StreamReader, into: bytearray) -> AsyncIterator[str]:
    """The lines as they come, each byte kept; the hello of TLS, which is none, is one line and the last."""
    waiting = b""
    with suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            if data.startswith(_HELLO) and not waiting:
                yield data.decode("latin-1")
                return
            into += data
            *lines, waiting = (waiting + data).split(b"\r\n")
            for line in lines:
                yield line.decode("latin-1")


def _parts(said: Says) -> tuple[bytes, ...]:
    return (said,) if isinstance(said, bytes) else said


async def _say(writer: asyncio.StreamWriter, said: Says) -> None:
    for number, part in enumerate(_parts(said)):
        if number:
            await asyncio.sleep(_APART)
        words, close, _ = part.partition(CLOSE.encode())
        writer.write(words)
        await writer.drain()
        if close:
            writer.close()


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
    async with listening(trap.talk) as port:
        return await check_port(trap.good, port, ca_file, **how)


async def check_port(
    scripted: ScriptedServer,
    port: int,
    ca_file: Path | None,
    *,
    credential: Credential | None = Secret(PASSWORD),
    address: Address = ADA,
    wish: Retention | None = None,
    timeout: float = 10.0,
    **changes: object,
) -> Checked:
    """Check a server through the real door. Every name and every port leads to this one, on loopback."""
    watched: list[Step] = []
    talk: list[str] = []
    rule = ConnectTo(None, None, "127.0.0.1", port)
    async with Internet(NetSettings(connect_to=(rule,), ca_file=ca_file)) as net:
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
