import re
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from tests.unit.checks.scripted import ADA, imap
from tests.unit.net.certificates import leaf_with, misshapen

from mailsetup.checks.accepted import accepted
from mailsetup.checks.certificate import read
from mailsetup.checks.flaws import explain
from mailsetup.checks.report import Fault, Verdict
from mailsetup.errors import say
from mailsetup.net.failures import TlsFailed
from mailsetup.net.stream import Identity, Proof, TlsFacts

SERVER = imap().server()
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def leaf(*names, since=-30, until=30, issuer="Strangers"):
    """A certificate in DER; since and until in days from now."""
    made = trustme.CA(organization_name=issuer).issue_cert(
        *names, not_before=NOW + since * DAY, not_after=NOW + until * DAY
    )
    pem = made.cert_chain_pems[0].bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def explained(code, der, identity=None):
    error = TlsFailed(say("OpenSSL says no."), say("Ask."), verify_code=code)
    return explain(error, der, SERVER, identity or Identity(host=SERVER.host), ADA)


def taken(der, proof=Proof.HOST):
    return accepted(SERVER, TlsFacts(version="TLSv1.3", cipher="x", certificate=der, proof=proof))


@pytest.mark.parametrize(
    ("code", "names", "since", "until", "faults"),
    [
        (62, ["other.net"], -30, 30, ["name"]),
        (62, ["other.net"], -30, -1, ["date", "name"]),
        (10, ["imap.example.org"], -30, -1, ["date"]),
        (9, ["imap.example.org"], 1, 30, ["date"]),
        (18, ["imap.example.org"], -30, 30, ["issuer"]),
        (20, ["imap.example.org"], -30, -1, ["date", "issuer"]),
        (20, ["other.net"], -30, 30, ["issuer", "name"]),
        (19, ["other.net"], -30, -1, ["date", "issuer", "name"]),
    ],
)
def test_every_fault_is_told_with_its_own_sentence(code, names, since, until, faults):
    outcome = explained(code, leaf(*names, since=since, until=until))
    assert (outcome.fault, outcome.facts["faults"]) == (Fault.UNSAFE, faults)
    for word, fault in (("other.net", "name"), ("expired|begins", "date"), ("Strangers", "issuer")):
        assert bool(re.search(word, outcome.text.render())) is (fault in faults)


def test_a_certificate_for_later_is_told_with_the_day_on_which_it_begins():
    text = explained(9, leaf("imap.example.org", since=5, until=30)).text
    assert (NOW + 5 * DAY).date().isoformat() in text.render()


@pytest.mark.parametrize("code", [63, 85, 94])
def test_a_fault_that_is_not_known_here_is_told_in_the_words_of_openssl(code):
    outcome = explained(code, leaf("imap.example.org"))
    assert (outcome.text.render(), outcome.facts["faults"]) == ("OpenSSL says no.", ["form"])


def test_what_openssl_hides_is_told_after_its_own_words():
    text = explained(85, leaf("other.net", until=-1)).text.render()
    assert [word in text for word in ("other.net", "expired", "OpenSSL says no.")] == [True] * 3


@pytest.mark.parametrize(
    ("code", "fault"),
    [(26, "purpose"), (66, "weak"), (67, "weak"), (68, "weak"), (24, "chain"), (79, "chain")],
)
def test_a_certificate_that_is_good_for_nothing_here_is_told_as_that(code, fault):
    assert explained(code, leaf("imap.example.org")).facts["faults"] == [fault]


def test_a_weak_key_is_told_though_the_issuer_hides_it():
    assert explained(20, leaf_with("imap.example.org", bits=1024)).facts["faults"] == ["issuer", "weak"]


def test_a_weak_signature_is_told_though_the_name_hides_it():
    assert explained(62, leaf_with("other.net", digest="sha1")).facts["faults"] == ["name", "weak"]


def test_a_weak_signature_of_itself_proves_nothing_anyway():
    weak = leaf_with("imap.example.org", digest="sha1", self_signed=True)
    assert explained(18, weak).facts["faults"] == ["issuer"]


def test_a_certificate_for_persons_is_told_as_none_for_servers():
    assert explained(20, leaf_with("imap.example.org", use="client")).facts["faults"] == ["issuer", "purpose"]


def test_an_intermediate_that_was_not_sent_is_told_where_the_certificate_says_where_to_get_it():
    outcome = explained(
        20, leaf_with("imap.example.org", issuer="Public CA", fetch="http://ca.example/ca.crt")
    )
    assert outcome.facts["faults"] == ["chain"]
    assert "whole chain" in outcome.fix.render()
    assert "Public CA" in outcome.text.render()


def test_an_authority_of_ones_own_says_nothing_of_where_to_get_it_and_may_be_given_by_option():
    outcome = explained(20, leaf("imap.example.org"))
    assert outcome.facts["faults"] == ["issuer"]
    assert "--ca-file" in outcome.fix.render()


def test_an_expired_certificate_of_the_issuer_is_not_told_as_that_of_the_server():
    outcome = explained(10, leaf("imap.example.org"))
    assert outcome.facts["faults"] == ["chain"]
    assert "Strangers" in outcome.text.render()


def test_a_certificate_that_signs_itself_is_told_as_that():
    outcome = explained(18, leaf_with("imap.example.org", self_signed=True))
    assert "nobody but itself" in outcome.text.render()


