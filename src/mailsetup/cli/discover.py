"""`mailsetup discover`: the mail servers of an address or a domain, best first."""

from typing import TYPE_CHECKING

import click

from mailsetup.account import Subject, parse_subject
from mailsetup.cli.console import Console
from mailsetup.cli.options import Asking, Network, discovery_options, network_options, output_options
from mailsetup.cli.words import STDIN

if TYPE_CHECKING:
    from mailsetup.discovery.finding import Finding


@click.command()
@click.argument("subjects", metavar="ADDRESS-or-DOMAIN...", nargs=-1, required=True)
@click.option(
    "--explain",
    is_flag=True,
    help="Wait for all; show every question, why its answer counts, and what the owner could mend.",
)
@click.option("--all", "wait_for_all", is_flag=True, help="Wait for every answer, not only for the best.")
@discovery_options
@network_options
@output_options
def discover(
    subjects: tuple[str, ...],
    explain: bool,
    wait_for_all: bool,
    asking: Asking,
    network: Network,
    console: Console,
) -> int:
    """Find the mail servers of an address or a domain, best first.

    Nobody is told the address but, where it must be, the mail domain's own host over HTTPS.

    With several, or with - for one a line from stdin, each becomes one line of JSON, in the same order; a
    wrong line spoils no other. --timeout then bounds each of them. Exit code 0: each was answered, found or
    not; 2: a line was no address; 4: nobody could be asked about any.

    \b
    Examples:
      mailsetup discover ada@example.org
      mailsetup discover example.org --explain
      mailsetup discover - < addresses > servers.jsonl
    """
    wait_for_all = wait_for_all or explain
    if len(subjects) > 1 or STDIN in subjects:
        from mailsetup.cli.stream import discover_all

        return discover_all(console, network, asking, subjects, wait_for_all=wait_for_all, keep_empty=explain)
    subject = parse_subject(subjects[0])
    return _discover_one(console, network, asking, subject, explain=explain, wait_for_all=wait_for_all)


def _discover_one(
    console: Console, network: Network, asking: Asking, subject: Subject, *, explain: bool, wait_for_all: bool
) -> int:
    from mailsetup import schema
    from mailsetup.cli import flow, show, waterfall
    from mailsetup.cli.main import exit_code
    from mailsetup.discovery.rank import rank
    from mailsetup.errors import NetworkFailed

    seen: list[Finding] = []
    try:
        found = flow.find(console, network, asking, subject, wait_for_all=wait_for_all, watch=seen.append)
    except NetworkFailed:
        if explain:
            seen.sort(key=lambda finding: finding.started)
            # Whoever reached nobody learnt nothing that the domain's owner could mend.
            waterfall.show_waterfall(console, rank(subject, seen))
        raise
    if not explain:
        flow.require_servers(console, asking, found)
    if console.as_json:
        console.document(schema.encode(schema.discovery_form(found)))
    else:
        show.show_discovery(console, found)
    if not explain:
        return 0
    waterfall.show_waterfall(console, found)
    waterfall.show_mending(console, found)
    nothing = flow.nothing_found(asking, found)
    if nothing is None:
        return 0
    # All that was asked stands on stdout, also as JSON: that is what was wanted.
    console.failure(nothing)
    return exit_code(nothing)
