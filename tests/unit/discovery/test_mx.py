import pytest
from tests.unit.discovery.world import ADA, DOMAIN
from tests.unit.fake_net import FakeNet, mx

from mailsetup.account import Domain
from mailsetup.discovery.finding import Outcome, Trust
from mailsetup.discovery.mx import MxQuestion, best_host, owners_of
from mailsetup.discovery.question import Request
from mailsetup.net.names import Answer, Mx

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("host", "owners"),
    [
        ("mx.provider.example", ("provider.example",)),
        ("aspmx.l.google.com", ("l.google.com", "google.com")),
        ("example-org.mail.protection.outlook.com", ("mail.protection.outlook.com", "outlook.com")),
        ("mx1.provider.co.uk", ("provider.co.uk",)),
        ("provider.co.uk", ("provider.co.uk",)),
        ("co.uk", ()),
        ("com", ()),
        ("localhost", ()),
        ("mx.example.org", ()),
        ("example.org", ()),
    ],
)
def test_an_mx_host_leads_to_its_owner_and_never_above(host, owners):
    assert owners_of(host, DOMAIN) == owners


def test_a_sub_domain_led_to_its_parents_mx_asks_the_parent():
    assert owners_of("mx.example.org", Domain.parse("sub.example.org")) == ("example.org",)


def test_a_sub_domain_with_its_own_mx_is_not_asked_again_nor_its_parent():
    assert owners_of("mx.sub.example.org", Domain.parse("sub.example.org")) == ()


def test_the_host_with_the_lowest_preference_gets_the_mail():
    answer = Answer("MX", (Mx(20, "a.example"), Mx(10, "c.example"), Mx(10, "b.example")))
    assert best_host(answer) == "b.example"


def test_hosts_of_equal_preference_are_always_taken_in_the_same_order():
    records = (Mx(10, "b.example"), Mx(10, "A.example"), Mx(10, "c.example"))
    assert {best_host(Answer("MX", records[turn:] + records[:turn])) for turn in range(3)} == {"a.example"}


def test_a_host_that_is_no_name_is_passed_over():
    assert best_host(Answer("MX", (Mx(0, "10.0.0.1"), Mx(10, "B.example")))) == "b.example"


async def ask(net: FakeNet, *left_out: str):
    request = Request(
        subject=ADA, ispdb="https://ispdb.example/", send_address=True, left_out=frozenset(left_out)
    )
    return await MxQuestion(request=request).ask(net)


async def test_the_table_is_asked_first_then_the_owners_own_file_then_the_database():
    reply = await ask(FakeNet(mx(Mx(10, "aspmx.l.google.com"))))
    assert [question.text for question in reply.then] == [
        "table of providers: Google Workspace",
        "https://autoconfig.l.google.com/mail/config-v1.1.xml",
        "https://ispdb.example/l.google.com",
        "https://autoconfig.google.com/mail/config-v1.1.xml",
        "https://ispdb.example/google.com",
    ]


@pytest.mark.parametrize(
    ("left_out", "asked"),
    [
        ("ispdb", "https://autoconfig.provider.example/mail/config-v1.1.xml"),
        ("autoconfig", "https://ispdb.example/provider.example"),
    ],
)
async def test_a_source_that_was_left_out_is_not_asked_by_a_detour(left_out, asked):
    reply = await ask(FakeNet(mx(Mx(10, "mx.provider.example"))), left_out)
    assert [question.text for question in reply.then] == [asked]


@pytest.mark.parametrize(
    ("signed", "trusts"),
    [(False, [Trust.UNSIGNED, Trust.UNSIGNED]), (True, [Trust.VERIFIED, Trust.CURATED])],
)
async def test_what_an_mx_leads_to_is_trusted_no_more_than_the_mx(signed, trusts):
    reply = await ask(FakeNet(mx(Mx(10, "mx.provider.example"), signed=signed)))
    assert [question.best for question in reply.then] == trusts


@pytest.mark.parametrize(
    ("script", "code"),
    [(mx(exists=False), ["no-such-domain"]), (mx(Mx(0, "")), ["null-mx"]), (mx(), [])],
)
async def test_a_domain_that_does_not_exist_or_takes_no_mail_is_said(script, code):
    finding = (await ask(FakeNet(script))).finding
    assert finding.outcome is Outcome.NOTHING
    assert [warning.code for warning in finding.warnings] == code


async def test_the_table_that_was_left_out_is_not_asked_by_a_detour():
    reply = await ask(FakeNet(mx(Mx(10, "aspmx.l.google.com"))), "table")
    assert not [question.text for question in reply.then if question.text.startswith("table")]


async def test_a_spam_filter_leads_to_no_entry_of_the_table():
    reply = await ask(FakeNet(mx(Mx(10, "eu-smtp-inbound-1.mimecast.com"))))
    assert not [question.text for question in reply.then if question.text.startswith("table")]


async def test_a_backup_host_does_not_tell_whose_the_mailboxes_are():
    reply = await ask(FakeNet(mx(Mx(10, "mx.provider.example"), Mx(20, "aspmx.l.google.com"))))
    assert not [question.text for question in reply.then if "google" in question.text.lower()]


@pytest.mark.parametrize("host", ["localhost", "10.0.0.1", "2001:db8::1"])
async def test_a_host_that_can_be_nobodys_leads_nowhere(host):
    reply = await ask(FakeNet(mx(Mx(10, host))))
    assert (reply.finding.outcome, reply.then) == (Outcome.NOTHING, ())


async def test_the_evidence_of_the_table_begins_with_the_mx():
    net = FakeNet(mx(Mx(10, "aspmx.l.google.com")))
    reply = await ask(net)
    told = await reply.then[0].ask(net)
    assert told.finding.evidence[: len(reply.finding.evidence)] == reply.finding.evidence


async def test_only_the_domain_is_asked_about():
    net = FakeNet(mx(Mx(10, "mx.provider.example")))
    await ask(net)
    assert net.asked == ["MX example.org"]
