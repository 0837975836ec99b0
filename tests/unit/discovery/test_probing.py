"""The conversation of a guess: what is said, what is believed, and what is never said."""

from contextlib import suppress

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.checks.scripted import CLOSE, ScriptedServer, imap, pop3, smtp
from tests.unit.discovery.mail import behind
from tests.unit.discovery.world import IMAP, IMAP_STARTTLS, POP3, SMTP, SMTP_STARTTLS, server
from tests.unit.fake_net import FakeNet

from mailsetup.account import Auth, Security, Server
from mailsetup.discovery.probing import auth_methods, probe
from mailsetup.errors import CheckFailed, MailsetupError, NetworkFailed, Unsafe, say
from mailsetup.net.failures import BytesBeforeTls, TlsFailed
from mailsetup.net.stream import Identity
from mailsetup.wire.faults import NotUnderstood

pytestmark = pytest.mark.anyio

POP3_STARTTLS = server("pop3", POP3.host, 110, Security.STARTTLS)
BEFORE = "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK done\r\n"
AFTER = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done\r\n"


def starttls_imap(**answers: object) -> ScriptedServer:
    return imap(Security.STARTTLS, **{"CAPABILITY": [BEFORE, AFTER], **answers})


def starttls_pop3(**answers: object) -> ScriptedServer:
    capabilities = ["+OK\r\nSTLS\r\n.\r\n", "+OK\r\nUSER\r\n.\r\n"]
    return pop3(Security.STARTTLS, **{"CAPA": capabilities, **answers})


async def look(at: Server, scripted: ScriptedServer):
    return await probe(FakeNet(behind(at.host, at.port, scripted)), at)


@pytest.mark.parametrize(
    ("at", "scripted", "said"),
    [
        (IMAP, imap(), ["a1 CAPABILITY", "a2 LOGOUT"]),
        (POP3, pop3(), ["CAPA", "QUIT"]),
        (SMTP, smtp(), ["EHLO [127.0.0.1]", "QUIT"]),
        (IMAP_STARTTLS, starttls_imap(), ["a1 CAPABILITY", "a2 STARTTLS", "a3 CAPABILITY", "a4 LOGOUT"]),
        (POP3_STARTTLS, starttls_pop3(), ["CAPA", "STLS", "CAPA", "QUIT"]),
        (
            SMTP_STARTTLS,
            smtp(Security.STARTTLS),
            ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "QUIT"],
        ),
    ],
    ids=lambda value: f"{value.protocol.value} {value.port}" if isinstance(value, Server) else "",
)
async def test_nothing_is_said_but_what_the_protocol_asks_for(at, scripted, said):
    await look(at, scripted)
    assert (scripted.sent, scripted.closed) == (said, 1)


@pytest.mark.parametrize(("at", "scripted"), [(IMAP, imap()), (IMAP_STARTTLS, starttls_imap())])
async def test_the_certificate_must_name_the_very_host(at, scripted):
    await look(at, scripted)
    assert scripted.identities == [Identity(host=at.host)]


async def test_only_the_way_to_tls_is_said_in_plain_text():
    scripted = starttls_imap()
    await look(IMAP_STARTTLS, scripted)
    assert scripted.sent_plain == ["a1 CAPABILITY", "a2 STARTTLS"]


async def test_after_starttls_the_capabilities_are_those_after_it():
    scripted = starttls_imap(CAPABILITY=[BEFORE.replace("LOGINDISABLED", "AUTH=NTLM"), AFTER])
    seen, evidence = await look(IMAP_STARTTLS, scripted)
    assert seen.auth == (Auth.PASSWORD,)
    assert "NTLM" not in evidence.answer


async def test_the_greeting_before_tls_is_no_evidence():
    _, evidence = await look(
        IMAP_STARTTLS, imap(Security.STARTTLS, "* OK liar\r\n", CAPABILITY=[BEFORE, AFTER])
    )
    assert "liar" not in evidence.answer


