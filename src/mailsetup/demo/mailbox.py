"""A mailbox as the three mail servers share it: letters with lasting numbers, and who may open it."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mailsetup.demo.domains import PLACES
from mailsetup.demo.letters import LETTERS


@dataclass(eq=False, slots=True)
class Letter:
    """One message. uid: never given twice (RFC 3501, section 2.3.1.1). content: RFC 5322, with CRLF."""

    uid: int
    content: bytes
    flags: set[str] = field(default_factory=set)


class Mailbox:
    """Letters in the order of their arrival."""

    def __init__(self, contents: Iterable[bytes] = ()) -> None:
        self.letters: list[Letter] = []
        self.next_uid = 1
        self.locked = False
        """Whether a POP3 session has it: only one may, so that numbers stay true (RFC 1939, section 4)."""
        self.watchers: list[Callable[[Letter], None]] = []
        """Told of each new letter."""
        for content in contents:
            self.deliver(content)

    def deliver(self, content: bytes, flags: Iterable[str] = ()) -> Letter:
        """Put a message in."""
        letter = Letter(self.next_uid, content, set(flags))
        self.letters.append(letter)
        self.next_uid += 1
        for watcher in tuple(self.watchers):
            watcher(letter)
        return letter

    def remove(self, letters: Iterable[Letter]) -> None:
        """Take messages out for good; those that are gone already are no fault."""
        gone = {letter.uid for letter in letters}
        self.letters = [letter for letter in self.letters if letter.uid not in gone]


class Person:
    """Somebody with mail: an address, and folders by name."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.inbox = Mailbox(LETTERS)
        self.folders: dict[str, Mailbox] = {
            "INBOX": self.inbox,
            "Drafts": Mailbox(),
            "Sent": Mailbox(),
            "Trash": Mailbox(),
        }


class PostOffice:
    """Everybody. All have the same password: it is made anew for each world."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self.people = {place.address: Person(place.address) for place in PLACES}
        self._by_login = {place.login: self.people[place.address] for place in PLACES}

    def login(self, user: str, password: bytes) -> Person | None:
        """The person of that user name, or None: unknown and wrong look the same from outside."""
        person = self._by_login.get(user)
        return person if hmac.compare_digest(password, self._password) else None

    def masked(self, text: str) -> str:
        """A text without the password, in whatever place a confused client has put it."""
        return text.replace(self._password.decode(), "***")
