import base64
import hashlib
import json

import anyio
import pytest
from tests.unit.discovery.world import ADA, DOMAIN
from tests.unit.fake_net import CUT_OFF, NO_DNS, FakeNet, page, txt

from mailsetup.account import Domain
from mailsetup.discovery.finding import Evidence, Outcome, Trust
from mailsetup.discovery.pacc import questions
from mailsetup.discovery.question import EVERY_PROTOCOL, Request
from mailsetup.errors import NetworkFailed, Unsafe, say

pytestmark = pytest.mark.anyio

URL = "https://ua-auto-config.example.org/.well-known/user-agent-configuration.json"
NAME = "_ua-auto-config.example.org"
FILE = json.dumps(
    {
        "protocols": {"imap": {"host": "imap.example.org"}, "submit": {"host": "smtp.example.org"}},
        "info": {
            "provider": {"name": "Example Mail"},
            "help": {"documentation": "https://help.example.org/"},
        },
    }
)
FOREIGN = "https://pacc.provider.example/example.org.json"


def digest(body: str = FILE) -> bytes:
    return b"v=UAAC1; a=sha256; d=" + base64.b64encode(hashlib.sha256(body.encode()).digest())


def request(subject=ADA) -> Request:
    return Request(subject=subject, ispdb="https://ispdb.example/", send_address=True)


async def ask(net: FakeNet, subject=ADA):
    (question,) = questions(request(subject))
    return (await question.ask(net)).finding


async def test_a_document_with_its_digest_is_proven():
    finding = await ask(FakeNet(page(URL, FILE) | txt(NAME, digest())))
    assert (finding.outcome, finding.trust) == (Outcome.FOUND, Trust.VERIFIED)
    assert [offer.server.host for offer in finding.offers] == ["imap.example.org", "smtp.example.org"]


async def test_the_providers_name_and_documentation_come_along():
    finding = await ask(FakeNet(page(URL, FILE) | txt(NAME, digest())))
    assert finding.provider == "Example Mail"
    assert [hint.url for hint in finding.hints] == ["https://help.example.org/"]


async def test_only_the_domain_is_asked_about():
    net = FakeNet(page(URL, FILE) | txt(NAME, digest()))
    await ask(net)
    assert sorted(net.asked) == sorted([URL, f"TXT {NAME}"])


async def test_a_domain_in_other_letters_is_asked_about_by_its_a_labels():
    net = FakeNet()
    await ask(net, Domain.parse("bücher.example"))
    assert sorted(net.asked) == [
        "TXT _ua-auto-config.xn--bcher-kva.example",
        "https://ua-auto-config.xn--bcher-kva.example/.well-known/user-agent-configuration.json",
    ]


async def test_document_and_digest_are_asked_for_side_by_side():
    net = FakeNet(page(URL, FILE) | txt(NAME, digest()), takes={URL: 4.0, f"TXT {NAME}": 3.0})
    began = anyio.current_time()
    await ask(net)
    assert anyio.current_time() - began == pytest.approx(4)


async def test_both_are_evidence():
    finding = await ask(FakeNet(page(URL, FILE) | txt(NAME, digest(), signed=True)))
    assert finding.evidence == (
        Evidence(asked=URL, answer=f"HTTP 200, {len(FILE)} bytes", secure=True),
        Evidence(asked=f"TXT {NAME}", answer=digest().decode(), secure=True),
    )


async def test_it_could_name_servers_of_every_protocol_and_prove_them():
    (question,) = questions(request(DOMAIN))
    assert (question.about, question.best) == (EVERY_PROTOCOL, Trust.VERIFIED)


async def test_one_matching_digest_among_several_is_enough():
    records = (b"v=spf1 -all", b"v=UAAC1; a=sha256; d=broken", digest("the old one"), digest())
    finding = await ask(FakeNet(page(URL, FILE) | txt(NAME, *records)))
    assert finding.outcome is Outcome.FOUND


