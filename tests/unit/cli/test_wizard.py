"""The questions of setup, put to a person whose answers are known beforehand."""

import io
from collections.abc import Sequence

import click
import pytest
from tests.unit.words import candidate, discovery

from mailsetup.account import Protocol, Retention, Secret
from mailsetup.choice import Choice, Wishes
from mailsetup.cli.console import Back, Console
from mailsetup.cli.wizard import Answers, Circumstances, ask_all
from mailsetup.discovery.finding import Discovery
from mailsetup.errors import Message

IMAP, POP3, SMTP = (candidate(protocol) for protocol in (Protocol.IMAP, Protocol.POP3, Protocol.SMTP))
BOTH = discovery(IMAP, POP3, SMTP)
PASSWORD = Secret("typed at the prompt")


class Person(Console):
    """Types what it was told to, and remembers what it was asked."""

    def __init__(self, *types: str) -> None:
        super().__init__(out=io.StringIO(), err=io.StringIO())
        self.types = list(types)
        self.asked: list[str] = []

    def ask(self, question: Message) -> str:
        self.asked.append(question.render())
        typed = self.types.pop(0)
        if typed == "b":
            raise Back
        if typed == "q":
            raise click.Abort
        return typed

    @property
    def interactive(self) -> bool:
        return True


def around(found: Discovery = BOTH, stores_password: bool = True) -> Circumstances:
    """A person who accepts every host and types the same password each time."""

    def consent(choice: Choice, accepted: frozenset[str]) -> frozenset[str]:
        return accepted | {"hoster.example"}

    return Circumstances(
        found=found, consent=consent, password=lambda choice: PASSWORD, stores_password=stores_password
    )


def answers(person: Person, known: Answers | None = None, found: Discovery = BOTH) -> Answers:
    """What is known in the end; everything that was to be typed has been."""
    known = known or Answers(wishes=Wishes())
    given = ask_all(person, around(found), known)
    assert person.types == []
    return given


def test_enter_alone_is_the_usual_answer_to_everything() -> None:
    given = answers(Person("", "", ""))
    assert given.wishes == Wishes(protocol=Protocol.IMAP)
    assert given.name == ""
    assert given.password is PASSWORD
    assert given.client_password is True


@pytest.mark.parametrize(
    ("typed", "retention"),
    [
        (["1"], Retention()),
        (["2", "14"], Retention(days=14)),
        (["2", ""], Retention(days=30)),
        (["2", "0", "never", "7"], Retention(days=7)),
        (["3"], Retention(until_deleted=True)),
        (["4"], Retention(keep=False)),
    ],
)
def test_with_pop3_one_chooses_what_stays_on_the_server(typed: Sequence[str], retention: Retention) -> None:
    given = answers(Person("2", *typed, "Ada", ""))
    assert given.wishes == Wishes(protocol=Protocol.POP3, retention=retention)


def test_a_number_that_is_not_offered_is_asked_again() -> None:
    assert answers(Person("3", "x", "1", "", "")).wishes.protocol is Protocol.IMAP


def test_what_the_options_have_said_is_not_asked() -> None:
    wishes = Wishes(protocol=Protocol.POP3, retention=Retention(days=9))
    known = Answers(wishes=wishes, name="Ada", client_password=True)
    person = Person()
    assert answers(person, known).wishes == wishes
    assert person.asked == []


def test_where_there_is_one_protocol_only_it_is_not_asked_for() -> None:
    person = Person("1", "Ada", "")
    assert answers(person, found=discovery(POP3, SMTP)).wishes.retention == Retention()


def test_back_asks_the_question_before_again_and_forgets_its_answer() -> None:
    given = answers(Person("2", "4", "b", "b", "1", "Ada", ""))
    assert given.wishes == Wishes(protocol=Protocol.IMAP)


def test_back_at_the_number_of_days_asks_again_how_to_keep() -> None:
    given = answers(Person("2", "2", "b", "1", "Ada", ""))
    assert given.wishes.retention == Retention()


def test_back_at_the_first_question_stays_there() -> None:
    assert answers(Person("b", "", "", "")).wishes.protocol is Protocol.IMAP


def test_quit_ends_it_at_any_question() -> None:
    for typed in (["q"], ["2", "q"], ["2", "2", "q"], ["1", "q"], ["1", "Ada", "q"]):
        with pytest.raises(click.Abort):
            answers(Person(*typed))


def test_a_foreign_host_is_asked_about_once_it_is_chosen() -> None:
    from mailsetup.discovery.finding import Trust

    foreign = candidate(Protocol.IMAP, host="imap.hoster.example", trust=Trust.UNSIGNED)
    given = answers(Person("", ""), found=discovery(foreign, SMTP))
    assert given.wishes.accepted == {"hoster.example"}


def test_where_its_store_cannot_be_written_the_program_is_left_to_ask() -> None:
    person = Person("", "")
    given = ask_all(person, around(stores_password=False), Answers(wishes=Wishes()))
    assert given.client_password is None
