"""When enough is known. Pure: what is in hand and what is still open decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailsetup.account import Domain, Protocol
from mailsetup.discovery.finding import Candidate, Finding, Trust
from mailsetup.discovery.naming import SECURITY_ORDER, Standing, absences, name_all, places
from mailsetup.discovery.question import Question
from mailsetup.discovery.rank import make_candidate, order_servers
from mailsetup.discovery.run import Asked, Patience

_SAFEST = min(SECURITY_ORDER.values())


@dataclass(frozen=True, slots=True)
class _Hand:
    """What is in hand.

    best: how the best server of each protocol stands. usable: the protocols that have one which is encrypted
    and needs no yes. gone: the protocols that are decidedly not offered. liked: the place of the answer from
    which the outgoing server is taken if it can be.
    """

    best: Mapping[Protocol, Standing]
    usable: frozenset[Protocol]
    gone: Mapping[Protocol, Trust]
    liked: int | None

    @property
    def good(self) -> bool:
        """Whether it would do: a usable server each way."""
        return {protocol.incoming for protocol in self.usable} == {True, False}

    @property
    def full(self) -> bool:
        """Whether there is an encrypted server each way, though it may need a yes."""
        safe = {protocol.incoming for protocol, standing in self.best.items() if not standing.plain}
        return safe == {True, False}


def patience_for(domain: Domain) -> Callable[[Sequence[Asked]], Patience]:
    """The rule for one mail domain, to be given to the runner."""
    told: list[tuple[Finding, int]] = []
    hand = _weigh(told, domain)

    def patience(asked: Sequence[Asked]) -> Patience:
        nonlocal told, hand
        placed = list(zip(asked, places(one.question.source for one in asked), strict=True))
        tell = [(one.finding, place) for one, place in placed if one.finding and _tells(one.finding)]
        # Most answers say nothing, and change nothing: weighing is what takes long.
        if tell != told:
            told, hand = tell, _weigh(tell, domain)
        still_open = [(one.question, place) for one, place in placed if not one.finding]
        hopes = [question.best for question, place in still_open if _could_change(hand, question, place)]
        if not hopes:
            return Patience.NO_MORE if hand.good else Patience.LAST_RESORT
        # Where all needs a yes, a guess could at most spare that: worth a moment, but many ports are silent.
        if hand.good or (hand.full and max(hopes) is Trust.GUESSED):
            return Patience.BRIEFLY
        return Patience.TO_THE_END

    return patience


def never_enough(asked: Sequence[Asked]) -> Patience:
    """The rule of those who want to see every answer, the last resorts' too."""
    return Patience.LAST_RESORT if all(one.finding for one in asked) else Patience.TO_THE_END


def _tells(finding: Finding) -> bool:
    """Whether it has a say in what is in hand. Of SRV, to have no record is an answer (naming.absences)."""
    return bool(finding.offers or finding.absent or finding.missing or finding.service)


def _weigh(told: Sequence[tuple[Finding, int]], domain: Domain) -> _Hand:
    findings = [finding for finding, _ in told]
    order = order_servers(name_all(findings, [place for _, place in told]))
    best: dict[Protocol, Standing] = {}
    for named in order.all:
        protocol = named.server.protocol
        if protocol not in best:
            best[protocol] = named.standing(None if protocol.incoming else order.incoming_place)
    usable = (named.server.protocol for named in order.all if _is_usable(make_candidate(named, domain)))
    return _Hand(best, frozenset(usable), absences(findings), order.incoming_place)


def _could_change(hand: _Hand, question: Question, place: int) -> bool:
    """Whether an answer could better the best IMAP, POP3 or outgoing server in hand."""
    return any(_betters(hand, question, place, protocol) for protocol in question.about)


def _betters(hand: _Hand, question: Question, place: int, protocol: Protocol) -> bool:
    held = hand.best.get(protocol)
    if held is None or not (hand.good or protocol in hand.usable):
        # What cannot be used is bettered by anything that can; a "no" only by what is trusted more.
        return question.best > hand.gone.get(protocol, -1)
    hoped = Standing(
        plain=False,
        distrust=-question.best,
        elsewhere=not protocol.incoming and hand.liked is not None and place != hand.liked,
        security=_SAFEST,
        place=place,
    )
    return hoped < held


def _is_usable(found: Candidate) -> bool:
    return not found.needs_consent and not any(warning.code == "plain" for warning in found.warnings)
