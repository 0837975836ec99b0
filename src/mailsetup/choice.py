"""From candidates to an account, and the yes it needs. Pure: nothing here asks a server or a person."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailsetup.account import (
    Account,
    Address,
    Domain,
    Protocol,
    Retention,
    Security,
    Server,
    domain_of,
)
from mailsetup.discovery.finding import Candidate, Discovery
from mailsetup.errors import NothingFound, Unsafe, WrongUsage, say
from mailsetup.net import suffixes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user said of the account.

    protocol: None where nothing was said. retention: None where no retention option was given.
    standing: the retention was set once and for all, not for this run, so it agrees to no removal of mail.
    accepted: domains (A-labels) whose hosts the user agrees to, foreign or not.
    """

    protocol: Protocol | None = None
    retention: Retention | None = None
    standing: bool = False
    accepted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.protocol is Protocol.IMAP and self.retention is not None:
            raise WrongUsage(
                say("What is left on the server can be chosen for POP3 only; IMAP leaves all mail there."),
                say("Leave out the retention option, or say --protocol pop3."),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The servers to use, and those that may take their place.

    incoming and outgoing: never empty; the first is the choice, the others follow in order of rank.
    retention: for POP3; None for IMAP.
    """

    incoming: tuple[Candidate, ...]
    outgoing: tuple[Candidate, ...]
    retention: Retention | None

    @property
    def first(self) -> tuple[Candidate, Candidate]:
        """The servers chosen, for fetching and for sending."""
        return self.incoming[0], self.outgoing[0]

    @property
    def all(self) -> tuple[Candidate, ...]:
        """Those, and all that may take their place."""
        return self.incoming + self.outgoing


def accepted_domains(texts: Iterable[str]) -> frozenset[str]:
    """Read the domains of `--accept`. Raises WrongUsage for what is no domain, or is everybody's."""
    domains = frozenset(Domain.parse(text).ascii for text in texts)
    for domain in sorted(domains):
        if suffixes.is_public_suffix(domain):
            raise WrongUsage(
                say(
                    "“{domain}” is shared by many owners, so agreeing to it would agree to anybody.",
                    domain=domain,
                ),
                say("Name the mail host's own domain, as shown by mailsetup discover."),
            )
    return domains


def is_accepted(candidate: Candidate, accepted: frozenset[str]) -> bool:
    """Whether we may speak to this server: it needs no yes, or has one."""
    host = candidate.server.host
    return not candidate.needs_consent or any(
        host == domain or (host.endswith("." + domain) and not suffixes.is_public_suffix(domain))
        for domain in accepted
    )


def domain_to_accept(host: str) -> str:
    """The domain whose owner a yes to this host would trust."""
    return suffixes.registrable(host) or host


def choose(discovery: Discovery, wishes: Wishes) -> Choice:
    """Pick the servers. IMAP, unless POP3 was asked for, implied by a retention, or is all there is.

    Raises NothingFound, and Unsafe where every server of a kind would carry the password in the clear.
    The choice may still need a yes: see require_consent.
    """
    protocol = wishes.protocol or _default_protocol(discovery, wishes)
    domain = domain_of(discovery.subject)
    require_found(discovery)
    incoming = tuple(found for found in discovery.incoming if found.server.protocol is protocol)
    if not incoming:
        other = discovery.incoming[0].server.protocol if discovery.incoming else Protocol.IMAP
        raise NothingFound(
            say("{domain} names no {protocol} server.", domain=domain, protocol=protocol.label),
            say("It names one for {other}: use --protocol {word}.", other=other.label, word=other.value)
            if discovery.incoming
            else say("Ask the provider for its IMAP or POP3 server."),
        )
    if not discovery.outgoing:
        raise NothingFound(
            say("No server for sending mail was found for {domain}.", domain=domain),
            say("Ask the provider for its SMTP server."),
        )
    return Choice(
        incoming=encrypted(incoming, domain),
        outgoing=encrypted(discovery.outgoing, domain),
        retention=(wishes.retention or Retention()) if protocol is Protocol.POP3 else None,
    )


def _default_protocol(discovery: Discovery, wishes: Wishes) -> Protocol:
    if wishes.retention is not None:
        return Protocol.POP3
    offered = {
        found.server.protocol for found in discovery.incoming if found.server.security is not Security.PLAIN
    }
    return Protocol.POP3 if offered == {Protocol.POP3} else Protocol.IMAP


def require_found(discovery: Discovery) -> None:
    """Raises NothingFound where a discovery brought no server at all."""
    if discovery.incoming or discovery.outgoing:
        return
    if any(warning.code == "no-such-domain" for warning in discovery.warnings):
        raise NothingFound(
            say("The domain {domain} does not exist.", domain=domain_of(discovery.subject)),
            say("Check the spelling of the address; if it is right, the domain may have expired."),
        )
    raise NothingFound(
        say("No mail servers were found for {domain}.", domain=domain_of(discovery.subject)),
        say("Check the spelling of the domain, or ask the provider for its IMAP, POP3 and SMTP servers."),
    )


def encrypted(candidates: tuple[Candidate, ...], domain: Domain) -> tuple[Candidate, ...]:
    """Those with TLS or STARTTLS, in their order. Raises Unsafe where there are none."""
    safe = tuple(found for found in candidates if found.server.security is not Security.PLAIN)
    if not safe:
        raise Unsafe(
            say(
                "{domain} offers {protocol} at {host} only without encryption, where anybody on the way can "
                "read the password.",
                domain=domain,
                protocol=candidates[0].server.protocol.label,
                host=candidates[0].server.host,
            ),
            say("Ask the provider for a server with TLS. No password was sent."),
        )
    return safe


def require_consent(candidates: Iterable[Candidate], domain: Domain, accepted: frozenset[str]) -> None:
    """Refuse to go on to a foreign host that nobody vouches for and the user has not agreed to.

    RFC 6186, section 6; RFC 8314, section 5.1. Raises Unsafe, naming the option that agrees.
    """
    for found in candidates:
        if not is_accepted(found, accepted):
            raise Unsafe(
                say(
                    "Only unsigned DNS says that the mail of {domain} is at {host}, a host of somebody else.",
                    domain=domain,
                    host=found.server.host,
                ),
                say(
                    "If you know that this is your provider, agree with --accept {owner}.",
                    owner=domain_to_accept(found.server.host),
                ),
            )


def next_best(
    candidates: tuple[Candidate, ...], failed: Candidate, accepted: frozenset[str]
) -> Candidate | None:
    """Who takes the place of a server that failed before login: the next that needs no yes, or has one."""
    after = candidates[candidates.index(failed) + 1 :]
    return next((found for found in after if is_accepted(found, accepted)), None)


def make_account(
    address: Address,
    name: str,
    incoming: Server,
    outgoing: Server,
    retention: Retention | None,
) -> Account:
    """The account that is written.

    A server without a user name gets the full address (RFC 6186, section 4).
    """
    return Account(
        address=address,
        name=name,
        incoming=_with_user(incoming, address),
        outgoing=_with_user(outgoing, address),
        retention=retention,
    )


def _with_user(server: Server, address: Address) -> Server:
    return server if server.username is not None else replace(server, username=address.ascii)
