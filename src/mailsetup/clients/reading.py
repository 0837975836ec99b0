"""Reading files and folders, with a sentence where that fails."""

import os
from pathlib import Path

from mailsetup.errors import ProfileRefused, say


def read_file(path: Path) -> bytes | None:
    """All its bytes, or None where it is not there. Raises ProfileRefused where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise _unreadable(path, failure) from failure


def names_in(folder: Path) -> frozenset[str]:
    """The names of everything in a folder, empty where it is not there. Raises ProfileRefused."""
    try:
        return frozenset(os.listdir(folder))
    except FileNotFoundError:
        return frozenset()
    except OSError as failure:
        raise _unreadable(folder, failure) from failure


def _unreadable(path: Path, failure: OSError) -> ProfileRefused:
    return ProfileRefused(
        say("{path} cannot be read: {reason}.", path=path, reason=failure.strerror),
        say("Check whose file it is and what may be done with it, then try again."),
    )
