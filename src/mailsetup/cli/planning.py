"""What comes before a profile is written: which one is meant, what an export comes to, and a look at it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mailsetup.account import Account, Secret
from mailsetup.cli.console import Console, clean, sentence
from mailsetup.cli.credentials import PasswordSource
from mailsetup.cli.labels import ACTIONS
from mailsetup.cli.options import Writing
from mailsetup.clients.changes import Action, ChangeSet, real_changes
from mailsetup.clients.client import FileClient, Machine, Profile
from mailsetup.clients.registry import client_named, plan_export
from mailsetup.clients.windows_registry import RegistryChange
from mailsetup.errors import Message, WrongUsage, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an export comes to: the files, and what --apply changes in the registry of Windows."""

    changes: ChangeSet
    registry: tuple[RegistryChange, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether all is already as wished."""
        return self.changes.empty and not self.registry


def refuse_no_password(writing: Writing, secrets: PasswordSource) -> None:
    """Raises WrongUsage where a password is to be stored and another option leaves none."""
    if writing.client_password and not secrets.wants_password:
        raise WrongUsage(
            say(
                "--client-password stores the password, and with --no-login or --token-command there is none."
            ),
            say("Leave one of the two out."),
        )


def ask_profile(console: Console, client: str, machine: Machine, named: str | None) -> str | None:
    """The profile to write to: the named one, or of several the one that a person chooses; None: the default.

    Raises Back as the console does, and ProfileRefused.
    """
    if named is not None or not console.interactive:
        return named
    found = client_named(client).find(machine)
    # A program may list a profile that it made by the way and never opened; nobody means that one.
    offered = [profile for profile in found if profile.default or profile.used]
    if len(offered) < 2:
        return None
    number = console.choose(
        say(
            "There are several profiles of {program} here. Which one shall be set up?",
            program=client.capitalize(),
        ),
        [_offer(profile) for profile in offered],
    )
    return _word(offered[number], found)


def _offer(profile: Profile) -> Message:
    if profile.default:
        return say("{name}, which opens by itself, in {folder}", name=profile.name, folder=profile.path)
    return say("{name}, in {folder}", name=profile.name, folder=profile.path)


def _word(profile: Profile, found: Sequence[Profile]) -> str:
    """What --profile would be given for it: its name, or its folder where the name could mean another."""
    alike = [other for other in found if other.name == profile.name]
    path_like = set(profile.name) & set("/\\") or profile.name.startswith((".", "~"))
    return str(profile.path) if len(alike) > 1 or path_like else profile.name


def plan(
    client: str, account: Account, writing: Writing, machine: Machine, password: Secret | None = None
) -> Plan:
    """What must be written for an account, by the options. Raises as `Client.plan` does, and WrongUsage."""
    changes = plan_export(
        client,
        account,
        profile=writing.profile,
        output=writing.output,
        machine=machine,
        password=password,
    )
    if not writing.apply:
        return Plan(changes=changes)
    program = client_named(client)
    if not isinstance(program, FileClient):
        raise WrongUsage(
            say("--apply is for programs that are handed a file; {client} is not one.", client=client),
            say("Leave --apply out: the profile of that program is written at once."),
        )
    return Plan(changes=changes, registry=program.plan_import(changes, account, machine))


def show_files(console: Console, changes: ChangeSet) -> None:
    """Each file that is touched, and how many: of an empty one there is nothing in a diff."""
    real = real_changes(changes.changes)
    if not real:
        return
    console.line()
    for change in real:
        empty = change.after == b""
        path = say("{path} (empty)", path=change.path) if empty else say("{path}", path=change.path)
        console.line(f"  {sentence(ACTIONS[change.action]):8} {sentence(path)}")
    counts = Counter(change.action for change in real)
    fields = {"all": len(real), "new": counts[Action.CREATE], "changed": counts[Action.EDIT]}
    if counts[Action.REMOVE]:
        told = say(
            "Files: {all}; new: {new}, changed: {changed}, removed: {removed}.",
            removed=counts[Action.REMOVE],
            **fields,
        )
    else:
        told = say("Files: {all}; new: {new}, changed: {changed}.", **fields)
    console.say(told)


def show_registry(console: Console, changes: Sequence[RegistryChange]) -> None:
    """Each value of the registry that --apply changes."""
    for change in changes:
        key = say("registry {key}", key=f"HKCU\\{change.key}")
        console.line(f"  {sentence(key)}")
        shown = sentence(ACTIONS[Action.REMOVE]) if change.after is None else clean(str(change.after))
        console.line(f"           {change.name}: {shown}")
