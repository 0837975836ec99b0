"""The worked examples of the documentation, run against the demo's servers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.cli.program import Program

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def set_up(
    program: Program, accounts: str | bytes, *, named: str = "accounts.csv"
) -> "subprocess.CompletedProcess[str]":
    """Run the script with this list; every password comes from a program, and no variable but ours is set."""
    content = accounts if isinstance(accounts, bytes) else accounts.encode()
    (program.home / "accounts.csv").write_bytes(content)
    show = program.home / "show"
    show.write_text(f"#!/bin/sh\necho '{program.password}'\necho \"$1\" >>{program.home}/shown\n")
    show.chmod(0o700)
    return subprocess.run(
        [sys.executable, str(EXAMPLES / "many-accounts.py"), named, *program.options()],
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


def last_line(ended: "subprocess.CompletedProcess[str]") -> str:
    return ended.stdout.splitlines()[-1]


def test_every_account_of_a_list_is_set_up_and_what_failed_is_reported(program: Program) -> None:
    ended = set_up(program, (EXAMPLES / "accounts.csv").read_text())
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.splitlines() == [
        "linus@nowhere.example: exit code 3; see reports/linus@nowhere.example.txt",
        "Done: 2. Failed, or not reached: 1. Login refused: 0.",
    ]
    assert (program.home / "failed.csv").read_text() == (
        "address,name,protocol,days\nlinus@nowhere.example,Linus,pop3,\n"
    )
    report = json.loads((program.home / "reports" / "grace@short-name.example.json").read_text())
    assert report["account"]["retention"]["days"] == 30
    assert report["account"]["name"] == "Grace Hopper"
    assert (program.home / "profiles" / "ada@example.org" / "prefs.js").exists()
    assert "does not exist" in (program.home / "reports" / "linus@nowhere.example.txt").read_text()


@pytest.mark.parametrize(
    "accounts",
    [
        b"address,name,protocol,days\nada@example.org,Ada,pop3,7",
        b"address,name,protocol,days\r\nada@example.org,Ada,pop3,7\r\n \r\n",
        b"\xef\xbb\xbfaddress;name;protocol;days\r\nada@example.org;Ada;pop3;7\r\n",
        b'"address","days","protocol","name"\n"ada@example.org","7","pop3","Lovelace, Ada"\n',
    ],
    ids=["without an end", "CRLF and blanks", "a spreadsheet", "quoted"],
)
def test_a_list_may_be_written_as_any_program_writes_it(accounts: bytes, program: Program) -> None:
    ended = set_up(program, accounts)
    assert (ended.returncode, last_line(ended)) == (
        0,
        "Done: 1. Failed, or not reached: 0. Login refused: 0.",
    )


def test_beside_other_profiles_of_thunderbird_a_new_one_is_made(program: Program) -> None:
    elsewhere = program.home / ".thunderbird"
    (elsewhere / "x.default").mkdir(parents=True)
    (elsewhere / "profiles.ini").write_text("[Profile0]\nName=default\nIsRelative=1\nPath=x.default\n")
    ended = set_up(program, "address,name,protocol,days\nada@example.org,Ada,,\n")
    assert ended.returncode == 0
    assert (program.home / "profiles" / "ada@example.org" / "prefs.js").exists()


def test_what_was_refused_is_kept_apart_so_that_it_is_not_tried_again(program: Program) -> None:
    ended = set_up(program, "address,name,protocol,days\no'brien@example.org,C:\\new\\table,imap,\n")
    assert last_line(ended) == "Done: 0. Failed, or not reached: 0. Login refused: 1."
    assert (program.home / "shown").read_text() == "o'brien@example.org\n"
    assert (program.home / "refused.csv").read_text().splitlines()[1:] == [
        "o'brien@example.org,C:\\new\\table,imap,"
    ]


def test_an_address_in_a_list_is_no_path_and_no_option(program: Program) -> None:
    ended = set_up(program, "address,name,protocol,days\n../ada@example.org,Ada,imap,\n--yes,Ada,imap,\n")
    assert ended.returncode == 1
    assert last_line(ended) == "Done: 0. Failed, or not reached: 2. Login refused: 0."
    assert not (program.home / "shown").exists()


@pytest.mark.parametrize(
    ("accounts", "named"),
    [
        ("", "acounts.csv"),
        ("ada@example.org,Ada,imap,\n", "accounts.csv"),
        ("address,name,protocol,days\n" + 2 * "ada@example.org,Ada,imap,\n", "accounts.csv"),
    ],
    ids=["not there", "no names of columns", "an address twice"],
)
def test_a_list_that_is_wrong_sets_up_nothing_and_leaves_the_last_report_alone(
    accounts: str, named: str, program: Program
) -> None:
    (program.home / "failed.csv").write_text("kept")
    ended = set_up(program, accounts, named=named)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert (program.home / "failed.csv").read_text() == "kept"
    assert not (program.home / "shown").exists()
