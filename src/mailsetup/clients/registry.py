"""The mail programs we write for: a new one is one file (or folder) and one line here."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mailsetup.account import Account, Secret
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.client import Client, FileClient, Machine
from mailsetup.clients.outlook.plan import Outlook
from mailsetup.clients.thunderbird.plan import Thunderbird
from mailsetup.errors import WrongUsage, say

CLIENTS: Mapping[str, Client] = MappingProxyType({"thunderbird": Thunderbird(), "outlook": Outlook()})


def client_named(word: str) -> Client:
    """The mail program of this word. Raises WrongUsage where there is none."""
    try:
        return CLIENTS[word]
    except KeyError:
        raise WrongUsage(
            say("“{word}” is not a mail program that can be set up.", word=word),
            say("Choose one of these: {words}.", words=", ".join(CLIENTS)),
        ) from None


def plan_export(
    client: str,
    account: Account,
    *,
    profile: str | None = None,
    output: Path | None = None,
    machine: Machine | None = None,
    password: Secret | None = None,
) -> ChangeSet:
    """Plan an account's way into a mail program's profile; `clients.apply.apply` then does it.

    output: where the file goes that a program without a profile of ours is handed; None is its usual place.
    machine: this one, unless another is described. The rest as in `Client.plan`, errors too.
    Raises WrongUsage where the program takes no file.
    """
    program = client_named(client)
    if output is not None:
        if not isinstance(program, FileClient):
            raise WrongUsage(
                say("--output is for programs that are handed a file; {client} is not one.", client=client),
                say("Leave it out; --profile names the profile to write to."),
            )
        program = program.writing_to(output)
    return program.plan(account, machine or Machine.this(), profile=profile, password=password)
