"""Writing a profile on the person's word: show the plan, get the yes, apply it, say what was done."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mailsetup import schema
from mailsetup.account import Account, Secret
from mailsetup.choice import Wishes
from mailsetup.cli.console import Console
from mailsetup.cli.language import translate
from mailsetup.cli.options import Writing
from mailsetup.cli.planning import Plan, plan, show_files, show_registry
from mailsetup.cli.show import show_changes, show_notes
from mailsetup.clients.apply import Applied, apply
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.client import Machine
from mailsetup.clients.windows_registry import carry_out, undoing
from mailsetup.errors import Message, ProfileRefused, Unsafe, say


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an export: its JSON form, what is said of it, and the error it ends with, if any.

    remaining: what the person must still do in the mail program, or None. signs_in: it opens the provider's
    own sign-in page. opened_by: the command that opens the profile, where the program does not take it by
    itself. undoing: commands that take back what --apply did.
    """

    form: schema.ExportForm
    told: Message
    error: Unsafe | None = None
    remaining: Message | None = None
    signs_in: bool = False
    opened_by: str | None = None
    undoing: tuple[str, ...] = ()

    def finish(self, console: Console, document: schema.SetupForm | None = None) -> int:
        """Say what was done, or that a yes was missing; the exit code. With JSON, print the document.

        document: the one that holds the form, where that is not the whole.
        """
        # First what a person reads: it must not be lost where stdout is.
        code = self._tell(console)
        if console.as_json:
            console.document(schema.encode(document or self.form))
        return code

    def _tell(self, console: Console) -> int:
        from mailsetup.cli.main import exit_code

        if self.error is not None:
            # Told here, not raised: stdout has its one document already.
            console.failure(self.error)
            return exit_code(self.error)
        console.note(self.told)
        if self.opened_by is not None:
            what = say("Now start the mail program with this profile, by this command:")
            _show_commands(console, what, [self.opened_by])
        if self.remaining is not None:
            console.note(self.remaining)
        if self.form.undo is not None:
            console.note(say("To take it back: mailsetup undo {id}", id=self.form.undo))
        if self.undoing:
            _show_commands(console, say("To call that off before Outlook starts, run:"), self.undoing)
        return 0


def _show_commands(console: Console, purpose: Message, commands: Sequence[str]) -> None:
    console.note(purpose)
    for command in commands:
        console.command(command)


def write(
    console: Console,
    client: str,
    account: Account,
    writing: Writing,
    wishes: Wishes,
    password: Secret | None,
    machine: Machine | None = None,
    sum_up: Callable[[], None] | None = None,
) -> Written:
    """Plan, show, agree, apply. Raises ProfileRefused, Unsafe; nothing is written without a yes.

    machine: this one, unless another is described. sum_up: shows what matters most, after all that is long;
    whoever gives it takes the person back to their questions.
    """
    machine = machine or Machine.this()
    if not console.as_json:
        # A document shows what is written, and is the same in every language.
        machine = replace(machine, translate=translate)
    if writing.client_password and password is None:
        console.note(say("No password is stored: these servers take none, but the provider's own sign-in."))
    planned = plan(client, account, writing, machine, password)
    changes = planned.changes
    if console.interactive and not planned.empty:
        console.introduce(
            say("This is what will be written, line by line. You need not read it: the sum stands below."),
            apart=False,
        )
    show_changes(console, changes)
    show_files(console, changes)
    show_registry(console, planned.registry)
    if sum_up is not None:
        sum_up()
    show_notes(console, changes)
    if changes.deletes is not None:
        console.warn(changes.deletes)
    if planned.empty:
        told = say("{profile} is set up like this already.", profile=changes.profile)
        if changes.remaining is not None:
            told = _there_already(changes)
        return replace(_unwritten(changes, told), remaining=_remaining(changes, writing))
    if writing.dry_run:
        return _unwritten(changes, say("Nothing was written, because this was a dry run."))
    if sum_up is not None and console.interactive and not writing.yes:
        console.introduce(say("Nothing is written yet. At the next question b goes back, q quits."))
    if not _agreed(console, writing, changes):
        return Written(
            schema.export_form(changes, None, applied=False),
            say("Nothing was written."),
            nobody_agreed(console),
        )
    deletion_agreed = changes.deletes is None or _deletion_agreed(console, wishes)
    if changes.deletes is not None and not deletion_agreed:
        raise _mail_stays(console, changes.deletes)
    with undisturbed():
        applied = apply(changes, deletion_agreed=deletion_agreed)
        _arrange(machine, planned)
    commands = undoing(planned.registry)
    notes = [
        say("To call the import off before Outlook starts: {command}", command=each) for each in commands
    ]
    return Written(
        schema.export_form(replace(changes, notes=(*changes.notes, *notes)), applied.undo, applied=True),
        _done(account, changes, applied),
        remaining=_remaining(changes, writing),
        signs_in=changes.signs_in,
        opened_by=changes.opened_by,
        undoing=commands,
    )


