"""The stream, line by line: over sockets with servers that mean ill, and over bytes in any cuts."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.net.servers import Talk, listening, says

from mailsetup.net.door import Internet, NetSettings
from mailsetup.net.failures import BytesBeforeTls, LineTooLong, StreamClosed, TlsFailed
from mailsetup.net.lines import LineStream
from mailsetup.net.stream import MAX_LINE, MAX_LITERAL, Identity
from mailsetup.net.tls import Trust

pytestmark = pytest.mark.anyio
HOST = "imap.example.org"
ContextFor = Callable[..., ssl.SSLContext]


class Cuts(ByteStream):
    """Gives out bytes in the cuts that it was given, then ends; remembers what was sent, and the closing."""

    def __init__(self, cuts: Sequence[bytes]) -> None:
        self.left = [cut for cut in cuts if cut]
        self.given = 0
        self.sent: list[bytes] = []
        self.closed = False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        if not self.left:
            raise anyio.EndOfStream
        cut, rest = self.left[0][:max_bytes], self.left[0][max_bytes:]
        self.left[:1] = [rest] if rest else []
        self.given += len(cut)
        return cut

    async def send(self, item: bytes) -> None:
        self.sent.append(item)

    async def send_eof(self) -> None:
        pass

    async def aclose(self) -> None:
        self.closed = True


def over(*cuts: bytes) -> LineStream:
    return LineStream(Cuts(cuts), Trust(), HOST, 143)


def talking(port: int, ca_file: Path | None = None) -> Internet:
    return Internet(NetSettings.parse(connect_to=[f"::127.0.0.1:{port}"], ca_file=ca_file))


async def test_a_line_comes_without_its_end_however_it_was_cut():
    stream = over(b"* OK re", b"ady\r", b"\n* 2\r\n\r\n")
    assert [await stream.line() for _ in range(3)] == [b"* OK ready", b"* 2", b""]


async def test_a_bare_line_feed_never_ends_a_line():
    stream = over(b"a\nb\rc\r\n")
    assert await stream.line() == b"a\nb\rc"


async def test_a_literal_is_as_many_bytes_as_were_announced():
    stream = over(b"12", b"345\r\nrest\r\n")
    assert await stream.exactly(4) == b"1234"
    assert await stream.line() == b"5"


@pytest.mark.parametrize("count", [MAX_LITERAL + 1, 2**32, -1])
async def test_a_literal_past_the_cap_is_refused_before_it_is_read(count: int):
    raw = Cuts([b"x" * 100])
    with pytest.raises(ValueError, match="MAX_LITERAL"):
        await LineStream(raw, Trust(), HOST, 143).exactly(count)
    assert raw.given == 0


async def test_the_longest_line_passes_and_a_longer_one_does_not():
    assert len(await over(b"x" * MAX_LINE + b"\r\n").line()) == MAX_LINE
    with pytest.raises(LineTooLong):
        await over(b"x" * (MAX_LINE + 1) + b"\r\n").line()
    with pytest.raises(LineTooLong):
        await over(b"x" * MAX_LINE, b"xx\r\nmore").line()


async def test_an_endless_line_stops_at_the_cap():
    raw = Cuts([b"x" * 65536] * 100)
    with pytest.raises(LineTooLong, match="longer than 65536 bytes"):
        await LineStream(raw, Trust(), HOST, 143).line()
    assert raw.given <= 2 * MAX_LINE


async def test_the_end_in_the_middle_of_a_line_is_no_line():
    with pytest.raises(StreamClosed, match=r"imap\.example\.org closed the connection on port 143"):
        await over(b"+OK but not the e").line()


CUTS = st.lists(
    st.one_of(st.binary(max_size=40), st.sampled_from([b"\r", b"\n", b"\r\n", b"x" * 65536])), max_size=30
)


@given(CUTS)
@settings(max_examples=150, deadline=None)
def test_any_bytes_in_any_cuts_give_their_lines_and_then_one_of_our_errors(cuts: list[bytes]):
    async def read() -> tuple[list[bytes], Exception]:
        raw = Cuts(cuts)
        stream = LineStream(raw, Trust(), HOST, 143)
        lines: list[bytes] = []
        try:
            while True:
                lines.append(await stream.line())
                assert raw.given - sum(len(line) + 2 for line in lines) <= 2 * MAX_LINE
        except (StreamClosed, LineTooLong) as error:
            return lines, error

    lines, error = anyio.run(read)
    *whole, rest = b"".join(cuts).split(b"\r\n")
    expected = []
    for line in whole:
        if len(line) > MAX_LINE:
            break
        expected.append(line)
    assert lines == expected
    too_long = len(expected) < len(whole) or len(rest) >= MAX_LINE + 2
    assert isinstance(error, LineTooLong) is too_long


async def serving(talk: Talk, act: Callable[[Any], Any]) -> None:
    async with listening(talk) as port, talking(port) as net:
        stream = await net.connect(HOST, 143, None)
        try:
            await act(stream)
        finally:
            await stream.aclose()


async def test_a_server_that_resets_at_once_has_closed_the_connection():
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Linger 0: closing sends a reset.
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def act(stream: LineStream) -> None:
        with pytest.raises(StreamClosed, match="closed the connection"):
            await stream.line()

    await serving(talk, act)


async def test_sending_to_a_server_that_is_gone_is_a_closed_connection():
    async def send_on(stream: LineStream) -> None:
        for _ in range(100):
            await stream.send(b"NOOP\r\n" * 1000)
            await asyncio.sleep(0.01)

    async def act(stream: LineStream) -> None:
        with pytest.raises(StreamClosed):
            await send_on(stream)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    await serving(talk, act)


async def test_nothing_can_be_done_with_a_stream_that_we_closed():
    async def act(stream: LineStream) -> None:
        await stream.aclose()
        with pytest.raises(StreamClosed):
            await stream.line()
        with pytest.raises(StreamClosed):
            await stream.send(b"x")

    await serving(says(b"hello\r\n"), act)


async def test_a_silent_server_costs_the_deadline_and_no_more():
    async def act(stream: LineStream) -> None:
        with anyio.move_on_after(0.1) as waited:
            await stream.line()
        assert waited.cancelled_caught

    await serving(says(then_silent=True), act)


async def test_a_greeting_byte_by_byte_costs_the_deadline_and_no_more():
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.01)

    async def act(stream: LineStream) -> None:
        with anyio.move_on_after(0.2) as waited:
            await stream.line()
        assert waited.cancelled_caught

    await serving(drip, act)


def upgrading(context: ssl.SSLContext, answer: bytes, *after: bytes) -> Talk:
    """A server that answers STARTTLS with these bytes in one segment, these in later ones, and begins TLS."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        for part in after:
            await asyncio.sleep(0.05)
            writer.write(part)
        await writer.start_tls(context)
        writer.write(b"inside\r\n")
        await reader.read()

    return talk


