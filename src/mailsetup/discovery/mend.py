"""What the owner of a mail domain could mend, as far as the answers show it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mailsetup.account import Domain, Protocol, Security, domain_of
from mailsetup.discovery.autoconfig import host_url
from mailsetup.discovery.finding import Candidate, Discovery, Finding, Outcome, Trust
from mailsetup.discovery.srv import SERVICES
from mailsetup.errors import Message, say

_ADVICE: Mapping[str, Message] = {
    "disagreement": say("Let all of them name the same servers."),
    "other-domain": say("Name the right domain in that file, or take it away."),
    "unreadable": say("Mend that file, or take it away."),
    "plain-only": say("Offer it with TLS."),
    "digest": say("Publish the digest of the file that is there now."),
    "mailconf": say("Name an https URL there, or take the record away."),
    "wildcard-dns": say("Name in DNS the hosts that there are, instead of all by a wildcard."),
}
"""What to do about the warnings that an owner can do something about, by their code."""

_NO_OWNER = frozenset({"no-such-domain", "null-mx"})
_RECORDS = frozenset({"SRV", "MX", "TXT"})


@dataclass(frozen=True, slots=True)
class Mending:
    """One thing to mend. record: a DNS record to publish, as it stands in a zone file; or ""."""

    text: Message
    record: str = ""

    @property
    def whole(self) -> Message:
        """Both in one."""
        return say("{text} {record}", text=self.text, record=self.record) if self.record else self.text


def mend(found: Discovery) -> tuple[Mending, ...]:
    """What could be better: what is broken first, then what is missing; each with what to do."""
    domain = domain_of(found.subject)
    if any(warning.code in _NO_OWNER for warning in found.warnings):
        return ()
    advice: list[Mending] = []
    for one in (
        *map(Mending, _heed_warnings(found)),
        *map(Mending, _mend_names(domain, found.findings)),
        *map(Mending, _mend_hosts(domain, found)),
        *map(Mending, _mend_missing(found.findings)),
        *map(Mending, _mend_plain_http(found.findings)),
        *map(Mending, _publish_a_file(domain, found)),
        *_publish_records(domain, found),
    ):
        if one not in advice:
            advice.append(one)
    return tuple(advice)


def _heed_warnings(found: Discovery) -> Iterator[Message]:
    for warning in found.warnings:
        if warning.code in _ADVICE:
            yield say("{what} {advice}", what=warning.text, advice=_ADVICE[warning.code])


def _mend_names(domain: Domain, findings: Iterable[Finding]) -> Iterator[Message]:
    """The domain's name servers, told once however many questions they left open."""
    for finding in findings:
        if finding.outcome is Outcome.FAILED and finding.question.partition(" ")[0] in _RECORDS:
            yield say(
                "{what} Mend the name servers of {domain}: mail programs wait for them in vain.",
                what=finding.detail,
                domain=domain,
            )
            return


def _mend_hosts(domain: Domain, found: Discovery) -> Iterator[Message]:
    """What the domain's own hosts did not answer. A web site that is none needs no mending."""
    if any(warning.code == "wildcard-dns" for warning in found.warnings):
        # Then hosts that nobody set up seem to be there, and no more can be said of them.
        return
    told: list[Message | None] = []
    for finding in found.findings:
        told.extend(warning.text for warning in finding.warnings if warning.code in _ADVICE)
        host = _asked_host(finding.question)
        if host is None or not domain.holds(host) or finding.detail in told:
            continue
        if finding.outcome is Outcome.REFUSED:
            advice = say(
                "Mend it, or take {host} out of DNS: no careful mail program takes settings there.", host=host
            )
        elif finding.outcome is Outcome.FAILED and host != domain.ascii:
            advice = say("Mend it, or take {host} out of DNS: mail programs wait for it in vain.", host=host)
        else:
            continue
        told.append(finding.detail)
        yield say("{what} {advice}", what=finding.detail, advice=advice)


def _asked_host(question: str) -> str | None:
    """The host of a settings file that was asked for; nothing else is the owner's to publish."""
    last = question.split()[-1]
    return urlsplit(last).hostname if last.startswith("https://") else None


def _mend_missing(findings: Iterable[Finding]) -> Iterator[Message]:
    findings = tuple(findings)
    missing = frozenset().union(*(finding.missing for finding in findings))
    for finding in findings:
        for host in dict.fromkeys(offer.server.host for offer in finding.offers):
            if host in missing:
                yield say(
                    "{question} names {host}, which does not exist in DNS. Give it an address, or name "
                    "another host.",
                    question=finding.question,
                    host=host,
                )


def _mend_plain_http(findings: Iterable[Finding]) -> Iterator[Message]:
    for finding in findings:
        plain = [seen.asked for seen in finding.evidence if seen.asked.startswith("http://")]
        if plain and finding.outcome is Outcome.FOUND:
            yield say(
                "{url} is plain HTTP, where anybody on the way can change the answer. Use HTTPS.",
                url=plain[0],
            )


def _publish_a_file(domain: Domain, found: Discovery) -> Iterator[Message]:
    url = host_url(domain.ascii)
    asked = [finding for finding in found.findings if finding.question == url]
    if not asked or any(one.outcome is not Outcome.NOTHING or one.warnings for one in asked):
        # It is there, or was not asked for, or needs something else first.
        return
    servers = (*found.incoming, *found.outgoing)
    if not servers:
        yield say(
            "No mail program can find the servers of {domain} by itself. Publish them at {url}.",
            domain=domain,
            url=url,
        )
    elif all(one.trust < Trust.VERIFIED for one in servers):
        yield say(
            "Nothing that {domain} itself publishes proves its servers. Publish a settings file at {url}.",
            domain=domain,
            url=url,
        )


def _publish_records(domain: Domain, found: Discovery) -> Iterator[Mending]:
    """The SRV records that are missing, ready to be put into the zone (RFC 6186, RFC 8314)."""
    labels = {way: label for label, way in SERVICES.items()}
    for protocol in Protocol:
        best = _best(found, protocol)
        if best is None or not _has_no_records(protocol, found.findings):
            continue
        server = best.server
        name = f"_{labels[protocol, server.security]}._tcp.{domain.ascii}."
        yield Mending(
            say("DNS has no SRV record for {protocol}. This one would do:", protocol=protocol.label),
            f"{name} SRV 0 1 {server.port} {server.host}.",
        )


def _best(found: Discovery, protocol: Protocol) -> Candidate | None:
    """The best server of a protocol, if a record may name it: encrypted, and not a stranger's word."""
    servers = (*found.incoming, *found.outgoing)
    best = next((one for one in servers if one.server.protocol is protocol), None)
    if best is None or best.needs_consent or best.server.security is Security.PLAIN:
        return None
    return best


def _has_no_records(protocol: Protocol, findings: Iterable[Finding]) -> bool:
    answers = [
        finding
        for finding in findings
        if finding.service is not None and SERVICES[finding.service][0] is protocol
    ]
    return bool(answers) and all(finding.outcome is Outcome.NOTHING for finding in answers)
