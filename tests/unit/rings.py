"""Keyrings made by hand, which remember what they were asked. Those that keep anything keep it in a file.

Programs in other processes use them too: PYTHON_KEYRING_BACKEND=tests.unit.rings.Works, with RING_FILE.
"""

import json
import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

NEVER = threading.Event()


class Works(KeyringBackend):
    """A safe keyring that does what it is asked."""

    priority = 5  # type: ignore[assignment]
    name = "a keyring for tests"  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str, str]] = []
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append(("get", service, username))
        return self._read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked.append(("set", service, username))
        self._write({**self._read(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self.asked.append(("delete", service, username))
        kept = self._read()
        if f"{service} {username}" not in kept:
            raise PasswordDeleteError("no such password")
        del kept[f"{service} {username}"]
        self._write(kept)

    def _read(self) -> dict[str, str]:
        file = os.environ.get("RING_FILE")
        if file is None:
            return dict(self.kept)
        path = Path(file)
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        file = os.environ.get("RING_FILE")
        if file is None:
            self.kept = kept
        else:
            Path(file).write_text(json.dumps(kept))


class Locked(Works):
    """A keyring whose person dismisses the question for its password."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("Failed to unlock the collection!")


class Hangs(Works):
    """A locked keyring that waits for a person for ever."""

    def get_password(self, service: str, username: str) -> str | None:
        NEVER.wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        NEVER.wait()


class HangsAtOnce(Works):
    """A keyring that does not even start: the bus that it is on never answers."""

    def __init__(self) -> None:
        super().__init__()
        NEVER.wait()


class Fails(Works):
    """A keyring that comes to grief, and says more of it than it should."""

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("the vault of sesame is gone")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError(f"cannot store {password}")


class Gone(Works):
    """A keyring that ends the whole program, were it let."""

    def get_password(self, service: str, username: str) -> str | None:
        raise SystemExit(3)


class Suitable(Works):
    """A keyring that its own authors do not recommend."""

    priority = 0.5  # type: ignore[assignment]


class Plaintext(Works):
    """What keyrings.alt has: a file that anybody can read, whatever its priority."""

    __module__ = "keyrings.alt.file"


class LendsOnly(Works):
    """One of those that bring passwords for a service of their own, and keep none."""

    priority = 9  # type: ignore[assignment]

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked.append(("set", service, username))
        raise NotImplementedError


def chain(*members: KeyringBackend) -> ChainerBackend:
    """What `keyring` makes of several."""
    kind = type("Chain", (ChainerBackend,), {"backends": list(members), "priority": 10})
    made: ChainerBackend = kind()
    return made