async def test_a_digest_that_does_not_match_refuses_the_document_and_warns():
    finding = await ask(FakeNet(page(URL, FILE) | txt(NAME, digest(FILE + " "))))
    assert (finding.outcome, finding.offers) == (Outcome.REFUSED, ())
    assert [warning.code for warning in finding.warnings] == ["digest"]
    assert "digest" in finding.detail.render()


@pytest.mark.parametrize("records", [(), (b"v=spf1 -all",), (b"v=UAAC1; a=sha256; d=broken",)])
async def test_a_document_without_a_digest_is_not_believed(records):
    finding = await ask(FakeNet(page(URL, FILE) | txt(NAME, *records)))
    assert (finding.outcome, finding.offers) == (Outcome.REFUSED, ())
    assert [warning.code for warning in finding.warnings] == ["digest"]


async def test_a_web_page_for_all_names_is_nothing_and_no_reason_to_warn():
    finding = await ask(FakeNet(page(URL, "<!doctype html><html></html>")))
    assert (finding.outcome, finding.warnings) == (Outcome.NOTHING, ())


async def test_a_broken_document_with_its_digest_is_worth_a_warning():
    finding = await ask(FakeNet(page(URL, '{"cut') | txt(NAME, digest('{"cut'))))
    assert finding.outcome is Outcome.NOTHING
    assert [warning.code for warning in finding.warnings] == ["unreadable"]


async def test_a_document_without_mail_servers_is_nothing():
    finding = await ask(FakeNet(page(URL, "{}") | txt(NAME, digest("{}"))))
    assert (finding.outcome, finding.warnings) == (Outcome.NOTHING, ())


@pytest.mark.parametrize("script", [{}, page(URL, status=404)])
async def test_a_digest_without_a_document_is_said(script):
    finding = await ask(FakeNet(script | txt(NAME, digest())))
    assert finding.outcome is Outcome.NOTHING
    assert NAME in finding.detail.render()
    assert finding.evidence[-1].asked == f"TXT {NAME}"


@pytest.mark.parametrize("script", [{}, page(URL, status=404)])
async def test_where_there_is_neither_it_is_nothing(script):
    finding = await ask(FakeNet(script))
    assert (finding.outcome, finding.warnings) == (Outcome.NOTHING, ())
    assert NAME not in finding.detail.render()


async def test_without_a_document_a_silent_dns_does_not_matter():
    finding = await ask(FakeNet(page(URL, status=404) | {f"TXT {NAME}": NO_DNS}))
    assert finding.outcome is Outcome.NOTHING


async def test_where_the_digest_cannot_be_asked_for_the_document_is_not_believed():
    with pytest.raises(NetworkFailed):
        await ask(FakeNet(page(URL, FILE) | {f"TXT {NAME}": NO_DNS}))


@pytest.mark.parametrize("failure", [CUT_OFF, Unsafe(say("The certificate is wrong."), say("Tell them."))])
async def test_where_the_document_cannot_be_had_that_is_the_failure(failure):
    with pytest.raises(type(failure)):
        await ask(FakeNet({URL: failure} | txt(NAME, digest())))


@pytest.mark.parametrize(
    ("via", "trust"),
    [
        ((FOREIGN,), Trust.VERIFIED),
        (("http://ua-auto-config.example.org/", FOREIGN), Trust.UNSIGNED),
    ],
)
async def test_one_plain_hop_makes_the_answer_unsigned(via, trust):
    finding = await ask(FakeNet(page(URL, FILE, via=via) | txt(NAME, digest())))
    assert (finding.outcome, finding.trust) == (Outcome.FOUND, trust)


async def test_the_evidence_shows_where_redirects_led():
    finding = await ask(FakeNet(page(URL, FILE, via=(FOREIGN,)) | txt(NAME, digest())))
    assert finding.evidence[0] == Evidence(asked=URL, answer=f"redirect to {FOREIGN}", secure=True)
