from dataclasses import replace

import pytest
from tests.unit.discovery.world import (
    DOMAIN,
    IMAP,
    IMAP_STARTTLS,
    POP3,
    SMTP,
    SMTP_STARTTLS,
    found,
    server,
)

from mailsetup.account import Auth, Domain, Protocol, Retention, Security
from mailsetup.discovery.finding import Finding, Hint, Offer, Outcome, Trust
from mailsetup.discovery.rank import rank
from mailsetup.discovery.srv import read_answer
from mailsetup.net.names import Answer, Srv

IMAP_PLAIN = server("imap", "imap.example.org", 143, Security.PLAIN)
OTHER_IMAP = server("imap", "imap.other.example", 993)
OTHER_POP3 = server("pop3", "pop.other.example", 995)
OTHER_SMTP = server("smtp", "smtp.other.example", 465)
OTHER_SMTP_STARTTLS = server("smtp", "smtp.other.example", 587, Security.STARTTLS)


def incoming(*findings: Finding) -> list[tuple[str, int]]:
    return [(one.server.host, one.server.port) for one in rank(DOMAIN, findings).incoming]


def outgoing(*findings: Finding) -> list[tuple[str, int]]:
    return [(one.server.host, one.server.port) for one in rank(DOMAIN, findings).outgoing]


def place(*servers):
    return [(one.host, one.port) for one in servers]


def srv(service: str, *records: Srv, signed: bool = False) -> Finding:
    question = f"SRV _{service}._tcp.example.org"
    return read_answer(service, question, Answer(question, records, signed=signed))


def at(host: str, port: int, priority: int = 0, weight: int = 0) -> Srv:
    return Srv(priority, weight, port, host)


NO_SUCH_SERVICE = Srv(0, 0, 0, "")
CURATED, UNSIGNED = Trust.CURATED, Trust.UNSIGNED

ORDERS = {
    "trust comes before all else": (
        [found(OTHER_IMAP, source="ispdb", trust=CURATED), found(IMAP_STARTTLS)],
        [IMAP_STARTTLS, OTHER_IMAP],
    ),
    "a file's own order of protocols is kept": ([found(POP3, IMAP)], [POP3, IMAP]),
    "TLS stands before STARTTLS, against the order of the file": (
        [found(IMAP_STARTTLS, IMAP)],
        [IMAP, IMAP_STARTTLS],
    ),
    "TLS stands before STARTTLS, also from a later answer trusted as much": (
        [found(IMAP_STARTTLS), found(OTHER_IMAP, question="the other file")],
        [OTHER_IMAP, IMAP_STARTTLS],
    ),
    "among equals the earlier source stands first": (
        [found(IMAP), found(OTHER_IMAP, question="the other file")],
        [IMAP, OTHER_IMAP],
    ),
    "the first answer's order of protocols holds for all trusted as much": (
        [found(POP3, IMAP), found(OTHER_IMAP, OTHER_POP3, question="the other file")],
        [POP3, OTHER_POP3, IMAP, OTHER_IMAP],
    ),
    "a server without encryption comes last of all, whoever names it": (
        [found(IMAP_PLAIN), found(OTHER_IMAP, source="mx", trust=UNSIGNED)],
        [OTHER_IMAP, IMAP_PLAIN],
    ),
    "a server without encryption does not put its protocol first": (
        [found(IMAP_PLAIN, POP3, IMAP)],
        [POP3, IMAP, IMAP_PLAIN],
    ),
    "the protocol with the lowest SRV priority stands first": (
        [srv("imaps", at("imap.example.org", 993, 20)), srv("pop3s", at("pop.example.org", 995, 10))],
        [POP3, IMAP],
    ),
    "of equal SRV priorities IMAP stands first": (
        [srv("imaps", at("imap.example.org", 993, 10)), srv("pop3s", at("pop.example.org", 995, 10))],
        [IMAP, POP3],
    ),
    "TLS beats SRV priority": (
        [srv("imaps", at("imap.example.org", 993, 20)), srv("imap", at("imap.example.org", 143, 0))],
        [IMAP, IMAP_STARTTLS],
    ),
    "a server named twice is one": (
        [found(IMAP), found(IMAP, source="ispdb", trust=CURATED)],
        [IMAP],
    ),
    "POP3 is listed wherever it is published": (
        [found(IMAP), found(POP3, source="ispdb", trust=CURATED)],
        [IMAP, POP3],
    ),
    "an absent service is dropped": (
        [
            srv("imaps", NO_SUCH_SERVICE),
            srv("imap", NO_SUCH_SERVICE),
            found(IMAP, POP3, source="mx", trust=UNSIGNED),
        ],
        [POP3],
    ),
    "a service is absent when one label says so and the other is silent": (
        [srv("imaps"), srv("imap", NO_SUCH_SERVICE), found(IMAP, POP3, source="mx", trust=UNSIGNED)],
        [POP3],
    ),
    "a service is not absent while its sibling is there": (
        [srv("imaps", at("imap.example.org", 993)), srv("imap", NO_SUCH_SERVICE)],
        [IMAP],
    ),
    "a service is not absent while its sibling is unknown": (
        [
            Finding(source="srv", question="SRV _imaps", outcome=Outcome.FAILED),
            srv("imap", NO_SUCH_SERVICE),
            found(IMAP, source="mx", trust=UNSIGNED),
        ],
        [IMAP],
    ),
    "an unsigned absence does not remove what is trusted more": (
        [srv("imaps", NO_SUCH_SERVICE), srv("imap", NO_SUCH_SERVICE), found(IMAP)],
        [IMAP],
    ),
    "a signed absence removes even the domain's own file": (
        [
            srv("imaps", NO_SUCH_SERVICE, signed=True),
            srv("imap", NO_SUCH_SERVICE, signed=True),
            found(IMAP, POP3),
        ],
        [POP3],
    ),
}


