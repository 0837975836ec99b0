"""Lines made to be read slowly, as long as a stream lets through, or longer.

What looks at the whole of such a line anew from each of its bytes takes minutes for them, and is stopped.
"""

import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from mailsetup.errors import MailsetupError
from mailsetup.net.stream import MAX_LINE, MAX_LITERAL
from mailsetup.wire.imap import capabilities_in, parse_response, quotas_in, refusal
from mailsetup.wire.pop3 import parse_capabilities, parse_listed, parse_reply, parse_stat
from mailsetup.wire.pop3 import refusal as pop3_refusal
from mailsetup.wire.smtp import Reply, parse_extensions, parse_line
from mailsetup.wire.smtp import refusal as smtp_refusal

_SECONDS_OF_WORK = 10

FILLINGS = [
    b"A", b"a-", b"A ", b" ", b"\t", b"1", b"1 ", b"A 1 ", b"A 1", b"[", b"[A", b"[A ", b"]", b"[]", b"(",
    b"()", b")", b"( ", b") ", b"{1", b"{1}", b"AUTH=", b"app ", b"too man", b"2.1", b"\xff", b"\0", b"\n",
]  # fmt: skip
BEGINNINGS = [b"", b"[", b"[A ", b"[A]", b"1 ", b"1 A", b'QUOTA "" (', b"QUOTA (A 1 ", b"OK [", b"NO [A "]
ENDINGS = [b")", b"]", b"\x0b"]


@pytest.fixture(autouse=True)
def _work_bound() -> Iterator[None]:
    """Ends a test that works for too long; time in which the computer does other things is not counted."""

    def stop(*_: object) -> None:
        raise AssertionError("the work grows faster than the line")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS_OF_WORK)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def lines(filling: bytes) -> Iterator[bytes]:
    for beginning in BEGINNINGS:
        for ending in ENDINGS:
            yield beginning + filling * (MAX_LINE // len(filling)) + ending


@pytest.mark.parametrize("filling", FILLINGS)
def test_a_hostile_line_is_read_as_imap_with_little_work(filling):
    for line in lines(filling):
        with suppress(MailsetupError):
            response = parse_response(b"* " + line)
            quotas_in(response)
            capabilities_in(response)
            refusal(response)


@pytest.mark.parametrize("filling", FILLINGS)
def test_a_hostile_line_is_read_as_pop3_with_little_work(filling):
    for line in lines(filling):
        with suppress(MailsetupError):
            parse_listed(line)
        parse_capabilities([line])
        reply = parse_reply(b"-ERR " + line)
        pop3_refusal(reply)
        with suppress(MailsetupError):
            parse_stat(reply)


@pytest.mark.parametrize("filling", FILLINGS)
def test_a_hostile_line_is_read_as_smtp_with_little_work(filling):
    for line in lines(filling):
        with suppress(MailsetupError):
            code, _, text = parse_line(b"535 " + line)
            smtp_refusal(Reply(code, (text,)))
            parse_extensions([text])


def test_a_code_that_never_ends_is_no_code():
    assert parse_reply(b"-ERR [" + b"A" * MAX_LITERAL).code == ""


def test_a_resource_that_never_ends_hides_no_other():
    data = b'* QUOTA "" (' + b"A" * MAX_LITERAL + b" STORAGE 10 512)"
    assert quotas_in(parse_response(data)) == {"STORAGE": (10, 512)}
