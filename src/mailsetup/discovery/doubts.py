"""What a person should be told about the answers: where they disagree, and where they are not safe."""

from collections.abc import Iterable, Sequence

from mailsetup.account import Domain, Protocol, Security, Server
from mailsetup.discovery.finding import Finding, Trust, Warn
from mailsetup.discovery.lookalikes import doubt_names
from mailsetup.discovery.naming import Named, Naming, absences, bears_on
from mailsetup.errors import say


def doubt_server(server: Server) -> tuple[Warn, ...]:
    """The warning on one server."""
    if server.security is not Security.PLAIN:
        return ()
    text = say("{host} takes mail and password without encryption: do not use it.", host=server.host)
    return (Warn("plain", text),)


def doubt_answers(domain: Domain, findings: Sequence[Finding], named: Sequence[Named]) -> tuple[Warn, ...]:
    """The warnings on all answers together. named: the servers, best first."""
    warnings = [each for one in findings if bears_on(one, named) for each in one.warnings]
    warnings.extend(doubt_names(domain, (server.server.host for server in named)))
    denied = absences(findings)
    bare: list[Protocol] = []
    for protocol in Protocol:
        servers = [server for server in named if server.server.protocol is protocol]
        if not servers:
            continue
        if protocol in denied:
            denier = next(finding for finding in findings if protocol in finding.absent)
            warnings.append(_contradicts(protocol, denier, servers[0]))
        warnings.extend(_disagreements(protocol, servers))
        if all(server.plain for server in servers):
            bare.append(protocol)
    if bare:
        warnings.append(_plain_only(domain, bare))
    return tuple(warning for at, warning in enumerate(warnings) if warning not in warnings[:at])


def _disagreements(protocol: Protocol, servers: Sequence[Named]) -> Iterable[Warn]:
    """One warning for every answer whose best server is not the best of all. A guess is nobody's word."""
    best = servers[0]
    heard = {naming.place for naming in best.namings}
    for other in servers[1:]:
        for naming in other.namings:
            if naming.place not in heard and naming.finding.trust is not Trust.GUESSED:
                heard.add(naming.place)
                if _differ(best.server, other.server):
                    yield _disagree(protocol, best.namings[0], naming)


def _differ(one: Server, other: Server) -> bool:
    # TLS on one port and STARTTLS on another are two doors of one house.
    return one.host != other.host or (one.security is other.security and one.port != other.port)


def _disagree(protocol: Protocol, best: Naming, other: Naming) -> Warn:
    text = say(
        "The sources disagree about {protocol}: {first} names {host}, {second} names {other}.",
        protocol=protocol.label,
        first=best.finding.question,
        host=_place(best.offer.server),
        second=other.finding.question,
        other=_place(other.offer.server),
    )
    return Warn("disagreement", text)


def _contradicts(protocol: Protocol, denier: Finding, best: Named) -> Warn:
    text = say(
        "The sources disagree about {protocol}: {denier} says that there is none, {first} names {host}.",
        protocol=protocol.label,
        denier=denier.question,
        first=best.namings[0].finding.question,
        host=_place(best.server),
    )
    return Warn("disagreement", text)


def _plain_only(domain: Domain, protocols: Iterable[Protocol]) -> Warn:
    text = say(
        "{domain} has {protocols} only without encryption, where anybody on the way can read the password.",
        domain=domain,
        protocols=", ".join(protocol.label for protocol in protocols),
    )
    return Warn("plain-only", text)


def _place(server: Server) -> str:
    return f"{server.host}:{server.port}"
