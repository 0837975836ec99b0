"""The Source `srv`: the servers that a domain names in DNS.

RFC 6186 and RFC 8314 (section 5.1) say which services, RFC 2782 how a record reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mailsetup.account import Protocol, Security, Server, domain_of, host_name
from mailsetup.discovery.finding import Evidence, Finding, Offer, Outcome, Trust
from mailsetup.discovery.question import Question, Reply, Request
from mailsetup.errors import Message, say
from mailsetup.net import suffixes
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

MAX_OFFERS = 50


def questions(request: Request) -> tuple[Question, ...]:
    """One question a service."""
    domain = domain_of(request.subject).ascii
    return tuple(SrvQuestion(service=service, domain=domain) for service in SERVICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SrvQuestion:
    """The records of one service of one domain (A-labels)."""

    service: str
    domain: str
    source: str = SOURCE
    # Signed by DNSSEC.
    best: Trust = Trust.VERIFIED
    local: bool = False

    @property
    def name(self) -> str:
        """The name in DNS: _imaps._tcp.example.org."""
        return f"_{self.service}._tcp.{self.domain}"

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"SRV {self.name}"

    @property
    def about(self) -> frozenset[Protocol]:
        """The protocol of the service."""
        return frozenset({SERVICES[self.service][0]})

    async def ask(self, net: Net) -> Reply:
        """Ask DNS."""
        return Reply(read_answer(self.service, self.text, await net.srv(self.name)))


def read_answer(service: str, question: str, answer: Answer[Srv]) -> Finding:
    """What the records of one service mean. Pure."""
    protocol = SERVICES[service][0]
    offers = tuple(_offers(service, answer.records))[:MAX_OFFERS]
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
            for record in answer.records[:MAX_OFFERS]
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


def _offers(service: str, records: Iterable[Srv]) -> Iterable[Offer]:
    protocol, security = SERVICES[service]
    for record in sorted(records, key=_rank):
        # Large providers publish their port for implicit TLS under the older name.
        implicit = service == "submission" and record.port == 465
        try:
            server = Server(
                protocol=protocol,
                host=host_name(record.target),
                port=record.port,
                security=Security.TLS if implicit else security,
            )
        except ValueError:
            continue
        # A name such as "co.uk" is nobody's host.
        if suffixes.registrable(server.host) is not None:
            yield Offer(server=server, priority=record.priority, weight=record.weight)


def _rank(record: Srv) -> tuple[int, int, str, int]:
    # RFC 2782 draws lots by weight, to spread connections. Settings are written once and must come out the
    # same the next time, so the likeliest of the lot stands first, and names decide between equals.
    return record.priority, -record.weight, record.target, record.port


def _shown(record: Srv) -> str:
    return f"{record.priority} {record.weight} {record.port} {record.target or '.'}"
