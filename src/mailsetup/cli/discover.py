"""`mailsetup discover`: the mail servers of an address or a domain, best first."""

import click

from mailsetup.account import Subject
from mailsetup.cli.console import Console
from mailsetup.cli.options import Asking, Network, discovery_options, network_options, output_options
from mailsetup.cli.words import SubjectType


@click.command()
@click.argument("subject", metavar="ADDRESS-or-DOMAIN", type=SubjectType())
@discovery_options
@network_options
@output_options
def discover(subject: Subject, asking: Asking, network: Network, console: Console) -> None:
    """Find the mail servers of an address or a domain, best first.

    Nobody is told the address but, where it must be, the mail domain's own host over HTTPS.

    \b
    Examples:
      mailsetup discover ada@example.org
      mailsetup discover example.org --json
    """
    from mailsetup import schema
    from mailsetup.cli import flow, show

    found = flow.find(console, network, asking, subject)
    flow.require_servers(console, found)
    if console.as_json:
        console.document(schema.encode(schema.discovery_form(found)))
    else:
        show.show_discovery(console, found)
