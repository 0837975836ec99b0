"""`mailsetup setup`: everything, from an address to a mail program that fetches its mail."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from mailsetup.account import Account, Address, Auth, Protocol, Secret, Server
from mailsetup.choice import Wishes
from mailsetup.cli.console import Back, Console
from mailsetup.cli.credentials import PasswordSource, login_options
from mailsetup.cli.options import (
    Asking,
    Network,
    Writing,
    discovery_options,
    network_options,
    output_options,
    person_name,
    typed_now,
    wish_options,
    writing_options,
)
from mailsetup.cli.words import CLIENT_WORDS, AddressType, ServerType
from mailsetup.discovery.finding import Discovery
from mailsetup.errors import LoginRefused, NothingFound, ProfileRefused, Unsafe, WrongUsage, say

if TYPE_CHECKING:
    from mailsetup.choice import Choice
    from mailsetup.cli.questions import Interview
    from mailsetup.cli.trial import Trial
    from mailsetup.cli.wizard import Answers


@click.command()
@click.argument("address", type=AddressType())
@click.option("--client", type=click.Choice(CLIENT_WORDS), help="The mail program to set up.")
@click.option("--imap", type=ServerType(Protocol.IMAP), help="Fetch from this server; nothing is discovered.")
@click.option("--pop3", type=ServerType(Protocol.POP3), help="Fetch from this server; nothing is discovered.")
@click.option("--smtp", type=ServerType(Protocol.SMTP), help="Send by this server; nothing is discovered.")
@click.option("--username", metavar="NAME", help="Log in with this user name, not with the address.")
@click.option(
    "--no-send-check", is_flag=True, help="Do not try sender and recipient; nothing is sent anyway."
)
@wish_options
@writing_options
@login_options
@discovery_options
@network_options
@output_options
def setup(
    address: Address,
    client: str | None,
    imap: Server | None,
    pop3: Server | None,
    smtp: Server | None,
    username: str | None,
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
      mailsetup setup ada@example.org --imap imap.example.org --smtp smtp.example.org
      mailsetup setup ada@example.org --client thunderbird --no-input --yes --password-stdin < password
    """
    from mailsetup import schema
    from mailsetup.advice import Case, advise
    from mailsetup.choice import choose, make_account
    from mailsetup.cli import ending, flow, planning, show
    from mailsetup.cli import writing as writer
    from mailsetup.cli.advising import advice_form, measured_in, offered_by
    from mailsetup.cli.main import exit_code
    from mailsetup.cli.steps import all_told
    from mailsetup.cli.trial import Trial

    planning.refuse_no_password(writing, secrets)
    named = _named(imap, pop3, smtp, username)
    if named and wishes.protocol not in (None, *(one.protocol for one in named)):
        wishes = _without_protocol(wishes)
    found = _find(console, network, asking, address, wishes, named)
    show.show_warnings(console, found)
    for hint in found.hints:
        console.note(show.hint_sentence(hint))
    chosen_by_options = wishes.protocol is not None or wishes.retention is not None
    if len(named) == 2 and wishes.protocol is None:
        wishes = replace(wishes, protocol=named[0].protocol)
    trial = Trial(
        console=console, network=network, address=address, send_check=not no_send_check, hints=found.hints
    )
    token = secrets.token()
    interview = _begin(console, address, found, client, wishes, writing, secrets)
    while True:
        answers = interview.go()
        assert answers.client is not None
        writing = replace(writing, profile=answers.profile)
        choice = choose(answers.found, answers.wishes)
        name = person_name(answers.name or "")
        # What the program cannot take, or cannot take now, is told before anybody waits or logs in.
        incoming, outgoing = choice.first
        first = make_account(address, name, incoming.server, outgoing.server, choice.retention)
        try:
            while (refused := _refusal(answers.client, first, writing)) is not None:
                if not console.interactive:
                    raise refused
                console.failure(refused)
                if not _wants_another_try(console):
                    return exit_code(refused)
            checked = trial.run(choice, answers.wishes.accepted, token or answers.password)
        except Back:
            interview.back()
            continue
        account = make_account(
            address,
            name,
            flow.as_logged_in(checked.incoming.server, checked.reports[0]),
            flow.as_logged_in(checked.outgoing.server, checked.reports[1]),
            choice.retention,
        )
        if answers.by_page is False:
            account = _by_password(account)
        case, measured = answers.case or Case(), measured_in(checked.reports)
        advice = advise(case, measured, offered_by(answers.found))
        form = schema.SetupForm(
            account=schema.account_form(account),
            advice=advice_form(address, case, measured, advice),
            discovery=schema.discovery_form(answers.found),
            check=schema.check_form(address, checked.reports),
            export=None,
        )
        failure, decided = flow.failure_of(checked.reports), flow.gravest(checked.reports)
        if failure is not None and decided is not None:
            if console.interactive and isinstance(failure, LoginRefused):
                console.failure(ending.login_refused(address))
                return exit_code(failure)
            # A person has seen the steps, with what to do.
            console.failure(failure if console.as_json else all_told(checked.reports, decided[1]))
            console.note(say("Nothing was written."))
            if console.as_json:
                console.document(schema.encode(form))
            if console.interactive and _goes_on(console, interview, trial):
                continue
            return exit_code(failure)
        unmeasured = advise(case, None, offered_by(answers.found))
        kept = (trial.password or answers.password) if answers.client_password else None
        try:
            written = writer.write(
                console,
                answers.client,
                account,
                writing,
                answers.wishes,
                kept,
                sum_up=partial(
                    ending.sum_up,
                    console,
                    account,
                    answers.client.capitalize(),
                    kept,
                    checked.reports,
                    None if chosen_by_options else (advice, unmeasured),
                ),
            )
        except Back:
            interview.back()
            continue
        break
    form.export = written.form
    return ending.with_what_is_left(written, account, checked.reports, kept).finish(console, form)


