"""The Sources, in the order in which equally trusted answers stand. A new one is a file and a line here."""

from collections.abc import Callable, Mapping

from mailsetup.discovery import autoconfig, ispdb, mx, srv
from mailsetup.discovery.question import Question, Request
from mailsetup.errors import WrongUsage, say

SOURCES: Mapping[str, Callable[[Request], tuple[Question, ...]]] = {
    srv.SOURCE: srv.questions,
    autoconfig.SOURCE: autoconfig.questions,
    ispdb.SOURCE: ispdb.questions,
    mx.SOURCE: mx.questions,
}
"""The word of each Source, and what it asks at the start."""


def choose_sources(only: frozenset[str], skip: frozenset[str]) -> tuple[str, ...]:
    """The words of the Sources to ask; an empty `only` means all of them.

    Raises WrongUsage for a word that is none, or where nothing is left to ask.
    """
    for word in sorted(only | skip):
        if word not in SOURCES:
            raise WrongUsage(
                say("“{word}” is no source of settings.", word=word),
                say("The sources are: {known}.", known=", ".join(SOURCES)),
            )
    chosen = tuple(word for word in SOURCES if word not in skip and (not only or word in only))
    if not chosen:
        raise WrongUsage(
            say("No source of settings is left to ask."),
            say("Skip fewer of these: {known}.", known=", ".join(SOURCES)),
        )
    return chosen


def first_questions(request: Request, chosen: tuple[str, ...]) -> tuple[Question, ...]:
    """All that can be asked at once, in the order of the Sources."""
    return tuple(question for word in chosen for question in SOURCES[word](request))
