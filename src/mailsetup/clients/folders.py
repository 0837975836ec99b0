"""Folders to write into: which are missing, where notes go, and holding one against a second mailsetup."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import platformdirs

from mailsetup.errors import ProfileRefused, say

BACKUPS = "mailsetup-backup"
"""In the folder that is set up: the files as they were, a folder for each run."""
MANIFEST = "manifest.json"
LEFTOVER = ".mailsetup-"
"""In the names of files that a crash may leave behind, with the run's id after it."""


def exports_folder(state: Path | None = None) -> Path | None:
    """Where the notes of all exports are kept; None where this user has no folder for such things.

    state: the folder of our own state, unless it is the usual one.
    """
    try:
        folder = platformdirs.user_state_path("mailsetup") if state is None else state
    except RuntimeError:
        return None
    # Without a home older versions say "~", which would be a folder wherever we happen to be.
    return folder / "exports" if folder.is_absolute() else None


def missing_folders(folder: Path) -> list[Path]:
    """The folders to be made so that this one is there, outermost first."""
    return [path for path in reversed([folder, *folder.parents]) if not os.path.isdir(path)]


def nearest_folder(folder: Path) -> Path:
    """The folder itself, or the first above it that is there."""
    return next(path for path in (folder, *folder.parents) if os.path.isdir(path))


def hold_folder(folder: Path, locks: ExitStack) -> None:
    """Hold a folder until the locks are let go. Raises ProfileRefused where another mailsetup holds it.

    Leaves nothing behind, not even after a crash. Where the disk knows no such locks (NFS), nothing is held.
    """
    if sys.platform == "win32":
        # The file is gone as soon as it is closed, by us or by a crash.
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY
        try:
            locks.callback(os.close, os.open(folder / "mailsetup.lock", flags))
        except FileExistsError:
            raise _busy(folder) from None
        except OSError:
            pass
        return
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    locks.callback(os.close, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _busy(folder) from None
    except OSError:
        return


def _busy(folder: Path) -> ProfileRefused:
    return ProfileRefused(
        say("Another mailsetup is writing to {folder} at this moment.", folder=folder),
        say("Wait until it is done, then try again."),
    )
