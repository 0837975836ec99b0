"""The worked examples of the documentation, run against the demo's servers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.cli.program import Program

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def set_up(
    program: Program, accounts: str, *, named: str = "accounts.csv"
) -> "subprocess.CompletedProcess[str]":
    """Run the script with this list; every password comes from a program, and no variable but ours is set."""
    (program.home / "accounts.csv").write_text(accounts)
    show = program.home / "show"
    show.write_text(f"#!/bin/sh\necho '{program.password}'\necho \"$1\" >>{program.home}/shown\n")
    show.chmod(0o700)
    return subprocess.run(
        ["sh", str(EXAMPLES / "many-accounts.sh"), named, *program.options()],
        capture_output=True,
        text=True,
        cwd=program.home,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(program.home),
            "SHOW_PASSWORD": str(show),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        },
        timeout=60,
        check=False,
    )


def test_every_account_of_a_list_is_set_up_and_what_failed_is_reported(program: Program) -> None:
    ended = set_up(program, (EXAMPLES / "accounts.csv").read_text())
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.splitlines() == [
        "linus@nowhere.example: exit code 3; see reports/linus@nowhere.example.txt",
        "Done: 2. Failed: 1.",
    ]
    assert (program.home / "failed.csv").read_text() == (
        "address,name,protocol,days\nlinus@nowhere.example,Linus,pop3,\n"
    )
    report = json.loads((program.home / "reports" / "grace@short-name.example.json").read_text())
    assert report["account"]["retention"]["days"] == 30
    assert report["account"]["name"] == "Grace Hopper"
    assert (program.home / "profiles" / "ada@example.org" / "prefs.js").exists()
    assert "does not exist" in (program.home / "reports" / "linus@nowhere.example.txt").read_text()


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_list_may_end_as_any_program_ends_it(end: str, program: Program) -> None:
    ended = set_up(program, f"address,name,protocol,days\nada@example.org,Ada,pop3,7{end}")
    assert (ended.returncode, ended.stdout) == (0, "Done: 1. Failed: 0.\n")


def test_an_address_in_a_list_is_no_path_and_no_option(program: Program) -> None:
    ended = set_up(program, "../ada@example.org,Ada,imap,\n--yes,Ada,imap,\n")
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1] == "Done: 0. Failed: 2."
    assert not (program.home / "shown").exists()


def test_a_list_that_is_not_there_fails_and_leaves_the_last_report_alone(program: Program) -> None:
    (program.home / "failed.csv").write_text("kept")
    ended = set_up(program, "", named="acounts.csv")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert (program.home / "failed.csv").read_text() == "kept"
