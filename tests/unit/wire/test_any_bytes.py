"""Whatever a server sends, and however it is cut: a result or one of our errors."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.wire.conversation import over

from mailsetup.errors import MailsetupError
from mailsetup.net.stream import Stream
from mailsetup.wire.imap import Imap, capabilities_in, quotas_in
from mailsetup.wire.pop3 import Pop3, parse_listed, parse_stat
from mailsetup.wire.smtp import Smtp, parse_extensions


def answers(*words: bytes) -> st.SearchStrategy[list[bytes]]:
    """Bytes that now and then look like the protocol, in pieces."""
    piece = st.sampled_from([*words, b"\r\n", b" ", b"\0", b"(", b'"', b"]"]) | st.binary(max_size=12)
    return st.lists(piece, max_size=40)


def read(use: Callable[[Stream], Awaitable[object]], pieces: list[bytes]) -> None:
    """Let one client read the pieces; any other error than ours is let out."""

    async def talk() -> None:
        stream, _ = over(*pieces)
        with suppress(MailsetupError):
            while True:
                await use(stream)

    anyio.run(talk)


@settings(max_examples=150, deadline=None)
@given(
    answers(
        b"* ", b"a1 OK", b"OK", b"BYE", b"{5}\r\n", b"{0}\r\n", b"QUOTA", b"[CAPABILITY ", b"+ ", b"3 EXISTS"
    )
)
def test_any_bytes_are_read_as_imap_or_refused(pieces):
    async def use(stream: Stream) -> None:
        imap = Imap(stream)
        greeting = await imap.greeting()
        reply, _ = await imap.authenticate_plain("ada", "secret", initial=False)
        capabilities_in(greeting, *reply.untagged, reply.done)
        quotas_in(*(await imap.command("GETQUOTAROOT INBOX")).untagged)
        await imap.logout()

    read(use, pieces)


@settings(max_examples=150, deadline=None)
@given(
    answers(
        b"+OK", b"-ERR", b"[IN-USE]", b".\r\n", b"1 2", b"+ ", b"SASL PLAIN\r\n", b"+OK\r\n", b"+OK 1 2\r\n"
    )
)
def test_any_bytes_are_read_as_pop3_or_refused(pieces):
    async def use(stream: Stream) -> None:
        pop3 = Pop3(stream)
        await pop3.reply()
        await pop3.capabilities()
        await pop3.auth_plain("ada", "secret")
        parse_stat(await pop3.command("STAT"))
        [parse_listed(line) for line in await pop3.lines(100)]

    read(use, pieces)


@settings(max_examples=150, deadline=None)
@given(answers(b"220 ", b"250-", b"250 ", b"334 ", b"535 5.7.8", b"AUTH PLAIN\r\n", b"250-AUTH=LOGIN\r\n"))
def test_any_bytes_are_read_as_smtp_or_refused(pieces):
    async def use(stream: Stream) -> None:
        smtp = Smtp(stream)
        await smtp.reply()
        hello = await smtp.ehlo()
        parse_extensions(hello.lines)
        await smtp.auth_login("ada", "secret")

    read(use, pieces)
