"""One server's check from the first packet to the last: what IMAP, POP3 and submission have in common."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import anyio

from mailsetup.account import Address, Credential, Protocol, Security, Server
from mailsetup.checks import channel, reach
from mailsetup.checks.conversation import Masks, Overheard, Talk
from mailsetup.checks.dialect import Dialect
from mailsetup.checks.login import ATTEMPT_SECONDS, MAX_ATTEMPTS, Attempts, Login
from mailsetup.checks.outcome import Outcome, passed, skipped
from mailsetup.checks.progress import Progress, Stopped, Work
from mailsetup.checks.report import Fault, Report, Step, StepName, Verdict
from mailsetup.errors import MailsetupError, Message, say
from mailsetup.net.door import Net
from mailsetup.net.failures import ConnectFailed, LineTooLong, TlsFailed
from mailsetup.net.nameserver import is_address
from mailsetup.net.stream import Identity, Stream, TlsFacts
from mailsetup.net.tls_faults import NOT_TLS
from mailsetup.wire.faults import NotUnderstood, TooMuch

_GOODBYE_SECONDS = 2.0
_LOOK_SECONDS = 5.0
_SILENCE_SECONDS = 3.0

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

    deadline: of the whole run, on anyio's clock; seconds: its length. can_retype: see check.check.
    advice: see check.Target.
    """

    server: Server
    identity: Identity
    address: Address
    net: Net
    credential: Credential | None
    attempts: Attempts
    can_retype: bool
    deadline: float
    seconds: float
    watch: Callable[[Step], None] | None = None
    talk: Talk | None = None
    advice: Message | None = None


