"""The words that cross rooms: addresses, servers, and what is chosen of them.

All are frozen and valid once built. Of our own code this imports only the errors, to say what is wrong.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

import idna

from mailsetup.errors import WrongUsage, say

# RFC 1035, section 2.3.4: the longest name, as text without the final dot.
_MAX_NAME = 253
# RFC 5321, section 4.5.3.1.3: the longest path, without its angle brackets, in octets.
_MAX_ADDRESS = 254
# Underscores stand in no host name (RFC 1123), and nothing else here could leave a quoted string.
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# What no user name may hold: it is written into files and sent in line-based protocols. The last are
# bytes of an argument that were no text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Protocol(Enum):
    """What a mail server speaks to mail programs."""

    IMAP = "imap"
    POP3 = "pop3"
    SMTP = "smtp"

    @property
    def label(self) -> str:
        """The name as people write it."""
        return self.name

    @property
    def incoming(self) -> bool:
        """Whether mail is fetched with it, not sent."""
        return self is not Protocol.SMTP


class Security(Enum):
    """How a connection becomes encrypted. TLS is from the first byte (RFC 8314 "implicit TLS")."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class Auth(Enum):
    """The ways to log in that settings name (draft-ietf-mailmaint-autoconfig, `authentication`)."""

    PASSWORD = "password"
    ENCRYPTED_PASSWORD = "encrypted-password"
    OAUTH2 = "oauth2"
    GSSAPI = "gssapi"
    NTLM = "ntlm"
    CLIENT_CERTIFICATE = "client-certificate"
    NONE = "none"


WELL_KNOWN_PORTS: dict[tuple[Protocol, Security], int] = {
    (Protocol.IMAP, Security.TLS): 993,
    (Protocol.IMAP, Security.STARTTLS): 143,
    (Protocol.POP3, Security.TLS): 995,
    (Protocol.POP3, Security.STARTTLS): 110,
    (Protocol.SMTP, Security.TLS): 465,
    (Protocol.SMTP, Security.STARTTLS): 587,
}
"""RFC 8314, sections 3.2 and 3.3."""


