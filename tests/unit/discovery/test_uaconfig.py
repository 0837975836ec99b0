import base64
import hashlib
import json

import pytest

from mailsetup.account import Auth, Protocol, Security
from mailsetup.discovery.uaconfig import is_vouched_for, read_digests, read_document
from mailsetup.discovery.xmltree import MAX_BYTES, Unreadable

BODY = b'{"protocols": {}}\n'
DIGEST = hashlib.sha256(BODY).digest()
D = base64.b64encode(DIGEST).decode()
OTHER = base64.b64encode(hashlib.sha256(b"another").digest()).decode()


def read(protocols=None, **more: object):
    return read_document(json.dumps({"protocols": protocols or {}, **more}).encode())


def servers(protocols, **more: object):
    return [offer.server for offer in read(protocols, **more).offers]


# The digest


@pytest.mark.parametrize(
    "record",
    [
        f"v=UAAC1; a=sha256; d={D}",
        f"v=UAAC1;a=sha256;d={D};",
        f"V=uaac1; A=SHA256; D={D}",
        f"d={D}; a=sha256; v=UAAC1",
        f"  v = UAAC1 ;\ta = sha256 ; d = {D[:20]} {D[20:]} ; ",
        f"v=UAAC1; a=sha256; x=unknown; nothing; d={D}",
    ],
)
def test_letter_case_order_blanks_and_unknown_tags_do_not_matter(record):
    assert read_digests([record.encode()]) == {DIGEST}


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"v=spf1 -all",
        f"a=sha256; d={D}".encode(),
        f"v=UAAC2; a=sha256; d={D}".encode(),
        f"v=UAAC1; a=sha1; d={D}".encode(),
        f"v=UAAC1; d={D}".encode(),
        b"v=UAAC1; a=sha256",
        b"v=UAAC1; a=sha256; d=",
        f"v=UAAC1; a=sha256; d={D[:-4]}".encode(),
        f"v=UAAC1; a=sha256; d=*{D}".encode(),
        f"v=UAAC1; a=sha256; d={D}".encode("utf-16"),
        b"v=UAAC1; a=sha256; d=\xff\xfe",
    ],
)
def test_a_record_that_cannot_be_read_is_skipped(record):
    assert read_digests([record, f"v=UAAC1; a=sha256; d={OTHER}".encode()]) == read_digests(
        [f"v=UAAC1; a=sha256; d={OTHER}".encode()]
    )


def test_while_digests_change_one_of_several_is_enough():
    digests = read_digests([f"v=UAAC1; a=sha256; d={each}".encode() for each in (OTHER, D)])
    assert is_vouched_for(BODY, digests)


@pytest.mark.parametrize("body", [BODY.strip(), BODY + b" ", b"\xef\xbb\xbf" + BODY, b""])
def test_every_byte_of_the_document_counts(body):
    assert not is_vouched_for(body, frozenset({DIGEST}))


# The servers


@pytest.mark.parametrize(
    ("word", "protocol", "port"),
    [
        ("imap", Protocol.IMAP, 993),
        ("pop3", Protocol.POP3, 995),
        ("submit", Protocol.SMTP, 465),
        ("smtp", Protocol.SMTP, 465),
    ],
)
def test_every_server_has_tls_from_the_first_byte_on_its_port(word, protocol, port):
    (server,) = servers({word: {"host": "mail.example.org"}})
    assert (server.protocol, server.host, server.port, server.security) == (
        protocol,
        "mail.example.org",
        port,
        Security.TLS,
    )


def test_the_servers_stand_in_the_order_of_the_document():
    named = servers({word: {"host": f"{word}.example.org"} for word in ("smtp", "pop3", "imap")})
    assert [server.host.partition(".")[0] for server in named] == ["smtp", "pop3", "imap"]


def test_the_old_and_the_new_name_of_one_server_make_one_server():
    named = servers({"smtp": {"host": "mail.example.org"}, "submit": {"host": "MAIL.example.org."}})
    assert [server.host for server in named] == ["mail.example.org"]


