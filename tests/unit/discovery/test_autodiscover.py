import pytest
from tests.unit.discovery.pox_world import (
    ALL,
    HOST,
    MAIL,
    PATH,
    PLAIN,
    RECORD,
    SITE,
    STRANGER,
    Net,
    account,
    answers,
    ask,
    codes,
    posts,
    redirects,
    told,
)
from tests.unit.discovery.world import ADA, DOMAIN
from tests.unit.fake_net import CUT_OFF, NO_DNS, FakeNet, page, srv

from mailsetup.account import Address
from mailsetup.discovery.autodiscover import best_host, last_questions
from mailsetup.discovery.finding import Evidence, Outcome, Trust
from mailsetup.discovery.pox import request_body
from mailsetup.discovery.poxpost import own_places
from mailsetup.discovery.question import EVERY_PROTOCOL, Request
from mailsetup.errors import NetworkFailed, Unsafe, say
from mailsetup.net.names import Srv

pytestmark = pytest.mark.anyio

# Who is asked


async def test_the_domains_own_hosts_get_the_address_and_nobody_else():
    net = Net()
    await ask(net)
    assert net.posted == [(SITE, request_body(ADA)), (HOST, request_body(ADA))]
    assert net.media_types == {"text/xml; charset=utf-8"}
    assert net.asked == [f"POST {SITE}", f"POST {HOST}", PLAIN, RECORD]


async def test_for_a_bare_domain_nothing_is_asked_and_it_is_said_why():
    net = Net()
    (finding,) = await ask(net, DOMAIN)
    assert (finding.outcome, net.asked) == (Outcome.SKIPPED, [])
    assert "only a domain" in told(finding)


async def test_the_user_can_forbid_sending_the_address_and_then_nothing_is_asked():
    net = Net()
    (finding,) = await ask(net, send_address=False)
    assert (finding.outcome, net.asked) == (Outcome.SKIPPED, [])
    assert "--no-send-address" in told(finding)


async def test_what_is_not_asked_holds_nobody_up():
    request = Request(subject=DOMAIN, ispdb="https://ispdb.example/", send_address=True)
    (question,) = last_questions(request, ())
    assert (question.about, question.local) == (frozenset(), True)


def test_only_what_began_in_plain_cannot_be_proven():
    request = Request(subject=ADA, ispdb="https://ispdb.example/", send_address=True)
    asked = last_questions(request, ())
    assert [question.best for question in asked] == [
        Trust.VERIFIED,
        Trust.VERIFIED,
        Trust.UNSIGNED,
        Trust.VERIFIED,
    ]
    assert {question.about for question in asked} == {EVERY_PROTOCOL}


@pytest.mark.parametrize("domain", ["uk.com", "github.io"])
async def test_below_a_public_suffix_nobody_gets_the_address(domain):
    net = FakeNet()
    await ask(net, Address.parse(f"ada@{domain}"))
    assert posts(net) == [f"https://{domain}{PATH}"]
    assert net.asked == [f"POST https://{domain}{PATH}", f"SRV _autodiscover._tcp.{domain}"]


@pytest.mark.parametrize("domain", ["sub.example.org", "mail.sub.example.co.uk"])
async def test_nothing_is_ever_built_above_the_mail_domain(domain):
    net = FakeNet()
    await ask(net, Address.parse(f"ada@{domain}"))
    assert all(domain in question for question in net.asked)


def test_a_domain_in_other_letters_is_asked_by_its_a_labels():
    assert own_places(Address.parse("ada@bücher.example").domain) == (
        f"https://xn--bcher-kva.example{PATH}",
        f"https://autodiscover.xn--bcher-kva.example{PATH}",
    )


# Where the plain redirect leads


async def test_a_plain_redirect_inside_the_domain_is_asked_and_stays_unsigned():
    net = Net(page(PLAIN, status=405, via=(MAIL,)) | answers(MAIL))
    findings = await ask(net)
    (found,) = [finding for finding in findings if finding.outcome is Outcome.FOUND]
    assert net.posted[2:] == [(MAIL, request_body(ADA))]
    assert found.trust is Trust.UNSIGNED
    assert found.evidence[0] == Evidence(asked=PLAIN, answer=f"redirect to {MAIL}", secure=False)


