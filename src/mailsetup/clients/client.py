"""What every mail program we write for can do, and the machine it is done on."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self, runtime_checkable

from mailsetup.account import Account, Secret, Server
from mailsetup.clients.changes import ChangeSet, FileChange, TakenBack, Written
from mailsetup.clients.windows_registry import Registry, RegistryChange, this_registry
from mailsetup.errors import Message, ProfileRefused, Translate, say

System = Literal["linux", "darwin", "windows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A computer, described, so that the folders of every system can be found from any of them.

    home: the person's folder, None where there is none. environment: the variables programs see.
    registry: of this person, None where the system has no such thing.
    translate: into the language of this person, for a page that is written to be read.
    """

    system: System
    home: Path | None
    environment: Mapping[str, str]
    registry: Registry | None = None
    translate: Translate = str

    @classmethod
    def this(cls) -> Self:
        """The computer we run on."""
        system: System = "linux"
        if sys.platform == "win32":
            system = "windows"
        elif sys.platform == "darwin":
            system = "darwin"
        home = Path(os.environ.get("USERPROFILE" if system == "windows" else "HOME", ""))
        return cls(
            system=system,
            home=home if home.is_absolute() else None,
            environment=dict(os.environ),
            registry=this_registry(),
        )

    def home_folder(self) -> Path:
        """The home folder. Raises ProfileRefused where there is none."""
        if self.home is None:
            raise ProfileRefused(
                say("This user has no home folder, so the mail program's profile cannot be found."),
                say("Set HOME, or name a profile folder with --profile."),
            )
        return self.home


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile of a mail program: the folder with all its settings and mail.

    path: of the folder; of a program that keeps its profiles in the registry of Windows, of the key there.
    name: as the program shows it. exists: whether the folder is there.
    default: the one the program opens by itself. root: the folder that lists the profiles, or None where
    none lists this one. used: it has settings; a program may list one that it never opened.
    """

    path: Path
    name: str
    exists: bool
    default: bool
    root: Path | None
    used: bool = True


class Client(Protocol):
    """A mail program. `find` and `plan` read and never write; only `clients.apply` does."""

    @property
    def name(self) -> str:
        """Its word in options and JSON."""

    def find(self, machine: Machine) -> tuple[Profile, ...]:
        """The profiles there are, the default first; empty where the program was never used."""

    def plan(
        self,
        account: Account,
        machine: Machine,
        *,
        profile: str | None = None,
        password: Secret | None = None,
    ) -> ChangeSet:
        """What must change so that the program has this account.

        profile: a profile's name or a folder; None is the default one, or a new one where there is none.
        password: put it into the program's own store as well, where that can be done; else a note says why.
        Raises ProfileRefused, and Unsafe for a server without TLS.
        """

    def prospect(self, machine: Machine) -> Message | None:
        """What an export without --profile would write on this machine, and where; None: it is not here.

        Raises ProfileRefused where an export would be refused.
        """

    def keeps_passwords(self, machine: Machine) -> bool:
        """Whether `plan` can put a password into the program's own store on such a machine."""

    def signs_in(self, server: Server) -> bool:
        """Whether the program logs in there by the provider's own sign-in page, if it has no password."""

    def hold(self, profile: Path) -> AbstractContextManager[None]:
        """Keep the program from starting on a profile for as long as this is held.

        Raises ProfileRefused where it runs already.
        """


@runtime_checkable
class FileClient(Client, Protocol):
    """A mail program that is handed a file, and has no profile that could be written to."""

    def writing_to(self, output: Path) -> Self:
        """The same program, with its file at this path and not at the usual one."""

    def plan_import(
        self, changes: ChangeSet, account: Account, machine: Machine
    ) -> tuple[RegistryChange, ...]:
        """What lets the program take the planned file in by itself at its next start; empty: it will already.

        Raises WrongUsage where that cannot be done on such a machine, ProfileRefused where the program has
        the account already.
        """


@runtime_checkable
class SharingClient(Client, Protocol):
    """A mail program that writes to the same files as we do: an undo must part our lines from its own."""

    def trace(self, change: FileChange) -> str:
        """What `take_back` must know of a secret file that an export changes; no secret is in it."""

    def take_back(self, profile: Path, files: Sequence[Written]) -> TakenBack:
        """What must change so that the program has no more of an export; all that is not ours stays.

        files: all that the export wrote, in its order; where they say more than that export could have
        written, ProfileRefused. Also where the program runs, or needs what would be taken away.
        """
