"""Options that mean the same in every command, each group given to it as one object."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from inspect import signature
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click
from click.core import ParameterSource

from mailsetup.account import Protocol, Retention, is_clean
from mailsetup.cli.console import Console
from mailsetup.errors import WrongUsage, say

if TYPE_CHECKING:
    from mailsetup.choice import Wishes
    from mailsetup.net.door import NetSettings

F = TypeVar("F", bound=Callable[..., Any])

# A discovery of a few servers has some kilobytes.
_MAX_DOCUMENT = 1 << 20

SOURCES = ("srv", "autoconfig", "pacc", "table", "ispdb", "mailconf", "mx", "guess", "autodiscover")
"""The words of discovery.sources, which is imported only when it is needed."""


def typed_now(*names: str) -> bool:
    """Whether one of these parameters stands on the command line of this run, not in a setting."""
    context = click.get_current_context()
    return any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in names)


def bundle(name: str, make: Callable[..., Any], *options: Callable[[F], F]) -> Callable[[F], F]:
    """Give a command these options as one object: make(**what the options say), under this name."""
    words = tuple(signature(make).parameters)

    def decorate(command: F) -> F:
        @wraps(command)
        def with_bundle(*args: Any, **given: Any) -> Any:
            made = make(**{word: given.pop(word) for word in words})
            return command(*args, **{name: made}, **given)

        for option in reversed(options):
            with_bundle = option(with_bundle)
        return with_bundle  # type: ignore[return-value]

    return decorate


def _console(as_json: bool, quiet: bool, verbose: bool, debug: bool, no_input: bool) -> Console:
    # --debug is read by main, which must know it also when reading the options fails.
    return Console(as_json=as_json, quiet=quiet, verbose=verbose, may_ask=not no_input)


_as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
_quiet = click.option("--quiet", is_flag=True, help="No progress and no remarks.")
_verbose = click.option(
    "--verbose", is_flag=True, help="Show the conversation with the servers, passwords masked."
)
_debug = click.option("--debug", is_flag=True, help="Show a traceback if mailsetup itself fails.")
_no_input = click.option("--no-input", is_flag=True, help="Never ask; end with an error instead.")

output_options = bundle("console", _console, _as_json, _quiet, _verbose, _debug, _no_input)


def _quiet_console(quiet: bool, debug: bool, no_input: bool) -> Console:
    return _console(as_json=False, quiet=quiet, verbose=False, debug=debug, no_input=no_input)


talk_options = bundle("console", _quiet_console, _quiet, _debug, _no_input)
"""For commands that speak to no server and give no document."""


@dataclass(slots=True)
class Network:
    """Which network is meant, and how long servers may be waited for in all.

    timeout: seconds; None is each step's own default. spent: seconds waited so far, a person's time aside.
    """

    timeout: float | None
    nameserver: str | None
    connect_to: tuple[str, ...]
    ca_file: Path | None
    spent: float = field(init=False, default=0.0)

    @contextmanager
    def patience(self, usual: float) -> Iterator[float]:
        """How many seconds the next wait may take: of --timeout what is left of it, else the usual ones."""
        began = monotonic()
        try:
            yield usual if self.timeout is None else max(0.1, self.timeout - self.spent)
        finally:
            self.spent += monotonic() - began

    @property
    def exhausted(self) -> bool:
        """Whether --timeout leaves no time for another wait."""
        return self.timeout is not None and self.spent >= self.timeout

    def settings(self) -> "NetSettings":
        """For the door to the network."""
        from mailsetup.net.door import NetSettings

        return NetSettings.parse(nameserver=self.nameserver, connect_to=self.connect_to, ca_file=self.ca_file)


class SecondsType(click.FloatRange):
    """How long to wait at most."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Raises WrongUsage for what is no time, though Python takes it for a number."""
        seconds = super().convert(value, param, ctx)
        if not isfinite(seconds):
            raise WrongUsage(
                say("“{timeout}” is no number of seconds.", timeout=value),
                say("Give --timeout the seconds to wait at most, such as 30."),
            )
        return seconds


