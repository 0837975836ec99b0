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

Scripted = Answer[Srv] | Answer[Mx] | Page | Exception


def srv(
    service: str, *records: Srv, domain: str = "example.org", signed: bool = False
) -> dict[str, Scripted]:
    """A line of a script: SRV records of one service."""
    question = f"SRV _{service}._tcp.{domain}"
    return {question: Answer(question, records, signed=signed)}


def mx(
    *records: Mx, domain: str = "example.org", exists: bool = True, signed: bool = False
) -> dict[str, Scripted]:
    """A line of a script: the MX records of a domain."""
    question = f"MX {domain}"
    return {question: Answer(question, records, exists=exists, signed=signed)}


def page(
    url: str, body: str | bytes = b"", *, status: int = 200, via: tuple[str, ...] = ()
) -> dict[str, Scripted]:
    """A line of a script: the page that a URL gives. via: where redirects lead it, the last one answers."""
    return {url: Page((url, *via), status, body.encode() if isinstance(body, str) else body)}


class FakeNet:
    """The Net of a script.

    answers: by question, as Finding.question has it; an exception is raised. A question that is not there
    gets an empty answer, and a page's host then does not exist.
    takes: seconds until the answer, by question; everything else takes `otherwise`.
    """

    def __init__(
        self,
        answers: Mapping[str, Scripted] | None = None,
        *,
        takes: Mapping[str, float] | None = None,
        otherwise: float = 0.0,
    ) -> None:
        self._answers = dict(answers or {})
        self._takes = dict(takes or {})
        self._otherwise = otherwise
        self.asked: list[str] = []
        self.kept_to_one_host: list[str] = []
        self.cancelled: list[str] = []

    async def srv(self, name: str) -> Answer[Srv]:
        return await self._answer(f"SRV {name}", Answer(f"SRV {name}"))

    async def mx(self, name: str) -> Answer[Mx]:
        return await self._answer(f"MX {name}", Answer(f"MX {name}"))

    async def txt(self, name: str) -> Answer[bytes]:
        raise AssertionError("nobody asks for TXT")

    async def addresses(self, host: str) -> Answer[str]:
        raise AssertionError("nobody asks for addresses")

    async def get(self, url: str, *, same_host: bool = False) -> Page:
        if same_host:
            self.kept_to_one_host.append(url)
        return await self._answer(url, NO_HOST)

    async def connect(self, host: str, port: int, identity: Identity | None) -> Stream:
        raise AssertionError("discovery speaks to no mail server")

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
