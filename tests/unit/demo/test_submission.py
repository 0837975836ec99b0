"""The submission server, asked by smtplib."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mailsetup.demo.world import World

Verified = Callable[[str], ssl.SSLContext]
BODY = "Subject: To myself\r\n\r\n.A dot first\r\n..\r\nand the end"


@contextmanager
def tls(world: World, verified: Verified) -> Iterator[smtplib.SMTP_SSL]:
    context = verified("smtp.example.org")
    with smtplib.SMTP_SSL("127.0.0.1", world.ports[465], context=context, timeout=5) as client:
        yield client


@contextmanager
def plain(world: World) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", world.ports[587], timeout=5) as client:
        yield client


@contextmanager
def logged_in(world: World, verified: Verified) -> Iterator[smtplib.SMTP]:
    with tls(world, verified) as client:
        client.login(world.address, world.password.reveal())
        yield client


def test_extensions_over_tls(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        client.ehlo()
        told = client.esmtp_features
    # smtplib writes the mechanisms with a blank before them.
    assert (told["auth"].split(), told["size"]) == (["PLAIN", "LOGIN"], "10485760")
    assert "8bitmime" in told
    assert "starttls" not in told


def test_extensions_before_tls_offer_no_login(world: World) -> None:
    with plain(world) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")


def test_starttls_leads_to_a_login(world: World, verified: Verified) -> None:
    with plain(world) as client:
        client.starttls(context=verified("smtp.example.org"))
        assert client.login(world.address, world.password.reveal())[0] == 235
    assert world.logins("smtp")[-1].secure


def test_all_is_forgotten_when_tls_begins(world: World, verified: Verified) -> None:
    with plain(world) as client:
        client.ehlo()
        client.starttls(context=verified("smtp.example.org"))
        assert client.docmd("AUTH PLAIN")[0] == 503


def test_no_login_is_taken_in_plain_text(world: World) -> None:
    with plain(world) as client:
        client.ehlo()
        assert client.docmd("AUTH PLAIN")[0] == 538


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("initial", [True, False])
def test_both_mechanisms_log_in_with_and_without_an_initial_response(
    world: World, verified: Verified, mechanism: str, initial: bool
) -> None:
    with tls(world, verified) as client:
        client.ehlo()
        client.user, client.password = world.address, world.password.reveal()
        answer = client.auth_plain if mechanism == "PLAIN" else client.auth_login
        assert client.auth(mechanism, answer, initial_response_ok=initial)[0] == 235


def test_a_wrong_password_is_refused_with_the_code_for_it(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        client.ehlo()
        client.user, client.password = world.address, "wrong"
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.auth("PLAIN", client.auth_plain)
    assert refused.value.smtp_code == 535
    assert refused.value.smtp_error.startswith(b"5.7.8")


def test_a_mechanism_called_off_leaves_the_connection_usable(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        client.ehlo()
        assert [client.docmd("AUTH LOGIN")[0], client.docmd("*")[0], client.docmd("NOOP")[0]] == [
            334,
            501,
            250,
        ]


def test_the_own_address_is_taken_as_sender_and_recipient(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert client.mail(world.address, ["SIZE=1000"])[0] == 250
        assert client.rcpt(world.address)[0] == 250
        assert client.rset()[0] == 250
    assert len(world.messages()) == 5


def test_nothing_is_relayed_before_the_login(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        client.ehlo()
        assert client.mail(world.address)[0] == 530
        assert client.rcpt("somebody@elsewhere.example")[0] == 503


def test_another_sender_is_refused(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert client.mail("ada@srv-only.example")[0] == 553


def test_a_stranger_is_no_recipient(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.mail(world.address)
        assert client.rcpt("somebody@elsewhere.example")[0] == 550


def test_a_message_that_says_it_is_too_large_is_refused(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        assert client.mail(world.address, ["SIZE=10485761"])[0] == 552


def test_a_message_sent_lies_in_the_mailbox_of_its_recipient(world: World, verified: Verified) -> None:
    elsewhere = world.at("pop-only.example")
    with logged_in(world, verified) as client:
        client.sendmail(world.address, [elsewhere.address], BODY)
    received, rest = elsewhere.messages()[-1].split(b"\r\n", 1)
    assert received.startswith(b"Received: ")
    assert rest == BODY.encode() + b"\r\n"
    assert len(elsewhere.messages()) == 6


def test_an_unknown_command_is_refused_and_no_more(world: World, verified: Verified) -> None:
    with tls(world, verified) as client:
        assert [client.docmd("HUNTER2")[0], client.noop()[0]] == [500, 250]


def test_commands_are_written_down_but_no_password(world: World, verified: Verified) -> None:
    with logged_in(world, verified) as client:
        client.mail(world.address)
        client.rcpt(world.address)
        client.rset()
    seen = world.commands("smtp")
    # How smtplib spells the keywords depends on Python's version.
    mine = [(c.verb, c.detail.lower()) for c in seen if c.session == seen[-1].session]
    assert mine[1:] == [
        ("AUTH PLAIN", ""),
        ("MAIL", "from:<ada@example.org>"),
        ("RCPT", "to:<ada@example.org>"),
        ("RSET", ""),
        ("QUIT", ""),
    ]
