"""From Findings to Candidates, best first. Pure.

Trust comes first; then the provider's own order of protocols; within a protocol TLS before STARTTLS
(RFC 8314, section 3), then the SRV record's own order, or the file's. Servers without encryption
come last of all, whoever names them (RFC 8314, section 5.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mailsetup.account import Domain, Protocol, Subject, domain_of
from mailsetup.discovery.doubts import doubt_answers, doubt_server
from mailsetup.discovery.finding import Candidate, Discovery, Finding, Outcome, Trust
from mailsetup.discovery.naming import Named, Naming, bears_on, group_by_server, name_all, places
from mailsetup.net.suffixes import is_foreign

T = TypeVar("T")

_IMAP_FIRST = {Protocol.IMAP: 0, Protocol.POP3: 1}


@dataclass(frozen=True, slots=True)
class Order:
    """Servers, best first."""

    incoming: tuple[Named, ...]
    outgoing: tuple[Named, ...]

    @property
    def all(self) -> tuple[Named, ...]:
        """Of both ways."""
        return self.incoming + self.outgoing

    @property
    def incoming_place(self) -> int | None:
        """The place of the answer that names the best incoming server, whose outgoing one is liked best."""
        return self.incoming[0].namings[0].place if self.incoming else None


def rank(subject: Subject, findings: Sequence[Finding]) -> Discovery:
    """All that the Findings mean together. They stand in the order of the questions."""
    domain = domain_of(subject)
    order = order_servers(name_all(findings, places(finding.source for finding in findings)))
    # What is shown as the provider's own words must not be a stranger's.
    vouched = sorted(
        (
            one
            for one in findings
            if bears_on(one, order.all)
            and (one.ours or (one.outcome is Outcome.FOUND and one.trust >= Trust.CURATED))
        ),
        key=lambda one: -one.trust,
    )
    hints = [hint for finding in vouched for hint in finding.hints]
    return Discovery(
        subject=subject,
        incoming=tuple(make_candidate(named, domain) for named in order.incoming),
        outgoing=tuple(make_candidate(named, domain) for named in order.outgoing),
        findings=tuple(findings),
        provider=_first((finding.provider for finding in vouched), ""),
        hints=tuple(hint for at, hint in enumerate(hints) if hint not in hints[:at]),
        warnings=doubt_answers(domain, findings, order.all),
    )


def order_servers(namings: Iterable[Naming]) -> Order:
    """All servers in hand, best first."""
    namings = tuple(namings)
    named = group_by_server(namings)
    protocols = _order_protocols(naming for naming in namings if naming.offer.server.protocol.incoming)
    incoming = sorted(
        (server for server in named if server.server.protocol.incoming),
        key=lambda server: (
            server.plain,
            -server.trust,
            protocols[server.trust, server.server.protocol],
            server.standing(),
            server.own_order,
        ),
    )
    liked = Order(tuple(incoming), ()).incoming_place
    outgoing = sorted(
        (server for server in named if not server.server.protocol.incoming),
        key=lambda server: (server.standing(liked), server.own_order),
    )
    return Order(tuple(incoming), tuple(outgoing))


def _order_protocols(namings: Iterable[Naming]) -> dict[tuple[Trust, Protocol], int]:
    """Where each protocol stands among equally trusted answers: as the first that names it has it.

    SRV has priorities that compare across services, and IMAP first where they are equal (RFC 6186,
    section 3.4); a file has its lines. A server without encryption does not speak for its protocol.
    """

    def key(naming: Naming) -> tuple[bool, int, int, int]:
        offer = naming.offer
        if offer.priority is None:
            own = (0, naming.line)
        else:
            own = (offer.priority, _IMAP_FIRST[offer.server.protocol])
        return Named((naming,)).plain, naming.place, *own

    stands: dict[tuple[Trust, Protocol], int] = {}
    for naming in sorted(namings, key=key):
        stands.setdefault((naming.finding.trust, naming.offer.server.protocol), len(stands))
    return stands


def make_candidate(named: Named, domain: Domain) -> Candidate:
    """One server as it is shown: what the most trusted says of it; what it leaves open, from the others.

    How to log in, and what stays on the server, is taken from nobody who could be a stranger, unless only
    such name the server: a wrong user name, or a word of OAuth2, could keep people out.
    """
    heard = [
        naming.offer for naming in named.namings if naming.finding.trust >= min(named.trust, Trust.CURATED)
    ]
    return Candidate(
        server=replace(
            named.server,
            auth=_first((offer.server.auth for offer in heard), ()),
            username=_first((offer.server.username for offer in heard), None),
        ),
        trust=named.trust,
        foreign=is_foreign(named.server.host, domain),
        sources=tuple(dict.fromkeys(naming.finding.source for naming in named.namings)),
        from_srv=_first((naming.finding.service for naming in named.namings), None),
        retention=_first((offer.retention for offer in heard), None),
        warnings=doubt_server(named.server),
    )


def _first(values: Iterable[T], otherwise: T) -> T:
    return next((value for value in values if value), otherwise)
