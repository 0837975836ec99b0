"""The check of all servers of an account, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import anyio

from mailsetup.account import Address, Protocol, Retention, Secret, Server
from mailsetup.checks.dialect import Dialect
from mailsetup.checks.imap import ImapCheck
from mailsetup.checks.login import Attempts
from mailsetup.checks.pop3 import Pop3Check
from mailsetup.checks.report import Report, Step, StepName
from mailsetup.checks.session import FIRST_STEPS, Plan, Session
from mailsetup.checks.smtp import SmtpCheck
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
    """

    server: Server
    from_srv: str | None = None


async def check(
    targets: Sequence[Target],
    address: Address,
    net: Net,
    *,
    password: Secret | None,
    wish: Retention | None = None,
    send_check: bool = True,
    timeout: float = 60.0,
    watch: Callable[[Server, Step], None] | None = None,
    talk: Callable[[Server, str, str], None] | None = None,
) -> tuple[Report, ...]:
    """Check servers, all at once; the reports stand in the order of the targets.

    password: None skips the login and all that needs one. wish: what is to be left on a POP3 server; None
    judges leave-on-server and only warns. send_check: try sender and recipient. timeout: seconds for all.
    watch: told each step when it has ended. talk: told each line, with ">" or "<", secrets masked; a line
    may hold control characters. The facts of a certificate come with the report, not with the step told.

    Nothing that a server does raises an error: it is in the reports. A password goes only to a server that
    has proven by its certificate who it is, twice at most for each protocol.
    """
    deadline = anyio.current_time() + timeout
    attempts = Attempts()
    reports: dict[int, tuple[Report, bytes | None]] = {}

    async def check_one(index: int, target: Target) -> None:
        server = target.server
        plan = Plan(
            server=server,
            identity=_identity(target, address),
            address=address,
            net=net,
            password=password,
            attempts=attempts,
            deadline=deadline,
            seconds=timeout,
            watch=None if watch is None else lambda step: watch(server, step),
            talk=None if talk is None else lambda direction, line: talk(server, direction, line),
        )
        session = Session(plan, STEPS[server.protocol])
        report = await session.run(lambda stream: _dialect(stream, server, address, wish, send_check))
        reports[index] = report, session.certificate

    async with anyio.create_task_group() as group:
        for index, target in enumerate(targets):
            group.start_soon(check_one, index, target)
    return tuple(_with_certificate(*reports[index]) for index in range(len(targets)))


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


def _with_certificate(report: Report, der: bytes | None) -> Report:
    """The report with what the certificate says. Done last: reading it takes a tenth of a second to load."""
    if der is None:
        return report
    from mailsetup.checks import certificate

    facts = certificate.facts(der)
    steps = (
        replace(step, facts={**step.facts, **facts}) if step.name is StepName.TLS else step
        for step in report.steps
    )
    return replace(report, steps=tuple(steps))
