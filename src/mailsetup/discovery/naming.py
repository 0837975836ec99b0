"""Who names which server: the Findings seen from the servers' side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailsetup.account import Protocol, Security, Server
from mailsetup.discovery.finding import Finding, Offer, Outcome, Trust
from mailsetup.discovery.srv import SERVICES
from mailsetup.discovery.srv import SOURCE as SRV

SECURITY_ORDER = {Security.TLS: 0, Security.STARTTLS: 1, Security.PLAIN: 2}
"""RFC 8314, section 3: TLS from the first byte is preferred."""

_SERVICES_OF = {
    protocol: frozenset(service for service, (spoken, _) in SERVICES.items() if spoken is protocol)
    for protocol in Protocol
}


@dataclass(frozen=True, slots=True)
class Naming:
    """One server as one answer names it.

    place: of the answer among all, 0 stands first. line: of the server within its Finding.
    """

    offer: Offer
    finding: Finding
    place: int
    line: int


class Standing(NamedTuple):
    """How well a server stands; less is better. elsewhere: not named by the answer one would like."""

    plain: bool
    distrust: int
    elsewhere: bool
    security: int
    place: int


@dataclass(frozen=True, slots=True)
class Named:
    """One server (protocol, host, port, security) and all who name it, the most trusted first."""

    namings: tuple[Naming, ...]

    @property
    def server(self) -> Server:
        """As the most trusted names it."""
        return self.namings[0].offer.server

    @property
    def trust(self) -> Trust:
        """The best of them."""
        return self.namings[0].finding.trust

    @property
    def plain(self) -> bool:
        """Whether nothing on it is encrypted."""
        return self.server.security is Security.PLAIN

    def standing(self, liked: int | None = None) -> Standing:
        """How it stands; liked: the place of the answer that one would rather take it from."""
        best = {naming.place for naming in self.namings if naming.finding.trust is self.trust}
        return Standing(
            plain=self.plain,
            distrust=-self.trust,
            elsewhere=liked is not None and liked not in best,
            security=SECURITY_ORDER[self.server.security],
            place=self.namings[0].place,
        )

    @property
    def own_order(self) -> tuple[int, int]:
        """Where the answer itself puts it: by SRV priority across services, then by its line."""
        first = self.namings[0]
        return first.offer.priority or 0, first.line


def places(sources: Iterable[str]) -> list[int]:
    """The place of each question's answer. All SRV records of a domain are one answer, so they share one."""
    first: dict[str | int, int] = {}
    return [first.setdefault(SRV if source == SRV else at, at) for at, source in enumerate(sources)]


def name_all(findings: Sequence[Finding | None], at: Sequence[int]) -> list[Naming]:
    """Every server that an answer in hand names, without those that are decidedly not there.

    at: the place of each Finding. A "no" counts as far as it may be believed: it removes what is trusted as
    little or less. Else whoever forges DNS could put a proven server out of the way of their own.
    """
    known = [finding for finding in findings if finding is not None]
    gone, missing = absences(known), missing_hosts(known)
    return [
        Naming(offer, finding, place, line)
        for finding, place in zip(findings, at, strict=True)
        if finding is not None and finding.outcome is Outcome.FOUND
        for line, offer in enumerate(finding.offers)
        if finding.trust > gone.get(offer.server.protocol, -1)
        and finding.trust > missing.get(offer.server.host, -1)
    ]


def missing_hosts(findings: Iterable[Finding]) -> dict[str, Trust]:
    """The hosts that do not exist, and how far that may be believed."""
    missing: dict[str, Trust] = {}
    for finding in findings:
        missing.update(
            {host: max(finding.trust, missing.get(host, finding.trust)) for host in finding.missing}
        )
    return missing


def bears_on(finding: Finding, named: Sequence[Named]) -> bool:
    """Whether what our table tells of a provider is to be told here. named: the servers, best first.

    It is true of the provider, but that a domain is there only an unsigned MX may say, and forgers would like
    to have their own server beside a great name. So then it must name the best server, or nobody else any.
    """
    if finding.trust >= Trust.CURATED or not finding.ours or not named:
        return True
    return any(naming.finding is finding for naming in named[0].namings)


def absences(findings: Iterable[Finding]) -> dict[Protocol, Trust]:
    """The protocols that are decidedly not offered, and how far that may be believed.

    Of SRV a "no" to one service is no "no" to its sibling: `_imap` absent and `_imaps` there means TLS only.
    So both must have been answered.
    """
    findings = tuple(findings)
    asked = [finding for finding in findings if finding.service is not None]
    gone: dict[Protocol, Trust] = {}
    for finding in findings:
        if finding.service is None:
            gone.update({each: max(finding.trust, gone.get(each, finding.trust)) for each in finding.absent})
    for protocol, services in _SERVICES_OF.items():
        answers = [finding for finding in asked if finding.service in services]
        decided = {finding.service for finding in answers} == services
        if decided and any(finding.absent for finding in answers) and not any(f.offers for f in answers):
            gone[protocol] = max(min(finding.trust for finding in answers), gone.get(protocol, Trust.GUESSED))
    return gone


def group_by_server(namings: Iterable[Naming]) -> list[Named]:
    """The same server named twice is one."""
    groups: dict[tuple[Protocol, str, int, Security], list[Naming]] = {}
    for naming in namings:
        server = naming.offer.server
        key = (server.protocol, server.host, server.port, server.security)
        groups.setdefault(key, []).append(naming)
    return [Named(tuple(sorted(group, key=_by_trust))) for group in groups.values()]


def _by_trust(naming: Naming) -> tuple[int, int, int]:
    return -naming.finding.trust, naming.place, naming.line
