"""`mailsetup undo`: an export taken back, planned, shown, then written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailsetup.cli.console import Console, clean
from mailsetup.cli.options import output_options
from mailsetup.errors import Message, Unsafe, WrongUsage, say

if TYPE_CHECKING:
    from mailsetup.cli.writing import Written
    from mailsetup.clients.changes import ChangeSet, Export


@click.command()
@click.argument("id", required=False)
@click.option("--list", "listing", is_flag=True, help="Show what can be taken back, and change nothing.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--yes", is_flag=True, help="Agree to the changes shown, and to nothing else.")
@click.option(
    "--remove-from-server",
    is_flag=True,
    help="Agree that mail kept on the server is removed, where that was the rule before.",
)
@output_options
def undo(
    id: str | None, listing: bool, dry_run: bool, yes: bool, remove_from_server: bool, console: Console
) -> int:
    """Take an export back; whatever else has changed in the profile stays.

    ID names the export; without it, it is the last one. The change is planned and shown as a diff, and
    written after a yes, with a backup in the profile. Mail that was fetched stays on this disk.

    \b
    Examples:
      mailsetup undo --list
      mailsetup undo --dry-run
      mailsetup undo 20260301-140501-ab12
    """

    if listing:
        if id is not None:
            raise WrongUsage(
                say("--list shows every export, and {id} is one.", id=id),
                say("Use either --list or the ID."),
            )
        return _list(console)
    written = _take_back(console, id, dry_run=dry_run, yes=yes, deletion_agreed=remove_from_server)
    return written.finish(console)


def _list(console: Console) -> int:
    from mailsetup import schema
    from mailsetup.clients.undo import list_exports

    exports = list_exports()
    if console.as_json:
        console.document(schema.encode(schema.exports_form(exports)))
    _show(console, exports)
    return 0


def _show(console: Console, exports: "Sequence[Export]") -> None:
    if not exports:
        console.say(say("There is no export to take back."))
        return
    console.say(say("Exports, the last one first"), style="title")
    for export in exports:
        console.line()
        # In this person's own time.
        when = f"{export.made.astimezone():%Y-%m-%d %H:%M}"
        console.line(f"  {export.id}  {when}  {clean(export.client)}  {clean(export.address or '')}".rstrip())
        console.line(f"      {clean(str(export.profile))}")
        if export.taken_back:
            console.say(say("It has been taken back."), style="skip", indent=" " * 6)


def _take_back(
    console: Console, id: str | None, *, dry_run: bool, yes: bool, deletion_agreed: bool
) -> "Written":
    """Plan, show, agree, apply. Raises ProfileRefused, Unsafe; nothing is written without a yes."""
    from mailsetup import schema
    from mailsetup.cli.planning import show_files
    from mailsetup.cli.show import show_changes, show_notes
    from mailsetup.cli.writing import Written, nobody_agreed, undisturbed
    from mailsetup.clients.apply import apply
    from mailsetup.clients.undo import list_exports, plan_undo

    changes = plan_undo(id)
    show_changes(console, changes)
    show_files(console, changes)
    show_notes(console, changes)
    unwritten = schema.export_form(changes, None, applied=False)
    if changes.empty:
        if not dry_run:
            # It is noted as taken back, so that the next undo goes on to another one.
            apply(changes)
        return Written(
            unwritten, say("Nothing of this export is left in {profile}.", profile=changes.profile)
        )
    if dry_run:
        if changes.deletes is not None:
            console.warn(changes.deletes)
        return Written(unwritten, say("Nothing was written, because this was a dry run."))
    if not (yes or (console.interactive and console.agree(_question(changes, list_exports())))):
        return Written(
            unwritten,
            say("Nothing was written."),
            nobody_agreed(console),
        )
    if changes.deletes is not None and not _deletion_agreed(console, changes.deletes, deletion_agreed):
        raise Unsafe(
            changes.deletes,
            say("Nothing was written. If that mail may go, agree with --remove-from-server."),
        )
    with undisturbed():
        applied = apply(changes, deletion_agreed=True)
    return Written(
        schema.export_form(changes, None, applied=True),
        say(
            "Done: the export {id} is taken back. The files as they were until now are in {backup}.",
            id=changes.undoes,
            backup=applied.backup,
        ),
    )


def _question(changes: "ChangeSet", exports: "Sequence[Export]") -> Message:
    address = next((export.address for export in exports if export.id == changes.undoes), None)
    if address is None:
        return say("Take the export {id} back out of {profile}?", id=changes.undoes, profile=changes.profile)
    return say(
        "Take {address} back out of {profile} (export {id})?",
        address=address,
        profile=changes.profile,
        id=changes.undoes,
    )


def _deletion_agreed(console: Console, deletes: Message, agreed: bool) -> bool:
    """A script agrees by the option; a person is asked, whatever the options."""
    if not console.interactive:
        return agreed
    console.warn(deletes)
    return console.agree(say("Shall that mail be removed from the server?"))
