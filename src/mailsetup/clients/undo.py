"""Taking exports back: which there are, and the ChangeSet that undoes one. Reads, and writes nothing.

What an export has left behind is read as a stranger's: sizes are capped, and every path, name and hash must
be what an export could have written.
"""

import os
import re
import stat
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from mailsetup.account import is_clean
from mailsetup.clients.changes import ChangeSet, Export, TakenBack, Written
from mailsetup.clients.client import FileClient, SharingClient
from mailsetup.clients.folders import BACKUPS, MANIFEST, exports_folder
from mailsetup.clients.registry import CLIENTS
from mailsetup.errors import ProfileRefused, WrongUsage, say

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
_COPY = re.compile(r"\d{1,4}-[^/\\\0]{1,255}")
_MAX_NOTE = 1 << 20
_MAX_FILE = 1 << 28


class _Note(msgspec.Struct):
    """What `apply` notes of each run in our own state.

    first: the file that was to be put in its place first; while it is still there, nothing was done.
    """

    schema: str
    id: str
    client: str
    profile: str
    backup: str
    made: datetime
    undoes: str | None = None
    first: str | None = None


class _File(msgspec.Struct):
    path: str
    target: str
    before: str | None
    after: str
    copy: str | None
    written: str | None
    trace: str | None = None


class _Manifest(msgspec.Struct):
    """What `apply` leaves in the backup."""

    schema: str
    id: str
    client: str
    profile: str
    files: list[_File]
    address: str | None = None


def list_exports(state: Path | None = None) -> tuple[Export, ...]:
    """All exports that are noted, the last one first. state: the folder of our own state, as in `apply`.

    Notes that cannot be read are left out; undos are no exports.
    """
    folder = exports_folder(state)
    try:
        names = os.listdir(folder) if folder is not None else []
    except OSError:
        names = []
    ids = [name.removesuffix(".json") for name in names if _ID.fullmatch(name.removesuffix(".json"))]
    notes = [note for id in ids if folder and (note := _read_note(folder / f"{id}.json", id)) is not None]
    undone = {note.undoes for note in notes if note.undoes is not None}
    exports = [
        Export(
            id=note.id,
            client=note.client,
            profile=Path(note.profile),
            backup=Path(note.backup),
            made=note.made,
            taken_back=note.id in undone,
            address=_address_in(Path(note.backup)),
        )
        for note in notes
        if note.undoes is None
    ]
    return tuple(sorted(exports, key=lambda export: (export.made, export.id), reverse=True))


def plan_undo(id: str | None = None, *, state: Path | None = None) -> ChangeSet:
    """What must change so that no more of an export is left; `clients.apply.apply` then does it.

    id: of the export, None for the last one. Only what that export wrote is taken back; what others have
    changed since stays, and the notes say what that is.
    Raises WrongUsage where there is no such export, or none that is still to be taken back; ProfileRefused
    where its backup is gone or was changed, where the program runs, or needs what would go.
    """
    export = _find(id, list_exports(state))
    if not os.path.isdir(export.profile):
        raise ProfileRefused(
            say("The folder {profile} is not there any more.", profile=export.profile),
            say("If it lies on another disk, connect that first; else there is nothing left to take back."),
        )
    files = _read_files(export)
    program = CLIENTS[export.client]
    if isinstance(program, SharingClient):
        found = program.take_back(export.profile, files)
    else:
        found = _whole_files(files)
    notes = list(found.notes)
    if isinstance(program, FileClient):
        notes.append(
            say("An account that {client} has taken in from these files stays there.", client=export.client)
        )
    return ChangeSet(
        client=export.client,
        profile=export.profile,
        changes=found.changes,
        deletes=found.deletes,
        notes=tuple(notes),
        undoes=export.id,
    )


def secret_copies(profile: Path, names: Collection[str], state: Path | None = None) -> list[Path]:
    """Copies of secret files in the backups of a profile that may hold what exports had put there.

    names: of the secret files. All exports behind these copies are taken back, so no undo needs them. What
    was there before the first of them stays: it is all the person's own. So does the copy of an export that
    still stands, which its undo needs; what an earlier export had sealed is in it until both are taken back.
    """
    found: list[Path] = []
    seen: set[str] = set()
    exports = [each for each in list_exports(state) if each.taken_back and each.profile == profile]
    for export in reversed(exports):
        manifest = _decode(_read(export.backup / MANIFEST, _MAX_NOTE), _Manifest)
        if manifest is None or export.backup.is_symlink() or export.backup.parent.is_symlink():
            continue
        for file in manifest.files:
            name = Path(file.path).name
            if name not in names:
                continue
            copies = [file.written, file.copy if name in seen else None]
            found += [export.backup / copy for copy in copies if copy and _COPY.fullmatch(copy)]
            seen.add(name)
    return found


