"""The steps that commands share: find the servers, get the yes they need, check them."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial, reduce
from time import monotonic
from typing import TYPE_CHECKING

from mailsetup.account import Address, Auth, Credential, Domain, Retention, Secret, Server, Subject, domain_of
from mailsetup.checks.login import MAX_ATTEMPTS
from mailsetup.checks.report import Fault, Report, Step, StepName, Verdict
from mailsetup.choice import (
    Choice,
    domain_to_accept,
    is_accepted,
    next_best,
    require_consent,
    require_found,
)
from mailsetup.cli import running
from mailsetup.cli.console import Console
from mailsetup.cli.credentials import PasswordSource
from mailsetup.cli.options import Asking, Network
from mailsetup.cli.show import hint_sentence, place, show_in_vain, show_warnings
from mailsetup.discovery.discover import discover
from mailsetup.discovery.finding import Candidate, Discovery, Finding, Hint, Outcome, Trust
from mailsetup.discovery.ispdb import DEFAULT
from mailsetup.discovery.table import hints_at
from mailsetup.errors import (
    CheckFailed,
    LoginRefused,
    MailsetupError,
    Message,
    NetworkFailed,
    NothingFound,
    Unsafe,
    say,
)
from mailsetup.net.door import Internet
from mailsetup.schema import read_discovery

if TYPE_CHECKING:
    from mailsetup.checks.check import Target

_DISCOVERY_SECONDS = 10.0
_CHECK_SECONDS = 60.0
_BEFORE_LOGIN = frozenset(
    {StepName.RESOLVE, StepName.CONNECT, StepName.TLS, StepName.GREETING, StepName.CAPABILITIES}
)
# Of servers that differ, the gravest decides (DESIGN: the first of 6, 5, 4, 1).
_GRAVEST_FIRST: tuple[tuple[Fault, type[MailsetupError]], ...] = (
    (Fault.UNSAFE, Unsafe),
    (Fault.LOGIN, LoginRefused),
    (Fault.NETWORK, NetworkFailed),
    (Fault.OTHER, CheckFailed),
)


def find(
    console: Console,
    network: Network,
    asking: Asking,
    subject: Subject,
    *,
    wait_for_all: bool = False,
    watch: Callable[[Finding], None] | None = None,
) -> Discovery:
    """Discover the servers, with progress. Raises what discover raises."""
    settings = network.settings()

    async def search(seconds: float) -> Discovery:
        async with Internet(settings) as net:
            return await discover(
                subject,
                net,
                ispdb=asking.ispdb or DEFAULT,
                only=frozenset(asking.only),
                skip=frozenset(asking.skip),
                send_address=not asking.no_send_address,
                timeout=seconds,
                wait_for_all=wait_for_all,
                offline=asking.offline,
                watch=watch,
            )

    told = say("Looking for the mail servers of {domain}", domain=domain_of(subject))
    with console.waiting(told), network.patience(_DISCOVERY_SECONDS) as seconds:
        return running.run(partial(search, seconds))


def find_or_read(
    console: Console, network: Network, asking: Asking, address: Address, document: bytes | None
) -> Discovery:
    """The servers of an address: read from a document of `discover --json`, or else discovered.

    Raises NothingFound where there are none.
    """
    if document is not None:
        found = read_discovery(document, address)
    else:
        found = find(console, network, asking, address)
    require_servers(console, asking, found)
    return found


def require_servers(console: Console, asking: Asking, found: Discovery) -> None:
    """Raises NothingFound where there are none, after telling which answers were of no use."""
    nothing = nothing_found(asking, found)
    if nothing is not None:
        told = (nothing.happened, nothing.fix)
        warnings = tuple(one for one in found.warnings if one.text not in told)
        show_warnings(console, replace(found, warnings=warnings))
        show_in_vain(console, found)
        for hint in map(hint_sentence, found.hints):
            if hint not in told:
                console.note(hint)
        raise nothing


def closed_to_programs(found: Discovery) -> Finding | None:
    """What our own table says of a provider that no mail program can reach; None: it is none of those."""
    for finding in found.findings:
        if finding.ours and finding.outcome is Outcome.ABSENT:
            return finding
    return None


def nothing_found(asking: Asking, found: Discovery) -> NothingFound | None:
    """The error of a discovery that brought no server at all, or None."""
    try:
        require_found(found)
    except NothingFound as nothing:
        closed = closed_to_programs(found)
        # To ask elsewhere is of no use then.
        if closed is not None and closed.detail is not None:
            return NothingFound(closed.detail, _instead(closed))
        if not asking.offline:
            return nothing
        return NothingFound(
            say(
                "Nothing on this machine names the mail servers of {domain}.", domain=domain_of(found.subject)
            ),
            say("Leave --offline out to ask the network, or give --ispdb a folder that knows the domain."),
        )
    return None


def _instead(finding: Finding) -> Message:
    if finding.hints:
        return hint_sentence(finding.hints[0])
    return say("Read its mail there; there is nothing to set up in a mail program.")


def read_password(
    console: Console, secrets: PasswordSource, candidates: Iterable[Candidate], address: Address
) -> Secret | None:
    """The password, or None where none is wanted: no login, or only servers that take none."""
    return secrets.read(console, address) if takes_password(candidates) else None


def read_credential(
    console: Console, secrets: PasswordSource, candidates: Iterable[Candidate], address: Address
) -> Credential | None:
    """What to log in with: a token where an option gives one, else as read_password."""
    return secrets.token() or read_password(console, secrets, candidates, address)


def takes_password(candidates: Iterable[Candidate]) -> bool:
    """Whether any of these servers lets people in by a password, as far as is known before asking it."""
    ways = (found.server.auth for found in candidates)
    return any(not auth or {Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD}.intersection(auth) for auth in ways)


def get_consent(
    console: Console, candidates: Iterable[Candidate], domain: Domain, accepted: frozenset[str]
) -> frozenset[str]:
    """Ask a person about each foreign host that nobody vouches for; what is accepted now.

    Raises Unsafe where the answer is no, or nobody is there to ask.
    """
    for found in candidates:
        if is_accepted(found, accepted):
            continue
        owner = domain_to_accept(found.server.host)
        if console.interactive and console.agree(
            say(
                "Only unsigned DNS says that the mail of {domain} is at {host}, which belongs to "
                "{owner}. Your password would go there. Is {owner} your mail provider?",
                domain=domain,
                host=found.server.host,
                owner=owner,
            )
        ):
            accepted |= {owner}
        elif console.interactive:
            raise Unsafe(
                say(
                    "Nothing was sent to {host}, because you did not say that {owner} is your provider.",
                    host=found.server.host,
                    owner=owner,
                ),
                say("Ask your provider what its mail servers are called, then run this again."),
            )
        require_consent([found], domain, accepted)
    return accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """How servers are checked: whose login, with what, and how much of it.

    can_retype, logins: see checks.check. hints: what is known of logins there, for whoever is refused.
    """

    address: Address
    credential: Credential | None
    can_retype: bool = False
    logins: int = MAX_ATTEMPTS
    wish: Retention | None = None
    send_check: bool = True
    hints: Sequence[Hint] = ()


def advice_on(server: Server, hints: Iterable[Hint]) -> Message | None:
    """What our own table says of logins there, in one text; a stranger's words are no advice on passwords.

    hints: of the mail domain; where they say nothing in our words, those of the server's owner are taken.
    """
    ours = [hint for hint in hints if isinstance(hint.text, Message)] or hints_at(server.host)
    told = [hint_sentence(hint) for hint in ours if hint.about in (None, server.protocol)]
    return reduce(lambda text, more: say("{text} {more}", text=text, more=more), told) if told else None


def run_checks(
    console: Console,
    network: Network,
    checking: Checking,
    targets: Sequence["Target"],
    watch: Callable[[Server, Step], None] | None = None,
) -> tuple[Report, ...]:
    """Check servers side by side, with progress. watch: shows each step when it has ended."""
    from mailsetup.checks.check import check

    settings = network.settings()

    async def try_all(seconds: float) -> tuple[Report, ...]:
        async with Internet(settings) as net:
            return await check(
                targets,
                checking.address,
                net,
                credential=checking.credential,
                wish=checking.wish,
                send_check=checking.send_check,
                can_retype=checking.can_retype,
                logins=checking.logins,
                timeout=seconds,
                watch=watch,
                talk=partial(_talk, console) if console.verbose else None,
            )

    told = say("Checking the servers of {address}", address=checking.address)
    shown = nullcontext() if watch and console.out.isatty() else console.waiting(told)
    with shown, network.patience(_CHECK_SECONDS) as seconds:
        return running.run(partial(try_all, seconds))


def _talk(console: Console, server: Server, direction: str, line: str) -> None:
    console.talk(f"{server.protocol.label:5}{direction} {line}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The servers of a choice that were checked last, each with its report."""

    incoming: Candidate
    outgoing: Candidate
    reports: tuple[Report, Report]