@pytest.mark.parametrize(
    ("issuer", "product"),
    [
        ("Avast Web/Mail Shield Root", "Avast"),
        ("avast! Web/Mail Shield", "Avast"),
        ("AVG Web/Mail Shield Root", "AVG"),
        ("Norton Web/Mail Shield Root", "Norton"),
        ("Kaspersky Anti-Virus Personal Root Certificate", "Kaspersky"),
        ("ESET SSL Filter CA", "ESET"),
        ("ESET, spol. s r. o.", "ESET"),
        ("Bitdefender Personal CA.Net-Defender", "Bitdefender"),
        ("FortiGate CA", "Fortinet"),
        ("Sophos SSL CA_C01001", "Sophos"),
        ("Zscaler Intermediate Root CA", "Zscaler"),
    ],
)
def test_a_program_in_between_is_named_by_its_certificate(issuer, product):
    outcome = explained(20, leaf("imap.example.org", issuer=issuer))
    assert outcome.facts["interceptor"] == product
    assert product in outcome.text.render()
    assert product in outcome.fix.render()


@pytest.mark.parametrize("issuer", ["Let's Encrypt", "DigiCert Inc", "Sectigo Limited", "GEANT Vereniging"])
def test_a_public_authority_is_no_program_in_between(issuer):
    assert read(leaf("imap.example.org", issuer=issuer)).interceptor is None


def test_a_devices_own_certificate_is_no_proof_of_a_program_in_between():
    assert read(leaf_with("imap.example.org", issuer="Fortinet", self_signed=True)).interceptor is None


def test_a_program_in_between_that_this_computer_trusts_is_a_warning_that_names_it():
    outcome = taken(leaf("imap.example.org", issuer="Avast Web/Mail Shield Root"))
    assert (outcome.verdict, outcome.facts["interceptor"]) == (Verdict.WARN, "Avast")


@pytest.mark.parametrize(
    ("since", "until", "verdict"),
    [
        (-60, 30, Verdict.PASS),
        (-75, 15, Verdict.PASS),
        (-77, 13, Verdict.WARN),
        (-350, 15, Verdict.PASS),
        (-352, 13, Verdict.WARN),
        (-3, 3, Verdict.PASS),
        (-5.5, 0.5, Verdict.WARN),
        (-30, 15, Verdict.PASS),
    ],
)
def test_a_certificate_that_should_long_have_been_renewed_is_a_warning(since, until, verdict):
    assert taken(leaf("imap.example.org", since=since, until=until)).verdict is verdict


def test_a_certificate_that_runs_out_is_told_with_its_date():
    text = taken(leaf("imap.example.org", since=-80, until=3)).text.render()
    assert (NOW + 3 * DAY).date().isoformat() in text


def test_a_certificate_without_any_name_is_told_as_that():
    assert "no host at all" in explained(62, leaf_with()).text.render()


@pytest.mark.parametrize("der", [None, b"", b"rubbish"])
def test_a_certificate_that_cannot_be_seen_is_told_in_the_words_of_the_network(der):
    assert explained(62, der).text.template == "OpenSSL says no."


def test_a_name_of_the_mail_domain_is_proposed():
    outcome = explained(62, leaf("*.hoster.net", "mail.example.org"))
    assert "mail.example.org" in outcome.fix.render()


def test_a_name_of_the_mail_domain_is_proposed_though_there_is_more_to_mend():
    fix = explained(62, leaf("mail.example.org", until=-1)).fix.render()
    assert "mail.example.org" in fix
    assert "can mend" in fix


def test_the_likeliest_name_of_the_mail_domain_is_proposed_first():
    names = ["example.org", "www.example.org", "mail.example.org", "imap2.example.org"]
    assert explained(62, leaf(*names)).facts["names_meant"] == [
        "imap2.example.org",
        "mail.example.org",
        "www.example.org",
        "example.org",
    ]


def test_a_wildcard_is_proposed_to_nobody():
    outcome = explained(62, leaf("*.mail.example.org"))
    assert outcome.facts["names_meant"] == []
    assert "*" not in outcome.fix.render()


def test_no_name_is_proposed_by_a_certificate_that_nobody_vouches_for():
    assert "mail.example.org" not in explained(20, leaf("mail.example.org")).fix.render()


def test_a_name_of_a_stranger_is_never_proposed():
    assert "evil.net" not in explained(62, leaf("evil.net")).fix.render()


def test_only_some_of_many_names_are_shown():
    names = [f"n{number}.other.net" for number in range(40)]
    text = explained(62, leaf(*names)).text.render()
    assert "n4.other.net" in text
    assert "n5.other.net" not in text


def test_the_mail_domain_is_a_good_name_where_srv_named_the_server():
    identity = Identity(host=SERVER.host, mail_domain="example.org", service="imaps")
    assert explained(20, leaf("example.org"), identity).facts["faults"] == ["issuer"]


def test_the_facts_of_a_certificate_are_plain_values():
    told = taken(leaf("imap.example.org", until=30)).facts
    assert told["names"] == ["imap.example.org"]
    assert told["days_left"] in (29, 30)


def test_a_certificate_without_names_has_none():
    seen = read(leaf("ada@example.org"))
    assert seen is not None
    assert seen.names == ()


@pytest.mark.parametrize("how", ["version", "twice", "kind", "subject"])
def test_a_certificate_against_the_standard_is_told_in_the_words_of_the_network(how):
    assert explained(62, misshapen(how)).text.template == "OpenSSL says no."
    assert "names" not in taken(misshapen(how)).facts


@pytest.mark.parametrize("service", ["b ä.d", ""])
def test_a_service_that_is_no_label_does_not_hide_why_a_certificate_was_refused(service):
    identity = Identity(host=SERVER.host, mail_domain="example.org", service=service)
    assert explained(62, leaf("other.net"), identity).facts["faults"] == ["name"]
