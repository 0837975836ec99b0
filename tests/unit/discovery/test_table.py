import pytest
from tests.unit.discovery.world import ADA
from tests.unit.fake_net import FakeNet, NoNet, mx

from mailsetup.account import Auth, Domain, Protocol, parse_subject
from mailsetup.cli.show import hint_sentence
from mailsetup.discovery import table
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Evidence, Hint, Outcome, Trust
from mailsetup.discovery.providers import every_provider
from mailsetup.discovery.providers.record import Kind
from mailsetup.discovery.question import Request
from mailsetup.discovery.rank import rank
from mailsetup.errors import Message
from mailsetup.net.names import Mx
from mailsetup.schema.filling import discovery_form

pytestmark = pytest.mark.anyio

BEFORE = (Evidence(asked="MX example.org", answer="10 aspmx.l.google.com", secure=False),)


async def ask(subject):
    (question,) = table.questions(
        Request(subject=parse_subject(subject), ispdb="https://ispdb.example/", send_address=True)
    )
    return (await question.ask(NoNet())).finding


async def ask_mx(host, subject=ADA, limit=Trust.UNSIGNED):
    (question,) = table.mx_entries(host, subject, source="mx", limit=limit, before=BEFORE)
    return (await question.ask(NoNet())).finding


def codes(finding):
    return [warning.code for warning in finding.warnings]


async def test_a_known_domain_has_servers_that_a_maintained_list_says():
    finding = await ask("ada@fastmail.com")
    assert (finding.outcome, finding.trust, finding.ours) == (Outcome.FOUND, Trust.CURATED, True)
    assert [offer.server.host for offer in finding.offers] == [
        "imap.fastmail.com",
        "pop.fastmail.com",
        "smtp.fastmail.com",
    ]


async def test_the_provider_its_domains_and_its_sources_are_named():
    finding = await ask("ada@gmail.com")
    assert finding.provider == "Gmail"
    assert finding.names == ("gmail.com", "googlemail.com")
    assert all(
        seen.asked.startswith("https://") and seen.answer.startswith("as of 2") for seen in finding.evidence
    )


async def test_an_unknown_domain_is_said_to_be_unknown():
    finding = await ask("ada@example.org")
    assert finding.outcome is Outcome.NOTHING
    assert finding.detail is not None
    assert "example.org" in finding.detail.render()


async def test_a_domain_below_a_known_one_is_somebody_elses():
    assert (await ask("ada@students.gmail.com")).outcome is Outcome.NOTHING


async def test_the_question_says_what_is_looked_up_and_needs_no_network():
    request = Request(subject=Domain.parse("gmail.com"), ispdb="https://ispdb.example/", send_address=True)
    (question,) = table.questions(request)
    assert (question.text, question.local) == ("table of providers: gmail.com", True)


@pytest.mark.parametrize(
    ("subject", "users"),
    [
        ("ada@icloud.com", {"ada", "ada@icloud.com"}),
        ("icloud.com", {"%EMAILLOCALPART%", "%EMAILADDRESS%"}),
    ],
)
async def test_user_names_are_filled_in_for_an_address_only(subject, users):
    assert {offer.server.username for offer in (await ask(subject)).offers} == users


async def test_a_provider_without_pop3_says_so():
    finding = await ask("ada@icloud.com")
    assert finding.absent == {Protocol.POP3}
    assert any("POP3" in hint.text.render() for hint in finding.hints)


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("ada@proton.me", "bridge-needed"),
        ("ada@tuta.com", "no-mail-programs"),
        ("ada@hey.com", "no-mail-programs"),
    ],
)
async def test_a_provider_that_lets_no_mail_program_in_offers_nothing_and_warns(subject, code):
    finding = await ask(subject)
    assert (finding.outcome, finding.offers, finding.absent) == (Outcome.ABSENT, (), frozenset(Protocol))
    assert codes(finding) == [code]
    assert finding.detail == finding.warnings[0].text


async def test_the_bridge_has_its_page():
    assert [hint.url for hint in (await ask("ada@proton.me")).hints] == ["https://proton.me/mail/bridge"]


async def test_a_provider_without_mail_programs_is_told_once():
    assert (await ask("ada@tuta.com")).hints == ()


@pytest.mark.parametrize(("subject", "code"), [("ada@outlook.com", ["oauth2-only"]), ("ada@gmail.com", [])])
async def test_who_takes_no_password_at_all_is_told_before_one_is_asked_for(subject, code):
    finding = await ask(subject)
    assert codes(finding) == code
    assert all(Auth.OAUTH2 in offer.server.auth for offer in finding.offers)


async def test_an_app_password_is_a_hint_with_the_page_to_make_it():
    hints = (await ask("ada@gmail.com")).hints
    assert any("app password" in hint.text.render() and hint.url.startswith("https://") for hint in hints)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.NO_PROGRAMS])
