"""The Source `autoconfig`: the file that a mail domain publishes about itself. HTTPS only.

draft-ietf-mailmaint-autoconfig, URLs 1.1 and 1.2.
"""

from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from mailsetup.account import Address, domain_of
from mailsetup.discovery.finding import Finding, Outcome, Trust
from mailsetup.discovery.question import Question, Reply, Request
from mailsetup.discovery.webfile import WebFile
from mailsetup.errors import Message
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


def questions(request: Request) -> tuple[Question, ...]:
    """Both places, best first. Only the first may be told the address (the draft has the second without)."""
    subject = request.subject
    domain = domain_of(subject).ascii
    own = WebFile(source=SOURCE, text=host_url(domain), domain=domain, subject=subject, best=Trust.VERIFIED)
    site = replace(own, text=well_known_url(domain))
    if isinstance(subject, Address) and request.send_address:
        return (
            FileForAddress(
                source=SOURCE, text=own.text, domain=domain, subject=subject, best=own.best, address=subject
            ),
            site,
        )
    return (own, site)


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
        return stayed and found.outcome is Outcome.NOTHING and page.status in _MAY_WANT_THE_ADDRESS
