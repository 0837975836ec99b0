"""A person's folders and letters as Twisted's IMAP server wants to see them."""

# Twisted is typed in part.
# mypy: untyped-calls-exclude="twisted"

from collections.abc import Iterable
from email.message import Message
from email.parser import BytesParser
from io import BytesIO
from typing import Any, BinaryIO

from twisted.internet.defer import Deferred, succeed
from twisted.mail.imap4 import MailboxException, MessageSet, statusRequestHelper, wildcardToRegexp
from twisted.mail.interfaces import (
    IAccountIMAP,
    IMailboxIMAP,
    IMessageIMAP,
    IMessageIMAPFile,
    INamespacePresenter,
)
from zope.interface import implementer  # type: ignore[import-untyped]

from mailsetup.demo.mailbox import Letter, Mailbox, Person

FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
_SPECIAL_USES = {"Drafts": "\\Drafts", "Sent": "\\Sent", "Trash": "\\Trash"}  # RFC 6154
_UID_VALIDITY = 1


class Part:
    """A MIME part of a letter (twisted.mail.interfaces.IMessageIMAPPart)."""

    def __init__(self, parsed: Message) -> None:
        self._parsed = parsed

    def getHeaders(self, negate: bool, *names: str | bytes) -> dict[str, str]:
        wanted = {name.decode("ascii").lower() if isinstance(name, bytes) else name.lower() for name in names}
        return {
            name.lower(): str(value).encode("ascii", "replace").decode()
            for name, value in self._parsed.items()
            if (name.lower() in wanted) is not negate
        }

    def getBodyFile(self) -> BinaryIO:
        payload = self._parsed.get_payload()
        if not isinstance(payload, str):
            return BytesIO(self._parsed.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        return BytesIO(payload.encode("ascii", "surrogateescape"))

    def getSize(self) -> int:
        return len(self.getBodyFile().read())

    def isMultipart(self) -> bool:
        return self._parsed.is_multipart()

    def getSubPart(self, part: int) -> "Part":
        return Part(self._parsed.get_payload()[part])  # type: ignore[arg-type, index]


@implementer(IMessageIMAP, IMessageIMAPFile)
class Whole(Part):
    """A letter in a folder."""

    def __init__(self, letter: Letter) -> None:
        super().__init__(BytesParser().parsebytes(letter.content))
        self.letter = letter

    @property
    def head(self) -> bytes:
        """The header as it is, with the empty line that ends it."""
        return self.letter.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    def open(self) -> BinaryIO:
        return BytesIO(self.letter.content)

    def getBodyFile(self) -> BinaryIO:
        return BytesIO(self.letter.content.partition(b"\r\n\r\n")[2])

    def getSize(self) -> int:
        return len(self.letter.content)

    def getUID(self) -> int:
        return self.letter.uid

    def getFlags(self) -> list[str]:
        return sorted(self.letter.flags)

    def getInternalDate(self) -> bytes:
        return str(self._parsed.get("Date", "Sun, 01 Nov 2026 00:00:00 +0000")).encode("ascii", "replace")


@implementer(IMailboxIMAP)
class Folder:
    """A folder as one session has it open: numbers stay as they are whatever other sessions take away."""

    def __init__(self, name: str, mailbox: Mailbox, writable: bool) -> None:
        self.name = name
        self._mailbox = mailbox
        self._writable = writable
        self._letters = list(mailbox.letters)
        self._listeners: list[Any] = []

    def getFlags(self) -> list[str]:
        # Twisted uses one list for two things: the flags of letters when a folder is opened,
        # those of the folder when it is listed.
        return [_SPECIAL_USES[self.name]] if self.name in _SPECIAL_USES else []

    def getHierarchicalDelimiter(self) -> str:
        return "/"

    def getUIDValidity(self) -> int:
        return _UID_VALIDITY

    def getUIDNext(self) -> int:
        return self._mailbox.next_uid

    def getUID(self, message: int) -> int:
        return self._letters[message - 1].uid

    def getMessageCount(self) -> int:
        return len(self._letters)

    def getRecentCount(self) -> int:
        return 0

    def getUnseenCount(self) -> int:
        return sum("\\Seen" not in letter.flags for letter in self._letters)

    def isWriteable(self) -> bool:
        return self._writable

    def destroy(self) -> None:
        self._letters = []

    def requestStatus(self, names: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = statusRequestHelper(self, names)
        return found

    def addListener(self, listener: Any) -> None:
        self._listeners.append(listener)
        self._mailbox.watchers.append(self._arrived)

    def removeListener(self, listener: Any) -> None:
        self._listeners.remove(listener)
        self._mailbox.watchers.remove(self._arrived)

    def _arrived(self, letter: Letter) -> None:
        self._letters.append(letter)
        for listener in self._listeners:
            listener.newMessages(len(self._letters), None)

    def addMessage(
        self, message: BinaryIO, flags: Iterable[str] = (), date: bytes | None = None
    ) -> Deferred[int]:
        letter = self._mailbox.deliver(message.read(), flags)
        if letter not in self._letters:
            self._letters.append(letter)
        return succeed(letter.uid)

    def _chosen(self, messages: MessageSet, uid: bool) -> list[tuple[int, Letter]]:
        numbered = list(enumerate(self._letters, 1))
        if numbered:
            messages.last = numbered[-1][1].uid if uid else numbered[-1][0]
        return [(n, letter) for n, letter in numbered if (letter.uid if uid else n) in messages]

    def fetch(self, messages: MessageSet, uid: bool) -> list[tuple[int, Whole]]:
        return [(number, Whole(letter)) for number, letter in self._chosen(messages, uid)]

    def store(self, messages: MessageSet, flags: Iterable[str], mode: int, uid: bool) -> dict[int, list[str]]:
        if not self._writable:
            raise MailboxException("The folder is open for reading only.")
        changed = {}
        for number, letter in self._chosen(messages, uid):
            if mode > 0:
                letter.flags |= set(flags)
            elif mode < 0:
                letter.flags -= set(flags)
            else:
                letter.flags = set(flags)
            changed[number] = sorted(letter.flags)
        return changed

    def expunge(self) -> list[int]:
        # From the end, so that each number is true when it is told.
        doomed = [
            (number, letter) for number, letter in enumerate(self._letters, 1) if "\\Deleted" in letter.flags
        ][::-1]
        self._mailbox.remove(letter for _, letter in doomed)
        for number, _ in doomed:
            del self._letters[number - 1]
        return [number for number, _ in doomed]


@implementer(IAccountIMAP, INamespacePresenter)
class Account:
    """All the folders of a person. INBOX is the same in any case of letters; other names are as they are."""

    def __init__(self, person: Person) -> None:
        self._folders = person.folders

    def select(self, name: str, rw: bool = True) -> Folder | None:
        name = _inbox(name)
        mailbox = self._folders.get(name)
        return None if mailbox is None else Folder(name, mailbox, bool(rw))

    def listMailboxes(self, ref: str, wildcard: str) -> list[tuple[str, Folder]]:
        pattern = wildcardToRegexp(_inbox(ref + wildcard), "/")
        return [
            (name, Folder(name, mailbox, False))
            for name, mailbox in self._folders.items()
            if pattern.fullmatch(name)
        ]

    def addMailbox(self, name: str, mbox: object = None) -> None:
        raise MailboxException("Folders are made by CREATE.")

    def create(self, pathspec: str) -> bool:
        name = _inbox(pathspec.rstrip("/"))
        if not name or name in self._folders:
            return False
        self._folders[name] = Mailbox()
        return True

    def delete(self, name: str) -> None:
        if self._folders.pop(_inbox(name), None) is None:
            raise MailboxException("There is no such folder.")

    def rename(self, oldname: str, newname: str) -> None:
        if oldname not in self._folders or newname in self._folders:
            raise MailboxException("There is no such folder, or there is one of the new name.")
        self._folders[newname] = self._folders.pop(oldname)

    def isSubscribed(self, name: str) -> bool:
        return True

    def subscribe(self, name: str) -> bool:
        return True

    def unsubscribe(self, name: str) -> bool:
        return True

    def getPersonalNamespaces(self) -> list[list[bytes]]:
        return [[b"", b"/"]]

    def getSharedNamespaces(self) -> None:
        return None

    def getUserNamespaces(self) -> None:
        return None


def _inbox(name: str) -> str:
    return "INBOX" if name.upper() == "INBOX" else name
