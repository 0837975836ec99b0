"""SERVER words: what they mean, and what is refused."""

import click
import pytest

from mailsetup.account import Address, Domain, Protocol, Security
from mailsetup.cli.words import CLIENT_WORDS, AddressType, ServerType, SubjectType, parse_server, server_word
from mailsetup.clients.registry import CLIENTS
from mailsetup.errors import WrongUsage

IMAP, POP3, SMTP = Protocol.IMAP, Protocol.POP3, Protocol.SMTP
TLS, STARTTLS = Security.TLS, Security.STARTTLS


@pytest.mark.parametrize(
    ("text", "protocol", "host", "port", "security"),
    [
        ("imap.example.org", IMAP, "imap.example.org", 993, TLS),
        ("imap.example.org:993", IMAP, "imap.example.org", 993, TLS),
        ("imap.example.org:143", IMAP, "imap.example.org", 143, STARTTLS),
        ("pop.example.org", POP3, "pop.example.org", 995, TLS),
        ("pop.example.org:995", POP3, "pop.example.org", 995, TLS),
        ("pop.example.org:110", POP3, "pop.example.org", 110, STARTTLS),
        ("smtp.example.org", SMTP, "smtp.example.org", 465, TLS),
        ("smtp.example.org:465", SMTP, "smtp.example.org", 465, TLS),
        ("smtp.example.org:587", SMTP, "smtp.example.org", 587, STARTTLS),
        ("imaps://imap.example.org", IMAP, "imap.example.org", 993, TLS),
        ("imaps://imap.example.org:1993", IMAP, "imap.example.org", 1993, TLS),
        ("imap://imap.example.org", IMAP, "imap.example.org", 143, STARTTLS),
        ("imap://imap.example.org:1143/", IMAP, "imap.example.org", 1143, STARTTLS),
        ("IMAPS://Imap.Example.ORG.:993", IMAP, "imap.example.org", 993, TLS),
        ("pop3s://pop.example.org", POP3, "pop.example.org", 995, TLS),
        ("pop3://pop.example.org", POP3, "pop.example.org", 110, STARTTLS),
        ("smtps://smtp.example.org", SMTP, "smtp.example.org", 465, TLS),
        ("smtp://smtp.example.org", SMTP, "smtp.example.org", 587, STARTTLS),
        ("submissions://smtp.example.org", SMTP, "smtp.example.org", 465, TLS),
        ("submission://smtp.example.org:2587", SMTP, "smtp.example.org", 2587, STARTTLS),
        ("imap.bücher.example", IMAP, "imap.xn--bcher-kva.example", 993, TLS),
        ("mailhost:143", IMAP, "mailhost", 143, STARTTLS),
        ("imap.example.org:", IMAP, "imap.example.org", 993, TLS),
    ],
)
def test_the_port_or_the_scheme_decides_the_encryption(
    text: str, protocol: Protocol, host: str, port: int, security: Security
) -> None:
    server = parse_server(text, protocol)
    assert (server.host, server.port, server.security) == (host, port, security)
    assert server.protocol is protocol
    assert (server.auth, server.username) == ((), None)
    assert parse_server(server_word(server), protocol) == server


@pytest.mark.parametrize(
    ("text", "protocol", "told"),
    [
        ("", IMAP, "is no server"),
        (":993", IMAP, "is no server"),
        ("imap.example.org:0", IMAP, "is no server"),
        ("imap.example.org:65536", IMAP, "is no server"),
        ("imap.example.org:99999999999999999999", IMAP, "is no server"),
        ("imap.example.org:-993", IMAP, "is no server"),
        ("imap.example.org:+993", IMAP, "is no server"),
        ("imap.example.org:9_9_3", IMAP, "is no server"),
        ("imap.example.org:imaps", IMAP, "is no server"),
        ("imap.example.org:٩٩٣", IMAP, "is no server"),
        ("imap.example.org:993:143", IMAP, "is no server"),
        ("imap.example.org:993/INBOX", IMAP, "is no server"),
        ("ada@imap.example.org", IMAP, "is no server"),
        ("imap example.org", IMAP, "is no server"),
        ("imap\x00.example.org", IMAP, "is no server"),
        ("127.0.0.1", IMAP, "an IP address cannot prove itself"),
        ("[::1]:993", IMAP, "an IP address cannot prove itself"),
        ("https://imap.example.org", IMAP, "begins with imaps://, imap://"),
        ("pop3s://imap.example.org", IMAP, "begins with imaps://, imap://"),
        ("imaps://smtp.example.org", SMTP, "begins with smtps://, smtp://, submissions://, submission://"),
        ("://imap.example.org", IMAP, "begins with imaps://, imap://"),
        ("imap.example.org:1993", IMAP, r"imaps://imap\.example\.org:1993 for TLS"),
        ("imap.example.org:995", IMAP, r"imap://imap\.example\.org:995 for STARTTLS"),
        ("smtp.example.org:25", SMTP, "Port 25 does not tell how"),
    ],
)
def test_what_is_no_server_is_refused_with_a_way_to_say_it(text: str, protocol: Protocol, told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        parse_server(text, protocol)


def _converted(kind: click.ParamType[object], value: object) -> object:
    return kind.convert(value, None, None)


def test_what_holds_an_at_sign_is_an_address_and_all_else_a_domain() -> None:
    assert _converted(SubjectType(), "ada@example.org") == Address.parse("ada@example.org")
    assert _converted(SubjectType(), "example.org") == Domain.parse("example.org")
    with pytest.raises(WrongUsage, match="is not an email address"):
        _converted(SubjectType(), "@example.org")
    with pytest.raises(WrongUsage, match="is not a mail domain"):
        _converted(SubjectType(), "ada")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (AddressType(), Address.parse("ada@example.org")),
        (SubjectType(), Address.parse("ada@example.org")),
        (SubjectType(), Domain.parse("example.org")),
        (ServerType(IMAP), parse_server("imap.example.org", IMAP)),
    ],
)
def test_what_is_read_already_is_left_alone(kind: click.ParamType[object], value: object) -> None:
    assert _converted(kind, value) is value


def test_the_words_of_the_mail_programs_are_those_of_the_registry() -> None:
    assert set(CLIENT_WORDS) == set(CLIENTS)
