"""The door to the demo: starts the servers, says how to reach them, and lets tests look inside."""

import importlib.util
import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from mailsetup.account import Secret
from mailsetup.demo.domains import ISPDB, PLACES
from mailsetup.demo.record import Command, Login
from mailsetup.errors import NetworkFailed, WrongUsage, say

_SECONDS_TO_END = 5


class DemoNotInstalled(WrongUsage):
    """The servers' own packages are missing."""


class _Servers:
    """The child process, and the one conversation with it."""

    def __init__(self, password: Secret) -> None:
        # -P: a file of the user's in this folder must not pass for one of our packages.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mailsetup.demo"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._lock = Lock()
        self.folder: Path | None = None
        try:
            ready = self.ask({"password": password.reveal()})
        except NetworkFailed as fault:
            fault.add_note(self.end())
            raise
        except BaseException:
            self.end()
            raise
        self.ports: dict[str, int] = ready["ports"]
        self.ca_file = Path(ready["ca_file"])
        self.folder = self.ca_file.parent

    def ask(self, question: dict[str, str]) -> dict[str, Any]:
        """One question, one answer. Raises NetworkFailed where the servers are gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            try:
                self._process.stdin.write(json.dumps(question).encode() + b"\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            except OSError:
                line = b""
        if not line:
            raise NetworkFailed(
                say("The demo's servers ended by themselves."),
                say("Try again. If it goes on, see whether programs may open ports on 127.0.0.1 here."),
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> str:
        """End the process, by a word and if need be by force; what it complained of, as a rule nothing."""
        try:
            _, complaint = self._process.communicate(timeout=_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, complaint = self._process.communicate()
        if self.folder is not None:
            # Gone by now, unless force was needed.
            shutil.rmtree(self.folder, ignore_errors=True)
        return complaint.decode(errors="replace")


@dataclass(frozen=True, kw_only=True)
class World:
    """A running mail domain, and how to reach it.

    nameserver: HOST:PORT. connect_to: HOST:PORT:HOST:PORT as in curl, empty parts match all.
    ispdb: the URL of its provider database. ca_file: gone when the world ends.
    """

    address: str
    password: Secret
    nameserver: str
    connect_to: tuple[str, ...]
    ca_file: Path
    ispdb: str = ISPDB
    ports: dict[int, int] = field(repr=False)
    """The port here, by the well-known one that it stands for."""
    _servers: _Servers = field(repr=False, compare=False)

    def options(self) -> list[str]:
        """The options that lead mailsetup here, as one would type them."""
        connect = [word for mapping in self.connect_to for word in ("--connect-to", mapping)]
        return ["--nameserver", self.nameserver, *connect, "--ca-file", str(self.ca_file)]

    def at(self, domain: str) -> "World":
        """The same world, seen by the person who lives at another of its domains (domains.PLACES)."""
        return replace(self, address={place.domain: place.address for place in PLACES}[domain])

    def messages(self) -> tuple[bytes, ...]:
        """What lies in the mailbox now, oldest first, with CRLF."""
        answer = self._servers.ask({"ask": "mailbox", "address": self.address})
        return tuple(text.encode("latin-1") for text in answer["messages"])

    def commands(self, server: str | None = None) -> tuple[Command, ...]:
        """Every command so far, to all servers or to one kind: "dns", "https", "imap", "pop3", "smtp"."""
        seen = (Command(**entry) for entry in self._servers.ask({"ask": "record"})["commands"])
        return tuple(command for command in seen if server in (None, command.server))

    def logins(self, server: str | None = None) -> tuple[Login, ...]:
        """Every attempt to log in so far."""
        seen = (Login(**entry) for entry in self._servers.ask({"ask": "record"})["logins"])
        return tuple(login for login in seen if server in (None, login.server))

    def faults(self) -> tuple[str, ...]:
        """Errors inside the servers, by their kind: empty, or the world itself is broken."""
        return tuple(self._servers.ask({"ask": "record"})["faults"])


def require_installed() -> None:
    """Raises DemoNotInstalled."""
    if any(importlib.util.find_spec(package) is None for package in ("twisted", "trustme")):
        raise DemoNotInstalled(
            say("The demo needs servers of its own, and they are not installed."),
            say(
                "Install mailsetup with its extra “demo”, such as pipx install '.[demo]' in a checkout; "
                "there make demo does it all."
            ),
        )


@contextmanager
def start() -> Iterator[World]:
    """Start the servers; they end with the block, or with this process, however it ends.

    Raises DemoNotInstalled, NetworkFailed.
    """
    require_installed()
    password = Secret(secrets.token_urlsafe(16))
    servers = _Servers(password)
    try:
        ports = {int(known): here for known, here in servers.ports.items() if known != "dns"}
        yield World(
            address="ada@example.org",
            password=password,
            nameserver=f"127.0.0.1:{servers.ports['dns']}",
            connect_to=tuple(f":{known}::{here}" for known, here in ports.items()),
            ca_file=servers.ca_file,
            ports=ports,
            _servers=servers,
        )
    finally:
        servers.end()
