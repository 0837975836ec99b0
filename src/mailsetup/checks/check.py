"""The check of all servers of an account, side by side."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import anyio

from mailsetup.account import Address, Credential, Protocol, Retention, Server
from mailsetup.checks.dialect import Dialect
from mailsetup.checks.imap import ImapCheck
from mailsetup.checks.login import MAX_ATTEMPTS, Attempts
from mailsetup.checks.pop3 import Pop3Check
from mailsetup.checks.report import Report, Step, StepName
from mailsetup.checks.session import FIRST_STEPS, Plan, Session
from mailsetup.checks.smtp import SmtpCheck
from mailsetup.errors import Message
from mailsetup.net.door import Net
from mailsetup.net.stream import Identity, Stream

STEPS: Mapping[Protocol, tuple[StepName, ...]] = {
    Protocol.IMAP: (*FIRST_STEPS, StepName.MAILBOX),
    Protocol.POP3: (*FIRST_STEPS, StepName.MAILBOX, StepName.RETENTION),
    Protocol.SMTP: (*FIRST_STEPS, StepName.SEND),
}
"""The steps of each protocol, in the order in which they are told. Every report has them all."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A server to check.

    from_srv: the SRV service label that named it ("imaps"), or None; such a server may prove itself by the
    mail domain too (RFC 6186, section 6).
    advice: what is known of the provider's logins (app passwords, switches), with its link; it is added to
    what a person is told to do about a refused login.
    """

    server: Server
    from_srv: str | None = None
    advice: Message | None = None


async def check(
    targets: Sequence[Target],
    address: Address,
    net: Net,
    *,
    credential: Credential | None,
    wish: Retention | None = None,
    send_check: bool = True,
    can_retype: bool = False,
    logins: int = MAX_ATTEMPTS,
    timeout: float = 60.0,
    watch: Callable[[Server, Step], None] | None = None,
    talk: Callable[[Server, str, str], None] | None = None,
) -> tuple[Report, ...]:
    """Check servers, all at once; the reports stand in the order of the targets.

    credential: a password (Secret) or an OAuth2 Token; None skips the login and all that needs one. wish:
    what is to be left on a POP3 server; None judges leave-on-server and only warns. send_check: try sender
    and recipient. can_retype: a person is there who may have mistyped the password; once it was judged wrong,
    the second login is left to them. logins: how many may be sent at most for each protocol.
    timeout: seconds for all.
    watch: told each step when it has ended. talk: told each line, with ">" or "<", secrets masked; a line
    may hold control characters.

    Nothing that a server does raises an error: it is in the reports. What watch and talk raise ends the check
    and is raised. A credential goes only to a server that has proven by its certificate who it is.
    """
    deadline = anyio.current_time() + timeout
    attempts = Attempts(logins)
    reports: dict[int, Report] = {}
    # A POP3 mailbox lets in one at a time (RFC 1939, section 4): two checks of it would meet [IN-USE].
    alone: dict[str, anyio.Lock] = defaultdict(anyio.Lock)

    async def check_one(index: int, target: Target) -> None:
        server = target.server
        plan = Plan(
            server=server,
            identity=_identity(target, address),
            address=address,
            net=net,
            credential=credential,
            advice=target.advice,
            attempts=attempts,
            can_retype=can_retype,
            deadline=deadline,
            seconds=timeout,
            watch=None if watch is None else lambda step: watch(server, step),
            talk=None if talk is None else lambda direction, line: talk(server, direction, line),
        )
        session = Session(plan, STEPS[server.protocol])
        async with alone[server.host] if server.protocol is Protocol.POP3 else nullcontext():
            reports[index] = await session.run(
                lambda stream: _dialect(stream, server, address, wish, send_check)
            )

    try:
        async with anyio.create_task_group() as group:
            for index, target in enumerate(targets):
                group.start_soon(check_one, index, target)
    except ExceptionGroup as several:
        raise _first(several) from None
    return tuple(reports[index] for index in range(len(targets)))


def _first(several: ExceptionGroup) -> Exception:
    """The first error of those that ended the check: the task groups have wrapped it."""
    error: Exception = several
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _identity(target: Target, address: Address) -> Identity:
    if target.from_srv is None:
        return Identity(host=target.server.host)
    return Identity(host=target.server.host, mail_domain=address.domain.ascii, service=target.from_srv)


def _dialect(
    stream: Stream, server: Server, address: Address, wish: Retention | None, send_check: bool
) -> Dialect:
    match server.protocol:
        case Protocol.IMAP:
            return ImapCheck(stream, server)
        case Protocol.POP3:
            return Pop3Check(stream, server, wish)
        case Protocol.SMTP:
            return SmtpCheck(stream, server, address, wanted=send_check)
