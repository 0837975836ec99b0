"""A conversation in lines: what POP3 and submission have in common."""

# Twisted is typed in part.
# mypy: untyped-calls-exclude="twisted"

from typing import ClassVar

from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineOnlyReceiver
from twisted.protocols.policies import TimeoutMixin
from twisted.python.failure import Failure

from mailsetup.demo.mailbox import Person
from mailsetup.demo.sasl import MECHANISMS, Exchange, Malformed
from mailsetup.demo.session import House, Session, TlsLater

# RFC 1939, section 3, wants ten minutes, RFC 5321 five; nobody waits that long here.
_IDLE = 300


class Conversation(TlsLater, LineOnlyReceiver, TimeoutMixin):
    """Lines in, lines out, with SASL and a record. One object is one connection."""

    server: ClassVar[str]

    def __init__(self, house: House, *, secure: bool) -> None:
        self.session = Session(server=self.server, house=house, secure=secure)
        self._exchange: Exchange | None = None

    def connectionMade(self) -> None:
        TimeoutMixin.setTimeout(self, _IDLE)
        self.greet()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        TimeoutMixin.setTimeout(self, None)
        self.gone()

    def say(self, *lines: str | bytes) -> None:
        """Send lines."""
        data = b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines)
        self.transport.write(data)

    def take_line(self, line: bytes) -> None:
        TimeoutMixin.resetTimeout(self)
        if self._exchange is not None:
            self._answer(self._exchange, line)
        else:
            self.command(line)

    def authenticate(self, words: list[str]) -> None:
        """Begin SASL: the words after AUTH, a mechanism and perhaps the first answer."""
        mechanism = words[0].upper() if words else ""
        if mechanism not in MECHANISMS or len(words) > 2:
            self.session.note("AUTH")
            self.unknown_mechanism()
            return
        self.session.note(f"AUTH {mechanism}")
        self._exchange = Exchange(mechanism)
        if len(words) == 2:
            self._answer(self._exchange, words[1].encode())
        else:
            self.challenge(self._exchange.challenge)

    def _answer(self, exchange: Exchange, line: bytes) -> None:
        self._exchange = None
        try:
            exchange.answer(line)
        except Malformed:
            # Also "*", by which a client calls it off: no base64.
            self.malformed()
            return
        if exchange.credentials is None:
            self._exchange = exchange
            self.challenge(exchange.challenge)
        else:
            self.logged_in(self.session.login(exchange.how, exchange.credentials))

    def greet(self) -> None:
        """Say the first word."""
        raise NotImplementedError

    def gone(self) -> None:
        """The client is gone."""

    def command(self, line: bytes) -> None:
        """One command."""
        raise NotImplementedError

    def challenge(self, encoded: bytes) -> None:
        """Send a SASL challenge."""
        raise NotImplementedError

    def unknown_mechanism(self) -> None:
        """Refuse a SASL mechanism."""
        raise NotImplementedError

    def malformed(self) -> None:
        """Refuse a SASL answer that is none."""
        raise NotImplementedError

    def logged_in(self, person: Person | None) -> None:
        """An attempt to log in has ended, None: without success."""
        raise NotImplementedError
