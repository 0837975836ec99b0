"""The Sources, in the order in which equally trusted answers stand. A new one is a file and a line here."""

from collections.abc import Callable, Mapping, Sequence

from mailsetup.discovery import autoconfig, autodiscover, guess, ispdb, mailconf, mx, pacc, srv, table
from mailsetup.discovery.finding import Finding
from mailsetup.discovery.question import Question, Request
from mailsetup.errors import WrongUsage, say

AT_ONCE: Mapping[str, Callable[[Request], tuple[Question, ...]]] = {
    srv.SOURCE: srv.questions,
    autoconfig.SOURCE: autoconfig.questions,
    pacc.SOURCE: pacc.questions,
    table.SOURCE: table.questions,
    ispdb.SOURCE: ispdb.questions,
    mailconf.SOURCE: mailconf.questions,
    mx.SOURCE: mx.questions,
    guess.SOURCE: guess.questions,
}
"""The word of each Source, and what it asks at the start."""

AT_LAST: Mapping[str, Callable[[Request, Sequence[Finding]], tuple[Question, ...]]] = {
    autodiscover.SOURCE: autodiscover.last_questions,
    autoconfig.SOURCE: autoconfig.last_questions,
    guess.SOURCE: guess.last_questions,
}
"""What each asks only where all else has brought nothing good; it is told what was found until then."""

SOURCES: tuple[str, ...] = tuple(dict.fromkeys((*AT_ONCE, *AT_LAST)))
"""The words of all of them."""


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
    return tuple(question for word in chosen if word in AT_ONCE for question in AT_ONCE[word](request))


def last_questions(
    request: Request, chosen: tuple[str, ...], findings: Sequence[Finding]
) -> tuple[Question, ...]:
    """The last resorts, in the order of the Sources."""
    return tuple(
        question for word in AT_LAST if word in chosen for question in AT_LAST[word](request, findings)
    )
