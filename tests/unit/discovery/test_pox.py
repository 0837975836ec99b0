from xml.etree import ElementTree

import pytest

from mailsetup.account import Address, Auth, Protocol, Security
from mailsetup.discovery.pox import AskAt, AskFor, Refusal, Settings, read_reply, request_body
from mailsetup.discovery.xmltree import Unreadable

REQUEST = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006}"


def reply(inner: str) -> bytes:
    """A reply whose account holds this, with the namespaces that Microsoft writes."""
    schema = "http://schemas.microsoft.com/exchange/autodiscover"
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="{schema}/responseschema/2006">
  <Response xmlns="{schema}/outlook/responseschema/2006a">
    <User><DisplayName>Ada</DisplayName></User>
    <Account><AccountType>email</AccountType>{inner}</Account>
  </Response>
</Autodiscover>""".encode()


def settings(*protocols: str) -> Settings:
    answer = read_reply(reply("<Action>settings</Action>" + "".join(protocols)))
    assert isinstance(answer, Settings)
    return answer


def protocol(word: str = "IMAP", server: str = "mail.example.org", **elements: str) -> str:
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())
    return f"<Protocol><Type>{word}</Type><Server>{server}</Server>{inner}</Protocol>"


def read(word: str = "IMAP", **elements: str):
    """The one server that a protocol with these elements makes."""
    (offer,) = settings(protocol(word, **elements)).offers
    return offer.server


# The request


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada@example.org", "ada@example.org"),
        ("a&b@example.org", "a&b@example.org"),
        ("o'ada@example.org", "o'ada@example.org"),
        ("zoë@bücher.example", "zoë@xn--bcher-kva.example"),
    ],
)
def test_the_address_stands_in_the_request_as_it_is_asked_for(address, written):
    root = ElementTree.fromstring(request_body(Address.parse(address)))
    assert [(each.tag, each.text) for each in root[0]] == [
        (f"{REQUEST}EMailAddress", written),
        (
            f"{REQUEST}AcceptableResponseSchema",
            "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a",
        ),
    ]


@pytest.mark.parametrize("local", ["a<b", "</EMailAddress><x>", "a]]>b"])
def test_no_local_part_can_leave_its_element(local):
    # No address that a person can type has these, so it is built past the check.
    address = Address(local=local, domain=Address.parse("ada@example.org").domain)
    root = ElementTree.fromstring(request_body(address))
    assert root[0][0].text == f"{local}@example.org"


# Ports and encryption


@pytest.mark.parametrize(
    ("word", "elements", "port", "security"),
    [
        # SSL is on where it is left out; without a port it is the one of TLS from the first byte.
        ("IMAP", {}, 993, Security.TLS),
        ("POP3", {}, 995, Security.TLS),
        ("SMTP", {}, 465, Security.TLS),
        ("SMTP", {"SSL": "on"}, 465, Security.TLS),
        # With SSL on the usual ports of STARTTLS mean that.
        ("IMAP", {"Port": "143"}, 143, Security.STARTTLS),
        ("POP3", {"Port": "110", "SSL": "on"}, 110, Security.STARTTLS),
        ("SMTP", {"Port": "25", "SSL": "on"}, 25, Security.STARTTLS),
        ("SMTP", {"Port": "587", "SSL": "On"}, 587, Security.STARTTLS),
        ("IMAP", {"Port": "993", "SSL": "on"}, 993, Security.TLS),
        ("IMAP", {"Port": "1993", "SSL": "on"}, 1993, Security.TLS),
        # Off is off.
        ("IMAP", {"SSL": "off"}, 143, Security.PLAIN),
        ("SMTP", {"SSL": "off"}, 587, Security.PLAIN),
        ("POP3", {"Port": "110", "SSL": "OFF"}, 110, Security.PLAIN),
        # Encryption overrides SSL.
        ("IMAP", {"Encryption": "None"}, 143, Security.PLAIN),
        ("IMAP", {"Encryption": "None", "SSL": "on", "Port": "993"}, 993, Security.PLAIN),
        ("IMAP", {"Encryption": "SSL", "SSL": "off"}, 993, Security.TLS),
        ("IMAP", {"Encryption": "TLS"}, 143, Security.STARTTLS),
        ("SMTP", {"Encryption": "TLS", "SSL": "off", "Port": "587"}, 587, Security.STARTTLS),
        ("SMTP", {"Encryption": "TLS", "Port": "2525"}, 2525, Security.STARTTLS),
        ("SMTP", {"Encryption": "SSL", "Port": "2525"}, 2525, Security.TLS),
        ("SMTP", {"Encryption": "Auto", "Port": "2525"}, 2525, Security.TLS),
        ("SMTP", {"Encryption": "Auto", "Port": "587", "SSL": "off"}, 587, Security.STARTTLS),
        ("SMTP", {"Encryption": "Auto"}, 465, Security.TLS),
        # Publishers write these too; a port with one usual way is used that way.
        ("IMAP", {"Encryption": "TLS", "Port": "993", "SSL": "on"}, 993, Security.TLS),
        ("SMTP", {"Encryption": "TLS", "Port": "465"}, 465, Security.TLS),
        ("IMAP", {"Encryption": "SSL", "Port": "143"}, 143, Security.STARTTLS),
        # A word that is none of the four says nothing.
        ("IMAP", {"Encryption": "maybe", "SSL": "off"}, 143, Security.PLAIN),
    ],
)
def test_port_and_encryption_are_read_as_publishers_mean_them(word, elements, port, security):
    server = read(word, **elements)
    assert (server.port, server.security) == (port, security)


# Logging in


@pytest.mark.parametrize(
    ("word", "elements", "auth"),
    [
        ("IMAP", {"SPA": "off"}, (Auth.PASSWORD,)),
        ("IMAP", {"SPA": "on"}, (Auth.NTLM, Auth.ENCRYPTED_PASSWORD)),
        ("IMAP", {}, ()),
        ("IMAP", {"SPA": "perhaps"}, ()),
        ("SMTP", {"AuthRequired": "off", "SPA": "off"}, (Auth.NONE,)),
        ("SMTP", {"AuthRequired": "on", "SPA": "off"}, (Auth.PASSWORD,)),
        ("POP3", {"AuthRequired": "off", "SPA": "off"}, (Auth.PASSWORD,)),
    ],
)
def test_the_ways_to_log_in(word, elements, auth):
    assert read(word, **elements).auth == auth


@pytest.mark.parametrize(
    ("elements", "username"),
    [
        ({"LoginName": "ada@example.org"}, "ada@example.org"),
        ({"LoginName": " ada "}, "ada"),
        ({"LoginName": ""}, None),
        ({}, None),
        ({"LoginName": "ada", "DomainRequired": "on", "DomainName": "corp"}, "ada@corp"),
        ({"LoginName": "ada", "DomainRequired": "off", "DomainName": "corp"}, "ada"),
        ({"LoginName": "ada", "DomainName": "corp"}, "ada"),
        ({"LoginName": "ada", "DomainRequired": "on"}, "ada"),
        ({"LoginName": "corp\\ada", "DomainRequired": "on", "DomainName": "corp"}, "corp\\ada"),
        ({"LoginName": "ada@x.example", "DomainRequired": "on", "DomainName": "corp"}, "ada@x.example"),
        ({"DomainRequired": "on", "DomainName": "corp"}, None),
    ],
)
def test_the_user_name_has_a_domain_only_where_one_is_required(elements, username):
    assert read(**elements).username == username


# Servers


def test_servers_stand_in_the_order_of_the_reply():
    found = settings(protocol("POP3"), protocol("SMTP"), protocol("imap"))
    assert [offer.server.protocol for offer in found.offers] == [
        Protocol.POP3,
        Protocol.SMTP,
        Protocol.IMAP,
    ]


@pytest.mark.parametrize(
    "broken",
    [
        protocol(server=""),
        protocol(server="co.uk"),
        protocol(server="mail"),
        protocol(server="192.0.2.1"),
        protocol(server="https://mail.example.org/"),
        protocol(server='x"); user_pref("'),
        protocol(Port="0"),
        protocol(Port="65536"),
        protocol(Port="-1"),
        protocol(Port="١٤٣"),
        protocol(Port="9" * 5000),
        protocol(LoginName="ada:password"),
        protocol(LoginName="ada\nevil"),
        protocol(LoginName="ada\x85evil"),
        protocol(LoginName="x" * 501),
        protocol(LoginName="ada", DomainRequired="on", DomainName="a\nb"),
        "<Protocol/>",
        "<Protocol><Type>IMAP</Type></Protocol>",
    ],
)
def test_a_broken_server_drops_only_itself(broken):
    found = settings(broken, protocol("POP3", "good.example.org"))
    assert [offer.server.host for offer in found.offers] == ["good.example.org"]


def test_of_very_many_servers_fifty_count():
    assert len(settings(protocol() * 60).offers) == 50


@pytest.mark.parametrize("word", ["EXCH", "EXPR", "EXHTTP", "WEB", "MobileSync"])
def test_protocols_of_exchange_are_noticed_and_are_no_servers(word):
    assert settings(protocol(word)) == Settings(offers=(), exchange=True)


def test_the_type_may_be_an_attribute():
    assert settings('<Protocol Type="mapiHttp" Version="1"/>').exchange


def test_other_protocols_are_ignored():
    assert settings(protocol("NNTP")) == Settings(offers=(), exchange=False)


def test_prefixes_and_letter_case_do_not_matter():
    body = b"""<d:Autodiscover xmlns:d="x" xmlns:a="y"><a:Response><a:Account><a:action>Settings</a:action>
    <a:Protocol><a:TYPE>imap</a:TYPE><a:server>mail.example.org</a:server></a:Protocol>
    </a:Account></a:Response></d:Autodiscover>"""
    answer = read_reply(body)
    assert isinstance(answer, Settings)
    assert [offer.server.host for offer in answer.offers] == ["mail.example.org"]


# Redirects and refusals


def test_a_redirect_to_another_url():
    body = reply("<Action>redirectUrl</Action><RedirectUrl>https://mail.example.org/a.xml</RedirectUrl>")
    assert read_reply(body) == AskAt("https://mail.example.org/a.xml")


def test_a_redirect_to_another_address():
    body = reply("<Action>redirectAddr</Action><RedirectAddr>ada@mail.example.org</RedirectAddr>")
    assert read_reply(body) == AskFor(Address.parse("ada@mail.example.org"))


@pytest.mark.parametrize("text", ["", "ada", "ada@", "@example.org", "a b@example.org", "ada@192.0.2.1"])
def test_a_redirect_to_no_address_is_unreadable(text):
    with pytest.raises(Unreadable):
        read_reply(reply(f"<Action>redirectAddr</Action><RedirectAddr>{text}</RedirectAddr>"))


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("<ErrorCode>600</ErrorCode><Message>Invalid  request</Message>", Refusal("600", "Invalid request")),
        ("<Message>\x9b31m red</Message>", Refusal("", "")),
        (f"<Message>{'x' * 9000}</Message>", Refusal("", "x" * 500)),
        ("", Refusal("", "")),
    ],
)
def test_an_error_is_told_harmlessly(error, refusal):
    body = f"<Autodiscover><Response><Error>{error}</Error></Response></Autodiscover>".encode()
    assert read_reply(body) == refusal


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"<Autodiscover><cut", "not XML"),
        (b"<html><body/></html>", "web page"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"<clientConfig/>", "no mail settings"),
        (b"<Autodiscover/>", "no mail settings"),
        (b"<Autodiscover><Response/></Autodiscover>", "no mail settings"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><Autodiscover>&x;</Autodiscover>', "document type"),
    ],
)
def test_what_is_no_reply_is_refused_with_the_reason(body, word):
    with pytest.raises(Unreadable) as refusal:
        read_reply(body)
    assert word in refusal.value.why.render()
