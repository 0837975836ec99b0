"""The Source `srv`: the servers that a domain names in DNS.

RFC 6186 and RFC 8314 (section 5.1) say which services, RFC 2782 how a record reads.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from mailsetup.account import WELL_KNOWN_PORTS, Domain, Protocol, Security, Server, domain_of
from mailsetup.discovery.finding import Evidence, Finding, Offer, Outcome, Trust, Warn
from mailsetup.discovery.question import Question, Reply, Request
from mailsetup.discovery.reading import MAX_SERVERS, read_host
from mailsetup.errors import Message, say
from mailsetup.net.door import Net
from mailsetup.net.names import Answer, Srv

SOURCE = "srv"

SERVICES: dict[str, tuple[Protocol, Security]] = {
    "imaps": (Protocol.IMAP, Security.TLS),
    "imap": (Protocol.IMAP, Security.STARTTLS),
    "pop3s": (Protocol.POP3, Security.TLS),
    "pop3": (Protocol.POP3, Security.STARTTLS),
    "submissions": (Protocol.SMTP, Security.TLS),
    "submission": (Protocol.SMTP, Security.STARTTLS),
}
"""The service labels. Those without "s" are never used without STARTTLS (RFC 6186, section 3)."""

MAX_LOOKED_UP = 8
"""How many of the hosts that a service names are looked up, the best of them."""

_KNOWN_PORTS = {(protocol, port): security for (protocol, security), port in WELL_KNOWN_PORTS.items()}


def questions(request: Request) -> tuple[Question, ...]:
    """One question a service."""
    domain, lot = domain_of(request.subject), str(request.subject).lower()
    return tuple(SrvQuestion(service=service, domain=domain, lot=lot) for service in SERVICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SrvQuestion:
    """The records of one service of one domain. lot: for whom the order is drawn (see draw_order)."""

    service: str
    domain: Domain
    lot: str
    source: str = SOURCE
    # Signed by DNSSEC.
    best: Trust = Trust.VERIFIED
    local: bool = False

    @property
    def name(self) -> str:
        """The name in DNS: _imaps._tcp.example.org."""
        return f"_{self.service}._tcp.{self.domain.ascii}"

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"SRV {self.name}"

    @property
    def about(self) -> frozenset[Protocol]:
        """The protocol of the service."""
        return frozenset({SERVICES[self.service][0]})

    async def ask(self, net: Net) -> Reply:
        """Ask DNS, and then whether the hosts that it names exist."""
        finding = read_answer(self.service, self.text, await net.srv(self.name), self.lot)
        servers = [offer.server for offer in finding.offers]
        # Where the user leads a connection to another host, this one need not exist.
        hosts = dict.fromkeys(
            one.host for one in servers if net.destination(one.host, one.port)[0] == one.host
        )
        looked_up = list(hosts)[:MAX_LOOKED_UP]
        return Reply(finding, tuple(TargetQuestion(host=host, domain=self.domain) for host in looked_up))


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetQuestion:
    """Whether a host (A-labels) that a domain names has an address.

    DNS alone is asked: a foreign host is not spoken to before the user's yes (RFC 6186, section 6).
    """

    host: str
    domain: Domain
    source: str = SOURCE
    best: Trust = Trust.UNSIGNED
    # It names no server, so nobody waits for it.
    about: frozenset[Protocol] = frozenset()
    local: bool = False

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"AAAA and A {self.host}"

    async def ask(self, net: Net) -> Reply:
        """Ask DNS."""
        return Reply(read_target(self.domain, self.host, self.text, await net.addresses(self.host)))


def read_target(domain: Domain, host: str, question: str, answer: Answer[str]) -> Finding:
    """What the addresses of a host mean, or that there are none. Pure."""
    there = bool(answer.records)
    missing = say("{domain} names the mail server {host}, which does not exist.", domain=domain, host=host)
    return Finding(
        source=SOURCE,
        question=question,
        outcome=Outcome.NOTHING,
        detail=say("{host} has an address.", host=host) if there else missing,
        missing=frozenset() if there else frozenset({host}),
        trust=Trust.VERIFIED if answer.signed else Trust.UNSIGNED,
        evidence=tuple(
            Evidence(asked=question, answer=address, secure=answer.signed)
            for address in answer.records[:MAX_SERVERS]
        ),
        warnings=() if there else (Warn("missing-host", missing),),
    )


def read_answer(service: str, question: str, answer: Answer[Srv], lot: str = "") -> Finding:
    """What the records of one service mean, in the order that falls to a lot. Pure."""
    protocol = SERVICES[service][0]
    usable = [record for record in answer.records if _server(service, record) is not None]
    offers = _offers(service, draw_order(usable, f"{lot} {question}"))[:MAX_SERVERS]
    absent = _is_absent(answer.records)
    outcome = Outcome.FOUND if offers else Outcome.ABSENT if absent else Outcome.NOTHING
    return Finding(
        source=SOURCE,
        question=question,
        outcome=outcome,
        detail=None if offers else _why_nothing(answer.records, absent),
        offers=offers,
        absent=frozenset({protocol}) if absent else frozenset(),
        trust=Trust.VERIFIED if answer.signed else Trust.UNSIGNED,
        evidence=tuple(
            Evidence(asked=question, answer=_shown(record), secure=answer.signed)
            for record in answer.records[:MAX_SERVERS]
        ),
        service=service,
    )


def _is_absent(records: tuple[Srv, ...]) -> bool:
    # RFC 2782: a target of "." counts only where it stands alone.
    return len(records) == 1 and not records[0].target


def _why_nothing(records: tuple[Srv, ...], absent: bool) -> Message:
    if absent:
        return say("The domain says that it does not offer this service.")
    if records:
        return say("None of the records names a host and port that can be used.")
    return say("There is no such record.")


def draw_order(records: Iterable[Srv], lot: str) -> list[Srv]:
    """The records, best first: by priority, and within one by lots that follow the weights (RFC 2782).

    The standard has a client draw anew each time it connects. Settings are written once, and a second run
    must come to the same: so the number drawn is a hash of the lot, which names the person and the question.
    One person always gets the same server, and many people are spread by weight. Nobody sees the hash.
    """
    ordered: list[Srv] = []
    # The order of a reply changes from time to time, so it must not count. Weight 0 stands first.
    left = sorted(records, key=lambda one: (one.priority, one.weight > 0, one.target, one.port, one.weight))
    while left:
        same = [record for record in left if record.priority == left[0].priority]
        sums = list(accumulate(record.weight for record in same))
        drawn = _draw(sums[-1], f"{lot} {len(ordered)}")
        chosen = next(at for at, total in enumerate(sums) if total >= drawn)
        ordered.append(left.pop(chosen))
    return ordered


def _draw(limit: int, lot: str) -> int:
    """A number from 0 to the limit, which is one of them, that depends on the lot alone."""
    digest = hashlib.sha256(lot.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest) % (limit + 1)


def _offers(service: str, records: Iterable[Srv]) -> tuple[Offer, ...]:
    """One offer a server; where it is named twice, its better place counts."""
    offers: dict[Server, Offer] = {}
    for record in records:
        server = _server(service, record)
        if server is not None:
            offers.setdefault(server, Offer(server=server, priority=record.priority))
    return tuple(offers.values())


def _server(service: str, record: Srv) -> Server | None:
    """The server of a record, or None where there can be none."""
    protocol, security = SERVICES[service]
    try:
        return Server(
            protocol=protocol,
            host=read_host(record.target),
            port=record.port,
            # Large providers publish port 465 under `_submission`. What a port is known for decides.
            security=_KNOWN_PORTS.get((protocol, record.port), security),
        )
    except ValueError:
        return None


def _shown(record: Srv) -> str:
    return f"{record.priority} {record.weight} {record.port} {record.target or '.'}"
