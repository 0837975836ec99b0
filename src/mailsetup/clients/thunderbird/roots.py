"""Where each system, and each way of installing Thunderbird, keeps profiles.ini."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from mailsetup.clients.client import Machine

# Thunderbird's own build, its ESR, and the two names used before and after.
FLATPAKS = (
    "org.mozilla.thunderbird",
    "org.mozilla.thunderbird_esr",
    "net.thunderbird.Thunderbird",
    "org.mozilla.Thunderbird",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder with a profiles.ini, there or not yet.

    by_install: each installation has a default profile of its own, in an `Install` section; a Snap has none.
    package: the folder that shows that this way of installing is used; the root itself where none does.
    """

    folder: Path
    by_install: bool
    package: Path


def roots(machine: Machine) -> tuple[Root, ...]:
    """Every folder to look in, the usual one first (nsXREDirProvider). Raises ProfileRefused: no home."""
    by_install = machine.environment.get("MOZ_LEGACY_PROFILES") != "1"
    elsewhere = machine.environment.get("MOZ_APP_DATA")
    if elsewhere:
        return (Root(folder=Path(elsewhere), by_install=by_install, package=Path(elsewhere)),)
    home = machine.home_folder()
    if machine.system == "linux":
        return _linux(home, by_install)
    if machine.system == "windows":
        return _windows(machine, home, by_install)
    library = home / "Library/Thunderbird"
    return (Root(folder=library, by_install=by_install, package=library),)


def root_for_new(machine: Machine) -> Root:
    """Where the first profile belongs: where Thunderbird has been, else where this machine has it from."""
    places = roots(machine)
    for place in places:
        if os.path.isdir(place.folder):
            return place
    program = shutil.which("thunderbird", path=machine.environment.get("PATH", ""))
    if program is not None and not Path(program).is_relative_to("/snap"):
        return places[0]
    return next((place for place in places if os.path.isdir(place.package)), places[0])


def _linux(home: Path, by_install: bool) -> tuple[Root, ...]:
    plain = home / ".thunderbird"
    flatpaks = (home / ".var/app" / name for name in FLATPAKS)
    snap = home / "snap/thunderbird"
    return (
        Root(folder=plain, by_install=by_install, package=plain),
        *(Root(folder=app / ".thunderbird", by_install=by_install, package=app) for app in flatpaks),
        Root(folder=snap / "common/.thunderbird", by_install=False, package=snap),
    )


def _windows(machine: Machine, home: Path, by_install: bool) -> tuple[Root, ...]:
    roaming = Path(machine.environment.get("APPDATA") or home / "AppData/Roaming") / "Thunderbird"
    local = Path(machine.environment.get("LOCALAPPDATA") or home / "AppData/Local")
    # The build from the Microsoft Store, under the family name of its package.
    store = sorted((local / "Packages").glob("MozillaThunderbird*"))
    return (
        Root(folder=roaming, by_install=by_install, package=_installed(machine)),
        *(
            Root(folder=package / "LocalCache/Roaming/Thunderbird", by_install=by_install, package=package)
            for package in store
        ),
    )


def _installed(machine: Machine) -> Path:
    """Where the plain build for Windows is installed, or would be."""
    named = (machine.environment.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)"))
    folders = [Path(folder) / "Mozilla Thunderbird" for folder in named if folder]
    return next(filter(os.path.isdir, folders), Path("C:/Program Files/Mozilla Thunderbird"))
