"""What Thunderbird's prefs say: read, and where the mail of a server lies by them."""

from collections.abc import Mapping
from pathlib import Path

from mailsetup.clients.thunderbird import prefs
from mailsetup.errors import ProfileRefused, say


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
