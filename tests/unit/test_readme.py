"""What the README says, held against the program."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import click
import pytest

from mailsetup.cli.main import COMMANDS, EXIT_CODES

README = (Path(__file__).parents[2] / "README.md").read_text()
_BLOCKS = "\n".join(re.findall(r"```\n(.*?)```", README, re.DOTALL)).replace("\\\n", " ")
LINES = [
    match.group(1)
    for line in _BLOCKS.splitlines()
    for match in re.finditer(r"(?:^|[$|] )mailsetup ((?:'[^']*'|\"[^\"]*\"|[^|>'\"])+)", line)
]


def test_the_readme_has_examples_of_every_job() -> None:
    jobs = {shlex.split(line)[0] for line in LINES}
    assert jobs >= {"setup", "discover", "check", "export", "undo", "password", "doctor"}


@pytest.mark.parametrize("line", LINES)
def test_an_example_has_only_words_that_the_program_knows(line: str) -> None:
    name, *words = shlex.split(line)
    if name.startswith("--"):
        return
    command = getattr(import_module(f"mailsetup.cli.{name}"), name)
    assert isinstance(command, click.Command)
    if isinstance(command, click.Group):
        part = command.get_command(click.Context(command), words.pop(0))
        assert part is not None
        command = part
    context = click.Context(command)
    left = command.make_parser(context).parse_args(words)[1]
    assert left == []


def test_every_command_is_told_of() -> None:
    assert [name for name in COMMANDS if f"mailsetup {name}" not in README] == []


def test_the_table_of_exit_codes_is_whole() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert told == {0, 130, *EXIT_CODES.values()}
