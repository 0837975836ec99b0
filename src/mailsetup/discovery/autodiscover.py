"""The Source `autodiscover`: Microsoft's way to ask a mail domain for the settings of one address.

A last resort, and anonymous: no password is ever sent, so of an Exchange we learn only that it is there. The
address goes to hosts inside the mail domain alone, over HTTPS alone. Where a plain redirect or a record
leads outside nothing of it goes, and no name is ever built above the mail domain.

Microsoft, "Autodiscover for Exchange" (the places, in this order) and [MS-OXDISCO], section 3.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailsetup.account import Address, Protocol
from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust
from mailsetup.discovery.poxpost import (
    PATH,
    Post,
    look_at_stranger,
    own_places,
    place_at,
    read_target,
    tell_stranger,
)
from mailsetup.discovery.question import EVERY_PROTOCOL, Question, Reply, Request
from mailsetup.discovery.reading import read_host
from mailsetup.discovery.webfile import Origin, tell_hops
from mailsetup.errors import Message, say
from mailsetup.net import suffixes
from mailsetup.net.door import Net
from mailsetup.net.failures import ConnectFailed
from mailsetup.net.names import Srv

SOURCE = "autodiscover"


def last_questions(request: Request, findings: Sequence[Finding]) -> tuple[Question, ...]:
    """The two own hosts, the plain redirect and the record; where there is no address to send, why not."""
    subject = request.subject
    if not isinstance(subject, Address):
        why = say("Not asked, because autodiscover is asked with an address, and only a domain was given.")
        return (NotAsked(why=why),)
    if not request.send_address:
        why = say("Not asked, because it has to be told the address (--no-send-address).")
        return (NotAsked(why=why),)
    domain = subject.domain
    posts = tuple(
        Post(
            source=SOURCE,
            text=place,
            domain=domain.ascii,
            subject=subject,
            address=subject,
            best=Trust.VERIFIED,
        )
        for place in own_places(domain)
    )
    leads: list[Question] = []
    redirecting, record = f"autodiscover.{domain.ascii}", f"_autodiscover._tcp.{domain.ascii}"
    if not suffixes.is_foreign(redirecting, domain):
        text = f"http://{redirecting}{PATH}"
        leads.append(
            PlainRedirect(source=SOURCE, text=text, domain=domain.ascii, subject=subject, address=subject)
        )
    leads.append(
        Record(source=SOURCE, text=f"SRV {record}", domain=domain.ascii, subject=subject, address=subject)
    )
    return (*posts, *leads)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsked:
    """In place of the questions, why none is asked."""

    why: Message
    source: str = SOURCE
    text: str = SOURCE
    best: Trust = Trust.GUESSED
    about: frozenset[Protocol] = frozenset()
    local: bool = True

    async def ask(self, net: Net) -> Reply:
        """Say why; the network is left alone."""
        return Reply(
            Finding(source=self.source, question=self.text, outcome=Outcome.SKIPPED, detail=self.why)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead(Origin):
    """A question that is told nothing but the domain, and whose answer is a place to ask at."""

    address: Address
    best: Trust
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = False

    def lead_to(self, place: str, trust: Trust, *seen: Evidence) -> Reply:
        """Ask at a place inside the mail domain, unless that is asked anyway."""
        if place in own_places(self.address.domain):
            why = say("{question} leads to {place}, which is asked anyway.", question=self.text, place=place)
            return Reply(self.nothing(why, *seen))
        why = say("{question} leads to {place}, so that was asked next.", question=self.text, place=place)
        finding = self.nothing(why, *seen)
        post = Post(
            source=self.source,
            text=place,
            domain=self.domain,
            subject=self.subject,
            address=self.address,
            best=trust,
            before=finding.evidence,
        )
        return Reply(finding, (post,))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRedirect(Lead):
    """Where http://autodiscover.example.org redirects to. What it answers itself does not count."""

    best: Trust = Trust.UNSIGNED

    async def ask(self, net: Net) -> Reply:
        """Ask for the page, with nothing of the address."""
        try:
            page = await net.get(self.text)
        except ConnectFailed as failure:
            if failure.attempts:
                raise
            return Reply(self.nothing(failure.happened))
        seen = tell_hops(page)
        targets = (read_target(hop, hop) for hop in page.hops[1:])
        target = next((target for target in targets if target is not None), None)
        if target is None:
            why = say("{url} does not redirect to an HTTPS address, which is all that counts.", url=self.text)
            return Reply(self.nothing(why, *seen))
        if suffixes.is_foreign(target.host, self.address.domain):
            return Reply(tell_stranger(self, target.host, page, *seen))
        return self.lead_to(str(target), self.best, *seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Lead):
    """The SRV record _autodiscover._tcp.example.org."""

    # Signed by DNSSEC.
    best: Trust = Trust.VERIFIED

    async def ask(self, net: Net) -> Reply:
        """Ask DNS; where the record names a stranger, look at that without the address."""
        answer = await net.srv(self.text.removeprefix("SRV "))
        seen = tuple(
            Evidence(asked=self.text, answer=f"{one.port} {one.target or '.'}", secure=answer.signed)
            for one in answer.records
        )
        host = best_host(answer.records)
        if host is None:
            why = say("There is no such record that names a host and port 443.")
            return Reply(self.nothing(why, *seen))
        if suffixes.is_foreign(host, self.address.domain):
            return Reply(await look_at_stranger(self, net, host, *seen))
        return self.lead_to(place_at(host), Trust.VERIFIED if answer.signed else Trust.UNSIGNED, *seen)


def best_host(records: Sequence[Srv]) -> str | None:
    """The host to ask, by priority, weight and name (RFC 2782). Only port 443 is autodiscover's."""
    for record in sorted(records, key=lambda one: (one.priority, -one.weight, one.target)):
        try:
            host = read_host(record.target)
        except ValueError:
            continue
        if record.port == 443:
            return host
    return None
