"""`mailsetup check`: do the servers of an address really work?"""

from collections.abc import Sequence
from dataclasses import replace

import click

from mailsetup.account import Address, Protocol, Server, domain_of, is_clean
from mailsetup.choice import Wishes, encrypted
from mailsetup.cli.console import Console
from mailsetup.cli.options import (
    Asking,
    Network,
    PasswordSource,
    discovery_options,
    from_option,
    network_options,
    output_options,
    password_options,
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
@password_options
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
    from mailsetup.cli import flow, show
    from mailsetup.cli.main import exit_code

    typed = [flow.typed_candidate(server) for server in (imap, pop3, smtp) if server is not None]
    candidates = typed or _best_of_each(
        flow.find_or_read(console, network, asking, address, document), wishes
    )
    if username is not None:
        if not username or not is_clean(username):
            raise WrongUsage(
                say("The user name of --username is empty, or holds a control character."),
                say("Give the name as the provider tells it."),
            )
        candidates = [replace(one, server=replace(one.server, username=username)) for one in candidates]
    flow.get_consent(console, candidates, domain_of(address), wishes.accepted)
    for one in candidates:
        encrypted((one,), domain_of(address))
    checking = flow.Checking(
        address=address,
        password=flow.read_password(console, secrets, candidates, address),
        wish=wishes.retention,
        send_check=not no_send_check,
    )
    reports = flow.run_checks(console, network, checking, [flow.target_of(one) for one in candidates])
    if console.as_json:
        console.document(schema.encode(schema.check_form(address, reports)))
    for report in reports:
        show.show_report(console, report)
    failure = flow.failure_of(reports)
    if failure is None:
        return 0
    console.failure(failure)
    return exit_code(failure)


def _best_of_each(found: Discovery, wishes: Wishes) -> Sequence[Candidate]:
    """The best server of each protocol, or of the one that was asked for and SMTP."""
    best: dict[Protocol, Candidate] = {}
    for candidate in (*found.incoming, *found.outgoing):
        protocol = candidate.server.protocol
        if wishes.protocol in (None, protocol) or not protocol.incoming:
            best.setdefault(protocol, candidate)
    return list(best.values())
