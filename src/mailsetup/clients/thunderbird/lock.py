"""Whether Thunderbird runs on a profile, and keeping it from starting (nsProfileLock).

On Linux and macOS it holds an fcntl lock on `.parentlock`, and leaves a symlink `lock` that names its
process; where fcntl does not work (NFS) the symlink is all there is. Both files outlive a crash, so that
they are there proves nothing. On Windows it keeps `parent.lock` open for itself alone.
"""

import os
import re
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailsetup.errors import ProfileRefused, say

# "127.0.0.1:+1234": address, a plus where the fcntl lock is held too, process.
_OWNER = re.compile(r".*:\+?([1-9]\d{0,9})")


def refuse_if_running(profile: Path) -> None:
    """Raises ProfileRefused while Thunderbird runs on this profile. Takes no lock, and writes nothing."""
    if sys.platform == "win32":
        running = held_on_windows(profile / "parent.lock")
    else:
        running = _held(profile / ".parentlock")
    if running:
        raise _running(profile)
    if _process_lives(profile / "lock"):
        raise ProfileRefused(
            say("Thunderbird seems to be running with the profile {folder}.", folder=profile),
            say(
                "Close Thunderbird, then try again. If it is closed already, remove {lock}, a leftover.",
                lock=profile / "lock",
            ),
        )


@contextmanager
def hold(profile: Path) -> Iterator[None]:
    """Keep Thunderbird from starting on this profile, where it has a lock file to be held.

    Raises ProfileRefused where it runs.
    """
    refuse_if_running(profile)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        lock = os.open(profile / ".parentlock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        # Thunderbird was never here, or the disk is read-only: there is nothing to hold.
        yield
        return
    try:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise _running(profile) from None
        except OSError:
            # No fcntl locks on this disk (NFS): the look at the symlink above has to do.
            pass
        yield
    finally:
        os.close(lock)


def held_on_windows(lock: Path) -> bool:
    """Whether another program has this file open for itself alone."""
    try:
        os.close(os.open(lock, os.O_RDWR))
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _held(lock: Path) -> bool:
    """Whether another process holds an fcntl lock; asks with F_GETLK, which needs no write access."""
    if sys.platform == "win32":
        return False
    import fcntl

    # struct flock: Linux has the type first, macOS and the BSDs last (fcntl(2) of each).
    linux = sys.platform == "linux"
    layout = "hhqqi4x" if linux else "qqihh"
    kind = 0 if linux else 3
    question = [fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0] if linux else [0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET]
    try:
        file = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        answer = struct.unpack(layout, fcntl.fcntl(file, fcntl.F_GETLK, struct.pack(layout, *question)))
    except OSError:
        return False
    finally:
        os.close(file)
    return bool(answer[kind] != fcntl.F_UNLCK)


def _process_lives(lock: Path) -> bool:
    try:
        owner = _OWNER.fullmatch(os.readlink(lock))
    except OSError:
        return False
    if owner is None:
        return False
    try:
        os.kill(int(owner.group(1)), 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _running(profile: Path) -> ProfileRefused:
    return ProfileRefused(
        say("Thunderbird is running with the profile {folder}.", folder=profile),
        say("Close Thunderbird, then try again."),
    )
