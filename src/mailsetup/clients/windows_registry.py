"""The registry of Windows, as far as mail programs keep settings in it: the part of the person alone.

The one place that imports winreg. Everything else works on `Registry`, of which a test can have its own.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Value = str | bytes | int
"""REG_SZ and REG_EXPAND_SZ are text, REG_BINARY bytes, REG_DWORD a number."""


class Registry(Protocol):
    """HKEY_CURRENT_USER. Keys are paths below it, with backslashes; their case does not count."""

    def has(self, key: str) -> bool:
        """Whether there is such a key."""

    def subkeys(self, key: str) -> tuple[str, ...]:
        """The names of the keys in a key, none where it is not there."""

    def value(self, key: str, name: str) -> Value | None:
        """A value, or None where it is not there or of another kind."""

    def put(self, key: str, name: str, value: Value | None) -> None:
        """Set a value, its key made where it is missing; None removes it. Raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryChange:
    """One value: what it is, and what it is to be; None is not there."""

    key: str
    name: str
    before: Value | None
    after: Value | None


def carry_out(registry: Registry, changes: Sequence[RegistryChange]) -> None:
    """Make all changes in order; where one fails, those before it are taken back. Raises OSError."""
    done: list[RegistryChange] = []
    try:
        for change in changes:
            registry.put(change.key, change.name, change.after)
            done.append(change)
    except OSError:
        for change in reversed(done):
            registry.put(change.key, change.name, change.before)
        raise


def undoing(changes: Sequence[RegistryChange]) -> tuple[str, ...]:
    """The commands of Windows that take such changes back, one a line, the last change first."""
    return tuple(map(_command, reversed(changes)))


def _command(change: RegistryChange) -> str:
    place = f'"HKCU\\{change.key}" /v {change.name}'
    match change.before:
        case None:
            return f"reg delete {place} /f"
        case bytes() as content:
            return f"reg add {place} /t REG_BINARY /d {content.hex()} /f"
        case int() as number:
            return f"reg add {place} /t REG_DWORD /d {number} /f"
        case text:
            return f'reg add {place} /t REG_SZ /d "{text}" /f'


def this_registry() -> Registry | None:
    """That of this machine, None where it is not Windows."""
    if sys.platform == "win32":
        return _WindowsRegistry()
    return None


if sys.platform == "win32":
    import winreg

    _KINDS = {str: winreg.REG_SZ, bytes: winreg.REG_BINARY, int: winreg.REG_DWORD}

    class _WindowsRegistry:
        """The real one."""

        def has(self, key: str) -> bool:
            try:
                winreg.OpenKey(winreg.HKEY_CURRENT_USER, key).Close()
            except OSError:
                return False
            return True

        def subkeys(self, key: str) -> tuple[str, ...]:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    count = winreg.QueryInfoKey(opened)[0]
                    return tuple(winreg.EnumKey(opened, index) for index in range(count))
            except OSError:
                return ()

        def value(self, key: str, name: str) -> Value | None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    found, _ = winreg.QueryValueEx(opened, name)
            except OSError:
                return None
            return found if isinstance(found, str | bytes | int) else None

        def put(self, key: str, name: str, value: Value | None) -> None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                if value is None:
                    winreg.DeleteValue(opened, name)
                else:
                    winreg.SetValueEx(opened, name, 0, _KINDS[type(value)], value)
