import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.discovery.world import ADA, DOMAIN, IMAP, OWN_FILE, SMTP, config
from tests.unit.fake_net import NO_DNS, FakeNet, addresses, page, txt

from mailsetup.account import Address
from mailsetup.discovery.finding import Outcome, Trust
from mailsetup.discovery.mailconf import MAX_RECORDS, MailconfQuestion, places_in, questions, read_url
from mailsetup.discovery.question import EVERY_PROTOCOL, Request
from mailsetup.errors import Unsafe
from mailsetup.net.failures import NameFailed
from mailsetup.net.urls import Url

pytestmark = pytest.mark.anyio

FILE = config(IMAP, SMTP)
URL = "https://autoconfig.provider.example/mail/config-v1.1.xml"
RECORD = b"mailconf=" + URL.encode()


async def ask(net: FakeNet, subject=ADA):
    (question,) = questions(Request(subject=subject, ispdb="https://ispdb.example/", send_address=True))
    reply = await question.ask(net)
    return reply.finding, [(await follower.ask(net)).finding for follower in reply.then]


def codes(finding) -> list[str]:
    return [warning.code for warning in finding.warnings]


async def test_the_file_that_the_domain_names_in_dns_is_read():
    net = FakeNet(txt("example.org", b"v=spf1 mx -all", RECORD) | page(URL, FILE))
    asked, (found,) = await ask(net)
    assert (asked.outcome, found.source, found.outcome) == (Outcome.NOTHING, "mailconf", Outcome.FOUND)
    assert [offer.server.host for offer in found.offers] == [IMAP.host, SMTP.host]
    assert found.warnings == ()


@pytest.mark.parametrize(("signed", "trust"), [(True, Trust.VERIFIED), (False, Trust.UNSIGNED)])
async def test_the_file_is_proven_only_where_the_record_is_signed(signed, trust):
    net = FakeNet(txt("example.org", RECORD, signed=signed) | page(URL, FILE))
    asked, (found,) = await ask(net)
    assert (asked.trust, found.trust) == (trust, trust)


async def test_even_a_host_of_the_domain_itself_is_no_proof_of_an_unsigned_record():
    net = FakeNet(txt("example.org", b"mailconf=https://example.org/~mallory/x.xml"))
    (question,) = questions(Request(subject=ADA, ispdb="https://ispdb.example/", send_address=True))
    (follower,) = (await question.ask(net)).then
    assert follower.best is Trust.UNSIGNED


async def test_the_evidence_begins_with_the_record():
    net = FakeNet(txt("example.org", RECORD, signed=True) | page(URL, FILE))
    _, (found,) = await ask(net)
    assert [(one.asked, one.answer, one.secure) for one in found.evidence] == [
        ("TXT example.org", f"mailconf={URL}", True),
        (URL, f"HTTP 200, {len(FILE)} bytes", True),
    ]


async def test_only_the_domain_is_asked_about():
    net = FakeNet(txt("example.org", RECORD) | page(URL, status=400))
    await ask(net, Address.parse("ada.lovelace@example.org"))
    assert net.asked[0] == "TXT example.org"
    assert not any("lovelace" in question for question in net.asked)


@pytest.mark.parametrize("subject", [ADA, DOMAIN])
@pytest.mark.parametrize(
    "query", ["?emailaddress=%EMAILADDRESS%", "?u=%EMAILLOCALPART%", "/%EMAILDOMAIN%/", "?e=%s", "?e=100%"]
)
async def test_a_url_with_a_place_for_the_address_is_left_out_and_said(query, subject):
    net = FakeNet(txt("example.org", RECORD + query.encode()))
    asked, found = await ask(net, subject)
    assert (found, codes(asked)) == ([], ["mailconf"])
    assert "gets nothing of that" in asked.warnings[0].text.render()


async def test_plain_http_is_left_out_and_said():
    net = FakeNet(txt("example.org", b"mailconf=http://autoconfig.example.org/mail/config-v1.1.xml"))
    asked, found = await ask(net)
    assert (found, codes(asked), net.asked) == ([], ["mailconf"], ["TXT example.org"])
    assert "Only https://" in asked.warnings[0].text.render()


