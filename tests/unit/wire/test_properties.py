"""The readers: how bytes were cut changes nothing, and from a server without end only so much is taken."""

import itertools
from collections.abc import Awaitable, Callable, Iterator

import anyio
import pytest
from anyio.abc import ByteStream
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.wire.conversation import Pieces

from mailsetup.errors import MailsetupError
from mailsetup.net.lines import LineStream
from mailsetup.net.stream import MAX_LINE, Stream
from mailsetup.net.tls import Trust
from mailsetup.wire.bearer import Bearer
from mailsetup.wire.imap import MAX_BYTES, MAX_RESPONSES, Imap
from mailsetup.wire.pop3 import MAX_CAPABILITIES, Pop3
from mailsetup.wire.sasl import MAX_CHALLENGES, Login, Plain
from mailsetup.wire.scram import Scram
from mailsetup.wire.smtp import MAX_REPLY_BYTES, Smtp

CHUNK = 65536
"""Bytes that come at once, and wait to be read."""

Use = Callable[[Stream], Awaitable[object]]

MECHANISMS = {
    "plain": lambda: Plain("ada", "secret"),
    "login": lambda: Login("ada", "secret"),
    "token": lambda: Bearer("OAUTHBEARER", "ada", "t0ken"),
    "xoauth2": lambda: Bearer("XOAUTH2", "ada", "t0ken"),
    "scram": lambda: Scram("SCRAM-SHA-256", "ada", "secret", nonce="nonce"),
}
READERS: dict[str, tuple[Use, int]] = {
    "imap greeting": (lambda stream: Imap(stream).greeting(), MAX_BYTES),
    "imap command": (lambda stream: Imap(stream).command("NOOP"), 2 * MAX_BYTES + 16 * MAX_RESPONSES),
    "imap commands": (
        lambda stream: Imap(stream).commands("A", "B", "C"),
        3 * (2 * MAX_BYTES + 16 * MAX_RESPONSES),
    ),
    "imap login": (lambda stream: Imap(stream).login("ada", "é"), 4 * (2 * MAX_BYTES + 16 * MAX_RESPONSES)),
    "pop3 reply": (lambda stream: Pop3(stream).reply(), 0),
    "pop3 capabilities": (lambda stream: Pop3(stream).capabilities(), MAX_CAPABILITIES * 200),
    "pop3 lines": (lambda stream: Pop3(stream).lines(500), 500 * 200),
    "pop3 login": (lambda stream: Pop3(stream).user_pass("ada", "secret"), MAX_LINE),
    "smtp reply": (lambda stream: Smtp(stream).reply(), 2 * MAX_REPLY_BYTES),
    "smtp commands": (lambda stream: Smtp(stream).commands("A", "B", "C"), 6 * MAX_REPLY_BYTES),
    **{
        f"{protocol} {name}": (use(make), (MAX_CHALLENGES + 2) * most)
        for name, make in MECHANISMS.items()
        for protocol, most, use in (
            (
                "imap",
                2 * MAX_BYTES + 16 * MAX_RESPONSES,
                lambda make: lambda stream: Imap(stream).authenticate(make(), initial=False),
            ),
            ("pop3", MAX_LINE, lambda make: lambda stream: Pop3(stream).auth(make())),
            ("smtp", 2 * MAX_REPLY_BYTES, lambda make: lambda stream: Smtp(stream).auth(make())),
        )
    },
}
"""Each way to read, and how many bytes it may take, one line and what waits behind it aside."""

WORDS = [
    *(b"* OK [CAPABILITY A B] x\r\n", b"a1 OK x\r\n", b"a1 NO x\r\n", b"a2 OK x\r\n", b"* BYE x\r\n"),
    *(b"* 5 EXISTS\r\n", b'* LIST () "/" {5}\r\nab\r\nc\r\n', b"* X {0}\r\n\r\n", b"+ \r\n", b"+ cj1Y\r\n"),
    *(b"+OK\r\n", b"+OK x\r\n", b"-ERR [AUTH] x\r\n", b"UIDL\r\n", b"..\r\n", b".\r\n"),
    *(b"220 x\r\n", b"250-x\r\n", b"250 x\r\n", b"334 \r\n", b"334 VXNlcjo=\r\n", b"535 5.7.8 x\r\n"),
    *(b"\r\n", b"\n", b"\r", b" ", b"x" * 1000, b"{4294967296}\r\n", b"\0", b"\xff"),
]
LONG = [begin + b"x" * 9_000 + b"\r\n" for begin in (b"* OK ", b"* LIST ", b"250-", b"1 ", b"+ ", b"334 ")]
TEXT = st.lists(st.sampled_from(WORDS) | st.binary(max_size=9), max_size=12).map(b"".join)


class Endless(ByteStream):
    """Says one thing for ever. given: how much of it was taken."""

    def __init__(self, first: bytes, over_and_over: bytes) -> None:
        self._chunks = self._all(first, over_and_over)
        self.given = 0

    def _all(self, first: bytes, over_and_over: bytes) -> Iterator[bytes]:
        if first:
            yield first
        yield from itertools.repeat(over_and_over * (CHUNK // len(over_and_over)))

    async def receive(self, max_bytes: int = CHUNK) -> bytes:
        await anyio.lowlevel.checkpoint()
        chunk = next(self._chunks)[:max_bytes]
        self.given += len(chunk)
        return chunk

    async def send(self, item: bytes) -> None:
        await anyio.lowlevel.checkpoint()

    async def send_eof(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


def outcome(use: Use, raw: ByteStream) -> str:
    """What a reader makes of a stream: its result, or the kind of our own error. Any other is let out."""

    async def read() -> str:
        try:
            return repr(await use(LineStream(raw, Trust(), "mail.example.org", 993)))
        except MailsetupError as error:
            return f"{type(error).__name__} {error}"

    return anyio.run(read)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=40, deadline=None)
@given(said=TEXT, cuts=st.lists(st.integers(1, 40), max_size=30))
def test_how_a_servers_words_are_cut_changes_nothing(reader, said, cuts):
    use, _ = READERS[reader]
    ends = [*itertools.takewhile(lambda end: end < len(said), itertools.accumulate(cuts))]
    pieces = [said[start:end] for start, end in itertools.pairwise([0, *ends, len(said)])]
    assert outcome(use, Pieces(pieces)) == outcome(use, Pieces([said]))


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=25, deadline=None)
@given(
    first=st.sampled_from([b"", b"+OK\r\n", b"* OK x\r\n"]) | TEXT,
    over_and_over=st.sampled_from(LONG) | st.sampled_from(WORDS) | TEXT.filter(len),
)
def test_from_a_server_without_end_only_so_much_is_taken(reader, first, over_and_over):
    use, most = READERS[reader]
    raw = Endless(first, over_and_over)
    outcome(use, raw)
    assert raw.given <= most + MAX_LINE + len(first) + 2 * CHUNK
