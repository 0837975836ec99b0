"""Reading what is in a profile, with a sentence where that fails."""

import os
from collections.abc import Mapping
from pathlib import Path

from mailsetup.clients.thunderbird import prefs
from mailsetup.errors import ProfileRefused, say


def read_file(path: Path) -> bytes | None:
    """All its bytes, or None where it is not there. Raises ProfileRefused where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise _unreadable(path, failure) from failure


def read_prefs(path: Path, content: bytes | None) -> dict[str, prefs.Value]:
    """The prefs of a file, given its bytes; none where it is not there. Raises ProfileRefused."""
    try:
        return prefs.read(content or b"")
    except prefs.BrokenPrefs as broken:
        raise ProfileRefused(
            say("{path} is broken from line {line} on.", path=path, line=broken.line),
            say("Open and close Thunderbird once, so that it writes the file anew; or mend that line."),
        ) from None


def mail_folder(profile: Path, server: Mapping[str, prefs.Value]) -> Path:
    """Where a server's mail and popstate.dat lie, by its prefs as they are named below it."""
    relative = server.get("directory-rel")
    if isinstance(relative, str) and relative.startswith("[ProfD]"):
        return profile / relative.removeprefix("[ProfD]").lstrip("/")
    directory = server.get("directory")
    if isinstance(directory, str) and directory:
        return Path(directory)
    return profile / "Mail" / str(server.get("hostname", ""))


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
