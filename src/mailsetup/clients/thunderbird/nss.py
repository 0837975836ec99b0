"""Thunderbird's own password store, through the NSS library of that Thunderbird.

Nothing of the profile is touched: the library works on a private copy of the key database, in a process of
its own (seal.py), and what comes out are bytes for the ChangeSet.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailsetup.account import Account, Secret
from mailsetup.clients.changes import FileChange
from mailsetup.clients.client import Machine
from mailsetup.clients.reading import read_file
from mailsetup.clients.thunderbird import logins
from mailsetup.clients.thunderbird.accounts import store_uri, uses_password
from mailsetup.clients.thunderbird.roots import FLATPAKS
from mailsetup.errors import Message, ProfileRefused, say

_LIBRARY = "libnss3.so"
_KEYS, _CERTIFICATES, _LOGINS = "key4.db", "cert9.db", "logins.json"
_INSTALLED = (
    "/usr/lib/thunderbird",
    "/usr/lib64/thunderbird",
    "/usr/lib/thunderbird-esr",
    "/opt/thunderbird",
    "/usr/local/lib/thunderbird",
    "/snap/thunderbird/current/usr/lib/thunderbird",
    "/snap/thunderbird/current",
)
_FLATPAK = "flatpak/app/{}/current/active/files/lib/thunderbird"
# The system's own NSS: it may be too old to open a key that Thunderbird made, so it serves new profiles only.
_SYSTEM = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib")
_SEAL = Path(__file__).with_name("seal.py")
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Store:
    """What storing a password takes: files to change, in order, or the reason why it cannot be done."""

    changes: tuple[FileChange, ...] = ()
    refused: Message | None = None


@dataclass(frozen=True, slots=True)
class _Databases:
    """The files of a key database; None where one is not there. The second holds certificates only."""

    keys: bytes | None
    certificates: bytes | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    uri: str
    user: str
    there: Sequence[logins.Stored]


def store_password(profile: Path, account: Account, password: Secret, machine: Machine, now: float) -> Store:
    """Plan an account's password into a profile's store, there or new. Reads the profile, writes none of it.

    now: seconds since 1970.
    """
    if machine.system != "linux":
        return Store(
            refused=say(
                "The password was not put into Thunderbird's store: that can be done on Linux only. "
                "Thunderbird will ask for it once."
            )
        )
    try:
        there = _Databases(read_file(profile / _KEYS), read_file(profile / _CERTIFICATES))
        stored = read_file(profile / _LOGINS)
    except ProfileRefused as refused:
        return Store(
            refused=say(
                "The password was not put into Thunderbird's store: {reason} Thunderbird will ask "
                "for it once.",
                reason=refused.happened,
            )
        )
    try:
        wanted = _wanted(account, stored)
    except logins.BrokenLogins:
        return Store(
            refused=say(
                "The password was not put into Thunderbird's store: {path} cannot be understood. "
                "Thunderbird will ask for the password.",
                path=profile / _LOGINS,
            )
        )
    if not wanted:
        return Store(refused=say("No password was stored: this account does not log in with one."))
    libraries = tuple(_libraries(machine, new=there.keys is None))
    if not libraries:
        return Store(
            refused=say(
                "The password was not put into Thunderbird's store: no Thunderbird was found on this "
                "machine. It will ask for the password once."
            )
        )
    for library in libraries:
        answer, after = _seal(library, there.keys, wanted, password)
        if answer.get("outcome") == "locked":
            return Store(
                refused=say(
                    "The password was not put into Thunderbird's store: a Primary Password protects it. "
                    "Thunderbird will ask for the account's password once."
                )
            )
        if answer.get("outcome") == "sealed":
            return Store(changes=_changes(profile, (there, after), stored, wanted, answer["logins"], now))
    return Store(
        refused=say(
            "The password was not put into Thunderbird's store: the library {library} refused the key of "
            "this profile. Thunderbird will ask for the password once.",
            library=libraries[0],
        )
    )


def _wanted(account: Account, stored: bytes | None) -> list[_Wanted]:
    return [
        _Wanted(store_uri(server), server.username or "", logins.stored_for(stored, store_uri(server)))
        for server in (account.incoming, account.outgoing)
        if uses_password(server, has_password=True)
    ]


def _changes(
    profile: Path,
    databases: tuple[_Databases, _Databases],
    stored: bytes | None,
    wanted: Sequence[_Wanted],
    answers: Sequence[dict[str, Any]],
    now: float,
) -> tuple[FileChange, ...]:
    """The files, keys first: a login that no key opens is lost, a key without a login harms nobody."""
    sealed = [
        logins.Sealed(
            login.uri,
            answer["user"],
            answer["password"],
            None if answer["match"] is None else login.there[answer["match"]].index,
        )
        for login, answer in zip(wanted, answers, strict=True)
        if not answer["same"]
    ]
    if not sealed:
        return ()
    there, after = databases
    changes = [
        FileChange(path=profile / name, before=before, after=content, secret=True)
        for name, before, content in (
            (_KEYS, there.keys, after.keys),
            # Only to go with new keys: one without the other is no database to other programs.
            (_CERTIFICATES, there.certificates, None if there.certificates else after.certificates),
        )
        if content is not None
    ]
    document = logins.put(stored, sealed, now)
    changes.append(FileChange(path=profile / _LOGINS, before=stored, after=document, secret=True))
    return tuple(changes)


def _seal(
    library: Path, keys: bytes | None, wanted: Sequence[_Wanted], password: Secret
) -> tuple[dict[str, Any], _Databases]:
    """What seal.py answered, and the databases after it. An empty answer where it came to grief."""
    with tempfile.TemporaryDirectory(prefix="mailsetup-") as folder:
        copy = Path(folder)
        if keys is not None:
            (copy / _KEYS).write_bytes(keys)
        question = {
            "library": str(library),
            "folder": folder,
            "logins": [
                {
                    "user": login.user,
                    "password": password.reveal(),
                    "there": [(entry.user, entry.password) for entry in login.there],
                }
                for login in wanted
            ],
        }
        # Isolated: nothing of the working folder or of Python's variables gets in. The password goes by pipe.
        try:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(_SEAL)],
                input=json.dumps(question).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=True,
                env={name: value for name, value in os.environ.items() if not name.startswith("NSS_")},
            )
            return json.loads(done.stdout), _Databases(
                (copy / _KEYS).read_bytes(), (copy / _CERTIFICATES).read_bytes()
            )
        except (OSError, ValueError, subprocess.SubprocessError):
            return {}, _Databases(None, None)


def _libraries(machine: Machine, *, new: bool) -> Iterator[Path]:
    """Every NSS library that may fit, that of the Thunderbird in the path first."""
    program = shutil.which("thunderbird", path=machine.environment.get("PATH", ""))
    folders = [Path(os.path.realpath(program)).parent] if program else []
    folders += [Path(folder) for folder in _INSTALLED]
    # Installed for everybody, or by this person alone.
    shares = [Path("/var/lib"), *([machine.home / ".local/share"] if machine.home else [])]
    folders += [share / _FLATPAK.format(name) for share in shares for name in FLATPAKS]
    folders += [Path(folder) for folder in (_SYSTEM if new else ())]
    seen = set()
    for folder in folders:
        library = folder / _LIBRARY
        if library.is_file() and library.resolve() not in seen:
            seen.add(library.resolve())
            yield library
