"""Which profile is meant: those listed in profiles.ini, one named by the person, or a new one."""

import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PureWindowsPath

from mailsetup.clients.client import Machine, Profile
from mailsetup.clients.folders import BACKUPS, LEFTOVER
from mailsetup.clients.reading import names_in, read_file
from mailsetup.clients.thunderbird import ini
from mailsetup.clients.thunderbird.roots import Root, root_for_new, roots
from mailsetup.errors import Message, ProfileRefused, say

INI = "profiles.ini"
# A folder with any of these is a profile; `thunderbird -CreateProfile` makes only the second.
_MARKS = {"prefs.js", "times.json", "compatibility.ini", "user.js", "key4.db", "cert9.db"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The profile to write: there already, or to be made.

    register: the root in whose profiles.ini a new profile is to be listed, as the default.
    claimed: an installation of Thunderbird holds it as its own, so nothing need be done to have it taken.
    opened_by: the command that opens it, where Thunderbird does not take it by itself; else None.
    notes: what else was found, for the person.
    """

    path: Path
    register: Root | None = None
    claimed: bool = True
    opened_by: str | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """One profile of a profiles.ini. absolute: it lies where the person put it. used: when, in seconds."""

    profile: Profile
    claimed: bool
    absolute: bool
    used: float


def find(machine: Machine) -> tuple[Profile, ...]:
    """Every listed profile that is there: defaults first, of those the last used. Raises ProfileRefused."""
    return tuple(entry.profile for entry in _ordered(machine) if entry.profile.exists)


def choose(machine: Machine, wish: str | None) -> Place:
    """The profile of this name or folder; without a wish the default one, or a new one where there is none.

    Raises ProfileRefused where that leaves no single profile.
    """
    if wish is None:
        return _choose_default(machine)
    windows = machine.system == "windows"
    if "/" in wish or (windows and "\\" in wish) or wish.startswith((".", "~")):
        return _choose_folder(machine, wish)
    return _choose_name(machine, wish)


def register(content: bytes | None, path: str) -> bytes:
    """profiles.ini with one more profile, the default of every installation.

    path: relative to the file, with forward slashes.
    """
    sections = ini.read(content or b"")
    names = {keys.get("Name") for keys in sections.values()}
    name = next(name for name in _new_names() if name not in names)
    number = next(n for n in range(len(sections) + 1) if f"Profile{n}" not in sections)
    after = content or b""
    for section, keys in sections.items():
        if _is_install(section):
            after = ini.set_key(after, section, "Default", path)
            # A locked profile is taken by no other installation, and we cannot know which one will start.
            after = ini.remove_key(after, section, "Locked")
        elif "Default" in keys and section.startswith("Profile"):
            after = ini.remove_key(after, section, "Default")
    after = ini.append_section(
        after, f"Profile{number}", {"Name": name, "IsRelative": "1", "Path": path, "Default": "1"}
    )
    if "General" not in sections:
        after = ini.append_section(after, "General", {"StartWithLastProfile": "1", "Version": "2"})
    return after


def unregister(content: bytes, before: bytes | None, path: str) -> bytes:
    """profiles.ini without a profile that `register` put there; what was the default before is it again.

    before: the file as `register` found it. What else has changed since stays.
    """
    sections = ini.read(content)
    ours = next((name for name, keys in _numbered(sections) if keys.get("Path") == path), None)
    if ours is None:
        return content
    after = ini.remove_section(content, ours)
    number = int(ours.removeprefix("Profile"))
    while f"Profile{number + 1}" in sections:
        # Thunderbird stops at the first gap.
        after = ini.rename_section(after, f"Profile{number + 1}", f"Profile{number}")
        number += 1
    old = ini.read(before or b"")
    for section, keys in old.items():
        if not _is_install(section) or sections.get(section, {}).get("Default") != path:
            continue
        if "Default" in keys:
            after = ini.set_key(after, section, "Default", keys["Default"])
        else:
            after = ini.remove_key(after, section, "Default")
        if "Locked" in keys and "Locked" not in sections[section]:
            after = ini.set_key(after, section, "Locked", keys["Locked"])
    left = _numbered(ini.read(after))
    marked = {keys.get("Path") for _, keys in _numbered(old) if keys.get("Default") == "1"}
    if not any("Default" in keys for _, keys in left):
        for section, there in left:
            if there.get("Path") in marked:
                after = ini.set_key(after, section, "Default", "1")
    return after


def claimed_by(content: bytes, path: str) -> frozenset[str]:
    """The sections of those installations of Thunderbird that open this profile by themselves."""
    sections = ini.read(content)
    return frozenset(
        name for name, keys in sections.items() if _is_install(name) and keys.get("Default") == path
    )


def _numbered(sections: Mapping[str, Mapping[str, str]]) -> list[tuple[str, Mapping[str, str]]]:
    return [(name, keys) for name, keys in sections.items() if re.fullmatch(r"Profile\d{1,6}", name)]


def _new_names() -> Iterator[str]:
    yield "default"
    yield from (f"default-{number}" for number in count(2))


def _choose_default(machine: Machine) -> Place:
    known = _ordered(machine)
    present = [entry for entry in known if entry.profile.exists]
    defaults = [entry for entry in present if entry.profile.default]
    if defaults:
        best = defaults[0]
        others = [entry for entry in present[1:] if entry.profile.default or entry.profile.used]
        return Place(path=best.profile.path, claimed=best.claimed, notes=_beside(best, others))
    gone = next((entry for entry in known if entry.profile.default), None)
    if gone is not None and present:
        raise ProfileRefused(
            say("Thunderbird's default profile {folder} is not there.", folder=gone.profile.path),
            say("Name another one with --profile: {names}.", names=_names(present)),
        )
    if present:
        raise ProfileRefused(
            say("Thunderbird has several profiles and none of them is the default."),
            say("Name one with --profile: {names}.", names=_names(present)),
        )
    if gone is not None and gone.absolute:
        raise ProfileRefused(
            say("Thunderbird's profile {folder} is not there.", folder=gone.profile.path),
            say("If it lies on another disk, connect that first; or name a profile with --profile."),
        )
    root = root_for_new(machine)
    folder = f"{secrets.token_hex(4)}.default"
    if machine.system != "linux":
        folder = f"Profiles/{folder}"
    return Place(path=root.folder / folder, register=root)


def _beside(best: _Listed, others: list[_Listed]) -> tuple[Message, ...]:
    if not others:
        return ()
    return (
        say(
            "Thunderbird has other profiles beside its default one, “{name}”; they are left alone: "
            "{folders}. If one of them is the one you use, name it with --profile.",
            name=best.profile.name,
            folders=_folders(others),
        ),
    )


def _choose_folder(machine: Machine, wish: str) -> Place:
    if wish == "~" or wish.startswith("~/"):
        path = machine.home_folder() / wish[2:]
    else:
        path = Path(os.path.abspath(wish))
    try:
        known = [entry for entry in _ordered(machine) if entry.profile.exists]
    except ProfileRefused:
        # To name a folder is the way out where the lists cannot be read.
        known = []
    if not os.path.lexists(path):
        if known:
            # A slip of the finger, more likely than a wish: nobody would ever find mail in that folder.
            raise ProfileRefused(
                say("There is no folder {path}.", path=path),
                say(
                    "Name one of Thunderbird's profiles with --profile: {names}. For a new one in that "
                    "place, make the empty folder first.",
                    names=_names(known),
                ),
            )
        return _not_by_itself(machine, Place(path=path))
    if not os.path.isdir(path):
        raise ProfileRefused(
            say("{path} is a file, not a folder.", path=path),
            say("Name a Thunderbird profile, or a new folder for one."),
        )
    # Of an export that was taken back, or ended by force, that much may be left.
    names = {name for name in names_in(path) if name != BACKUPS and LEFTOVER not in name}
    if INI in names:
        raise ProfileRefused(
            say("{path} holds Thunderbird's profiles and is not one itself.", path=path),
            say("Name one of the folders that its {ini} lists.", ini=INI),
        )
    if names and names.isdisjoint(_MARKS):
        raise ProfileRefused(
            say("{path} is not a Thunderbird profile and holds other files.", path=path),
            say("Name one of Thunderbird's profiles with --profile: {names}.", names=_names(known))
            if known
            else say("Name a Thunderbird profile, or a new folder for one."),
        )
    listed = next((entry for entry in known if os.path.samefile(entry.profile.path, path)), None)
    if listed is not None:
        return _named(machine, listed)
    return _not_by_itself(machine, Place(path=path))


def _not_by_itself(machine: Machine, place: Place) -> Place:
    """A profile that Thunderbird leaves alone when it is started without a word."""
    # On macOS no program of that name is on the path (open(1)).
    start = ["open", "-a", "Thunderbird", "--args"] if machine.system == "darwin" else ["thunderbird"]
    words = [*start, "--profile", str(place.path)]
    command = subprocess.list2cmdline(words) if machine.system == "windows" else shlex.join(words)
    note = say(
        "Thunderbird does not open {path} by itself, only when it is started with it: {command}",
        path=place.path,
        command=command,
    )
    return replace(place, opened_by=command, notes=(note,))


def _named(machine: Machine, entry: _Listed) -> Place:
    place = Place(path=entry.profile.path, claimed=entry.claimed or not entry.profile.default)
    return place if entry.profile.default else _not_by_itself(machine, place)


def _choose_name(machine: Machine, wish: str) -> Place:
    present = [entry for entry in _ordered(machine) if entry.profile.exists]
    for matching in (
        [entry for entry in present if entry.profile.name == wish],
        [entry for entry in present if entry.profile.path.name == wish],
    ):
        if len(matching) == 1:
            return _named(machine, matching[0])
        if matching:
            raise ProfileRefused(
                say("Thunderbird has more than one profile named “{name}”.", name=wish),
                say("Name its folder with --profile: {folders}.", folders=_folders(matching)),
            )
    if not present:
        raise ProfileRefused(
            say("Thunderbird has no profile named “{name}”, and no other.", name=wish),
            say("Leave --profile out, and the first profile is made."),
        )
    raise ProfileRefused(
        say("Thunderbird has no profile named “{name}”.", name=wish),
        say("Name one of these with --profile: {names}.", names=_names(present)),
    )


def _ordered(machine: Machine) -> list[_Listed]:
    """All listed profiles: defaults first, of those the last used; the others as they are listed."""
    entries = [entry for root in roots(machine) for entry in _listed(root)]
    return sorted(entries, key=lambda entry: (0, -entry.used) if entry.profile.default else (1, 0.0))


def _listed(root: Root) -> list[_Listed]:
    content = read_file(root.folder / INI)
    if content is None:
        return []
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ProfileRefused(
            say("{path} is not written as Thunderbird writes it.", path=root.folder / INI),
            say("Name a profile folder with --profile."),
        )
    sections = ini.read(content)
    profiles = list(_profile_sections(sections))
    installs = [keys["Default"] for name, keys in sections.items() if _is_install(name) and "Default" in keys]
    claimed = {keys["Path"] for keys in profiles if root.by_install and keys["Path"] in installs}
    marked = {keys["Path"] for keys in profiles if keys.get("Default") == "1"}
    only = {keys["Path"] for keys in profiles} if len(profiles) == 1 else set()
    defaults = claimed or marked or only
    return [
        _entry(root, keys, default=keys["Path"] in defaults, claimed=not root.by_install or bool(claimed))
        for keys in profiles
    ]


def _entry(root: Root, keys: Mapping[str, str], *, default: bool, claimed: bool) -> _Listed:
    absolute = keys.get("IsRelative") == "0"
    path = Path(keys["Path"]) if absolute else root.folder / _inside(root, keys["Path"])
    try:
        used = (path / "prefs.js").stat().st_mtime
    except (OSError, ValueError):
        used = 0.0
    profile = Profile(
        path=path,
        name=keys.get("Name", path.name),
        exists=os.path.isdir(path),
        default=default,
        root=root.folder,
        used=used > 0,
    )
    return _Listed(profile=profile, claimed=claimed, absolute=absolute, used=used)


def _inside(root: Root, text: str) -> str:
    """A path below the root. Refused where it leads out of it: such a line is an attack or a mistake."""
    path = PureWindowsPath(text)
    if path.anchor or ".." in path.parts or "\0" in text:
        raise ProfileRefused(
            say("{ini} names a profile outside of its own folder: {path}.", ini=root.folder / INI, path=text),
            say("Correct that line, or name a profile folder with --profile."),
        )
    return text


def _profile_sections(sections: Mapping[str, Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    """Thunderbird counts up from Profile0 and stops at the first gap."""
    number = 0
    while (keys := sections.get(f"Profile{number}")) is not None:
        if keys.get("Path"):
            yield keys
        number += 1


def _is_install(section: str) -> bool:
    return section.startswith("Install")


def _names(entries: list[_Listed]) -> str:
    return ", ".join(entry.profile.name for entry in entries)


def _folders(entries: list[_Listed]) -> str:
    return ", ".join(str(entry.profile.path) for entry in entries)
