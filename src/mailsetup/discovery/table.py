"""The Source `table`: our own facts on mail providers, looked up by the mail domain or by its MX host.

The facts are in discovery.providers; the sentences that tell them are here, a few for all providers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mailsetup.account import Auth, Domain, Protocol, Server, Subject, domain_of, fill_placeholders
from mailsetup.discovery.finding import Evidence, Finding, Hint, Offer, Outcome, Trust, Warn
from mailsetup.discovery.providers import find_by_domain, find_by_mx, find_by_server
from mailsetup.discovery.providers.record import Kind, Note, Provider
from mailsetup.discovery.question import EVERY_PROTOCOL, Question, Reply, Request
from mailsetup.errors import Message, say
from mailsetup.net.door import Net

SOURCE = "table"
_ABOUT = {
    Kind.SWITCH_ON_POP3: Protocol.POP3,
    Kind.NO_POP3: Protocol.POP3,
    Kind.SWITCH_ON_SMTP: Protocol.SMTP,
}


def questions(request: Request) -> tuple[Question, ...]:
    """One question: what we know of the mail domain."""
    domain = domain_of(request.subject).ascii
    return (DomainEntry(text=f"table of providers: {domain}", subject=request.subject),)


def hints_about(domain: Domain) -> tuple[Hint, ...]:
    """What the people of a mail domain must do first, as far as we know; nobody is asked."""
    provider = find_by_domain(domain.ascii)
    return () if provider is None else tuple(_hints(provider.name, provider.notes))


def hints_at(host: str) -> tuple[Hint, ...]:
    """The same for whoever has this mail server: what is true of all brands that share it."""
    owners = find_by_server(host)
    if not owners:
        return ()
    shared = frozenset.intersection(*(frozenset(note.kind for note in owner.notes) for owner in owners))
    return tuple(_hints(owners[0].name, [note for note in owners[0].notes if note.kind in shared]))


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEntry:
    """The entry of a mail domain."""

    text: str
    subject: Subject
    source: str = SOURCE
    best: Trust = Trust.CURATED
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = True

    async def ask(self, net: Net) -> Reply:
        """Look the domain up; the network is left alone."""
        domain = domain_of(self.subject)
        provider = find_by_domain(domain.ascii)
        if provider is None:
            why = say("The table knows no provider with the domain {domain}.", domain=domain)
            finding = Finding(source=SOURCE, question=self.text, outcome=Outcome.NOTHING, detail=why)
        else:
            finding = tell_provider(provider, self)
        return Reply(finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class MxEntry:
    """What is known of whoever receives a domain's mail. before: the evidence that led there."""

    text: str
    subject: Subject
    provider: Provider
    source: str
    best: Trust
    before: tuple[Evidence, ...]
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = True

    async def ask(self, net: Net) -> Reply:
        """Tell it; the network is left alone."""
        finding = tell_provider(self.provider, self)
        return Reply(replace(finding, evidence=(*self.before, *finding.evidence), names=()))


def mx_entries(
    host: str, subject: Subject, *, source: str, limit: Trust, before: tuple[Evidence, ...]
) -> tuple[Question, ...]:
    """The question about the host that gets a domain's mail, where the table knows whose it is.

    limit: the trust of what led to that host. None where the table knows the mail domain itself: it says so
    anyway.
    """
    provider = find_by_mx(host)
    if provider is None or find_by_domain(domain_of(subject).ascii) is not None:
        return ()
    return (
        MxEntry(
            text=f"table of providers: {provider.name}",
            subject=subject,
            provider=provider,
            source=source,
            best=min(limit, Trust.CURATED),
            before=before,
        ),
    )


def tell_provider(provider: Provider, question: DomainEntry | MxEntry) -> Finding:
    """A record as the answer to a question."""
    warnings = tuple(_warn(provider))
    return Finding(
        source=question.source,
        question=question.text,
        outcome=Outcome.FOUND if provider.servers else Outcome.ABSENT,
        detail=None if provider.servers else warnings[0].text,
        offers=tuple(Offer(server=_fill(server, question.subject)) for server in provider.servers),
        absent=provider.absent,
        trust=question.best,
        evidence=tuple(
            Evidence(asked=source.url, answer=f"as of {source.date}", secure=True)
            for source in provider.sources
        ),
        provider=provider.name,
        names=tuple(provider.domains.split()),
        hints=tuple(_hints(provider.name, provider.notes)),
        ours=True,
        warnings=warnings,
    )


def _fill(server: Server, subject: Subject) -> Server:
    if server.username is None:
        return server
    return replace(server, username=fill_placeholders(server.username, subject))


def _warn(provider: Provider) -> Iterator[Warn]:
    """What must be known before a password is asked for."""
    if provider.servers and all(server.auth == (Auth.OAUTH2,) for server in provider.servers):
        text = say(
            "{provider} takes no password from mail programs: they sign in on its web page (OAuth2).",
            provider=provider.name,
        )
        yield Warn("oauth2-only", text)
    for note in provider.notes:
        match note.kind:
            case Kind.BRIDGE:
                text = say(
                    "Mail programs cannot reach {provider} itself, only its Bridge, a program that runs on "
                    "your own computer.",
                    provider=provider.name,
                )
                yield Warn(note.kind.value, text)
            case Kind.NO_PROGRAMS:
                text = say(
                    "{provider} cannot be used with mail programs, only with its own app and web page.",
                    provider=provider.name,
                )
                yield Warn(note.kind.value, text)


def _hints(provider: str, notes: Iterable[Note]) -> Iterator[Hint]:
    """What the person can do about it."""
    for note in notes:
        text = _advise(provider, note.kind)
        if text is not None:
            yield Hint(text=text, url=note.url, about=_ABOUT.get(note.kind))


def _advise(provider: str, kind: Kind) -> Message | None:
    match kind:
        case Kind.APP_PASSWORD:
            return say(
                "{provider} does not take your usual password from mail programs. Make an app password for "
                "them first.",
                provider=provider,
            )
        case Kind.TWO_STEPS:
            return say(
                "If you log in to {provider} in two steps, mail programs need an app password. Make one "
                "first.",
                provider=provider,
            )
        case Kind.SWITCH_ON:
            return say(
                "{provider} lets mail programs in only after you have allowed it in its settings.",
                provider=provider,
            )
        case Kind.SWITCH_ON_POP3:
            return say(
                "{provider} gives out mail by POP3 only after you have switched that on in its settings.",
                provider=provider,
            )
        case Kind.SWITCH_ON_SMTP:
            return say(
                "{provider} lets mail programs send only after you have switched that on in its settings.",
                provider=provider,
            )
        case Kind.PAID:
            return say("{provider} lets mail programs in only with a paid plan.", provider=provider)
        case Kind.NO_POP3:
            return say("{provider} has no POP3: its mail is fetched with IMAP.", provider=provider)
        case Kind.OTHER_USER:
            return say(
                "The user name is your address at the provider itself, not the one with your own domain."
            )
        case Kind.BRIDGE:
            return say("Install the Bridge of {provider}: it shows the settings to use.", provider=provider)
        case Kind.NO_PROGRAMS:
            # The warning says it all.
            return None
