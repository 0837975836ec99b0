"""What every mail server here does alike: note what it sees, log people in, begin TLS safely."""

from dataclasses import dataclass, field
from typing import Any

from twisted.protocols.tls import TLSMemoryBIOProtocol

from mailsetup.demo.certificates import Certificates, server_name
from mailsetup.demo.mailbox import Person, PostOffice
from mailsetup.demo.record import Command, Login, Record
from mailsetup.demo.sasl import Credentials


@dataclass(frozen=True, slots=True)
class House:
    """All that the servers share."""

    office: PostOffice
    record: Record
    certificates: Certificates


@dataclass(slots=True, kw_only=True)
class Session:
    """One connection to a mail server, as the record tells of it."""

    server: str
    house: House
    secure: bool
    number: int = field(init=False)
    person: Person | None = None
    host: str = ""

    def __post_init__(self) -> None:
        self.number = self.house.record.new_session()

    def note(self, verb: str, detail: str = "") -> None:
        """Write a command down. The caller leaves out of detail whatever could be a secret."""
        self.house.record.commands.append(
            Command(
                server=self.server,
                session=self.number,
                secure=self.secure,
                verb=verb,
                detail=self.house.office.masked(detail),
                host=self.house.office.masked(self.host),
            )
        )

    def login(self, how: str, credentials: Credentials) -> Person | None:
        """Try to log somebody in; None where they are refused."""
        self.person = self.house.office.login(credentials.user, credentials.password)
        self.house.record.logins.append(
            Login(
                server=self.server,
                session=self.number,
                secure=self.secure,
                how=how,
                user=self.house.office.masked(credentials.user),
                accepted=self.person is not None,
            )
        )
        return self.person


class TlsLater:
    """For a line protocol of Twisted: begins TLS in mid-conversation, and obeys nothing that came before it.

    What a client sends behind STARTTLS in the same segment came unencrypted, from whomever; Twisted would
    read it as if it had come encrypted (NO STARTTLS, USENIX Security 2021). Here it ends the connection.
    """

    session: Session
    transport: Any
    _buffer: bytes
    _tls_begins = False
    _surplus = False

    def take_line(self, line: bytes) -> None:
        """One line from the client."""
        raise NotImplementedError

    def begin_tls(self) -> None:
        """Begin TLS once the reply that was just written is out."""
        self.transport.startTLS(self.session.house.certificates)
        self.session.secure = True
        self._tls_begins = True

    def lineReceived(self, line: bytes) -> None:
        if self._tls_begins:
            self._surplus = True
            return
        if self.session.secure and not self.session.host:
            self.session.host = _asked_for(self.transport)
        self.take_line(line)

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)  # type: ignore[misc]
        if self._tls_begins:
            self._tls_begins = False
            if self._surplus or self._buffer:
                self.transport.abortConnection()


def _asked_for(transport: Any) -> str:
    # With TLS from the first byte the transport is the TLS; begun later, it is the transport's protocol.
    tls = transport if isinstance(transport, TLSMemoryBIOProtocol) else transport.protocol
    return server_name(tls.getHandle())
