"""Planning a .prf file and its page: reads what lies there already, decides, and writes nothing."""

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from mailsetup.account import Account, Protocol, Secret, Server, is_clean
from mailsetup.clients.changes import ChangeSet, FileChange
from mailsetup.clients.client import Machine, Profile
from mailsetup.clients.outlook import oneshot, page, prf
from mailsetup.clients.outlook.installed import Installed, look, profile_with
from mailsetup.clients.outlook.text import ENCODING
from mailsetup.clients.reading import read_file
from mailsetup.clients.windows_registry import RegistryChange
from mailsetup.errors import Message, ProfileRefused, WrongUsage, say

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
        """See Client. Outlook keeps its profiles in the registry; a profile's path is that of its key."""
        found = look(machine)
        return tuple(
            Profile(
                path=Path("HKCU", *found.key.split("\\"), "Profiles", name),
                name=name,
                exists=True,
                default=name == found.default,
                root=None,
            )
            for name in found.profiles
        )

    def prospect(self, machine: Machine) -> Message | None:
        """See Client."""
        found = look(machine)
        if found.only_new:
            return say(
                "Only the new Outlook is here, which takes in no file: a page with every value to type in "
                "would be written to the current folder."
            )
        if found.version is None:
            return None
        if found.default is None:
            return say(
                "Classic Outlook is here, without a default profile; a file for it, ADDRESS.prf, would be "
                "written to the current folder."
            )
        return say(
            "Classic Outlook is here, with the default profile “{profile}”; a file for it, ADDRESS.prf, "
            "would be written to the current folder.",
            profile=found.default,
        )

    def keeps_passwords(self, machine: Machine) -> bool:
        """See Client. The file has no place for one."""
        return False

    def signs_in(self, server: Server) -> bool:
        """See Client. Nobody has said of it that a file can bring such an account."""
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

        A password is never written: the format has no place for one. Where there is only the new Outlook,
        the page is all there is.
        """
        file = (self.output or Path(_file_name(account))).absolute()
        _refuse_name(file)
        found = look(machine)
        steps = page.beside(file)
        if found.only_new:
            _refuse_profile(profile)
            return self._by_hand(account, steps, machine)
        _refuse_unknown(profile, found)
        content = prf.write(account, profile)
        notes = _notes(account, content, with_password=password is not None)
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
            deletes=_emptying(account),
            notes=(*_others(found, profile), *_there_already(machine, found, account), *notes),
            remaining=say(
                "Outlook does not have the account yet: it takes in {file}. What to do is in {page}.",
                file=file.name,
                page=steps.name,
            ),
            address=account.address,
        )

    def plan_import(
        self, changes: ChangeSet, account: Account, machine: Machine
    ) -> tuple[RegistryChange, ...]:
        """See FileClient."""
        found = look(machine)
        by_hand = say("Leave --apply out; the page that is written says what to do.")
        if machine.registry is None:
            raise WrongUsage(
                say("--apply lets the Outlook of this machine take the file in, and this is not Windows."),
                by_hand,
            )
        if found.version is None:
            raise WrongUsage(say("--apply needs classic Outlook, and it was not found here."), by_hand)
        there = profile_with(machine.registry, found, account)
        if there is not None:
            raise ProfileRefused(
                say(
                    "Outlook has {address} at {host} already, in its profile “{profile}”; it would be there "
                    "twice.",
                    address=account.address,
                    host=account.incoming.host,
                    profile=there,
                ),
                say("Change that account in Outlook, or remove it there first."),
            )
        return oneshot.import_at_start(machine.registry, found.key, changes.changes[-1].path)

    def _by_hand(self, account: Account, steps: Path, machine: Machine) -> ChangeSet:
        prf.refuse_plain(account)
        return ChangeSet(
            client=self.name,
            profile=steps.parent,
            changes=(
                FileChange(
                    path=steps,
                    before=read_file(steps),
                    after=page.write_by_hand(account, machine.translate),
                ),
            ),
            deletes=_emptying(account),
            notes=(
                say(
                    "Only the new Outlook is on this machine, and no program can set it up: every value to "
                    "type in is on the page."
                ),
            ),
            remaining=say(
                "Outlook does not have the account yet: type it in, as {page} says.", page=steps.name
            ),
            address=account.address,
        )


def _refuse_profile(profile: str | None) -> None:
    if profile is not None:
        raise ProfileRefused(
            say("Only the new Outlook is on this machine, and it has no profiles."),
            say("Leave --profile out; the account is typed in by hand there."),
        )


def _refuse_unknown(profile: str | None, found: Installed) -> None:
    if profile is not None and found.profiles and profile not in found.profiles:
        raise ProfileRefused(
            say("Outlook has no profile named “{name}”.", name=profile),
            say("Name one of these with --profile: {names}.", names=", ".join(found.profiles)),
        )


def _others(found: Installed, profile: str | None) -> tuple[Message, ...]:
    others = [name for name in found.profiles if name != found.default]
    if profile is not None or found.default is None or not others:
        return ()
    return (
        say(
            "The account goes into Outlook's default profile, “{name}”; others are left alone: {others}. If "
            "one of them is the one you use, name it with --profile.",
            name=found.default,
            others=", ".join(others),
        ),
    )


def _there_already(machine: Machine, found: Installed, account: Account) -> tuple[Message, ...]:
    there = profile_with(machine.registry, found, account) if machine.registry is not None else None
    if there is None:
        return ()
    return (
        say(
            "Outlook has this account already, in its profile “{profile}”. If it takes the file in, the "
            "account is there twice: change the one that is there instead.",
            profile=there,
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


def _emptying(account: Account) -> Message | None:
    if account.retention is None or account.retention.keep:
        return None
    return say(
        "Once Outlook has this account, it removes every message from {host} as soon as it has fetched it.",
        host=account.incoming.host,
    )
