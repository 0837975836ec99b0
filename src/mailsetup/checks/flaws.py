"""Why a certificate was refused, all its flaws at once.

OpenSSL names only the first fault it meets: an unknown issuer hides a wrong name, a wrong
name hides the date.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum

from mailsetup.account import Address, Protocol, Server
from mailsetup.checks.certificate import Certificate, read
from mailsetup.checks.outcome import Outcome, failed, failed_with
from mailsetup.checks.report import Fault
from mailsetup.errors import Message, say
from mailsetup.net.failures import TlsFailed
from mailsetup.net.identity import prove
from mailsetup.net.stream import Identity

_NAMES_SHOWN = 5
_USUAL_LABELS = {Protocol.IMAP: "imap", Protocol.POP3: "pop", Protocol.SMTP: "smtp"}


class Flaw(Enum):
    """What can be wrong with a certificate, in the order in which it is told."""

    NAME = "name"
    DATE = "date"
    ISSUER = "issuer"
    CHAIN = "chain"
    """Somebody who signed it: not sent along, expired, or not allowed to sign."""
    WEAK = "weak"
    PURPOSE = "purpose"
    FORM = "form"
    """Something else, in OpenSSL's own words."""


# verify(1): self-signed leaf, self-signed root, issuer not found (two forms).
_NO_ISSUER_SENT = frozenset({20, 21})
_UNKNOWN_ISSUER = frozenset({18, 19}) | _NO_ISSUER_SENT
_WRONG_NAME = frozenset({62, 64})
_WRONG_DATE = frozenset({9, 10})
_OTHER_FLAWS = {
    24: Flaw.CHAIN,
    79: Flaw.CHAIN,
    26: Flaw.PURPOSE,
    66: Flaw.WEAK,
    67: Flaw.WEAK,
    68: Flaw.WEAK,
}


def explain(
    error: TlsFailed, der: bytes | None, server: Server, identity: Identity, address: Address
) -> Outcome:
    """The step that ends with a refused certificate. der: the leaf, where it could be seen."""
    seen = None if der is None else read(der)
    if der is None or seen is None:
        return failed_with(error, verify_code=error.verify_code, reason=error.reason)
    now = datetime.now(UTC)
    flaws = _flaws(error.verify_code, seen, prove(der, identity) is None, now)
    between = seen.interceptor if Flaw.ISSUER in flaws else None
    sentences = [_sentence(flaw, error, seen, server, now) for flaw in flaws]
    first, *others = [full if number == 0 else short for number, (full, short) in enumerate(sentences)]
    text = first
    for other in others:
        text = say("{so_far} {also}", so_far=text, also=other)
    meant = _meant(seen, server, address)
    return failed(
        Fault.UNSAFE,
        text,
        _fix(frozenset(flaws), error, seen, between, meant),
        faults=sorted(flaw.value for flaw in flaws),
        verify_code=error.verify_code,
        interceptor=between,
        names_meant=meant,
        **seen.facts(now),
    )


def _flaws(code: int, seen: Certificate, misnamed: bool, now: datetime) -> list[Flaw]:
    """All that is wrong: what OpenSSL said, and what it did not come to say. At least one."""
    outdated = not seen.since <= now <= seen.until
    found = {
        Flaw.NAME: misnamed or code in _WRONG_NAME,
        Flaw.DATE: outdated,
        Flaw.ISSUER: code in _UNKNOWN_ISSUER,
        Flaw.CHAIN: code in _WRONG_DATE and not outdated,
        Flaw.WEAK: seen.weak,
        Flaw.PURPOSE: not seen.for_servers,
    }
    if code in _NO_ISSUER_SENT and seen.fetchable and seen.interceptor is None:
        found |= {Flaw.ISSUER: False, Flaw.CHAIN: True}
    if code in _OTHER_FLAWS:
        found[_OTHER_FLAWS[code]] = True
    elif code not in _UNKNOWN_ISSUER | _WRONG_NAME | _WRONG_DATE:
        found[Flaw.FORM] = True
    return [flaw for flaw in Flaw if found.get(flaw)]


