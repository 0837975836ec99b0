"""A check on the screen: each step as it ends, then a table, then one sentence."""

from collections.abc import Sequence

from mailsetup.account import Server
from mailsetup.checks.check import STEPS
from mailsetup.checks.progress import is_not_reached
from mailsetup.checks.report import Report, Step, StepName, Verdict
from mailsetup.cli.console import Console, sentence
from mailsetup.cli.labels import MARKS, STEP_WORDS
from mailsetup.cli.show import place, show_verdict
from mailsetup.errors import CheckFailed, MailsetupError, Message, say


class Telling:
    """Shows the steps of servers that are checked side by side, those of one server together.

    The steps of the first server are shown as they end; those of the next, once that one is done: so the
    lines of two servers never mix, and are the same each time.
    """

    def __init__(self, console: Console, servers: Sequence[Server]) -> None:
        self._console = console
        self._waiting = list(servers)
        self._ended: dict[Server, list[Step]] = {server: [] for server in servers}
        self._shown = 0

    def watch(self, server: Server, step: Step) -> None:
        """One step has ended."""
        self._ended[server].append(step)
        while self._waiting and self._show(self._waiting[0]):
            self._waiting.pop(0)
            self._shown = 0

    def _show(self, server: Server) -> bool:
        """Show what is new of a server; whether that was the last."""
        steps = self._ended[server]
        if steps and not self._shown:
            show_server(self._console, server)
        for step in steps[self._shown :]:
            show_step(self._console, step)
        self._shown = len(steps)
        done = len(steps) == len(STEPS[server.protocol])
        if done:
            show_not_reached(self._console, steps)
        return done


def show_report(console: Console, report: Report) -> None:
    """All the steps of one server."""
    show_server(console, report.server)
    for step in report.steps:
        show_step(console, step)
    show_not_reached(console, report.steps)


def show_server(console: Console, server: Server) -> None:
    """The server of the steps that follow."""
    console.line(f"{server.protocol.label} {sentence(place(server))}", style="title")


def show_step(console: Console, step: Step) -> None:
    """One step, if it was reached."""
    if not is_not_reached(step):
        show_verdict(console, step.verdict, STEP_WORDS[step.name], step.text, step.fix)


def show_not_reached(console: Console, steps: Sequence[Step]) -> None:
    """The steps that were not reached, on one line; then an empty one."""
    names = [sentence(STEP_WORDS[step.name]) for step in steps if is_not_reached(step)]
    if names:
        text = say("Not reached: {steps}.", steps=", ".join(names))
        show_verdict(console, Verdict.SKIP, say(""), text, None)
    console.line()


def show_summary(console: Console, reports: Sequence[Report]) -> None:
    """The servers as a table, where there are several; where none failed, one sentence on them all."""
    if len(reports) > 1:
        for report in reports:
            _show_row(console, report)
        console.line()
    if all(report.verdict is not Verdict.FAIL for report in reports):
        console.say(all_went(reports), style=None if _clean(reports) else "warn")


def _show_row(console: Console, report: Report) -> None:
    head = f"  {sentence(MARKS[report.verdict]):5} {report.server.protocol.label:5} "
    where = noted_step(report)
    if where is None:
        text = place(report.server)
    else:
        text = say("{place}: {step}", place=place(report.server), step=STEP_WORDS[where])
    style = None if report.verdict is Verdict.PASS else report.verdict.value
    console.line(console.fold(text, first=head, rest=" " * len(head)), style=style)


def noted_step(report: Report) -> StepName | None:
    """The step that decided the verdict: the first as bad as that; None where all is well."""
    if report.verdict is Verdict.PASS:
        return None
    for step in report.steps:
        if (Verdict.WARN if step.missed else step.verdict) is report.verdict:
            return step.name
    return None


def _clean(reports: Sequence[Report]) -> bool:
    return all(report.verdict is Verdict.PASS for report in reports)


def all_went(reports: Sequence[Report]) -> Message:
    """The one sentence on servers of which none failed."""
    names = _names(reports)
    if any(step.missed for report in reports for step in report.steps):
        return say("Not everything could be checked; what was checked works ({names}).", names=names)
    if not _clean(reports):
        return say("It works ({names}), and there is something to know: see above.", names=names)
    logins = [step for report in reports for step in report.steps if step.name is StepName.LOGIN]
    if any(step.verdict is Verdict.SKIP for step in logins):
        return say("All is well as far as it goes without a login ({names}).", names=names)
    return say("All is well ({names}).", names=names)


def all_told(reports: Sequence[Report], first: Report) -> MailsetupError:
    """What a check ends with in which something failed, as its steps have been shown.

    first: the report whose failure weighs most. The class of the error says nothing: its words matter.
    """
    failed = [report for report in reports if report.verdict is Verdict.FAIL]
    works = [report for report in reports if report.verdict is not Verdict.FAIL]
    step = noted_step(first)
    fields = {
        "protocol": first.server.protocol.label,
        "place": place(first.server),
        "step": "" if step is None else STEP_WORDS[step],
    }
    begin = say("What to do stands above, at the step “{step}” of {protocol}.", **fields)
    fix = next((step.fix for step in first.steps if step.verdict is Verdict.FAIL), None)
    if len(reports) > 1 and fix is not None:
        # It may stand far above by now, among others.
        begin = say("Do this first, for {protocol} at the step “{step}”: {fix}", fix=fix, **fields)
    if len(reports) == 1:
        return CheckFailed(
            say("{protocol} does not work: {place} fails at the step “{step}”.", **fields), begin
        )
    if not works:
        return CheckFailed(say("None of them works ({failed}).", failed=_names(failed)), begin)
    if len(works) == len(failed) == 1:
        happened = say("{works} works, {fails} does not.", works=_names(works), fails=_names(failed))
    else:
        happened = say(
            "These work: {works}. These do not: {fails}.", works=_names(works), fails=_names(failed)
        )
    return CheckFailed(happened, begin)


def _names(reports: Sequence[Report]) -> str:
    return ", ".join(report.server.protocol.label for report in reports)