def _named(
    imap: Server | None, pop3: Server | None, smtp: Server | None, username: str | None
) -> Sequence[Server]:
    """The servers that options name. Raises WrongUsage where they are not enough for an account."""
    from mailsetup.cli.manual import require_username, with_username

    require_username(username)
    fetching = [server for server in (imap, pop3) if server is not None]
    if not fetching and smtp is None:
        if username is not None:
            raise WrongUsage(
                say("--username is for servers that you name; those that are found come with theirs."),
                say("Leave it out, or name the servers with --imap or --pop3, and --smtp."),
            )
        return ()
    if not fetching or smtp is None:
        raise WrongUsage(
            say("An account needs a server to fetch mail from and one to send by, and only one is named."),
            say("Name both: --imap or --pop3, and --smtp. Or name none, and they are looked for."),
        )
    return with_username((*fetching, smtp), username)


def _without_protocol(wishes: Wishes) -> Wishes:
    """The wishes without a protocol that is not that of the named server. Raises WrongUsage.

    From a settings file it is a wish for all accounts, and nothing is left for it to choose here.
    """
    if typed_now("protocol"):
        raise WrongUsage(
            say("--protocol asks for another protocol than that of the server that is named."),
            say("Leave out --protocol, or name a server of that protocol."),
        )
    return replace(wishes, protocol=None)


def _find(
    console: Console,
    network: Network,
    asking: Asking,
    address: Address,
    wishes: Wishes,
    named: Sequence[Server],
) -> Discovery:
    """The servers to choose from: named, found, or, where nothing of use is found, typed in by the person."""
    from mailsetup.choice import choose
    from mailsetup.cli import flow, manual, show

    if named:
        return manual.discovery_of(address, named)
    found = flow.find(console, network, asking, address)
    try:
        flow.require_servers(console, asking, found)
        choose(found, wishes)
    except (NothingFound, Unsafe) as why:
        # A misspelt address is more likely then than servers that nobody names.
        misspelt = any(warning.code == "no-such-domain" for warning in found.warnings)
        if not console.interactive or misspelt or flow.closed_to_programs(found) is not None:
            raise
        typed = manual.offer_typing(console, address, why, wishes.protocol)
        return replace(typed, hints=found.hints)
    if console.interactive:
        console.note(show.found_sentence(found))
    return found


