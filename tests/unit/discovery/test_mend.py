"""What the owner of a domain could mend, as far as the answers show it."""

from dataclasses import replace

import pytest
from tests.unit.discovery.world import ADA, IMAP, OWN_FILE, POP3, SMTP, found, server

from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust, Warn
from mailsetup.discovery.mend import mend
from mailsetup.discovery.rank import rank
from mailsetup.discovery.srv import SERVICES
from mailsetup.errors import say

CERTIFICATE = say("The certificate of {host} has expired.", host="autoconfig.example.org")


def answer(outcome: Outcome, question: str = OWN_FILE, **more: object) -> Finding:
    return Finding(source="fake", question=question, outcome=outcome, **more)


def records(outcome: Outcome = Outcome.NOTHING) -> list[Finding]:
    """What DNS says of all six services."""
    return [answer(outcome, f"SRV _{label}._tcp.example.org", service=label) for label in SERVICES]


def advice(*findings: Finding) -> list[str]:
    return [one.whole.render() for one in mend(rank(ADA, findings))]


def test_where_all_is_well_there_is_nothing_to_mend():
    assert advice(found(IMAP, POP3, SMTP, question=OWN_FILE)) == []


@pytest.mark.parametrize("code", ["no-such-domain", "null-mx"])
def test_a_domain_without_mail_has_no_owner_to_advise(code: str):
    assert advice(answer(Outcome.NOTHING, warnings=(Warn(code, say("No mail.")),)), *records()) == []


def test_a_warning_is_told_with_what_to_do_about_it():
    warning = Warn("unreadable", say("The settings cannot be read."))
    assert advice(answer(Outcome.NOTHING, warnings=(warning,))) == [
        "The settings cannot be read. Mend that file, or take it away."
    ]


def test_a_warning_that_the_owner_can_do_nothing_about_is_left_to_the_user():
    assert advice(found(IMAP, SMTP, warnings=(Warn("exchange", say("Ask.")),))) == []


def test_a_wrong_certificate_on_the_domains_own_host_is_to_be_mended():
    assert advice(answer(Outcome.REFUSED, detail=CERTIFICATE)) == [
        "The certificate of autoconfig.example.org has expired. Mend it, or take autoconfig.example.org "
        "out of DNS: no careful mail program takes settings there."
    ]


def test_what_is_wrong_with_a_host_is_told_once():
    other = "https://autoconfig.example.org/other"
    refused = [answer(Outcome.REFUSED, question, detail=CERTIFICATE) for question in (OWN_FILE, other)]
    assert len(advice(*refused)) == 1


def test_what_a_warning_has_told_is_not_told_again():
    why = say("The digest does not match.")
    [told] = advice(answer(Outcome.REFUSED, detail=why, warnings=(Warn("digest", why),)))
    assert told == "The digest does not match. Publish the digest of the file that is there now."


def test_a_host_that_exists_and_does_not_answer_is_to_be_mended():
    why = say("It does not answer.")
    assert advice(answer(Outcome.FAILED, detail=why)) == [
        "It does not answer. Mend it, or take autoconfig.example.org out of DNS: mail programs wait for it "
        "in vain."
    ]


@pytest.mark.parametrize(
    "question",
    [
        "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml",
        "https://ispdb.example/example.org",
        "IMAP imap.example.org",
        "http://autoconfig.example.org/mail/config-v1.1.xml",
    ],
)
def test_a_missing_web_site_a_stranger_or_a_guess_that_fails_needs_no_mending(question: str):
    assert advice(answer(Outcome.FAILED, question, detail=say("It does not answer."))) == []


def test_a_name_server_that_fails_is_to_be_mended():
    [told] = advice(*(replace(one, detail=say("No answer.")) for one in records(Outcome.FAILED)))
    assert told == "No answer. Mend the name servers of example.org: mail programs wait for them in vain."


def test_where_dns_knows_every_name_no_host_of_it_is_to_be_mended():
    wildcard = answer(Outcome.NOTHING, "AAAA and A x", warnings=(Warn("wildcard-dns", say("Every name.")),))
    [told] = advice(wildcard, answer(Outcome.REFUSED, detail=CERTIFICATE))
    assert told.startswith("Every name. Name in DNS")


def test_a_host_that_is_named_and_does_not_exist_is_to_be_mended():
    gone = answer(Outcome.NOTHING, "AAAA and A imap.example.org", missing=frozenset({IMAP.host, "x.example"}))
    assert advice(gone, found(IMAP, SMTP, question="SRV x")) == [
        "SRV x names imap.example.org, which does not exist in DNS. Give it an address, or name another host."
    ]


def test_settings_over_plain_http_are_to_be_moved():
    plain = Evidence(asked="http://example.org/x", answer="HTTP 200", secure=False)
    [told] = advice(found(IMAP, SMTP, evidence=(plain,)))
    assert told.startswith("http://example.org/x is plain HTTP")


def test_where_nothing_is_found_a_file_is_to_be_published():
    assert advice(answer(Outcome.NOTHING)) == [
        f"No mail program can find the servers of example.org by itself. Publish them at {OWN_FILE}."
    ]


def test_where_only_others_name_the_servers_a_file_is_to_be_published():
    assert advice(answer(Outcome.NOTHING), found(IMAP, SMTP, trust=Trust.CURATED)) == [
        "Nothing that example.org itself publishes proves its servers. Publish a settings file at "
        f"{OWN_FILE}."
    ]


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.SKIPPED, Outcome.FAILED])
def test_a_file_that_was_not_seen_to_be_missing_may_be_there(outcome: Outcome):
    assert not [told for told in advice(answer(outcome)) if "Publish" in told]


def test_records_that_are_missing_are_told_ready_for_the_zone():
    assert advice(found(IMAP, POP3, SMTP, question=OWN_FILE), *records()) == [
        f"DNS has no SRV record for {protocol}. This one would do: "
        f"_{label}._tcp.example.org. SRV 0 1 {place}."
        for protocol, label, place in (
            ("IMAP", "imaps", "993 imap.example.org"),
            ("POP3", "pop3s", "995 pop.example.org"),
            ("SMTP", "submissions", "465 smtp.example.org"),
        )
    ]


@pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.ABSENT, Outcome.CANCELLED, Outcome.FAILED])
def test_records_that_are_there_or_were_not_seen_are_not_missing(outcome: Outcome):
    told = advice(found(IMAP, SMTP, question=OWN_FILE), *records(outcome))
    assert not [one for one in told if "no SRV" in one]


def test_no_record_is_recommended_for_a_strangers_host():
    foreign = replace(found(server("imap", "imap.provider.example", 993)), trust=Trust.UNSIGNED)
    assert not [one for one in advice(foreign, *records()) if "no SRV" in one]
