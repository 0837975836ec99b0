"""What is written about the program is what the program is."""

import importlib.util
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import click
import pytest

from mailsetup.cli import config
from mailsetup.cli.main import all_commands

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = _load(DOCS / "make.py")
LEAVES = [leaf for word, command in all_commands().items() for leaf in config.leaves(word, command)]


@pytest.mark.parametrize("name", MAKE.PAGES)
def test_a_page_is_what_would_be_written_now(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == MAKE.PAGES[name](), "say make docs"


@pytest.mark.parametrize(("path", "leaf"), LEAVES)
def test_every_command_is_in_both_pages_and_has_an_example(path: str, leaf: click.Command) -> None:
    assert f"\n## mailsetup {path}\n" in (DOCS / "commands.md").read_text()
    assert f'"MAILSETUP {path.upper()}"' in (DOCS / "mailsetup.1").read_text()
    assert re.search(rf"\n *Examples?.*:\n(.*\n)*? +.*mailsetup {path}", leaf.help or "")


@pytest.mark.parametrize(("path", "leaf"), LEAVES)
def test_every_option_has_help(path: str, leaf: click.Command) -> None:
    assert [one.name for one in leaf.params if isinstance(one, click.Option) and not one.help] == []


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_the_man_page_is_good_roff() -> None:
    ended = subprocess.run(
        ["man", "--warnings", "--encoding=UTF-8", "-l", str(DOCS / "mailsetup.1")],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
    )
    # Where documents are left out of a system, its man is a script that says so.
    if "minimized" in ended.stdout:
        pytest.skip("man shows nothing on this machine")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "EXIT STATUS" in ended.stdout
    assert "mailsetup setup ada@example.org --protocol pop3 --leave-days 30" in ended.stdout


def test_the_man_page_has_every_exit_code() -> None:
    codes = [int(code) for code, _ in MAKE.exit_codes()]
    assert codes == [*range(8), 130]


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md", DOCS / "scripts.md", ROOT / "README.md"])
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_target_that_contributors_are_told_of_is_there() -> None:
    targets = set(re.findall(r"`?make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert targets - set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) == set()


def test_the_settings_file_in_the_docs_is_a_good_one() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", (DOCS / "scripts.md").read_text(), re.DOTALL)
    settings = config.from_file(all_commands(), config.SettingsFile(DOCS, tomllib.loads(block)))
    assert {setting.option for setting in settings if setting.command == "setup"} == {
        *("timeout", "accept", "client", "protocol", "leave-days", "password-command")
    }


def test_the_list_of_accounts_in_the_docs_is_the_one_that_is_tried() -> None:
    assert (DOCS / "examples" / "accounts.csv").read_text() in (DOCS / "scripts.md").read_text()


@pytest.mark.parametrize("name", ["setup", "explain", "check"])
def test_a_picture_is_whole_and_shows_nothing_of_one_run(name: str) -> None:
    text = (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    assert len(text) > 1000
    assert "mailsetup" in text
    assert "127.0.0.1" not in text
    assert "/tmp" not in text
