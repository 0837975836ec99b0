"""Planning a .prf file and its page: reads what lies there already, decides, and writes nothing."""

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from mailsetup.account import Account, Protocol, Secret, is_clean
from mailsetup.clients.changes import ChangeSet, FileChange
from mailsetup.clients.client import Machine, Profile
from mailsetup.clients.outlook import page, prf
from mailsetup.clients.outlook.text import ENCODING
from mailsetup.clients.reading import read_file
from mailsetup.errors import Message, ProfileRefused, say

# An address may hold what means something to a shell or in a path.
_NOT_IN_A_NAME = re.compile(r"[^\w@.+=-]")


@dataclass(frozen=True, slots=True)
class Outlook:
    """Outlook as a Client: its profile is not touched, it takes in a file at its next start.

    output: where the file goes; None is ADDRESS.prf in the current folder.
    """

    output: Path | None = None
    name: str = "outlook"

    def writing_to(self, output: Path) -> Self:
        """See FileClient."""
        return replace(self, output=output)

    def find(self, machine: Machine) -> tuple[Profile, ...]:
        """None, on any machine: Outlook lists its profiles in the registry of Windows, not in files."""
        return ()

    def keeps_passwords(self, machine: Machine) -> bool:
        """See Client. The file has no place for one."""
        return False

    def hold(self, profile: Path) -> AbstractContextManager[None]:
        """Nothing is held: the file lies in a folder of the person's own, and Outlook may run meanwhile."""
        return nullcontext()

    def plan(
        self,
        account: Account,
        machine: Machine,
        *,
        profile: str | None = None,
        password: Secret | None = None,
    ) -> ChangeSet:
        """See Client. profile: its name in Outlook. The ChangeSet's profile is the folder of the file.

        A password is never written: the format has no place for one.
        """
        file = (self.output or Path(_file_name(account))).absolute()
        _refuse_name(file)
        steps = page.beside(file)
        content = prf.write(account, profile)
        return ChangeSet(
            client=self.name,
            profile=file.parent,
            changes=(
                FileChange(
                    path=steps,
                    before=read_file(steps),
                    after=page.write(account, file, profile, machine),
                ),
                FileChange(path=file, before=read_file(file), after=content, encoding=ENCODING),
            ),
            notes=_notes(account, content, with_password=password is not None),
            remaining=say(
                "Outlook does not have the account yet: it takes in {file}. What to do is in {page}.",
                file=file.name,
                page=steps.name,
            ),
        )


def _file_name(account: Account) -> str:
    return _NOT_IN_A_NAME.sub("_", account.address.ascii) + ".prf"


def _refuse_name(file: Path) -> None:
    # The name stands on the page, in a line that is to be pasted.
    if not file.name or not is_clean(file.name) or '"' in file.name:
        raise ProfileRefused(
            say("“{name}” is no name for a file that goes to Windows.", name=file.name),
            say("Give another with --output, such as account.prf."),
        )


def _notes(account: Account, content: bytes, *, with_password: bool) -> tuple[Message, ...]:
    notes = []
    if account.incoming.protocol is Protocol.IMAP:
        notes.append(
            say(
                "Nobody is known to have brought an IMAP account into Outlook by such a file; POP3 accounts "
                "were. The page beside it has every value to type in, if Outlook does not take it."
            )
        )
    if account.retention is not None and account.retention.until_deleted:
        notes.append(
            say(
                "Outlook removes a message from the server when it is deleted from “Deleted Items”, not when "
                "it is moved there."
            )
        )
    if not content.isascii():
        notes.append(
            say(
                "The file holds letters beyond ASCII, in the Western alphabet of Windows. See in Outlook "
                "whether they came through: a Windows set to another alphabet reads others in their place."
            )
        )
    if with_password:
        notes.append(say("The file has no place for a password, so Outlook will ask for it."))
    return tuple(notes)