@pytest.mark.parametrize(("findings", "servers"), ORDERS.values(), ids=ORDERS)
def test_incoming_servers_stand_best_first(findings, servers):
    assert incoming(*findings) == place(*servers)


OUTGOING = {
    "trust comes first": (
        [found(OTHER_SMTP, source="ispdb", trust=CURATED), found(SMTP_STARTTLS)],
        [SMTP_STARTTLS, OTHER_SMTP],
    ),
    "TLS stands before STARTTLS": ([found(SMTP_STARTTLS, SMTP)], [SMTP, SMTP_STARTTLS]),
    "the answer that names the incoming server names the outgoing one": (
        [found(IMAP, SMTP_STARTTLS), found(OTHER_SMTP, question="the other file")],
        [SMTP_STARTTLS, OTHER_SMTP],
    ),
    "the answer of the incoming server is liked though it came later": (
        [found(OTHER_SMTP), found(IMAP, SMTP, question="the other file")],
        [SMTP, OTHER_SMTP],
    ),
    "all SRV records are one answer": (
        [
            srv("imaps", at("imap.example.org", 993)),
            srv("submission", at("smtp.example.org", 587)),
            found(OTHER_SMTP, source="mx", trust=UNSIGNED),
        ],
        [SMTP_STARTTLS, OTHER_SMTP],
    ),
}


@pytest.mark.parametrize(("findings", "servers"), OUTGOING.values(), ids=OUTGOING)
def test_outgoing_servers_stand_best_first(findings, servers):
    assert outgoing(*findings) == place(*servers)


def only(*findings: Finding, domain: Domain = DOMAIN):
    (candidate,) = rank(domain, findings).incoming
    return candidate


def test_all_who_name_a_server_are_its_sources_the_most_trusted_first():
    candidate = only(found(IMAP, source="srv", trust=UNSIGNED), found(IMAP), found(IMAP))
    assert (candidate.sources, candidate.trust) == (("autoconfig", "srv"), Trust.VERIFIED)


def test_what_the_most_trusted_says_of_the_login_counts():
    weak = server("imap", IMAP.host, 993, auth=(Auth.NTLM,), username="weak")
    strong = server("imap", IMAP.host, 993, auth=(Auth.PASSWORD,), username="strong")
    candidate = only(found(weak, source="mx", trust=UNSIGNED), found(strong))
    assert (candidate.server.auth, candidate.server.username) == ((Auth.PASSWORD,), "strong")


def test_what_the_most_trusted_leaves_open_comes_from_the_next():
    says = server("imap", IMAP.host, 993, auth=(Auth.PASSWORD,), username="ada")
    candidate = only(
        srv("imaps", at(IMAP.host, 993), signed=True), found(says, source="ispdb", trust=CURATED)
    )
    assert (candidate.trust, candidate.server.username) == (Trust.VERIFIED, "ada")


def test_a_server_named_by_srv_carries_the_service_label():
    assert only(found(IMAP), srv("imaps", at(IMAP.host, 993))).from_srv == "imaps"


def test_a_server_that_srv_does_not_name_carries_none():
    assert only(found(IMAP)).from_srv is None


def test_the_files_word_on_retention_is_kept():
    offer = Offer(server=POP3, retention=Retention(days=14))
    assert only(found(offer)).retention == Retention(days=14)


@pytest.mark.parametrize(
    ("host", "foreign"),
    [
        ("example.org", False),
        ("mail.example.org", False),
        ("mail.example.com", True),
        ("example.org.evil.example", True),
        ("notexample.org", True),
    ],
)
def test_a_host_outside_the_mail_domain_is_foreign(host, foreign):
    assert only(found(server("imap", host, 993))).foreign is foreign


