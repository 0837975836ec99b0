from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from tests.unit.checks.scripted import ADA, imap
from tests.unit.net.certificates import misshapen

from mailsetup.checks.certificate import explain, facts, read
from mailsetup.checks.report import Fault
from mailsetup.errors import say
from mailsetup.net.failures import TlsFailed
from mailsetup.net.stream import Identity

SERVER = imap().server()
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def leaf(*names, since=-30, until=30):
    """A certificate in DER; since and until in days from now."""
    made = trustme.CA(organization_name="Strangers").issue_cert(
        *names, not_before=NOW + since * DAY, not_after=NOW + until * DAY
    )
    pem = made.cert_chain_pems[0].bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def explained(code, der, identity=None):
    error = TlsFailed(say("OpenSSL says no."), say("Ask."), verify_code=code)
    return explain(error, der, SERVER, identity or Identity(host=SERVER.host), ADA)


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
    for field, fault in (("names", "name"), ("issuer", "issuer")):
        assert (f"{{{field}}}" in outcome.text.template) is (fault in faults)
    assert outcome.text.render()


def test_a_certificate_for_later_is_told_with_the_day_on_which_it_begins():
    text = explained(9, leaf("imap.example.org", since=5, until=30)).text
    assert (NOW + 5 * DAY).date().isoformat() in text.render()


def test_another_fault_is_told_in_the_words_of_the_network():
    assert explained(66, leaf("imap.example.org")).text.template == "OpenSSL says no."


@pytest.mark.parametrize("der", [None, b"", b"rubbish"])
def test_a_certificate_that_cannot_be_seen_is_told_in_the_words_of_the_network(der):
    assert explained(62, der).text.template == "OpenSSL says no."


def test_a_name_of_the_mail_domain_is_proposed():
    outcome = explained(62, leaf("*.hoster.net", "mail.example.org"))
    assert "mail.example.org" in outcome.fix.render()


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
    told = facts(leaf("imap.example.org", until=30))
    assert told["names"] == ["imap.example.org"]
    assert told["days_left"] in (29, 30)


def test_a_certificate_without_names_has_none():
    seen = read(leaf("ada@example.org"))
    assert seen is not None
    assert seen.names == ()


@pytest.mark.parametrize("how", ["version", "twice", "kind", "subject"])
def test_a_certificate_against_the_standard_is_told_in_the_words_of_the_network(how):
    assert explained(62, misshapen(how)).text.template == "OpenSSL says no."
    assert facts(misshapen(how)) == {}


@pytest.mark.parametrize("service", ["b ä.d", ""])
def test_a_service_that_is_no_label_does_not_hide_why_a_certificate_was_refused(service):
    identity = Identity(host=SERVER.host, mail_domain="example.org", service=service)
    assert explained(62, leaf("other.net"), identity).facts["faults"] == ["name"]
