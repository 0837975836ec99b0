"""A Windows machine, described: its registry, and what is installed on it."""

from pathlib import Path

from mailsetup.clients.client import Machine
from mailsetup.clients.windows_registry import Value

OUTLOOK = "Software\\Microsoft\\Office\\16.0\\Outlook"
SETUP = f"{OUTLOOK}\\Setup"
ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676"


class FakeRegistry:
    """Keys and their values. refuses: the number of the change that fails."""

    def __init__(self, keys: dict[str, dict[str, Value]] | None = None, refuses: int | None = None) -> None:
        self.keys = {key: dict(values) for key, values in (keys or {}).items()}
        self.refuses = refuses
        self.changed: list[tuple[str, str, Value | None]] = []

    def has(self, key: str) -> bool:
        return any(there == key or there.startswith(f"{key}\\") for there in self.keys)

    def subkeys(self, key: str) -> tuple[str, ...]:
        start = f"{key}\\"
        below = (there.removeprefix(start).split("\\")[0] for there in self.keys if there.startswith(start))
        return tuple(dict.fromkeys(below))

    def value(self, key: str, name: str) -> Value | None:
        return self.keys.get(key, {}).get(name)

    def put(self, key: str, name: str, value: Value | None) -> None:
        if self.refuses == len(self.changed):
            self.refuses = None
            raise PermissionError(13, "Access is denied")
        self.changed.append((key, name, value))
        values = self.keys.setdefault(key, {})
        if value is None:
            del values[name]
        else:
            values[name] = value


def account_key(profile: str, number: int = 2) -> str:
    """Where Outlook keeps an account of a profile."""
    return f"{OUTLOOK}\\Profiles\\{profile}\\{ACCOUNTS}\\{number:08}"


def used(*profiles: str, default: str | None = None, **setup: Value) -> FakeRegistry:
    """The registry of a person who uses classic Outlook with these profiles."""
    keys: dict[str, dict[str, Value]] = {f"{OUTLOOK}\\Profiles\\{name}": {} for name in profiles}
    keys[OUTLOOK] = {"DefaultProfile": default or profiles[0]}
    keys[SETUP] = dict(setup)
    return FakeRegistry(keys)


def windows(home: Path, registry: FakeRegistry | None = None, *, new: bool = False) -> Machine:
    """A machine with this registry. new: the new Outlook is there, as an app from the Store."""
    if new:
        (home / "Local/Packages/Microsoft.OutlookForWindows_8wekyb3d8bbwe").mkdir(parents=True)
    environment = {"LOCALAPPDATA": str(home / "Local"), "ProgramFiles": str(home / "Programs")}
    return Machine(system="windows", home=home, environment=environment, registry=registry or FakeRegistry())
