"""The rule alone: what is in hand and what is still open, as plain data."""

from dataclasses import dataclass, replace

from tests.unit.discovery.world import DOMAIN, IMAP, POP3, SMTP, found, server

from mailsetup.account import Protocol
from mailsetup.discovery.finding import Finding, Outcome, Trust
from mailsetup.discovery.question import EVERY_PROTOCOL, Reply
from mailsetup.discovery.run import Asked, Patience
from mailsetup.discovery.stop import patience_for


@dataclass(frozen=True)
class Put:
    """A question that nobody asks here."""

    source: str
    best: Trust = Trust.VERIFIED
    text: str = "whatever"
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = False

    async def ask(self, net: object) -> Reply:
        raise AssertionError("the rule only looks")


def still_open(source: str = "autoconfig", best: Trust = Trust.VERIFIED) -> Asked:
    return Asked(Put(source, best))


def answered(finding: Finding) -> Asked:
    return Asked(Put(finding.source), finding=finding)


def srv(service: str, *servers, trust: Trust) -> Asked:
    return answered(found(*servers, source="srv", service=service, trust=trust))


def no_srv(service: str, protocol: Protocol, trust: Trust) -> Asked:
    absent = frozenset({protocol})
    return answered(
        Finding(
            source="srv",
            question=f"SRV {service}",
            outcome=Outcome.ABSENT,
            absent=absent,
            trust=trust,
            service=service,
        )
    )


def without_pop3(trust: Trust) -> list[Asked]:
    return [
        srv("imaps", IMAP, trust=trust),
        srv("submissions", SMTP, trust=trust),
        no_srv("pop3", Protocol.POP3, trust),
        no_srv("pop3s", Protocol.POP3, trust),
    ]


def test_what_signed_dns_denies_is_not_waited_for():
    assert patience_for(DOMAIN)([*without_pop3(Trust.VERIFIED), still_open()]) is Patience.NO_MORE


def test_what_unsigned_dns_denies_may_still_come_from_those_who_prove_it():
    assert patience_for(DOMAIN)([*without_pop3(Trust.UNSIGNED), still_open()]) is Patience.BRIEFLY


def test_what_unsigned_dns_denies_is_not_waited_for_from_those_who_prove_no_more():
    late = still_open("mx", best=Trust.UNSIGNED)
    assert patience_for(DOMAIN)([*without_pop3(Trust.UNSIGNED), late]) is Patience.NO_MORE


def test_an_answer_that_comes_later_counts():
    patience = patience_for(DOMAIN)
    first, second = still_open(), still_open("ispdb", best=Trust.CURATED)
    assert patience([first, second]) is Patience.TO_THE_END
    first.finding = found(IMAP, POP3, SMTP)
    assert patience([first, second]) is Patience.NO_MORE


def test_a_question_that_comes_in_before_a_good_answer_is_waited_for():
    patience = patience_for(DOMAIN)
    good = answered(found(IMAP, POP3, SMTP))
    assert patience([good, still_open("pacc")]) is Patience.NO_MORE
    assert patience([still_open(), good, still_open("pacc")]) is Patience.BRIEFLY


def test_a_host_that_turns_out_not_to_exist_is_no_longer_in_hand():
    patience = patience_for(DOMAIN)
    good, last = answered(found(IMAP, POP3, SMTP)), still_open("pacc")
    assert patience([good, last]) is Patience.NO_MORE
    gone = replace(found(source="srv"), outcome=Outcome.NOTHING, missing=frozenset({SMTP.host}))
    assert patience([good, answered(gone), last]) is Patience.TO_THE_END


FOREIGN = found(
    server("imap", "imap.provider.example", 993),
    server("pop3", "pop.provider.example", 995),
    server("smtp", "smtp.provider.example", 465),
    source="mx",
    trust=Trust.UNSIGNED,
)


def test_a_guess_that_could_spare_a_yes_is_worth_a_moment_and_no_more():
    guess = still_open("guess", best=Trust.GUESSED)
    assert patience_for(DOMAIN)([answered(FOREIGN), guess]) is Patience.BRIEFLY


def test_whoever_could_prove_another_server_than_a_strangers_is_waited_for():
    assert patience_for(DOMAIN)([answered(FOREIGN), still_open("autodiscover")]) is Patience.TO_THE_END
