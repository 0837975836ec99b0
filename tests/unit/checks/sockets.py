"""The scripted servers on real sockets, with real TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trustme
from tests.unit.checks.scripted import ADA, CLOSE, PASSWORD, Checked, ScriptedServer

from mailsetup.account import Secret, Security
from mailsetup.checks.check import Target, check
from mailsetup.checks.report import Step
from mailsetup.net.connect_to import ConnectTo
from mailsetup.net.door import Internet, NetSettings


def serving_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@asynccontextmanager
async def listening(scripted: ScriptedServer, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Serve on loopback; gives the port. Without a context TLS never comes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        scripted.begin()
        scripted.connections += 1
        plain = writer.transport
        try:
            with suppress(ConnectionError, ssl.SSLError, UnicodeDecodeError, asyncio.CancelledError):
                if at_once:
                    await writer.start_tls(at_once)
                await say(writer, scripted.greeting)
                while line := await reader.readline():
                    text = line.decode().removesuffix("\r\n")
                    scripted.sent.append(text)
                    answer = scripted.answer(text)
                    await say(writer, answer)
                    if context and text.split(" ")[-1] in ("STARTTLS", "STLS") and answer:
                        await writer.start_tls(context)
        finally:
            writer.transport.abort()
            # A handshake that failed has left it open (Python 3.11.2).
            plain.abort()

    async def say(writer: asyncio.StreamWriter, text: str | None) -> None:
        said, close, _ = (text or "").partition(CLOSE)
        writer.write(said.encode())
        await writer.drain()
        if close:
            writer.close()

    # Handshakes that fail are wanted here.
    asyncio.get_running_loop().set_exception_handler(lambda loop, told: None)
    at_once = context if scripted.security is Security.TLS else None
    # Not with ssl=: where the handshake fails, Python 3.11.2 then leaves the connection open for ever.
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        # A task that is cancelled before its first step closes nothing.
        await turns()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            if task.get_coro().__qualname__.endswith("talk"):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        # An aborted transport closes its socket in the next turn of the loop.
        await turns()


async def turns() -> None:
    """Let the loop do what is waiting."""
    for _ in range(3):
        await asyncio.sleep(0)


async def check_real(
    scripted: ScriptedServer,
    context: ssl.SSLContext | None,
    ca_file: Path | None,
    *,
    from_srv: str | None = None,
    timeout: float = 10.0,
) -> Checked:
    """Serve, and check what is served."""
    async with listening(scripted, context) as port:
        return await check_at(scripted, port, ca_file, from_srv=from_srv, timeout=timeout)


async def check_at(
    scripted: ScriptedServer,
    port: int,
    ca_file: Path | None,
    *,
    from_srv: str | None = None,
    timeout: float = 10.0,
) -> Checked:
    """Check a server through the real door, which leads its name to a port on loopback."""
    watched: list[Step] = []
    talk: list[str] = []
    server = scripted.server()
    here = (ConnectTo(server.host, server.port, "127.0.0.1", port),)
    async with Internet(NetSettings(connect_to=here, ca_file=ca_file)) as net:
        (report,) = await check(
            [Target(server=server, from_srv=from_srv)],
            ADA,
            net,
            credential=Secret(PASSWORD),
            timeout=timeout,
            watch=lambda _, step: watched.append(step),
            talk=lambda _, direction, line: talk.append(f"{direction} {line}"),
        )
    return Checked(report, watched, talk)
