"""`mailsetup setup`: everything, from an address to a mail program that fetches its mail."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mailsetup.account import Address, Secret
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
    person_name,
    wish_options,
    writing_options,
)
from mailsetup.cli.words import CLIENT_WORDS, AddressType
from mailsetup.discovery.finding import Discovery
from mailsetup.errors import ProfileRefused, say

if TYPE_CHECKING:
    from mailsetup.choice import Choice
    from mailsetup.cli.wizard import Answers


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
    from mailsetup.clients.registry import plan_export

    found = flow.find_or_read(console, network, asking, address, None)
    show.show_warnings(console, found)
    client = client or _only_client(console, address, choose(found, wishes))
    for hint in found.hints:
        console.note(say("The provider says: {text} {url}", text=hint.text, url=hint.url))
    answers = _complete(console, address, found, client, wishes, writing, secrets)
    choice = choose(found, answers.wishes)
    name = person_name(answers.name or "")
    # What the program cannot take, or cannot take now, is told before anybody waits or logs in.
    incoming, outgoing = choice.first
    first = make_account(address, name, incoming.server, outgoing.server, choice.retention)
    plan_export(client, first, profile=writing.profile, output=writing.output)
    checking = flow.Checking(
        address=address, password=answers.password, wish=choice.retention, send_check=not no_send_check
    )
    checked = flow.check_choice(console, network, checking, choice, answers.wishes.accepted)
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
    kept = answers.password if answers.client_password else None
    written = writer.write(console, client, account, writing, answers.wishes, kept)
    if console.as_json:
        form = schema.SetupForm(
            account=schema.account_form(account),
            discovery=schema.discovery_form(found),
            check=schema.check_form(address, checked.reports),
            export=written.form,
        )
        console.document(schema.encode(form))
    return written.finish(console)


def _complete(
    console: Console,
    address: Address,
    found: Discovery,
    client: str,
    wishes: Wishes,
    writing: Writing,
    secrets: PasswordSource,
) -> "Answers":
    """All that is not known yet: from the person, or, where nobody is there to ask, by the usual answers."""
    from mailsetup.choice import Choice, choose
    from mailsetup.cli import flow
    from mailsetup.cli.wizard import Answers, Circumstances, ask_all
    from mailsetup.clients.client import Machine
    from mailsetup.clients.registry import client_named

    def consent(choice: Choice, accepted: frozenset[str]) -> frozenset[str]:
        return flow.get_consent(console, choice.first, address.domain, accepted)

    def ask_password(choice: Choice) -> Secret | None:
        wanted = not secrets.no_login and flow.takes_password(choice.all)
        return secrets.ask(console, address) if wanted else None

    answers = Answers(wishes=wishes, name=writing.name, client_password=writing.client_password or None)
    if console.interactive:
        if not secrets.no_login:
            answers = replace(answers, password=secrets.known(console, address))
        around = Circumstances(
            found=found,
            consent=consent,
            password=ask_password,
            stores_password=client_named(client).keeps_passwords(Machine.this()),
        )
        return ask_all(console, around, answers)
    choice = choose(found, wishes)
    accepted = consent(choice, wishes.accepted)
    password = flow.read_password(console, secrets, choice.all, address)
    return replace(answers, wishes=replace(wishes, accepted=accepted), password=password)


def _only_client(console: Console, address: Address, choice: "Choice") -> str:
    """The one mail program that is set up on this machine. Raises ProfileRefused, the settings shown."""
    from mailsetup.choice import make_account
    from mailsetup.cli.show import show_account
    from mailsetup.clients.client import Machine
    from mailsetup.clients.registry import CLIENTS

    machine = Machine.this()
    found = [word for word, client in CLIENTS.items() if client.find(machine)]
    if len(found) == 1:
        return found[0]
    if console.interactive and not found:
        words = list(CLIENTS)
        asked = say("No mail program is set up here yet. Which one shall be?")
        return words[console.choose(asked, [say("{program}", program=word.capitalize()) for word in words])]
    incoming, outgoing = choice.first
    show_account(console, make_account(address, "", incoming.server, outgoing.server, choice.retention))
    if found:
        raise ProfileRefused(
            say("More than one mail program was found here: {programs}.", programs=", ".join(found)),
            say("Name one with --client."),
        )
    raise ProfileRefused(
        say("No mail program that can be set up was found on this machine."),
        say(
            "Name one with --client ({programs}), or type the settings above into your program.",
            programs=", ".join(CLIENTS),
        ),
    )
