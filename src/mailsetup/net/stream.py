"""One conversation with a server, line by line, and the TLS under it."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

MAX_LINE = 64 * 1024
"""Bytes in a line, its CRLF not counted. RFC 9051 and its kin set none; no honest reply comes near."""
MAX_LITERAL = 1024 * 1024
"""Bytes in one IMAP literal."""


class Proof(Enum):
    """By which name a verified certificate proved the server (RFC 6125, 7817, 9525)."""

    HOST = "host"
    SRV_ID = "srv-id"
    MAIL_DOMAIN = "mail-domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a server must prove to be, by its certificate.

    host: the name we asked for (DNS-ID). mail_domain and service ("imaps"): for a server found by SRV,
    the domain and service label of the question; then a certificate for either of them will do as well
    (RFC 7817, section 3; RFC 6186, section 6).
    """

    host: str
    mail_domain: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """A TLS session whose certificate was verified.

    version: as OpenSSL says it, "TLSv1.3". certificate: the leaf in DER.
    """

    version: str
    cipher: str
    certificate: bytes
    proof: Proof


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to connect: the IP address, and why it failed, or "".

    "refused"; "filtered": no answer at all; "unreachable": no way there; "slow": another answered first,
    though it was asked later.
    """

    address: str
    failure: str


class Stream(Protocol):
    """A connection to one server. Lines end with CRLF; a line may have MAX_LINE bytes."""

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every address tried, in order; the last one answered."""

    @property
    def tls(self) -> TlsFacts | None:
        """The proven TLS session, or None while the connection is plain."""

    async def send(self, data: bytes) -> None:
        """Send bytes. Raises StreamClosed."""

    async def line(self) -> bytes:
        """The next line, without its CRLF. Raises LineTooLong, StreamClosed."""

    async def exactly(self, count: int) -> bytes:
        """The next count bytes (an IMAP literal). Raises ValueError past MAX_LITERAL, StreamClosed."""

    async def start_tls(self, identity: Identity) -> TlsFacts:
        """Begin TLS on a plain connection.

        Raises BytesBeforeTls where the server sent more than the reply that was read: those bytes would
        pass for encrypted ones (NO STARTTLS, USENIX Security 2021). Raises TlsFailed.
        """

    async def aclose(self) -> None:
        """Close, at once and without a word."""
