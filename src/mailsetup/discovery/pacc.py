"""The Source `pacc`: a JSON document that a mail domain publishes, with its digest in DNS.

draft-ietf-mailmaint-pacc. The digest ties the web host to the zone, so a web host that answers for every
name is not believed. It is no DNSSEC: HTTPS is what proves the answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio

from mailsetup.account import domain_of
from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust, Warn
from mailsetup.discovery.question import Question, Reply, Request
from mailsetup.discovery.uaconfig import is_vouched_for, read_digests, read_document
from mailsetup.discovery.webfile import WebFile, tell_hops, warn_unreadable
from mailsetup.discovery.xmltree import Unreadable
from mailsetup.errors import Message, NetworkFailed, Unsafe, say
from mailsetup.net import suffixes
from mailsetup.net.door import Net
from mailsetup.net.http import Page
from mailsetup.net.names import Answer

SOURCE = "pacc"

T = TypeVar("T")

MAX_SHOWN = 200
"""Characters of a TXT record that are shown as evidence."""


def document_url(domain: str) -> str:
    """https://ua-auto-config.example.org/.well-known/user-agent-configuration.json"""
    return f"https://ua-auto-config.{domain}/.well-known/user-agent-configuration.json"


def questions(request: Request) -> tuple[Question, ...]:
    """One question, for the document and its digest together; none below a public suffix, where the host
    may be somebody else's.
    """
    domain = domain_of(request.subject).ascii
    if suffixes.is_public_suffix(domain):
        return ()
    return (
        Document(
            source=SOURCE,
            text=document_url(domain),
            domain=domain,
            subject=request.subject,
            best=Trust.VERIFIED,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(WebFile):
    """The document of a mail domain, believed only with its digest."""

    @property
    def record(self) -> str:
        """The name in DNS that has the digests: _ua-auto-config.example.org."""
        return f"_ua-auto-config.{self.domain}"

    async def ask(self, net: Net) -> Reply:
        """Get the document and ask DNS, side by side."""
        pages: list[Page | Message | NetworkFailed | Unsafe] = []
        answers: list[Answer[bytes] | NetworkFailed | Unsafe] = []
        async with anyio.create_task_group() as group:
            group.start_soon(_keep, lambda: self.fetch(net), pages)
            group.start_soon(_keep, lambda: net.txt(self.record), answers)
        return Reply(self._judge_both(pages[0], answers[0]))

    def _judge_both(
        self, page: Page | Message | NetworkFailed | Unsafe, answer: Answer[bytes] | NetworkFailed | Unsafe
    ) -> Finding:
        """What both mean together. A failure that leaves nothing to judge is raised."""
        if isinstance(page, NetworkFailed | Unsafe):
            raise page
        if isinstance(page, Message) or page.status != 200:
            return self._without_document(self.judge(page), answer)
        if isinstance(answer, NetworkFailed | Unsafe):
            raise answer
        seen = (*tell_hops(page), *_tell_records(answer))
        digests = read_digests(answer.records)
        if digests and not is_vouched_for(page.body, digests):
            return self._refuse(
                say(
                    "The settings at {url} are not believed: their digest is not the one at {name} in DNS.",
                    url=page.url,
                    name=self.record,
                ),
                seen,
            )
        try:
            config = read_document(page.body)
        except Unreadable as fault:
            return self._unreadable(fault, seen, published=bool(digests))
        if not digests:
            return self._refuse(
                say(
                    "The settings at {url} are not believed: {name} in DNS has no digest of them.",
                    url=page.url,
                    name=self.record,
                ),
                seen,
            )
        if not config.offers:
            return self.nothing(say("The file names no server that can be used."), *seen)
        return Finding(
            source=self.source,
            question=self.text,
            outcome=Outcome.FOUND,
            offers=config.offers,
            trust=self.best if page.secure else Trust.UNSIGNED,
            evidence=seen,
            provider=config.provider,
            hints=config.hints,
        )

    def _without_document(self, nothing: Finding, answer: Answer[bytes] | NetworkFailed | Unsafe) -> Finding:
        if isinstance(answer, NetworkFailed | Unsafe) or not read_digests(answer.records):
            return nothing
        why = say(
            "{name} in DNS vouches for settings that {url} does not give.", name=self.record, url=self.text
        )
        return replace(nothing, detail=why, evidence=(*nothing.evidence, *_tell_records(answer)))

    def _refuse(self, why: Message, seen: tuple[Evidence, ...]) -> Finding:
        return replace(self.nothing(why, *seen), outcome=Outcome.REFUSED, warnings=(Warn("digest", why),))

    def _unreadable(self, fault: Unreadable, seen: tuple[Evidence, ...], *, published: bool) -> Finding:
        """A page for all paths means nothing; in what a digest vouches for it is somebody's mistake."""
        warnings = (warn_unreadable(self.text, fault),) if published else ()
        return replace(self.nothing(fault.why, *seen), warnings=warnings)


async def _keep(ask: Callable[[], Awaitable[T]], kept: list[T | NetworkFailed | Unsafe]) -> None:
    """Ask, and keep the answer or the failure: neither of the two questions ends the other."""
    try:
        kept.append(await ask())
    except (NetworkFailed, Unsafe) as failure:
        kept.append(failure)


def _tell_records(answer: Answer[bytes]) -> tuple[Evidence, ...]:
    shown = [record.decode("utf-8", "replace")[:MAX_SHOWN] for record in answer.records]
    return tuple(
        Evidence(asked=answer.question, answer=text, secure=answer.signed) for text in shown or ["no record"]
    )
