"""The submission server (RFC 6409, 5321, 4954, 3207): takes mail from and for those who live here."""

import re
from collections.abc import Callable
from email.utils import formatdate
from typing import ClassVar

from mailsetup.demo.lines import Conversation
from mailsetup.demo.mailbox import Person
from mailsetup.demo.sasl import MECHANISMS

_HOST = "smtp.example.org"
_LARGEST = 10 * 1024 * 1024
_MOST_RECIPIENTS = 100
# RFC 5321, section 4.1.2; quoted local parts and source routes live nowhere here.
_PATH = re.compile(r"(?i)(?:FROM|TO):\s?<([^<>\s]*)>((?: \S+)*)")
_SIZE = re.compile(r"(?i) SIZE=(\d{1,20})(?= |$)")


class Submission(Conversation):
    """One submission connection."""

    server = "smtp"
    _greeted = False
    _sender: str | None = None
    _data: list[bytes] | None = None
    _octets = 0

    def greet(self) -> None:
        self._recipients: list[str] = []
        self.say(f"220 {_HOST} ESMTP The post office is open.")

    def command(self, line: bytes) -> None:
        if self._data is not None:
            self._take_data(self._data, line)
            return
        verb, _, rest = line.decode("utf-8", "replace").partition(" ")
        verb = verb.upper()
        run = self._COMMANDS.get(verb)
        if run is None:
            self.session.note("?")
            self.say("500 5.5.2 No such command.")
            return
        if verb != "AUTH":
            self.session.note(verb, rest)
        run(self, rest.strip())

    # Greeting and logging in

    def _ehlo(self, _rest: str) -> None:
        self._greeted = True
        self._forget()
        extensions = [f"SIZE {_LARGEST}", "8BITMIME", "PIPELINING", "ENHANCEDSTATUSCODES"]
        extensions.append("AUTH " + " ".join(MECHANISMS) if self.session.secure else "STARTTLS")
        self.say(f"250-{_HOST}", *(f"250-{name}" for name in extensions[:-1]), f"250 {extensions[-1]}")

    def _helo(self, _rest: str) -> None:
        self._greeted = True
        self._forget()
        self.say(f"250 {_HOST}")

    def _starttls(self, _rest: str) -> None:
        if self.session.secure:
            self.say("503 5.5.1 TLS has begun already.")
            return
        # RFC 3207, section 4.2: all that was said before TLS is forgotten.
        self._greeted = False
        self._forget()
        self.say("220 2.0.0 Begin TLS now.")
        self.begin_tls()

    def _auth(self, rest: str) -> None:
        if not self.session.secure:
            self.session.note("AUTH")
            self.say("538 5.7.11 No login in plain text: say STARTTLS first.")
        elif self.session.person is not None or not self._greeted:
            self.session.note("AUTH")
            self.say("503 5.5.1 Not now.")
        else:
            self.authenticate(rest.split())

    def challenge(self, encoded: bytes) -> None:
        self.say(b"334 " + encoded)

    def unknown_mechanism(self) -> None:
        self.say("504 5.5.4 No such SASL mechanism.")

    def malformed(self) -> None:
        self.say("501 5.5.2 That is no answer to the challenge.")

    def logged_in(self, person: Person | None) -> None:
        if person is None:
            self.say("535 5.7.8 User name or password is wrong.")
        else:
            self.say("235 2.7.0 Welcome.")

    # Sending

    def _mail(self, rest: str) -> None:
        path = _PATH.fullmatch(rest)
        if not self.session.secure:
            self.say("530 5.7.0 Say STARTTLS first.")
        elif self.session.person is None:
            self.say("530 5.7.0 Log in first.")
        elif self._sender is not None:
            self.say("503 5.5.1 One sender a message.")
        elif path is None or not rest.upper().startswith("FROM"):
            self.say("501 5.5.4 That is no sender.")
        elif path[1].lower() != self.session.person.address:
            self.say("553 5.7.1 That sender address is not yours.")
        elif (size := _SIZE.search(path[2])) and int(size[1]) > _LARGEST:
            self.say("552 5.3.4 The message is too large.")
        else:
            self._sender = path[1]
            self.say("250 2.1.0 Sender accepted.")

    def _rcpt(self, rest: str) -> None:
        path = _PATH.fullmatch(rest)
        if self._sender is None:
            self.say("503 5.5.1 Name the sender first.")
        elif path is None or not rest.upper().startswith("TO"):
            self.say("501 5.5.4 That is no recipient.")
        elif path[1].lower() not in self.session.house.office.people:
            self.say("550 5.1.1 Nobody of that name lives here.")
        elif len(self._recipients) >= _MOST_RECIPIENTS:
            self.say("452 4.5.3 Too many recipients.")
        else:
            self._recipients.append(path[1].lower())
            self.say("250 2.1.5 Recipient accepted.")

    def _begin_data(self, _rest: str) -> None:
        if not self._recipients:
            self.say("503 5.5.1 Name sender and recipients first.")
        else:
            self._data, self._octets = [], 0
            self.say("354 End with a dot on a line of its own.")

    def _take_data(self, data: list[bytes], line: bytes) -> None:
        if line != b".":
            line = line[1:] if line.startswith(b".") else line
            self._octets += len(line) + 2
            if self._octets <= _LARGEST:
                data.append(line)
            return
        self._data = None
        if self._octets > _LARGEST:
            self.say("552 5.3.4 The message is too large.")
        else:
            received = f"Received: by {_HOST} with ESMTPSA; {formatdate()}"
            content = b"\r\n".join([received.encode(), *data, b""])
            for recipient in dict.fromkeys(self._recipients):
                self.session.house.office.people[recipient].inbox.deliver(content)
            self.say("250 2.0.0 Delivered.")
        self._forget()

    def _rset(self, _rest: str) -> None:
        self._forget()
        self.say("250 2.0.0 Forgotten.")

    def _noop(self, _rest: str) -> None:
        self.say("250 2.0.0 Nothing done.")

    def _vrfy(self, _rest: str) -> None:
        self.say("252 2.5.2 I do not tell who lives here.")

    def _quit(self, _rest: str) -> None:
        self.say("221 2.0.0 Goodbye.")
        self.transport.loseConnection()

    def _forget(self) -> None:
        self._sender = None
        self._recipients = []

    _COMMANDS: ClassVar[dict[str, Callable[["Submission", str], None]]] = {
        "EHLO": _ehlo,
        "HELO": _helo,
        "STARTTLS": _starttls,
        "AUTH": _auth,
        "MAIL": _mail,
        "RCPT": _rcpt,
        "DATA": _begin_data,
        "RSET": _rset,
        "NOOP": _noop,
        "VRFY": _vrfy,
        "QUIT": _quit,
    }
