"""The mail domains of the demo and what each of them publishes, as plain data.

All stand under names that nobody can own (RFC 2606): `example.org` and the top-level domain `.example`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

from mailsetup.account import WELL_KNOWN_PORTS, Auth, Protocol, Security, Server
from mailsetup.net.names import Mx, Srv

ISPDB = "https://ispdb.example/v1.1/"
"""Where the world keeps its provider database; a domain's name follows."""

UNKNOWN = "unknown.example"
"""A domain that does not exist. So does every other that is not in PLACES."""

_SOCKET_TYPES = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS", Security.PLAIN: "plain"}
_SERVICES = {
    "imaps": (Protocol.IMAP, Security.TLS),
    "imap": (Protocol.IMAP, Security.STARTTLS),
    "pop3s": (Protocol.POP3, Security.TLS),
    "pop3": (Protocol.POP3, Security.STARTTLS),
    "submissions": (Protocol.SMTP, Security.TLS),
    "submission": (Protocol.SMTP, Security.STARTTLS),
}
_ABSENT = Srv(0, 0, 0, "")
_HOSTS = {Protocol.IMAP: "imap", Protocol.POP3: "pop", Protocol.SMTP: "smtp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A mail domain, the one person who has a mailbox there, and what the domain publishes.

    domain: A-labels. user: the local part. short_login: log in with the local part, not the address.
    srv: records by service label ("imaps"). pages: what HTTPS serves, by URL.
    hosts: mail hosts that exist besides those that SRV records name. wildcard: every other name below the
    domain leads to some host too, as parked domains have it.
    certificate: the names that its mail servers prove; empty where they prove their own, as they should.
    """

    domain: str
    user: str = "ada"
    short_login: bool = False
    srv: Mapping[str, Srv] = field(default_factory=dict)
    mx: tuple[Mx, ...] = ()
    pages: Mapping[str, bytes] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    wildcard: bool = False
    certificate: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The person's address."""
        return f"{self.user}@{self.domain}"

    @property
    def login(self) -> str:
        """The user name that the servers take."""
        return self.user if self.short_login else self.address

    @property
    def mail_hosts(self) -> frozenset[str]:
        """The hosts that its SRV records name."""
        return frozenset(record.target for record in self.srv.values() if record.target)

    @property
    def names(self) -> frozenset[str]:
        """Every host it needs to exist. The domain itself is none: it would pass for a mail server."""
        web = {urlsplit(url).hostname or "" for url in self.pages}
        return self.mail_hosts | self.hosts | web | {record.host for record in self.mx}


def usual_hosts(domain: str) -> frozenset[str]:
    """The IMAP, POP3 and submission hosts inside a domain."""
    return frozenset(f"{label}.{domain}" for label in _HOSTS.values())


def services(domain: str, *labels: str) -> dict[str, Srv]:
    """SRV records to hosts inside a domain; each label comes after those before it (RFC 6186, 8314)."""
    return {
        label: Srv(
            rank * 10, 1, WELL_KNOWN_PORTS[_SERVICES[label]], f"{_HOSTS[_SERVICES[label][0]]}.{domain}"
        )
        for rank, label in enumerate(labels)
    }


def servers(domain: str, security: Iterable[Security] = (Security.TLS, Security.STARTTLS)) -> list[Server]:
    """IMAP, POP3 and submission servers inside a domain, as a settings file lists them."""
    # Without encryption the ports are those that would begin in plain text anyway.
    return [
        Server(
            protocol=protocol,
            host=f"{label}.{domain}",
            port=WELL_KNOWN_PORTS[protocol, Security.TLS if way is Security.TLS else Security.STARTTLS],
            security=way,
            auth=(Auth.PASSWORD,),
            username="%EMAILADDRESS%",
        )
        for protocol, label in _HOSTS.items()
        for way in security
    ]


def settings(domain: str, offered: Iterable[Server]) -> bytes:
    """A provider's clientConfig file, version 1.1 (draft-ietf-mailmaint-autoconfig)."""
    root = ElementTree.Element("clientConfig", version="1.1")
    provider = ElementTree.SubElement(root, "emailProvider", id=domain)
    ElementTree.SubElement(provider, "domain").text = domain
    ElementTree.SubElement(provider, "displayName").text = f"The post office of {domain}"
    for server in offered:
        tag = "incomingServer" if server.protocol.incoming else "outgoingServer"
        entry = ElementTree.SubElement(provider, tag, type=server.protocol.value)
        ElementTree.SubElement(entry, "hostname").text = server.host
        ElementTree.SubElement(entry, "port").text = str(server.port)
        ElementTree.SubElement(entry, "socketType").text = _SOCKET_TYPES[server.security]
        ElementTree.SubElement(entry, "authentication").text = "password-cleartext"
        ElementTree.SubElement(entry, "username").text = server.username
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def own_page(domain: str) -> str:
    """Where a domain publishes its settings file."""
    return f"https://autoconfig.{domain}/mail/config-v1.1.xml"


def well_known_page(domain: str) -> str:
    """The other place for it, on the domain's own host."""
    return f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"


_SECURE = ("imaps", "pop3s", "submissions")
_ALL = ("imaps", "pop3s", "submissions", "imap", "pop3", "submission")

PLACES: tuple[Place, ...] = (
    Place(
        domain="example.org",
        srv=services("example.org", *_ALL),
        mx=(Mx(10, "mx.example.org"),),
        pages={
            own_page("example.org"): settings("example.org", servers("example.org")),
            f"{ISPDB}example.org": settings("example.org", servers("example.org")),
        },
    ),
    Place(domain="srv-only.example", srv=services("srv-only.example", *_ALL)),
    Place(
        domain="autoconfig-only.example",
        hosts=usual_hosts("autoconfig-only.example"),
        pages={
            own_page("autoconfig-only.example"): settings(
                "autoconfig-only.example", servers("autoconfig-only.example")
            )
        },
    ),
    Place(
        domain="well-known-only.example",
        hosts=usual_hosts("well-known-only.example"),
        pages={
            well_known_page("well-known-only.example"): settings(
                "well-known-only.example", servers("well-known-only.example")
            )
        },
    ),
    Place(
        domain="ispdb-only.example",
        hosts=usual_hosts("ispdb-only.example"),
        pages={f"{ISPDB}ispdb-only.example": settings("ispdb-only.example", servers("ispdb-only.example"))},
    ),
    # Known by its MX alone; the provider publishes its own file.
    Place(
        domain="mx-only.example",
        hosts=usual_hosts("provider-mail.example"),
        mx=(Mx(10, "mx1.provider-mail.example"), Mx(20, "mx2.provider-mail.example")),
        pages={
            own_page("provider-mail.example"): settings(
                "provider-mail.example", servers("provider-mail.example")
            )
        },
    ),
    # Known by its MX alone; only the database knows the provider.
    Place(
        domain="mx-ispdb.example",
        hosts=usual_hosts("hosting-mail.example"),
        mx=(Mx(10, "mx.hosting-mail.example"),),
        pages={
            f"{ISPDB}hosting-mail.example": settings("hosting-mail.example", servers("hosting-mail.example"))
        },
    ),
    Place(domain="pop-only.example", srv=services("pop-only.example", "pop3s", "submissions")),
    Place(
        domain="no-imap.example",
        srv={"imaps": _ABSENT, "imap": _ABSENT, **services("no-imap.example", "pop3s", "submissions")},
    ),
    Place(
        domain="wrong-certificate.example",
        srv=services("wrong-certificate.example", *_ALL),
        certificate=("mail.somebody-else.example",),
    ),
    # Proves the mail domain and not the host: enough by RFC 7817, too little for most mail programs.
    Place(
        domain="domain-certificate.example",
        srv=services("domain-certificate.example", *_ALL),
        certificate=("domain-certificate.example",),
    ),
    # Plain DNS points to somebody else's servers: RFC 6186, section 6, wants the user's yes.
    Place(domain="foreign.example", srv=services("mail-host.example", *_SECURE)),
    Place(
        domain="short-name.example",
        user="grace",
        short_login=True,
        srv=services("short-name.example", *_SECURE),
    ),
    Place(
        domain="plain-only.example",
        pages={
            own_page("plain-only.example"): settings(
                "plain-only.example", servers("plain-only.example", (Security.PLAIN,))
            )
        },
    ),
    # Publishes nothing at all: only who tries the usual names finds its servers.
    Place(
        domain="guess.example",
        hosts=usual_hosts("guess.example"),
    ),
    # Parked: any name below it leads to a server, which proves none of them.
    Place(domain="wildcard.example", wildcard=True),
    Place(
        domain="broken-xml.example",
        pages={own_page("broken-xml.example"): b'<?xml version="1.0"?><clientConfig><emailProvider id="bro'},
    ),
)
