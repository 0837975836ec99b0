"""Questions one after the other, with a way back from each to the one before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mailsetup.cli.console import Back, Console
from mailsetup.errors import say

S = TypeVar("S")

Question = Callable[[S], S | None]
"""Asks one thing and gives what is known with it; None where it needs no asking."""


def stay_at_first(console: Console) -> None:
    """What to say to whoever wants to go back from the first question."""
    console.note(say("This is the first question: there is none before it. q quits."))


def _as_it_was(earlier: S, later: S) -> S:
    return earlier


@dataclass(slots=True)
class Interview(Generic[S]):
    """Questions in their order, and what is known so far.

    keep: what is known after going back, from what was known then and what is known now.
    at_first: called where the person wants to go back from the first; without it `go` raises Back.
    """

    questions: Sequence[Question[S]]
    known: S
    keep: Callable[[S, S], S] = _as_it_was
    at_first: Callable[[], None] | None = None
    _asked: list[tuple[int, S]] = field(default_factory=list)
    _at: int = 0
    _returning: bool = False

    def go(self) -> S:
        """Ask what is left to ask; all that is known then. Raises Back, and click.Abort for quit."""
        while self._at < len(self.questions):
            try:
                answered = self.questions[self._at](self.known)
            except Back:
                if not self._asked and self.at_first is not None:
                    self.at_first()
                else:
                    self.back()
                continue
            if answered is None and self._returning and self._asked:
                # What was kept makes the question needless: the one before it is meant.
                self.back()
                continue
            self._returning = False
            if answered is not None:
                self._asked.append((self._at, self.known))
                self.known = answered
            self._at += 1
        return self.known

    def back(self) -> None:
        """Return to the question that was asked last: `go` asks it again. Raises Back where there is none."""
        if not self._asked:
            raise Back
        self._at, earlier = self._asked.pop()
        self.known = self.keep(earlier, self.known)
        self._returning = True
