"""The server's half of SCRAM, for the answers of a ScriptedServer in each of the three protocols."""

import base64
from collections.abc import Callable

from scramp import ScramMechanism
from tests.unit.checks.scripted import PASSWORD, ScriptedServer, imap, pop3, smtp

from mailsetup.account import Protocol

MAKE = {Protocol.IMAP: imap, Protocol.POP3: pop3, Protocol.SMTP: smtp}
CHALLENGE = {Protocol.IMAP: "+ {}\r\n", Protocol.POP3: "+ {}\r\n", Protocol.SMTP: "334 {}\r\n"}
YES = {Protocol.IMAP: "{} OK yes\r\n", Protocol.POP3: "+OK yes\r\n", Protocol.SMTP: "235 2.7.0 yes\r\n"}
NO = {
    Protocol.IMAP: "{} NO [AUTHENTICATIONFAILED] no\r\n",
    Protocol.POP3: "-ERR [AUTH] no\r\n",
    Protocol.SMTP: "535 5.7.8 no\r\n",
}


def offering(protocol: Protocol, *mechanisms: str, **answers: object) -> ScriptedServer:
    """A server with which all is well and that offers these mechanisms, SASL-IR in IMAP."""
    if protocol is Protocol.IMAP:
        listed = " ".join(f"AUTH={name}" for name in mechanisms)
        return imap(greeting=f"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGINDISABLED {listed}] hi\r\n", **answers)
    if protocol is Protocol.POP3:
        listed = f"+OK\r\nUIDL\r\nSASL {' '.join(mechanisms)}\r\n.\r\n"
        return pop3(**{"CAPA": listed, **answers})
    listed = f"250-smtp.example.org\r\n250 AUTH {' '.join(mechanisms)}\r\n"
    return smtp(**{"EHLO": listed, **answers})


class ScramServer:
    """Plays one mechanism. password: the one it knows. binding: of its TLS session, for -PLUS.

    first, final: in place of its own messages, each made of the right one.
    """

    def __init__(
        self,
        protocol: Protocol,
        mechanism: str,
        *,
        password: str = PASSWORD,
        binding: bytes | None = None,
        first: Callable[[str], str] = str,
        final: Callable[[str], str] = str,
    ) -> None:
        self.protocol = protocol
        self._mechanism = ScramMechanism(mechanism)
        self._known = self._mechanism.make_auth_info(password)
        self._binding = None if binding is None else ("tls-server-end-point", binding)
        self._first = first
        self._final = final
        self.tag = ""
        self.users: list[str] = []
        self.proofs = 0

    def begin(self, line: str) -> str:
        """The answer to AUTH or AUTHENTICATE with its initial response."""
        self.tag = line.split(" ")[0]
        coded = line.split(" ")[-1]
        if coded == self._mechanism.name:
            return CHALLENGE[self.protocol].format("")
        return self.salt(coded)

    def salt(self, coded: str) -> str:
        """The answer to the client's first message."""

        def known(user: str) -> object:
            self.users.append(user)
            return self._known

        self._server = self._mechanism.make_server(known, channel_binding=self._binding)
        self._server.set_client_first(base64.b64decode(coded).decode())
        return self._challenge(self._first(self._server.get_server_first()))

    def judge(self, coded: str) -> str:
        """The answer to the client's proof."""
        self.proofs += 1
        try:
            self._server.set_client_final(base64.b64decode(coded).decode())
        except Exception:
            return NO[self.protocol].format(self.tag)
        return self._challenge(self._final(self._server.get_server_final()))

    def end(self, line: str) -> str:
        """The answer to the empty line after the signature."""
        return YES[self.protocol].format(self.tag)

    def answers(self) -> dict[str, object]:
        """For `offering`."""
        command = "AUTHENTICATE" if self.protocol is Protocol.IMAP else "AUTH"
        return {
            f"{command} {self._mechanism.name}": self.begin,
            **{base64.b64encode(begin).decode(): self.salt for begin in (b"n,,", b"y,,")},
            "Yz1": self.judge,
            "": self.end,
        }

    def _challenge(self, text: str) -> str:
        return CHALLENGE[self.protocol].format(base64.b64encode(text.encode()).decode())
