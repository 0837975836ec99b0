"""A good server that turns at any moment, then says anything, in any pieces, without end or not at all."""

import anyio
import pytest
from anyio.abc import ByteStream
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.checks.scripted import ADA, AUTH_PLAIN_ADA, CLOSE, PASSWORD, imap, pop3, smtp
from tests.unit.checks.test_any_bytes import WORDS
from trio.testing import MockClock

from mailsetup.account import Secret, Security
from mailsetup.checks.check import STEPS, Target, check
from mailsetup.checks.report import Verdict
from mailsetup.net.lines import LineStream
from mailsetup.net.names import Answer
from mailsetup.net.stream import MAX_LINE, Attempt, Proof, TlsFacts
from mailsetup.net.tls import Trust

SECONDS = 20.0
GOODBYE = 2.0
MOST_TAKEN = 30_000_000
"""Bytes: a listing of POP3 may have 100,000 lines, and there are two of them."""
MOST_WAITING = MAX_LINE + 2 * 65536
MOST_REPORTED = 600_000

TEXT = st.lists(st.sampled_from([*WORDS, b"\r\n", b"*", b"x" * 999]) | st.binary(max_size=9), max_size=8)
ENDS = st.sampled_from(["closes", "is silent"]) | st.sampled_from([*WORDS, b"x", b"\r\n", b"\0"])


class Turning(ByteStream):
    """Answers as a good server until so many lines have come; then it says what it says, and how it ends.

    taken: bytes that were received.
    """

    def __init__(self, scripted, turn, said, ends, cut, pause):
        self._scripted, self._turn, self._ends, self._cut, self._pause = scripted, turn, ends, cut, pause
        self._said = said
        self._waiting = bytearray((scripted.greeting or "").encode())
        self._turned = False
        self.taken = 0
        if turn == 0:
            self._go_bad()

    def _go_bad(self):
        self._turned = True
        self._waiting = bytearray(self._said)

    async def send(self, item):
        await anyio.lowlevel.checkpoint()
        if self._turned:
            return
        self._turn -= 1
        if self._turn <= 0:
            self._go_bad()
            return
        answer = self._scripted.answer(item.decode().removesuffix("\r\n")) or ""
        self._waiting += answer.partition(CLOSE)[0].encode()

    async def receive(self, max_bytes=65536):
        await anyio.sleep(self._pause)
        if not self._waiting:
            if not self._turned or self._ends == "is silent":
                await anyio.sleep_forever()
            if self._ends == "closes":
                raise anyio.EndOfStream
            self._waiting += self._ends * (4096 // len(self._ends))
            self._cut = 65536
        piece = bytes(self._waiting[: min(self._cut, max_bytes)])
        del self._waiting[: len(piece)]
        self.taken += len(piece)
        return piece

    async def send_eof(self):
        pass

    async def aclose(self):
        pass


class TurningStream:
    """See net.stream.Stream. most_waiting: bytes that were received and not read yet, at the worst moment."""

    attempts = (Attempt("192.0.2.1", ""),)

    def __init__(self, raw):
        self._raw = raw
        self._lines = LineStream(raw, Trust(), "mail.example.org", 993)
        self.tls = None
        self.send = self._lines.send
        self._read = 0
        self.most_waiting = 0

    async def line(self):
        try:
            line = await self._lines.line()
            self._read += len(line) + 2
            return line
        finally:
            self.most_waiting = max(self.most_waiting, self._raw.taken - self._read)

    async def exactly(self, count):
        data = await self._lines.exactly(count)
        self._read += count
        return data

    async def start_tls(self, identity):
        self.tls = TlsFacts(version="TLSv1.3", cipher="x", certificate=b"rubbish", proof=Proof.HOST)
        if self._raw._scripted.security is Security.TLS and not self._raw._turned:
            self._raw._waiting = bytearray(self._raw._scripted.greeting.encode())
        return self.tls

    async def aclose(self):
        pass


class TurningNet:
    """A Net of one such server. streams: those that were opened."""

    def __init__(self, make_raw):
        self._make_raw = make_raw
        self.streams = []

    def destination(self, host, port):
        return host, port

    async def addresses(self, host):
        return Answer(host, ("192.0.2.1",))

    async def connect(self, host, port, identity):
        raw = self._make_raw()
        stream = TurningStream(raw)
        self.streams.append((stream, raw))
        return stream

    async def certificate(self, host, port, start):
        return None


def checked_on(net, scripted):
    """The report, and the seconds it took."""
    target = Target(server=scripted.server(username=None))

    async def run():
        began = anyio.current_time()
        reports = await check([target], ADA, net, credential=Secret(PASSWORD), timeout=SECONDS)
        return reports[0], anyio.current_time() - began

    clock = MockClock(autojump_threshold=0)
    return anyio.run(run, backend="trio", backend_options={"clock": clock})


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("make", [imap, pop3, smtp])
def test_the_server_is_a_good_one_until_it_turns(make, security):
    scripted = make(security)
    net = TurningNet(lambda: Turning(scripted, 99, b"", "closes", 7, 0.01))
    assert checked_on(net, scripted)[0].verdict is Verdict.PASS


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("make", [imap, pop3, smtp])
@settings(max_examples=60, deadline=None)
@given(
    turn=st.integers(0, 9),
    said=TEXT.map(b"".join),
    ends=ENDS,
    cut=st.integers(1, 50),
    pause=st.sampled_from([0.0, 0.0, 0.01, 1.0]),
)
def test_whenever_a_server_turns_there_is_a_report_in_time_and_in_bounds(
    make, security, turn, said, ends, cut, pause
):
    scripted = make(security)
    net = TurningNet(lambda: Turning(scripted, turn, said, ends, cut, pause))
    report, took = checked_on(net, scripted)
    assert tuple(step.name for step in report.steps) == STEPS[scripted.protocol]
    assert report.logins_tried <= 2
    assert took <= SECONDS + 2 * GOODBYE
    assert sum(raw.taken for _, raw in net.streams) <= MOST_TAKEN
    assert all(stream.most_waiting <= MOST_WAITING for stream, _ in net.streams)
    assert len(repr(report)) <= MOST_REPORTED
    assert not any(secret in repr(report) for secret in (PASSWORD, AUTH_PLAIN_ADA))
