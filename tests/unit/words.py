"""Words made by hand, for the tests of what is done with them."""

from mailsetup.account import (
    WELL_KNOWN_PORTS,
    Address,
    Auth,
    Protocol,
    Retention,
    Security,
    Server,
    Subject,
    domain_of,
)
from mailsetup.discovery.finding import Candidate, Discovery, Trust

ADA = Address.parse("ada@example.org")
_HOSTS = {Protocol.IMAP: "imap", Protocol.POP3: "pop", Protocol.SMTP: "smtp"}


def server(
    protocol: Protocol,
    security: Security = Security.TLS,
    *,
    host: str | None = None,
    username: str | None = "%EMAILADDRESS%",
) -> Server:
    """A server on its usual port, inside example.org unless a host is given."""
    way = Security.TLS if security is Security.TLS else Security.STARTTLS
    return Server(
        protocol=protocol,
        host=host or f"{_HOSTS[protocol]}.example.org",
        port=WELL_KNOWN_PORTS[protocol, way],
        security=security,
        auth=(Auth.PASSWORD,),
        username=username,
    )


def candidate(
    protocol: Protocol,
    security: Security = Security.TLS,
    *,
    host: str | None = None,
    trust: Trust = Trust.VERIFIED,
    subject: Subject = ADA,
    username: str | None = "%EMAILADDRESS%",
    retention: Retention | None = None,
) -> Candidate:
    """The same, with what is known of it; foreign where its host is."""
    found = server(protocol, security, host=host, username=username)
    return Candidate(
        server=found,
        trust=trust,
        foreign=not domain_of(subject).holds(found.host),
        sources=("autoconfig",),
        retention=retention,
    )


def discovery(*candidates: Candidate, subject: Subject = ADA) -> Discovery:
    """A discovery of these, best first."""
    return Discovery(
        subject=subject,
        incoming=tuple(one for one in candidates if one.server.protocol.incoming),
        outgoing=tuple(one for one in candidates if not one.server.protocol.incoming),
        findings=(),
    )