def _sentence(
    flaw: Flaw, error: TlsFailed, seen: Certificate, server: Server, now: datetime
) -> tuple[Message, Message]:
    """One flaw, as the first that is told and as one of those after it."""
    host, issuer, names = server.host, seen.issuer, _listed(seen.names)
    since, until = seen.since.date().isoformat(), seen.until.date().isoformat()
    match flaw:
        case Flaw.NAME if not seen.names:
            return (
                say("The certificate of {host} names no host at all.", host=host),
                say("It names no host at all."),
            )
        case Flaw.NAME:
            return (
                say("The certificate of {host} is for other names: {names}.", host=host, names=names),
                say("It is for other names: {names}.", names=names),
            )
        case Flaw.DATE if now < seen.since:
            return (
                say("The certificate of {host} begins to be valid on {since}.", host=host, since=since),
                say("It begins to be valid on {since}.", since=since),
            )
        case Flaw.DATE:
            return (
                say("The certificate of {host} expired on {until}.", host=host, until=until),
                say("It expired on {until}.", until=until),
            )
        case Flaw.ISSUER if (between := seen.interceptor) is not None:
            return (
                say(
                    "The certificate shown for {host} is not its own: {product} made it (“{issuer}”).",
                    host=host,
                    product=between,
                    issuer=issuer,
                ),
                say(
                    "It is not the server's own: {product} made it (“{issuer}”).",
                    product=between,
                    issuer=issuer,
                ),
            )
        case Flaw.ISSUER if seen.self_signed:
            return (
                say("The certificate of {host} is signed by nobody but itself.", host=host),
                say("It is signed by nobody but itself."),
            )
        case Flaw.ISSUER:
            return (
                say(
                    "The certificate of {host} is signed by “{issuer}”, whom this computer does not trust.",
                    host=host,
                    issuer=issuer,
                ),
                say("It is signed by “{issuer}”, whom this computer does not trust.", issuer=issuer),
            )
        case Flaw.CHAIN if error.verify_code in _NO_ISSUER_SENT:
            return (
                say(
                    "{host} sends its certificate without that of “{issuer}”, who signed it.",
                    host=host,
                    issuer=issuer,
                ),
                say("It comes without that of “{issuer}”, who signed it.", issuer=issuer),
            )
        case Flaw.CHAIN if error.verify_code in _WRONG_DATE:
            return (
                say(
                    "The certificate of “{issuer}”, who signed that of {host}, is out of date.",
                    host=host,
                    issuer=issuer,
                ),
                say("That of “{issuer}”, who signed it, is out of date.", issuer=issuer),
            )
        case Flaw.CHAIN:
            return (
                say("The certificate of {host} is signed by one who may sign none.", host=host),
                say("It is signed by one who may sign none."),
            )
        case Flaw.WEAK:
            return (
                say("The certificate of {host} has a key or a signature too weak to be safe.", host=host),
                say("It has a key or a signature too weak to be safe."),
            )
        case Flaw.PURPOSE:
            return (
                say("The certificate of {host} is not made for a server.", host=host),
                say("It is not made for a server."),
            )
        case Flaw.FORM:
            return error.happened, error.happened


def _fix(
    flaws: frozenset[Flaw], error: TlsFailed, seen: Certificate, between: str | None, meant: Sequence[str]
) -> Message:
    if between is not None:
        return say(
            "{product}, on this computer or in this network, opens encrypted connections to look into them. "
            "Switch that off for mail in its settings; no password was sent.",
            product=between,
        )
    if flaws == {Flaw.NAME} and meant:
        return say("Try {name} as the server instead.", name=meant[0])
    if Flaw.NAME in flaws and Flaw.ISSUER not in flaws and meant:
        return say(
            "Try {name} as the server instead. What else is wrong, only whoever runs the server can mend.",
            name=meant[0],
        )
    if Flaw.NAME in flaws:
        return say(
            "This may be the wrong server, or somebody in between. Ask the provider for the server's name; "
            "hosting companies often use one of their own."
        )
    if flaws == {Flaw.DATE}:
        return say(
            "See whether the clock of this computer is right. If it is, whoever runs the server must renew "
            "the certificate."
        )
    if flaws == {Flaw.CHAIN} and error.verify_code in _NO_ISSUER_SENT:
        return say(
            "Whoever runs the server must let it send the whole chain, with the certificate of “{issuer}”. "
            "Programs that know that one from elsewhere do not notice.",
            issuer=seen.issuer,
        )
    if Flaw.ISSUER in flaws:
        return say(
            "If this is your own server, give its CA with --ca-file. Otherwise an antivirus program or a "
            "network's login page may stand in between, or the server forgot an intermediate certificate."
        )
    return say("Only whoever runs the server can mend this: tell them what it says here.")


def _meant(seen: Certificate, server: Server, address: Address) -> list[str]:
    """Names that may be the right ones for the server, the likeliest first.

    Only names of the mail domain: a stranger's certificate must not tell people where to go. No wildcards:
    they are not the name of any host.
    """
    usual = _USUAL_LABELS[server.protocol]

    def unlikeliness(name: str) -> int:
        if name.startswith(usual):
            return 0
        if name.startswith("mail."):
            return 1
        return 3 if name == address.domain.ascii else 2

    own = (name.lower() for name in seen.names if "*" not in name)
    own = (name for name in own if address.domain.holds(name) and name != server.host)
    return sorted(dict.fromkeys(own), key=unlikeliness)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    return shown + ", …" if len(names) > _NAMES_SHOWN else shown
