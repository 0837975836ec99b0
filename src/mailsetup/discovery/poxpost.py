"""One question of autodiscover: an address in a POST, to a host inside the mail domain, over HTTPS.

Where the answer leads on inside the domain it is followed; where it leads outside, the stranger is looked at
with a GET that says nothing of anybody, and the address stays here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from mailsetup.account import Address, Domain, Protocol, domain_of
from mailsetup.discovery.finding import Evidence, Finding, Offer, Outcome, Trust, Warn
from mailsetup.discovery.pox import (
    MEDIA_TYPE,
    AskAt,
    AskFor,
    Refusal,
    Settings,
    read_reply,
    request_body,
)
from mailsetup.discovery.question import EVERY_PROTOCOL, Reply
from mailsetup.discovery.webfile import Origin, tell_hops, warn_unreadable
from mailsetup.discovery.xmltree import WEB_PAGE, Unreadable
from mailsetup.errors import Message, NetworkFailed, Unsafe, say
from mailsetup.net.door import Net
from mailsetup.net.failures import ConnectFailed
from mailsetup.net.http import Page
from mailsetup.net.suffixes import is_foreign
from mailsetup.net.urls import Url

PATH = "/autodiscover/autodiscover.xml"

MAX_HOPS = 10
"""Posts along one chain of redirects, as Microsoft has it."""

MAX_ADDRESSES = 3
"""Addresses along one chain. Each is asked about at two places, so that this also bounds all the posts."""

_MAX_SHOWN = 200
"""Characters of a redirect that are shown."""


def place_at(host: str) -> str:
    """https://autodiscover.example.org/autodiscover/autodiscover.xml"""
    return f"https://{host}{PATH}"