class Session:
    """Does the steps of one server, one after the other, and makes the report of them."""

    def __init__(self, plan: Plan, names: Sequence[StepName]) -> None:
        self._plan = plan
        self._server = plan.server
        self._login = Login(plan.server, plan.address, plan.attempts, plan.advice, can_retype=plan.can_retype)
        self._masks = Masks(plan.credential, self._login.names)
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

    async def _check(self, make: Callable[[Stream], Dialect]) -> None:
        stream = await self._reach()
        dialect = make(stream)
        if self._server.security is Security.TLS:
            await self._secure(lambda: self._start_tls(stream, make))
            greeted, seconds = await self._progress.timed(lambda: self._greet(dialect, proven=True))
            if anyio.current_time() < self._plan.deadline:
                greeted = channel.after_tls(self._server, greeted)
            self._progress.tell(StepName.GREETING, greeted, seconds)
        else:
            await self._upgrade(stream, dialect, make)
        await self._progress.do(StepName.CAPABILITIES, dialect.capabilities)
        entered = await self._progress.do(
            StepName.LOGIN, lambda: self._enter(stream, dialect), MAX_ATTEMPTS * ATTEMPT_SECONDS
        )
        if entered.verdict is not Verdict.SKIP or entered.facts.get("open"):
            await self._do_last(dialect)
        else:
            self._progress.skip_rest(skipped(say("This needs a login.")))
        await self._take_leave(dialect)

    async def _do_last(self, dialect: Dialect) -> None:
        """The steps that need a login."""
        try:
            for name, work in dialect.last_steps:
                await self._progress.do(name, work)
        except Stopped:
            # It is there and answers, so we do not just hang up (RFC 5321, section 4.1.1.10).
            if self._progress.steps[-1].fault is Fault.OTHER:
                await self._take_leave(dialect)
            raise

    async def _take_leave(self, dialect: Dialect) -> None:
        """All that was to be known is known: how the server answers changes nothing."""
        left = self._plan.deadline - anyio.current_time()
        with anyio.move_on_after(min(_GOODBYE_SECONDS, left)), suppress(MailsetupError):
            await dialect.leave()

    async def _reach(self) -> Stream:
        if self._server.security is Security.PLAIN:
            self._progress.tell(StepName.TLS, channel.no_encryption(self._server))
        host, port = self._plan.net.destination(self._server.host, self._server.port)
        await self._progress.do(StepName.RESOLVE, lambda: self._resolve(host))
        await self._progress.do(StepName.CONNECT, lambda: self._connect(port))
        assert self._stream is not None
        return self._stream

    async def _resolve(self, host: str) -> Outcome:
        """The answer is kept by the net, so that connecting asks nobody again."""
        if is_address(host):
            return reach.led_elsewhere(self._server, host)
        return reach.resolved(host, await self._plan.net.addresses(host), self._server)

    async def _connect(self, port: int) -> Outcome:
        """port: the one that is really connected to, under --connect-to."""
        try:
            stream = await self._plan.net.connect(self._server.host, self._server.port, None)
        except ConnectFailed as error:
            return reach.unreached(self._server, port, error)
        talk = self._plan.talk
        self._stream = stream if talk is None else Overheard(stream, self._masks, talk)
        return reach.connected(stream.attempts, port)

    async def _upgrade(self, stream: Stream, dialect: Dialect, make: Callable[[Stream], Dialect]) -> None:
        """STARTTLS. Of all that is said before it only one thing is taken: that TLS may begin."""
        greeted, seconds = await self._greet_before_tls(dialect)
        if greeted.fault is Fault.UNSAFE:
            self._progress.tell(StepName.TLS, greeted, seconds)
        if greeted.fault is not None:
            self._progress.tell(StepName.GREETING, channel.before_tls(self._server, greeted), seconds)

        async def ask_and_start() -> Outcome:
            return await self._ask_for_tls(dialect) or await self._start_tls(stream, make)

        await self._secure(ask_and_start)
        self._progress.tell(StepName.GREETING, channel.greeted_before_tls(self._server))

    async def _ask_for_tls(self, dialect: Dialect) -> Outcome | None:
        """An answer that makes no sense, or does not end, is no yes either."""
        try:
            return await dialect.ask_for_tls()
        except (NotUnderstood, TooMuch, LineTooLong):
            return channel.no_starttls(self._server)

    async def _greet_before_tls(self, dialect: Dialect) -> tuple[Outcome, float]:
        """A server that is silent, or hangs up, may want TLS first: meanwhile that is looked for."""
        began = anyio.current_time()
        looked = wants_tls = False
        greeted, seconds = skipped(say("Not greeted.")), 0.0

        async def doubt() -> None:
            nonlocal looked, wants_tls
            await anyio.sleep(_SILENCE_SECONDS)
            wants_tls = await self._look(None) is not None
            looked = True
            if wants_tls:
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(doubt)
            greeted, seconds = await self._progress.timed(lambda: self._greet(dialect, proven=False))
            group.cancel_scope.cancel()
        if greeted.fault is Fault.NETWORK and not looked:
            wants_tls = await self._look(None) is not None
        if wants_tls:
            return channel.begins_with_tls(self._server), anyio.current_time() - began
        return greeted, seconds

    async def _greet(self, dialect: Dialect, *, proven: bool) -> Outcome:
        try:
            return await dialect.greet(proven=proven)
        except NotUnderstood:
            spoken = await self._hear(self._plan.identity if proven else None)
            if spoken in (None, self._server.protocol):
                raise
            return channel.other_protocol(self._server, spoken)

    async def _secure(self, start: Work) -> None:
        """The TLS step. What reads certificates takes a while to load: that is not the server's time."""
        outcome, seconds = await self._progress.timed(start)
        if self._tls is not None and outcome.fault is None:
            from mailsetup.checks.accepted import accepted

            outcome = accepted(self._server, self._tls)
        self._progress.tell(StepName.TLS, outcome, seconds)

    async def _start_tls(self, stream: Stream, make: Callable[[Stream], Dialect]) -> Outcome:
        try:
            self._tls = await stream.start_tls(self._plan.identity)
        except TlsFailed as error:
            if error.reason == NOT_TLS and self._server.security is Security.STARTTLS:
                return channel.plain_text_after_yes(self._server)
            if error.reason == NOT_TLS:
                return channel.speaks_plain_text(self._server, await self._hear(None))
            der = error.certificate
            if der is None and error.verify_code:
                der = await self._look(make)
            from mailsetup.checks.flaws import explain

            return explain(error, der, self._server, self._plan.identity, self._plan.address)
        return passed(say("TLS stands."))

    async def _look(self, make: Callable[[Stream], Dialect] | None) -> bytes | None:
        """The certificate of this server, proven or not, seen over a connection on which nothing is sent.

        make: the dialect that asks for STARTTLS there; None begins with TLS.
        """

        async def start(stream: Stream) -> None:
            assert make is not None
            dialect = make(stream)
            with suppress(MailsetupError):
                await dialect.greet(proven=False)
                await dialect.ask_for_tls()

        begin = None if make is None or self._server.security is Security.TLS else start
        with anyio.move_on_after(self._look_seconds):
            return await self._plan.net.certificate(self._server.host, self._server.port, begin)
        return None

    async def _hear(self, identity: Identity | None) -> Protocol | None:
        """Which protocol the server greets in, on a connection on which nothing is sent."""
        stream = None
        try:
            with anyio.move_on_after(self._look_seconds), suppress(MailsetupError):
                stream = await self._plan.net.connect(self._server.host, self._server.port, identity)
                return channel.spoken_in(await stream.line())
        finally:
            if stream is not None:
                with anyio.move_on_after(_GOODBYE_SECONDS, shield=True):
                    await stream.aclose()
        return None

    @property
    def _look_seconds(self) -> float:
        return min(_LOOK_SECONDS, self._plan.deadline - anyio.current_time())

    async def _enter(self, stream: Stream, dialect: Dialect) -> Outcome:
        if stream.tls is None:
            # Cannot be; and should it ever be, no password goes.
            return channel.no_encryption(self._server)
        return await self._login.enter(dialect, self._plan.credential, stream.tls.certificate)
