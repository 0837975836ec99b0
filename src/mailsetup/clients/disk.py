"""The steps of writing to a disk, also as root where a user may swap names for links meanwhile."""

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from mailsetup.clients.folders import nearest_folder
from mailsetup.errors import ProfileRefused, say


class Disk:
    """The steps of writing, each of which may fail alone. Every method raises OSError where it cannot."""

    def read(self, path: Path) -> bytes | None:
        """All bytes of a file, None where it is not there."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def make_folder(self, path: Path) -> None:
        """Make one folder, for its owner alone; that is the owner of the folder around it."""
        path.mkdir(mode=0o700)
        if sys.platform == "win32":
            return
        # Never by its name: whoever may write here could have put a link to another's file in its place.
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _own(folder, path.parent.stat())
        finally:
            os.close(folder)

    def write_new(self, path: Path, content: bytes, *, mode: int, like: Path | None = None) -> None:
        """Write a file that is not there yet, down to the disk.

        like: a file whose mode and owner it takes; without one, `mode` and the owner of its folder.
        """
        model = like.lstat() if like else path.parent.stat()
        if stat.S_ISLNK(model.st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(like))
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(file, rest) :]
            if sys.platform != "win32":
                _own(file, model)
                # After the owner: changing that takes bits away.
                os.fchmod(file, stat.S_IMODE(model.st_mode) if like else mode)
            os.fsync(file)
        finally:
            os.close(file)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another, at once or not at all."""
        os.replace(source, target)

    def sync_folder(self, path: Path) -> None:
        """See to it that the names in a folder outlast a power cut. Windows, and some disks, cannot."""
        if sys.platform == "win32":
            return
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        except OSError as failure:
            if failure.errno != errno.EINVAL:
                raise
        finally:
            os.close(folder)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()


def _own(file: int, model: os.stat_result) -> None:
    """Give a new, open file the owner of another: root must not leave files that their user cannot write."""
    if sys.platform == "win32":
        return
    now = os.fstat(file)
    if now.st_uid != model.st_uid:
        os.fchown(file, model.st_uid, model.st_gid)
    elif now.st_gid != model.st_gid:
        # A group one is not in cannot be given; the owner can work without it.
        with suppress(PermissionError):
            os.fchown(file, -1, model.st_gid)


def refuse_foreign(path: Path, target: Path) -> None:
    """Root follows no link out of a profile to what is another's. Raises ProfileRefused."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    if target == Path(os.path.realpath(path.parent), path.name):
        return
    owner = nearest_folder(path.parent).stat().st_uid
    behind = [nearest_folder(target.parent), *([target] if os.path.lexists(target) else [])]
    if any(each.lstat().st_uid != owner for each in behind):
        raise ProfileRefused(
            say("{path} leads to {target}, which belongs to another user.", path=path, target=target),
            say("Run mailsetup as the user whose profile this is."),
        )
