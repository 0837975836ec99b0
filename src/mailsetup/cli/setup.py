"""`mailsetup setup`: everything, from an address to a mail program that fetches its mail."""

import click

from mailsetup.account import Account, Address, domain_of
from mailsetup.choice import Wishes
from mailsetup.cli.console import Console
from mailsetup.cli.options import (
    Asking,
    Network,
    PasswordSource,
    Writing,
    discovery_options,
    network_options,
    output_options,
    password_options,
    wish_options,
    writing_options,
)
from mailsetup.cli.words import CLIENT_WORDS, AddressType
from mailsetup.errors import ProfileRefused, say


@click.command()
@click.argument("address", type=AddressType())
@click.option("--client", type=click.Choice(CLIENT_WORDS), help="The mail program to set up.")
@click.option(
    "--no-send-check", is_flag=True, help="Do not try sender and recipient; nothing is sent anyway."
)
@wish_options
@writing_options
@password_options
@discovery_options
@network_options
@output_options
def setup(
    address: Address,
    client: str | None,
    no_send_check: bool,
    wishes: Wishes,
    writing: Writing,
    secrets: PasswordSource,
    asking: Asking,
    network: Network,
    console: Console,
) -> int:
    """Set up an address: find the servers, check them, write the mail program's profile.

    IMAP is used unless only POP3 is offered, or you choose POP3. With POP3 a copy of all mail stays on the
    server unless you say otherwise. Where a check fails, nothing is written.

    \b
    Examples:
      mailsetup setup ada@example.org
      mailsetup setup ada@example.org --protocol pop3 --leave-days 30
      mailsetup setup ada@example.org --client thunderbird --no-input --yes --password-stdin < password
    """
    from mailsetup import schema
    from mailsetup.choice import choose, make_account
    from mailsetup.cli import flow, show
    from mailsetup.cli import writing as writer

    found = flow.find_or_read(console, network, asking, address, None)
    show.show_warnings(console, found)
    choice = choose(found, wishes)
    chosen = (choice.incoming[0], choice.outgoing[0])
    accepted = flow.get_consent(console, chosen, domain_of(address), wishes.accepted)
    client = client or _only_client(
        console,
        make_account(address, writing.name or "", chosen[0].server, chosen[1].server, choice.retention),
    )
    for hint in found.hints:
        console.note(say("The provider says: {text} {url}", text=hint.text, url=hint.url))
    name = writing.person(console)
    password = flow.read_password(console, secrets, chosen, address)
    checking = flow.Checking(
        address=address, password=password, wish=choice.retention, send_check=not no_send_check
    )
    checked = flow.check_choice(console, network, checking, choice, accepted)
    for report in checked.reports:
        show.show_report(console, report)
    failure = flow.failure_of(checked.reports)
    if failure is not None:
        raise failure
    account = make_account(
        address,
        name,
        flow.as_logged_in(checked.incoming.server, checked.reports[0]),
        flow.as_logged_in(checked.outgoing.server, checked.reports[1]),
        choice.retention,
    )
    show.show_account(console, account)
    written = writer.write(
        console, client, account, writing, wishes, password if writing.client_password else None
    )
    if console.as_json:
        form = schema.SetupForm(
            account=schema.account_form(account),
            discovery=schema.discovery_form(found),
            check=schema.check_form(address, checked.reports),
            export=written.form,
        )
        console.document(schema.encode(form))
    return written.finish(console)


def _only_client(console: Console, account: Account) -> str:
    """The one mail program that is set up on this machine. Raises ProfileRefused, the settings shown."""
    from mailsetup.cli.show import show_account
    from mailsetup.clients.client import Machine
    from mailsetup.clients.registry import CLIENTS

    machine = Machine.this()
    found = [word for word, client in CLIENTS.items() if client.find(machine)]
    if len(found) == 1:
        return found[0]
    show_account(console, account)
    if found:
        raise ProfileRefused(
            say("More than one mail program was found here: {programs}.", programs=", ".join(found)),
            say("Name one with --client."),
        )
    raise ProfileRefused(
        say("No mail program that can be set up was found on this machine."),
        say("Name one with --client thunderbird, or type the settings above into your program."),
    )