def host_name(text: str) -> str:
    """A host name as it is asked in DNS: A-labels, lower case, no final dot. An IP address is refused.

    Raises ValueError where the text is no host name (RFC 1123, IDNA 2008).
    """
    name = text.strip().removesuffix(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise ValueError("not a host name") from None
    labels = name.split(".")
    if len(name) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("not a host name")
    if labels[-1].isdigit():
        raise ValueError("an IP address, not a host name")
    return name


def is_clean(text: str) -> bool:
    """Whether a text holds no control character, line break or stray byte."""
    return _CONTROL.search(text) is None


@dataclass(frozen=True, slots=True)
class Domain:
    """A mail domain.

    name: as people write it (U-labels, lower case). ascii: as DNS and TLS know it (A-labels).
    """

    name: str
    ascii: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a domain typed by a person. Raises WrongUsage where it is none."""
        try:
            ascii_name = host_name(text)
            if "." not in ascii_name:
                raise ValueError("no dot")
            return cls(name=idna.decode(ascii_name), ascii=ascii_name)
        except (ValueError, idna.IDNAError):
            raise WrongUsage(
                say("“{text}” is not a mail domain.", text=text),
                say("Give a domain such as example.org, or an address such as ada@example.org."),
            ) from None

    def holds(self, host: str) -> bool:
        """Whether a host (A-labels) is this domain or below it."""
        return host == self.ascii or host.endswith("." + self.ascii)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Address:
    """An email address: the local part as typed, and its domain."""

    local: str
    domain: Domain

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address typed by a person (RFC 5321, RFC 6531). Raises WrongUsage where it is none."""
        # Imported late: the command line must be up before this is needed.
        import email_validator

        local, _, domain = text.strip().rpartition("@")
        try:
            # The validator refuses the domains of private networks (.local, .test): it is not asked of them.
            parts = email_validator.validate_email(
                f"{local}@example.org", check_deliverability=False, allow_quoted_local=False
            )
            address = cls(local=parts.local_part, domain=Domain.parse(domain))
            if domain.strip() != domain or len(address.ascii.encode()) > _MAX_ADDRESS:
                raise ValueError("a space, or too long")
        except (email_validator.EmailNotValidError, ValueError, WrongUsage):
            raise WrongUsage(
                say("“{text}” is not an email address.", text=text),
                say("Give one such as ada@example.org."),
            ) from None
        return address

    def __str__(self) -> str:
        return f"{self.local}@{self.domain.name}"

    @property
    def ascii(self) -> str:
        """The address with its domain as A-labels, as it is sent to servers."""
        return f"{self.local}@{self.domain.ascii}"


Subject = Address | Domain
"""Whom settings are asked for: one address, or any address of a domain."""


def parse_subject(text: str) -> Subject:
    """Read what somebody typed: what holds an @ is an address. Raises WrongUsage."""
    return Address.parse(text) if "@" in text else Domain.parse(text)


def domain_of(subject: Subject) -> Domain:
    """The mail domain of either."""
    return subject.domain if isinstance(subject, Address) else subject


def fill_placeholders(template: str, subject: Subject) -> str:
    """Put an address into `%EMAILADDRESS%`, `%EMAILLOCALPART%` and `%EMAILDOMAIN%`.

    For a bare domain the first two are left standing (draft-ietf-mailmaint-autoconfig, placeholders).
    """
    domain = domain_of(subject)
    filled = template.replace("%EMAILDOMAIN%", domain.ascii)
    if isinstance(subject, Address):
        filled = filled.replace("%EMAILADDRESS%", subject.ascii)
        filled = filled.replace("%EMAILLOCALPART%", subject.local)
    return filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One mail server and how to log in to it.

    host: A-labels. port: 1 to 65535. auth: methods in order of preference, empty where unknown.
    username: as published, or None where nobody published one.
    """

    protocol: Protocol
    host: str
    port: int
    security: Security
    auth: tuple[Auth, ...] = ()
    username: str | None = None

    def __post_init__(self) -> None:
        if host_name(self.host) != self.host:
            raise ValueError("host must be A-labels in lower case")
        if not 1 <= self.port <= 65535:
            raise ValueError("port must be 1 to 65535")
        if self.username is not None and (not self.username or not is_clean(self.username)):
            raise ValueError("user name is empty or holds control characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What POP3 leaves on the server once a message is downloaded.

    keep: leave messages there at all.
    days: remove each this many days after its download; None means never.
    until_deleted: also remove one when the user deletes it in the mail program.

    The mail program does this itself, with DELE and UIDL (RFC 1939, sections 5 and 7).
    """

    keep: bool = True
    days: int | None = None
    until_deleted: bool = False

    def __post_init__(self) -> None:
        if self.days is not None and not 1 <= self.days <= 9999:
            raise ValueError("days must be 1 to 9999")
        if not self.keep and (self.days is not None or self.until_deleted):
            raise ValueError("nothing can be kept for a time where nothing is kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The choice: what a mail program is set up with.

    name: the person's name, as others see it; may be empty.
    incoming and outgoing carry the user name to log in with.
    retention: for POP3 only, None for IMAP.
    """

    address: Address
    name: str
    incoming: Server
    outgoing: Server
    retention: Retention | None = None

    def __post_init__(self) -> None:
        if not self.incoming.protocol.incoming or self.outgoing.protocol is not Protocol.SMTP:
            raise ValueError("an account fetches by IMAP or POP3 and sends by SMTP")
        if (self.retention is not None) != (self.incoming.protocol is Protocol.POP3):
            raise ValueError("retention belongs to POP3, and POP3 needs one")
        if self.incoming.username is None or self.outgoing.username is None:
            raise ValueError("an account names its users")
        if not is_clean(self.name):
            raise ValueError("the person's name holds control characters")


@dataclass(frozen=True, slots=True)
class _Hidden:
    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__


class Secret(_Hidden):
    """A password. It prints as stars, so that it cannot slip into a log or a traceback."""

    __slots__ = ()


class Token(_Hidden):
    """An OAuth2 bearer token (RFC 6750), as hidden as a password, and never taken for one."""

    __slots__ = ()


Credential = Secret | Token
"""What proves to a server who wants in."""
