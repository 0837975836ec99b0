"""What `mailsetup doctor` tells of the settings: each value, where it comes from, and what it is for."""

import stat
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import click

from mailsetup.checks.report import Verdict
from mailsetup.cli import config
from mailsetup.cli.config import Setting, SettingsFile
from mailsetup.cli.exams import Exam
from mailsetup.errors import Message, WrongUsage, say


def settings(commands: Mapping[str, click.Command], environ: Mapping[str, str]) -> Iterator[Exam]:
    """The settings file, every value that comes from it or from the environment, and what is wrong."""
    file = None
    found: list[Setting] = []
    try:
        file = config.read_file(environ)
        yield _file(file, environ)
        if file is not None:
            found += config.from_file(commands, file)
    except WrongUsage as fault:
        yield _fault(fault)
    for word, command in commands.items():
        try:
            found += config.from_environment(word, command, environ)
        except WrongUsage as fault:
            yield _fault(fault)
            break
    yield from tell(found)
    for name in config.unknown_variables(commands, environ):
        yield Exam(
            name="settings",
            verdict=Verdict.WARN,
            text=say("The variable {name} sets no option.", name=name),
            fix=say("Its name is MAILSETUP_ and the option in capitals; correct it, or unset it."),
            facts={"place": name},
        )


def _fault(fault: WrongUsage) -> Exam:
    return Exam(name="settings", verdict=Verdict.FAIL, text=fault.happened, fix=fault.fix)


def _file(file: SettingsFile | None, environ: Mapping[str, str]) -> Exam:
    if file is None and config.FILE_VARIABLE in environ:
        told = say("No settings file is read, because {name} is empty.", name=config.FILE_VARIABLE)
        return Exam(name="settings", verdict=Verdict.PASS, text=told, facts={"file": None})
    if file is None:
        told = say("There is no settings file; it would be {path}.", path=config.usual_place())
        return Exam(name="settings", verdict=Verdict.PASS, text=told, facts={"file": None})
    facts = {"file": str(file.path)}
    if _others_write(file.path):
        return Exam(
            name="settings",
            verdict=Verdict.WARN,
            text=say("Everybody on this computer may change the settings file {path}.", path=file.path),
            fix=say("Allow that to its owner alone: chmod go-w {path}", path=file.path),
            facts=facts,
        )
    told = say("The settings file is {path}.", path=file.path)
    return Exam(name="settings", verdict=Verdict.PASS, text=told, facts=facts)


def _others_write(path: Path) -> bool:
    # On Windows the mode says nothing of who may write.
    return sys.platform != "win32" and bool(path.stat().st_mode & stat.S_IWOTH)


def tell(found: list[Setting]) -> Iterator[Exam]:
    """One line for each place that says something: for which commands it counts (pure)."""
    commands = dict.fromkeys(setting.command for setting in found)
    counts = {
        id(setting)
        for command in commands
        for setting in config.in_force([one for one in found if one.command == command], {})
    }
    for where, alike in groupby(sorted(found, key=lambda one: one.where.render()), lambda one: one.where):
        said = list(alike)
        used = [setting.command for setting in said if id(setting) in counts]
        yield Exam(
            name="settings",
            verdict=Verdict.PASS if used else Verdict.SKIP,
            text=_sentence(where, said[0], used),
            facts={
                "option": said[0].option,
                "value": said[0].shown,
                "origin": said[0].level.origin,
                "place": where.render(),
                "commands": used,
            },
        )


def _sentence(where: Message, setting: Setting, used: list[str]) -> Message:
    if not used:
        return say("{where} is not used: what is said elsewhere is stronger.", where=where)
    return say(
        "--{option} is {value}, by {where}; it counts for {commands}.",
        option=setting.option,
        value=setting.shown,
        where=where,
        commands=", ".join(used),
    )
