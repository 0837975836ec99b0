"""Asks all questions at once, until enough is known. It knows nothing of mail, and is told what is enough."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import anyio

from mailsetup.discovery.finding import Finding, Outcome
from mailsetup.discovery.question import Question, Reply
from mailsetup.errors import Message, NetworkFailed, Unsafe, say
from mailsetup.net.door import Net

GRACE = 1.5
"""Seconds that slower sources still have once something good is in hand."""


class Patience(Enum):
    """How long what is still open is worth waiting for."""

    TO_THE_END = "to the end"
    BRIEFLY = "briefly"
    NO_MORE = "no more"


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
    watch: Callable[[Finding], None] | None = None,
) -> tuple[Finding, ...]:
    """One Finding for every question, in the order of the questions, those that one led to right after it.

    timeout: seconds for all together. patience: asked anew at each Finding. What is open at the end is
    CANCELLED. A question that fails on the network, or is refused as unsafe, is a Finding too.
    """
    began = anyio.current_time()
    asked = [Asked(question) for question in questions]

    def keep(one: Asked, finding: Finding) -> None:
        seconds = anyio.current_time() - began - one.started
        one.finding = replace(finding, started=one.started, seconds=seconds)
        if watch is not None:
            watch(one.finding)

    async def ask(one: Asked) -> None:
        one.started = anyio.current_time() - began
        reply = await _ask_safely(one.question, net)
        keep(one, reply.finding)
        followers = [Asked(question) for question in reply.then]
        place = asked.index(one) + 1
        asked[place:place] = followers
        for follower in followers:
            group.start_soon(ask, follower)
        wait = patience(asked)
        if wait is Patience.NO_MORE:
            group.cancel_scope.cancel()
        elif wait is Patience.BRIEFLY:
            group.cancel_scope.deadline = min(group.cancel_scope.deadline, anyio.current_time() + GRACE)

    with anyio.move_on_after(timeout) as whole:
        async with anyio.create_task_group() as group:
            for one in tuple(asked):
                group.start_soon(ask, one)

    for one in asked:
        if one.finding is None:
            keep(one, _cancelled(one.question, _why_cancelled(whole.cancelled_caught, timeout)))
    return tuple(one.finding for one in asked if one.finding is not None)


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
