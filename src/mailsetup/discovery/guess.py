"""The Source `guess`: where nobody says anything good, likely hosts of the mail domain are spoken to.

Only names inside the mail domain are tried, and a host is believed only once it has proven its own name by
its certificate and has spoken the protocol. No password and no address is ever sent.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import anyio

from mailsetup.account import (
    WELL_KNOWN_PORTS,
    Domain,
    Protocol,
    Security,
    Server,
    domain_of,
    host_name,
)
from mailsetup.discovery import mx
from mailsetup.discovery.finding import Evidence, Finding, Offer, Outcome, Trust
from mailsetup.discovery.naming import absences
from mailsetup.discovery.probing import probe
from mailsetup.discovery.question import Question, Reply, Request
from mailsetup.discovery.wildcard import WildcardQuestion
from mailsetup.errors import (
    CheckFailed,
    MailsetupError,
    Message,
    NetworkFailed,
    Unsafe,
    say,
)
from mailsetup.net import suffixes
from mailsetup.net.door import Net

SOURCE = "guess"

PORT_SECONDS = 2.5
"""How long one port may take, from the connection to the last answer."""
STAGGER_SECONDS = 0.1
"""How much later the next likely host is spoken to."""

# Of each protocol the likeliest first; "" is the mail domain's own host. Large sites watch that one for
# port scans, so it comes last.
_LABELS = {
    Protocol.IMAP: ("imap", "mail", ""),
    Protocol.POP3: ("pop", "pop3", "mail", ""),
    Protocol.SMTP: ("smtp", "mail", ""),
}
# What tells a person most.
_TELLING: tuple[type[MailsetupError], ...] = (Unsafe, CheckFailed, NetworkFailed)
_OUTCOMES = (Outcome.REFUSED, Outcome.NOTHING, Outcome.FAILED)


def questions(request: Request) -> tuple[Question, ...]:
    """Whether DNS knows every name below the mail domain."""
    domain = domain_of(request.subject)
    if suffixes.is_public_suffix(domain.ascii):
        return ()
    return (WildcardQuestion(domain=domain, source=SOURCE),)


def last_questions(request: Request, findings: Sequence[Finding]) -> tuple[Question, ...]:
    """One question a protocol and host, and none about a protocol that is decidedly not offered.

    None at all below a public suffix, where every host may be somebody else's.
    """
    domain = domain_of(request.subject)
    if suffixes.is_public_suffix(domain.ascii):
        return ()
    gone = absences(findings)
    wanted = [protocol for protocol in Protocol if protocol not in gone]
    asked: list[Question] = [AbsentQuestion(protocol=protocol, domain=domain) for protocol in gone]
    for turn, protocol in enumerate(wanted):
        likely = likely_hosts(protocol, domain)
        # All protocols have their likeliest hosts asked before any has its second.
        before = [
            tuple(
                host
                for place, other in enumerate(wanted)
                for host in likely_hosts(other, domain)[: number + (place < turn)]
            )
            for number in range(len(likely))
        ]
        tried: list[HostQuestion | MxHostQuestion] = [
            HostQuestion(protocol=protocol, host=host, before=hosts)
            for host, hosts in zip(likely, before, strict=True)
        ]
        if mx.SOURCE not in request.left_out:
            tried.insert(-1, MxHostQuestion(protocol=protocol, domain=domain, before=before[-1]))
        asked += tried
    return tuple(asked)


def likely_hosts(protocol: Protocol, domain: Domain) -> tuple[str, ...]:
    """The hosts (A-labels) of a domain that are worth a try, the likeliest first."""
    hosts = []
    for label in _LABELS[protocol]:
        try:
            hosts.append(host_name(f"{label}.{domain.ascii}" if label else domain.ascii))
        except ValueError:
            # The whole is longer than a name may be.
            continue
    return tuple(hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostQuestion:
    """Whether a host (A-labels) speaks a protocol. before: the likelier hosts, which have their turn first.

    One port after the other, TLS before STARTTLS: no host ever has more than one connection for a protocol.
    """

    protocol: Protocol
    host: str
    before: tuple[str, ...] = ()
    source: str = SOURCE
    best: Trust = Trust.GUESSED
    local: bool = False

    @property
    def text(self) -> str:
        """The question as one reads it: "IMAP imap.example.org"."""
        return f"{self.protocol.label} {self.host}"

    @property
    def about(self) -> frozenset[Protocol]:
        """The protocol."""
        return frozenset({self.protocol})

    async def ask(self, net: Net) -> Reply:
        """Ask DNS, wait for its turn, and speak to the host."""
        if not await self._exists(net):
            return Reply(_nothing(self.text, say("There is no host {host}.", host=self.host)))
        await self._wait_for_its_turn(net)
        faults: list[MailsetupError] = []
        for security in (Security.TLS, Security.STARTTLS):
            port = WELL_KNOWN_PORTS[self.protocol, security]
            server = Server(protocol=self.protocol, host=self.host, port=port, security=security)
            try:
                with anyio.fail_after(PORT_SECONDS):
                    return Reply(_found(self.text, *await probe(net, server)))
            except TimeoutError:
                faults.append(_silent(server))
            except _TELLING as fault:
                faults.append(fault)
        return Reply(_failed(self.text, faults))

    async def _exists(self, net: Net) -> bool:
        """Whether there is such a host, or the user leads connections to it elsewhere."""
        ports = (WELL_KNOWN_PORTS[self.protocol, security] for security in (Security.TLS, Security.STARTTLS))
        if any(net.destination(self.host, port)[0] != self.host for port in ports):
            return True
        return bool((await net.addresses(self.host)).records)

    async def _wait_for_its_turn(self, net: Net) -> None:
        """A host that DNS does not know has no turn. All are asked for at once, so nobody waits long."""
        turns = 0
        with anyio.move_on_after(STAGGER_SECONDS * len(self.before)):
            for host in self.before:
                with suppress(NetworkFailed):
                    turns += bool((await net.addresses(host)).records)
            await anyio.sleep(STAGGER_SECONDS * turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class MxHostQuestion:
    """Whether the host that gets the domain's mail speaks a protocol, where it lies inside the domain."""

    protocol: Protocol
    domain: Domain
    before: tuple[str, ...] = ()
    source: str = SOURCE
    best: Trust = Trust.GUESSED
    local: bool = False

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"{self.protocol.label} at the MX of {self.domain.ascii}"

    @property
    def about(self) -> frozenset[Protocol]:
        """The protocol."""
        return frozenset({self.protocol})

    async def ask(self, net: Net) -> Reply:
        """Ask DNS for the host, then as HostQuestion does."""
        host = mx.best_host(await net.mx(self.domain.ascii))
        if host is None or suffixes.is_foreign(host, self.domain):
            why = say("{domain} gets its mail at no host of its own.", domain=self.domain)
            return Reply(_nothing(self.text, why))
        if host in likely_hosts(self.protocol, self.domain):
            return Reply(_nothing(self.text, say("{host} is tried already.", host=host)))
        reply = await HostQuestion(protocol=self.protocol, host=host, before=self.before).ask(net)
        return Reply(replace(reply.finding, question=self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentQuestion:
    """Stands in the place of all guesses at a protocol that is decidedly not offered. Nobody is asked."""

    protocol: Protocol
    domain: Domain
    source: str = SOURCE
    best: Trust = Trust.GUESSED
    about: frozenset[Protocol] = frozenset()
    local: bool = True

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"{self.protocol.label} {self.domain.ascii}"

    async def ask(self, net: Net) -> Reply:
        """Say why nobody is asked."""
        why = say(
            "Not guessed: {protocol} is decidedly not offered for {domain}.",
            protocol=self.protocol.label,
            domain=self.domain,
        )
        return Reply(Finding(source=SOURCE, question=self.text, outcome=Outcome.SKIPPED, detail=why))


def _found(question: str, server: Server, evidence: Evidence) -> Finding:
    return Finding(
        source=SOURCE,
        question=question,
        outcome=Outcome.FOUND,
        offers=(Offer(server=server),),
        trust=Trust.GUESSED,
        evidence=(evidence,),
    )


def _failed(question: str, faults: Sequence[MailsetupError]) -> Finding:
    """What kept each port from being believed; the one that says most is told."""

    def rank(fault: MailsetupError) -> int:
        return next(at for at, kind in enumerate(_TELLING) if isinstance(fault, kind))

    told = min(faults, key=rank)
    return Finding(
        source=SOURCE,
        question=question,
        outcome=_OUTCOMES[rank(told)],
        detail=told.happened,
    )


def _nothing(question: str, why: Message) -> Finding:
    return Finding(source=SOURCE, question=question, outcome=Outcome.NOTHING, detail=why)


def _silent(server: Server) -> NetworkFailed:
    return NetworkFailed(
        say("{host} does not answer on port {port}.", host=server.host, port=server.port),
        say("A firewall may block this port, here or there; try another port or another network."),
    )
