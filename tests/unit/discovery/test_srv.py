from itertools import permutations

import pytest
from tests.unit.discovery.world import ADA
from tests.unit.fake_net import NEVER, NO_DNS, FakeNet, addresses, srv

from mailsetup.account import Address, Protocol, Security
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Evidence, Outcome, Trust
from mailsetup.discovery.question import Request
from mailsetup.discovery.rank import rank
from mailsetup.discovery.srv import questions, read_answer
from mailsetup.net.failures import NameFailed
from mailsetup.net.names import Answer, Srv

REQUEST = Request(subject=ADA, ispdb="https://ispdb.example/", send_address=True)


def read(service: str, *records: Srv, signed: bool = False, lot: str = ""):
    return read_answer(service, "SRV", Answer("SRV", records, signed=signed), lot)


def at(host: str, *, priority: int = 0, weight: int = 0) -> Srv:
    return Srv(priority, weight, 993, f"{host}.example.org" if host else "")


def test_all_six_services_of_rfc_6186_and_8314_are_asked_for():
    assert [question.text for question in questions(REQUEST)] == [
        "SRV _imaps._tcp.example.org",
        "SRV _imap._tcp.example.org",
        "SRV _pop3s._tcp.example.org",
        "SRV _pop3._tcp.example.org",
        "SRV _submissions._tcp.example.org",
        "SRV _submission._tcp.example.org",
    ]


@pytest.mark.parametrize(
    ("service", "port", "protocol", "security"),
    [
        ("imaps", 993, Protocol.IMAP, Security.TLS),
        ("imap", 143, Protocol.IMAP, Security.STARTTLS),
        ("pop3s", 995, Protocol.POP3, Security.TLS),
        ("pop3", 110, Protocol.POP3, Security.STARTTLS),
        ("submissions", 465, Protocol.SMTP, Security.TLS),
        ("submission", 587, Protocol.SMTP, Security.STARTTLS),
        ("imaps", 1993, Protocol.IMAP, Security.TLS),
        ("imap", 1143, Protocol.IMAP, Security.STARTTLS),
        ("submission", 25, Protocol.SMTP, Security.STARTTLS),
    ],
)
def test_the_service_says_protocol_and_encryption(service, port, protocol, security):
    (offer,) = read(service, Srv(0, 1, port, "mail.example.org")).offers
    assert (offer.server.protocol, offer.server.port, offer.server.security) == (protocol, port, security)


@pytest.mark.parametrize(
    ("service", "port", "security"),
    [
        ("submission", 465, Security.TLS),
        ("imap", 993, Security.TLS),
        ("pop3", 995, Security.TLS),
        ("submissions", 587, Security.STARTTLS),
        ("imaps", 143, Security.STARTTLS),
        ("pop3s", 110, Security.STARTTLS),
    ],
)
def test_a_well_known_port_under_the_wrong_service_is_still_what_it_is_known_for(service, port, security):
    (offer,) = read(service, Srv(0, 1, port, "mail.example.org")).offers
    assert offer.server.security is security


def test_no_user_name_is_published():
    (offer,) = read("imaps", Srv(0, 1, 993, "mail.example.org")).offers
    assert offer.server.username is None


def names(offers) -> list[str]:
    return [offer.server.host.partition(".")[0] for offer in offers]


@pytest.mark.parametrize(
    ("records", "hosts"),
    [
        ([at("b", priority=20), at("a", priority=10)], ["a", "b"]),
        ([at("b", priority=1, weight=9), at("a", priority=0, weight=1)], ["a", "b"]),
        ([at("", priority=10), at("a", priority=10, weight=5)], ["a"]),
        # Where nobody has a weight there is nothing to draw.
        ([at("b"), at("c"), at("a")], ["a", "b", "c"]),
        ([at("c", priority=1), at("b"), at("a", priority=2)], ["b", "c", "a"]),
    ],
)
def test_the_lowest_priority_comes_first_and_equals_without_weight_stand_by_name(records, hosts):
    assert names(read("imaps", *records).offers) == hosts


