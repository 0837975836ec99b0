"""Which Outlook a Windows machine has, its profiles and their accounts: read from files and the registry.

Classic Outlook keeps its settings below `Software\\Microsoft\\Office\\<version>\\Outlook`; each account is a
numbered key of values in a profile ("PROP_ACCT_USER_EMAIL_ADDR" and its like, see prf.py, by their names).
The new one is an app from the Store and has none of that.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailsetup.account import Account
from mailsetup.clients.client import Machine
from mailsetup.clients.windows_registry import Registry, Value

_OFFICE = "Software\\Microsoft\\Office"
# Outlook 2016 and all later ones, 2013, 2010 (which keeps its profiles elsewhere).
_VERSIONS = ("16.0", "15.0", "14.0")
_ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676"
_PACKAGE = "Microsoft.OutlookForWindows_*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What was found. version: of the classic Outlook, None where there is none. new: the app is there.

    profiles: of the classic one, its default first. default: which that is, None where it names none.
    """

    version: str | None = None
    new: bool = False
    profiles: tuple[str, ...] = ()
    default: str | None = None

    @property
    def only_new(self) -> bool:
        """Whether there is no Outlook that could take in a file."""
        return self.new and self.version is None

    @property
    def key(self) -> str:
        """Where the classic one keeps its settings."""
        return f"{_OFFICE}\\{self.version}\\Outlook"


def look(machine: Machine) -> Installed:
    """What Outlook there is; nothing on another system, where it is not looked for."""
    registry = machine.registry
    if machine.system != "windows" or registry is None:
        return Installed()
    new = any(_packages(machine).glob(_PACKAGE))
    version = next((each for each in _VERSIONS if _is_there(machine, registry, each)), None)
    if version is None:
        return Installed(new=new)
    found = Installed(version=version, new=new)
    named = _text(registry.value(found.key, "DefaultProfile"))
    profiles = registry.subkeys(f"{found.key}\\Profiles")
    default = named if named in profiles else None
    ordered = sorted(profiles, key=lambda name: name != default)
    return Installed(version=version, new=new, profiles=tuple(ordered), default=default)


def profile_with(registry: Registry, found: Installed, account: Account) -> str | None:
    """The profile that has this account already: the same address and incoming server; None: none has."""
    server = f"{account.incoming.protocol.label} Server"
    for profile in found.profiles:
        key = f"{found.key}\\Profiles\\{profile}\\{_ACCOUNTS}"
        for number in registry.subkeys(key):
            address, host = (_text(registry.value(f"{key}\\{number}", name)) for name in ("Email", server))
            if (address.casefold(), host.casefold()) == (
                account.address.ascii.casefold(),
                account.incoming.host,
            ):
                return profile
    return None


def _is_there(machine: Machine, registry: Registry, version: str) -> bool:
    programs = (folder / "OUTLOOK.EXE" for folder in _program_folders(machine, version.removesuffix(".0")))
    return any(map(os.path.isfile, programs)) or registry.has(f"{_OFFICE}\\{version}\\Outlook\\Profiles")


def _program_folders(machine: Machine, number: str) -> Iterator[Path]:
    for name in ("ProgramFiles", "ProgramFiles(x86)"):
        if folder := machine.environment.get(name):
            yield Path(folder) / f"Microsoft Office/root/Office{number}"
            yield Path(folder) / f"Microsoft Office/Office{number}"


def _packages(machine: Machine) -> Path:
    local = machine.environment.get("LOCALAPPDATA")
    return (Path(local) if local else machine.home_folder() / "AppData/Local") / "Packages"


def _text(value: Value | None) -> str:
    """A value's text: as such, or in UTF-16 as Outlook 2013 and older have it."""
    if isinstance(value, bytes):
        value = value.decode("utf-16-le", "replace")
    return value.rstrip("\0") if isinstance(value, str) else ""
