"""`mailsetup export`: an account into a mail program's profile, planned, shown, then written."""

from dataclasses import replace

import click

from mailsetup.account import Account, Address, domain_of
from mailsetup.choice import Wishes
from mailsetup.cli.console import Console
from mailsetup.cli.credentials import PasswordSource, password_options
from mailsetup.cli.options import (
    Asking,
    Network,
    Writing,
    discovery_options,
    from_option,
    network_options,
    output_options,
    person_name,
    wish_options,
    writing_options,
)
from mailsetup.cli.words import CLIENT_WORDS, AddressType


@click.command()
@click.argument("client", type=click.Choice(CLIENT_WORDS))
@click.argument("address", type=AddressType())
@from_option
@wish_options
@writing_options
@password_options
@discovery_options
@network_options
@output_options
def export(
    client: str,
    address: Address,
    document: bytes | None,
    wishes: Wishes,
    writing: Writing,
    secrets: PasswordSource,
    asking: Asking,
    network: Network,
    console: Console,
) -> int:
    """Write an address into a mail program's profile, without checking the servers.

    The change is planned and shown as a diff; it is written after a yes, with a backup in the profile.

    \b
    Examples:
      mailsetup export thunderbird ada@example.org --dry-run
      mailsetup export outlook ada@example.org --protocol pop3 --leave-days 14
      mailsetup discover ada@example.org --json | mailsetup export thunderbird ada@example.org --from - --yes
    """
    from mailsetup.choice import choose, make_account
    from mailsetup.cli import flow, planning, show
    from mailsetup.cli import writing as writer
    from mailsetup.clients.client import Machine

    planning.refuse_no_password(writing, secrets)
    found = flow.find_or_read(console, network, asking, address, document)
    choice = choose(found, wishes)
    incoming, outgoing = choice.first
    flow.get_consent(console, (incoming, outgoing), domain_of(address), wishes.accepted)
    account: Account = make_account(
        address, person_name(writing.name or ""), incoming.server, outgoing.server, choice.retention
    )
    password = None
    if writing.client_password:
        password = flow.read_password(console, secrets, (incoming, outgoing), address)
    show.show_account(console, account)
    profile = planning.ask_profile(console, client, Machine.this(), writing.profile)
    writing = replace(writing, profile=profile)
    console.line()
    written = writer.write(console, client, account, writing, wishes, password)
    return written.finish(console)