@pytest.mark.parametrize(
    ("host", "trust", "needed"),
    [
        ("mail.other.example", UNSIGNED, True),
        ("mail.other.example", CURATED, False),
        ("mail.example.org", UNSIGNED, False),
    ],
)
def test_only_a_foreign_host_that_nobody_vouches_for_needs_a_yes(host, trust, needed):
    assert only(found(server("imap", host, 993), trust=trust)).needs_consent is needed


def codes(*findings: Finding) -> list[str]:
    return [warning.code for warning in rank(DOMAIN, findings).warnings]


DOUBTS = {
    "sources that name the same server agree": (
        [found(IMAP), found(IMAP, source="ispdb", trust=CURATED)],
        [],
    ),
    "TLS and STARTTLS on one host agree": ([found(IMAP), found(IMAP_STARTTLS, source="ispdb")], []),
    "several servers of one answer are no disagreement": ([found(IMAP, OTHER_IMAP)], []),
    "another host is a disagreement": (
        [found(IMAP), found(OTHER_IMAP, source="ispdb", trust=CURATED)],
        ["disagreement"],
    ),
    "another port for the same encryption is a disagreement": (
        [found(IMAP), found(server("imap", IMAP.host, 1993), source="ispdb")],
        ["disagreement"],
    ),
    "each protocol is judged by itself": (
        [found(IMAP, SMTP), found(OTHER_IMAP, OTHER_SMTP, source="ispdb", trust=CURATED)],
        ["disagreement", "disagreement"],
    ),
    "an answer that lists the best server second does not disagree": (
        [found(IMAP), found(OTHER_IMAP, IMAP, source="ispdb", trust=CURATED)],
        [],
    ),
    "DNS that denies what a file names is a disagreement": (
        [srv("imaps", NO_SUCH_SERVICE), srv("imap", NO_SUCH_SERVICE), found(IMAP)],
        ["disagreement"],
    ),
    "a protocol without any encryption is said": ([found(IMAP_PLAIN)], ["plain-only"]),
    "a protocol with one encrypted server is not plain only": ([found(IMAP_PLAIN, IMAP)], []),
}


@pytest.mark.parametrize(("findings", "said"), DOUBTS.values(), ids=DOUBTS)
def test_doubts_are_said(findings, said):
    assert codes(*findings) == said


def test_a_disagreement_names_both_sources_and_servers():
    findings = found(IMAP), found(OTHER_IMAP, source="ispdb", trust=CURATED)
    (warning,) = rank(DOMAIN, findings).warnings
    assert warning.text.render() == (
        "The sources disagree about IMAP: the question of autoconfig names imap.example.org:993, "
        "the question of ispdb names imap.other.example:993."
    )


def test_a_server_without_encryption_is_marked():
    assert [warning.code for warning in only(found(IMAP_PLAIN)).warnings] == ["plain"]


def test_provider_and_hints_come_from_the_most_trusted_that_has_them():
    hint = Hint(text="Read", url="https://example.org/")
    discovery = rank(
        DOMAIN,
        [
            found(IMAP, source="mx", trust=UNSIGNED, provider="Stranger"),
            found(IMAP, provider="Example Mail"),
            found(IMAP, source="ispdb", trust=CURATED, provider="Database", hints=(hint,)),
        ],
    )
    assert (discovery.provider, discovery.hints) == ("Example Mail", (hint,))


def test_every_finding_is_kept_as_evidence():
    findings = (found(IMAP), Finding(source="mx", question="MX", outcome=Outcome.SKIPPED))
    assert rank(DOMAIN, findings).findings == findings


def test_no_findings_make_an_empty_discovery():
    discovery = rank(DOMAIN, ())
    assert (discovery.incoming, discovery.outgoing, discovery.warnings) == ((), (), ())


def test_every_protocol_has_its_side():
    discovery = rank(DOMAIN, [found(SMTP, IMAP, POP3)])
    assert {one.server.protocol for one in discovery.incoming} == {Protocol.IMAP, Protocol.POP3}
    assert {one.server.protocol for one in discovery.outgoing} == {Protocol.SMTP}


def test_a_strangers_words_are_not_shown_as_the_providers():
    hint = Hint(text="Your account is locked. Sign in here.", url="https://evil.example/")
    discovery = rank(DOMAIN, [found(IMAP, trust=Trust.UNSIGNED, provider="Trust Me", hints=(hint,))])
    assert (discovery.provider, discovery.hints) == ("", ())


def test_how_to_log_in_to_a_proven_server_is_not_taken_from_a_stranger():
    proven = replace(IMAP, auth=(), username=None)
    forged = replace(IMAP, auth=(Auth.OAUTH2,), username="somebody else")
    findings = [found(proven), found(forged, source="mx", trust=Trust.UNSIGNED)]
    (candidate,) = rank(DOMAIN, findings).incoming
    assert (candidate.server.auth, candidate.server.username) == ((), None)
    assert candidate.sources == ("autoconfig", "mx")