def _begin(
    console: Console,
    address: Address,
    found: Discovery,
    client: str | None,
    wishes: Wishes,
    writing: Writing,
    secrets: PasswordSource,
) -> "Interview[Answers]":
    """What is not known yet, to be asked; where nobody is there to ask, the usual answers instead."""
    from mailsetup.choice import choose
    from mailsetup.cli import flow, planning, show, wizard
    from mailsetup.cli.questions import Interview
    from mailsetup.clients.client import Machine
    from mailsetup.clients.registry import CLIENTS, client_named

    machine = Machine.this()
    here = [] if client else [word for word, program in CLIENTS.items() if program.find(machine)]
    answers = wizard.Answers(
        found=found,
        wishes=wishes,
        client=client or (here[0] if len(here) == 1 else None),
        profile=writing.profile,
        name=writing.name,
        client_password=writing.client_password,
    )
    if not console.interactive:
        choice = choose(found, wishes)
        if answers.client is None:
            _refuse_without_client(console, address, choice, here)
        accepted = flow.get_consent(console, choice.first, address.domain, wishes.accepted)
        password = flow.read_password(console, secrets, choice.all, address)
        return Interview((), replace(answers, wishes=replace(wishes, accepted=accepted), password=password))

    def ask_password(choice: "Choice") -> Secret | None:
        if not secrets.wants_password or not flow.takes_password(choice.all):
            return None
        hosts = dict.fromkeys(one.server.host for one in choice.first)
        console.introduce(
            *(show.hint_sentence(hint) for hint in found.hints),
            say("Now your password is needed, to try these servers: {hosts}.", hosts=", ".join(hosts)),
            say("Nothing is shown while you type. b alone goes back, q quits."),
        )
        return secrets.ask(console, address)

    if secrets.wants_password:
        answers = replace(answers, password=secrets.known(console, address))
    around = wizard.Circumstances(
        clients=here or list(CLIENTS),
        usual_name=wizard.system_name(),
        password=ask_password,
        stores_password=lambda word: client_named(word).keeps_passwords(machine),
        signs_in=lambda word, choice: (
            secrets.wants_password
            and flow.takes_password(choice.all)
            and all(client_named(word).signs_in(one.server) for one in choice.first)
        ),
        profile=lambda word: planning.ask_profile(console, word, machine, writing.profile),
    )
    return wizard.begin(console, around, answers)


def _by_password(account: Account) -> Account:
    """The same account, logged in to with a password wherever that is possible."""
    incoming, outgoing = (
        replace(server, auth=tuple(way for way in server.auth if way is not Auth.OAUTH2) or server.auth)
        for server in (account.incoming, account.outgoing)
    )
    return replace(account, incoming=incoming, outgoing=outgoing)


def _refusal(client: str, account: Account, writing: Writing) -> ProfileRefused | None:
    """Why a mail program cannot be set up with this account now; None: it can. Raises other errors."""
    from mailsetup.cli.planning import plan
    from mailsetup.clients.client import Machine

    try:
        plan(client, account, writing, Machine.this())
    except ProfileRefused as refused:
        return refused
    return None


def _goes_on(console: Console, interview: "Interview[Answers]", trial: "Trial") -> bool:
    """After a check that failed: whether the person tries again, or answers otherwise."""
    answers = (
        say("Go back to the questions, the last one first."),
        say("Check once more: I have seen to it."),
        say("Stop here. Nothing was changed."),
    )
    try:
        number = console.choose(say("What shall be done?"), answers)
        if number == 0:
            interview.back()
    except Back:
        return False
    trial.again()
    return number < 2


def _wants_another_try(console: Console) -> bool:
    answers = (say("Try again: I have seen to it."), say("Stop here. Nothing was changed."))
    return console.choose(say("What shall be done?"), answers) == 0


def _refuse_without_client(console: Console, address: Address, choice: "Choice", here: Sequence[str]) -> None:
    """Raises ProfileRefused, the settings shown: which mail program is meant cannot be told."""
    from mailsetup.choice import make_account
    from mailsetup.cli.show import show_account
    from mailsetup.clients.registry import CLIENTS

    incoming, outgoing = choice.first
    show_account(console, make_account(address, "", incoming.server, outgoing.server, choice.retention))
    if here:
        raise ProfileRefused(
            say("More than one mail program was found here: {programs}.", programs=", ".join(here)),
            say("Name one with --client."),
        )
    programs = ", ".join(CLIENTS)
    raise ProfileRefused(
        say("No mail program that can be set up was found on this machine."),
        say("Name one with --client ({programs}).", programs=programs)
        if console.as_json
        else say(
            "Name one with --client ({programs}), or type the settings above into your program.",
            programs=programs,
        ),
    )