def _arrange(machine: Machine, planned: Plan) -> None:
    if machine.registry is None or not planned.registry:
        return
    try:
        carry_out(machine.registry, planned.registry)
    except OSError as failure:
        raise ProfileRefused(
            say(
                "The files are written, and the registry could not be changed: {reason}.",
                reason=failure.strerror,
            ),
            say("Do what the page beside the file says instead."),
        ) from failure


def _remaining(changes: ChangeSet, writing: Writing) -> Message | None:
    if not writing.apply:
        return changes.remaining
    return say(
        "Outlook takes the account in when it next starts: close it, if it is open, and start it. It "
        "asks for the password then; the page beside the file says what to see to before you type it."
    )


def _there_already(changes: ChangeSet) -> Message:
    return say("The files are there already, in {folder}.", folder=changes.profile)


def _mail_stays(console: Console, deletes: Message) -> Unsafe:
    if console.interactive:
        return Unsafe(
            say("Nothing was written, because you did not agree that this mail is removed."),
            say("Run it again, and choose that mail stays on the server."),
        )
    return Unsafe(
        deletes,
        say(
            "Nothing was written. If that mail may go, say so on the command line: --leave-days, "
            "--leave-until-deleted or --remove-from-server."
        ),
    )


def nobody_agreed(console: Console) -> Unsafe:
    """The error of a plan that was shown and has no yes."""
    if console.interactive:
        return Unsafe(
            say("Nothing was written, because you did not say yes."),
            say("Run it again when you want these changes."),
        )
    return Unsafe(
        say("Nothing was written, because nobody agreed to the changes shown."),
        say("Run it in a terminal and answer yes, or add --yes."),
    )


def _done(account: Account, changes: ChangeSet, applied: Applied) -> Message:
    if changes.empty:
        return _there_already(changes)
    if changes.remaining is not None and all(change.before is None for change in changes.changes):
        return say("The files are in {folder}.", folder=changes.profile)
    if changes.remaining is not None:
        return say(
            "The files are in {folder}. What was there before is in {backup}.",
            folder=changes.profile,
            backup=applied.backup,
        )
    if applied.undo is None:
        return say(
            "Done: {address} is set up in {profile}. The files as they were are in {backup}.",
            address=account.address,
            profile=changes.profile,
            backup=applied.backup,
        )
    return say("Done: {address} is set up in {profile}.", address=account.address, profile=changes.profile)


def _unwritten(changes: ChangeSet, told: Message) -> Written:
    return Written(schema.export_form(changes, None, applied=False), told)


def _agreed(console: Console, writing: Writing, changes: ChangeSet) -> bool:
    if writing.yes:
        return True
    return console.interactive and console.agree(
        say("Write these changes to {profile}?", profile=changes.profile)
    )


def _deletion_agreed(console: Console, wishes: Wishes) -> bool:
    """A script agrees by the option that deletes, if it is given for this run; a person is always asked."""
    if console.interactive:
        return console.agree(say("Shall that mail be removed from the server?"))
    wish = wishes.retention
    return (
        wish is not None
        and not wishes.standing
        and (not wish.keep or wish.days is not None or wish.until_deleted)
    )


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C off while writing: whoever presses it then gets the whole, not a part.

    Once all is written it stays off for the few words that are left, because "Nothing was changed", which an
    interruption says, is no longer true.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    except BaseException:
        signal.signal(signal.SIGINT, before)
        raise
