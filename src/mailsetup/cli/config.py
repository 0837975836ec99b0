"""Options from elsewhere than the command line: MAILSETUP_* variables, and a TOML file.

An option stands there by its long name. The command line wins, then the environment, then the file; in each
of these what is said for one command wins over what is said for all that have the option.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from mailsetup.errors import MailsetupError, Message, WrongUsage, say

FILE_VARIABLE = "MAILSETUP_CONFIG"
"""Names another file than the usual one; empty: none is read."""

_PREFIX = "MAILSETUP_"
_MAX_BYTES = 1 << 20
_COMMANDS_THAT_PRINT_SECRETS = ("password-command", "token-command")
_SECRETS = frozenset({"password-stdin", "password-command", "token-command", "no-login"})
_RETENTION = frozenset({"leave-on-server", "remove-from-server", "leave-days", "leave-until-deleted"})


class Level(IntEnum):
    """Where a setting stands, the weakest first; the command line is above all of them."""

    FILE = 0
    FILE_FOR_COMMAND = 1
    ENVIRONMENT = 2
    ENVIRONMENT_FOR_COMMAND = 3

    @property
    def origin(self) -> str:
        """In a word, for programs."""
        return "environment" if self >= Level.ENVIRONMENT else "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One option of one command, set elsewhere than on the command line.

    command: its words, "setup" or "password set". option: its first long name, without dashes.
    name: click's for it. value: as it may stand in click's map of defaults. where: as people are told it.
    """

    command: str
    option: str
    name: str
    value: object
    level: Level
    where: Message

    @property
    def shown(self) -> str:
        """The value, unless it may hold a secret."""
        if self.option in _COMMANDS_THAT_PRINT_SECRETS:
            return "***"
        if isinstance(self.value, list):
            return ", ".join(self.value)
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The file and what stands in it: options by their keys, and tables of them by the name of a command."""

    path: Path
    entries: Mapping[str, Any]


def usual_place() -> Path:
    """Where the file is looked for on this system, unless FILE_VARIABLE names another."""
    import platformdirs

    return platformdirs.user_config_path("mailsetup", appauthor=False) / "config.toml"


def read_file(environ: Mapping[str, str] = os.environ) -> SettingsFile | None:
    """The settings file, or None where there is none. Raises WrongUsage where it cannot be read."""
    named = environ.get(FILE_VARIABLE)
    if named == "":
        return None
    path = Path(named) if named is not None else usual_place()
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        if named is None and not os.path.lexists(path):
            return None
        raise _broken(path, say("it is not there")) from None
    except OSError as failure:
        raise _broken(path, say("{reason}", reason=failure.strerror)) from None
    if len(content) > _MAX_BYTES:
        raise _broken(path, say("it is too large"))
    import tomllib

    try:
        return SettingsFile(path, tomllib.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise _broken(path, say("it is no UTF-8 text")) from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise _broken(path, say("{fault}", fault=fault)) from None


def _broken(path: Path, reason: Message) -> WrongUsage:
    return WrongUsage(
        say("The settings file {path} cannot be read: {reason}.", path=path, reason=reason),
        say("Mend it, or set {variable} to another file, or to nothing for none.", variable=FILE_VARIABLE),
    )


def leaves(word: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A command that runs by itself, or those below one that does not, each with its words."""
    if not isinstance(command, click.Group):
        yield word, command
        return
    for name, below in command.commands.items():
        yield from leaves(f"{word} {name}", below)


def options_of(command: click.Command) -> Mapping[str, tuple[click.Option, bool]]:
    """A command's options by their long names, without dashes; False is for one that switches off.

    What is read from an open file or stdin belongs to one run, and is none of them.
    """
    return {
        word.removeprefix("--"): (option, on)
        for option in command.params
        if isinstance(option, click.Option) and not isinstance(option.type, click.File)
        for words, on in ((option.opts, True), (option.secondary_opts, False))
        for word in words
        if word.startswith("--")
    }


