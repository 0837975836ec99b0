"""A network from a script, which remembers every question that it was asked, in order."""

from collections.abc import Awaitable, Callable, Mapping
from math import inf

import anyio

from mailsetup.errors import NetworkFailed, say
from mailsetup.net.failures import ConnectFailed, NameFailed
from mailsetup.net.http import Page
from mailsetup.net.names import Answer, Mx, Srv
from mailsetup.net.stream import Attempt, Identity, Stream

NEVER = inf

NO_DNS = NameFailed(say("No name server answered."), say("Check the network."))
CUT_OFF = ConnectFailed(say("Nobody answers."), say("Try later."), (Attempt("192.0.2.1", "filtered"),))
NO_HOST = ConnectFailed(say("There is no such host."), say("Check the spelling."), ())
CLOSED = ConnectFailed(say("Nothing listens there."), say("Check."), (Attempt("192.0.2.1", "refused"),))

Scripted = Answer[Srv] | Answer[Mx] | Answer[bytes] | Answer[str] | Page | Callable[[], Stream] | Exception


def srv(
    service: str, *records: Srv, domain: str = "example.org", signed: bool = False
) -> dict[str, Scripted]:
    """A line of a script: SRV records of one service, whose targets exist."""
    question = f"SRV _{service}._tcp.{domain}"
    script: dict[str, Scripted] = {question: Answer(question, records, signed=signed)}
    for record in records:
        script |= addresses(record.target, "192.0.2.1")
    return script


def mx(
    *records: Mx, domain: str = "example.org", exists: bool = True, signed: bool = False
) -> dict[str, Scripted]:
    """A line of a script: the MX records of a domain."""
    question = f"MX {domain}"
    return {question: Answer(question, records, exists=exists, signed=signed)}


def txt(name: str, *records: bytes, signed: bool = False) -> dict[str, Scripted]:
    """A line of a script: the TXT records of a name."""
    return {f"TXT {name}": Answer(f"TXT {name}", records, signed=signed)}


def addresses(host: str, *records: str, exists: bool = True) -> dict[str, Scripted]:
    """A line of a script: the addresses of a host."""
    question = f"AAAA and A {host}"
    return {question: Answer(question, records, exists=exists)}


def page(
    url: str, body: str | bytes = b"", *, status: int = 200, via: tuple[str, ...] = ()
) -> dict[str, Scripted]:
    """A line of a script: the page that a URL gives. via: where redirects lead it, the last one answers."""
    return {url: Page((url, *via), status, body.encode() if isinstance(body, str) else body)}


class FakeNet:
    """The Net of a script.

    answers: by question, as Finding.question has it, and by "HOST:PORT" what opens a stream to a mail server;
    an exception is raised. A question that is not there gets an empty answer, a page's host then does not
    exist, and a port is closed.
    takes: seconds until the answer, by question; everything else takes `otherwise`.
    led: hosts to which the user leads connections elsewhere, and where.
    """

    def __init__(
        self,
        answers: Mapping[str, Scripted] | None = None,
        *,
        takes: Mapping[str, float] | None = None,
        otherwise: float = 0.0,
        led: Mapping[str, str] | None = None,
    ) -> None:
        self.led = dict(led or {})
        self._answers = dict(answers or {})
        self._takes = dict(takes or {})
        self._otherwise = otherwise
        self.asked: list[str] = []
        self.kept_to_one_host: list[str] = []
        self.posted: list[tuple[str, bytes]] = []
        self.cancelled: list[str] = []

    async def srv(self, name: str) -> Answer[Srv]:
        return await self._answer(f"SRV {name}", Answer(f"SRV {name}"))

    async def mx(self, name: str) -> Answer[Mx]:
        return await self._answer(f"MX {name}", Answer(f"MX {name}"))

    async def txt(self, name: str) -> Answer[bytes]:
        return await self._answer(f"TXT {name}", Answer(f"TXT {name}"))

    async def addresses(self, host: str) -> Answer[str]:
        question = f"AAAA and A {host}"
        return await self._answer(question, Answer(question))

    async def get(self, url: str, *, same_host: bool = False) -> Page:
        if same_host:
            self.kept_to_one_host.append(url)
        return await self._answer(url, NO_HOST)

    async def post(self, url: str, body: bytes, media_type: str) -> Page:
        self.posted.append((url, body))
        return await self._answer(f"POST {url}", NO_HOST)

    def destination(self, host: str, port: int) -> tuple[str, int]:
        return self.led.get(host, host), port

    async def connect(self, host: str, port: int, identity: Identity | None) -> Stream:
        begin = await self._answer(f"{host}:{port}", CLOSED)
        stream = begin()
        if identity is not None:
            await stream.start_tls(identity)
        return stream

    async def certificate(
        self, host: str, port: int, start: Callable[[Stream], Awaitable[None]] | None
    ) -> bytes | None:
        raise AssertionError("discovery looks at no certificate")

    async def _answer(self, question, otherwise):
        self.asked.append(question)
        try:
            await anyio.sleep(self._takes.get(question, self._otherwise))
        except anyio.get_cancelled_exc_class():
            self.cancelled.append(question)
            raise
        answer = self._answers.get(question, otherwise)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def pages_asked(self) -> list[str]:
        """The URLs alone."""
        return [question for question in self.asked if question.startswith("http")]


class NoNet(FakeNet):
    """A machine that is not connected to anything."""

    async def _answer(self, question, otherwise):
        self.asked.append(question)
        raise NetworkFailed(say("There is no network."), say("Connect to one."))