def own_places(domain: Domain) -> tuple[str, ...]:
    """Where a domain itself may answer. Below a public suffix a name is somebody else's."""
    hosts = (domain.ascii, f"autodiscover.{domain.ascii}")
    return tuple(place_at(host) for host in hosts if not is_foreign(host, domain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Origin):
    """A POST of an address to `text`, a URL inside the mail domain of the subject.

    address: the subject's, or the one that it was redirected to. best: the trust of what led here.
    hops: what was posted before on the way here, as URL and address.
    """

    address: Address
    best: Trust
    hops: tuple[tuple[str, Address], ...] = ()
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = False

    async def ask(self, net: Net) -> Reply:
        """Post, and follow where that leads inside the mail domain."""
        url, hops = self.text, self.hops
        seen: tuple[Evidence, ...] = ()
        while True:
            hops = (*hops, (url, self.address))
            try:
                page = await net.post(url, request_body(self.address), MEDIA_TYPE)
            except ConnectFailed as failure:
                if failure.attempts:
                    raise
                return Reply(self.nothing(failure.happened, *seen))
            answer = self._read(page)
            seen = (*seen, _tell(page, answer))
            if isinstance(answer, Finding):
                return Reply(replace(answer, evidence=(*answer.evidence, *seen)))
            if isinstance(answer, AskFor):
                return self._ask_for(answer.address, hops, seen)
            target = read_target(url, answer.url)
            if target is None:
                return Reply(self.nothing(_not_followed(url, answer.url), *seen))
            if is_foreign(target.host, domain_of(self.subject)):
                return Reply(await look_at_stranger(self, net, target.host, *seen))
            url = str(target)
            if (url, self.address) in hops or len(hops) >= MAX_HOPS:
                return Reply(self.nothing(_endless(self.text), *seen))

    def _read(self, page: Page) -> Finding | AskAt | AskFor:
        if page.location is not None:
            return AskAt(page.location)
        if wants_login(page):
            return has_exchange(self)
        if page.status != 200:
            why = say("{url} answered with HTTP status {status}.", url=page.url, status=page.status)
            return self.nothing(why)
        try:
            answer = read_reply(page.body)
        except Unreadable as fault:
            return self._unreadable(page, fault)
        if isinstance(answer, Refusal):
            why = say(
                "{url} knows no settings (error {code}: “{text}”).",
                url=page.url,
                code=answer.code or "?",
                text=answer.message,
            )
            return self.nothing(why)
        return self._settings(answer) if isinstance(answer, Settings) else answer

    def _settings(self, settings: Settings) -> Finding:
        incoming = any(offer.server.protocol.incoming for offer in settings.offers)
        warnings = (_names_no_server(self),) if settings.exchange and not incoming else ()
        if not settings.offers:
            why = warnings[0].text if warnings else say("The file names no server that can be used.")
            return replace(self.nothing(why), warnings=warnings)
        return Finding(
            source=self.source,
            question=self.text,
            outcome=Outcome.FOUND,
            offers=tuple(self._with_names(settings.offers)),
            trust=self.best,
            evidence=self.before,
            warnings=warnings,
        )

    def _with_names(self, offers: Iterable[Offer]) -> Iterable[Offer]:
        """Of a mailbox that goes by another address, that is the user name where the reply has none."""
        for offer in offers:
            if offer.server.username is None and self.address != self.subject:
                offer = replace(offer, server=replace(offer.server, username=self.address.ascii))
            yield offer

    def _unreadable(self, page: Page, fault: Unreadable) -> Finding:
        """A page for all paths is common and means nothing; a broken reply is somebody's mistake."""
        finding = self.nothing(fault.why)
        if fault.why is WEB_PAGE or b"autodiscover" not in page.body.replace(b"\x00", b"").lower():
            return finding
        return replace(finding, warnings=(warn_unreadable(page.url, fault),))

    def _ask_for(
        self, address: Address, hops: tuple[tuple[str, Address], ...], seen: tuple[Evidence, ...]
    ) -> Reply:
        """Ask again for the address that the mailbox goes by, where that is inside the mail domain."""
        if is_foreign(address.domain.ascii, domain_of(self.subject)):
            # No command to copy: an address may hold what a shell would run.
            why = say(
                "{url} says that this mailbox is {other}, of another domain, where nothing was sent. "
                "To find its servers, run mailsetup discover with that address.",
                url=hops[-1][0],
                other=address,
            )
            return Reply(self.nothing(why, *seen))
        known = {each for _, each in hops}
        if address in known or len(known) >= MAX_ADDRESSES or len(hops) >= MAX_HOPS:
            return Reply(self.nothing(_endless(self.text), *seen))
        why = say(
            "{url} says that this mailbox is {other}, so that was asked about next.",
            url=hops[-1][0],
            other=address,
        )
        finding = self.nothing(why, *seen)
        return Reply(
            finding,
            tuple(
                replace(self, text=place, address=address, hops=hops, before=finding.evidence)
                for place in own_places(address.domain)
            ),
        )


def wants_login(page: Page) -> bool:
    """Whether an answer is that of an Exchange to somebody who has not logged in."""
    # A "forbidden" with a page around it comes from many a web server that has no autodiscover.
    return page.status == 401 or (page.status == 403 and not page.body)


def has_exchange(origin: Origin) -> Finding:
    """The Finding where a login is wanted. None is ever given."""
    why = say(
        "Autodiscover of {domain} wants a login before it answers, as Exchange does. "
        "Ask the administrator which IMAP or POP3 and SMTP servers to use.",
        domain=domain_of(origin.subject),
    )
    return replace(origin.nothing(why), warnings=(Warn("exchange", why),))


async def look_at_stranger(origin: Origin, net: Net, host: str, *seen: Evidence) -> Finding:
    """What is known of a stranger that autodiscover leads to, who is told nothing of anybody."""
    try:
        page = await net.get(place_at(host))
    except (NetworkFailed, Unsafe):
        failed = Evidence(asked=place_at(host), answer="no answer", secure=True)
        return tell_stranger(origin, host, None, *seen, failed)
    return tell_stranger(origin, host, page, *seen, *tell_hops(page))


def tell_stranger(origin: Origin, host: str, page: Page | None, *seen: Evidence) -> Finding:
    """The Finding that autodiscover leads to a stranger. page: what it answered to a GET."""
    why = say(
        "Autodiscover of {domain} leads to {host}, which is a stranger; the address was not sent there.",
        domain=domain_of(origin.subject),
        host=host,
    )
    exchange = has_exchange(origin).warnings if page is not None and wants_login(page) else ()
    return replace(origin.nothing(why, *seen), warnings=exchange)


def _names_no_server(origin: Origin) -> Warn:
    text = say(
        "{domain} has Exchange, and its autodiscover names no IMAP or POP3 server. "
        "Ask the administrator whether there is one.",
        domain=domain_of(origin.subject),
    )
    return Warn("exchange", text)


def read_target(here: str, location: str) -> Url | None:
    """Where a redirect leads; None where nothing may be posted there."""
    try:
        target = Url.parse(urljoin(here, location))
    except ValueError:
        return None
    return target if target.secure and target.port == 443 else None


def _not_followed(url: str, location: str) -> Message:
    return say(
        "{url} redirects to {location}, where nothing was sent: it is no HTTPS address of a host.",
        url=url,
        location=location[:_MAX_SHOWN],
    )


def _endless(url: str) -> Message:
    return say("{url} redirects in a circle or too often.", url=url)


def _tell(page: Page, answer: Finding | AskAt | AskFor) -> Evidence:
    told = f"HTTP {page.status}, {len(page.body)} bytes"
    if isinstance(answer, AskAt):
        told = f"redirect to {answer.url[:_MAX_SHOWN]}"
    if isinstance(answer, AskFor):
        told = f"redirect to {answer.address}"
    return Evidence(asked=f"POST {page.url}", answer=told, secure=True)
