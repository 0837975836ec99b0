"""The Source `autoconfig`: the file that a mail domain publishes about itself.

draft-ietf-mailmaint-autoconfig, URLs 1.1 and 1.2; as last resorts the same by plain HTTP (1.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from mailsetup.account import Address, Domain, Protocol, domain_of
from mailsetup.discovery.finding import Finding, Outcome, Trust, Warn
from mailsetup.discovery.question import Question, Reply, Request
from mailsetup.discovery.webfile import WebFile
from mailsetup.errors import Message, say
from mailsetup.net import suffixes
from mailsetup.net.door import Net
from mailsetup.net.http import Page

SOURCE = "autoconfig"

_MAY_WANT_THE_ADDRESS = frozenset({200, 204, 400, 401, 403, 404, 405, 422, 500})
"""What servers answer that work out the settings from `emailaddress` and were not given one."""


def host_url(domain: str) -> str:
    """The file on a domain's autoconfig host: https://autoconfig.example.org/mail/config-v1.1.xml."""
    return f"https://autoconfig.{domain}/mail/config-v1.1.xml"


def well_known_url(domain: str) -> str:
    """The file on a domain's web site: https://example.org/.well-known/autoconfig/mail/config-v1.1.xml."""
    return f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"


def url_with_address(url: str, address: Address) -> str:
    """The URL with `?emailaddress=ada@example.org`: `+` escaped, `@` and `.` not, as some servers echo it."""
    return f"{url}?emailaddress={quote(address.ascii, safe='@')}"


def own_urls(domain: Domain) -> tuple[str, ...]:
    """Where a domain itself may publish the file, best first. Below a public suffix a name is another's."""
    site = well_known_url(domain.ascii)
    return (site,) if suffixes.is_public_suffix(domain.ascii) else (host_url(domain.ascii), site)


def questions(request: Request) -> tuple[Question, ...]:
    """All places. Only the autoconfig host may be told the address (the draft has the web site without)."""
    subject = request.subject
    domain = domain_of(subject)
    asked: list[Question] = []
    for url in own_urls(domain):
        file = WebFile(source=SOURCE, text=url, domain=domain.ascii, subject=subject, best=Trust.VERIFIED)
        if url == host_url(domain.ascii) and isinstance(subject, Address) and request.send_address:
            file = FileForAddress(
                source=SOURCE,
                text=url,
                domain=domain.ascii,
                subject=subject,
                best=Trust.VERIFIED,
                address=subject,
            )
        asked.append(file)
    return tuple(asked)


def last_questions(request: Request, findings: Sequence[Finding]) -> tuple[Question, ...]:
    """The same places by plain HTTP, never with the address; unsigned: anybody on the way can change it.

    Not where HTTPS has brought the file. Where HTTPS was refused as unsafe (a certificate that proves
    nothing), plain HTTP does not silently take its place: that is said instead.
    """
    domain = domain_of(request.subject)
    asked: list[Question] = []
    for secure in own_urls(domain):
        known = next((finding for finding in findings if finding.question == secure), None)
        plain = secure.replace("https:", "http:", 1)
        if known is not None and known.outcome is Outcome.REFUSED:
            asked.append(PlainNotAsked(text=plain, secure=known))
        elif known is None or known.outcome is not Outcome.FOUND:
            asked.append(
                WebFile(
                    source=SOURCE,
                    text=plain,
                    domain=domain.ascii,
                    subject=request.subject,
                    best=Trust.UNSIGNED,
                )
            )
    return tuple(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForAddress(WebFile):
    """A domain's own file, asked once more with the address where it does not come without."""

    address: Address

    async def ask(self, net: Net) -> Reply:
        """Ask without the address; with it only where the same host answered and named no servers."""
        page = await self.fetch(net)
        found = self.judge(page)
        if isinstance(page, Message) or not self._may_be_told_more(page, found):
            return Reply(found)
        # The address is for this host alone: no redirect may carry it on.
        second = self.judge(await net.get(url_with_address(self.text, self.address), same_host=True))
        return Reply(replace(second, evidence=(*found.evidence, *second.evidence)))

    def _may_be_told_more(self, page: Page, found: Finding) -> bool:
        own = urlsplit(self.text)
        stayed = all(urlsplit(hop)[:2] == own[:2] for hop in page.hops)
        # A file that is there and broken is an answer: no address would mend it.
        silent = found.outcome is Outcome.NOTHING and not found.warnings
        return stayed and silent and page.status in _MAY_WANT_THE_ADDRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainNotAsked:
    """A file that is not asked for by plain HTTP, since HTTPS was refused; secure: the Finding of that."""

    text: str
    secure: Finding
    source: str = SOURCE
    best: Trust = Trust.UNSIGNED
    about: frozenset[Protocol] = frozenset()
    local: bool = True

    async def ask(self, net: Net) -> Reply:
        """Say so; the network is left alone."""
        why = say("Not asked: HTTPS was refused there, and by plain HTTP anybody on the way could answer.")
        text = say(
            "{why} So no settings were taken from {host}.",
            why=self.secure.detail,
            host=urlsplit(self.text).hostname,
        )
        return Reply(
            Finding(
                source=SOURCE,
                question=self.text,
                outcome=Outcome.SKIPPED,
                detail=why,
                warnings=(Warn("https-refused", text),),
            )
        )
