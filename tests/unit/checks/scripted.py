"""Mail servers that answer from a script, behind a Net that is none, and remember all they were sent."""

import json
from collections.abc import Callable, Mapping

import anyio
import jsonschema

from mailsetup.account import (
    WELL_KNOWN_PORTS,
    Address,
    Protocol,
    Retention,
    Secret,
    Security,
    Server,
    Token,
)
from mailsetup.checks.check import Target, check
from mailsetup.checks.login import MAX_ATTEMPTS
from mailsetup.checks.report import Report, Step, StepName
from mailsetup.errors import MailsetupError, Message, say
from mailsetup.net import names
from mailsetup.net.failures import BytesBeforeTls, LineTooLong, StreamClosed
from mailsetup.net.stream import MAX_LINE, Attempt, Identity, Proof, TlsFacts
from mailsetup.schema.facts import FACTS

ADA = Address.parse("ada@example.org")
PASSWORD = "correct horse"
AUTH_PLAIN_ADA = "AGFkYUBleGFtcGxlLm9yZwBjb3JyZWN0IGhvcnNl"
"""base64 of NUL, ada@example.org, NUL, the password."""

Answer = str | Callable[[str], str] | None
"""What a server says to a command: a text ({tag}: the IMAP tag), a function of the line, or nothing."""

CLOSE = "<close>"
"""Says nothing more and closes the connection."""


# Every fact that any of these tests brings must be one that the schema tells of.
FACTS_FORM = jsonschema.Draft202012Validator(
    {"type": "object", "properties": dict(FACTS), "additionalProperties": False}
)


class ScriptedServer:
    """Answers by the beginning of each line; a list gives one answer after the other, the last for ever."""

    def __init__(
        self,
        protocol: Protocol,
        security: Security,
        greeting: str | None,
        answers: Mapping[str, Answer | list[Answer]],
    ) -> None:
        self.protocol = protocol
        self.security = security
        self.greeting = greeting
        self.answers = {word: list(a) if isinstance(a, list) else [a] for word, a in answers.items()}
        self.begin()
        self.latency = 0.0
        self.thinks: dict[str, float] = {}
        self.greets_after = 0.0
        self.proof = Proof.HOST
        self.forgets_tls = False
        self.named: tuple[str, ...] | MailsetupError = ("2001:db8::1", "192.0.2.1")
        self.exists = True
        self.led_to: tuple[str, int] | None = None
        self.attempts = (Attempt("2001:db8::1", "unreachable"), Attempt("192.0.2.1", ""))
        self.refuses_to_connect: MailsetupError | None = None
        self.refuses_tls: MailsetupError | None = None
        self.shows: bytes | None = None
        self.presents = b""
        self.sent: list[str] = []
        self.sent_plain: list[str] = []
        self.identities: list[Identity] = []
        self.connections = 0
        self.closed = 0
        self.most_at_once = 0

    @property
    def host(self) -> str:
        return f"{self.protocol.value}.example.org"

    @property
    def commands(self) -> list[str]:
        """The first word of every line that came, without tags."""
        lines = [line.split(" ", 1)[-1] if self.protocol is Protocol.IMAP else line for line in self.sent]
        return [line.split(" ")[0] for line in lines]

    def server(self, **changes: object) -> Server:
        settings = {
            "protocol": self.protocol,
            "host": self.host,
            "port": WELL_KNOWN_PORTS.get((self.protocol, self.security), 143),
            "security": self.security,
            "username": "ada@example.org",
        }
        return Server(**{**settings, **changes})

    def begin(self) -> None:
        """A new connection: the script begins anew."""
        self.waiting = {word: list(answers) for word, answers in self.answers.items()}

    def answer(self, line: str) -> str | None:
        tag, command = "", line
        if self.protocol is Protocol.IMAP and " " in line:
            tag, command = line.split(" ", 1)
        words = [word for word in self.waiting if command.upper().startswith(word.upper())]
        if not words:
            return {Protocol.IMAP: f"{tag} BAD what?\r\n", Protocol.POP3: "-ERR what?\r\n"}.get(
                self.protocol, "500 what?\r\n"
            )
        waiting = self.waiting[max(words, key=len)]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        text = answer(line) if callable(answer) else answer
        return None if text is None else text.replace("{tag}", tag)