async def starttls(talk: Talk, ca_file: Path) -> tuple[LineStream, bytes]:
    async with listening(talk) as port, talking(port, ca_file) as net:
        stream = await net.connect(HOST, 143, None)
        assert isinstance(stream, LineStream)
        assert stream.tls is None
        try:
            await stream.send(b"a STARTTLS\r\n")
            await stream.line()
            await stream.start_tls(Identity(host=HOST))
            return stream, await stream.line()
        finally:
            await stream.aclose()


async def test_starttls_leads_to_the_first_line_inside_tls(context_for: ContextFor, ca_file: Path):
    stream, line = await starttls(upgrading(context_for(HOST), b"a OK begin\r\n"), ca_file)
    assert line == b"inside"
    assert stream.tls is not None


@pytest.mark.parametrize(
    "injected", [b"* OK [CAPABILITY AUTH=PLAIN]\r\n", b"+OK unfinished", b"\n", b"\x16\x03\x01"]
)
async def test_bytes_in_the_segment_of_the_answer_end_the_connection(
    injected: bytes, context_for: ContextFor, ca_file: Path
):
    with pytest.raises(BytesBeforeTls, match="sent more than its answer before TLS began"):
        await starttls(upgrading(context_for(HOST), b"a OK begin\r\n" + injected), ca_file)


async def test_bytes_in_a_later_segment_break_the_handshake(context_for: ContextFor, ca_file: Path):
    with pytest.raises((TlsFailed, StreamClosed)):
        await starttls(upgrading(context_for(HOST), b"a OK begin\r\n", b"* OK injected\r\n"), ca_file)


async def test_a_server_that_is_silent_after_its_yes_costs_the_deadline(ca_file: Path):
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"a OK begin\r\n")
        await reader.read()

    with anyio.move_on_after(0.3) as waited:
        await starttls(talk, ca_file)
    assert waited.cancelled_caught


async def test_tls_cannot_begin_twice(context_for: ContextFor, ca_file: Path):
    async with (
        listening(says(b"x\r\n", then_silent=True), context_for(HOST)) as port,
        talking(port, ca_file) as net,
    ):
        stream = await net.connect(HOST, 993, Identity(host=HOST))
        with pytest.raises(ValueError, match="already"):
            await stream.start_tls(Identity(host=HOST))
        await stream.aclose()
