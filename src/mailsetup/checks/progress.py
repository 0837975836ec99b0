"""The steps of one server as they end: in order, within their time, with no secret in them."""

from collections.abc import Awaitable, Callable, Sequence

import anyio

from mailsetup.checks.conversation import Masks
from mailsetup.checks.outcome import Outcome, failed, failed_with, skipped
from mailsetup.checks.report import Fault, Step, StepName, Verdict
from mailsetup.errors import MailsetupError, say

STEP_SECONDS = 15.0
"""How long one step may take."""

Work = Callable[[], Awaitable[Outcome]]
"""What is done in one step. What it raises as MailsetupError is a failure of that step."""

_NOT_REACHED = skipped(say("Not reached."))


def is_not_reached(step: Step) -> bool:
    """Whether a step was skipped because one before it failed."""
    return step.verdict is Verdict.SKIP and step.text == _NOT_REACHED.text


class Stopped(Exception):
    """Not an error: the way out after a step that failed, as the ones after it cannot be done."""


class Progress:
    """Collects the steps of one server.

    names: its steps in order. deadline: of the whole run, on anyio's clock, and seconds: its length.
    watch: told each step when it has ended.
    """

    def __init__(
        self,
        names: Sequence[StepName],
        host: str,
        *,
        deadline: float,
        seconds: float,
        masks: Masks,
        watch: Callable[[Step], None] | None,
    ) -> None:
        self._waiting = list(names)
        self._host = host
        self._deadline = deadline
        self._seconds = seconds
        self._masks = masks
        self._watch = watch
        self.steps: list[Step] = []

    async def do(self, name: StepName, work: Work, limit: float = STEP_SECONDS) -> Outcome:
        """Do one step, in so many seconds, and tell it. Raises Stopped where it failed."""
        outcome, seconds = await self.timed(work, limit)
        self.tell(name, outcome, seconds)
        return outcome

    async def timed(self, work: Work, limit: float = STEP_SECONDS) -> tuple[Outcome, float]:
        """How a piece of work ended, whatever the server did, and how many seconds it took.

        Work may set itself a shorter time with anyio.fail_after.
        """
        began = anyio.current_time()
        try:
            with anyio.fail_after(min(limit, self._deadline - began)):
                outcome = await work()
        except MailsetupError as error:
            outcome = failed_with(error)
        except TimeoutError:
            outcome = self._too_late(anyio.current_time() - began)
        return outcome, anyio.current_time() - began

    def tell(self, name: StepName, outcome: Outcome, seconds: float = 0.0) -> None:
        """Add a step; those before it that never came are skipped. Raises Stopped where it failed."""
        while self._waiting and self._waiting[0] is not name:
            self._add(self._waiting.pop(0), _NOT_REACHED, 0.0)
        self._waiting.pop(0)
        self._add(name, outcome, seconds)
        if outcome.verdict is Verdict.FAIL:
            raise Stopped

    def skip_rest(self, outcome: Outcome = _NOT_REACHED) -> None:
        """Skip all the steps that have not been told."""
        while self._waiting:
            self._add(self._waiting.pop(0), outcome, 0.0)

    def _add(self, name: StepName, outcome: Outcome, seconds: float) -> None:
        step = Step(
            name=name,
            verdict=outcome.verdict,
            text=self._masks.message(outcome.text),
            fix=None if outcome.fix is None else self._masks.message(outcome.fix),
            seconds=seconds,
            fault=outcome.fault,
            facts={fact: self._masks.value(value) for fact, value in outcome.facts.items()},
        )
        self.steps.append(step)
        if self._watch is not None:
            self._watch(step)

    def _too_late(self, waited: float) -> Outcome:
        if anyio.current_time() >= self._deadline:
            return failed(
                Fault.NETWORK,
                say(
                    "The {seconds} seconds that the whole check may take were over before {host} answered.",
                    host=self._host,
                    seconds=round(self._seconds) if self._seconds >= 1 else round(self._seconds, 1),
                ),
                say("See whether other connections are slow as well, or allow more with --timeout."),
                timed_out=True,
            )
        return failed(
            Fault.NETWORK,
            say(
                "{host} did not answer within {seconds} seconds.",
                host=self._host,
                seconds=round(waited),
            ),
            say("A firewall, or a block after too many tries, looks like this. Try again later."),
            timed_out=True,
        )
