"""The planned file changes of an export. Plain data: planning reads, only `apply` writes."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mailsetup.errors import Message


class Action(Enum):
    """What becomes of one file."""

    CREATE = "create"
    EDIT = "edit"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file: its bytes before (None: it is not there) and after.

    mode: of a new file; an existing one keeps its own. secret: its content is never shown.
    """

    path: Path
    before: bytes | None
    after: bytes
    mode: int = 0o600
    secret: bool = False

    @property
    def action(self) -> Action:
        """Whether the file is made, changed or left alone."""
        if self.before is None:
            return Action.CREATE
        return Action.NONE if self.before == self.after else Action.EDIT

    @property
    def diff(self) -> str:
        """A unified diff for people; one line in place of a secret file's content."""
        if self.action is Action.NONE:
            return ""
        if self.secret:
            return f"{self.path.name}: encrypted content, not shown\n"
        before = _lines(self.before or b"")
        names = ("/dev/null" if self.before is None else str(self.path), str(self.path))
        return "".join(
            line if line.endswith("\n") else line + "\n"
            for line in difflib.unified_diff(before, _lines(self.after), *names, n=1)
        )


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines(keepends=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Every file change of one export, in the order in which they are applied; the last is the commit point.

    client: its word ("thunderbird"). profile: the folder that is set up, new or not.
    deletes: what mail the program will remove from the server because of these changes, or None. Whoever
    applies them must have a yes to it. notes: what a person should know of this plan: a wish that could not
    be met, another profile that was not chosen.
    """

    client: str
    profile: Path
    changes: tuple[FileChange, ...]
    deletes: Message | None = None
    notes: tuple[Message, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether all is already as wished."""
        return all(change.action is Action.NONE for change in self.changes)


def real_changes(changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
    """Those that would touch a file."""
    return tuple(change for change in changes if change.action is not Action.NONE)
