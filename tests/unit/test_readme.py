"""What the README says, held against the program."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
import click
import pytest
from tests.unit.cli.program import Program

from mailsetup import Address, Internet, NetSettings, Secret
from mailsetup.cli import config
from mailsetup.cli.main import COMMANDS, EXIT_CODES, all_commands, mailsetup
from mailsetup.demo.world import World, start
from mailsetup.discovery.finding import Trust
from mailsetup.discovery.providers import every_provider
from mailsetup.discovery.sources import AT_LAST, AT_ONCE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
_FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
BLOCKS = [block for language, block in _FENCED if not language]
_TYPED = "\n".join(BLOCKS).replace("\\\n", " ")
LINES = [
    match.group(1)
    for line in _TYPED.splitlines()
    for match in re.finditer(r"(?:^|[$|] )mailsetup ((?:'[^']*'|\"[^\"]*\"|[^|>#'\"])+)", line)
]
# The check that is shown has faults that the demo's servers do not have.
SHOWN = [
    block
    for block in BLOCKS
    if block.startswith("$ ") and not block.startswith("$ mailsetup check ada@example")
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def program(world: World, tmp_path: Path) -> Program:
    """A person who has a Thunderbird."""
    (tmp_path / ".thunderbird" / "a.default").mkdir(parents=True)
    (tmp_path / ".thunderbird" / "profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=a.default\nDefault=1\n"
    )
    return Program(world, tmp_path)


def test_the_readme_has_examples_of_every_job() -> None:
    jobs = {shlex.split(line)[0] for line in LINES}
    assert jobs >= set(COMMANDS) - {"schema"}


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
    # A command keeps the help option of the first context it sees.
    context = click.Context(command, parent=click.Context(mailsetup, **mailsetup.context_settings))
    left = command.make_parser(context).parse_args(words)[1]
    assert left == []


def test_every_option_that_is_told_of_is_one() -> None:
    known = {
        word
        for name, command in all_commands().items()
        for _, leaf in config.leaves(name, command)
        for option in leaf.params
        for word in (*option.opts, *option.secondary_opts)
    }
    known |= {"--help", "--version"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", README)) - known == set()


def test_every_command_is_told_of() -> None:
    assert [name for name in COMMANDS if f"mailsetup {name}" not in README] == []


def test_the_table_of_exit_codes_is_whole() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert told == {0, 130, *EXIT_CODES.values()}


def _words_in_table(heading: str) -> list[str]:
    """The words in the first column of every table that has this heading, table after table."""
    tables = re.findall(rf"^\| {re.escape(heading)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)
    return [word for rows in tables for word in re.findall(r"^\| `([^`]+)` \|", rows, re.MULTILINE)]


def test_every_source_is_told_of_where_it_is_asked() -> None:
    # What guess asks at once is whether DNS knows every name; that stands in its row below.
    assert sorted(_words_in_table("source")) == sorted([*(set(AT_ONCE) - {"guess"}), *AT_LAST])


def test_every_trust_is_told_of_the_most_first() -> None:
    assert _words_in_table("trust") == [trust.word for trust in sorted(Trust, reverse=True)]


def test_every_way_to_leave_mail_on_the_server_is_told_of() -> None:
    from mailsetup.cli.setup import setup

    kinds = {
        word for option in setup.params for word in option.opts if word.startswith(("--leave", "--remove"))
    }
    assert {word.removesuffix(" N") for word in _words_in_table("option (POP3)")} == kinds


def test_a_link_to_a_heading_finds_it() -> None:
    for page, anchor in re.findall(r"\]\(([\w/.]*)#([\w-]+)\)", README):
        text = (ROOT / (page or "README.md")).read_text()
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert anchor in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


def test_the_number_of_providers_is_right() -> None:
    assert f"table of {len(list(every_provider()))} providers" in README


def test_the_variables_in_the_examples_are_known() -> None:
    names = re.findall(r"\bMAILSETUP_\w+", README)
    assert names
    assert config.unknown_variables(all_commands(), dict.fromkeys(names, "")) == []


def test_the_settings_file_in_the_readme_is_a_good_one() -> None:
    (block,) = [block for language, block in _FENCED if language == "toml"]
    settings = config.from_file(
        all_commands(), config.SettingsFile(Path("config.toml"), tomllib.loads(block))
    )
    assert {(one.command, one.option) for one in settings} == {
        ("setup", "client"),
        ("setup", "password-command"),
    }


@pytest.mark.parametrize("block", SHOWN, ids=[block.splitlines()[0] for block in SHOWN])
def test_what_is_shown_is_what_a_run_shows(block: str, program: Program) -> None:
    first, told = block.split("\n", 1)
    words = shlex.split(first)[2:]
    if words[0] == "setup":
        screen = _set_up(program, *words)
    elif "--offline" in words:
        # The world's own database is on a web that is not asked then.
        ended = program.run(*words, ispdb=str(program.home))
        screen = ended.err + ended.out
    else:
        ended = program.run(*words)
        screen = ended.err + ended.out
    assert _in_order(told, screen)


def _set_up(program: Program, *words: str) -> str:
    """All that a person sees who takes what is usual."""
    with program.at_terminal(*words) as terminal:
        for question, typed in (
            ("quit:", ""),
            ("Name", ""),
            ("Password for", program.password),
            ("quit:", "2"),
            ("Write these changes", "y"),
        ):
            terminal.wait_for(question)
            terminal.type(f"{typed}\n")
        assert terminal.end() == 0
    return terminal.screen


def _in_order(told: str, screen: str) -> bool:
    """Whether all that is told stands on the screen in that order; a line of dots is for what is left out."""
    pieces = [_plain(piece) for piece in re.split(r"^\.\.\.\n", told, flags=re.MULTILINE)]
    return re.search(".*?".join(map(re.escape, pieces)), _plain(screen), re.DOTALL) is not None


def _plain(text: str) -> str:
    """Without what differs from run to run: times, and what is drawn or typed."""
    text = re.sub(r"\x1b\[[0-9;]*m|\r[^\n]*\r", "", text)
    text = re.sub(r" +\d\.\d{3} s| =+ ", " ", text)
    return re.sub(r"(quit:|\[y/N\]:).*", r"\1", text)


def test_the_python_in_the_readme_plans_a_profile(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = [block for language, block in _FENCED if language == "python"]
    names: dict[str, Any] = {}
    exec(compile(source, "README.md", "exec"), names)
    monkeypatch.setenv("HOME", str(program.home))
    world = program.world
    settings = NetSettings.parse(
        nameserver=world.nameserver, connect_to=world.connect_to, ca_file=world.ca_file
    )

    async def plan() -> Any:
        async with Internet(settings) as net:
            return await names["plan_pop3"](Address.parse(world.address), Secret(program.password), net)

    changes = anyio.run(plan)
    (prefs,) = [one for one in changes.changes if one.path.name == "prefs.js"]
    assert b'num_days_to_leave_on_server", 30' in prefs.after
    assert not prefs.path.exists()
