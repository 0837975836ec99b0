from contextlib import suppress
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.discovery.world import ADA, DOMAIN, IMAP, POP3, SMTP, config, server_xml

from mailsetup.account import Auth, Protocol, Retention, Security
from mailsetup.discovery import reading
from mailsetup.discovery.clientconfig import read_config
from mailsetup.discovery.finding import Hint
from mailsetup.discovery.xmltree import Unreadable

SERVER = """<incomingServer type="imap">
  <hostname>imap.example.org</hostname><port>993</port><socketType>SSL</socketType>
  <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>
</incomingServer>"""


def read(inside: str, subject=ADA):
    return read_config(config(more=inside).encode(), subject)


def read_one(inside: str, subject=ADA):
    (offer,) = read(inside, subject).offers
    return offer.server


def test_all_servers_are_read_in_the_order_of_the_file():
    offers = read_config(config(POP3, IMAP, SMTP).encode(), ADA).offers
    assert [offer.server.host for offer in offers] == [POP3.host, IMAP.host, SMTP.host]


def test_a_server_has_all_that_the_file_says_of_it():
    found = read_one(SERVER)
    assert (found.protocol, found.host, found.port) == (Protocol.IMAP, "imap.example.org", 993)
    assert (found.security, found.auth) == (Security.TLS, (Auth.PASSWORD,))
    assert found.username == "ada@example.org"


def test_version_and_root_attributes_do_not_matter():
    body = config(IMAP).replace('version="1.1"', 'version="1.2" new="yes"').encode()
    assert read_config(body, ADA).offers


@pytest.mark.parametrize(
    ("words", "security"),
    [
        (["SSL"], Security.TLS),
        (["STARTTLS"], Security.STARTTLS),
        (["plain"], Security.PLAIN),
        ([" \n SSL "], Security.TLS),
        (["ssl"], Security.TLS),
        (["StartTLS"], Security.STARTTLS),
        (["QUIC", "STARTTLS", "SSL"], Security.STARTTLS),
    ],
)
def test_the_first_known_socket_type_counts(words, security):
    inside = "".join(f"<socketType>{word}</socketType>" for word in words)
    assert read_one(SERVER.replace("<socketType>SSL</socketType>", inside)).security is security


@pytest.mark.parametrize(
    ("words", "auth"),
    [
        (["OAuth2", "password-cleartext"], (Auth.OAUTH2, Auth.PASSWORD)),
        (["OAuth", "GSSAPI", "NTLM"], (Auth.OAUTH2, Auth.GSSAPI, Auth.NTLM)),
        (["plain", "secure"], (Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD)),
        (["TLS-client-cert", "password-encrypted"], (Auth.CLIENT_CERTIFICATE, Auth.ENCRYPTED_PASSWORD)),
        (["client-IP-address"], (Auth.NONE,)),
        (["smtp-after-pop"], (Auth.NONE,)),
        (["none"], (Auth.NONE,)),
        (["carrier-pigeon", " password-cleartext "], (Auth.PASSWORD,)),
        (["password-cleartext", "plain"], (Auth.PASSWORD,)),
        (["SCRAM-SHA-256-PLUS", "password-cleartext"], (Auth.ENCRYPTED_PASSWORD, Auth.PASSWORD)),
        (["XOAUTH2", "EXTERNAL", "LOGIN"], (Auth.OAUTH2, Auth.CLIENT_CERTIFICATE, Auth.PASSWORD)),
        ([], ()),
    ],
)
def test_every_known_way_to_log_in_is_read_in_order(words, auth):
    inside = "".join(f"<authentication>{word}</authentication>" for word in words)
    text = SERVER.replace("<authentication>password-cleartext</authentication>", inside)
    assert read_one(text).auth == auth


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("imap.example.org", "imap_1.example.org"),
        ("imap.example.org", "imap.example.org;rm -rf"),
        ("imap.example.org", "192.0.2.1"),
        ("imap.example.org", ""),
        ("imap.example.org", "imap.%EMAILHOST%"),
        ("imap.example.org", "%EMAILLOCALPART%@x.example.org"),
        ("993", "0"),
        ("993", "65536"),
        ("993", "-993"),
        ("993", "9 93"),
        ("993", "٩٩٣"),
        ("993", ""),
        ("SSL", "SSLv3"),
        ("SSL", ""),
        ("password-cleartext", "carrier-pigeon"),
        ("%EMAILADDRESS%", "ada&#10;PASS x"),
        ("%EMAILADDRESS%", "a" * (reading.MAX_TEXT + 1)),
        ('"imap"', '"jmap"'),
        ("incomingServer", "outgoingServer"),
    ],
)
def test_a_server_that_cannot_be_used_drops_only_itself(whole, part):
    broken = SERVER.replace(whole, part)
    assert broken != SERVER
    offers = read(broken + server_xml(POP3)).offers
    assert [offer.server.host for offer in offers] == [POP3.host]


