"""What whoever controls plain DNS, plain HTTP or an MX can reach, and what not. Each test is an attack."""

import time

import pytest
from tests.unit.discovery.pox_world import PATH, answers, to_address
from tests.unit.discovery.world import (
    ADA,
    ISPDB_ENTRY,
    OWN_FILE,
    SITE_FILE,
    config,
    server,
    server_xml,
)
from tests.unit.fake_net import CUT_OFF, FakeNet, addresses, mx, page, srv, txt

from mailsetup.account import Address, Protocol, Retention
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Discovery, Outcome, Trust
from mailsetup.errors import Message
from mailsetup.net.names import Mx, Srv

pytestmark = pytest.mark.anyio

IMAP = server("imap", "imap.provider.example", 993)
SMTP = server("smtp", "smtp.provider.example", 465)
FILE = page(OWN_FILE, config(IMAP, SMTP))
EVIL = srv("imaps", Srv(0, 1, 993, "imap.evil.example")) | srv(
    "submissions", Srv(0, 1, 465, "smtp.evil.example")
)
GOOGLE = mx(Mx(1, "aspmx.l.google.com"))
PROTON = mx(Mx(1, "mail.protonmail.ch"))


async def find(*scripts, subject=ADA, **options) -> Discovery:
    net = (
        scripts[0]
        if isinstance(scripts[0], FakeNet)
        else FakeNet({k: v for s in scripts for k, v in s.items()})
    )
    return await discover(subject, net, **{"wait_for_all": True, **options})


def hosts(found: Discovery) -> list[tuple[str, bool]]:
    """The servers, and whether they wait for a yes."""
    return [(one.server.host, one.needs_consent) for one in (*found.incoming, *found.outgoing)]


def codes(found: Discovery) -> set[str]:
    """The words of the warnings."""
    return {warning.code for warning in found.warnings}


def told(found: Discovery) -> str:
    """All that a person is told besides the servers, but for the hosts that are questioned themselves."""
    hints = [hint.text.render() if isinstance(hint.text, Message) else hint.text for hint in found.hints]
    return " ".join([found.provider, *hints, *(warning.text.render() for warning in found.warnings)])


# A proven server stays


@pytest.mark.parametrize("exists", [True, False])
async def test_forged_dns_cannot_say_that_a_proven_host_does_not_exist(exists: bool):
    named_too = srv("imaps", Srv(0, 1, 993, IMAP.host), Srv(1, 1, 993, "imap.evil.example"))
    found = await find(FILE, named_too, addresses(IMAP.host, exists=exists))
    assert hosts(found) == [
        ("imap.provider.example", False), ("imap.evil.example", True), ("smtp.provider.example", False)
    ]  # fmt: skip
    assert "missing-host" in codes(found)


async def test_what_only_unsigned_dns_names_goes_where_unsigned_dns_knows_no_such_host():
    named = srv("imaps", Srv(0, 1, 993, IMAP.host))
    found = await find(named, addresses(IMAP.host, exists=False))
    assert hosts(found) == []


async def test_forged_dns_cannot_say_that_a_proven_service_is_not_offered():
    denied = srv("imap", Srv(0, 0, 0, "")) | srv("imaps", Srv(0, 0, 0, ""))
    found = await find(FILE, denied)
    assert hosts(found) == [("imap.provider.example", False), ("smtp.provider.example", False)]


async def test_a_forged_mx_cannot_say_that_a_domain_has_no_servers():
    found = await find(FILE, PROTON)
    assert hosts(found) == [("imap.provider.example", False), ("smtp.provider.example", False)]


async def test_a_forged_mx_leads_to_a_file_that_waits_for_a_yes():
    evil = config(server("imap", "imap.evil.example", 993), server("smtp", "smtp.evil.example", 465))
    led = page("https://autoconfig.evil.example/mail/config-v1.1.xml", evil)
    found = await find(mx(Mx(1, "mx.evil.example")), led)
    assert hosts(found) == [("imap.evil.example", True), ("smtp.evil.example", True)]


# Words of ours beside a server of theirs


async def test_a_forged_mx_puts_no_great_name_beside_a_strangers_server():
    found = await find(EVIL, GOOGLE)
    assert found.incoming[0].server.host == "imap.evil.example"
    assert (found.provider, found.hints) == ("", ())
    # That another host is named is said, as of everybody who names one.
    assert codes(found) == {"disagreement"}


async def test_a_forged_mx_sends_nobody_whose_servers_are_proven_to_another_provider():
    found = await find(FILE, PROTON)
    assert (found.provider, found.hints) == ("", ())
    assert codes(found) == {"disagreement"}


async def test_what_we_know_of_a_provider_is_told_where_its_servers_stand_first():
    found = await find(GOOGLE)
    assert found.incoming[0].needs_consent
    assert found.hints


async def test_what_we_know_of_a_provider_without_servers_is_told_where_nobody_names_any():
    found = await find(PROTON)
    assert (codes(found), found.provider) == ({"bridge-needed"}, "Proton Mail")