def _long_name(option: click.Option) -> str:
    return next(word for word in option.opts if word.startswith("--")).removeprefix("--")


def from_environment(word: str, command: click.Command, environ: Mapping[str, str]) -> list[Setting]:
    """What MAILSETUP_OPTION and MAILSETUP_COMMAND_OPTION say for a command. Raises WrongUsage."""
    found = []
    for path, leaf in leaves(word, command):
        for key, (option, on) in options_of(leaf).items():
            for level, variable in (
                (Level.ENVIRONMENT, variable_of(key)),
                (Level.ENVIRONMENT_FOR_COMMAND, variable_of(f"{word}-{key}")),
            ):
                # Empty is as good as not set, as it is with most programs.
                if text := environ.get(variable):
                    where = say("{variable}", variable=variable)
                    found.append(_setting(path, leaf, option, _read(option, text, where), on, level, where))
    return found


def wants_json(word: str, environ: Mapping[str, str]) -> bool:
    """Whether the environment wants JSON of a command: known even where something else there is wrong."""
    for key in ("json", f"{word}-json"):
        with suppress(click.BadParameter):
            if click.BOOL.convert(environ.get(variable_of(key), ""), None, None):
                return True
    return False


def variable_of(key: str) -> str:
    """The variable of an option, or of a command's option: MAILSETUP_LEAVE_DAYS."""
    return _PREFIX + key.replace("-", "_").upper()


def _read(option: click.Option, text: str, where: Message) -> object:
    if option.is_flag:
        try:
            return click.BOOL.convert(text, None, None)
        except click.BadParameter:
            raise _wrong(where, say("it must be true or false, or 1 or 0.")) from None
    return text.split() if option.multiple else text


def from_file(commands: Mapping[str, click.Command], file: SettingsFile) -> list[Setting]:
    """What the file says for each command. All of it is judged. Raises WrongUsage, naming file and key."""
    found = []
    for key, value in file.entries.items():
        if isinstance(value, dict) and key in commands:
            for below, one in value.items():
                where = say("“{key}” under [{table}] in {path}", key=below, table=key, path=file.path)
                found += _entry({key: commands[key]}, below, one, Level.FILE_FOR_COMMAND, where)
        else:
            where = say("“{key}” in {path}", key=key, path=file.path)
            found += _entry(commands, key, value, Level.FILE, where)
    return found


def _entry(
    commands: Mapping[str, click.Command], key: str, value: object, level: Level, where: Message
) -> list[Setting]:
    """One entry for every command that has such an option."""
    option_word = key.replace("_", "-")
    _refuse(option_word, value, where)
    meant = [
        (path, leaf, *options_of(leaf)[option_word])
        for word, command in commands.items()
        for path, leaf in leaves(word, command)
        if option_word in options_of(leaf)
    ]
    if not meant:
        raise WrongUsage(
            say("{where} is no option that mailsetup knows there.", where=where),
            say("Options stand there by their long names; mailsetup COMMAND --help shows them."),
        )
    return [
        _setting(path, leaf, option, _fitting(option, value, where), on, level, where)
        for path, leaf, option, on in meant
    ]


def _refuse(key: str, value: object, where: Message) -> None:
    """Raises WrongUsage for what stands in no file."""
    if key.startswith(("password", "token", "secret")) and key not in _COMMANDS_THAT_PRINT_SECRETS:
        raise WrongUsage(
            say("{where}: passwords and tokens may not stand in a settings file.", where=where),
            say("Keep the password with mailsetup password set, or name a program with password-command."),
        )
    removes = (key, value) in (("leave-on-server", False), ("remove-from-server", True))
    # These agree to one change, which is shown first.
    if key == "yes" or removes:
        raise WrongUsage(
            say("{where} may not stand there: it is for one run only.", where=where),
            say("Take it out, and give the option on the command line when it is wanted."),
        )


