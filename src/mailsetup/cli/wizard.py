"""The questions of `setup`: one after the other, a usual answer first, back and quit at any of them.

What an option has said already is not asked. Nothing is spoken to or written here: the answers go on to
where options would.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mailsetup.account import Protocol, Retention, Secret, Security
from mailsetup.choice import Choice, Wishes, choose, is_accepted
from mailsetup.cli.console import Back, Console
from mailsetup.discovery.finding import Discovery
from mailsetup.errors import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is known so far; None is what nobody has said yet.

    client_password: put the password into the mail program's own store.
    """

    wishes: Wishes
    name: str | None = None
    password: Secret | None = None
    client_password: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the questions depend on and do not change.

    consent: asks about the foreign hosts of a choice and gives what is accepted then.
    password: asks for the password, or gives None where none is wanted; one that is known is not asked for.
    stores_password: whether the mail program's own store can be offered.
    """

    found: Discovery
    consent: Callable[[Choice, frozenset[str]], frozenset[str]]
    password: Callable[[Choice], Secret | None]
    stores_password: bool


Question = Callable[[Console, Circumstances, Answers], Answers | None]
"""Asks one thing and gives the answers with it; None where it needs no asking."""


def ask_all(console: Console, around: Circumstances, answers: Answers) -> Answers:
    """Ask what is missing. Raises click.Abort where the person quits, Unsafe where they refuse a host."""
    asked: list[tuple[int, Answers]] = []
    at = 0
    while at < len(_QUESTIONS):
        try:
            answered = _QUESTIONS[at](console, around, answers)
        except Back:
            if not asked:
                console.note(say("This is the first question; q quits."))
                continue
            at, answers = asked.pop()
            continue
        if answered is not None:
            asked.append((at, answers))
            answers = answered
        at += 1
    return answers


def _ask_protocol(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    wishes = answers.wishes
    if wishes.protocol is not None or wishes.retention is not None:
        return None
    offered = {
        one.server.protocol for one in around.found.incoming if one.server.security is not Security.PLAIN
    }
    if offered != {Protocol.IMAP, Protocol.POP3}:
        return None
    number = console.choose(
        say("How shall your mail come to this computer?"),
        (
            say("IMAP: mirrors the server, so every device shows the same mail. The usual choice."),
            say("POP3: downloads mail to this one computer. You choose next what stays on the server."),
        ),
    )
    return replace(answers, wishes=replace(wishes, protocol=(Protocol.IMAP, Protocol.POP3)[number]))


# In the order in which they are offered; None is for a number of days, which is asked next.
_RETENTIONS = (Retention(), None, Retention(until_deleted=True), Retention(keep=False))


def _ask_retention(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    wishes = answers.wishes
    if wishes.retention is not None or choose(around.found, wishes).retention is None:
        return None
    while True:
        number = console.choose(
            say("What shall stay on the server once this computer has a message?"),
            (
                say("Everything stays, for ever. Nothing can be lost; the server may fill up."),
                say("Each message stays for some days, so that other devices can fetch it too."),
                say("Each message stays until you delete it on this computer."),
                say("Nothing: each message is removed at once, and is then on this computer only."),
            ),
        )
        try:
            retention = _RETENTIONS[number] or Retention(days=_ask_days(console))
        except Back:
            continue
        return replace(answers, wishes=replace(wishes, protocol=Protocol.POP3, retention=retention))


def _ask_days(console: Console) -> int:
    while True:
        typed = console.ask(say("For how many days [30]")) or "30"
        if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= 9999:
            return int(typed)
        console.note(say("Type a number of days from 1 to 9999."))


def _ask_consent(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    choice = choose(around.found, answers.wishes)
    wishes = answers.wishes
    if all(is_accepted(one, wishes.accepted) for one in choice.first):
        return None
    return replace(answers, wishes=replace(wishes, accepted=around.consent(choice, wishes.accepted)))


def _ask_name(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.name is not None:
        return None
    return replace(answers, name=console.ask(say("Your name, as others will see it (may be left empty)")))


def _ask_password(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.password is not None:
        return None
    password = around.password(choose(around.found, answers.wishes))
    return None if password is None else replace(answers, password=password)


def _ask_client_password(console: Console, around: Circumstances, answers: Answers) -> Answers | None:
    if answers.client_password is not None or answers.password is None or not around.stores_password:
        return None
    number = console.choose(
        say("Shall the mail program keep the password?"),
        (
            say("Yes, in its own encrypted store, so that it does not ask."),
            say("No, it asks when it first fetches mail."),
        ),
    )
    return replace(answers, client_password=number == 0)


_QUESTIONS: Sequence[Question] = (
    _ask_protocol,
    _ask_retention,
    _ask_consent,
    _ask_name,
    _ask_password,
    _ask_client_password,
)