@pytest.mark.parametrize("host", ["mail.bücher.example", "mail.xn--bcher-kva.example"])
def test_a_host_may_be_written_in_either_form(host):
    assert [server.host for server in servers({"imap": {"host": host}})] == ["mail.xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "mail.example.org",
        [],
        7,
        {},
        {"host": None},
        {"host": 7},
        {"host": ["mail.example.org"]},
        {"host": ""},
        {"host": "mail"},
        {"host": "co.uk"},
        {"host": "192.0.2.1"},
        {"host": "mail.example.org:993"},
        {"host": "https://mail.example.org"},
        {"host": 'x"); user_pref("'},
        {"host": "mail.example.org\nevil"},
        {"host": "\ud800.example.org"},
        {"host": "ü" * 5000 + ".example.org"},
    ],
)
def test_a_broken_protocol_drops_only_itself(broken):
    assert [server.host for server in servers({"pop3": broken, "imap": {"host": "mail.example.org"}})] == [
        "mail.example.org"
    ]


def test_what_is_no_mail_and_what_is_unknown_is_ignored():
    protocols = {
        "jmap": {"url": "https://jmap.example.org/"},
        "new": {"host": "new.example.org"},
        "imap": {"host": "mail.example.org"},
    }
    found = read(protocols, future={"host": "new.example.org"})
    assert [offer.server.host for offer in found.offers] == ["mail.example.org"]


@pytest.mark.parametrize(
    ("authentication", "auth"),
    [
        ({"password": True}, (Auth.PASSWORD,)),
        ({"oauth-public": {"issuer": "https://id.example/"}}, (Auth.OAUTH2,)),
        ({"oauth-public": {"issuer": "https://id.example/"}, "password": True}, (Auth.PASSWORD, Auth.OAUTH2)),
        ({"oauth-public": {"issuer": "https://id.example/"}, "password": False}, (Auth.OAUTH2,)),
        ({"password": False}, (Auth.OAUTH2,)),
        ({"password": "yes"}, ()),
        ({"password": 1}, ()),
        ({"oauth-public": "https://id.example/"}, ()),
        ({}, ()),
        (None, ()),
        ([], ()),
    ],
)
def test_the_ways_to_log_in_are_those_that_it_names(authentication, auth):
    (server,) = servers({"imap": {"host": "mail.example.org"}}, authentication=authentication)
    assert server.auth == auth


# What is shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Example Mail", "Example Mail"),
        ("  Example\n Mail ", "Example Mail"),
        ("x" * 9000, "x" * 500),
        ("\x1b[31mred", ""),
        ("\ud800", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_the_providers_name_is_cleaned(name, shown):
    assert read(info={"provider": {"name": name}}).provider == shown


def test_the_documentation_is_a_hint():
    found = read(info={"help": {"documentation": "https://help.example.org/mail"}})
    assert [(hint.text.render(), hint.url) for hint in found.hints] == [
        ("The provider has a page about its settings.", "https://help.example.org/mail")
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://help.example.org/",
        "javascript:alert(1)",
        "https://help.example.org/ two",
        "https://help.example.org/\x1b[2J",
        "https://" + "x" * 9000,
        ["https://help.example.org/"],
        None,
    ],
)
def test_what_is_no_clean_https_link_is_no_hint(url):
    assert read(info={"help": {"documentation": url}}).hints == ()


def test_developer_and_contact_are_ignored():
    links = {"developer": "https://dev.example.org/", "contact": ["https://contact.example.org/"]}
    assert read(info={"help": links}).hints == ()


# What is no document


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"protocols":', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 40_000, "not JSON"),
        (b"\n<!doctype html><html>", "web page"),
        (b"[]", "no mail settings"),
        (b'"imap"', "no mail settings"),
        (b"NaN", "no mail settings"),
        (b"null", "no mail settings"),
        (b"9" * 5000, "no mail settings"),
        (b'{"protocols": {}}' + b" " * MAX_BYTES, "larger than"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(body, word):
    with pytest.raises(Unreadable) as refusal:
        read_document(body)
    assert word in refusal.value.why.render()


@pytest.mark.parametrize(
    "body",
    [
        b'{"protocols": {"imap": {"host": "mail.example.org"}}, "n": ' + b"9" * 5000 + b"}",
        b'{"protocols": {"imap": {"host": "mail.example.org", "port": 1e999}}, "n": NaN, "m": -Infinity}',
        b'{"protocols": 1, "protocols": {"imap": {"host": "mail.example.org"}}}',
        b'\xef\xbb\xbf{"protocols": {"imap": {"host": "mail.example.org"}}}',
        '{"protocols": {"imap": {"host": "mail.example.org"}}}'.encode("utf-16"),
    ],
    ids=["a huge number", "numbers that are none", "a key twice", "a BOM", "utf-16"],
)
def test_odd_json_is_read(body):
    assert [offer.server.host for offer in read_document(body).offers] == ["mail.example.org"]