async def test_what_was_seen_is_evidence():
    _, evidence = await look(IMAP, imap(greeting="* OK Dovecot ready.\r\n"))
    assert (evidence.asked, evidence.secure) == ("imap.example.org:993", True)
    assert evidence.answer == (
        "TLSv1.3, certificate proven; greeting “Dovecot ready.”; capabilities AUTH=PLAIN, IMAP4REV1, SASL-IR"
    )


async def test_a_servers_words_are_cut_and_hold_no_control_characters():
    _, evidence = await look(POP3, pop3(greeting=f"+OK \x1b[2J\u202e{'x' * 5000}\r\n"))
    assert evidence.answer.isprintable()
    assert len(evidence.answer) < 600


@pytest.mark.parametrize(
    ("at", "scripted", "auth"),
    [
        (IMAP, imap(CAPABILITY="* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n"), (Auth.PASSWORD,)),
        (
            IMAP,
            imap(CAPABILITY="* CAPABILITY IMAP4rev2 LOGINDISABLED AUTH=XOAUTH2\r\n{tag} OK\r\n"),
            (Auth.OAUTH2,),
        ),
        (POP3, pop3(CAPA="+OK\r\nUSER\r\nSASL CRAM-MD5\r\n.\r\n"), (Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD)),
        (POP3, pop3(CAPA="+OK\r\nSASL OAUTHBEARER\r\n.\r\n"), (Auth.OAUTH2,)),
        (POP3, pop3(CAPA="+OK\r\nUIDL\r\n.\r\n"), ()),
        (POP3, pop3(CAPA="-ERR what?\r\n"), ()),
        (SMTP, smtp(EHLO="250-smtp\r\n250 AUTH PLAIN GSSAPI\r\n"), (Auth.PASSWORD, Auth.GSSAPI)),
    ],
)
async def test_the_ways_to_log_in_are_those_that_are_announced(at, scripted, auth):
    seen, _ = await look(at, scripted)
    assert seen.auth == auth


@pytest.mark.parametrize(
    ("mechanisms", "auth"),
    [
        (["PLAIN"], [Auth.PASSWORD]),
        (["LOGIN"], [Auth.PASSWORD]),
        (["SCRAM-SHA-256-PLUS"], [Auth.ENCRYPTED_PASSWORD]),
        (["CRAM-MD5", "DIGEST-MD5"], [Auth.ENCRYPTED_PASSWORD]),
        (["XOAUTH2"], [Auth.OAUTH2]),
        (["EXTERNAL"], [Auth.CLIENT_CERTIFICATE]),
        (
            ["EXTERNAL", "NTLM", "GSSAPI", "OAUTHBEARER", "SCRAM-SHA-1", "PLAIN"],
            [method for method in Auth if method is not Auth.NONE],
        ),
        (["KERBEROS_V4", "ANONYMOUS"], []),
    ],
)  # fmt: skip
def test_mechanisms_are_put_in_order_of_preference(mechanisms, auth):
    assert auth_methods(mechanisms) == tuple(auth)


@pytest.mark.parametrize(
    ("at", "scripted"),
    [
        (IMAP, imap(CAPABILITY="* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag} OK\r\n")),
        (SMTP, smtp(EHLO="250-mx.example.org\r\n250 SIZE\r\n")),
        (POP3, pop3(CAPA="+OK\r\nSASL KERBEROS_V4\r\n.\r\n")),
    ],
)
async def test_a_server_that_lets_nobody_log_in_is_no_server_of_the_user(at, scripted):
    with pytest.raises(CheckFailed, match="offers no way to log in"):
        await look(at, scripted)


@pytest.mark.parametrize(
    ("at", "scripted"),
    [
        (IMAP, imap(greeting="HTTP/1.1 400 Bad Request\r\n")),
        (POP3, pop3(greeting="HTTP/1.1 400 Bad Request\r\n")),
        (SMTP, smtp(greeting="HTTP/1.1 400 Bad Request\r\n")),
        (IMAP, imap(CAPABILITY="{tag} OK nothing\r\n")),
        (IMAP, imap(CAPABILITY="* CAPABILITY NNTP AUTH=PLAIN\r\n{tag} OK\r\n")),
    ],
)
async def test_a_server_of_another_kind_is_not_understood(at, scripted):
    with pytest.raises(NotUnderstood):
        await look(at, scripted)