class ScriptedStream:
    """See net.stream.Stream."""

    def __init__(self, server: ScriptedServer) -> None:
        server.begin()
        self._server = server
        self._buffer = bytearray()
        self._ended = False
        self.attempts = server.attempts
        self.tls: TlsFacts | None = None
        if server.security is not Security.TLS:
            self._say(server.greeting)

    async def send(self, data: bytes) -> None:
        if self._ended:
            raise _closed()
        text = data.decode().removesuffix("\r\n")
        self._server.sent.append(text)
        if self.tls is None:
            self._server.sent_plain.append(text)
        thinks = sum(seconds for word, seconds in self._server.thinks.items() if word in text)
        await anyio.sleep(self._server.latency + thinks)
        self._say(self._server.answer(text))

    async def line(self) -> bytes:
        await anyio.sleep(0 if self._server.sent else self._server.greets_after)
        end = self._buffer.find(b"\r\n")
        if end < 0:
            if len(self._buffer) > MAX_LINE:
                raise LineTooLong(say("A line is too long."), say("Ask."))
            if self._ended:
                raise _closed()
            await anyio.sleep_forever()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    async def exactly(self, count: int) -> bytes:
        if len(self._buffer) < count:
            raise _closed()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def start_tls(self, identity: Identity) -> TlsFacts:
        self._server.identities.append(identity)
        if self._server.refuses_tls is not None:
            raise self._server.refuses_tls
        if self._buffer:
            raise BytesBeforeTls(say("Bytes before TLS."), say("Try another network."))
        tls = TlsFacts(
            version="TLSv1.3",
            cipher="TLS_AES_256_GCM_SHA384",
            certificate=self._server.presents,
            proof=self._server.proof,
        )
        self.tls = None if self._server.forgets_tls else tls
        if self._server.security is Security.TLS:
            await anyio.sleep(self._server.latency)
            self._say(self._server.greeting)
        return tls

    async def aclose(self) -> None:
        self._server.closed += 1

    def _say(self, text: str | None) -> None:
        if text is None:
            return
        said, close, _ = text.partition(CLOSE)
        self._buffer += said.encode()
        self._ended = self._ended or bool(close)


class ScriptedNet:
    """See net.door.Net; it knows no pages, only servers by their host."""

    def __init__(self, *servers: ScriptedServer) -> None:
        self._servers = {server.host: server for server in servers}

    def destination(self, host: str, port: int) -> tuple[str, int]:
        return self._servers[host].led_to or (host, port)

    async def addresses(self, host: str) -> names.Answer[str]:
        known = next((server for server in self._servers.values() if server.host == host), None)
        if known is None:
            return names.Answer(host, ("198.51.100.7",))
        if isinstance(known.named, MailsetupError):
            raise known.named
        return names.Answer(host, known.named, exists=known.exists)

    async def connect(self, host: str, port: int, identity: Identity | None) -> ScriptedStream:
        server = self._servers[host]
        server.connections += 1
        server.most_at_once = max(server.most_at_once, server.connections - server.closed)
        await anyio.sleep(server.latency)
        if server.refuses_to_connect is not None:
            raise server.refuses_to_connect
        stream = ScriptedStream(server)
        if identity is not None:
            await stream.start_tls(identity)
        return stream

    async def certificate(self, host: str, port: int, start: object) -> bytes | None:
        await anyio.lowlevel.checkpoint()
        return self._servers[host].shows


def _closed() -> StreamClosed:
    return StreamClosed(say("The server closed the connection."), say("Try again."))


class Checked:
    """What came of the check of one server, in every way in which it is told."""

    def __init__(self, report: Report, watched: list[Step], talk: list[str]) -> None:
        self.report = report
        self.watched = watched
        self.talk = talk
        self.steps = {step.name: step for step in report.steps}
        for step in report.steps:
            FACTS_FORM.validate(json.loads(json.dumps(step.facts)))

    def __getitem__(self, name: StepName) -> Step:
        return self.steps[name]

    @property
    def verdicts(self) -> str:
        """The verdict of each step in order, "pass pass fail skip"."""
        return " ".join(step.verdict.value for step in self.report.steps)

    @property
    def everything(self) -> str:
        """All that anybody gets to read of it."""
        shown = [
            (step.text.render(), step.fix and step.fix.render(), step.facts) for step in self.report.steps
        ]
        return "\n".join([repr(self.report), *map(repr, self.watched), *self.talk, *map(str, shown)])


