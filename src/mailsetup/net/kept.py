"""What was learnt in a run, kept within bounds for whoever asks the same again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio

from mailsetup.errors import MailsetupError

A = TypeVar("A")


@dataclass(slots=True)
class _Asking(Generic[A]):
    """A question that is being asked at this moment."""

    done: anyio.Event = field(default_factory=anyio.Event)
    answer: A | None = None
    failure: MailsetupError | None = None


class Kept(Generic[A]):
    """Answers by question; what failed is not kept. The one unused for longest gives way to a new one.

    room: bytes that may be kept, roughly. weigh: the bytes of one answer, roughly.
    """

    def __init__(self, room: int, weigh: Callable[[A], int]) -> None:
        self._room = room
        self._weigh = weigh
        self._weight = 0
        self._answers: dict[str, A] = {}
        self._asking: dict[str, _Asking[A]] = {}

    async def get(self, question: str, ask: Callable[[], Awaitable[A]]) -> A:
        """The answer in hand, or the one that somebody is waiting for already, or a new one."""
        while question not in self._answers:
            asking = self._asking.get(question)
            if asking is None:
                return await self._lead(question, ask)
            await asking.done.wait()
            if asking.failure is not None:
                raise asking.failure
            if asking.answer is not None:
                return asking.answer
            # Neither: whoever asked was cancelled, so one of those who waited asks again.
        # Last in the dictionary is last to go.
        answer = self._answers[question] = self._answers.pop(question)
        return answer

    async def _lead(self, question: str, ask: Callable[[], Awaitable[A]]) -> A:
        asking = self._asking[question] = _Asking()
        try:
            asking.answer = answer = await ask()
        except MailsetupError as failure:
            asking.failure = failure
            raise
        finally:
            del self._asking[question]
            asking.done.set()
        self._answers[question] = answer
        self._weight += self._weigh(answer)
        while self._weight > self._room:
            self._weight -= self._weigh(self._answers.pop(next(iter(self._answers))))
        return answer
