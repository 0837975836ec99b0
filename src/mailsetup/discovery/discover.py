"""The way into this room: from an address or a domain to the servers, best first."""

from collections.abc import Callable, Iterable

from mailsetup.account import Domain, Subject, domain_of
from mailsetup.discovery import ispdb as database
from mailsetup.discovery.finding import Discovery, Finding, Outcome
from mailsetup.discovery.question import Request
from mailsetup.discovery.rank import rank
from mailsetup.discovery.run import ask_all
from mailsetup.discovery.sources import SOURCES, choose_sources, first_questions, last_questions
from mailsetup.discovery.stop import never_enough, patience_for
from mailsetup.errors import Message, NetworkFailed, say
from mailsetup.net.door import Net


async def discover(
    subject: Subject,
    net: Net,
    *,
    ispdb: str = database.DEFAULT,
    only: frozenset[str] = frozenset(),
    skip: frozenset[str] = frozenset(),
    send_address: bool = True,
    timeout: float = 10.0,
    wait_for_all: bool = False,
    offline: bool = False,
    watch: Callable[[Finding], None] | None = None,
) -> Discovery:
    """Ask every Source at once for the mail servers of an address, or of a domain.

    ispdb: the provider database, a URL to which the domain is added, or a folder.
    only, skip: words of Sources; an empty `only` means all.
    send_address: whether the address itself may go to the mail domain's own host over HTTPS, where that
    does not answer without it.
    timeout: seconds for everything. wait_for_all: also for answers that can change nothing, and ask the last
    resorts too. offline: use what is on this machine and leave the network alone.
    watch: called with each Finding as it comes.

    Where nothing was found the result is empty, and its findings say why. Raises NetworkFailed where nobody
    could be asked at all, WrongUsage for a word or place that makes no sense.
    """
    chosen = choose_sources(only, skip)
    database.check_place(ispdb)
    domain = domain_of(subject)
    request = Request(subject=subject, ispdb=ispdb, send_address=send_address, left_out=skip)
    questions = first_questions(request, chosen)
    if offline:
        questions = tuple(question for question in questions if question.local)
    findings = await ask_all(
        questions,
        net,
        timeout=timeout,
        patience=never_enough if wait_for_all else patience_for(domain),
        at_last=lambda known: () if offline else last_questions(request, chosen, known),
        watch=watch,
    )
    _require_an_answer(domain, findings, remote={one.text for one in questions if not one.local})
    return rank(subject, (*findings, *_not_asked(chosen, findings, offline=offline)))


def _require_an_answer(domain: Domain, findings: Iterable[Finding], remote: set[str]) -> None:
    """Tell "no network" from "nothing found"."""
    findings = tuple(findings)
    asked = [finding for finding in findings if finding.question in remote]
    if any(finding.offers for finding in findings) or not asked:
        return
    if all(finding.outcome in (Outcome.FAILED, Outcome.CANCELLED) for finding in asked):
        raise NetworkFailed(
            say(
                "Nobody could be asked about {domain}: neither DNS nor any web server answered.",
                domain=domain,
            ),
            say("Check this computer's network connection and its DNS settings, then try again."),
        )


def _not_asked(chosen: tuple[str, ...], findings: Iterable[Finding], *, offline: bool) -> tuple[Finding, ...]:
    asked = {finding.source for finding in findings}
    return tuple(
        Finding(source=word, question=word, outcome=Outcome.SKIPPED, detail=_why_not(word in chosen, offline))
        for word in SOURCES
        if word not in asked
    )


def _why_not(chosen: bool, offline: bool) -> Message:
    if not chosen:
        return say("Not asked: left out by --only or --skip.")
    if offline:
        return say("Not asked: with --offline only this machine is looked at.")
    return say("Not asked: it was not needed.")
