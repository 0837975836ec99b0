"""What is left of a profile when the process that writes it is killed, or its disk fails, at any moment."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from tests.unit.clients.disturbed import (
    REFUSED,
    SEALED,
    Call,
    Person,
    calls,
    every,
    failing_at,
    killed_at,
    run,
)

from mailsetup.clients.folders import LEFTOVER
from mailsetup.clients.undo import plan_undo

pytestmark = pytest.mark.needs("strace", "strace")

Make = Callable[[Path], Person]
MAKES = pytest.mark.parametrize(
    "make", [Person.with_profile, Person.new], ids=["a profile", "no profile yet"]
)


def calls_of_an_export(make: Make, folder: Path) -> list[Call]:
    person = make(folder)
    return list(calls(person.plan(), person.state, folder / "log"))


def calls_of_an_undo(make: Make, folder: Path) -> list[Call]:
    person = make(folder)
    person.finish()
    return list(calls(plan_undo(state=person.state), person.state, folder / "log"))


def test_every_file_is_down_on_the_disk_before_it_gets_its_name(tmp_path: Path) -> None:
    person = Person.with_profile(tmp_path)
    done = run(person.plan(), person.state, "-y", "-o", str(tmp_path / "log"))
    assert done.returncode == 0, done.stderr.decode()
    log = (tmp_path / "log").read_text().splitlines()
    renames = [number for number, line in enumerate(log) if line.startswith("rename")]

    assert len(renames) == 3
    for number in renames:
        fresh = log[number].split('"')[1]
        assert [line.partition("(")[0] for line in log[:number] if f"<{fresh}>" in line] == ["write", "fsync"]


@MAKES
def test_killed_at_any_call_an_export_leaves_the_old_profile_or_the_new_one(
    make: Make, tmp_path: Path
) -> None:
    stood = []
    for call in calls_of_an_export(make, tmp_path / "trial"):
        person = make(tmp_path / f"{call.name}{call.number}")
        before, planned = person.files(), person.plan()
        killed_at(call, planned, person.state)
        commit = planned.changes[-1]
        now = commit.path.read_bytes() if commit.path.exists() else None
        assert now in (commit.before, commit.after), call
        stood.append(now == commit.after)
        assert person.plan().empty is stood[-1], f"{call}: what stands before the commit point is not all"
        assert before.keys() <= person.files().keys(), call
        assert len(person.open_exports()) == 1 if stood[-1] else True, f"{call}: it cannot be taken back"

        person.finish()
        assert person.plan().empty, call
        person.undo_all()
        assert person.files() == before, call
        # Of a first profile that never came to be, what was to be renamed lies where nobody looks again.
        left = [path for path in person.holds(SEALED) if make == Person.with_profile or LEFTOVER not in path]
        assert left == [], call

    assert sorted(stood) == stood
    assert {False, True} == set(stood)


@MAKES
def test_killed_at_any_call_an_undo_leaves_the_account_or_none_and_can_be_finished(
    make: Make, tmp_path: Path
) -> None:
    gone = []
    for call in calls_of_an_undo(make, tmp_path / "trial"):
        person = make(tmp_path / f"{call.name}{call.number}")
        before = person.files()
        person.finish()
        planned = plan_undo(state=person.state)
        commit = planned.changes[0]
        killed_at(call, planned, person.state)
        now = commit.path.read_bytes() if commit.path.exists() else None
        assert now in (commit.before, commit.after), call
        gone.append(now == commit.after)
        if not gone[-1]:
            assert person.plan().empty, f"{call}: something of the account is gone, and not all"

        person.undo_all()
        assert person.files() == before, call
        assert person.holds(SEALED) == [], call
        assert person.open_exports() == [], call

    assert sorted(gone) == gone
    assert {False, True} == set(gone)


@MAKES
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_whatever_call_fails_an_export_leaves_the_profile_as_it_was_or_stands(
    make: Make, error: str, tmp_path: Path
) -> None:
    ended = set()
    for number, call in zip(count(), calls_of_an_export(make, tmp_path / "trial")):
        person = make(tmp_path / str(number))
        before = person.files()
        code = failing_at(call, error, person.plan(), person.state)
        ended.add(code)
        if code == REFUSED:
            assert person.files() == before, call
            assert person.open_exports() == [], call
            assert not [path for path in person.home.rglob("*") if ".mailsetup-" in path.name], call
        else:
            assert code == 0, call
            assert person.plan().empty, call

    assert ended == {0, REFUSED}, "only its note may be missing"


@MAKES
def test_on_a_disk_that_is_read_only_nothing_is_written_and_it_is_said(make: Make, tmp_path: Path) -> None:
    person = make(tmp_path)
    before = person.files()
    refusing = ("-o", "/dev/null", "-e", f"inject={every('mkdir')}:error=EROFS")
    ended = run(person.plan(), person.state, *refusing)

    assert (ended.returncode, person.files()) == (REFUSED, before)
    assert b"is on a disk that cannot be written to. Nothing was changed." in ended.stderr


@MAKES
def test_whatever_call_fails_an_undo_leaves_all_as_it_was_or_is_done(make: Make, tmp_path: Path) -> None:
    ended = set()
    for number, call in zip(count(), calls_of_an_undo(make, tmp_path / "trial")):
        person = make(tmp_path / str(number))
        without = person.files()
        person.finish()
        written = person.files()
        code = failing_at(call, "EIO", plan_undo(state=person.state), person.state)
        ended.add(code)
        assert person.files() == {0: without, REFUSED: written}[code], call
        person.undo_all()
        assert (person.files(), person.open_exports()) == (without, []), call

    assert ended == {0, REFUSED}
