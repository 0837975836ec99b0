"""The questions of setup, put to a person whose answers are known beforehand."""

import io
import sys
from collections.abc import Sequence
from types import SimpleNamespace

import click
import pytest
from tests.unit.words import candidate, discovery

from mailsetup.account import Protocol, Retention, Secret
from mailsetup.choice import Wishes
from mailsetup.cli.console import Back, Console
from mailsetup.cli.wizard import Answers, Circumstances, begin, system_name
from mailsetup.discovery.finding import Discovery, Trust
from mailsetup.errors import Message, Unsafe

IMAP, POP3, SMTP = (candidate(protocol) for protocol in (Protocol.IMAP, Protocol.POP3, Protocol.SMTP))
BOTH = discovery(IMAP, POP3, SMTP)
FOREIGN = discovery(
    candidate(Protocol.IMAP, host="imap.hoster.example", trust=Trust.UNSIGNED),
    candidate(Protocol.POP3, host="pop.hoster.example", trust=Trust.UNSIGNED),
    SMTP,
)
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

    @property
    def told(self) -> str:
        """All that was on the screen besides the prompts, its lines joined."""
        assert isinstance(self.err, io.StringIO)
        return " ".join(self.err.getvalue().split())


def around(stores_password: bool = True, usual_name: str = "", *, signs_in: bool = False) -> Circumstances:
    """A person who types the same password each time."""
    return Circumstances(
        clients=("thunderbird", "outlook"),
        usual_name=usual_name,
        password=lambda choice: PASSWORD,
        stores_password=lambda client: stores_password,
        signs_in=lambda client, choice: signs_in,
    )


def nothing_said(found: Discovery = BOTH, wishes: Wishes | None = None) -> Answers:
    return Answers(found=found, wishes=wishes or Wishes(), client="thunderbird")


def answers(person: Person, known: Answers | None = None, found: Discovery = BOTH) -> Answers:
    """What is known in the end; everything that was to be typed has been."""
    given = begin(person, around(), known or nothing_said(found)).go()
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
    assert answers(Person("5", "x", "1", "", "")).wishes.protocol is Protocol.IMAP


def test_what_the_options_have_said_is_not_asked() -> None:
    wishes = Wishes(protocol=Protocol.POP3, retention=Retention(days=9))
    known = Answers(found=BOTH, wishes=wishes, client="outlook", name="Ada", client_password=True)
    person = Person()
    assert answers(person, known).wishes == wishes
    assert person.asked == []


def test_what_pop3_will_not_do_is_said_before_the_choice() -> None:
    person = Person("q")
    with pytest.raises(click.Abort):
        answers(person)
    assert "does not carry over which messages are read" in person.told


def test_where_there_is_one_protocol_only_it_is_said() -> None:
    person = Person("1", "1", "Ada", "")
    assert answers(person, found=discovery(POP3, SMTP)).wishes.retention == Retention()
    assert "offers POP3 only" in person.told


def test_help_asks_about_habits_and_puts_what_suits_first() -> None:
    person = Person("3", "2", "1GB", "", "", "", "", "", "Ada", "")
    assert answers(person).wishes == Wishes(protocol=Protocol.POP3, retention=Retention(days=30))
    assert "For you POP3 is the better way" in person.told
    assert person.told.index("Make backups") < person.told.index("What shall stay on the server")


def test_a_size_that_is_none_is_asked_again() -> None:
    person = Person("3", "1", "much", "20 GB", "", "", "", "Ada", "")
    assert answers(person).wishes.protocol is Protocol.IMAP


def test_back_at_the_first_question_of_the_help_asks_how_mail_shall_come() -> None:
    assert answers(Person("3", "b", "2", "1", "Ada", "")).wishes.protocol is Protocol.POP3


def test_back_asks_the_question_before_again_and_forgets_its_answer() -> None:
    given = answers(Person("2", "4", "b", "b", "1", "Ada", ""))
    assert given.wishes == Wishes(protocol=Protocol.IMAP)


def test_back_at_the_number_of_days_asks_again_how_to_keep() -> None:
    given = answers(Person("2", "2", "b", "1", "Ada", ""))
    assert given.wishes.retention == Retention()


def test_back_at_the_first_question_stays_there() -> None:
    assert answers(Person("b", "", "", "")).wishes.protocol is Protocol.IMAP


def test_quit_ends_it_at_any_question() -> None:
    for typed in (["q"], ["2", "q"], ["2", "2", "q"], ["3", "q"], ["4", "q"], ["1", "q"], ["1", "Ada", "q"]):
        with pytest.raises(click.Abort):
            answers(Person(*typed))


def test_every_question_says_how_to_go_back_and_how_to_quit() -> None:
    person = Person("2", "2", "", "q")
    with pytest.raises(click.Abort):
        answers(person)
    for prompt in person.asked[:-1]:
        assert "b to go back, q to quit" in prompt
    assert "b goes back, q quits" in person.told


def test_after_all_is_asked_one_can_go_back_and_answer_otherwise() -> None:
    person = Person("", "Ada", "1", "2", "")
    asked = begin(person, around(), nothing_said())
    assert asked.go().client_password is True
    asked.back()
    given = asked.go()
    assert (given.name, given.client_password) == ("Ada", False)