@pytest.mark.parametrize(
    ("at", "scripted"),
    [
        (IMAP, imap(greeting="* BYE too busy\r\n")),
        (IMAP, imap(greeting="* PREAUTH who are you\r\n")),
        (IMAP_STARTTLS, imap(Security.STARTTLS, "* PREAUTH who are you\r\n")),
        (POP3, pop3(greeting="-ERR too busy\r\n")),
        (SMTP, smtp(greeting="554 no\r\n")),
        (SMTP, smtp(EHLO="502 no\r\n")),
    ],
)
async def test_a_server_that_does_not_want_to_talk_is_left_alone(at, scripted):
    with pytest.raises(CheckFailed, match="turned the connection away"):
        await look(at, scripted)
    assert scripted.closed == 1


@pytest.mark.parametrize(
    ("at", "scripted"),
    [
        (IMAP_STARTTLS, starttls_imap(CAPABILITY=AFTER)),
        (IMAP_STARTTLS, starttls_imap(STARTTLS="{tag} NO not today\r\n")),
        (POP3_STARTTLS, starttls_pop3(CAPA="+OK\r\nUSER\r\n.\r\n")),
        (POP3_STARTTLS, starttls_pop3(CAPA="-ERR\r\n")),
        (POP3_STARTTLS, starttls_pop3(STLS="-ERR\r\n")),
        (SMTP_STARTTLS, smtp(Security.STARTTLS, EHLO="250-smtp\r\n250 AUTH PLAIN\r\n")),
        (SMTP_STARTTLS, smtp(Security.STARTTLS, STARTTLS="454 not today\r\n")),
    ],
)
async def test_without_starttls_a_server_is_unsafe(at, scripted):
    with pytest.raises(Unsafe, match="will not begin TLS"):
        await look(at, scripted)
    assert scripted.identities == []


async def test_bytes_before_tls_are_an_attack():
    with pytest.raises(BytesBeforeTls):
        await look(IMAP_STARTTLS, starttls_imap(STARTTLS="{tag} OK begin\r\n* CAPABILITY IMAP4rev1\r\n"))


async def test_a_certificate_that_is_refused_ends_it_before_another_word():
    scripted = starttls_imap()
    scripted.refuses_tls = TlsFailed(say("The certificate has expired."), say("Ask."), verify_code=10)
    with pytest.raises(TlsFailed):
        await look(IMAP_STARTTLS, scripted)
    assert scripted.sent == scripted.sent_plain
    assert scripted.closed == 1


async def test_a_server_that_does_not_say_goodbye_is_found_all_the_same():
    began = anyio.current_time()
    seen, _ = await look(IMAP, imap(LOGOUT=None))
    assert seen.auth == (Auth.PASSWORD,)
    assert anyio.current_time() - began == pytest.approx(1)


async def test_a_server_that_hangs_up_is_a_failure_of_the_network():
    with pytest.raises(NetworkFailed):
        await look(POP3, pop3(CAPA=CLOSE))


@given(st.sampled_from([imap, pop3, smtp]), st.text(max_size=80), st.text(max_size=200))
def test_any_words_give_a_server_or_one_of_our_errors(make, greeting, answer):
    at = {imap: IMAP, pop3: POP3, smtp: SMTP}[make]
    words = dict.fromkeys(["CAPABILITY", "CAPA", "EHLO", "LOGOUT", "QUIT"], lambda line: answer + CLOSE)

    async def attempt() -> None:
        # A reply that goes on for ever is for the caller's deadline.
        with anyio.move_on_after(0.2), suppress(MailsetupError):
            _, evidence = await look(at, make(greeting=greeting + "\r\n", **words))
            assert evidence.answer.isprintable()

    anyio.run(attempt)