network_options = bundle(
    "network",
    Network,
    click.option(
        "--timeout",
        type=SecondsType(min=0.1),
        metavar="SECONDS",
        help="Bound all the waiting for servers.",
    ),
    click.option("--nameserver", metavar="HOST[:PORT]", help="Ask this DNS server, not the system's."),
    click.option(
        "--connect-to",
        multiple=True,
        metavar="HOST:PORT:HOST:PORT",
        help="Connect to the second HOST:PORT where the first is meant; empty parts match all, as in curl.",
    ),
    click.option(
        "--ca-file",
        type=click.Path(path_type=Path),
        help="Trust only the CAs in this PEM file, in place of the system's.",
    ),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Which sources are asked, and whether they may be told the address.

    offline: only what is on this machine is looked at.
    """

    only: tuple[str, ...]
    skip: tuple[str, ...]
    ispdb: str | None
    offline: bool
    no_send_address: bool

    def __post_init__(self) -> None:
        if self.offline and self.ispdb is not None and "://" in self.ispdb:
            raise WrongUsage(
                say("--offline asks nobody, and --ispdb {place} is a web address.", place=self.ispdb),
                say("Give --ispdb the folder of a provider database, or leave --offline out."),
            )


discovery_options = bundle(
    "asking",
    Asking,
    click.option("--only", multiple=True, type=click.Choice(SOURCES), help="Ask only this source."),
    click.option("--skip", multiple=True, type=click.Choice(SOURCES), help="Do not ask this source."),
    click.option("--ispdb", metavar="URL-or-DIR", help="Ask this provider database, not Thunderbird's."),
    click.option(
        "--offline",
        is_flag=True,
        help="Find servers without any network, in the folder of --ispdb and the built-in provider table; "
        "a check still connects.",
    ),
    click.option(
        "--no-send-address",
        is_flag=True,
        help="Never send the address itself, not even to the mail domain's own host.",
    ),
)


@dataclass(frozen=True, slots=True)
class Writing:
    """Where a profile is written, for whom, and on whose word."""

    name: str | None
    profile: str | None
    output: Path | None
    client_password: bool | None
    apply: bool
    dry_run: bool
    yes: bool


def person_name(name: str) -> str:
    """A person's name as it may stand in a profile. Raises WrongUsage."""
    if not is_clean(name):
        raise WrongUsage(
            say("The name holds a line break or another control character."),
            say("Give the name as it should stand beside the address."),
        )
    return name


writing_options = bundle(
    "writing",
    Writing,
    click.option("--name", metavar="NAME", help="The person's name, as others will see it."),
    click.option(
        "--profile",
        metavar="NAME-or-FOLDER",
        help="Write to this profile of the mail program, not to its default one.",
    ),
    click.option(
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the file for Outlook here, and its page of steps beside it; not to ADDRESS.prf.",
    ),
    click.option(
        "--client-password/--no-client-password",
        default=None,
        help="Put the password into the mail program's own encrypted store.",
    ),
    click.option(
        "--apply", is_flag=True, help="Let classic Outlook, on Windows, take the file in by itself."
    ),
    click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing."),
    click.option("--yes", is_flag=True, help="Agree to the changes shown, and to nothing else."),
)


def _read_document(ctx: click.Context, param: click.Parameter, value: BinaryIO | None) -> bytes | None:
    # A shell that completes a word still needs its stdin.
    return None if value is None or ctx.resilient_parsing else value.read(_MAX_DOCUMENT)


from_option = click.option(
    "--from",
    "document",
    type=click.File("rb"),
    callback=_read_document,
    metavar="FILE",
    help="Take the servers from the output of discover --json; - is stdin.",
)


def read_retention(
    leave_on_server: bool, remove_from_server: bool, leave_days: int | None, leave_until_deleted: bool
) -> Retention | None:
    """The retention that the options ask for, or None where none was given. Raises WrongUsage."""
    leaves = leave_on_server or leave_days is not None or leave_until_deleted
    if remove_from_server and leaves:
        raise WrongUsage(
            say("--remove-from-server leaves no mail on the server, and another option leaves some."),
            say("Use either --remove-from-server, or the options that begin with --leave."),
        )
    if not remove_from_server and not leaves:
        return None
    return Retention(keep=leaves, days=leave_days, until_deleted=leave_until_deleted)


def _wishes(
    protocol: str | None,
    leave_on_server: bool,
    remove_from_server: bool,
    leave_days: int | None,
    leave_until_deleted: bool,
    accept: tuple[str, ...],
) -> "Wishes":
    from mailsetup.choice import Wishes, accepted_domains

    typed = typed_now("leave_on_server", "remove_from_server", "leave_days", "leave_until_deleted")
    retention = read_retention(leave_on_server, remove_from_server, leave_days, leave_until_deleted)
    return Wishes(
        protocol=Protocol(protocol) if protocol else None,
        retention=retention,
        standing=retention is not None and not typed,
        accepted=accepted_domains(accept),
    )


wish_options = bundle(
    "wishes",
    _wishes,
    click.option(
        "--protocol",
        type=click.Choice(["imap", "pop3"]),
        help="IMAP mirrors the server on every device; POP3 downloads mail to this one.",
    ),
    click.option("--leave-on-server", is_flag=True, help="POP3: keep mail on the server; the default."),
    click.option("--remove-from-server", is_flag=True, help="POP3: remove mail once it is downloaded."),
    click.option(
        "--leave-days",
        type=click.IntRange(1, 9999),
        metavar="N",
        help="POP3: remove mail from the server N days after its download.",
    ),
    click.option(
        "--leave-until-deleted",
        is_flag=True,
        help="POP3: also remove mail from the server when you delete it in the mail program.",
    ),
    click.option(
        "--accept", multiple=True, metavar="DOMAIN", help="Agree to a mail host of this other domain."
    ),
)