def _fitting(option: click.Option, value: object, where: Message) -> object:
    """A value from the file that has the type of its option. Raises WrongUsage."""
    kind = option.type
    if option.is_flag:
        right, wanted = isinstance(value, bool), say("it must be true or false.")
    elif option.multiple:
        right = isinstance(value, list) and all(isinstance(one, str) for one in value)
        wanted = say('it must be a list of texts, such as ["one", "two"].')
    elif isinstance(kind, click.types.IntParamType):
        right, wanted = type(value) is int, say("it must be a whole number.")
    elif isinstance(kind, click.types.FloatParamType):
        right, wanted = type(value) in (int, float), say("it must be a number.")
    else:
        right, wanted = isinstance(value, str), say("it must be a text in quotes.")
    if not right:
        raise _wrong(where, wanted)
    return value


def _wrong(where: Message, fault: Message) -> WrongUsage:
    return WrongUsage(
        say("{where} is wrong: {fault}", where=where, fault=fault),
        say("Correct it, or take it out; mailsetup doctor shows all settings."),
    )


def _setting(
    path: str,
    leaf: click.Command,
    option: click.Option,
    value: object,
    on: bool,
    level: Level,
    where: Message,
) -> Setting:
    """Raises WrongUsage where the option does not take that value."""
    try:
        option.type_cast_value(click.Context(leaf), value)
    except click.BadParameter as fault:
        raise _wrong(where, say("{fault}", fault=fault.message)) from None
    except MailsetupError as fault:
        raise _wrong(where, fault.happened) from None
    return Setting(
        command=path,
        option=_long_name(option),
        name=str(option.name),
        value=value if on else not value,
        level=level,
        where=where,
    )


def in_force(settings: Iterable[Setting], given: Mapping[str, object]) -> list[Setting]:
    """The settings of one command that count (pure). given: options on the command line, and their values.

    What is stronger also voids a weaker word that it contradicts: --password-stdin a password-command,
    --protocol imap the leave-days of POP3.
    """
    best: dict[str, Setting] = {}
    for setting in sorted(settings, key=lambda one: one.level):
        if setting.option not in given:
            best[setting.option] = setting
    above = [(option, value, len(Level)) for option, value in given.items()]
    above += [(setting.option, setting.value, int(setting.level)) for setting in best.values()]
    return [
        setting
        for setting in best.values()
        if not any(
            level > setting.level and _contradicts(option, value, setting.option)
            for option, value, level in above
        )
    ]


def _contradicts(option: str, value: object, weaker: str) -> bool:
    if value is False:
        return False
    if weaker in _RETENTION:
        return option in _RETENTION or (option == "protocol" and value == "imap")
    if weaker == "protocol":
        return option in _RETENTION
    return weaker in _SECRETS and option in _SECRETS


def defaults(
    word: str, command: click.Command, words: Sequence[str], settings: Iterable[Setting]
) -> dict[str, Any]:
    """Click's map of defaults for a command that is about to run with these words (pure)."""
    # Below the program's own context, where there is one: a command keeps the help option that it sees first.
    above = click.get_current_context(silent=True)
    parser = command.make_parser(click.Context(command, parent=above, resilient_parsing=True))
    given, rest, _ = parser.parse_args(list(words))
    if isinstance(command, click.Group):
        below = command.commands.get(rest[0]) if rest else None
        return {} if below is None else {rest[0]: defaults(f"{word} {rest[0]}", below, rest[1:], settings)}
    names = {option.name: _long_name(option) for option, _ in options_of(command).values()}
    typed = {names[name]: value for name, value in given.items() if name in names}
    ours = (setting for setting in settings if setting.command == word)
    return {setting.name: setting.value for setting in in_force(ours, typed)}


def unknown_variables(commands: Mapping[str, click.Command], environ: Mapping[str, str]) -> list[str]:
    """Variables that look like ours and set no option."""
    known = {FILE_VARIABLE}
    for word, command in commands.items():
        for _, leaf in leaves(word, command):
            for key in options_of(leaf):
                known |= {variable_of(key), variable_of(f"{word}-{key}")}
    return sorted(name for name in environ if name.startswith(_PREFIX) and name not in known)
