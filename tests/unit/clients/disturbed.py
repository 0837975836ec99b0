"""A ChangeSet carried out by a process of its own, which strace kills, or lets fail, at one system call."""

import json
import pickle
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.unit.clients.samples import linux, pop_account
from tests.unit.clients.undoing import Desk

from mailsetup.clients.apply import apply
from mailsetup.clients.changes import ChangeSet, FileChange
from mailsetup.clients.folders import BACKUPS, LEFTOVER
from mailsetup.clients.registry import plan_export
from mailsetup.clients.undo import list_exports, plan_undo

WRITING = ("mkdir", "write", "fsync", "rename", "unlink", "rmdir")
"""What changes a disk; a file that is opened is written to, or at least taken down to the disk, next."""
SEALED = "OUR-SEALED"
REFUSED = 7
_APPLY = """
import pickle, sys
from mailsetup.clients.apply import apply
from mailsetup.errors import ProfileRefused
changes, state = pickle.load(sys.stdin.buffer)
try:
    apply(changes, state=state)
except ProfileRefused as refused:
    print(refused.happened.render(), refused.fix.render(), file=sys.stderr)
    sys.exit(7)
"""
_THEIRS = {"guid": "theirs", "hostname": "imap://theirs.example", "httpRealm": "imap://theirs.example"}
_OURS = {"guid": "ours", "hostname": "mailbox://pop.example.org", "httpRealm": "mailbox://pop.example.org"}


@dataclass(frozen=True)
class Call:
    """The nth call of a name in a run."""

    name: str
    number: int


@dataclass(frozen=True)
class Person:
    """A home, our own state, and an export that writes an account, a key and a stored password."""

    home: Path
    state: Path

    @classmethod
    def with_profile(cls, folder: Path) -> "Person":
        """Someone who has a profile, with a stored password of her own."""
        desk = Desk.at(folder, b'// caf\xe9\r\nuser_pref("mine", 1);\r\n')
        (desk.profile / "logins.json").write_bytes(_logins(_THEIRS))
        return cls(desk.home, desk.state)

    @classmethod
    def new(cls, folder: Path) -> "Person":
        """Someone who has never had a Thunderbird."""
        (folder / "home").mkdir(parents=True)
        return cls(folder / "home", folder / "state")

    def plan(self) -> ChangeSet:
        """The export as it is planned now; nothing where it stands already."""
        planned = plan_export("thunderbird", pop_account(), machine=linux(self.home))
        path = planned.profile / "logins.json"
        before = path.read_bytes() if path.exists() else None
        there = json.loads(before)["logins"] if before else []
        after = before if any(login["guid"] == "ours" for login in there) else _logins(*there, _OURS)
        keys = planned.profile / "key4.db"
        key = keys.read_bytes() if keys.exists() else None
        stored = (
            FileChange(path=keys, before=key, after=b"keys", secret=True),
            FileChange(path=path, before=before, after=after, secret=True),
        )
        return replace(planned, changes=(*stored, *planned.changes))

    def files(self) -> dict[str, bytes]:
        """What lies in the home, without our backups and without what a crash leaves behind."""
        return {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in sorted(self.home.rglob("*"))
            if path.is_file() and BACKUPS not in path.parts and LEFTOVER not in path.name
        }

    def open_exports(self) -> list[str]:
        """The exports that can be taken back, the last one first."""
        return [export.id for export in list_exports(self.state) if not export.taken_back]

    def finish(self) -> None:
        """Export again, as a person does whose computer went out."""
        apply(self.plan(), state=self.state)

    def undo_all(self) -> None:
        """Take back whatever stands."""
        for id in self.open_exports():
            apply(plan_undo(id, state=self.state), state=self.state)

    def holds(self, text: str) -> list[str]:
        """The files anywhere in the home with this text in them."""
        found = (path for path in self.home.rglob("*") if path.is_file())
        return [str(path) for path in found if text.encode() in path.read_bytes()]


def _logins(*logins: dict[str, str]) -> bytes:
    sealed = {"encryptedUsername": SEALED, "encryptedPassword": SEALED}
    whole = [sealed | login if login["guid"] == "ours" else _theirs(login) for login in logins]
    return json.dumps({"nextId": 9, "logins": whole}).encode()


def _theirs(login: dict[str, str]) -> dict[str, str]:
    return {"encryptedUsername": "theirs", "encryptedPassword": "theirs"} | login


def every(*names: str) -> str:
    """These system calls for strace, under each name that they have on one machine or another."""
    return ",".join(f"?{name},?{name}at,?{name}at2" for name in names)


def run(changes: ChangeSet, state: Path, *strace: str) -> subprocess.CompletedProcess[bytes]:
    """Carry out a ChangeSet in a process of its own, under strace with these options."""
    return subprocess.run(
        ["strace", "-e", f"trace={every(*WRITING)}", *strace, sys.executable, "-B", "-c", _APPLY],
        input=pickle.dumps((changes, state)),
        capture_output=True,
        timeout=60,
    )


def calls(changes: ChangeSet, state: Path, log: Path) -> Iterator[Call]:
    """Every call of a run that may change the disk; the run is carried out for it."""
    done = run(changes, state, "-o", str(log))
    assert done.returncode == 0, done.stderr.decode()
    counted: Counter[str] = Counter()
    for name in re.findall(r"^(\w+)\(", log.read_text(), re.MULTILINE):
        counted[name] += 1
        yield Call(name, counted[name])


def killed_at(call: Call, changes: ChangeSet, state: Path) -> None:
    """Carry out a ChangeSet in a process that is killed on its way into one call, by SIGKILL."""
    done = run(changes, state, "-o", "/dev/null", "-e", f"inject={call.name}:signal=KILL:when={call.number}")
    assert done.returncode in (-9, 137), f"{call}: it lived, {done.stderr.decode()}"


def failing_at(call: Call, error: str, changes: ChangeSet, state: Path) -> int:
    """Carry out a ChangeSet in a process in which one call fails; its exit code."""
    done = run(
        changes, state, "-o", "/dev/null", "-e", f"inject={call.name}:error={error}:when={call.number}"
    )
    assert b"Traceback" not in done.stderr, f"{call}: {done.stderr.decode()}"
    return done.returncode
