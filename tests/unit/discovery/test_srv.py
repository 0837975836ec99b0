import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.discovery.world import ADA

from mailsetup.account import Protocol, Security
from mailsetup.discovery.finding import Evidence, Outcome, Trust
from mailsetup.discovery.question import Request
from mailsetup.discovery.srv import SERVICES, questions, read_answer
from mailsetup.net.names import Answer, Srv


def read(service: str, *records: Srv, signed: bool = False):
    return read_answer(service, "SRV", Answer("SRV", records, signed=signed))


def test_all_six_services_of_rfc_6186_and_8314_are_asked_for():
    request = Request(subject=ADA, ispdb="https://ispdb.example/", send_address=True)
    assert [question.text for question in questions(request)] == [
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
        ("submission", 465, Protocol.SMTP, Security.TLS),
        ("imaps", 1993, Protocol.IMAP, Security.TLS),
    ],
)
def test_the_service_says_protocol_and_encryption(service, port, protocol, security):
    (offer,) = read(service, Srv(0, 1, port, "mail.example.org")).offers
    assert (offer.server.protocol, offer.server.port, offer.server.security) == (protocol, port, security)


def test_no_user_name_is_published():
    (offer,) = read("imaps", Srv(0, 1, 993, "mail.example.org")).offers
    assert offer.server.username is None


@pytest.mark.parametrize(
    ("records", "hosts"),
    [
        ([Srv(20, 0, 993, "b.example.org"), Srv(10, 0, 993, "a.example.org")], ["a", "b"]),
        ([Srv(10, 1, 993, "b.example.org"), Srv(10, 9, 993, "a.example.org")], ["a", "b"]),
        ([Srv(10, 5, 993, "b.example.org"), Srv(10, 5, 993, "a.example.org")], ["a", "b"]),
        ([Srv(10, 0, 993, ""), Srv(10, 5, 993, "a.example.org")], ["a"]),
        ([Srv(0, 9, 993, "b.example.org"), Srv(0, 0, 993, "c.example.org"), Srv(1, 99, 993, "a.example.org")],
         ["b", "c", "a"]),
    ],
)  # fmt: skip
def test_priority_then_weight_then_name_decide_the_order(records, hosts):
    assert [offer.server.host.partition(".")[0] for offer in read("imaps", *records).offers] == hosts


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


@given(
    st.sampled_from(list(SERVICES)),
    st.lists(
        st.builds(Srv, st.integers(0, 65535), st.integers(0, 65535), st.integers(0, 65535), st.text()),
        max_size=80,
    ),
)
def test_any_records_give_a_finding(service, records):
    finding = read(service, *records)
    assert (finding.outcome is Outcome.FOUND) == bool(finding.offers)