async def test_every_kind_of_note_is_told_and_used(kind):
    provider = next(each for each in every_provider() if kind in {note.kind for note in each.notes})
    if provider.domains:
        hints = (await ask(provider.domains.split()[0])).hints
    else:
        hints = (await ask_mx(provider.mx.split()[0])).hints
    place = [note.kind for note in provider.notes].index(kind)
    assert isinstance(hints[place].text, Message)
    assert len(hints[place].text.render()) > 20


async def test_translators_have_a_dozen_sentences_and_not_one_for_each_provider():
    templates = set()
    for provider in every_provider():
        if provider.domains:
            templates |= {hint.text.template for hint in (await ask(provider.domains.split()[0])).hints}
    assert len(templates) <= len(Kind)


# By the MX


async def test_an_mx_leads_to_the_provider_of_that_host():
    finding = await ask_mx("aspmx.l.google.com")
    assert (finding.source, finding.question) == ("mx", "table of providers: Google Workspace")
    assert [offer.server.username for offer in finding.offers] == ["ada@example.org"] * 3
    assert finding.ours


async def test_what_led_there_stands_first():
    finding = await ask_mx("aspmx.l.google.com")
    assert finding.evidence[:1] == BEFORE
    assert len(finding.evidence) > 1


@pytest.mark.parametrize(
    ("limit", "trust"),
    [(Trust.UNSIGNED, Trust.UNSIGNED), (Trust.VERIFIED, Trust.CURATED)],
)
async def test_it_is_trusted_no_more_than_what_led_there_nor_than_the_table(limit, trust):
    assert (await ask_mx("aspmx.l.google.com", limit=limit)).trust is trust


async def test_a_customers_domain_is_not_said_to_be_another():
    assert (await ask_mx("mx00.emig.gmx.net")).names == ()


async def test_a_domain_at_microsoft_365_gets_its_servers_and_its_warning():
    finding = await ask_mx("example-org.mail.protection.outlook.com")
    assert {offer.server.host for offer in finding.offers} >= {"outlook.office365.com"}
    assert "oauth2-only" in codes(finding)


@pytest.mark.parametrize("host", ["mx.example.net", "mx0a-00000000.pphosted.com"])
def test_an_mx_host_of_nobody_known_leads_nowhere(host):
    assert table.mx_entries(host, ADA, source="mx", limit=Trust.UNSIGNED, before=BEFORE) == ()


def test_a_domain_that_the_table_knows_is_not_told_again_by_its_mx():
    subject = Domain.parse("gmail.com")
    assert (
        table.mx_entries("gmail-smtp-in.l.google.com", subject, source="mx", limit=Trust.UNSIGNED, before=())
        == ()
    )


# All together


async def test_the_table_alone_is_enough_for_a_large_provider():
    found = await discover(parse_subject("ada@gmx.de"), NoNet(), only=frozenset({"table"}))
    assert found.incoming[0].server.host == "imap.gmx.net"
    assert not any(one.needs_consent for one in (*found.incoming, *found.outgoing))
    assert found.hints


async def test_a_domain_of_ones_own_at_a_large_provider_is_told_by_its_mx():
    net = FakeNet(mx(Mx(10, "aspmx.l.google.com")))
    found = await discover(ADA, net, only=frozenset({"mx", "table"}))
    assert [(one.server.host, one.sources, one.needs_consent) for one in found.incoming] == [
        ("imap.gmail.com", ("mx",), True),
        ("pop.gmail.com", ("mx",), True),
    ]
    assert found.provider == "Google Workspace"


async def test_a_hint_that_two_answers_give_is_shown_once():
    finding = await ask("ada@gmail.com")
    assert rank(ADA, [finding, finding]).hints == finding.hints


async def test_our_hints_are_in_english_in_json():
    found = await discover(parse_subject("ada@gmail.com"), NoNet(), only=frozenset({"table"}))
    (first, *_) = discovery_form(found).provider.hints
    assert first.text == found.hints[0].text.render()


async def test_our_words_are_not_put_into_the_providers_mouth():
    ours = (await ask("ada@gmail.com")).hints[0]
    theirs = Hint(text="Switch it on.", url="https://example.org/")
    assert hint_sentence(ours).render() == f"{ours.text.render()} See {ours.url}"
    assert hint_sentence(theirs).render() == "The provider says: Switch it on. https://example.org/"


def test_what_is_known_of_a_provider_is_known_by_its_mail_server_too():
    (first, *_) = table.hints_at("imap.gmail.com")
    assert "app password" in first.text.render()
    assert table.hints_at("imap.example.org") == ()


def test_of_a_server_that_brands_share_only_what_is_true_of_all_is_told():
    # Outlook.com has a switch, Microsoft 365 has none.
    assert table.hints_about(Domain.parse("outlook.com")) != ()
    assert table.hints_at("outlook.office365.com") == ()
    own_domain = [hint.text.render() for hint in table.hints_at("imap.mail.me.com")]
    assert not any("user name" in text for text in own_domain)


def test_a_hint_of_one_protocol_says_so():
    about = {hint.about: hint.text.render() for hint in table.hints_at("imap.gmail.com")}
    assert "POP3" in about[Protocol.POP3]
    assert "POP3" not in about[None]