@pytest.mark.parametrize(("status", "warned"), [(401, ["exchange"]), (200, [])])
async def test_a_plain_redirect_to_a_stranger_is_told_and_goes_no_further(status, warned):
    net = Net(page(PLAIN, status=status, via=(STRANGER,)))
    findings = await ask(net)
    assert net.asked == [f"POST {SITE}", f"POST {HOST}", PLAIN, RECORD]
    assert "outlook.office365.com, which is a stranger" in told(findings[2])
    assert codes(findings) == warned


@pytest.mark.parametrize("via", [(), ("http://mail.example.org/",), ("https://mail.example.org:80/",)])
async def test_what_is_answered_in_plain_does_not_count(via):
    net = Net(page(PLAIN, account(ALL), via=via))
    findings = await ask(net)
    assert posts(net) == [SITE, HOST]
    assert {finding.outcome for finding in findings} == {Outcome.NOTHING}


async def test_a_plain_redirect_to_an_own_host_is_not_asked_twice():
    net = Net(page(PLAIN, via=(HOST,)))
    await ask(net)
    assert posts(net) == [SITE, HOST]


async def test_a_redirect_that_is_refused_is_no_answer():
    refused = Unsafe(say("It leads inside."), say("Tell the provider."))
    with pytest.raises(Unsafe):
        await ask(Net({PLAIN: refused}))


# Where the record leads


@pytest.mark.parametrize(("signed", "trust"), [(False, Trust.UNSIGNED), (True, Trust.VERIFIED)])
async def test_a_record_inside_the_domain_is_asked_and_trusted_as_far_as_it_is_signed(signed, trust):
    record = Srv(0, 0, 443, "mail.example.org")
    net = Net(srv("autodiscover", record, signed=signed) | answers(MAIL))
    findings = await ask(net)
    (found,) = [finding for finding in findings if finding.outcome is Outcome.FOUND]
    assert net.posted[2:] == [(MAIL, request_body(ADA))]
    assert found.trust is trust
    assert found.evidence[0] == Evidence(asked=RECORD, answer="443 mail.example.org", secure=signed)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("status", "warned"), [(401, ["exchange"]), (200, [])])
async def test_a_record_that_names_a_stranger_leads_to_a_look_without_the_address(status, warned, signed):
    record = Srv(0, 0, 443, "outlook.office365.com")
    net = Net(srv("autodiscover", record, signed=signed) | page(STRANGER, status=status))
    findings = await ask(net)
    assert net.asked == [f"POST {SITE}", f"POST {HOST}", PLAIN, RECORD, STRANGER]
    assert "outlook.office365.com, which is a stranger" in told(findings[3])
    assert codes(findings) == warned


async def test_a_stranger_who_does_not_answer_is_still_told():
    record = Srv(0, 0, 443, "outlook.office365.com")
    findings = await ask(Net(srv("autodiscover", record) | {STRANGER: CUT_OFF}))
    assert "which is a stranger" in told(findings[3])


async def test_what_a_redirect_inside_leads_to_stays_as_unsigned_as_the_record():
    record = Srv(0, 0, 443, "mail.example.org")
    other = f"https://other.example.org{PATH}"
    net = Net(srv("autodiscover", record) | redirects(MAIL, other) | answers(other))
    findings = await ask(net)
    (found,) = [finding for finding in findings if finding.outcome is Outcome.FOUND]
    assert found.trust is Trust.UNSIGNED


async def test_a_silent_dns_is_the_failure():
    with pytest.raises(NetworkFailed):
        await ask(Net({RECORD: NO_DNS}))


@pytest.mark.parametrize(
    ("records", "host"),
    [
        ([], None),
        ([Srv(0, 0, 0, "")], None),
        ([Srv(0, 0, 8443, "a.example.org")], None),
        ([Srv(0, 0, 443, "co.uk")], None),
        ([Srv(0, 0, 443, "192.0.2.1")], None),
        ([Srv(1, 0, 443, "b.example.org"), Srv(0, 0, 443, "A.example.org")], "a.example.org"),
        ([Srv(0, 1, 443, "b.example.org"), Srv(0, 9, 443, "a.example.org")], "a.example.org"),
        ([Srv(0, 0, 25, "b.example.org"), Srv(5, 0, 443, "a.example.org")], "a.example.org"),
    ],
)
def test_the_first_record_that_can_be_used_counts(records, host):
    assert best_host(records) == host