def test_a_foreign_host_is_used_only_after_a_yes() -> None:
    person = Person("", "2", "", "")
    assert answers(person, found=FOREIGN).wishes.accepted == {"hoster.example"}
    assert "a stranger gets your password" in person.told


def test_enter_alone_is_no_yes_to_a_foreign_host() -> None:
    with pytest.raises(Unsafe) as refused:
        answers(Person("", ""), found=FOREIGN)
    # Whoever answers questions is not told of options.
    assert "--" not in str(refused.value)


def test_a_yes_to_a_host_is_kept_when_one_goes_back() -> None:
    person = Person("1", "2", "b", "2", "1", "Ada", "")
    given = answers(person, found=FOREIGN)
    assert (given.wishes.protocol, given.wishes.accepted) == (Protocol.POP3, {"hoster.example"})


def test_in_place_of_a_foreign_host_other_servers_can_be_typed_in() -> None:
    given = answers(Person("", "3", "1", "imap.mine.example", "", "", "Ada", ""), found=FOREIGN)
    assert [one.server.host for one in (*given.found.incoming, *given.found.outgoing)] == [
        "imap.mine.example",
        "smtp.mine.example",
    ]


def test_whoever_knows_better_types_the_servers_in() -> None:
    given = answers(Person("4", "2", "mail.mine.example:110", "", "ada7", "1", "Ada", ""))
    fetching, sending = given.found.incoming[0].server, given.found.outgoing[0].server
    assert (fetching.host, fetching.port, fetching.username) == ("mail.mine.example", 110, "ada7")
    assert (sending.host, sending.port, sending.username) == ("mail.mine.example", 465, "ada7")
    assert given.wishes.retention == Retention()


def test_servers_that_were_typed_are_the_usual_ones_when_one_comes_back() -> None:
    typed = ("4", "2", "pop3://pop.mine.example:1110", "smtp.mine.example:587", "ada7")
    person = Person(*typed, "b", "4", "", "", "", "", "1", "Ada", "")
    given = answers(person)
    assert [
        (one.server.host, one.server.port, one.server.security.value, one.server.username)
        for one in (*given.found.incoming, *given.found.outgoing)
    ] == [
        ("pop.mine.example", 1110, "starttls", "ada7"),
        ("smtp.mine.example", 587, "starttls", "ada7"),
    ]
    assert "Server [pop3://pop.mine.example:1110]" in person.asked


def test_a_port_that_does_not_tell_its_encryption_is_asked_about() -> None:
    typed = ("not a host", "mail.mine.example:1993", "2")
    given = answers(Person("4", "1", *typed, "smtps://smtp.mine.example:4465", "", "Ada", ""))
    assert [
        (one.server.port, one.server.security.value) for one in (*given.found.incoming, *given.found.outgoing)
    ] == [(1993, "starttls"), (4465, "tls")]


def test_back_from_the_typing_asks_how_mail_shall_come() -> None:
    assert answers(Person("4", "b", "1", "Ada", "")).wishes.protocol is Protocol.IMAP


def test_which_mail_program_is_asked_where_several_are_here() -> None:
    known = Answers(found=BOTH, wishes=Wishes())
    assert answers(Person("1", "2", "Ada", ""), known).client == "outlook"


@pytest.mark.parametrize(
    ("typed", "name"), [("", "Ada Lovelace"), ("Countess", "Countess"), ("-", ""), (" Ada ", "Ada")]
)
def test_the_name_is_the_one_that_the_computer_knows_unless_another_is_typed(typed: str, name: str) -> None:
    asked = begin(Person("", typed, ""), around(usual_name="Ada Lovelace"), nothing_said())
    assert asked.go().name == name


def test_where_its_store_cannot_be_written_the_program_is_left_to_ask() -> None:
    given = begin(Person("", ""), around(stores_password=False), nothing_said()).go()
    assert given.client_password is None


@pytest.mark.parametrize(
    ("gecos", "name"),
    [
        ("Ada Lovelace,,,", "Ada Lovelace"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("ada", ""),
        ("", ""),
        ("A\x1bda", ""),
    ],
)
def test_the_name_of_the_system_is_the_persons_not_the_logins(
    gecos: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = SimpleNamespace(getpwuid=lambda uid: SimpleNamespace(pw_gecos=gecos, pw_name="ada"))
    monkeypatch.setitem(sys.modules, "pwd", table)
    assert system_name() == name


def test_where_the_provider_has_a_sign_in_page_no_password_is_needed() -> None:
    person = Person("", "", "")
    given = begin(person, around(signs_in=True), nothing_said()).go()
    assert (given.by_page, given.password, given.client_password) == (True, None, None)
    assert person.types == []


def test_whoever_wants_a_password_all_the_same_is_asked_for_it() -> None:
    given = begin(Person("", "", "2", ""), around(signs_in=True), nothing_said()).go()
    assert (given.by_page, given.password, given.client_password) == (False, PASSWORD, True)
