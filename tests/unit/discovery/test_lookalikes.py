from dataclasses import replace

import pytest
from tests.unit.discovery.world import ADA, IMAP, found

from mailsetup.account import Domain
from mailsetup.discovery.lookalikes import FAMOUS, doubt_names, find_famous, mimics, mixes_scripts
from mailsetup.discovery.providers import every_provider, find_by_domain
from mailsetup.discovery.rank import rank

# Mail domains that are somebody's, or may well be; none may be taken for a slip.
REAL = """
    gmx.de gmx.net gmx.at gmx.com mail.com email.com ymail.com hmail.com qmail.com kmail.com webmail.com
    email.de me.com mac.com mail.ru bk.ru ya.ru aol.com aol.fr aim.com msn.com live.com live.fr free.fr
    orange.fr orage.fr cloud.com incloud.com outbook.com lookout.com poste.it poste.de hey.com github.com
    mozilla.org example.org example.com yahoo.co.jp yahoo.in hotmail.sk outlook.sk gmail.net freenet.at
    t-online.com laposte.fr comcast.com verizon.com 163.com 126.com 139.com 263.net qq.com foxmail.com
    hotbot.com lycos.com fastmail.fm proton.me protonmail.ch startmail.com mailbox.org mailfence.com
    mailo.com mail.de posteo.de post.de web.de arcor.de yandex.ru yandex.com libero.it tiscali.be virgili.it
    wanadoo.nl ntlworld.com btopenworld.com ionos.de sky.com пример.рф почта.рф 例え.jp bücher.de münchen.de
"""

WRITTEN_TOGETHER = """
    gmail bücher пример παράδειγμα 例え メール ドメイン名例 東京ソフトtokyo サーバー 한국mail 例子
    mailไทย مثال mail-2026 日々
"""

MISTYPED = {
    "gmial.com": "gmail.com",
    "gamil.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmal.com": "gmail.com",
    "gmaill.com": "gmail.com",
    "ggmail.com": "gmail.com",
    "gnail.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.cmo": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmal.com": "hotmail.com",
    "hotmaill.fr": "hotmail.fr",
    "outlok.com": "outlook.com",
    "outloook.com": "outlook.com",
    "yaho.com": "yahoo.com",
    "icoud.com": "icloud.com",
    "wanado.fr": "wanadoo.fr",
    "lapsote.net": "laposte.net",
    "laposte.ent": "laposte.net",
    "comcats.net": "comcast.net",
}

DISGUISED = {
    "grnail.com": "gmail.com",
    "gmai1.com": "gmail.com",
    "0utlook.com": "outlook.com",
    "gmаil.com": "gmail.com",
    "ɡmail.com": "gmail.com",
    "hotmaıl.com": "hotmail.com",
    "yahóo.com": "yahoo.com",
    "protonrnail.com": "protonmail.com",
}


def codes(domain, *hosts):
    return [warning.code for warning in doubt_names(Domain.parse(domain), hosts)]


def test_the_famous_domains_are_in_the_table():
    assert [domain for domain in FAMOUS if find_by_domain(domain) is None] == []


@pytest.mark.parametrize("domain", REAL.split())
def test_a_domain_that_is_somebodys_is_not_doubted(domain):
    assert codes(domain) == []


@pytest.mark.parametrize(("domain", "meant"), MISTYPED.items())
def test_a_slip_of_the_hand_is_seen(domain, meant):
    assert find_famous(Domain.parse(domain)) == meant


@pytest.mark.parametrize(("domain", "meant"), DISGUISED.items())
def test_a_disguise_is_seen(domain, meant):
    assert find_famous(Domain.parse(domain)) == meant


def test_both_names_are_shown_whole():
    (warning,) = doubt_names(Domain.parse("gmial.com"), ())
    assert warning.text.render() == "gmial.com looks like gmail.com, a large provider: check the spelling."


@pytest.mark.parametrize("provider", every_provider(), ids=lambda provider: provider.name)
def test_no_provider_nor_its_servers_are_doubted(provider):
    hosts = [server.host for server in provider.servers]
    assert [domain for domain in provider.domains.split() if codes(domain, *hosts)] == []


# Scripts


@pytest.mark.parametrize("label", WRITTEN_TOGETHER.split())
def test_scripts_that_are_written_together_are_no_mix(label):
    assert not mixes_scripts(label)


@pytest.mark.parametrize("label", ["gmаil", "раypal", "αpple", "пример例", "аα", "հоme"])
def test_scripts_that_nobody_writes_together_are_a_mix(label):
    assert mixes_scripts(label)


def test_a_mix_within_one_label_is_told_with_both_names():
    (warning,) = doubt_names(Domain.parse("exаmple.org"), ())
    assert warning.code == "mixed-scripts"
    assert "exаmple.org (xn--exmple-4nf.org)" in warning.text.render()


def test_labels_of_different_scripts_are_no_mix():
    assert codes("пример.com") == []


# Hosts


@pytest.mark.parametrize(
    "host",
    [
        "imap.examp1e.org",
        "examp1e.org",
        "imap.exmaple.org",
        "imap.exampple.org",
        "imap.exmple.org",
        "imap.xn--exmple-4nf.org",
    ],
)
def test_a_host_that_looks_like_the_domain_and_is_not_is_told(host):
    (warning,) = doubt_names(Domain.parse("example.org"), (host,))
    assert warning.code == "look-alike"
    assert host in warning.text.render()


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("imap.example.org", "example.org"),
        ("example.org", "sub.example.org"),
        ("imap.examples.org", "example.org"),
        ("imap.example.org", "examples.org"),
        ("imap.example.com", "example.org"),
        ("imap.provider.example", "example.org"),
        ("web2.example.org", "web1.example.org"),
        ("mail.provider2.net", "provider1.net"),
        ("mail.provider.net", "provider1.net"),
        ("mail.abd.org", "abs.org"),
        ("mail.examp1e.co.uk", "example.org"),
        ("localhost", "example.org"),
        ("xn--a.org", "example.org"),
    ],
)
def test_a_host_that_may_well_be_meant_is_not_doubted(host, domain):
    assert not mimics(host, Domain.parse(domain))


@pytest.mark.parametrize(("domain", "host"), [("dept.example.co.uk", "mail.examp1e.co.uk")])
def test_the_registrable_domain_is_what_counts(domain, host):
    assert mimics(host, Domain.parse(domain))


def test_a_host_named_twice_is_told_once():
    assert codes("example.org", "imap.examp1e.org", "imap.examp1e.org") == ["look-alike"]


def test_the_discovery_carries_the_warning():
    found_it = rank(ADA, [found(IMAP), found(replace(IMAP, host="imap.examp1e.org"), source="mx")])
    assert "look-alike" in [warning.code for warning in found_it.warnings]
