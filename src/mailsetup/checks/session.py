"""One server's check from the first packet to the last: what IMAP, POP3 and submission have in common."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import anyio

from mailsetup.account import Address, Secret, Security, Server
from mailsetup.checks import channel
from mailsetup.checks.conversation import Masks, Overheard, Talk
from mailsetup.checks.dialect import Dialect, WayIn
from mailsetup.checks.login import (
    ATTEMPT_SECONDS,
    MAX_ATTEMPTS,
    Attempts,
    Login,
    says_oauth_only,
    without_password,
)
from mailsetup.checks.outcome import Outcome, failed_with, skipped
from mailsetup.checks.progress import Progress, Stopped
from mailsetup.checks.report import Fault, Report, Step, StepName, Verdict
from mailsetup.errors import MailsetupError, say
from mailsetup.net.door import Net
from mailsetup.net.failures import ConnectFailed, NameFailed, TlsFailed
from mailsetup.net.stream import Identity, Stream, TlsFacts

_GOODBYE_SECONDS = 2.0
_LOOK_SECONDS = 5.0

FIRST_STEPS = (
    StepName.RESOLVE,
    StepName.CONNECT,
    StepName.TLS,
    StepName.GREETING,
    StepName.CAPABILITIES,
    StepName.LOGIN,
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the check of one server needs to know.

    deadline: of the whole run, on anyio's clock; seconds: its length.
    """

    server: Server
    identity: Identity
    address: Address
    net: Net
    password: Secret | None
    attempts: Attempts
    deadline: float
    seconds: float
    watch: Callable[[Step], None] | None = None
    talk: Talk | None = None


class Session:
    """Does the steps of one server, one after the other, and makes the report of them."""

    def __init__(self, plan: Plan, names: Sequence[StepName]) -> None:
        self._plan = plan
        self._server = plan.server
        self._login = Login(plan.server, plan.address, plan.attempts)
        self._masks = Masks(plan.password, self._login.names)
        self._progress = Progress(
            names,
            plan.server.host,
            deadline=plan.deadline,
            seconds=plan.seconds,
            masks=self._masks,
            watch=plan.watch,
        )
        self._stream: Stream | None = None
        self._tls: TlsFacts | None = None

    async def run(self, make: Callable[[Stream], Dialect]) -> Report:
        """Do all steps. make: the dialect for a stream. Nothing that a server does raises an error here."""
        try:
            await self._check(make)
        except Stopped:
            pass
        finally:
            if self._stream is not None:
                with anyio.move_on_after(_GOODBYE_SECONDS, shield=True):
                    await self._stream.aclose()
        self._progress.skip_rest()
        return Report(
            server=self._server,
            steps=tuple(self._progress.steps),
            username=self._login.worked,
            logins_tried=len(self._login.tried),
        )

    @property
    def certificate(self) -> bytes | None:
        """The certificate by which the server proved itself, in DER."""
        return None if self._tls is None else self._tls.certificate

    async def _check(self, make: Callable[[Stream], Dialect]) -> None:
        stream = await self._reach()
        dialect = make(stream)
        if self._server.security is Security.TLS:
            await self._progress.do(StepName.TLS, lambda: self._start_tls(stream, make))
            await self._progress.do(StepName.GREETING, lambda: dialect.greet(proven=True))
        else:
            await self._upgrade(stream, dialect, make)
        await self._progress.do(StepName.CAPABILITIES, dialect.capabilities)
        entered = await self._progress.do(
            StepName.LOGIN, lambda: self._enter(stream, dialect), MAX_ATTEMPTS * ATTEMPT_SECONDS
        )
        if entered.verdict is Verdict.PASS or entered.facts.get("open"):
            for name, work in dialect.last_steps:
                await self._progress.do(name, work)
        else:
            self._progress.skip_rest(skipped(say("This needs a login.")))
        # All that was to be known is known: how the server takes its leave changes nothing.
        with anyio.move_on_after(_GOODBYE_SECONDS), suppress(MailsetupError):
            await dialect.leave()

    async def _reach(self) -> Stream:
        if self._server.security is Security.PLAIN:
            self._progress.tell(StepName.TLS, channel.no_encryption(self._server))
        name = StepName.CONNECT

        async def connect() -> Outcome:
            nonlocal name
            try:
                stream = await self._plan.net.connect(self._server.host, self._server.port, None)
            except NameFailed as error:
                name = StepName.RESOLVE
                return failed_with(error)
            except ConnectFailed as error:
                if not error.attempts:
                    name = StepName.RESOLVE
                return failed_with(error, addresses=channel.told(error.attempts))
            talk = self._plan.talk
            self._stream = stream if talk is None else Overheard(stream, self._masks, talk)
            return channel.connected(self._server, stream.attempts)

        outcome, seconds = await self._progress.timed(connect)
        if name is StepName.CONNECT:
            self._progress.tell(StepName.RESOLVE, channel.resolved(self._server))
        self._progress.tell(name, outcome, seconds)
        assert self._stream is not None
        return self._stream

    async def _upgrade(self, stream: Stream, dialect: Dialect, make: Callable[[Stream], Dialect]) -> None:
        """STARTTLS. Of all that is said before it only one thing is taken: that TLS may begin."""
        greeted, seconds = await self._progress.timed(lambda: dialect.greet(proven=False))
        if greeted.fault is Fault.UNSAFE:
            self._progress.tell(StepName.TLS, greeted, seconds)
        if greeted.fault is not None:
            self._progress.tell(StepName.GREETING, channel.before_tls(self._server, greeted), seconds)

        async def ask_and_start() -> Outcome:
            return await dialect.ask_for_tls() or await self._start_tls(stream, make)

        await self._progress.do(StepName.TLS, ask_and_start)
        self._progress.tell(StepName.GREETING, channel.greeted_before_tls(self._server))

    async def _start_tls(self, stream: Stream, make: Callable[[Stream], Dialect]) -> Outcome:
        try:
            self._tls = await stream.start_tls(self._plan.identity)
        except TlsFailed as error:
            if error.reason == "WRONG_VERSION_NUMBER":
                return channel.speaks_plain_text(self._server)
            # Imported late: reading a certificate takes a tenth of a second to load.
            from mailsetup.checks import certificate

            der = error.certificate
            if der is None and error.verify_code:
                der = await self._look(make)
            return certificate.explain(error, der, self._server, self._plan.identity, self._plan.address)
        return channel.proven(self._server, self._tls)

    async def _look(self, make: Callable[[Stream], Dialect]) -> bytes | None:
        """The certificate that was refused, seen once more over a connection on which nothing is sent."""

        async def start(stream: Stream) -> None:
            dialect = make(stream)
            with suppress(MailsetupError):
                await dialect.greet(proven=False)
                await dialect.ask_for_tls()

        begin = None if self._server.security is Security.TLS else start
        with anyio.move_on_after(_LOOK_SECONDS):
            return await self._plan.net.certificate(self._server.host, self._server.port, begin)
        return None

    async def _enter(self, stream: Stream, dialect: Dialect) -> Outcome:
        if stream.tls is None:
            # Cannot be; and should it ever be, no password goes.
            return channel.no_encryption(self._server)
        way = WayIn.OAUTH_ONLY if says_oauth_only(self._server) else dialect.way_in()
        # That no password will do is worth knowing before anybody is asked for one.
        if self._plan.password is None and way is not WayIn.OAUTH_ONLY:
            return skipped(say("No login was asked for."))
        if way is not WayIn.PASSWORD or self._plan.password is None:
            return without_password(way, self._server, dialect.mechanisms)
        return await self._login.try_all(dialect, self._plan.password.reveal())
