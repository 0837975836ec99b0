"""Whatever a stranger sends, the readers of PACC and autodiscover give a result or say that there is none."""

import base64
import hashlib
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.discovery.world import ADA
from tests.unit.fake_net import FakeNet, page, txt

from mailsetup.discovery import autodiscover, pacc
from mailsetup.discovery.finding import Finding
from mailsetup.discovery.pox import Settings, read_reply
from mailsetup.discovery.question import Request
from mailsetup.discovery.uaconfig import read_digests, read_document
from mailsetup.discovery.xmltree import Unreadable
from mailsetup.net.http import Page

pytestmark = pytest.mark.anyio

REQUEST = Request(subject=ADA, ispdb="https://ispdb.example/", send_address=True)
URL = pacc.document_url("example.org")
SITE = "https://example.org/autodiscover/autodiscover.xml"

hosts = st.sampled_from(["mail.example.org", "co.uk", "", "ü.example", "a b", "-x.example"]) | st.text()
leaves = st.none() | st.booleans() | st.integers() | st.floats() | hosts
json_values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)
members = st.fixed_dictionaries(
    {},
    optional={
        "protocols": st.dictionaries(
            st.sampled_from(["imap", "pop3", "smtp", "submit", "jmap"]),
            st.fixed_dictionaries({"host": leaves}) | json_values,
        )
        | json_values,
        "authentication": st.dictionaries(st.sampled_from(["password", "oauth-public"]), json_values),
        "info": st.dictionaries(
            st.sampled_from(["provider", "help"]),
            st.dictionaries(st.sampled_from(["name", "documentation"]), json_values),
        ),
    },
)
documents = st.binary(max_size=300) | members.map(lambda members: json.dumps(members).encode())

# Characters that XML may hold; the readers must bear all of them.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<&\r"), max_size=20).map(
    lambda text: "".join(letter for letter in text if letter >= " " and letter not in "\ufffe\uffff")
)
TAGS = [
    *("Type", "Server", "Port", "LoginName", "DomainRequired", "DomainName", "SPA", "SSL", "Encryption"),
    *("AuthRequired", "Action", "RedirectUrl", "RedirectAddr", "Protocol", "Error", "ErrorCode", "Message"),
]
words = texts | st.sampled_from(
    [
        *("IMAP", "POP3", "SMTP", "EXCH", "mail.example.org", "143", "99999", "on", "off", "TLS", "None"),
        *("redirectUrl", "redirectAddr", "https://mail.example.org/x", "https://stranger.example/x"),
        *("b@example.org", "b@stranger.example", "//", "https://["),
    ]
)
elements = st.recursive(
    st.tuples(st.sampled_from(TAGS), words).map(lambda each: f"<{each[0]}>{each[1]}</{each[0]}>"),
    lambda inner: st.lists(inner, max_size=6).map(lambda all: f"<Protocol>{''.join(all)}</Protocol>"),
)
replies = st.binary(max_size=300) | st.lists(elements, max_size=6).map(
    lambda all: (
        f"<Autodiscover><Response><Account>{''.join(all)}</Account></Response></Autodiscover>".encode()
    )
)


@given(documents)
def test_any_bytes_are_a_document_or_unreadable(body):
    with suppress(Unreadable):
        assert len(read_document(body).offers) <= 50


@given(st.lists(st.binary(max_size=120)))
def test_any_records_give_digests(records):
    assert all(len(digest) == 32 for digest in read_digests(records))


@given(replies)
def test_any_bytes_are_a_reply_or_unreadable(body):
    with suppress(Unreadable):
        answer = read_reply(body)
        assert not isinstance(answer, Settings) or len(answer.offers) <= 50


@given(documents)
async def test_any_document_gives_a_finding(body):
    digest = b"v=UAAC1; a=sha256; d=" + base64.b64encode(hashlib.sha256(body).digest())
    (question,) = pacc.questions(REQUEST)
    reply = await question.ask(FakeNet(page(URL, body) | txt("_ua-auto-config.example.org", digest)))
    assert isinstance(reply.finding, Finding)


@given(replies, st.none() | words)
async def test_any_reply_gives_a_finding_and_the_address_stays_inside(body, location):
    net = FakeNet({f"POST {SITE}": Page((SITE,), 200, body, location)})
    question, *_ = autodiscover.last_questions(REQUEST, ())
    reply = await question.ask(net)
    assert isinstance(reply.finding, Finding)
    for url, _ in net.posted:
        host = url.removeprefix("https://").partition("/")[0]
        assert host == "example.org" or host.endswith(".example.org")
