"""Outlook from the command line, against the mail domain of the demo."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.clients.outlook.reader import read

from mailsetup.account import Protocol, Retention, Security
from mailsetup.demo.world import World, start

PAGE = "ada@example.org - how to use it.txt"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder in which the commands are given."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def mailsetup(world: World, here: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """One command as a script gives it."""
    command = [sys.executable, "-P", "-m", "mailsetup.cli.main", *words, *world.options()]
    ended = subprocess.run(
        [*command, "--ispdb", world.ispdb, "--no-input"],
        cwd=here,
        env={"HOME": str(here.parent), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        input=world.password.reveal() + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    return ended


def export(world: World, here: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    return mailsetup(world, here, "export", "outlook", world.address, *words, code=code)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_an_export_writes_the_file_and_its_page_and_says_what_to_do(world, here):
    ended = export(world, here, "--protocol", "pop3", "--leave-days", "14", "--yes")

    account = read((here / "ada@example.org.prf").read_bytes()).account
    assert account.incoming.host == "pop.example.org"
    assert account.retention == Retention(days=14)
    assert files(here) == {"ada@example.org.prf", PAGE}
    assert "Outlook does not have the account yet" in " ".join(ended.stderr.split())


def test_a_second_export_writes_nothing(world, here):
    words = ("--protocol", "pop3", "--yes")
    export(world, here, *words)
    before = {path: path.stat().st_mtime_ns for path in here.rglob("*")}
    ended = export(world, here, *words)

    assert "The files are there already" in ended.stderr
    assert {path: path.stat().st_mtime_ns for path in here.rglob("*")} == before


def test_an_export_goes_where_it_is_told_and_says_so_in_json(world, here, tmp_path):
    wanted = tmp_path / "out" / "work.prf"
    ended = export(world, here, "--protocol", "imap", "--output", str(wanted), "--yes", "--json")

    form = json.loads(ended.stdout)
    assert form["client"] == "outlook"
    assert form["applied"] is True
    assert [(change["path"], change["action"]) for change in form["changes"]] == [
        (str(wanted.with_name("work - how to use it.txt")), "create"),
        (str(wanted), "create"),
    ]
    assert "IMAP" in form["notes"][0]
    assert read(wanted.read_bytes()).account.incoming.protocol is Protocol.IMAP


def test_a_dry_run_shows_the_file_and_writes_none(world, here):
    ended = export(world, here, "--protocol", "pop3", "--dry-run")

    assert "+LeaveOnServer=0x00000001" in ended.stdout
    assert files(here) == set()


def test_without_a_yes_nothing_is_written(world, here):
    export(world, here, code=6)

    assert files(here) == set()


def test_what_the_file_cannot_hold_ends_with_a_sentence(world, here):
    ended = export(world, here, "--name", "Ада", "--yes", "--json", code=7)

    assert "alphabet" in json.loads(ended.stdout)["error"]
    assert files(here) == set()


def test_setup_checks_the_servers_and_writes_the_file(world, here):
    words = ("--protocol", "pop3", "--remove-from-server", "--password-stdin", "--yes", "--json")
    ended = mailsetup(world, here, "setup", world.address, "--client", "outlook", *words)

    form = json.loads(ended.stdout)
    assert form["check"]["verdict"] == "pass"
    assert form["export"]["client"] == "outlook"
    found = read((here / "ada@example.org.prf").read_bytes()).account
    assert found.retention == Retention(keep=False)
    assert found.outgoing.security is Security.TLS
    assert world.password.reveal().encode() not in (here / "ada@example.org.prf").read_bytes()


def test_thunderbird_takes_no_output(world, here):
    words = ("export", "thunderbird", world.address, "--output", "x.prf")
    ended = mailsetup(world, here, *words, code=2)

    assert "--output" in ended.stderr
