"""The Source `mx`: whoever receives a domain's mail may know its settings.

draft-ietf-mailmaint-autoconfig, URLs 3.1 to 3.4. An MX is plain DNS, so what it leads to is unsigned,
unless the MX itself was signed.
"""

from dataclasses import dataclass

from mailsetup.account import Domain, Protocol, domain_of, host_name
from mailsetup.discovery import autoconfig, ispdb, table
from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust, Warn
from mailsetup.discovery.question import EVERY_PROTOCOL, Question, Reply, Request
from mailsetup.discovery.webfile import WebFile
from mailsetup.errors import Message, say
from mailsetup.net import suffixes
from mailsetup.net.door import Net
from mailsetup.net.names import Answer, Mx

SOURCE = "mx"


def questions(request: Request) -> tuple[Question, ...]:
    """One question; its answer leads to more."""
    return (MxQuestion(request=request),)


@dataclass(frozen=True, slots=True, kw_only=True)
class MxQuestion:
    """The MX records of the mail domain."""

    request: Request
    source: str = SOURCE
    # A signed MX that leads to a provider's own file over HTTPS is proven all the way.
    best: Trust = Trust.VERIFIED
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = False

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"MX {domain_of(self.request.subject).ascii}"

    async def ask(self, net: Net) -> Reply:
        """Ask DNS, and say what to ask next."""
        domain = domain_of(self.request.subject)
        answer = await net.mx(domain.ascii)
        host = best_host(answer)
        owners = owners_of(host, domain) if host else ()
        evidence = tuple(
            Evidence(asked=self.text, answer=f"{mx.preference} {mx.host or '.'}", secure=answer.signed)
            for mx in answer.records
        )
        finding = Finding(
            source=SOURCE,
            question=self.text,
            outcome=Outcome.NOTHING,
            detail=_tell(domain, answer, host, owners),
            trust=Trust.VERIFIED if answer.signed else Trust.UNSIGNED,
            evidence=evidence,
            warnings=_doubts(domain, answer),
        )
        return Reply(finding, followers(self.request, host, owners, finding))


def best_host(answer: Answer[Mx]) -> str | None:
    """The host that gets the mail first, by preference and then by name, or None."""
    hosts = []
    for mx in answer.records:
        try:
            hosts.append((mx.preference, host_name(mx.host)))
        except ValueError:
            continue
    return min(hosts)[1] if hosts else None


def owners_of(host: str, domain: Domain) -> tuple[str, ...]:
    """The domains whose settings may be those of an MX host, the closest first.

    aspmx.l.google.com leads to l.google.com and google.com. Nothing is built above the registrable domain,
    and a host of the mail domain itself leads nowhere new.
    """
    registrable = suffixes.registrable(host)
    if registrable is None or domain.holds(host):
        return ()
    _, _, rest = host.partition(".")
    closest = (rest,) if rest.endswith("." + registrable) else ()
    return (*closest, registrable)


def followers(
    request: Request, host: str | None, owners: tuple[str, ...], mx: Finding
) -> tuple[Question, ...]:
    """What to ask about an MX host and its owners.

    What our table knows of it, then each owner's own file and its entry in the database.
    """
    subject, left_out = request.subject, request.left_out
    asked: list[Question] = []
    if host is not None and table.SOURCE not in left_out:
        asked.extend(table.mx_entries(host, subject, source=SOURCE, limit=mx.trust, before=mx.evidence))
    for owner in owners:
        if autoconfig.SOURCE not in left_out:
            url = autoconfig.host_url(owner)
            asked.append(
                WebFile(
                    source=SOURCE,
                    text=url,
                    domain=owner,
                    subject=subject,
                    best=mx.trust,
                    before=mx.evidence,
                )
            )
        if ispdb.SOURCE not in left_out:
            asked.append(
                ispdb.entry(request.ispdb, owner, subject, source=SOURCE, limit=mx.trust, before=mx.evidence)
            )
    return tuple(asked)


def _tell(domain: Domain, answer: Answer[Mx], host: str | None, owners: tuple[str, ...]) -> Message:
    if not answer.exists:
        return say("The domain {domain} does not exist in DNS.", domain=domain)
    if _is_null(answer):
        return say("The domain {domain} says that it takes no mail (null MX).", domain=domain)
    if host is None:
        return say("The domain {domain} names no host that receives its mail.", domain=domain)
    if not owners:
        return say("{domain} gets its mail at {host}, which leads to nobody else.", domain=domain, host=host)
    return say(
        "{domain} gets its mail at {host}, so {owners} was asked next.",
        domain=domain,
        host=host,
        owners=", ".join(owners),
    )


def _doubts(domain: Domain, answer: Answer[Mx]) -> tuple[Warn, ...]:
    if not answer.exists:
        text = say("The domain {domain} does not exist in DNS: check its spelling.", domain=domain)
        return (Warn("no-such-domain", text),)
    if _is_null(answer):
        text = say("The domain {domain} says that it takes no mail (null MX).", domain=domain)
        return (Warn("null-mx", text),)
    return ()


def _is_null(answer: Answer[Mx]) -> bool:
    # RFC 7505: one record, and its host is the root.
    return len(answer.records) == 1 and not answer.records[0].host
