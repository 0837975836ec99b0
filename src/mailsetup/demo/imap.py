"""The IMAP server (RFC 3501): Twisted's, with what a careful one has besides."""

from typing import Any, BinaryIO

from twisted.internet.defer import Deferred
from twisted.mail.imap4 import IMAP4Server
from twisted.python.failure import Failure

from mailsetup.demo.folders import FLAGS, Account, Folder, Whole
from mailsetup.demo.sasl import MECHANISMS, Credentials, Exchange, Malformed, text
from mailsetup.demo.session import House, Session, TlsLater

_QUOTA = 100 * 1024  # in units of 1,024 octets (RFC 9208, section 5.1)
_SECRET = frozenset({"LOGIN", "AUTHENTICATE"})

_Server: Any = IMAP4Server
"""Twisted has no types for it."""


class Imap(TlsLater, _Server):  # type: ignore[misc]
    """One IMAP connection."""

    IDENT = b"The post office is open."

    def __init__(self, house: House, *, secure: bool) -> None:
        super().__init__()
        self.session = Session(server="imap", house=house, secure=secure)

    def take_line(self, line: bytes) -> None:
        _Server.lineReceived(self, line)

    def dispatchCommand(self, tag: bytes, cmd: bytes, rest: bytes | None, uid: int | None = None) -> None:
        verb = cmd.decode("ascii", "replace").upper()
        if self.lookupCommand(cmd) is None:
            self.session.note("?")
        elif verb != "UID":
            told = "" if verb in _SECRET else (rest or b"").decode("utf-8", "replace")
            self.session.note(f"UID {verb}" if uid else verb, told)
        super().dispatchCommand(tag, cmd, rest, uid)

    def lookupCommand(self, cmd: bytes) -> Any:
        return super().lookupCommand(cmd) if cmd.isascii() and cmd.isalpha() else None

    def capabilities(self) -> dict[bytes, list[bytes] | None]:
        names = ["SASL-IR", "NAMESPACE", "IDLE", "SPECIAL-USE", "QUOTA", "QUOTA=RES-STORAGE"]
        names += (
            [f"AUTH={name}" for name in MECHANISMS] if self.session.secure else ["STARTTLS", "LOGINDISABLED"]
        )
        return dict.fromkeys([name.encode() for name in names])

    # Logging in

    def do_STARTTLS(self, tag: bytes) -> None:
        if self.session.secure:
            self.sendNegativeResponse(tag, b"TLS has begun already.")
        else:
            self.sendPositiveResponse(tag, b"Begin TLS now.")
            self.begin_tls()

    unauth_STARTTLS = (do_STARTTLS,)

    def do_LOGIN(self, tag: bytes, user: bytes, passwd: bytes) -> None:
        if not self.session.secure:
            self.sendNegativeResponse(tag, b"[PRIVACYREQUIRED] No login in plain text: say STARTTLS first.")
            return
        try:
            self._logged_in(tag, "LOGIN", Credentials(text(user), passwd))
        except Malformed:
            self.sendBadResponse(tag, b"That is no user name.")

    unauth_LOGIN = (do_LOGIN, _Server.arg_astring, _Server.arg_finalastring)

    def do_AUTHENTICATE(self, tag: bytes, line: bytes) -> None:
        words = (line or b"").split(b" ")
        mechanism = words[0].decode("ascii", "replace").upper()
        if not self.session.secure:
            self.sendNegativeResponse(tag, b"[PRIVACYREQUIRED] No login in plain text: say STARTTLS first.")
        elif mechanism not in MECHANISMS or len(words) > 2:
            self.sendNegativeResponse(tag, b"No such SASL mechanism.")
        else:
            exchange = Exchange(mechanism)
            if len(words) == 2:
                self._answered(words[1], exchange, tag)
            else:
                self._challenge(exchange, tag)

    unauth_AUTHENTICATE = (do_AUTHENTICATE, _Server.arg_line)

    def _challenge(self, exchange: Exchange, tag: bytes) -> None:
        self.parseState = "pending"
        self._pendingLiteral: Deferred[bytes] = Deferred()
        self._pendingLiteral.addCallback(self._answered, exchange, tag)
        self.sendLine(b"+ " + exchange.challenge)

    def _answered(self, line: bytes, exchange: Exchange, tag: bytes) -> None:
        try:
            exchange.answer(line)
        except Malformed:
            # Also "*", by which a client calls it off: no base64.
            self.sendBadResponse(tag, b"That is no answer to the challenge.")
            return
        if exchange.credentials is None:
            self._challenge(exchange, tag)
        else:
            self._logged_in(tag, exchange.how, exchange.credentials)

    def _logged_in(self, tag: bytes, how: str, credentials: Credentials) -> None:
        person = self.session.login(how, credentials)
        if person is None:
            self.sendNegativeResponse(tag, b"[AUTHENTICATIONFAILED] User name or password is wrong.")
            return
        self.account = Account(person)
        self.state = "auth"
        self.setTimeout(self.POSTAUTH_TIMEOUT)
        self.sendPositiveResponse(tag, b"[CAPABILITY " + b" ".join(self.listCapabilities()) + b"] Welcome.")

    # Folders and letters

    def _cbSelectWork(self, mbox: Folder | None, cmdName: bytes, tag: bytes) -> None:
        if mbox is None:
            self.sendNegativeResponse(tag, b"[NONEXISTENT] There is no such folder.")
            return
        flags = " ".join(FLAGS).encode()
        self.sendUntaggedResponse(b"%d EXISTS" % mbox.getMessageCount())
        self.sendUntaggedResponse(b"0 RECENT")
        self.sendUntaggedResponse(b"FLAGS (" + flags + b")")
        self.sendPositiveResponse(None, b"[PERMANENTFLAGS (" + (flags if mbox.isWriteable() else b"") + b")]")
        self.sendPositiveResponse(None, b"[UIDVALIDITY %d]" % mbox.getUIDValidity())
        self.sendPositiveResponse(None, b"[UIDNEXT %d]" % mbox.getUIDNext())
        mbox.addListener(self)
        mode = b"[READ-WRITE] " if mbox.isWriteable() else b"[READ-ONLY] "
        self.sendPositiveResponse(tag, mode + cmdName + b" done.")
        self.state = "select"
        self.mbox = mbox

    def _cbAppendGotMailbox(
        self,
        mbox: Folder | None,
        tag: bytes,
        flags: list[bytes] | None,
        date: bytes | None,
        message: BinaryIO,
    ) -> None:
        # Twisted trips over an APPEND without flags, and over a folder that is not there.
        if mbox is None:
            self.sendNegativeResponse(tag, b"[TRYCREATE] There is no such folder.")
        else:
            super()._cbAppendGotMailbox(mbox, tag, flags or [], date, message)

    def connectionLost(self, reason: Failure) -> None:
        if self.mbox is not None:
            self.mbox.removeListener(self)
        super().connectionLost(reason)

    def do_GETQUOTAROOT(self, tag: bytes, name: bytes) -> None:
        """The room that is left (RFC 9208)."""
        person = self.session.person
        assert person is not None
        used = sum(len(letter.content) for folder in person.folders.values() for letter in folder.letters)
        self.sendUntaggedResponse(b'QUOTAROOT INBOX ""')
        self.sendUntaggedResponse(b'QUOTA "" (STORAGE %d %d)' % (-(-used // 1024), _QUOTA))
        self.sendPositiveResponse(tag, b"GETQUOTAROOT done.")

    auth_GETQUOTAROOT = (do_GETQUOTAROOT, _Server.arg_finalastring)
    select_GETQUOTAROOT = auth_GETQUOTAROOT

    # Twisted rebuilds headers from a dictionary: no final empty line, each name once, no bytes beyond ASCII.

    def spew_rfc822header(self, id: int, msg: Whole, _w: Any = None, _f: Any = None) -> None:
        _w(b"RFC822.HEADER " + _literal(msg.head))

    def spew_body(self, part: Any, id: int, msg: Whole, _w: Any = None, _f: Any = None) -> Any:
        if not part.header or part.part:
            return super().spew_body(part, id, msg, _w, _f)
        _w(part.__bytes__() + b" " + _literal(_fields(msg.head, part.header)))
        return None


def _literal(data: bytes) -> bytes:
    return b"{%d}\r\n" % len(data) + data


def _fields(head: bytes, wanted: Any) -> bytes:
    """The fields that BODY[HEADER...] asks for, each with its folded lines, and the empty line at the end."""
    if not wanted.fields:
        return head
    names = {bytes(name).lower() for name in wanted.fields}
    kept, taking = [], False
    for line in head.split(b"\r\n"):
        if line[:1] not in (b" ", b"\t"):
            taking = bool(line) and (line.partition(b":")[0].lower() in names) is not bool(wanted.negate)
        if taking:
            kept.append(line)
    return b"".join(line + b"\r\n" for line in [*kept, b""])
