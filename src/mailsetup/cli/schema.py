"""`mailsetup schema`: the JSON Schema of what the other commands print with --json."""

import click

from mailsetup.cli.console import Console

NAMES = ("discovery", "check", "export", "setup", "advice", "exports", "doctor", "error")
"""The documents, by their names in mailsetup.schema.FORMS, which is imported only when it is needed."""


@click.command()
@click.argument("name", type=click.Choice(NAMES))
def schema(name: str) -> None:
    """Print the JSON Schema of an output.

    NAME is the word in the "schema" field of that output: mailsetup/NAME/1. "error" is what stands in place
    of a result where a command fails.

    \b
    Example:
      mailsetup schema check
    """
    import json

    from mailsetup.schema import json_schema

    Console(as_json=True).document(json.dumps(json_schema(name), indent=2))
