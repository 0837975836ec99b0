"""What `discover --explain` adds: every question on a time axis, what came of each, and what to mend.

All is plain ASCII and says in words what it says in marks, for terminals without colour or UTF-8.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil

from mailsetup.account import domain_of
from mailsetup.cli.console import Console, clean, sentence
from mailsetup.cli.labels import OUTCOMES, TRUST
from mailsetup.cli.show import place
from mailsetup.discovery.explain import weigh
from mailsetup.discovery.finding import Discovery, Evidence, Finding, Outcome
from mailsetup.discovery.mend import mend
from mailsetup.errors import Message, say

_MOST = 12
"""Pieces of evidence, and servers, that are shown of one answer."""
_NARROW = 60
_TIME = 9
_LABEL = 10

_KINDS = {"https://": say("HTTPS"), "http://": say("plain HTTP")}
_RECORDS = ("SRV ", "MX ", "TXT ", "A ", "AAAA ")


def show_waterfall(console: Console, found: Discovery) -> None:
    """Who was asked, when, for how long, what came, and why it counts or not."""
    weighed = list(zip(found.findings, weigh(found), strict=True))
    # Skipped ones were asked nothing: they stand at the end, without a line on the axis.
    asked = [one for one in weighed if one[0].outcome is not Outcome.SKIPPED]
    console.line()
    console.say(say("Who was asked, and when"), style="title")
    _show_axis(console, [finding for finding, _ in asked])
    console.line()
    console.say(say("What came, and why it counts"), style="title")
    if any(finding.outcome is Outcome.FOUND for finding, _ in asked):
        console.say(
            say(
                "Trust, the most first: verified (the domain itself says so, over a proven channel), curated "
                "(a maintained list of providers), unsigned (plain DNS or HTTP), guessed."
            )
        )
    digits = len(str(len(asked)))
    for number, (finding, why) in enumerate(asked, start=1):
        _show_finding(console, f"{number:{digits}} ", finding, why)
    skipped = [one for one in weighed if one[0].outcome is Outcome.SKIPPED]
    for why, alike in groupby(skipped, key=lambda one: one[1]):
        questions = ", ".join(finding.question for finding, _ in alike)
        told = say("{questions}: {why}", questions=questions, why=why)
        console.line(console.fold(told, first=f"{'-':>{digits}} ", rest=" " * (digits + 1)))


def show_mending(console: Console, found: Discovery) -> None:
    """What the owner of the domain could mend, where there is anything; a record whole, to be copied."""
    advice = mend(found)
    if not advice:
        return
    console.line()
    console.say(say("What the owner of {domain} could mend", domain=domain_of(found.subject)), style="title")
    for one in advice:
        console.line(console.fold(one.text, first="- ", rest="  "))
        if one.record:
            console.line(f"  {clean(one.record)}")


def _show_axis(console: Console, asked: Sequence[Finding]) -> None:
    if not asked:
        console.say(say("Nobody was asked."), indent="  ")
        return
    total = max(finding.started + finding.seconds for finding in asked)
    digits, words = len(str(len(asked))), max(len(finding.source) for finding in asked)
    labelled = console.width >= _NARROW
    columns = console.width - digits - words - _TIME - 2 - (_LABEL if labelled else 0)
    ends = f"{total:.3f} s"
    console.say(say("# brought servers, = did not, x was cancelled"))
    console.line(f"{'':{digits + words + 2}}0 s{ends:>{columns - 3}}")
    for number, finding in enumerate(asked, start=1):
        bar = draw_bar(finding, total, columns)
        took = f"{finding.seconds:7.3f} s"
        label = f" {sentence(OUTCOMES[finding.outcome])}" if labelled else ""
        console.line(f"{number:{digits}} {clean(finding.source):{words}} {bar:{columns}}{took}{label}")


def draw_bar(finding: Finding, total: float, columns: int) -> str:
    """When a question was open, on an axis of so many columns for `total` seconds.

    `#` brought servers, `=` did not, and `x` ends what was cancelled. Even the shortest has one column.
    """
    scale = columns / total if total > 0 else 0.0
    first = min(int(finding.started * scale), columns - 1)
    last = min(max(ceil((finding.started + finding.seconds) * scale), first + 1), columns)
    length = last - first
    if finding.outcome is Outcome.CANCELLED:
        return " " * first + "=" * (length - 1) + "x"
    return " " * first + ("#" if finding.outcome is Outcome.FOUND else "=") * length


def _show_finding(console: Console, head: str, finding: Finding, why: Message) -> None:
    found = finding.outcome is Outcome.FOUND
    indent = " " * len(head)
    told = console.fold(_what_came(finding), first=head, rest=indent + "  ")
    console.line(told, style="title" if found else None)
    for label, text in (
        *((_how(finding), _tell_evidence(finding, seen)) for seen in _distinct(finding.evidence)),
        *((say("names"), named) for named in _tell_servers(finding)),
        *([] if why == finding.detail else [(say("so"), why)]),
    ):
        first = f"{indent}  {sentence(label):6}"
        console.line(console.fold(text, first=first, rest=" " * len(first)))


def _what_came(finding: Finding) -> Message:
    told = {"question": finding.question, "outcome": OUTCOMES[finding.outcome]}
    if finding.outcome is Outcome.FOUND:
        return say("{question}: {outcome}, trust: {trust}", trust=TRUST[finding.trust], **told)
    if finding.detail is None:
        return say("{question}: {outcome}", **told)
    if finding.outcome is Outcome.NOTHING:
        return say("{question}: {detail}", question=finding.question, detail=finding.detail)
    return say("{question}: {outcome}. {detail}", detail=finding.detail, **told)


def _how(finding: Finding) -> Message:
    """The table's evidence was read long ago by whoever made the table."""
    return say("from") if finding.ours else say("seen")


def _distinct(evidence: Iterable[Evidence]) -> list[Evidence]:
    return list(dict.fromkeys(evidence))[:_MOST]


def _tell_evidence(finding: Finding, seen: Evidence) -> Message:
    if finding.ours:
        return say("{source}, {date}", source=seen.asked, date=seen.answer)
    if seen.asked == finding.question:
        return say("{kind}: {answer}", kind=_kind(seen), answer=seen.answer)
    return say("{kind}: {asked}: {answer}", kind=_kind(seen), asked=seen.asked, answer=seen.answer)


def _kind(seen: Evidence) -> Message:
    """How far what was seen is proven, in the words of its kind."""
    address = seen.asked.removeprefix("POST ")
    for scheme, kind in _KINDS.items():
        if address.startswith(scheme):
            return kind
    if seen.asked.startswith(_RECORDS):
        return say("signed DNS") if seen.secure else say("unsigned DNS")
    return say("proven") if seen.secure else say("not proven")


def _tell_servers(finding: Finding) -> Iterator[Message]:
    servers = [offer.server for offer in finding.offers]
    for server in servers[:_MOST]:
        yield say("{protocol} {place}", protocol=server.protocol.label, place=place(server))
    if len(servers) > _MOST:
        yield say("and {count} more", count=len(servers) - _MOST)
