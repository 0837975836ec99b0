"""The planned file changes of an export or an undo. Plain data: planning reads, only `apply` writes."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from mailsetup.account import Address
from mailsetup.errors import Message


class Action(Enum):
    """What becomes of one file."""

    CREATE = "create"
    EDIT = "edit"
    REMOVE = "remove"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file: its bytes before (None: it is not there) and after (None: it is removed).

    mode: of a new file; an existing one keeps its own. secret: its content is never shown.
    encoding: how its text is read for the diff.
    """

    path: Path
    before: bytes | None
    after: bytes | None
    mode: int = 0o600
    secret: bool = False
    encoding: str = "utf-8"

    @property
    def action(self) -> Action:
        """Whether the file is made, changed, removed or left alone."""
        if self.before == self.after:
            return Action.NONE
        if self.before is None:
            return Action.CREATE
        return Action.REMOVE if self.after is None else Action.EDIT

    @property
    def diff(self) -> str:
        """A unified diff for people; one line in place of a secret file's content."""
        if self.action is Action.NONE:
            return ""
        if self.secret:
            return f"{self.path.name}: encrypted content, not shown\n"
        sides = (self.before, self.after)
        names = ["/dev/null" if side is None else str(self.path) for side in sides]
        before, after = (_lines(side or b"", self.encoding) for side in sides)
        return "".join(
            line if line.endswith("\n") else line + "\n"
            for line in difflib.unified_diff(before, after, names[0], names[1], n=1)
        )


def _lines(content: bytes, encoding: str) -> list[str]:
    return content.decode(encoding, "replace").splitlines(keepends=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Every file change of one export, in the order in which they are applied; the last is the commit point.

    Of an undo it is the first: what comes after that does no harm where it stays.
    client: its word ("thunderbird"). profile: the folder that is set up, new or not.
    deletes: what mail the program will remove from the server because of these changes, or None. Whoever
    applies them must have a yes to it. notes: what a person should know of this plan: a wish that could not
    be met, another profile that was not chosen. remaining: what a person must still do before the program
    has the account, or None. signs_in: the program opens the provider's own sign-in page (OAuth2).
    opened_by: the command that opens the profile, where the program does not take it by itself; else None.
    undoes: the id of the export that is taken back, None where this is an export.
    address: whose account it is, None where this is an undo.
    """

    client: str
    profile: Path
    changes: tuple[FileChange, ...]
    deletes: Message | None = None
    notes: tuple[Message, ...] = ()
    remaining: Message | None = None
    signs_in: bool = False
    opened_by: str | None = None
    undoes: str | None = None
    address: Address | None = None

    @property
    def empty(self) -> bool:
        """Whether all is already as wished."""
        return all(change.action is Action.NONE for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export that was carried out.

    made: when, in UTC. taken_back: whether an undo of it was carried out.
    address: whose account it was, as the backup says; None where that is gone.
    """

    id: str
    client: str
    profile: Path
    backup: Path
    made: datetime
    taken_back: bool
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file of an earlier export: before it, as the export wrote it, and now. None: not there.

    ours: of a secret file only its trace (see SharingClient), for no copy of it is kept.
    untouched: nobody but us has written it since.
    """

    path: Path
    before: bytes | None
    ours: bytes
    now: bytes | None
    untouched: bool

    @property
    def back(self) -> bool:
        """Whether it is as it was before the export."""
        return self.now == self.before

    def becomes(self, after: bytes | None, *, secret: bool = False) -> FileChange:
        """The change that an undo makes to it."""
        return FileChange(path=self.path, before=self.now, after=after, secret=secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What taking an export back takes: the files, its commit point first. The rest as in ChangeSet."""

    changes: tuple[FileChange, ...]
    deletes: Message | None = None
    notes: tuple[Message, ...] = ()


def real_changes(changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
    """Those that would touch a file."""
    return tuple(change for change in changes if change.action is not Action.NONE)
