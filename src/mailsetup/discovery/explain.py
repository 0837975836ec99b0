"""Why each answer counts, or does not: one sentence for each Finding. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailsetup.account import Domain, Protocol, Server, domain_of
from mailsetup.discovery.finding import Discovery, Finding, Trust
from mailsetup.discovery.naming import Named, absences, missing_hosts, name_all, places
from mailsetup.discovery.rank import make_candidate, order_servers
from mailsetup.errors import Message, say


def weigh(found: Discovery) -> tuple[Message, ...]:
    """One sentence for each Finding, in their order: what it counts for, or why it does not."""
    scales = _Scales.of(found)
    return tuple(map(scales.weigh, found.findings))


@dataclass(frozen=True, slots=True)
class _Scales:
    """All answers together, against which each is weighed.

    servers: those that are left, with all who name them. first: of these the one that stands first, by
    protocol. gone, missing: the protocols and hosts that are not there, and how far that may be believed.
    """

    domain: Domain
    servers: Sequence[Named]
    first: dict[Protocol, Named]
    gone: dict[Protocol, Trust]
    missing: dict[str, Trust]

    @classmethod
    def of(cls, found: Discovery) -> "_Scales":
        namings = name_all(found.findings, places(finding.source for finding in found.findings))
        order = order_servers(namings)
        servers = (*order.incoming, *order.outgoing)
        first: dict[Protocol, Named] = {}
        for named in servers:
            first.setdefault(named.server.protocol, named)
        return cls(
            domain=domain_of(found.subject),
            servers=servers,
            first=first,
            gone=absences(found.findings),
            missing=missing_hosts(found.findings),
        )

    def weigh(self, finding: Finding) -> Message:
        if finding.absent:
            return self._weigh_absence(finding)
        dropped = self._why_dropped(finding)
        kept = [named for named in self.servers if any(one.finding is finding for one in named.namings)]
        if not kept:
            return dropped or finding.detail or say("It names no server.")
        counts = self._weigh_servers(finding, kept)
        return counts if dropped is None else say("{counts} {dropped}", counts=counts, dropped=dropped)

    def _weigh_servers(self, finding: Finding, kept: Sequence[Named]) -> Message:
        standing = [named for named in kept if named is self.first.get(named.server.protocol)]
        leading = [named for named in standing if named.namings[0].finding is finding]
        if not standing:
            return self._weigh_alternatives(kept)
        if not leading:
            return say(
                "Agrees with {question} about {protocols}.",
                question=standing[0].namings[0].finding.question,
                protocols=_labels(named.server.protocol for named in standing),
            )
        protocols = _labels(named.server.protocol for named in leading)
        host = self._host_to_accept(leading)
        if host is not None:
            return say(
                "Stands first for {protocols}, but is used only after a yes: {host} does not belong to "
                "{domain}, and nothing proven names it.",
                protocols=protocols,
                host=host,
                domain=self.domain,
            )
        return say("Counts: it stands first for {protocols}.", protocols=protocols)

    def _weigh_alternatives(self, kept: Sequence[Named]) -> Message:
        named = kept[0]
        better = self.first[named.server.protocol]
        place, question = _place(better.server), better.namings[0].finding.question
        host = self._host_to_accept(kept)
        if host is not None:
            return say(
                "Stands behind {place}, and is used only after a yes: {host} does not belong to {domain}, "
                "and nothing proven names it.",
                place=place,
                host=host,
                domain=self.domain,
            )
        if named.plain and not better.plain:
            return say("Stands last: what it names takes mail and password without encryption.")
        if named.trust < better.trust:
            return say(
                "Stands behind {place}: {question} names that and can be trusted more.",
                place=place,
                question=question,
            )
        return say("Kept as an alternative to {place}, which stands first.", place=place)

    def _weigh_absence(self, finding: Finding) -> Message:
        protocols = _labels(finding.absent)
        named = [self.first[protocol] for protocol in finding.absent if protocol in self.first]
        if any(protocol not in self.gone for protocol in finding.absent):
            return say(
                "Counts for this service alone: {protocols} may still be offered by another.",
                protocols=protocols,
            )
        if named:
            return say(
                "Does not count: {question} can be trusted more and names {place}.",
                question=named[0].namings[0].finding.question,
                place=_place(named[0].server),
            )
        return say("Counts: {protocols} left out, and not guessed either.", protocols=protocols)

    def _why_dropped(self, finding: Finding) -> Message | None:
        servers = [offer.server for offer in finding.offers]
        denied = {one.protocol for one in servers if finding.trust <= self.gone.get(one.protocol, -1)}
        if denied:
            return say("Left out, because decidedly not offered: {protocols}.", protocols=_labels(denied))
        hosts = dict.fromkeys(one.host for one in servers if finding.trust <= self.missing.get(one.host, -1))
        if hosts:
            return say("Left out, because not in DNS: {hosts}.", hosts=", ".join(hosts))
        return None

    def _host_to_accept(self, servers: Iterable[Named]) -> str | None:
        candidates = (make_candidate(named, self.domain) for named in servers)
        return next((one.server.host for one in candidates if one.needs_consent), None)


def _labels(protocols: Iterable[Protocol]) -> str:
    found = set(protocols)
    return ", ".join(protocol.label for protocol in Protocol if protocol in found)


def _place(server: Server) -> str:
    return f"{server.host}:{server.port}"
