"""Carrying out a ChangeSet: whole or not at all, backed up, and never under a running program.

The only one that writes to a profile, by the steps in `disk`. In order: hold the folders against a second
mailsetup; see that nothing changed since the plan; copy what will change into `mailsetup-backup/<id>/` in the
profile; write every new file beside its place; note in our own state where the backup is; hold the program's
own lock and look again; rename one file after the other, the commit point last. A crash or a power cut leaves
the old profile until the last rename and the new one after it: what is renamed before is harmless alone. The
note counts from the first rename on, so whatever was done can be taken back. (An undo goes the other way
round, its commit point first, and is noted when all is done; cut short, it can be run again.) An error, or
Ctrl-C, takes everything back.
"""

import errno
import glob
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from mailsetup.clients.changes import ChangeSet, FileChange, real_changes
from mailsetup.clients.client import SharingClient
from mailsetup.clients.disk import Disk, refuse_foreign
from mailsetup.clients.folders import (
    BACKUPS,
    LEFTOVER,
    MANIFEST,
    exports_folder,
    hold_folder,
    missing_folders,
    nearest_folder,
)
from mailsetup.clients.registry import client_named
from mailsetup.clients.undo import secret_copies
from mailsetup.errors import ProfileRefused, Unsafe, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an export left behind for its undoing.

    undo: the id to take it back by; None where there was nothing to do, or where it could not be noted.
    backup: the folder with the files as they were, and the manifest; None where there was nothing to do.
    """

    undo: str | None
    backup: Path | None


def apply(
    changes: ChangeSet,
    *,
    deletion_agreed: bool = False,
    disk: Disk | None = None,
    state: Path | None = None,
) -> Applied:
    """Carry out a ChangeSet.

    deletion_agreed: the person said yes to `changes.deletes`.
    disk, state: the real disk and the folder of our own state, unless others are given.
    Raises ProfileRefused where the program runs, a file changed since the plan, or the disk refuses; then
    all is as it was. Raises Unsafe where a deletion was not agreed to.
    """
    run = _Run(changes, disk or Disk(), state)
    if changes.empty:
        if changes.undoes is not None:
            run.settle()
        return Applied(undo=None, backup=None)
    if changes.deletes is not None and not deletion_agreed:
        raise Unsafe(changes.deletes, say("Agree to that first, or leave mail on the server."))
    run.carry_out()
    return Applied(undo=run.id if run.noted else None, backup=run.backup)


@dataclass(frozen=True, slots=True)
class _Step:
    """One change on its way: the real file behind any symlink, and the new one beside it.

    Of a removal, `fresh` is where the old file waits until all is done.
    """

    change: FileChange
    target: Path
    fresh: Path


# Of 65,536 words a second so many are never all taken.
_DRAWS = 100


class _Run:
    """One ChangeSet being carried out, with all that must be taken back if it fails."""

    def __init__(self, changes: ChangeSet, disk: Disk, state: Path | None) -> None:
        now = datetime.now(UTC)
        backups = changes.profile / BACKUPS
        # Two runs of one second may draw the same.
        drawn = (f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}" for _ in range(_DRAWS))
        self.id = next(id for id in drawn if not os.path.lexists(backups / id))
        self.backup = backups / self.id
        self._made = now.isoformat(timespec="microseconds")
        self._changes = changes
        self._disk = disk
        self._state = state
        self.noted = False
        self._note: Path | None = None
        self._watched = [(change, Path(os.path.realpath(change.path))) for change in changes.changes]
        real = real_changes(changes.changes)
        self._steps = [
            _Step(change, target, target.with_name(f"{target.name}{LEFTOVER}{self.id}"))
            for change, target in self._watched
            if change in real
        ]
        self._locks = ExitStack()
        self._folders: list[Path] = []
        self._files: list[Path] = []
        self._renamed: list[_Step] = []

    def carry_out(self) -> None:
        """Write everything. Raises ProfileRefused, with all as it was."""
        client = client_named(self._changes.client)
        for change, target in self._watched:
            refuse_foreign(change.path, target)
        with self._locks:
            for folder in sorted({nearest_folder(step.target.parent) for step in self._steps}):
                hold_folder(folder, self._locks)
            with client.hold(self._changes.profile):
                self._verify()
            try:
                self._prepare()
                if self._changes.undoes is None:
                    self._write_note()
                with client.hold(self._changes.profile):
                    self._verify()
                    self._commit()
            except BaseException as failure:
                restored = self._take_back()
                if isinstance(failure, OSError):
                    raise self._refusal(failure, restored=restored) from failure
                raise
            self._finish()

    def settle(self) -> None:
        """Of an undo that was cut short, or that a person has done by hand: all but the note is done."""
        with self._locks:
            hold_folder(nearest_folder(self._changes.profile), self._locks)
            self._finish()

    def _finish(self) -> None:
        self._sweep()
        if self._changes.undoes is not None and self._write_note():
            self._forget()

    def _write_note(self) -> bool:
        """Note where the backup is, for `undo`. Where that fails all goes on; there is just no id."""
        folder = exports_folder(self._state)
        if folder is None:
            return False
        first = None if self._changes.undoes is not None else str(self._steps[0].fresh)
        self._note = folder / f"{self.id}.json"
        try:
            made = missing_folders(folder)
            for missing in made:
                self._disk.make_folder(missing)
            record = {
                "schema": "mailsetup/undo/1",
                "id": self.id,
                "client": self._changes.client,
                "profile": str(self._changes.profile),
                "backup": str(self.backup),
                "made": self._made,
                "undoes": self._changes.undoes,
                "first": first,
            }
            self._disk.write_new(self._note, _document(record), mode=0o600)
            for synced in (folder, *(each.parent for each in reversed(made))):
                self._disk.sync_folder(synced)
            self.noted = True
        except OSError:
            self._remove(self._note)
        return self.noted

    def _forget(self) -> None:
        """After an undo: remove the copies of secret files that hold what was taken back."""
        names = {change.path.name for change in self._changes.changes if change.secret}
        for path in secret_copies(self._changes.profile, names, self._state):
            self._remove(path)

    def _remove(self, path: Path) -> None:
        with suppress(OSError):
            self._disk.remove(path)

    def _verify(self) -> None:
        for change, target in self._watched:
            try:
                found = self._disk.read(target)
            except OSError as failure:
                raise self._refusal(failure, restored=True) from failure
            if found != change.before:
                raise ProfileRefused(
                    say(
                        "{path} has changed since this was planned, so nothing was written.", path=change.path
                    ),
                    say("Try again; the plan is then made anew."),
                )

    def _prepare(self) -> None:
        for folder in [self.backup, *(step.target.parent for step in self._steps)]:
            self._make(folder)
        for number, step in enumerate(self._steps):
            for name, content in (
                (self._copy(number, step), step.change.before),
                (self._written(number, step), step.change.after),
            ):
                if name is not None and content is not None:
                    self._write(self.backup / name, content, mode=0o600)
        self._write(self.backup / MANIFEST, _document(self._manifest()), mode=0o600)
        above = [folder.parent for folder in reversed(self._folders)]
        for folder in dict.fromkeys([self.backup, self.backup.parent, self._changes.profile, *above]):
            self._disk.sync_folder(folder)
        for step in self._steps:
            if step.change.after is None:
                continue
            like = None if step.change.before is None else step.target
            self._write(step.fresh, step.change.after, mode=step.change.mode, like=like)

    def _commit(self) -> None:
        for step in self._steps:
            self._renamed.append(step)
            if step.change.after is None:
                self._disk.rename(step.target, step.fresh)
            else:
                self._disk.rename(step.fresh, step.target)
            self._disk.sync_folder(step.target.parent)

    def _sweep(self) -> None:
        """Let go of what was removed, and of secrets that a run which was killed has left beside them.

        Where that fails a leftover stays, which nobody reads.
        """
        for step in self._steps:
            if step.change.after is None:
                self._remove(step.fresh)
        for change, target in self._watched:
            if change.secret:
                for left in target.parent.glob(f"{glob.escape(target.name + LEFTOVER)}*"):
                    self._remove(left)

    def _take_back(self) -> bool:
        """Make all as it was. False where a file could not be put back; the backup then stays."""
        restored = True
        for step in reversed(self._renamed):
            try:
                self._restore(step)
            except OSError:
                restored = False
        if restored and self._note is not None:
            self._remove(self._note)
        for path in reversed(self._files):
            if restored or self.backup not in path.parents:
                self._remove(path)
        for folder in reversed(self._folders):
            with suppress(OSError):
                self._disk.remove_folder(folder)
        return restored

    def _restore(self, step: _Step) -> None:
        if self._disk.read(step.target) == step.change.before:
            return
        if step.change.before is None:
            self._disk.remove(step.target)
            return
        if step.change.after is None:
            self._disk.rename(step.fresh, step.target)
            return
        again = step.fresh.with_name(f"{step.fresh.name}-back")
        self._files.append(again)
        self._disk.write_new(again, step.change.before, mode=step.change.mode, like=step.target)
        self._disk.rename(again, step.target)

    def _make(self, folder: Path) -> None:
        for missing in missing_folders(folder):
            self._disk.make_folder(missing)
            self._folders.append(missing)
            if missing != self.backup:
                hold_folder(missing, self._locks)

    def _write(self, path: Path, content: bytes, *, mode: int, like: Path | None = None) -> None:
        self._files.append(path)
        self._disk.write_new(path, content, mode=mode, like=like)

    def _manifest(self) -> dict[str, object]:
        """What an undo needs: each file, its hashes before and after, and where copies of both are."""
        return {
            "schema": "mailsetup/backup/1",
            "id": self.id,
            "client": self._changes.client,
            "profile": str(self._changes.profile),
            "made": self._made,
            "undoes": self._changes.undoes,
            "address": str(self._changes.address) if self._changes.address else None,
            "files": [
                {
                    "path": str(step.change.path),
                    "target": str(step.target),
                    "before": _hash(step.change.before),
                    "after": _hash(step.change.after),
                    "copy": self._copy(number, step),
                    "written": self._written(number, step),
                    "trace": self._trace(step),
                }
                for number, step in enumerate(self._steps)
            ],
            "folders": [str(folder) for folder in self._folders],
        }

    def _copy(self, number: int, step: _Step) -> str | None:
        """The name of a file's copy in the backup: two folders may hold files of the same name.

        What an undo finds in a secret file is what the export put there, and is to be nowhere any more.
        """
        if step.change.before is None or (step.change.secret and self._changes.undoes):
            return None
        return f"{number}-{step.target.name}"

    def _written(self, number: int, step: _Step) -> str | None:
        """The name of the copy of what was written: the mail program will change the file itself."""
        if step.change.secret or self._changes.undoes:
            return None
        return f"{number}-{step.target.name}.written"

    def _trace(self, step: _Step) -> str | None:
        """In place of a copy of what was written into a secret file: only what an undo must know of it."""
        client = client_named(self._changes.client)
        if not step.change.secret or self._changes.undoes or not isinstance(client, SharingClient):
            return None
        return client.trace(step.change)

    def _refusal(self, failure: OSError, *, restored: bool) -> ProfileRefused:
        path = failure.filename or self._changes.profile
        happened = {
            errno.ENOSPC: say("The disk is full: {path} could not be written.", path=path),
            errno.EDQUOT: say("Your disk quota is used up: {path} could not be written.", path=path),
            errno.EROFS: say("{path} is on a disk that cannot be written to.", path=path),
            errno.EACCES: say("{path} may not be written by this user.", path=path),
            errno.EPERM: say("{path} may not be written by this user.", path=path),
        }.get(
            failure.errno or 0,
            say(
                "{path} could not be written: {reason}.",
                path=path,
                reason=failure.strerror or "input or output",
            ),
        )
        if restored:
            return ProfileRefused(happened, say("Nothing was changed. Put that right, then try again."))
        return ProfileRefused(
            happened,
            say(
                "Not everything could be put back; the files as they were are in {backup}.",
                backup=self.backup,
            ),
        )


def _hash(content: bytes | None) -> str | None:
    return None if content is None else sha256(content).hexdigest()


def _document(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, indent=2, ensure_ascii=True).encode() + b"\n"
