import pytest
from tests.unit.discovery.world import ADA, DOMAIN, IMAP, OWN_FILE, SITE_FILE, SMTP, config
from tests.unit.fake_net import CUT_OFF, FakeNet, page

from mailsetup.account import Address
from mailsetup.discovery.autoconfig import last_questions, questions, url_with_address
from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust
from mailsetup.discovery.question import Request
from mailsetup.discovery.webfile import WebFile
from mailsetup.errors import NetworkFailed, Unsafe, say

pytestmark = pytest.mark.anyio

FILE = config(IMAP, SMTP)
WITH_ADDRESS = OWN_FILE + "?emailaddress=ada@example.org"
PLAIN_OWN_FILE = "http://autoconfig.example.org/mail/config-v1.1.xml"
PLAIN_SITE_FILE = "http://example.org/.well-known/autoconfig/mail/config-v1.1.xml"
FOREIGN = "https://autoconfig.provider.example/mail/config-v1.1.xml"


async def ask(net: FakeNet, subject=ADA, *, send_address: bool = True):
    request = Request(subject=subject, ispdb="https://ispdb.example/", send_address=send_address)
    return [(await question.ask(net)).finding for question in questions(request)]


async def test_both_places_of_the_domain_are_asked_for_by_https():
    net = FakeNet()
    await ask(net)
    assert net.asked == [OWN_FILE, SITE_FILE]


async def test_the_domains_own_file_is_proven():
    own, site = await ask(FakeNet(page(OWN_FILE, FILE)))
    assert (own.outcome, own.trust) == (Outcome.FOUND, Trust.VERIFIED)
    assert [offer.server.host for offer in own.offers] == [IMAP.host, SMTP.host]
    assert site.outcome is Outcome.NOTHING


async def test_where_the_file_comes_without_it_the_address_is_never_sent():
    net = FakeNet(page(OWN_FILE, FILE))
    await ask(net)
    assert not any("ada" in question for question in net.asked)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422, 500])
async def test_a_host_that_wants_the_address_gets_it(status):
    net = FakeNet(page(OWN_FILE, status=status) | page(WITH_ADDRESS, FILE))
    own, _ = await ask(net)
    assert own.outcome is Outcome.FOUND
    assert net.asked[:2] == [OWN_FILE, WITH_ADDRESS]


@pytest.mark.parametrize("body", ["", "<html/>", "missing parameter", config()])
async def test_a_host_that_answers_without_settings_gets_the_address(body):
    net = FakeNet(page(OWN_FILE, body) | page(WITH_ADDRESS, FILE))
    own, _ = await ask(net)
    assert own.outcome is Outcome.FOUND


async def test_a_broken_file_is_an_answer_that_no_address_would_mend():
    net = FakeNet(page(OWN_FILE, config(IMAP)[:-30]))
    own, _ = await ask(net)
    assert net.asked == [OWN_FILE, SITE_FILE]
    assert [warning.code for warning in own.warnings] == ["unreadable"]


async def test_the_address_may_be_redirected_to_no_other_host():
    net = FakeNet(page(OWN_FILE, status=404) | page(WITH_ADDRESS, FILE))
    await ask(net)
    assert net.kept_to_one_host == [WITH_ADDRESS]


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_a_host_that_is_out_of_order_does_not_get_the_address(status):
    net = FakeNet(page(OWN_FILE, status=status))
    await ask(net)
    assert net.asked == [OWN_FILE, SITE_FILE]


@pytest.mark.parametrize("last", [FOREIGN, "http://autoconfig.example.org/", "https://example.org/"])
async def test_after_a_redirect_off_the_host_the_address_is_not_sent(last):
    net = FakeNet(page(OWN_FILE, status=404, via=(last,)))
    await ask(net)
    assert net.asked == [OWN_FILE, SITE_FILE]


async def test_the_user_can_forbid_sending_the_address():
    net = FakeNet(page(OWN_FILE, status=404))
    await ask(net, send_address=False)
    assert net.asked == [OWN_FILE, SITE_FILE]


async def test_for_a_bare_domain_there_is_no_address_to_send():
    net = FakeNet(page(OWN_FILE, status=404))
    await ask(net, DOMAIN)
    assert net.asked == [OWN_FILE, SITE_FILE]


async def test_the_web_site_of_the_domain_never_gets_the_address():
    net = FakeNet(page(SITE_FILE, status=400))
    await ask(net)
    assert net.asked == [OWN_FILE, SITE_FILE]


async def test_where_no_host_answers_nothing_more_is_sent():
    net = FakeNet({OWN_FILE: CUT_OFF})
    with pytest.raises(NetworkFailed):
        await ask(net)
    assert net.asked == [OWN_FILE]


async def test_a_refused_redirect_of_the_address_is_no_answer():
    refused = Unsafe(say("It redirects away."), say("Tell the provider."))
    net = FakeNet(page(OWN_FILE, status=404) | {WITH_ADDRESS: refused})
    with pytest.raises(Unsafe):
        await ask(net)


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada+shop@example.org", "ada%2Bshop@example.org"),
        ("a.d.a@example.org", "a.d.a@example.org"),
        ("o'ada@example.org", "o%27ada@example.org"),
        ("a&b=c@example.org", "a%26b%3Dc@example.org"),
        ("zoë@bücher.example", "zo%C3%AB@xn--bcher-kva.example"),
    ],
)
def test_the_address_stands_in_the_query_as_servers_read_it(address, query):
    assert url_with_address("https://x/", Address.parse(address)) == f"https://x/?emailaddress={query}"


