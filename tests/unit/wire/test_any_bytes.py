"""Whatever a server sends, and however it is cut: a result or one of our errors."""

import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.wire.conversation import over

from mailsetup.errors import MailsetupError
from mailsetup.net.stream import Stream
from mailsetup.wire.bearer import Bearer
from mailsetup.wire.faults import LoginBroken, Unproven
from mailsetup.wire.imap import Imap, capabilities_in, found_in, quotas_in
from mailsetup.wire.pop3 import Pop3, parse_listed, parse_stat
from mailsetup.wire.refusals import Refusal
from mailsetup.wire.sasl import MAX_CHALLENGES, Exchange, Login, Mechanism, Plain
from mailsetup.wire.scram import Scram
from mailsetup.wire.smtp import Smtp, parse_extensions

NONCE = "nonce"


def answers(*words: bytes) -> st.SearchStrategy[list[bytes]]:
    """Bytes that now and then look like the protocol, in pieces."""
    piece = st.sampled_from([*words, b"\r\n", b" ", b"\0", b"(", b'"', b"]"]) | st.binary(max_size=12)
    return st.lists(piece, max_size=40)


def mechanisms() -> list[Mechanism]:
    """One run of each kind of mechanism."""
    return [
        Plain("ada", "secret"),
        Login("ada", "secret"),
        Bearer("OAUTHBEARER", "ada", "t0ken"),
        Bearer("XOAUTH2", "ada", "t0ken"),
        Scram("SCRAM-SHA-256", "ada", "secret", nonce=NONCE),
    ]


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
        for mechanism in mechanisms():
            reply, _ = await imap.authenticate(mechanism, initial=False)
        capabilities_in(greeting, *reply.untagged, reply.done)
        quotas_in(*(await imap.command("GETQUOTAROOT INBOX")).untagged)
        found_in(*(await imap.command("SEARCH RETURN (COUNT) SINCE 1-Jan-2026")).untagged)
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
        for mechanism in mechanisms():
            await pop3.auth(mechanism)
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
        for mechanism in mechanisms():
            await smtp.auth(mechanism)

    read(use, pieces)


PARTS = [
    *(b"r=nonce", b"r=nonceX,", b"s=eHh4eHh4eHh4eHh4,", b"i=4096", b"i=2147483648", b"v=", b"e=", b"m=x,"),
    *(b"e=invalid-proof", b'{"status":', b'"401"}', b"[" * 99, b"\xff", b"\0", b",", b"="),
]
CHALLENGE = st.one_of(
    st.lists(st.sampled_from(PARTS) | st.binary(max_size=6), max_size=6).map(
        lambda parts: base64.b64encode(b"".join(parts))
    ),
    st.binary(max_size=40),
    st.sampled_from([b"r=nonceX,s=eHh4eHh4eHh4eHh4,i=4096", b"v=AAAA"]).map(base64.b64encode),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(CHALLENGE, max_size=MAX_CHALLENGES + 3),
    st.booleans(),
    st.integers(0, 4),
    st.sampled_from([0, 99]),
)
def test_any_challenges_are_answered_or_end_the_login(challenges, ok, which, room):
    mechanism = mechanisms()[which]
    sent = []

    async def talk() -> None:
        stream, raw = over()
        exchange = Exchange(mechanism, room=room)
        try:
            for challenge in challenges:
                await exchange.answer(challenge, stream)
            refused = exchange.end(ok=ok, why=Refusal.CREDENTIALS, reply="")
            # No server knows this password, so none can have signed.
            assert refused is not None or not isinstance(mechanism, Scram)
        except (LoginBroken, Unproven):
            pass
        sent.append(raw.sent)

    anyio.run(talk)
    assert len(sent[0]) < 400 * (MAX_CHALLENGES + 1)
    assert sent[0].count(b"\r\n") <= MAX_CHALLENGES + 1