@pytest.mark.parametrize(
    ("lot", "hosts"),
    [("carl@example.org", ["light", "heavy", "none"]), ("bob@example.org", ["heavy", "light", "none"])],
)
def test_the_lot_decides_between_weights(lot, hosts):
    records = [at("heavy", weight=9), at("none", weight=0), at("light", weight=1)]
    assert names(read("imaps", *records, lot=lot).offers) == hosts


@pytest.mark.parametrize(
    "records", list(permutations([at("a", weight=5), at("b", weight=5), at("c", weight=7)]))
)
def test_the_order_of_the_reply_does_not_count(records):
    assert read("imaps", *records).offers == read("imaps", *sorted(records, key=str)).offers


@pytest.mark.anyio
async def test_the_same_person_always_gets_the_same_server():
    answers = srv("imaps", *(Srv(0, 5, 993, f"{host}.example.org") for host in "abcdefgh"))

    async def ask(subject: str):
        request = Request(subject=Address.parse(subject), ispdb="https://ispdb.example/", send_address=True)
        return (await questions(request)[0].ask(FakeNet(answers))).finding.offers

    assert await ask("ada@example.org") == await ask("Ada@EXAMPLE.org")
    assert len({await ask(f"user{number}@example.org") for number in range(20)}) > 1


def test_candidates_stand_in_the_order_that_was_drawn():
    finding = read("imaps", *(at(host, weight=5) for host in "abcdefgh"), lot="ada@example.org")
    assert names(rank(ADA, [finding]).incoming) == names(finding.offers) != list("abcdefgh")


def test_a_port_known_for_tls_stands_before_starttls_whatever_the_priorities_say():
    starttls = read("submission", Srv(0, 0, 587, "smtp.example.org"))
    mistaken = read("submission", Srv(9, 0, 465, "smtp.example.org"))
    assert [one.server.port for one in rank(ADA, [starttls, mistaken]).outgoing] == [465, 587]


def test_the_same_server_named_twice_is_one_at_its_better_place():
    finding = read("imaps", at("b", priority=20), at("a", priority=10), at("b", priority=0))
    assert names(finding.offers) == ["b", "a"]
    assert [offer.priority for offer in finding.offers] == [0, 10]


def test_no_more_than_fifty_servers_are_kept_and_they_are_the_best():
    finding = read("imaps", *(at(f"host{number}", priority=number) for number in reversed(range(80))))
    assert names(finding.offers) == [f"host{number}" for number in range(50)]


def test_a_target_with_letters_of_any_script_is_its_a_label():
    (offer,) = read("imaps", Srv(0, 0, 993, "imap.bücher.example")).offers
    assert offer.server.host == "imap.xn--bcher-kva.example"


@pytest.mark.parametrize(
    "record",
    [
        Srv(0, 0, 993, "co.uk"),
        Srv(0, 0, 993, "com"),
        Srv(0, 0, 993, "192.0.2.1"),
        Srv(0, 0, 993, "mail server.example.org"),
        Srv(0, 0, 993, 'x"); user_pref("'),
        Srv(0, 0, 0, "mail.example.org"),
        Srv(0, 0, 65536, "mail.example.org"),
    ],
)
def test_a_target_that_is_no_server_is_dropped(record):
    finding = read("imaps", record, Srv(9, 0, 993, "good.example.org"))
    assert [offer.server.host for offer in finding.offers] == ["good.example.org"]


def test_a_target_in_capital_letters_is_the_same_host():
    (offer,) = read("imaps", Srv(0, 0, 993, "Mail.Example.ORG")).offers
    assert offer.server.host == "mail.example.org"


def test_a_lone_root_target_means_that_the_service_is_absent():
    finding = read("pop3s", Srv(0, 0, 0, ""))
    assert (finding.outcome, finding.absent) == (Outcome.ABSENT, frozenset({Protocol.POP3}))


