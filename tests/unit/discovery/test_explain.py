"""Why an answer counts, or does not: one sentence for each Finding."""

from dataclasses import replace

import pytest
from tests.unit.discovery.world import ADA, IMAP, IMAP_STARTTLS, POP3, SMTP, found, server

from mailsetup.account import Protocol, Security
from mailsetup.discovery.explain import weigh
from mailsetup.discovery.finding import Discovery, Finding, Outcome, Trust
from mailsetup.discovery.rank import rank
from mailsetup.errors import say

OWN = "https://autoconfig.example.org/mail/config-v1.1.xml"
FOREIGN = server("imap", "imap.provider.example", 993)
PLAIN = server("imap", IMAP.host, 143, Security.PLAIN)
NO_IMAP = Finding(
    source="fake",
    question="the no",
    outcome=Outcome.ABSENT,
    detail=say("The domain says that it does not offer this service."),
    absent=frozenset({Protocol.IMAP}),
    trust=Trust.UNSIGNED,
)


def weighed(*findings: Finding) -> list[str]:
    """The sentences about these Findings."""
    return [why.render() for why in weigh(rank(ADA, findings))]


def own(*servers, **more):
    return found(*servers, source="autoconfig", question=OWN, **more)


def lesser(*servers, trust: Trust = Trust.CURATED, source: str = "ispdb", **more):
    return found(*servers, source=source, trust=trust, **more)


def test_there_is_a_sentence_for_every_finding_in_their_order():
    assert weighed(lesser(IMAP), own(IMAP, SMTP)) == [
        f"Agrees with {OWN} about IMAP.",
        "Counts: it stands first for IMAP, SMTP.",
    ]


def test_of_several_answers_each_may_stand_first_for_something():
    assert weighed(own(IMAP), lesser(POP3, SMTP)) == [
        "Counts: it stands first for IMAP.",
        "Counts: it stands first for POP3, SMTP.",
    ]


def test_another_door_of_the_same_house_is_an_alternative():
    assert weighed(own(IMAP), own(IMAP_STARTTLS))[1] == (
        "Kept as an alternative to imap.example.org:993, which stands first."
    )


def test_an_answer_that_names_others_stands_behind_one_that_is_trusted_more():
    other = server("imap", "old.example.org", 993)
    assert weighed(own(IMAP), lesser(other))[1] == (
        f"Stands behind imap.example.org:993: {OWN} names that and can be trusted more."
    )


def test_a_strangers_host_that_stands_first_waits_for_a_yes():
    assert weighed(lesser(FOREIGN, trust=Trust.UNSIGNED)) == [
        "Stands first for IMAP, but is used only after a yes: imap.provider.example does not belong to "
        "example.org, and nothing proven names it."
    ]


def test_a_strangers_host_that_stands_behind_needs_a_yes_as_well():
    assert weighed(own(IMAP), lesser(FOREIGN, trust=Trust.UNSIGNED))[1] == (
        "Stands behind imap.example.org:993, and is used only after a yes: imap.provider.example does not "
        "belong to example.org, and nothing proven names it."
    )


def test_a_server_without_encryption_stands_last():
    assert weighed(own(IMAP), own(PLAIN))[1] == (
        "Stands last: what it names takes mail and password without encryption."
    )


def test_what_is_decidedly_not_offered_is_left_out_and_the_no_counts():
    assert weighed(NO_IMAP, lesser(IMAP, trust=Trust.UNSIGNED)) == [
        "Counts: IMAP left out, and not guessed either.",
        "Left out, because decidedly not offered: IMAP.",
    ]


def test_of_an_answer_that_is_partly_left_out_both_is_told():
    assert weighed(NO_IMAP, lesser(IMAP, SMTP, trust=Trust.UNSIGNED))[1] == (
        "Counts: it stands first for SMTP. Left out, because decidedly not offered: IMAP."
    )


def test_a_no_does_not_count_against_a_better_answer():
    assert weighed(NO_IMAP, own(IMAP))[0] == (
        f"Does not count: {OWN} can be trusted more and names imap.example.org:993."
    )


def test_a_no_to_one_service_of_two_is_none_to_the_protocol():
    imap = replace(NO_IMAP, source="srv", service="imap")
    imaps = replace(found(IMAP, source="srv", trust=Trust.UNSIGNED), service="imaps")
    assert weighed(imap, imaps) == [
        "Counts for this service alone: IMAP may still be offered by another.",
        "Counts: it stands first for IMAP.",
    ]


def test_a_host_that_does_not_exist_is_left_out():
    gone = replace(found(source="fake", question="?"), outcome=Outcome.NOTHING, missing={IMAP.host})
    assert weighed(gone, own(IMAP))[1] == "Left out, because not in DNS: imap.example.org."


def test_that_a_host_does_not_exist_counts_for_nothing_against_those_who_are_trusted_more():
    gone = found(source="fake", question="?", trust=Trust.UNSIGNED)
    gone = replace(gone, outcome=Outcome.NOTHING, missing={IMAP.host})
    assert weighed(gone, own(IMAP))[1] == "Counts: it stands first for IMAP."


@pytest.mark.parametrize(
    "outcome", [Outcome.NOTHING, Outcome.FAILED, Outcome.REFUSED, Outcome.SKIPPED, Outcome.CANCELLED]
)
def test_an_answer_without_servers_gives_its_own_reason(outcome: Outcome):
    detail = say("Not waited for any longer.")
    finding = Finding(source="fake", question="?", outcome=outcome, detail=detail)
    assert weigh(rank(ADA, [finding])) == (detail,)


def test_one_that_gives_no_reason_names_no_server():
    assert weighed(Finding(source="fake", question="?", outcome=Outcome.FOUND)) == ["It names no server."]


def test_a_discovery_that_was_read_from_a_file_has_nothing_to_weigh():
    assert weigh(Discovery(subject=ADA, incoming=(), outgoing=(), findings=())) == ()
