"""One person, her accounts and her machine, as the tests of the clients need them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailsetup.account import Account, Address, Auth, Protocol, Retention, Security, Server
from mailsetup.clients.client import Machine

KEEP = Retention()
_HOLDER = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def server(
    protocol: Protocol,
    host: str,
    *,
    port: int = 995,
    security: Security = Security.TLS,
    auth: tuple[Auth, ...] = (Auth.PASSWORD,),
    username: str = "ada@example.org",
) -> Server:
    """A server with a login by password, unless something else is asked for."""
    return Server(protocol=protocol, host=host, port=port, security=security, auth=auth, username=username)


def pop_account(retention: Retention = KEEP, **incoming: Any) -> Account:
    """Ada's account by POP3; keywords change its incoming server."""
    return account(server(Protocol.POP3, "pop.example.org", **incoming), retention=retention)


def imap_account(**incoming: Any) -> Account:
    """Ada's account by IMAP; keywords change its incoming server."""
    incoming.setdefault("port", 993)
    return account(server(Protocol.IMAP, "imap.example.org", **incoming))


def account(
    incoming: Server,
    *,
    address: str = "ada@example.org",
    name: str = "Ada Lovelace",
    outgoing: Server | None = None,
    retention: Retention | None = None,
) -> Account:
    """An account that sends through smtp.example.org, unless another server is given."""
    return Account(
        address=Address.parse(address),
        name=name,
        incoming=incoming,
        outgoing=outgoing or server(Protocol.SMTP, "smtp.example.org", port=465),
        retention=retention,
    )


def linux(home: Path, **environment: str) -> Machine:
    """A Linux machine with this home, and no program in its path."""
    return Machine(system="linux", home=home, environment=environment)


def make_profile(folder: Path, prefs: bytes = b"") -> Path:
    """A profile folder with a prefs.js."""
    folder.mkdir(parents=True)
    (folder / "prefs.js").write_bytes(prefs)
    return folder


def snapshot(folder: Path) -> dict[str, bytes | str]:
    """Every file, folder and link below a folder, to compare two moments."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = "folder" if path.is_dir() else path.read_bytes()
    return found


@contextmanager
def thunderbird_on(profile: Path) -> Iterator[None]:
    """A process that holds the lock of a profile as Thunderbird does."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(profile / ".parentlock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        yield
        holder.stdin.close()
