"""The Source `mailconf`: a TXT record of the mail domain that names a clientConfig file.

`mailconf=https://autoconfig.example.org/mail/config-v1.1.xml`: in no standard, but hosters publish it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mailsetup.account import Domain, Protocol, Subject, domain_of
from mailsetup.discovery.finding import Evidence, Finding, Outcome, Trust, Warn
from mailsetup.discovery.question import EVERY_PROTOCOL, Question, Reply, Request
from mailsetup.discovery.webfile import WebFile
from mailsetup.errors import Message, say
from mailsetup.net.door import Net
from mailsetup.net.failures import RedirectRefused
from mailsetup.net.urls import MAX_URL, Url, is_inside

SOURCE = "mailconf"

MAX_RECORDS = 5
"""How many mailconf records of one domain count. An honest one has one."""
_SHOWN = 200

_NAME = re.compile(rb"""["'\s]*mailconf\s*=""", re.IGNORECASE)
# No percent-encoded byte (RFC 3986, section 2.1), so a place for something that only the asker knows.
_PLACEHOLDER = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NO_ADDRESS = say("That is no web address.")


def questions(request: Request) -> tuple[Question, ...]:
    """One question; its answer leads to more."""
    return (MailconfQuestion(subject=request.subject),)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailconfQuestion:
    """The TXT records of the mail domain."""

    subject: Subject
    source: str = SOURCE
    # Signed by DNSSEC, and then HTTPS.
    best: Trust = Trust.VERIFIED
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = False

    @property
    def text(self) -> str:
        """The question as one reads it."""
        return f"TXT {domain_of(self.subject).ascii}"

    async def ask(self, net: Net) -> Reply:
        """Ask DNS, and say which files to ask for next."""
        domain = domain_of(self.subject)
        answer = await net.txt(domain.ascii)
        trust = Trust.VERIFIED if answer.signed else Trust.UNSIGNED
        places = {place: read_url(place) for place in places_in(answer.records)}
        urls = [str(url) for url in places.values() if isinstance(url, Url)]
        evidence = tuple(
            Evidence(asked=self.text, answer=f"mailconf={place[:_SHOWN]}", secure=answer.signed)
            for place in places
        )
        finding = Finding(
            source=SOURCE,
            question=self.text,
            outcome=Outcome.NOTHING,
            detail=_tell(domain, urls, any_record=bool(places)),
            trust=trust,
            evidence=evidence,
            warnings=tuple(
                _warn(domain, place, why) for place, why in places.items() if isinstance(why, Message)
            ),
        )
        files = (
            LinkedFile(
                source=SOURCE,
                text=url,
                domain=domain.ascii,
                subject=self.subject,
                best=trust,
                before=evidence,
            )
            for url in dict.fromkeys(urls)
        )
        return Reply(finding, tuple(files))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFile(WebFile):
    """A file that a record names. Only the URL of the record is asked, so nothing of the person is in it."""

    async def ask(self, net: Net) -> Reply:
        """Get the file, unless the record would lead from the world into a private network."""
        host = urlsplit(self.text).hostname or ""
        within = host == self.domain or host.endswith("." + self.domain)
        if not within and await _is_inside(net, host) and not await _is_inside(net, self.domain):
            raise RedirectRefused(
                say("{host} is in a private network, where no record may lead from outside.", host=host),
                say("The administrator of {domain} should mend its mailconf record.", domain=self.domain),
            )
        return Reply(self.judge(await self.fetch(net)))


def places_in(records: Iterable[bytes]) -> tuple[str, ...]:
    """What mailconf records name, without quotes and blanks around it; the first few. Pure."""
    named = ((record, _NAME.match(record)) for record in records)
    places = (
        record[found.end() :].strip(b"\"' \t\r\n")[: MAX_URL + 1].decode("utf-8", "replace")
        for record, found in named
        if found is not None
    )
    return tuple(dict.fromkeys(places))[:MAX_RECORDS]


def read_url(place: str) -> Url | Message:
    """The URL that a record names, or why it is not asked. Pure."""
    try:
        url = Url.parse(place)
    except ValueError:
        return _NO_ADDRESS
    if not place.isprintable() or " " in place or "\ufffd" in place or "." not in url.host:
        return _NO_ADDRESS
    if _PLACEHOLDER.search(place):
        return say(
            "It is to be filled in with something of yours, and a host that only DNS names gets nothing of "
            "that."
        )
    if not url.secure:
        return say("Only https:// is asked, because anybody on the way could change the answer.")
    return url


def _tell(domain: Domain, urls: list[str], *, any_record: bool) -> Message:
    if urls:
        return say("{domain} names {urls} in DNS, which was asked next.", domain=domain, urls=", ".join(urls))
    if any_record:
        return say("The mailconf record of {domain} names no file that may be asked for.", domain=domain)
    return say("There is no such record.")


def _warn(domain: Domain, place: str, why: Message) -> Warn:
    if why is _NO_ADDRESS:
        # It may be any text, and whoever forges DNS would like to have theirs read.
        text = say(
            "The mailconf record of {domain} in DNS names no web address, so none was asked.", domain=domain
        )
        return Warn("mailconf", text)
    text = say(
        "The mailconf record of {domain} in DNS names “{place}”, which was not asked. {why}",
        domain=domain,
        place=place[:_SHOWN],
        why=why,
    )
    return Warn("mailconf", text)


async def _is_inside(net: Net, host: str) -> bool:
    return any(is_inside(address) for address in (await net.addresses(host)).records)
