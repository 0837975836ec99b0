"""Wildcard DNS (RFC 4592): where every name below a domain has an address, none of them proves anything."""

from dataclasses import dataclass

from mailsetup.account import Domain, Protocol
from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust, Warn
from mailsetup.discovery.question import Reply
from mailsetup.errors import say
from mailsetup.net.door import Net
from mailsetup.net.names import Answer

_NOBODY = "no-such-host-mailsetup"


@dataclass(frozen=True, slots=True, kw_only=True)
class WildcardQuestion:
    """Whether a name that nobody would give to a host has addresses all the same (RFC 4592)."""

    domain: Domain
    source: str
    best: Trust = Trust.GUESSED
    # It names no server, so nobody waits for it.
    about: frozenset[Protocol] = frozenset()
    local: bool = False

    @property
    def host(self) -> str:
        """The name that nobody would give (A-labels)."""
        return f"{_NOBODY}.{self.domain.ascii}"

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"AAAA and A {self.host}"

    async def ask(self, net: Net) -> Reply:
        """Ask DNS."""
        answer = await net.addresses(self.host)
        return Reply(read_answer(self.source, self.domain, self.text, answer))


def read_answer(source: str, domain: Domain, question: str, answer: Answer[str]) -> Finding:
    """What the addresses of a name mean that nobody uses, or that it has none. Pure."""
    if answer.records:
        detail = say(
            "The DNS of {domain} answers for every name, so that a name is known there proves nothing. "
            "A server there is believed by its certificate alone.",
            domain=domain,
        )
    else:
        detail = say("The DNS of {domain} knows no names that nobody uses.", domain=domain)
    return Finding(
        source=source,
        question=question,
        outcome=Outcome.NOTHING,
        detail=detail,
        evidence=tuple(
            Evidence(asked=question, answer=address, secure=answer.signed) for address in answer.records
        ),
        warnings=(Warn("wildcard-dns", detail),) if answer.records else (),
    )