async def check_one(
    scripted: ScriptedServer,
    *,
    password: str | None = PASSWORD,
    token: str | None = None,
    advice: Message | None = None,
    wish: Retention | None = None,
    address: Address = ADA,
    from_srv: str | None = None,
    send_check: bool = True,
    can_retype: bool = False,
    logins: int = MAX_ATTEMPTS,
    timeout: float = 60.0,
    **changes: object,
) -> Checked:
    """Check one scripted server. token: in place of the password. changes: of its Server, `username=None`."""
    credential = None if password is None else Secret(password)
    watched: list[Step] = []
    talk: list[str] = []
    (report,) = await check(
        [Target(server=scripted.server(**changes), from_srv=from_srv, advice=advice)],
        address,
        ScriptedNet(scripted),
        credential=credential if token is None else Token(token),
        wish=wish,
        send_check=send_check,
        can_retype=can_retype,
        logins=logins,
        timeout=timeout,
        watch=lambda _, step: watched.append(step),
        talk=lambda _, direction, line: talk.append(f"{direction} {line}"),
    )
    return Checked(report, watched, talk)


def imap(security: Security = Security.TLS, greeting: str | None = "", **answers: object) -> ScriptedServer:
    """An IMAP server with which all is well, but for what is given: `EXAMINE="{tag} NO gone"`."""
    capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN"
    good = {
        "CAPABILITY": f"* CAPABILITY {capabilities}\r\n{{tag}} OK done\r\n",
        "STARTTLS": "{tag} OK begin TLS\r\n",
        "AUTHENTICATE PLAIN": f"{{tag}} OK [CAPABILITY {capabilities} QUOTA] welcome\r\n",
        "LOGIN": "{tag} OK welcome\r\n",
        "EXAMINE": "* FLAGS (\\Seen)\r\n* 5 EXISTS\r\n* 0 RECENT\r\n{tag} OK [READ-ONLY] done\r\n",
        "GETQUOTAROOT": '* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE 512 1024)\r\n{tag} OK done\r\n',
        "LOGOUT": f"* BYE see you\r\n{{tag}} OK done\r\n{CLOSE}",
    }
    greeting = f"* OK [CAPABILITY {capabilities}] ready\r\n" if greeting == "" else greeting
    return ScriptedServer(Protocol.IMAP, security, greeting, {**good, **_worded(answers)})


def pop3(security: Security = Security.TLS, greeting: str | None = "", **answers: object) -> ScriptedServer:
    """A POP3 server with which all is well, but for what is given."""
    good = {
        "CAPA": "+OK\r\nUSER\r\nUIDL\r\nSASL PLAIN\r\nRESP-CODES\r\n.\r\n",
        "STLS": "+OK begin TLS\r\n",
        "AUTH PLAIN": "+OK welcome\r\n",
        "USER": "+OK\r\n",
        "PASS": "+OK welcome\r\n",
        "STAT": "+OK 2 3000\r\n",
        "LIST": "+OK\r\n1 1000\r\n2 2000\r\n.\r\n",
        "UIDL": "+OK\r\n1 first\r\n2 second\r\n.\r\n",
        "QUIT": f"+OK bye\r\n{CLOSE}",
    }
    greeting = "+OK ready\r\n" if greeting == "" else greeting
    return ScriptedServer(Protocol.POP3, security, greeting, {**good, **_worded(answers)})


def smtp(security: Security = Security.TLS, greeting: str | None = "", **answers: object) -> ScriptedServer:
    """A submission server with which all is well, but for what is given."""
    offered = "250-smtp.example.org\r\n{}250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n"
    plain = offered.format("250-STARTTLS\r\n")
    good = {
        "EHLO": offered.format("") if security is Security.TLS else [plain, offered.format("")],
        "STARTTLS": "220 begin TLS\r\n",
        "AUTH PLAIN": "235 2.7.0 welcome\r\n",
        "MAIL FROM": "250 2.1.0 ok\r\n",
        "RCPT TO": "250 2.1.5 ok\r\n",
        "RSET": "250 2.0.0 ok\r\n",
        "QUIT": f"221 2.0.0 bye\r\n{CLOSE}",
    }
    greeting = "220 smtp.example.org ESMTP\r\n" if greeting == "" else greeting
    return ScriptedServer(Protocol.SMTP, security, greeting, {**good, **_worded(answers)})


def _worded(answers: Mapping[str, object]) -> dict[str, object]:
    """Keyword arguments as the commands they stand for: AUTH_PLAIN is "AUTH PLAIN"."""
    return {word.replace("_", " "): answer for word, answer in answers.items()}