@pytest.mark.parametrize(
    "place",
    [
        b"", b"yes", b"ftp://example.org/", b"https://192.0.2.1/x.xml", b"https://localhost/x.xml",
        b"https://a:b@example.org/", b"https://example.org:0/", b"https://example.org/ and more",
        b"https://exa\xffmple.org/", b"https://example.org/\x1b[31m", b"https://[::1",
        b"https://a.example/" + b"x" * 10**6, b"javascript:alert(1)", b"\x00\x01\x02",
    ],
)  # fmt: skip
async def test_a_record_that_names_no_web_address_is_said(place):
    asked, found = await ask(FakeNet(txt("example.org", b"mailconf=" + place)))
    assert (found, codes(asked)) == ([], ["mailconf"])
    assert "no web address" in asked.warnings[0].text.render()


@pytest.mark.parametrize(
    "record",
    [
        b"mailconf=https://x.example/",
        b"MailConf=https://x.example/",
        b'"mailconf=https://x.example/"',
        b"mailconf='https://x.example/'",
        b"\t mailconf = https://x.example/ \r\n",
    ],
)
def test_case_quotes_and_blanks_do_not_matter(record):
    assert places_in([record]) == ("https://x.example/",)


@pytest.mark.parametrize(
    "record", [b"", b"v=spf1 include:mailconf=x", b"mailconfig=https://x.example/", b"\xff"]
)
def test_other_records_are_none_of_it(record):
    assert places_in([record]) == ()


async def test_several_records_are_all_followed_and_the_same_one_once():
    other = "https://x.example/"
    net = FakeNet(txt("example.org", RECORD, b"mailconf=" + other.encode(), RECORD) | page(other, FILE))
    _, found = await ask(net)
    assert [one.question for one in found] == [URL, other]


async def test_only_the_first_few_records_count():
    many = [b"mailconf=https://x%d.example/" % number for number in range(60)]
    _, found = await ask(FakeNet(txt("example.org", *many)))
    assert len(found) == MAX_RECORDS


async def test_a_bad_record_beside_a_good_one_drops_only_itself():
    net = FakeNet(txt("example.org", b"mailconf=nonsense", RECORD) | page(URL, FILE))
    asked, (found,) = await ask(net)
    assert (found.outcome, codes(asked)) == (Outcome.FOUND, ["mailconf"])


async def test_no_record_is_nothing_and_no_warning():
    asked, found = await ask(FakeNet(txt("example.org", b"v=spf1 -all")))
    assert (asked.outcome, asked.warnings, found) == (Outcome.NOTHING, (), [])


async def test_that_dns_does_not_answer_is_for_the_runner_to_tell():
    with pytest.raises(NameFailed):
        await ask(FakeNet({"TXT example.org": NO_DNS}))


async def test_a_record_leads_nobody_into_a_private_network():
    net = FakeNet(
        txt("example.org", RECORD) | addresses("autoconfig.provider.example", "192.0.2.1", "10.0.0.1")
    )
    with pytest.raises(Unsafe):
        await ask(net)
    assert net.pages_asked == []


async def test_a_domain_that_is_inside_may_lead_to_its_neighbour():
    inside = addresses("autoconfig.provider.example", "10.0.0.1") | addresses("example.org", "10.0.0.2")
    _, (found,) = await ask(FakeNet(txt("example.org", RECORD) | inside | page(URL, FILE)))
    assert found.outcome is Outcome.FOUND


async def test_a_host_of_the_domain_itself_may_be_anywhere():
    net = FakeNet(
        txt("example.org", b"mailconf=" + OWN_FILE.encode())
        | addresses("autoconfig.example.org", "10.0.0.1")
        | page(OWN_FILE, FILE)
    )
    _, (found,) = await ask(net)
    assert found.outcome is Outcome.FOUND


def test_what_the_record_leads_to_could_better_any_answer():
    question = MailconfQuestion(subject=ADA)
    assert (question.best, question.about) == (Trust.VERIFIED, EVERY_PROTOCOL)


@given(
    st.lists(
        st.binary(max_size=60).flatmap(lambda end: st.sampled_from([end, b"mailconf=" + end, RECORD + end]))
    )
)
def test_any_records_give_urls_that_may_be_asked_or_a_reason(records):
    for place in places_in(records):
        url = read_url(place)
        assert not isinstance(url, Url) or (url.secure and str(url).isascii())