def test_placeholders_are_filled_in_user_name_and_host():
    text = SERVER.replace("imap.example.org", "imap.%EMAILDOMAIN%").replace(
        "%EMAILADDRESS%", "%EMAILLOCALPART%.%EMAILDOMAIN%"
    )
    found = read_one(text)
    assert (found.host, found.username) == ("imap.example.org", "ada.example.org")


@pytest.mark.parametrize(
    ("published", "username"),
    [
        ("%EMAILADDRESS", "ada@example.org"),
        ("%EMAILLOCALPART@%EMAILDOMAIN", "ada@example.org"),
        ("%EMAILLOCALPART.%EMAILDOMAIN%", "ada.example.org"),
        ("%emailaddress%", "ada@example.org"),
        ("%EMAILADDRESSES", "%EMAILADDRESSES"),
        ("ada%example.org", "ada%example.org"),
    ],
)
def test_a_placeholder_without_its_last_sign_is_understood(published, username):
    assert read_one(SERVER.replace("%EMAILADDRESS%", published)).username == username


@pytest.mark.parametrize("subject", [ADA, DOMAIN])
@pytest.mark.parametrize("published", ["%USERNAME%", "%customer_id%@%EMAILDOMAIN%", "%EMAILADDRESSES%"])
def test_a_user_name_with_a_placeholder_that_nobody_knows_is_not_known(published, subject):
    assert read_one(SERVER.replace("%EMAILADDRESS%", published), subject).username is None


def test_for_a_bare_domain_the_user_name_keeps_its_placeholder():
    assert read_one(SERVER, DOMAIN).username == "%EMAILADDRESS%"


def test_a_server_without_a_user_name_has_none():
    assert read_one(SERVER.replace("<username>%EMAILADDRESS%</username>", "")).username is None


def test_a_host_with_letters_outside_ascii_is_asked_as_dns_knows_it():
    assert (
        read_one(SERVER.replace("imap.example.org", "imap.bücher.example")).host
        == "imap.xn--bcher-kva.example"
    )


@pytest.mark.parametrize(
    ("block", "retention"),
    [
        ("<leaveMessagesOnServer>true</leaveMessagesOnServer>", Retention()),
        ("<leaveMessagesOnServer> false </leaveMessagesOnServer>", Retention(keep=False)),
        ("<daysToLeaveMessagesOnServer>14</daysToLeaveMessagesOnServer>", Retention(days=14)),
        (
            "<leaveMessagesOnServer>false</leaveMessagesOnServer>"
            "<daysToLeaveMessagesOnServer>14</daysToLeaveMessagesOnServer>",
            Retention(keep=False),
        ),
        (
            "<leaveMessagesOnServer>true</leaveMessagesOnServer>"
            "<daysToLeaveMessagesOnServer> 30 </daysToLeaveMessagesOnServer>",
            Retention(days=30),
        ),
        (
            "<leaveMessagesOnServer>true</leaveMessagesOnServer>"
            "<daysToLeaveMessagesOnServer>0</daysToLeaveMessagesOnServer>",
            Retention(),
        ),
        (
            "<leaveMessagesOnServer>true</leaveMessagesOnServer>"
            "<daysToLeaveMessagesOnServer>99999</daysToLeaveMessagesOnServer>",
            Retention(),
        ),
        ("<daysToLeaveMessagesOnServer>0</daysToLeaveMessagesOnServer>", None),
        ("<daysToLeaveMessagesOnServer>two weeks</daysToLeaveMessagesOnServer>", None),
        ("<leaveMessagesOnServer>perhaps</leaveMessagesOnServer>", None),
        ("<downloadOnBiff>true</downloadOnBiff>", None),
        ('<checkInterval minutes="15"/>', None),
    ],
)
def test_the_pop3_block_says_what_stays_on_the_server(block, retention):
    text = server_xml(POP3).replace("</incomingServer>", f"<pop3>{block}</pop3></incomingServer>")
    assert read(text).offers[0].retention == retention


def test_retention_is_read_for_pop3_only():
    block = "<pop3><leaveMessagesOnServer>true</leaveMessagesOnServer></pop3></incomingServer>"
    assert read(SERVER.replace("</incomingServer>", block)).offers[0].retention is None


def test_the_domains_of_the_file_are_its_names():
    names = read(
        SERVER + "<domain>%EMAILDOMAIN%</domain><domain>Bücher.example</domain><domain>!</domain>"
    ).names
    assert names == ("example.org", "xn--bcher-kva.example")


def test_the_domains_of_mx_hosts_stand_apart():
    found = read(SERVER + '<domain purpose="mx">mx.example</domain><domain purpose="new">b.example</domain>')
    assert (found.names, found.mx_names) == (("example.org", "b.example"), ("mx.example",))


