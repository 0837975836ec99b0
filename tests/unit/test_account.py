"""The words that cross rooms: what is accepted, what is refused, and that a secret stays one."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.account import (
    WELL_KNOWN_PORTS,
    Account,
    Address,
    Auth,
    Domain,
    Protocol,
    Retention,
    Secret,
    Security,
    Server,
    domain_of,
    fill_placeholders,
    host_name,
)
from mailsetup.errors import LoginRefused, WrongUsage, say

ADA = Address.parse("ada@example.org")
IMAP = Server(
    protocol=Protocol.IMAP,
    host="imap.example.org",
    port=993,
    security=Security.TLS,
    auth=(Auth.PASSWORD,),
    username="ada",
)
POP3 = replace(IMAP, protocol=Protocol.POP3, host="pop.example.org", port=995)
SMTP = replace(IMAP, protocol=Protocol.SMTP, host="smtp.example.org", port=465)


@pytest.mark.parametrize(
    ("typed", "shown", "sent"),
    [
        ("ada@example.org", "ada@example.org", "ada@example.org"),
        ("  ada@example.org\n", "ada@example.org", "ada@example.org"),
        ("Ada.Lovelace@Example.ORG", "Ada.Lovelace@example.org", "Ada.Lovelace@example.org"),
        ("ada+lists@example.org", "ada+lists@example.org", "ada+lists@example.org"),
        ("o'hara@example.org", "o'hara@example.org", "o'hara@example.org"),
        ("ada@bücher.example", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@faß.example", "ada@faß.example", "ada@xn--fa-hia.example"),
        ("дмитрий@пример.рф", "дмитрий@пример.рф", "дмитрий@xn--e1afmkfd.xn--p1ai"),
        ("ada@office.local", "ada@office.local", "ada@office.local"),
        ("ada@example.test", "ada@example.test", "ada@example.test"),
        ("ada@example.org.", "ada@example.org", "ada@example.org"),
    ],
)
def test_an_address_is_read_as_people_write_it(typed: str, shown: str, sent: str) -> None:
    address = Address.parse(typed)
    assert str(address) == shown
    assert address.ascii == sent


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "@",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@com",
        "ada@@example.org",
        "ada@home@example.org",
        '"ada"@example.org',
        '"ada lovelace"@example.org',
        "ada lovelace@example.org",
        "ada@exam ple.org",
        "ada@ example.org",
        "ada @example.org",
        "Ada <ada@example.org>",
        "mailto:ada@example.org",
        "ada\n@example.org",
        "ada@example.org\nBcc: eve@example.org",
        "ada\x00@example.org",
        "ada@example.org\x00",
        "\x1b[31mada@example.org",
        "\u202eada@example.org",
        "ada\udcff@example.org",
        ".ada@example.org",
        "ada..lovelace@example.org",
        "ada.@example.org",
        "ada@.org",
        "ada@example..org",
        "ada@example.org..",
        "ada@-example.org",
        "ada@exa_mple.org",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "ada@*.example.org",
        "ada@" + "a" * 64 + ".org",
        "ada@" + ".".join(["a" * 60] * 5) + ".org",
        "a" * 64 + "@" + ".".join(["a" * 46] * 4) + ".org",
        "a" * 5000 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(WrongUsage, match="is not an email address"):
        Address.parse(typed)


@given(st.text())
def test_any_text_is_an_address_or_wrong_usage(text: str) -> None:
    try:
        address = Address.parse(text)
    except WrongUsage:
        return
    assert Address.parse(str(address)) == address
    assert address.domain.ascii.isascii()


@pytest.mark.parametrize(
    ("typed", "name", "asked"),
    [
        ("example.org", "example.org", "example.org"),
        ("EXAMPLE.Org", "example.org", "example.org"),
        ("example.org.", "example.org", "example.org"),
        (" example.org ", "example.org", "example.org"),
        ("Bücher.Example", "bücher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "bücher.example", "xn--bcher-kva.example"),
        ("office.local", "office.local", "office.local"),
        ("example.test", "example.test", "example.test"),
    ],
)
def test_a_domain_is_shown_as_written_and_asked_as_dns_knows_it(typed: str, name: str, asked: str) -> None:
    domain = Domain.parse(typed)
    assert (str(domain), domain.ascii) == (name, asked)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ".",
        "org",
        "localhost",
        "example.org..",
        "example..org",
        "exam ple.org",
        "example.org/mail",
        "https://example.org",
        "example.org:993",
        "1.2.3.4",
        "[::1]",
        "example\n.org",
        "exa\x1bmple.org",
        "exa_mple.org",
        "-example.org",
        "*.example.org",
        "xn--zz.example",
        "a" * 64 + ".org",
        ".".join(["a" * 49] * 6),
    ],
)
def test_what_is_no_mail_domain_is_refused(typed: str) -> None:
    with pytest.raises(WrongUsage, match="is not a mail domain"):
        Domain.parse(typed)


@pytest.mark.parametrize(
    ("host", "held"),
    [
        ("example.org", True),
        ("imap.example.org", True),
        ("a.b.example.org", True),
        ("badexample.org", False),
        ("example.org.evil.example", False),
        ("org", False),
    ],
)
def test_a_domain_holds_itself_and_what_is_below_it(host: str, held: bool) -> None:
    assert Domain.parse("example.org").holds(host) is held


def test_the_domain_of_an_address_and_of_a_domain_is_the_same() -> None:
    assert domain_of(ADA) == domain_of(Domain.parse("example.org"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "imap_.example.org", "", "imap example.org", "a" * 254])
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        host_name(host)


def test_a_host_may_have_no_dot() -> None:
    assert host_name("Mailhost") == "mailhost"


@pytest.mark.parametrize(
    ("template", "for_address", "for_domain"),
    [
        ("%EMAILADDRESS%", "ada@xn--bcher-kva.example", "%EMAILADDRESS%"),
        ("%EMAILLOCALPART%", "ada", "%EMAILLOCALPART%"),
        ("%EMAILLOCALPART%.%EMAILDOMAIN%", "ada.xn--bcher-kva.example", None),
        ("imap.%EMAILDOMAIN%", "imap.xn--bcher-kva.example", "imap.xn--bcher-kva.example"),
        ("%emailaddress%", "%emailaddress%", "%emailaddress%"),
        ("plain", "plain", "plain"),
    ],
)
def test_placeholders_are_filled_as_far_as_they_are_known(
    template: str, for_address: str, for_domain: str | None
) -> None:
    address = Address.parse("ada@bücher.example")
    assert fill_placeholders(template, address) == for_address
    if for_domain is not None:
        assert fill_placeholders(template, address.domain) == for_domain


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "Imap.example.org"},
        {"host": "imap.example.org."},
        {"host": "bücher.example"},
        {"host": "127.0.0.1"},
        {"host": 'imap.example.org", "x'},
        {"host": ""},
        {"port": 0},
        {"port": 65536},
        {"port": -1},
        {"username": ""},
        {"username": 'ada\r\nA1 LOGIN "x"'},
        {"username": "ada\x00"},
        {"username": "ada\u2028"},
        {"username": "ada\udcff"},
    ],
)
def test_a_wrong_server_cannot_be_built(wrong: dict[str, object]) -> None:
    fields = {"protocol": Protocol.IMAP, "host": "imap.example.org", "port": 993, "security": Security.TLS}
    with pytest.raises(ValueError, match=r"host|port|user name"):
        Server(**{**fields, **wrong})  # type: ignore[arg-type]


def test_every_protocol_has_a_port_for_each_kind_of_encryption_and_none_without() -> None:
    assert WELL_KNOWN_PORTS == {
        (Protocol.IMAP, Security.TLS): 993,
        (Protocol.IMAP, Security.STARTTLS): 143,
        (Protocol.POP3, Security.TLS): 995,
        (Protocol.POP3, Security.STARTTLS): 110,
        (Protocol.SMTP, Security.TLS): 465,
        (Protocol.SMTP, Security.STARTTLS): 587,
    }


def test_mail_stays_on_the_server_for_ever_unless_something_else_is_said() -> None:
    assert Retention() == Retention(keep=True, days=None, until_deleted=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"days": -1},
        {"days": 10000},
        {"keep": False, "days": 30},
        {"keep": False, "until_deleted": True},
    ],
)
def test_a_retention_that_makes_no_sense_cannot_be_built(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"days|kept"):
        Retention(**wrong)  # type: ignore[arg-type]


def test_an_account_of_each_protocol_can_be_built() -> None:
    Account(address=ADA, name="Ada", incoming=IMAP, outgoing=SMTP)
    Account(address=ADA, name="", incoming=POP3, outgoing=SMTP, retention=Retention(days=30))


@pytest.mark.parametrize(
    "wrong",
    [
        {"incoming": SMTP},
        {"outgoing": IMAP},
        {"retention": Retention()},
        {"incoming": POP3},
        {"incoming": replace(IMAP, username=None)},
        {"outgoing": replace(SMTP, username=None)},
        {"name": "Ada\nEve"},
        {"name": "Ada\x1b[2J"},
        {"name": "Ada\udcff"},
    ],
)
def test_a_wrong_account_cannot_be_built(wrong: dict[str, object]) -> None:
    fields = {"address": ADA, "name": "Ada", "incoming": IMAP, "outgoing": SMTP, "retention": None}
    with pytest.raises(ValueError, match=r"account|retention|name"):
        Account(**{**fields, **wrong})  # type: ignore[arg-type]


PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Holder:
    """Something that has a secret among other things."""

    user: str
    secret: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r:>40}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
        lambda secret: str([secret]),
        lambda secret: repr(Holder("ada", secret)),
        lambda secret: say("The password is {secret}.", secret=secret).render(),
        lambda secret: str(LoginRefused(say("{secret} was refused.", secret=secret), say("Try again."))),
        lambda secret: "".join(traceback.format_exception(ValueError(secret))),
    ],
)
def test_a_secret_prints_as_stars_wherever_it_is_printed(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(PASSWORD))
    assert PASSWORD not in shown
    assert "***" in shown


def test_a_secret_in_a_frame_that_fails_is_not_in_the_traceback_with_locals() -> None:
    def log_in(secret: Secret) -> None:
        raise RuntimeError("no")

    try:
        log_in(Secret(PASSWORD))
    except RuntimeError as failure:
        shown = "".join(traceback.TracebackException.from_exception(failure, capture_locals=True).format())
    assert "secret = Secret(***)" in shown
    assert PASSWORD not in shown


def test_a_secret_is_revealed_to_whoever_asks() -> None:
    assert Secret(PASSWORD).reveal() == PASSWORD