def test_a_root_target_beside_others_is_no_absence():
    finding = read("pop3s", Srv(0, 0, 0, ""), Srv(0, 0, 0, ""))
    assert (finding.outcome, finding.absent) == (Outcome.NOTHING, frozenset())


@pytest.mark.parametrize(("signed", "trust"), [(False, Trust.UNSIGNED), (True, Trust.VERIFIED)])
def test_only_signed_records_are_proven(signed, trust):
    assert read("imaps", Srv(0, 1, 993, "mail.example.org"), signed=signed).trust is trust


def test_every_record_is_evidence():
    finding = read("imaps", Srv(0, 1, 993, "mail.example.org"), Srv(5, 0, 0, ""))
    assert finding.evidence == (
        Evidence(asked="SRV", answer="0 1 993 mail.example.org", secure=False),
        Evidence(asked="SRV", answer="5 0 0 .", secure=False),
    )


# Whether the hosts exist


async def ask(net: FakeNet, service: str = "imaps"):
    """The Findings about the targets of one service."""
    asked = {question.service: question for question in questions(REQUEST)}[service]
    reply = await asked.ask(net)
    assert all(follower.about == frozenset() for follower in reply.then)
    return [(await follower.ask(net)).finding for follower in reply.then]


@pytest.mark.anyio
async def test_each_host_that_is_named_is_looked_up_once_and_not_spoken_to():
    records = (at("a"), Srv(5, 0, 1993, "a.example.org"), Srv(9, 0, 993, "imap.provider.example"))
    net = FakeNet(srv("imaps", *records))
    findings = await ask(net)
    assert [finding.question for finding in findings] == net.asked[1:]
    assert net.asked[1:] == ["AAAA and A a.example.org", "AAAA and A imap.provider.example"]


@pytest.mark.anyio
async def test_a_host_whose_connections_the_user_leads_elsewhere_need_not_exist():
    led = FakeNet(srv("imaps", at("a")) | addresses("a.example.org"), led={"a.example.org": "127.0.0.1"})
    assert await ask(led) == []


@pytest.mark.anyio
async def test_a_host_with_an_address_is_there():
    (finding,) = await ask(FakeNet(srv("imaps", at("a"))))
    assert (finding.missing, finding.warnings, finding.offers) == (frozenset(), (), ())
    assert finding.evidence == (Evidence(asked=finding.question, answer="192.0.2.1", secure=False),)


@pytest.mark.anyio
@pytest.mark.parametrize("exists", [True, False])
async def test_a_host_without_an_address_is_missing_and_that_is_said(exists):
    (finding,) = await ask(FakeNet(srv("imaps", at("a")) | addresses("a.example.org", exists=exists)))
    assert finding.missing == {"a.example.org"}
    (warning,) = finding.warnings
    assert warning.code == "missing-host"
    assert warning.text.render() == "example.org names the mail server a.example.org, which does not exist."


@pytest.mark.anyio
async def test_a_name_server_that_fails_makes_no_host_missing():
    with pytest.raises(NameFailed):
        await ask(FakeNet(srv("imaps", at("a")) | {"AAAA and A a.example.org": NO_DNS}))


@pytest.mark.anyio
async def test_a_host_that_does_not_exist_gives_way_to_the_next():
    script = (
        srv("imaps", at("gone"), at("here", priority=5))
        | srv("submissions", Srv(0, 0, 465, "here.example.org"))
        | addresses("gone.example.org", exists=False)
    )
    found = await discover(ADA, FakeNet(script), only=frozenset({"srv"}), wait_for_all=True)
    assert [one.server.host for one in found.incoming] == ["here.example.org"]
    assert [warning.code for warning in found.warnings] == ["missing-host"]


@pytest.mark.anyio
async def test_nobody_waits_for_the_address_of_a_host():
    script = srv("imaps", at("a"), signed=True) | srv("submissions", at("a"), signed=True)
    slow = FakeNet(script, takes={"AAAA and A a.example.org": NEVER})
    found = await discover(ADA, slow, only=frozenset({"srv"}), timeout=60)
    assert [one.server.host for one in found.incoming] == ["a.example.org"]
