"""The domains, files and Findings that the tests of this room speak of."""

from mailsetup.account import Address, Domain, Protocol, Security, Server
from mailsetup.discovery.finding import Finding, Offer, Outcome, Trust

DOMAIN = Domain.parse("example.org")
ADA = Address.parse("ada@example.org")

OWN_FILE = "https://autoconfig.example.org/mail/config-v1.1.xml"
SITE_FILE = "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml"
ISPDB = "https://live.thunderbird.net/autoconfig/v1.1/"
ISPDB_ENTRY = ISPDB + "example.org"

_SOCKETS = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS", Security.PLAIN: "plain"}


def server(word: str, host: str, port: int, security: Security = Security.TLS, **more: object) -> Server:
    return Server(protocol=Protocol(word), host=host, port=port, security=security, **more)


IMAP = server("imap", "imap.example.org", 993)
IMAP_STARTTLS = server("imap", "imap.example.org", 143, Security.STARTTLS)
POP3 = server("pop3", "pop.example.org", 995)
SMTP = server("smtp", "smtp.example.org", 465)
SMTP_STARTTLS = server("smtp", "smtp.example.org", 587, Security.STARTTLS)


def config(*servers: Server, domain: str = "example.org", more: str = "") -> str:
    """A clientConfig file that names these servers."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="{domain}"><domain>{domain}</domain>
{"".join(map(server_xml, servers))}{more}</emailProvider></clientConfig>"""


def server_xml(one: Server) -> str:
    tag = "incomingServer" if one.protocol.incoming else "outgoingServer"
    return f"""<{tag} type="{one.protocol.value}"><hostname>{one.host}</hostname><port>{one.port}</port>
<socketType>{_SOCKETS[one.security]}</socketType><username>{one.username or "%EMAILADDRESS%"}</username>
<authentication>password-cleartext</authentication></{tag}>"""


def found(
    *servers: Server | Offer, source: str = "autoconfig", trust: Trust = Trust.VERIFIED, **more: object
) -> Finding:
    """A Finding that names these servers."""
    offers = tuple(one if isinstance(one, Offer) else Offer(server=one) for one in servers)
    more.setdefault("question", f"the question of {source}")
    return Finding(source=source, outcome=Outcome.FOUND, offers=offers, trust=trust, **more)
