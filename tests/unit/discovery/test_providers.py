"""The records of the table, each and all together.

Where MAILSETUP_ISPDB_SAMPLE names a folder with files of Thunderbird's provider database, both are compared.
"""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from mailsetup.account import WELL_KNOWN_PORTS, Domain, Protocol, Security, host_name
from mailsetup.discovery.providers import every_provider, find_by_domain, find_by_mx
from mailsetup.discovery.providers.record import Kind
from mailsetup.net.suffixes import is_public_suffix, registrable

FOLDER = os.environ.get("MAILSETUP_ISPDB_SAMPLE", "")
FILES = sorted(Path(FOLDER).glob("*.xml")) if FOLDER else []
PROVIDERS = every_provider()
EACH = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)

# Spectrum's own page says port 587 with "SSL: on", and ISPDB has it as SSL too.
OTHER_PORTS = {("Spectrum (Charter)", Protocol.SMTP, 587, Security.TLS)}

# The file has only POP3 and SMTP; IMAP is from FairEmail's table.
UNLIKE_ISPDB = {("yahoo.co.jp", "imap", "imap.mail.yahoo.co.jp")}

LARGE = """
    gmail.com outlook.com hotmail.fr live.com yahoo.com yahoo.fr aol.com icloud.com me.com gmx.de gmx.net
    web.de t-online.de freenet.de orange.fr wanadoo.fr sfr.fr free.fr laposte.net bbox.fr fastmail.com
    proton.me protonmail.com tuta.com posteo.de mailbox.org yandex.ru mail.ru qq.com 163.com 126.com
    naver.com daum.net comcast.net att.net verizon.net bluewin.ch btinternet.com libero.it virgilio.it
    alice.it tiscali.it seznam.cz wp.pl onet.pl interia.pl o2.pl telenet.be proximus.be kpnmail.nl ziggo.nl
    uol.com.br rambler.ru mail.com hushmail.com runbox.com startmail.com mailfence.com disroot.org
    riseup.net hey.com
"""

SOCKETS = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS, "plain": Security.PLAIN}


@EACH
def test_it_says_something(provider):
    assert provider.domains.split() or provider.mx.split()
    assert provider.servers or provider.absent == frozenset(Protocol)


@EACH
def test_its_domains_are_mail_domains(provider):
    for domain in provider.domains.split():
        assert Domain.parse(domain).ascii == domain
        assert not is_public_suffix(domain)


@EACH
def test_its_mx_endings_belong_to_somebody(provider):
    for end in provider.mx.split():
        assert host_name(end) == end
        assert not is_public_suffix(end)


@EACH
def test_its_servers_belong_to_somebody_and_take_the_well_known_port(provider):
    for server in provider.servers:
        assert host_name(server.host) == server.host
        assert registrable(server.host) is not None
        own = (provider.name, server.protocol, server.port, server.security)
        assert WELL_KNOWN_PORTS[server.protocol, server.security] == server.port or own in OTHER_PORTS


@EACH
def test_its_servers_tell_how_to_log_in_and_encrypt(provider):
    for server in provider.servers:
        assert server.auth
        assert server.username is None or "%" in server.username
        assert server.security is not Security.PLAIN


@EACH
def test_it_has_no_server_for_what_it_does_not_offer(provider):
    assert not provider.absent & {server.protocol for server in provider.servers}


@EACH
def test_it_names_its_sources_and_their_days(provider):
    assert provider.sources
    for source in provider.sources:
        url = urlsplit(source.url)
        assert url.scheme == "https"
        assert url.hostname
        assert date(2015, 1, 1) <= date.fromisoformat(source.date) <= date(2026, 11, 25)


@EACH
def test_its_notes_have_a_page_each_and_say_nothing_twice(provider):
    assert all(urlsplit(note.url).scheme == "https" for note in provider.notes)
    kinds = [note.kind for note in provider.notes]
    assert len(set(kinds)) == len(kinds)