def check_choice(
    console: Console, network: Network, checking: Checking, choice: Choice, accepted: frozenset[str]
) -> Checked:
    """Check the chosen servers; one that fails before login gives way to the next that needs no yes.

    Where none of them works, the report is that of the first: it is the one that ought to work.
    """
    kinds = (choice.incoming, choice.outgoing)
    chosen = [candidates[0] for candidates in kinds]
    reports: list[Report | None] = [None, None]
    given_up: dict[int, Report] = {}
    ends = monotonic() + _CHECK_SECONDS
    while None in reports:
        waiting = [kind for kind, report in enumerate(reports) if report is None]
        targets = [target_of(chosen[kind], checking.hints) for kind in waiting]
        for kind, report in zip(waiting, run_checks(console, network, checking, targets), strict=True):
            failed = failed_before_login(report)
            # One silent server after the other would be waited for without end.
            enough = network.exhausted or monotonic() > ends
            instead = next_best(kinds[kind], chosen[kind], accepted) if failed and not enough else None
            if instead is None:
                reports[kind] = given_up.get(kind, report) if failed else report
                continue
            given_up.setdefault(kind, report)
            console.note(
                say(
                    "{failed} does not work, so {instead} is tried.",
                    failed=place(chosen[kind].server),
                    instead=place(instead.server),
                )
            )
            chosen[kind] = instead
    fetching, sending = reports
    assert fetching is not None
    assert sending is not None
    return Checked(incoming=chosen[0], outgoing=chosen[1], reports=(fetching, sending))


