"""The entry point: which words start which command, and which error ends with which exit code."""

import os
import sys
from collections.abc import Mapping, Sequence
from copy import copy as duplicate
from dataclasses import dataclass, field
from gettext import ngettext
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TextIO

import click

from mailsetup import __version__
from mailsetup.cli.console import Console, OutputLost, drop
from mailsetup.cli.language import learn_from_system, teach_click, translate, with_spoken_help
from mailsetup.errors import (
    CheckFailed,
    LoginRefused,
    MailsetupError,
    NetworkFailed,
    NothingFound,
    ProfileRefused,
    Unsafe,
    WrongUsage,
    say,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EXIT_CODES: dict[type[MailsetupError], int] = {
    CheckFailed: 1,
    WrongUsage: 2,
    NothingFound: 3,
    NetworkFailed: 4,
    LoginRefused: 5,
    Unsafe: 6,
    ProfileRefused: 7,
}
"""The one table; 0 is success, 130 an interruption by Ctrl-C."""

_HELP = frozenset({"-h", "--help"})
_INTERRUPTED = 130
# As a shell tells that SIGPIPE ended a program.
_READER_GONE = 141

# Each is imported only when it is called: --version and completion stay fast.
COMMANDS: dict[str, str] = {
    "setup": "Set up an address: find the servers, check them, write the mail program's profile.",
    "discover": "Find the mail servers of an address or a domain, best first.",
    "check": "Check that the servers of an address really work, step by step.",
    "export": "Write an address into a mail program's profile, without checking the servers.",
    "undo": "Take an export back; whatever else has changed in the profile stays.",
    "advise": "Say whether POP or IMAP suits you, and for how long POP leaves mail on the server.",
    "password": "Keep the password of an address in this machine's keyring.",
    "doctor": "Look at this machine: settings, name servers, trust store, keyring, mail programs.",
    "demo": "Run the whole job against a small mail domain on this machine.",
    "schema": "Print the JSON Schema of an output.",
    "completions": "Print the script that completes mailsetup's words in a shell.",
}


@dataclass(slots=True)
class _Ending:
    """How an error is told, which must be known even where reading the options fails."""

    console: Console = field(default_factory=Console)
    debug: bool = False

    def learn(self, defaults: Mapping[str, Any]) -> None:
        """Take over what the settings say."""
        for said in defaults.values():
            self.console.as_json |= said.get("as_json", False)
            self.debug |= said.get("debug", False)
        teach_click(documents=self.console.as_json)


class LazyGroup(click.Group):
    """A group whose commands live in modules of the same name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module when it is called."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"mailsetup.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return with_spoken_help(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Give a command that is about to run what the environment and the settings file say."""
        if "@" in args[0]:
            raise WrongUsage(
                say("{word} stands where the command is expected.", word=args[0]),
                say("To set up an address: mailsetup setup {word}", word=args[0]),
            )
        name, command, words = super().resolve_command(ctx, args)
        # Help, and what has no options, must not depend on a file that may be broken.
        if command is not None and not ctx.resilient_parsing and not _HELP.intersection(words):
            ctx.default_map = _defaults(str(name), command, words)
            ctx.ensure_object(_Ending).learn(ctx.default_map)
        return name, command, words

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """Offer the commands without importing them."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=translate(told))
            for name, told in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Translate no help before it is asked for: --version stays fast in every language."""
        click.Group.format_help(with_spoken_help(self), ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section(translate("Commands")):
            formatter.write_dl([(name, translate(told)) for name, told in COMMANDS.items()])


def all_commands() -> dict[str, click.Command]:
    """Every command, imported."""
    context = click.Context(mailsetup)
    return {name: command for name in COMMANDS if (command := mailsetup.get_command(context, name))}


def _defaults(name: str, command: click.Command, words: Sequence[str]) -> dict[str, Any]:
    from mailsetup.cli import config

    if not any(config.options_of(leaf) for _, leaf in config.leaves(name, command)):
        return {}
    try:
        settings = config.from_environment(name, command, os.environ)
        file = config.read_file()
        if file is not None:
            settings += config.from_file(all_commands(), file)
    except WrongUsage:
        wished = {name: {"as_json": config.wants_json(name, os.environ)}}
        click.get_current_context().ensure_object(_Ending).learn(wished)
        # The doctor tells of it, among all else.
        if name != "doctor":
            raise
        return {}
    return {name: config.defaults(name, command, words, settings)}


@click.group(cls=LazyGroup, context_settings={"help_option_names": sorted(_HELP), "max_content_width": 80})
@click.version_option(__version__, prog_name="mailsetup", message="%(prog)s %(version)s")
def mailsetup() -> None:
    """Set up an email address in a mail program.

    mailsetup finds the IMAP, POP3 and SMTP servers of an address, checks that they work, and
    sets up Thunderbird or Outlook, with mail left on the server unless you say otherwise.

    \b
    Example:
      mailsetup setup ada@example.org
    """


def exit_code(error: MailsetupError) -> int:
    """The exit code of an error, by its class or the nearest above it."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every error is told here, in one sentence."""
    try:
        return _run(arguments, _Ending(Console(as_json="--json" in arguments), "--debug" in arguments))
    except BrokenPipeError:
        # Whoever read our output has gone; nobody is left to tell.
        return _READER_GONE
    except OutputLost as lost:
        return _lose_output(lost)
    except SystemExit as ended:
        # Click makes one of that as well, and ends so when it has told a shell how to complete a word.
        return _READER_GONE if ended.code else 0


def _run(arguments: Sequence[str], ending: _Ending) -> int:
    console = ending.console
    teach_click(documents=console.as_json)
    try:
        # Click keeps words of one language in the command that it runs.
        result = duplicate(mailsetup).main(
            args=list(arguments), prog_name="mailsetup", standalone_mode=False, obj=ending
        )
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as unsaid:
        unsaid.show()
        return EXIT_CODES[WrongUsage]
    except click.UsageError as wrong:
        return _end(console, _usage(wrong))
    except (KeyboardInterrupt, click.Abort):
        return _stop(console)
    except MailsetupError as error:
        return _end(console, error)
    except (BrokenPipeError, OutputLost):
        raise
    except Exception as fault:
        if ending.debug:
            raise
        return _end(console, _own_fault(fault))


def _end(console: Console, error: MailsetupError) -> int:
    code = exit_code(error)
    console.failure(error)
    if console.as_json:
        from mailsetup import schema

        console.document(schema.encode(schema.error_form(error, code)))
    return code


def _stop(console: Console) -> int:
    stopped = say("Stopped. Nothing was changed.")
    console.note(stopped)
    if console.as_json:
        from mailsetup import schema

        error = CheckFailed(stopped, say("Run it again when you want the result."))
        console.document(schema.encode(schema.error_form(error, _INTERRUPTED)))
    return _INTERRUPTED


def _usage(wrong: click.UsageError) -> WrongUsage:
    command = wrong.ctx.command_path if wrong.ctx else "mailsetup"
    fault = say("{fault}", fault=wrong.format_message())
    if wrong.format_message().startswith(_begins_of_extra_words()):
        # Click repeats them, and one may be a password.
        fault = say("There are more words than {command} takes.", command=command)
    return WrongUsage(fault, say("See {command} --help.", command=command))


def _begins_of_extra_words() -> tuple[str, ...]:
    one, more = "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"
    return tuple(ngettext(one, more, number).partition("(")[0] for number in (1, 2))


def _own_fault(fault: Exception) -> CheckFailed:
    # Only the kind is told: the text of a foreign exception may hold anything, a password too.
    return CheckFailed(
        say("mailsetup itself failed ({kind}); nothing more was done.", kind=type(fault).__name__),
        say("Run it again with --debug and report what it shows."),
    )


def main() -> None:
    """The `mailsetup` program."""
    # Whoever closed a stream wants nothing of it; left closed, the next file opened would take its place.
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its code, never an exception.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    learn_from_system()
    sys.exit(_flush(run(sys.argv[1:])))


def _nowhere(mode: Literal["r", "w"]) -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_RDWR), mode)


def _flush(code: int) -> int:
    """Print what is left to print, while a failure can still be told."""
    try:
        # Not sys.stdout: click may have put a wrapper in its place.
        (sys.__stdout__ or sys.stdout).flush()
    except BrokenPipeError:
        drop(sys.__stdout__ or sys.stdout)
    except OSError as failure:
        return _lose_output(failure)
    return code


def _lose_output(failure: OSError) -> int:
    drop(sys.__stdout__ or sys.stdout)
    error = CheckFailed(
        say("The result could not be written to stdout: {reason}.", reason=failure.strerror),
        say("See where stdout leads, then run it again."),
    )
    Console().failure(error)
    return exit_code(error)


if __name__ == "__main__":
    main()
