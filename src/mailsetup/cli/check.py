"""`mailsetup check`: do the servers of an address really work?"""

from collections.abc import Sequence
from dataclasses import replace

import click

from mailsetup.account import Address, Protocol, Server, domain_of
from mailsetup.choice import Wishes, encrypted
from mailsetup.cli.console import Console
from mailsetup.cli.credentials import PasswordSource, login_options
from mailsetup.cli.options import (
    Asking,
    Network,
    discovery_options,
    from_option,
    network_options,
    output_options,
    typed_now,
    wish_options,
)
from mailsetup.cli.words import AddressType, ServerType
from mailsetup.discovery.finding import Candidate, Discovery
from mailsetup.errors import WrongUsage, say


@click.command()
@click.argument("address", type=AddressType())
@click.option("--imap", type=ServerType(Protocol.IMAP), help="Check this IMAP server; nothing is discovered.")
@click.option("--pop3", type=ServerType(Protocol.POP3), help="Check this POP3 server; nothing is discovered.")
@click.option("--smtp", type=ServerType(Protocol.SMTP), help="Check this SMTP server; nothing is discovered.")
@click.option("--username", metavar="NAME", help="Log in with this user name, not with the address.")
@click.option(
    "--no-send-check", is_flag=True, help="Do not try sender and recipient; nothing is sent anyway."
)
@from_option
@wish_options
@login_options
@discovery_options
@network_options
@output_options
def check(
    address: Address,
    imap: Server | None,
    pop3: Server | None,
    smtp: Server | None,
    username: str | None,
    no_send_check: bool,
    document: bytes | None,
    wishes: Wishes,
    secrets: PasswordSource,
    asking: Asking,
    network: Network,
    console: Console,
) -> int:
    """Check that the servers of an address really work, step by step.

    The servers are discovered, or named by --imap, --pop3 and --smtp: HOST, HOST:PORT, or a URL such as
    imaps://HOST:PORT (TLS) or imap://HOST:PORT (STARTTLS). Nothing is fetched, deleted or sent.

    \b
    Examples:
      mailsetup check ada@example.org
      mailsetup check ada@example.org --pop3 pop.example.org --no-login
    """
    from mailsetup import schema
    from mailsetup.cli import flow
    from mailsetup.cli.main import exit_code
    from mailsetup.cli.manual import require_username
    from mailsetup.cli.steps import Telling, all_told, show_summary
    from mailsetup.discovery.table import hints_about

    named = [server for server in (imap, pop3, smtp) if server is not None]
    _require_one_source(named, document)
    if named:
        candidates: Sequence[Candidate] = [flow.typed_candidate(server) for server in named]
        hints = hints_about(address.domain)
    else:
        found = flow.find_or_read(console, network, asking, address, document)
        candidates, hints = _best_of_each(found, wishes), found.hints
    require_username(username)
    if username is not None:
        candidates = [replace(one, server=replace(one.server, username=username)) for one in candidates]
    flow.get_consent(console, candidates, domain_of(address), wishes.accepted)
    for one in candidates:
        encrypted((one,), domain_of(address))
    checking = flow.Checking(
        address=address,
        credential=flow.read_credential(console, secrets, candidates, address),
        wish=wishes.retention,
        send_check=not no_send_check,
        hints=hints,
    )
    if wishes.retention is not None and all(one.server.protocol is not Protocol.POP3 for one in candidates):
        console.note(say("No POP3 server is checked, so what is to be left on the server is not judged."))
    targets = [flow.target_of(one, checking.hints) for one in candidates]
    telling = None if console.as_json else Telling(console, [target.server for target in targets])
    reports = flow.run_checks(console, network, checking, targets, None if telling is None else telling.watch)
    if console.as_json:
        console.document(schema.encode(schema.check_form(address, reports)))
    else:
        show_summary(console, reports)
    failure, decided = flow.failure_of(reports), flow.gravest(reports)
    if failure is None or decided is None:
        return 0
    # With --json nobody has seen the steps; else the sentence is there already, and is not told twice.
    console.failure(failure if console.as_json else all_told(reports, decided[1]))
    return exit_code(failure)


def _require_one_source(typed: Sequence[Server], document: bytes | None) -> None:
    """Raises WrongUsage where servers are named, and other words say how to find or choose them as well."""
    if not typed:
        return
    if document is not None:
        raise WrongUsage(
            say("--from gives the servers, and so do --imap, --pop3 and --smtp."),
            say("Use either --from, or the options that name servers."),
        )
    # From a configuration file it is a wish for all commands, and nothing is left for it to choose here.
    if typed_now("protocol"):
        raise WrongUsage(
            say("--protocol chooses among the servers that are discovered, and here they are named."),
            say("Leave out --protocol; --imap, --pop3 and --smtp say which servers are checked."),
        )


def _best_of_each(found: Discovery, wishes: Wishes) -> Sequence[Candidate]:
    """The best server of each protocol, or of the one that was asked for and SMTP."""
    best: dict[Protocol, Candidate] = {}
    for candidate in (*found.incoming, *found.outgoing):
        protocol = candidate.server.protocol
        if wishes.protocol in (None, protocol) or not protocol.incoming:
            best.setdefault(protocol, candidate)
    return list(best.values())