def _find(id: str | None, exports: tuple[Export, ...]) -> Export:
    see = say("mailsetup undo --list shows all exports.")
    if id is None and not exports:
        raise WrongUsage(
            say("There is no export to take back."),
            say("Only what mailsetup wrote on this machine, for this user, can be taken back."),
        )
    export = next((each for each in exports if id in (None, each.id)), None)
    if export is None:
        raise WrongUsage(say("There is no export “{id}”.", id=id), see)
    if export.taken_back:
        earlier = next((each for each in exports if not each.taken_back), None)
        raise WrongUsage(
            say("The export {id} has been taken back already.", id=export.id),
            see
            if earlier is None or id is not None
            else say("To take back the one before it: mailsetup undo {id}", id=earlier.id),
        )
    return export


def _whole_files(files: list[Written]) -> TakenBack:
    """All files as they were. Refused where one is neither as we left it nor as it was."""
    for file in files:
        if not (file.untouched or file.back or file.now is None):
            raise ProfileRefused(
                say("{path} was changed since mailsetup wrote it.", path=file.path),
                say("It is left alone. Remove it yourself if you do not need it."),
            )
    return TakenBack(
        changes=tuple(file.becomes(file.before if file.now is not None else None) for file in reversed(files))
    )


def _read_note(path: Path, id: str) -> _Note | None:
    note = _decode(_read(path, _MAX_NOTE), _Note)
    if note is None or (note.schema, note.id) != ("mailsetup/undo/1", id) or note.client not in CLIENTS:
        return None
    if not _is_plain(note.profile) or Path(note.backup) != Path(note.profile, BACKUPS, id):
        return None
    if note.first is not None and (not _is_plain(note.first) or os.path.lexists(note.first)):
        return None
    return note if note.made.tzinfo is not None else None


def _address_in(backup: Path) -> str | None:
    manifest = _decode(_read(backup / MANIFEST, _MAX_NOTE), _Manifest)
    return manifest.address if manifest is not None else None


def _read_files(export: Export) -> list[Written]:
    """What the export wrote, from its backup. Raises ProfileRefused where that is not as we left it."""
    content = _read(export.backup / MANIFEST, _MAX_NOTE)
    if content is None:
        raise ProfileRefused(
            say("The backup {backup} is not there any more, or cannot be read.", backup=export.backup),
            say("Without it nobody knows what to take back; remove the account in the mail program itself."),
        )
    manifest = _decode(content, _Manifest)
    says = manifest and (manifest.schema, manifest.id, manifest.client, manifest.profile)
    if manifest is None or says != ("mailsetup/backup/1", export.id, export.client, str(export.profile)):
        raise _forged(export)
    if not manifest.files or len({file.path for file in manifest.files}) != len(manifest.files):
        raise _forged(export)
    return [_read_file(export, file) for file in manifest.files]


def _read_file(export: Export, file: _File) -> Written:
    path = Path(file.path)
    inside = path.is_relative_to(export.profile) and not path.is_relative_to(export.profile / BACKUPS)
    # A list of profiles stands above them; that it is one, the program must say.
    above = export.profile.is_relative_to(path.parent)
    if not _is_plain(file.path) or not (inside or above):
        raise _forged(export)
    if os.path.realpath(path) != file.target:
        raise ProfileRefused(
            say("{path} leads to another file than when mailsetup wrote it.", path=path),
            say("Nothing was changed. Let it lead to {target} again, then try again.", target=file.target),
        )
    ours = (file.trace or "").encode("utf-8", "replace")
    if file.written is not None:
        ours = _read_copy(export, file.written, file.after)
    elif file.trace is None:
        raise _forged(export)
    before = None
    if file.before is not None and file.copy is not None:
        before = _read_copy(export, file.copy, file.before)
    elif file.before is not None or file.copy is not None:
        raise _forged(export)
    now = _read(path, _MAX_FILE)
    if now is None and os.path.lexists(path) and os.path.exists(path):
        raise ProfileRefused(
            say("{path} cannot be read.", path=path),
            say("Check whose file it is and what may be done with it, then try again."),
        )
    untouched = now is not None and sha256(now).hexdigest() == file.after
    return Written(path=path, before=before, ours=ours, now=now, untouched=untouched)


def _read_copy(export: Export, name: str, hash: str) -> bytes:
    content = _read(export.backup / name, _MAX_FILE) if _COPY.fullmatch(name) else None
    if content is None or sha256(content).hexdigest() != hash:
        raise _forged(export)
    return content


def _forged(export: Export) -> ProfileRefused:
    return ProfileRefused(
        say("The backup {backup} is not as mailsetup left it.", backup=export.backup),
        say("Nothing was changed, because nothing can be taken back by it. Remove the account yourself."),
    )


def _is_plain(path: str) -> bool:
    """Whether a path is absolute, without a way up, and one line."""
    return os.path.isabs(path) and ".." not in Path(path).parts and is_clean(path)


def _read(path: Path, limit: int) -> bytes | None:
    """The content of a regular file; None where there is none that we may read, or where it is larger."""
    try:
        about = path.stat()
        return path.read_bytes() if stat.S_ISREG(about.st_mode) and about.st_size <= limit else None
    except (OSError, ValueError):
        return None


_T = TypeVar("_T")


def _decode(content: bytes | None, kind: type[_T]) -> _T | None:
    try:
        return None if content is None else msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
