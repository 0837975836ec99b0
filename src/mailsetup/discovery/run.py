"""Asks all questions at once, until enough is known. It knows nothing of mail, and is told what is enough."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import anyio
from anyio.abc import TaskGroup

from mailsetup.discovery.finding import Finding, Outcome
from mailsetup.discovery.question import Question, Reply
from mailsetup.errors import Message, NetworkFailed, Unsafe, say
from mailsetup.net.door import Net

GRACE = 1.5
"""Seconds that slower sources still have once something good is in hand."""

LATE = 2.5
"""Seconds after which the last resorts are asked too, where nothing good is in hand."""


class Patience(Enum):
    """How long what is still open is worth waiting for.

    LAST_RESORT: nobody who was asked can bring anything good any more, so the last resorts are asked now.
    """

    TO_THE_END = "to the end"
    BRIEFLY = "briefly"
    NO_MORE = "no more"
    LAST_RESORT = "last resort"


@dataclass(slots=True, eq=False)
class Asked:
    """One question of a run: when it began (seconds since the run did), and its Finding once it has one."""

    question: Question
    started: float = 0.0
    finding: Finding | None = None


async def ask_all(
    questions: Sequence[Question],
    net: Net,
    *,
    timeout: float,
    patience: Callable[[Sequence[Asked]], Patience],
    at_last: Callable[[Sequence[Finding]], Sequence[Question]] = lambda findings: (),
    watch: Callable[[Finding], None] | None = None,
) -> tuple[Finding, ...]:
    """One Finding for every question, in the order of the questions, those that one led to right after it
    (but for what has been asked already).

    timeout: seconds for all together. patience: asked anew at each Finding. at_last: the last resorts, told
    what was found until then; where they are not needed they are never asked for. What is open at the end is
    CANCELLED. A question that fails on the network, or is refused as unsafe, is a Finding too.
    """
    run = _Run(net, patience, at_last, watch, began=anyio.current_time())
    with anyio.move_on_after(timeout) as whole:
        async with anyio.create_task_group() as run.group:
            run.begin(0, questions)
            run.group.start_soon(run.grow_impatient)
            if not questions:
                run.heed_patience()
    return run.end(_why_cancelled(whole.cancelled_caught, timeout))


class _Run:
    """All the questions of one run."""

    group: TaskGroup

    def __init__(
        self,
        net: Net,
        patience: Callable[[Sequence[Asked]], Patience],
        at_last: Callable[[Sequence[Finding]], Sequence[Question]],
        watch: Callable[[Finding], None] | None,
        *,
        began: float,
    ) -> None:
        self._net = net
        self._patience = patience
        self._at_last: Callable[[Sequence[Finding]], Sequence[Question]] | None = at_last
        self._watch = watch
        self._began = began
        self._asked: list[Asked] = []

    def begin(self, place: int, questions: Iterable[Question]) -> None:
        """Ask all of them, whose Findings will stand from this place on."""
        asked = [Asked(question) for question in questions]
        self._asked[place:place] = asked
        for one in asked:
            self.group.start_soon(self._ask, one)

    async def grow_impatient(self) -> None:
        """Ask the last resorts when it has become late and nothing good is in hand."""
        await anyio.sleep(LATE)
        if self._patience(self._asked) is Patience.TO_THE_END:
            self._resort_to_the_last()

    def heed_patience(self) -> None:
        """Do what patience says of what is in hand and what is still open."""
        scope = self.group.cancel_scope
        wait = self._patience(self._asked)
        if wait is Patience.LAST_RESORT and self._resort_to_the_last():
            return
        if wait in (Patience.NO_MORE, Patience.LAST_RESORT) or all(one.finding for one in self._asked):
            scope.cancel()
        elif wait is Patience.BRIEFLY:
            scope.deadline = min(scope.deadline, anyio.current_time() + GRACE)

    def end(self, why: Message) -> tuple[Finding, ...]:
        """All the Findings; what was not answered is CANCELLED, and why."""
        for one in self._asked:
            if one.finding is None:
                self._keep(one, _cancelled(one.question, why))
        return tuple(one.finding for one in self._asked if one.finding is not None)

    def _resort_to_the_last(self) -> bool:
        """Ask the last resorts, once; whether there were any to ask now."""
        at_last, self._at_last = self._at_last, None
        if at_last is None:
            return False
        questions = at_last([one.finding for one in self._asked if one.finding is not None])
        self.begin(len(self._asked), questions)
        return bool(questions)

    async def _ask(self, one: Asked) -> None:
        one.started = anyio.current_time() - self._began
        reply = await _ask_safely(one.question, self._net)
        self._keep(one, reply.finding)
        # Compared, not hashed: a question may hold messages, and few lead to others.
        known = [other.question for other in self._asked] if reply.then else []
        new: list[Question] = []
        for question in reply.then:
            if question not in known and question not in new:
                new.append(question)
        self.begin(self._asked.index(one) + 1, new)
        self.heed_patience()

    def _keep(self, one: Asked, finding: Finding) -> None:
        seconds = anyio.current_time() - self._began - one.started
        one.finding = replace(finding, started=one.started, seconds=seconds)
        if self._watch is not None:
            self._watch(one.finding)


async def _ask_safely(question: Question, net: Net) -> Reply:
    try:
        return await question.ask(net)
    except NetworkFailed as failure:
        outcome, detail = Outcome.FAILED, failure.happened
    except Unsafe as failure:
        outcome, detail = Outcome.REFUSED, failure.happened
    return Reply(Finding(source=question.source, question=question.text, outcome=outcome, detail=detail))


def _cancelled(question: Question, why: Message) -> Finding:
    return Finding(source=question.source, question=question.text, outcome=Outcome.CANCELLED, detail=why)


def _why_cancelled(late: bool, timeout: float) -> Message:
    if late:
        return say("No answer within {seconds} seconds.", seconds=f"{timeout:g}")
    return say("Not waited for any longer: good answers were already there.")