@pytest.mark.parametrize(
    ("via", "trust"),
    [
        ((FOREIGN,), Trust.VERIFIED),
        (("http://autoconfig.example.org/", FOREIGN), Trust.UNSIGNED),
    ],
)
async def test_one_plain_hop_makes_the_answer_unsigned(via, trust):
    own, _ = await ask(FakeNet(page(OWN_FILE, FILE, via=via)))
    assert own.trust is trust


async def test_the_evidence_shows_where_redirects_led():
    own, _ = await ask(FakeNet(page(OWN_FILE, FILE, via=(FOREIGN,))))
    assert own.evidence == (
        Evidence(asked=OWN_FILE, answer=f"redirect to {FOREIGN}", secure=True),
        Evidence(asked=FOREIGN, answer=f"HTTP 200, {len(FILE)} bytes", secure=True),
    )


@pytest.mark.parametrize(("domain", "codes"), [("example.org", []), ("other.example", ["other-domain"])])
async def test_a_file_for_another_domain_is_said(domain, codes):
    own, _ = await ask(FakeNet(page(OWN_FILE, config(IMAP, domain=domain))))
    assert [warning.code for warning in own.warnings] == codes


async def test_a_broken_file_is_worth_a_warning_and_a_web_page_is_not():
    net = FakeNet(page(OWN_FILE, b"<clientConfig><cut") | page(SITE_FILE, b"<!DOCTYPE html><html></html>"))
    own, site = await ask(net, send_address=False)
    assert [warning.code for warning in own.warnings] == ["unreadable"]
    assert site.warnings == ()


@pytest.mark.parametrize(
    "body", ['{"error": "not found"}', "missing parameter", "<error>no such user</error>"]
)
async def test_another_kind_of_answer_means_nothing_and_is_no_broken_file(body):
    own, _ = await ask(FakeNet(page(OWN_FILE, body)), send_address=False)
    assert (own.outcome, own.warnings) == (Outcome.NOTHING, ())


# The last resorts, by plain HTTP


def said(question: str, outcome: Outcome) -> Finding:
    why = say("The certificate has expired.")
    return Finding(source="autoconfig", question=question, outcome=outcome, detail=why)


async def ask_last(net: FakeNet, *findings: Finding, subject=ADA):
    request = Request(subject=subject, ispdb="https://ispdb.example/", send_address=True)
    return [(await question.ask(net)).finding for question in last_questions(request, findings)]


async def test_the_last_resorts_are_the_same_places_by_plain_http_and_without_the_address():
    net = FakeNet(page(PLAIN_OWN_FILE, status=404) | page(PLAIN_SITE_FILE, status=400))
    await ask_last(net)
    assert net.asked == [PLAIN_OWN_FILE, PLAIN_SITE_FILE]


@pytest.mark.parametrize("via", [(), (FOREIGN,), (OWN_FILE,)])
async def test_what_plain_http_brings_is_unsigned_wherever_it_leads(via):
    own, _ = await ask_last(FakeNet(page(PLAIN_OWN_FILE, FILE, via=via)))
    assert (own.outcome, own.trust) == (Outcome.FOUND, Trust.UNSIGNED)


@pytest.mark.parametrize("outcome", [Outcome.NOTHING, Outcome.FAILED, Outcome.CANCELLED])
async def test_where_https_is_not_there_plain_http_is_asked(outcome):
    net = FakeNet()
    await ask_last(net, said(OWN_FILE, outcome), said(SITE_FILE, outcome))
    assert net.asked == [PLAIN_OWN_FILE, PLAIN_SITE_FILE]


async def test_what_came_by_https_is_not_asked_again():
    net = FakeNet()
    await ask_last(net, said(OWN_FILE, Outcome.FOUND))
    assert net.asked == [PLAIN_SITE_FILE]


async def test_where_https_proves_nothing_plain_http_does_not_take_its_place():
    net = FakeNet()
    own, _ = await ask_last(net, said(OWN_FILE, Outcome.REFUSED))
    assert net.asked == [PLAIN_SITE_FILE]
    assert (own.question, own.outcome) == (PLAIN_OWN_FILE, Outcome.SKIPPED)


async def test_why_nothing_was_taken_from_a_host_that_proves_nothing_is_a_warning():
    own, _ = await ask_last(FakeNet(), said(OWN_FILE, Outcome.REFUSED))
    (warning,) = own.warnings
    assert warning.code == "https-refused"
    assert warning.text.render() == (
        "The certificate has expired. So no settings were taken from autoconfig.example.org."
    )


async def test_that_plain_http_is_not_asked_holds_nothing_up():
    request = Request(subject=ADA, ispdb="https://ispdb.example/", send_address=True)
    refused, _ = last_questions(request, [said(OWN_FILE, Outcome.REFUSED)])
    assert (refused.about, refused.local) == (frozenset(), True)


# The domains of MX hosts


@pytest.mark.parametrize(
    ("asked", "inside", "codes"),
    [
        ("mx.example", '<domain purpose="mx">mx.example</domain>', []),
        ("mx.example", "<domain>example.org</domain>", []),
        ("l.mx.example", '<domain purpose="mx">mx.example</domain>', []),
        ("mx.example", '<domain purpose="mx">other.example</domain>', ["other-domain"]),
        ("example.org", '<domain purpose="mx">example.org</domain>', ["other-domain"]),
    ],
)
async def test_the_domain_of_an_mx_counts_only_for_whoever_came_by_one(asked, inside, codes):
    file = WebFile(source="mx", text=FOREIGN, domain=asked, subject=ADA, best=Trust.UNSIGNED)
    net = FakeNet(page(FOREIGN, config(IMAP, domain="provider.example", more=inside)))
    found = (await file.ask(net)).finding
    assert [warning.code for warning in found.warnings] == codes