def target_of(found: Candidate, hints: Iterable[Hint]) -> "Target":
    """A candidate as the check takes it.

    The service label lets a certificate for the mail domain count; an unsigned SRV record is still enough
    for that, because it is the mail domain itself that such a certificate proves (RFC 7817, section 3).
    """
    from mailsetup.checks.check import Target

    advice = advice_on(found.server, hints)
    return Target(server=found.server, from_srv=found.from_srv, advice=advice)


def failed_before_login(report: Report) -> bool:
    """Whether a server failed at a step before anybody logged in."""
    return any(step.verdict is Verdict.FAIL and step.name in _BEFORE_LOGIN for step in report.steps)


def gravest(reports: Iterable[Report]) -> tuple[type[MailsetupError], Report, Step] | None:
    """Of all that failed what decides: the kind of error, whose step, and the step; None: nothing failed."""
    failed = [(report, step) for report in reports for step in report.steps if step.verdict is Verdict.FAIL]
    for fault, error in _GRAVEST_FIRST:
        for report, step in failed:
            if step.fault is fault:
                return error, report, step
    return None


def failure_of(reports: Iterable[Report]) -> MailsetupError | None:
    """The error that a check ends with, or None where nothing failed."""
    decided = gravest(reports)
    if decided is None:
        return None
    error, report, step = decided
    return error(
        say(
            "{protocol} {place}: {what}",
            protocol=report.server.protocol.label,
            place=place(report.server),
            what=step.text,
        ),
        step.fix or say("Ask the provider what is wrong with this server."),
    )


def as_logged_in(server: Server, report: Report | None) -> Server:
    """A server with the user name that worked."""
    if report is None or report.username is None:
        return server
    return replace(server, username=report.username)


def typed_candidate(server: Server) -> Candidate:
    """A server that the user named: nobody needs to vouch for it."""
    return Candidate(server=server, trust=Trust.VERIFIED, foreign=False, sources=("manual",))
