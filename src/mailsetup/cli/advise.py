"""`mailsetup advise`: POP or IMAP, for these habits and this mailbox."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from mailsetup import advice as rules
from mailsetup.account import Address, Credential, Protocol, Security
from mailsetup.advice import Case, Measured
from mailsetup.choice import accepted_domains
from mailsetup.cli.console import Back, Console, sentence
from mailsetup.cli.credentials import PasswordSource, login_options
from mailsetup.cli.options import Asking, Network, discovery_options, network_options, output_options
from mailsetup.cli.words import AddressType, SizeType
from mailsetup.discovery.finding import Candidate, Discovery
from mailsetup.errors import Message, Unsafe, say

if TYPE_CHECKING:
    from mailsetup.checks.report import Report


_NOT_MEASURED = say("The mailbox was not measured, because nobody has logged in.")


@click.command()
@click.argument("address", type=AddressType(), required=False)
@click.option("--devices", type=click.IntRange(1, 99), metavar="N", help="On how many devices you read mail.")
@click.option("--space", type=SizeType(), help="The space of the mailbox, such as 1GB or 500MB.")
@click.option(
    "--keep-on-server/--no-keep-on-server",
    default=None,
    help="Whether all mail must be kept on the server.",
)
@click.option(
    "--offline-reading/--no-offline-reading",
    default=None,
    help="Whether old mail must be at hand without a network.",
)
@click.option("--accept", multiple=True, metavar="DOMAIN", help="Agree to a mail host of this other domain.")
@login_options
@discovery_options
@network_options
@output_options
def advise(
    address: Address | None,
    devices: int | None,
    space: int | None,
    keep_on_server: bool | None,
    offline_reading: bool | None,
    accept: tuple[str, ...],
    secrets: PasswordSource,
    asking: Asking,
    network: Network,
    console: Console,
) -> None:
    """Say whether POP or IMAP suits you, and for how long POP leaves mail on the server.

    What is not given is asked for; with --no-input the usual answers are taken, and named.

    With an ADDRESS its mailbox is measured, if there is a password: how full it is, how much mail comes, what
    POP3 permits there. Nothing is fetched or changed. Without one the answers alone decide.

    \b
    Examples:
      mailsetup advise
      mailsetup advise ada@example.org
      mailsetup advise --devices 1 --space 1GB --no-input
    """
    from mailsetup import schema
    from mailsetup.cli.advising import (
        advice_form,
        ask_case,
        measured_in,
        offered_by,
        option_words,
        show_advice,
    )
    from mailsetup.cli.flow import find_or_read
    from mailsetup.cli.questions import stay_at_first

    case = Case(devices=devices, space=space, keep_on_server=keep_on_server, offline=offline_reading)
    measured, offered = None, frozenset({Protocol.IMAP, Protocol.POP3})
    failure = None
    if address is not None:
        found = find_or_read(console, network, asking, address, None)
        offered = offered_by(found)
        reports = _measure(console, network, secrets, address, found, accepted_domains(accept))
        measured = measured_in(reports) if reports else None
        failure = _failure(reports)
    if console.interactive:
        case = ask_case(console, case, measured or Measured(), partial(stay_at_first, console))
    advice = rules.advise(case, measured, offered)
    if failure is not None:
        console.warn(failure)
    if console.as_json:
        if failure is not None:
            advice = replace(advice, cautions=(failure, *advice.cautions))
        console.document(schema.encode(advice_form(address, case, measured, advice)))
        return
    if not console.interactive:
        _tell_defaults(console, case, measured)
    console.line()
    show_advice(console, advice)
    console.line()
    words = option_words(advice)
    told = say(
        "To set it up: mailsetup setup {address} {options}", address=address or "ADDRESS", options=words
    )
    # In one line, however long: it is there to be copied.
    console.line(sentence(told))


def _measure(
    console: Console,
    network: Network,
    secrets: PasswordSource,
    address: Address,
    found: Discovery,
    accepted: frozenset[str],
) -> "tuple[Report, ...]":
    """Look into the mailbox by every protocol, or by none where nobody gives a password.

    Raises Unsafe where a foreign host needs a yes.
    """
    from mailsetup.cli import flow

    best: dict[Protocol, Candidate] = {}
    for one in found.incoming:
        if one.server.security is not Security.PLAIN:
            best.setdefault(one.server.protocol, one)
    candidates = tuple(best.values())
    credential: Credential | None = secrets.token()
    takes = secrets.wants_password and flow.takes_password(candidates)
    if credential is None and takes:
        credential = secrets.known(console, address)
    asks = credential is None and takes and console.interactive
    if not candidates or not (credential or asks):
        console.note(_NOT_MEASURED)
        return ()
    try:
        flow.get_consent(console, candidates, address.domain, accepted)
        if asks:
            console.introduce(
                say("With the password your mailbox can be measured; nothing in it is fetched or changed."),
                say("Nothing is shown while you type. b alone goes on without it, q quits."),
            )
            credential = secrets.ask(console, address)
    except Back:
        console.note(_NOT_MEASURED)
        return ()
    except Unsafe as refused:
        if not console.interactive:
            raise
        # The questions need no server.
        console.failure(refused)
        return ()
    checking = flow.Checking(address=address, credential=credential, send_check=False, hints=found.hints)
    targets = [flow.target_of(one, checking.hints) for one in candidates]
    return flow.run_checks(console, network, checking, targets)


def _failure(reports: "tuple[Report, ...]") -> Message | None:
    """Why not all of the mailbox could be measured, and what to do about it; None: it could."""
    from mailsetup.cli import flow

    failure = flow.failure_of(reports)
    if failure is None:
        return None
    return say("Not all could be measured. {what} {fix}", what=failure.happened, fix=failure.fix)


def _tell_defaults(console: Console, case: Case, measured: Measured | None) -> None:
    """Which answers were taken that nobody gave."""
    if case.devices is None:
        console.note(say("Taken, as nobody said otherwise: several devices (--devices N)."))
    if case.space is None and (measured is None or measured.limit is None):
        console.note(say("Taken, as nobody said otherwise: space enough (--space SIZE)."))
    if case.keep_on_server is None:
        console.note(
            say("Taken, as nobody said otherwise: mail need not all stay on the server (--keep-on-server).")
        )
    if case.offline is None:
        console.note(
            say("Taken, as nobody said otherwise: old mail is read with a network (--offline-reading).")
        )
