"""The real program, in a process and a home folder of its own, at the demo's servers."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from mailsetup import schema
from mailsetup.demo.world import World

_PROGRAM = [sys.executable, "-P", "-m", "mailsetup.cli.main"]
# Whatever the tests themselves were started with, Ctrl-C is heard, and a terminal is the process's own.
_LISTENING = (
    "import fcntl, os, signal, sys, termios\n"
    "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    "if os.isatty(0): fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])\n"
)
_SECONDS = 20.0

Tree = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Ended:
    """What a run left behind: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """What stands on stderr, with its lines joined."""
        return " ".join(self.err.split())

    def document(self, name: str) -> Any:
        """The one document on stdout, which must fit its schema."""
        document = json.loads(self.out)
        jsonschema.Draft202012Validator(schema.json_schema(name)).validate(document)
        assert document["schema"] == f"mailsetup/{name}/1"
        return document


class Terminal:
    """A person at a terminal: sees all that is printed, and types."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        self._master = master
        self._process = process
        self.screen = ""
        self._seen = 0

    def wait_for(self, text: str) -> None:
        """Read until this stands on the screen, below what was waited for before."""
        deadline = time.monotonic() + _SECONDS
        while (found := self.screen.find(text, self._seen)) < 0:
            assert self._read(deadline), f"ended, or is late, without {text!r}: {self.screen!r}"
        self._seen = found + len(text)

    def type(self, text: str) -> None:
        """Press these keys; \\x03 is Ctrl-C."""
        os.write(self._master, text.encode())

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown."""
        local_modes: int = termios.tcgetattr(self._master)[3]
        return bool(local_modes & termios.ECHO)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + _SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            self._read(min(deadline, time.monotonic() + 0.05))
        while self._read(time.monotonic() + 0.05):
            pass
        return self._process.wait(_SECONDS)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            came = os.read(self._master, 65536)
        except OSError:
            return False
        self.screen += came.decode(errors="replace").replace("\r\n", "\n")
        return bool(came)


@dataclass(frozen=True)
class Program:
    """mailsetup as one person on one machine has it.

    home: that person's folder, empty at first. environment: on top of the bare one.
    """

    world: World
    home: Path

    @property
    def password(self) -> str:
        """The password of everybody in the world."""
        return self.world.password.reveal()

    @property
    def profile(self) -> Path:
        """A profile folder to name, there or not yet."""
        return self.home / "profile"

    def options(self, **instead: str) -> list[str]:
        """The options that lead to the world; `nameserver`, or `port_993` and the like, lead elsewhere."""
        words = [*self.world.options(), "--ispdb", self.world.ispdb]
        for name, value in instead.items():
            if name.startswith("port_"):
                words[:0] = ["--connect-to", f":{name.removeprefix('port_')}:{value}"]
            else:
                words[words.index(f"--{name}") + 1] = value
        return words

    def run(
        self,
        *words: str,
        stdin: str = "",
        environment: dict[str, str] | None = None,
        before: Sequence[str] = (),
        **instead: str,
    ) -> Ended:
        """Run a command to its end. before: what is to start the program, `nice` or the like."""
        ended = subprocess.run(
            [*before, *_PROGRAM, *words, *self.options(**instead)],
            input=stdin,
            capture_output=True,
            text=True,
            env=self._environment(environment),
            cwd=self.home,
            timeout=_SECONDS,
            check=False,
        )
        assert "Traceback" not in ended.stdout + ended.stderr
        assert "itself failed" not in ended.stderr
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def setup(self, address: str, *words: str, **more: Any) -> Ended:
        """`setup` as a script does it: into the profile, with the right password on stdin."""
        more.setdefault("stdin", self.password + "\n")
        return self.run(
            *("setup", address, "--client", "thunderbird", "--profile", str(self.profile)),
            *("--password-stdin", "--no-input", *words),
            **more,
        )

    @contextmanager
    def started(self, *words: str, **instead: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A command in a process group of its own, its output in a pipe; killed at the end if need be."""
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LISTENING, *_PROGRAM[1:], *words, *self.options(**instead)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment(None),
            cwd=self.home,
            start_new_session=True,
        )
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    @contextmanager
    def at_terminal(self, *words: str, **instead: str) -> Iterator[Terminal]:
        """A command at a terminal of its own."""
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LISTENING, *_PROGRAM[1:], *words, *self.options(**instead)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment({"TERM": "xterm"}),
            cwd=self.home,
            start_new_session=True,
        )
        os.close(slave)
        try:
            with process:
                try:
                    yield Terminal(master, process)
                finally:
                    if process.poll() is None:
                        process.kill()
        finally:
            os.close(master)

    def tree(self) -> Tree:
        """Every file and folder of the home, with modes and bytes."""
        return {
            path.relative_to(self.home).as_posix(): (
                path.lstat().st_mode,
                b"" if path.is_dir() else path.read_bytes(),
            )
            for path in sorted(self.home.rglob("*"))
        }

    def prefs(self) -> dict[str, str | int | bool]:
        """The prefs of the profile, by name."""
        text = (self.profile / "prefs.js").read_text()
        return {name: json.loads(value) for name, value in re.findall(r'user_pref\("([^"]+)", (.+)\);', text)}

    def _environment(self, more: dict[str, str] | None) -> dict[str, str]:
        plain = {name: os.environ[name] for name in ("PATH", "PYTHON_KEYRING_BACKEND")}
        plain |= {"HOME": str(self.home), "LANG": "C.UTF-8"}
        return {name: value for name, value in {**plain, **(more or {})}.items() if value}