async def test_a_stranger_does_not_say_what_stays_on_a_proven_server():
    pop3 = server("pop3", "pop.example.org", 995)
    wish = "<pop3><leaveMessagesOnServer>false</leaveMessagesOnServer></pop3></incomingServer>"
    removing = config(SMTP, more=server_xml(pop3).replace("</incomingServer>", wish))
    linked = "https://evil.example/config.xml"
    forged = txt("example.org", f"mailconf={linked}".encode()) | page(linked, removing)
    alone = await find(forged)
    assert alone.incoming[0].retention == Retention(keep=False)
    beside = await find(forged, page(OWN_FILE, config(pop3, SMTP)))
    assert set(beside.incoming[0].sources) == {"autoconfig", "mailconf"}
    assert beside.incoming[0].retention is None


async def test_any_text_of_a_record_is_not_read_out():
    found = await find(txt("example.org", b"mailconf=\xe2\x80\x9d. Call 555 to have your mailbox unlocked"))
    assert "mailconf" in codes(found)
    assert "555" not in told(found)


async def test_an_address_that_a_server_names_makes_no_command_to_copy():
    other = "x|sh@evil.example"
    own = f"https://example.org{PATH}"
    found = await find(answers(own, to_address(other)))
    (detail,) = (one.detail.render() for one in found.findings if one.question == own and one.detail)
    assert other in detail
    assert f"discover {other}" not in detail


# Nobody else's name, and nobody who is not asked for


@pytest.mark.parametrize("domain", ["github.io", "uk.com", "co.uk", "blogspot.com"])
async def test_where_names_below_belong_to_others_only_the_domain_itself_is_asked(domain: str):
    subject = Address.parse(f"ada.lovelace@{domain}")
    net = FakeNet(otherwise=0.0)
    await find(net, subject=subject)
    urls = {question.removeprefix("POST ") for question in net.asked if "://" in question}
    assert urls <= {
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
        f"http://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
        f"https://{domain}/autodiscover/autodiscover.xml",
        ISPDB_ENTRY.replace("example.org", domain),
    }
    assert not any(question.endswith((":993", ":143")) for question in net.asked)


async def test_a_host_below_a_domain_of_everybody_is_foreign():
    subject = Address.parse("ada@github.io")
    found = await find(srv("imaps", Srv(0, 1, 993, "imap.github.io"), domain="github.io"), subject=subject)
    assert hosts(found) == [("imap.github.io", True)]


async def test_no_question_is_above_the_mail_domain_but_the_owner_of_its_mx():
    subject = Address.parse("ada@mail.dept.example.org")
    net = FakeNet()
    await find(net, subject=subject)
    assert not [
        question
        for question in net.asked
        if "example.org" in question and "mail.dept.example.org" not in question
    ]


async def test_a_domain_put_into_a_host_of_the_database_is_the_domains_own():
    body = config(server("imap", "x", 993), SMTP).replace(">x<", ">imap.%EMAILDOMAIN%<")
    found = await find(page(ISPDB_ENTRY, body))
    assert hosts(found)[0] == ("imap.example.org", False)
    assert found.incoming[0].trust is Trust.CURATED


async def test_a_name_in_other_letters_is_a_strangers_and_is_warned_of():
    found = await find(srv("imaps", Srv(0, 1, 993, "imap.xn--xample-2of.org")))
    assert hosts(found) == [("imap.xn--xample-2of.org", True)]
    assert "look-alike" in codes(found)


async def test_where_the_web_is_blocked_plain_http_brings_no_more_than_a_wish_for_a_yes():
    blocked = {OWN_FILE: CUT_OFF, SITE_FILE: CUT_OFF}
    forged = page(OWN_FILE.replace("https", "http"), config(server("imap", "imap.evil.example", 993), SMTP))
    found = await find(blocked, forged)
    assert all(consent for _, consent in hosts(found))


async def test_a_flood_of_records_costs_little_and_leads_to_few_questions():
    flood = {}
    for service in ("imaps", "imap", "pop3s", "pop3", "submissions", "submission"):
        flood |= srv(service, *(Srv(n % 3, n, 993, f"{service}{n}.evil.example") for n in range(64)))
    net = FakeNet(flood)
    began = time.process_time()
    found = await find(net, skip=frozenset({"guess"}))
    assert time.process_time() - began < 3
    assert len(found.findings) < 100
    assert len([question for question in net.asked if question.startswith("AAAA")]) == 6 * 8


# Sources that disagree


async def test_sources_that_name_different_servers_are_said_to_disagree():
    found = await find(FILE, EVIL)
    text = next(warning.text.render() for warning in found.warnings if warning.code == "disagreement")
    assert text == (
        f"The sources disagree about IMAP: {OWN_FILE} names imap.provider.example:993, "
        "SRV _imaps._tcp.example.org names imap.evil.example:993."
    )


async def test_whoever_says_no_where_another_names_a_server_is_said_to_disagree():
    found = await find(FILE, srv("imap", Srv(0, 0, 0, "")) | srv("imaps", Srv(0, 0, 0, "")))
    text = next(warning.text.render() for warning in found.warnings if warning.code == "disagreement")
    assert text.endswith(f"says that there is none, {OWN_FILE} names imap.provider.example:993.")
    assert {one.server.protocol for one in found.incoming} == {Protocol.IMAP}


async def test_every_plain_hop_counts_wherever_the_way_ends():
    found = await find(page(OWN_FILE, config(IMAP, SMTP), via=("http://a.example/", "https://b.example/")))
    (own,) = (one for one in found.findings if one.question == OWN_FILE)
    assert (own.outcome, own.trust) == (Outcome.FOUND, Trust.UNSIGNED)
    assert hosts(found) == [("imap.provider.example", True), ("smtp.provider.example", True)]
