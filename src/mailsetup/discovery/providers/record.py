"""What a record of the table is made of: one provider, its domains, its servers, and who says so."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from mailsetup.account import WELL_KNOWN_PORTS, Auth, Protocol, Security, Server

ADDRESS = "%EMAILADDRESS%"
LOCAL_PART = "%EMAILLOCALPART%"
"""The forms of a user name."""

PASSWORD = (Auth.PASSWORD,)
OAUTH2_FIRST = (Auth.OAUTH2, Auth.PASSWORD)
OAUTH2_ONLY = (Auth.OAUTH2,)
"""The ways to log in, best first."""

EVERY_PROTOCOL = frozenset(Protocol)
POP3 = frozenset({Protocol.POP3})
"""What a provider decidedly does not offer."""

SEEN = "2026-11-25"
"""The day on which sources without a day of their own were read."""


class Source(NamedTuple):
    """Who says so. date: when it was written, or else read (ISO 8601)."""

    url: str
    date: str = SEEN


class Kind(Enum):
    """What a person must know or do before a mail program gets in; the sentences are in discovery.table."""

    APP_PASSWORD = "app-password"
    TWO_STEPS = "two-steps"
    SWITCH_ON = "switch-on"
    SWITCH_ON_POP3 = "switch-on-pop3"
    SWITCH_ON_SMTP = "switch-on-smtp"
    PAID = "paid"
    NO_POP3 = "no-pop3"
    OTHER_USER = "other-user"
    BRIDGE = "bridge-needed"
    NO_PROGRAMS = "no-mail-programs"


class Note(NamedTuple):
    """Something to know or do, and the page that tells more."""

    kind: Kind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider, or one brand of it with servers of its own.

    domains: its mail domains, A-labels with blanks between. mx: hosts that get the mail of its customers'
    own domains, or what such hosts end with. servers: their user names hold placeholders. absent: what it
    decidedly does not offer.
    """

    name: str
    domains: str = ""
    mx: str = ""
    servers: tuple[Server, ...] = ()
    absent: frozenset[Protocol] = frozenset()
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...]


def at(
    *,
    imap: str = "",
    pop3: str = "",
    smtp: str = "",
    user: str | None = ADDRESS,
    auth: tuple[Auth, ...] = PASSWORD,
) -> tuple[Server, ...]:
    """Servers as HOST for TLS on the well-known port, or HOST:PORT where that port means STARTTLS."""
    places = ((Protocol.IMAP, imap), (Protocol.POP3, pop3), (Protocol.SMTP, smtp))
    return tuple(_server(protocol, place, user, auth) for protocol, place in places if place)


def _server(protocol: Protocol, place: str, user: str | None, auth: tuple[Auth, ...]) -> Server:
    host, _, port = place.partition(":")
    security = Security.STARTTLS if port else Security.TLS
    number = WELL_KNOWN_PORTS[protocol, security]
    if port and int(port) != number:
        raise ValueError(f"{place} is not on the well-known port of STARTTLS")
    return Server(protocol=protocol, host=host, port=number, security=security, username=user, auth=auth)


def ispdb(file: str, commit: str = "c6ad796", date: str = "2026-03-12") -> Source:
    """A file of Thunderbird's provider database, as one commit has it."""
    return Source(f"https://github.com/thunderbird/autoconfig/blob/{commit}/ispdb/{file}", date)


def ispdb_of(file: str, commit: str) -> Source:
    """The same, of a commit whose day is not known."""
    return ispdb(file, commit, SEEN)


def provider_db(file: str) -> Source:
    """A page of Delta Chat's provider database, as the program of that day has it."""
    return Source(f"https://github.com/chatmail/provider-db/blob/main/_providers/{file}.md", "2026-01-27")


FAIREMAIL = Source(
    "https://github.com/marcom81/fork_FairEmail/blob/a010796438c1b2a997f1458b17fb96d8bfdfcee2"
    "/app/src/main/res/xml/providers.xml"
)
QUILLBOX = Source("https://github.com/socrtwo/quillbox")
MUTT_WIZARD = Source("https://github.com/LukeSmithxyz/mutt-wizard/blob/03279ea/domains.csv")
MX_SEEN = Source("https://github.com/email-utils/classifier", "2026-09-29")
MX_SEEN_TOO = Source("https://github.com/tinkrland/themailtell", "2026-10-08")
"""Tables of other programs; the last two hold MX records as DNS had them on that day."""