@EACH
def test_its_notes_fit_its_servers(provider):
    protocols = {server.protocol for server in provider.servers}
    kinds = {note.kind for note in provider.notes}
    assert (Kind.SWITCH_ON_POP3 not in kinds) or Protocol.POP3 in protocols
    assert (Kind.NO_POP3 in kinds) == (provider.absent == {Protocol.POP3})
    assert bool(kinds & {Kind.BRIDGE, Kind.NO_PROGRAMS}) == (not provider.servers)


def test_there_are_enough():
    assert len(PROVIDERS) >= 60


@pytest.mark.parametrize("words", ["name", "domains", "mx"])
def test_nothing_stands_in_two_records(words):
    if words == "name":
        all_of_it = [provider.name for provider in PROVIDERS]
    else:
        all_of_it = [word for provider in PROVIDERS for word in getattr(provider, words).split()]
    assert len(set(all_of_it)) == len(all_of_it)


@pytest.mark.parametrize("domain", LARGE.split())
def test_the_large_and_the_french_ones_are_there(domain):
    assert find_by_domain(domain) is not None


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("aspmx.l.google.com", "Google Workspace"),
        ("alt1.aspmx.l.google.com", "Google Workspace"),
        ("example-org.mail.protection.outlook.com", "Microsoft 365"),
        ("example-org.olc.protection.outlook.com", "Outlook.com"),
        ("in1-smtp.messagingengine.com", "Fastmail"),
        ("mx1.mail.ovh.net", "OVHcloud (MX Plan)"),
        ("spool.mail.gandi.net", "Gandi"),
        ("mx1.emailsrvr.com", "Rackspace Email"),
        ("mx00.kundenserver.de", "1&1"),
        ("mail.protonmail.ch", "Proton Mail"),
        ("mx.yandex.net", "Yandex Mail"),
    ],
)
def test_an_mx_host_tells_the_provider(host, name):
    provider = find_by_mx(host)
    assert provider is not None
    assert provider.name == name


@pytest.mark.parametrize(
    "host",
    [
        "mx0a-00000000.pphosted.com",
        "eu-smtp-inbound-1.mimecast.com",
        "d1.a.ess.barracudanetworks.com",
        "cluster1.eu.messagelabs.com",
        "notgoogle.com",
        "com",
        "localhost",
        "10.0.0.1",
        "",
    ],
)
def test_a_spam_filter_a_stranger_and_no_name_tell_nothing(host):
    assert find_by_mx(host) is None


def test_the_records_are_not_read_before_they_are_asked_for():
    code = (
        "import sys, mailsetup.discovery.discover;"
        "print([name for name in sys.modules if name.startswith('mailsetup.discovery.providers.')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['mailsetup.discovery.providers.record']"


def both_know():
    """Every domain that a file of the database and the table know, with the file's servers."""
    for path in FILES:
        provider = ElementTree.parse(path).getroot().find("emailProvider")
        if provider is not None:
            for element in provider.iterfind("domain"):
                if find_by_domain(domain := str(element.text).strip()) is not None:
                    yield pytest.param(domain, set(servers_in(provider)), id=domain)


def servers_in(provider):
    for element in provider:
        if element.tag in ("incomingServer", "outgoingServer"):
            # Of a tag that stands twice the first counts.
            text = {child.tag: (child.text or "").strip() for child in reversed(element)}
            yield (
                element.get("type"),
                text["hostname"],
                int(text["port"]),
                SOCKETS[text["socketType"]],
                text.get("username"),
            )


@pytest.mark.parametrize(("domain", "servers"), [*both_know()])
def test_the_provider_database_knows_the_same_servers(domain, servers):
    ours = {
        (one.protocol.value, one.host, one.port, one.security, one.username)
        for one in find_by_domain(domain).servers
        if (domain, one.protocol.value, one.host) not in UNLIKE_ISPDB
    }
    assert ours <= servers


@pytest.mark.skipif(not FILES, reason="MAILSETUP_ISPDB_SAMPLE names no folder with files")
def test_what_is_known_to_differ_from_the_provider_database_still_does():
    known = {param.id: {server[:2] for server in param.values[1]} for param in both_know()}
    assert all((protocol, host) not in known[domain] for domain, protocol, host in UNLIKE_ISPDB)
