"""One clientConfig file, from the web or from a folder: judged, and told as a Finding."""

from dataclasses import dataclass, replace
from itertools import pairwise

from mailsetup.account import Protocol, Subject, domain_of
from mailsetup.discovery.clientconfig import ClientConfig, read_config
from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust, Warn
from mailsetup.discovery.question import EVERY_PROTOCOL, Reply
from mailsetup.discovery.xmltree import WEB_PAGE, Unreadable
from mailsetup.errors import Message, say
from mailsetup.net.door import Net
from mailsetup.net.failures import ConnectFailed
from mailsetup.net.http import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Of a file: which Source asked where, for which domain (A-labels) and whom, and what led there.

    An MX's domain is not the subject's. before: the evidence that led to this question.
    """

    source: str
    text: str
    domain: str
    subject: Subject
    before: tuple[Evidence, ...] = ()

    def nothing(self, why: Message, *seen: Evidence) -> Finding:
        """The Finding without servers."""
        return Finding(
            source=self.source,
            question=self.text,
            outcome=Outcome.NOTHING,
            detail=why,
            evidence=(*self.before, *seen),
        )

    def read(self, body: bytes, trust: Trust, *seen: Evidence) -> Finding:
        """The Finding that a file makes."""
        try:
            config = read_config(body, self.subject)
        except Unreadable as fault:
            return replace(self.nothing(fault.why, *seen), warnings=self._broken(body, fault))
        if not config.offers:
            return self.nothing(say("The file names no server that can be used."), *seen)
        return Finding(
            source=self.source,
            question=self.text,
            outcome=Outcome.FOUND,
            offers=config.offers,
            trust=trust,
            evidence=(*self.before, *seen),
            provider=config.provider,
            names=config.names,
            hints=config.hints,
            warnings=self._doubts(config),
        )

    def _broken(self, body: bytes, fault: Unreadable) -> tuple[Warn, ...]:
        """A page or text for all paths is common and means nothing; a broken file is somebody's mistake."""
        if fault.why is WEB_PAGE or b"clientconfig" not in body.replace(b"\x00", b"").lower():
            return ()
        return (warn_unreadable(self.text, fault),)

    def _doubts(self, config: ClientConfig) -> tuple[Warn, ...]:
        mail = domain_of(self.subject).ascii
        # Only for whoever came by an MX do the names of MX hosts count.
        names = config.names if self.domain == mail else (*config.names, *config.mx_names)
        if not names or any(_covers(name, domain) for name in names for domain in (self.domain, mail)):
            return ()
        text = say(
            "The settings at {place} say that they are for {name}, not for {domain}.",
            place=self.text,
            name=names[0],
            domain=self.domain,
        )
        return (Warn("other-domain", text),)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebFile(Origin):
    """A clientConfig file at one URL, its `text`. best: the trust it has when every hop is HTTPS."""

    best: Trust
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = False

    async def ask(self, net: Net) -> Reply:
        """Get the file."""
        return Reply(self.judge(await self.fetch(net)))

    async def fetch(self, net: Net) -> Page | Message:
        """The answer, or that there is no such host: so DNS has answered, and nothing has failed."""
        try:
            return await net.get(self.text)
        except ConnectFailed as failure:
            if failure.attempts:
                raise
            return failure.happened

    def judge(self, page: Page | Message) -> Finding:
        """What an answer means."""
        if isinstance(page, Message):
            return self.nothing(page)
        hops = tell_hops(page)
        if page.status != 200:
            why = say("{url} answered with HTTP status {status}.", url=page.url, status=page.status)
            return self.nothing(why, *hops)
        # One plain hop is enough for an attacker: the whole answer is unsigned.
        return self.read(page.body, self.best if page.secure else min(self.best, Trust.UNSIGNED), *hops)


def warn_unreadable(place: str, fault: Unreadable) -> Warn:
    """That a file is there and broken: somebody's mistake."""
    return Warn(
        "unreadable", say("The settings at {place} cannot be read. {why}", place=place, why=fault.why)
    )


def tell_hops(page: Page) -> tuple[Evidence, ...]:
    """Where each redirect led, and what was answered at the end."""
    told = [_evidence(hop, f"redirect to {following}") for hop, following in pairwise(page.hops)]
    return (*told, _evidence(page.url, f"HTTP {page.status}, {len(page.body)} bytes"))


def _evidence(url: str, answer: str) -> Evidence:
    return Evidence(asked=url, answer=answer, secure=url.startswith("https://"))


def _covers(name: str, domain: str) -> bool:
    return domain == name or domain.endswith("." + name)
