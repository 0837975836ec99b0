"""Whatever bytes a server sends, a settings file is read or refused within its caps, and makes a Finding."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.discovery.world import ADA, DOMAIN, IMAP, OWN_FILE, POP3, SMTP, config

from mailsetup.discovery import clientconfig, reading
from mailsetup.discovery.clientconfig import ClientConfig, read_config
from mailsetup.discovery.finding import Finding, Outcome, Trust
from mailsetup.discovery.webfile import WebFile
from mailsetup.discovery.xmltree import Unreadable
from mailsetup.net.http import Page

MORE = """<domain purpose="mx">mx.example</domain><displayName>Zoë Mail</displayName>
<incomingServer type="pop3"><hostname>pop.%EMAILDOMAIN%</hostname><port>9<!-- -->95</port>
<socketType>SSL</socketType><username>%EMAILADDRESS</username><authentication>OAuth2</authentication>
<pop3><leaveMessagesOnServer>true</leaveMessagesOnServer>
<daysToLeaveMessagesOnServer>14</daysToLeaveMessagesOnServer></pop3></incomingServer>
<documentation url="https://example.org/"><descr lang="en">How to</descr></documentation>"""
GOOD = config(IMAP, POP3, SMTP, more=MORE)
CODECS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "gb18030"]
FILES = st.sampled_from([GOOD.replace("UTF-8", codec.removesuffix("-sig")).encode(codec) for codec in CODECS])
NAMES = st.sampled_from(
    ["UTF-8", "utf-16", "latin1", "Shift_JIS", "ISO-2022-JP", "gb2312", "Big5", "utf-7", "zlib", "idna", "x"]
)
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&#xD800;", b"&x;", b"<!DOCTYPE a>", b"</", b"<a>",
         b"\x00", b"\xff\xfe", b"\x1b$B", b"9" * 5000, b"%EMAILADDRESS%", b"&#10;", b"\xe2\x80\xa8"]
    ),
)  # fmt: skip


@st.composite
def cut(draw):
    body = draw(FILES)
    return body[: draw(st.integers(0, len(body)))]


@st.composite
def mutated(draw):
    body = draw(FILES)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.sampled_from([0, 1, 2, 40]))
        body = body[:start] + draw(PIECES) + body[end:]
    return body


@st.composite
def declared_otherwise(draw):
    return GOOD.replace("UTF-8", draw(NAMES)).encode()


BODIES = st.one_of(FILES, cut(), mutated(), declared_otherwise(), st.binary(max_size=2000))


def within_caps(found: ClientConfig) -> bool:
    return (
        len(found.offers) <= reading.MAX_SERVERS
        and len(found.hints) <= clientconfig.MAX_HINTS
        and len(found.provider) <= reading.MAX_TEXT
        and all(len(hint.text) <= reading.MAX_TEXT for hint in found.hints)
        and all(len(offer.server.username or "") <= reading.MAX_TEXT for offer in found.offers)
    )


@settings(max_examples=300, deadline=None)
@given(BODIES, st.sampled_from([ADA, DOMAIN]))
def test_any_bytes_are_settings_within_the_caps_or_unreadable(body, subject):
    with suppress(Unreadable):
        assert within_caps(read_config(body, subject))


@settings(deadline=None)
@given(BODIES, st.sampled_from([200, 204, 404]), st.sampled_from(["https://x.example/", "http://x.example/"]))
def test_any_page_makes_a_finding_that_is_no_better_than_its_way(body, status, last):
    file = WebFile(source="autoconfig", text=OWN_FILE, domain="example.org", subject=ADA, best=Trust.VERIFIED)
    found = file.judge(Page((OWN_FILE, last), status, body))
    assert isinstance(found, Finding)
    assert found.outcome is Outcome.NOTHING or (status == 200 and found.offers)
    assert found.trust <= (Trust.VERIFIED if last.startswith("https") else Trust.UNSIGNED)


@given(FILES)
def test_the_good_file_itself_is_read_whole(body):
    assert len(read_config(body, ADA).offers) == 4