def test_a_default_namespace_changes_nothing():
    body = config(IMAP, SMTP).replace("<clientConfig ", '<clientConfig xmlns="https://example.org/ns" ')
    assert len(read_config(body.encode(), ADA).offers) == 2


@pytest.mark.parametrize("one", [IMAP, POP3, SMTP])
def test_a_file_with_one_server_alone_is_read(one):
    (offer,) = read_config(config(one).encode(), ADA).offers
    assert offer.server.host == one.host


def test_protocols_of_other_programs_are_skipped():
    others = "".join(
        SERVER.replace('"imap"', f'"{kind}"')
        for kind in ("jmap", "ews", "exchange", "activeSync", "graph", "")
    )
    url = '<incomingServer type="jmap"><url>https://jmap.example.org/</url></incomingServer>'
    offers = read(others + url + server_xml(POP3)).offers
    assert [offer.server.host for offer in offers] == [POP3.host]


def test_white_space_and_comments_in_values_do_not_matter():
    text = SERVER.replace("imap.example.org", "\n\t imap.<!-- new -->example.org\n").replace(
        "993", " 9<!-- was 143 -->93 "
    )
    found = read_one(text.replace("%EMAILADDRESS%", "\n%EMAILADDRESS%\n"))
    assert (found.host, found.port, found.username) == ("imap.example.org", 993, "ada@example.org")


def test_the_provider_is_its_display_name_on_one_line():
    assert read(SERVER + "<displayName> Example\n  Mail </displayName>").provider == "Example Mail"


def test_what_to_read_and_what_to_switch_on_are_hints():
    body = config(
        IMAP,
        more='<documentation url="https://example.org/de"><descr lang="de">Anleitung</descr>'
        '<descr lang="en">How to</descr></documentation>',
    ).replace(
        "</clientConfig>",
        '<enable visiturl="https://example.org/on"><instruction>Switch IMAP on</instruction></enable>'
        "</clientConfig>",
    )
    assert read_config(body.encode(), ADA).hints == (
        Hint(text="Switch IMAP on", url="https://example.org/on"),
        Hint(text="How to", url="https://example.org/de"),
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "",
        "https://example.org/ x",
        "https://example.org/\x9b31m",
        "ftp://example.org/",
    ],
)
def test_a_hint_without_a_web_address_is_left_out(url):
    text = SERVER + f"<documentation url={quoteattr(url)}><descr>Read</descr></documentation>"
    assert read(text).hints == ()


def test_the_preferred_server_of_the_web_mailer_is_ignored():
    more = "<useGlobalPreferredServer>true</useGlobalPreferredServer><addThisServer>false</addThisServer>"
    text = server_xml(SMTP).replace("</outgoingServer>", more + "</outgoingServer>")
    assert [offer.server.host for offer in read(text).offers] == [SMTP.host]


def test_unknown_elements_are_ignored():
    assert read(f'<future><incomingServer type="imap"/></future>{SERVER}<addressbook type="carddav"/>').offers


def test_a_thousand_servers_are_cut_to_the_limit():
    assert len(read(SERVER * 300).offers) == reading.MAX_SERVERS


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("<html><head/><body>Welcome</body></html>", "web page"),
        ("<clientConfig/>", "no mail settings"),
        ("<emailProvider/>", "no mail settings"),
        ("<rss><emailProvider/></rss>", "no mail settings"),
    ],
)
def test_other_xml_is_not_settings(body, word):
    with pytest.raises(Unreadable) as refusal:
        read_config(body.encode(), ADA)
    assert word in refusal.value.why.render()


WORDS = st.sampled_from(
    ["imap", "pop3", "smtp", "SSL", "plain", "993", "%EMAILADDRESS%", "a.example", "true"]
)
TEXTS = st.one_of(WORDS, st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30))
TAGS = st.sampled_from(
    [
        "clientConfig", "emailProvider", "domain", "displayName", "incomingServer", "outgoingServer",
        "hostname", "port", "socketType", "username", "authentication", "pop3",
        "leaveMessagesOnServer", "documentation", "daysToLeaveMessagesOnServer",
        "descr", "enable", "instruction", "html",
    ]
)  # fmt: skip


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda tag, kind, inside: (
            f"<{tag} type={quoteattr(kind)} url={quoteattr(kind)}>{''.join(inside)}</{tag}>"
        ),
        TAGS,
        TEXTS,
        st.lists(children, max_size=6),
    )


TREES = st.recursive(TEXTS.map(escape), element, max_leaves=40)


def wrapped(inside: str) -> bytes:
    return config(more=inside).encode()


@given(st.one_of(st.binary(max_size=300), element(TREES).map(str.encode), TREES.map(wrapped)))
def test_any_bytes_give_settings_or_unreadable(body):
    with suppress(Unreadable):
        assert len(read_config(body, ADA).offers) <= reading.MAX_SERVERS
