"""Exports taken back from files that nobody has written since, and all that stops an undo."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from tests.unit.clients.samples import imap_account, linux, pop_account, snapshot, thunderbird_on
from tests.unit.clients.test_apply import BreakingDisk, Killed
from tests.unit.clients.undoing import GRACE, Desk

from mailsetup.account import Retention, Secret
from mailsetup.clients.apply import Disk, apply
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.registry import plan_export
from mailsetup.clients.undo import list_exports, plan_undo
from mailsetup.errors import ProfileRefused, Unsafe, WrongUsage


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk.at(tmp_path, b'// caf\xe9\r\nuser_pref("mine", 1);\r\n')


def without_backups(desk: Desk) -> dict[str, bytes | str]:
    return {name: content for name, content in snapshot(desk.home).items() if "mailsetup-backup" not in name}


def test_the_old_bytes_come_back(desk):
    before = without_backups(desk)
    desk.export(pop_account())
    desk.undo()

    assert without_backups(desk) == before


def test_a_first_profile_that_nobody_used_is_taken_out_of_the_list(tmp_path):
    home, state = tmp_path / "home", tmp_path / "state"
    home.mkdir()
    apply(plan_export("thunderbird", pop_account(), machine=linux(home)), state=state)
    apply(plan_undo(state=state), state=state)

    files = [path for path in home.rglob("*") if path.is_file() and "mailsetup-backup" not in path.parts]
    assert files == []


def test_what_an_undo_takes_away_is_backed_up_too(desk):
    desk.export(pop_account())
    written = desk.prefs_js.read_bytes()
    backup = desk.undo().backup

    assert backup is not None
    assert (backup / "0-prefs.js").read_bytes() == written


def test_a_second_undo_says_so_and_changes_nothing(desk):
    id = desk.export(pop_account())
    desk.undo(id)
    before = snapshot(desk.home)
    with pytest.raises(WrongUsage, match=f"The export {id} has been taken back already"):
        desk.undo(id)

    assert snapshot(desk.home) == before


def test_after_the_last_one_the_one_before_it_is_named_and_not_taken_by_itself(desk):
    first = desk.export(pop_account())
    desk.export(GRACE)
    desk.undo()
    with pytest.raises(WrongUsage, match=f"has been taken back already.*mailsetup undo {first}"):
        desk.plan_undo()


def test_an_undo_cannot_be_undone(desk):
    desk.export(pop_account())
    undone = desk.undo().undo
    with pytest.raises(WrongUsage, match="There is no export"):
        desk.undo(undone)


def test_all_exports_are_listed_the_last_one_first(desk):
    ids = [desk.export(account) for account in (pop_account(), GRACE, imap_account())]
    desk.undo(ids[1])
    listed = list_exports(desk.state)

    assert [export.id for export in listed] == ids[::-1]
    assert [export.taken_back for export in listed] == [False, True, False]
    assert {(export.client, export.profile) for export in listed} == {("thunderbird", desk.profile)}


def test_without_an_export_there_is_nothing_to_take_back(tmp_path):
    with pytest.raises(WrongUsage, match="There is no export to take back"):
        plan_undo(state=tmp_path)


def test_the_last_of_two_exports_is_the_one_that_goes(desk):
    desk.export(pop_account())
    middle = desk.prefs_js.read_bytes()
    desk.export(GRACE)
    desk.undo()

    assert desk.prefs_js.read_bytes() == middle


def test_two_exports_go_in_either_order(desk):
    before = desk.prefs_js.read_bytes()
    first, second = desk.export(pop_account()), desk.export(GRACE)
    desk.undo(first)
    desk.undo(second)
    there = desk.prefs()

    assert b"caf\xe9" in desk.prefs_js.read_bytes()
    assert {name for name in there if "example" in str(there[name])} == set()
    assert desk.prefs_js.read_bytes().startswith(before)


def test_an_open_thunderbird_is_not_disturbed(desk):
    desk.export(pop_account())
    before = snapshot(desk.home)
    with thunderbird_on(desk.profile), pytest.raises(ProfileRefused, match="Thunderbird is running"):
        desk.undo()

    assert snapshot(desk.home).items() >= before.items()


def test_a_thunderbird_started_since_the_plan_is_noticed(desk):
    desk.export(pop_account())
    changes = desk.plan_undo()
    written = desk.prefs_js.read_bytes()
    with thunderbird_on(desk.profile), pytest.raises(ProfileRefused, match="Thunderbird is running"):
        apply(changes, state=desk.state)

    assert desk.prefs_js.read_bytes() == written


def test_what_changed_since_the_plan_is_noticed(desk):
    desk.export(pop_account())
    changes = desk.plan_undo()
    desk.used()
    written = desk.prefs_js.read_bytes()
    with pytest.raises(ProfileRefused, match=r"prefs\.js has changed since this was planned"):
        apply(changes, state=desk.state)

    assert desk.prefs_js.read_bytes() == written


def test_an_undo_that_failed_can_be_tried_again(desk):
    id = desk.export(pop_account())
    with pytest.raises(ProfileRefused):
        desk.undo(id, disk=BreakingDisk(0))
    desk.undo(id)

    assert list_exports(desk.state)[0].taken_back


def test_an_error_at_any_step_leaves_all_as_it_was(tmp_path):
    home, state = tmp_path / "home", tmp_path / "state"
    home.mkdir()
    apply(plan_export("thunderbird", pop_account(), machine=linux(home)), state=state)
    changes = plan_undo(state=state)
    before = snapshot(home)
    for step in range(steps_until_it_stands(changes, home, tmp_path / "trial")):
        with pytest.raises(ProfileRefused, match=r"The disk is full: .* Nothing was changed"):
            apply(changes, disk=BreakingDisk(step), state=state)
        assert snapshot(home) == before, f"step {step}"


def steps_until_it_stands(changes: ChangeSet, home: Path, copy: Path) -> int:
    """How many steps an undo takes until its last commit is on the disk, tried on a copy that is put back."""
    shutil.copytree(home, copy)
    disk = BreakingDisk()
    apply(changes, disk=disk, state=copy / "state")
    shutil.rmtree(home)
    shutil.copytree(copy, home, ignore=shutil.ignore_patterns("state"))
    commits = [index for index, (step, _) in enumerate(disk.done) if step == "rename"]
    assert len(commits) == 3
    return commits[-1] + 2


def test_a_kill_at_any_step_leaves_the_account_or_none_and_can_be_finished(tmp_path):
    seen = set()
    for step in range(40):
        home, state = tmp_path / f"home{step}", tmp_path / f"state{step}"
        home.mkdir()
        apply(plan_export("thunderbird", pop_account(), machine=linux(home)), state=state)
        with suppress(Killed):
            apply(plan_undo(state=state), disk=BreakingDisk(step, kill=True), state=state)
        seen.add((home / ".thunderbird/profiles.ini").exists())
        if not list_exports(state)[0].taken_back:
            again = plan_undo(state=state)
            apply(again, state=state)
        left = [path.name for path in home.rglob("*") if path.is_file() and ".mailsetup-" not in path.name]
        assert {"profiles.ini", "prefs.js", "compatibility.ini"}.isdisjoint(left), f"step {step}"

    assert seen == {True, False}


def test_a_full_disk_hinders_no_removal_from_being_put_back(desk):
    """What is removed waits beside its place: putting it back needs no room."""
    (desk.profile / "prefs.js").unlink()
    desk.export(pop_account())
    written = desk.prefs_js.read_bytes()

    class FullAfterwards(Disk):
        def sync_folder(self, path):
            if not desk.prefs_js.exists():
                raise OSError(errno.ENOSPC, "full", str(path))
            super().sync_folder(path)

        def write_new(self, path, content, **options):
            if not desk.prefs_js.exists():
                raise OSError(errno.ENOSPC, "full", str(path))
            super().write_new(path, content, **options)

    with pytest.raises(ProfileRefused, match="The disk is full"):
        desk.undo(disk=FullAfterwards())

    assert desk.prefs_js.read_bytes() == written


def test_retention_that_goes_back_to_removing_needs_a_yes(desk):
    desk.export(pop_account(Retention(keep=False)), deletion_agreed=True)
    desk.export(pop_account())
    desk.keep_mail("pop.example.org", 1700000000, 1700000001)
    changes = desk.plan_undo()
    written = desk.prefs_js.read_bytes()

    assert changes.deletes is not None
    assert "has left on pop.example.org so far: 2" in changes.deletes.render()
    with pytest.raises(Unsafe):
        apply(changes, state=desk.state)
    assert desk.prefs_js.read_bytes() == written


def test_retention_that_goes_back_to_removing_does_so_with_a_yes(desk):
    desk.export(pop_account(Retention(keep=False)), deletion_agreed=True)
    desk.export(pop_account())
    desk.keep_mail("pop.example.org", 1700000000)
    desk.undo(agreed=True)

    assert desk.prefs()["mail.server.server1.leave_on_server"] is False


def test_an_account_that_goes_deletes_nothing_on_the_server(desk):
    desk.export(pop_account())
    desk.keep_mail("pop.example.org", 1700000000)

    assert desk.plan_undo().deletes is None


def test_fetched_mail_stays_and_it_is_said_where(desk):
    desk.export(pop_account())
    folder = desk.keep_mail("pop.example.org", 1700000000)
    before = snapshot(folder)
    desk.used()
    changes = desk.plan_undo()
    apply(changes, state=desk.state)

    assert [note.render() for note in changes.notes] == [
        f"The mail that was fetched stays on this disk, in {folder}."
    ]
    assert snapshot(folder) == before


def test_a_folder_without_mail_is_not_worth_a_word(desk):
    desk.export(pop_account())
    folder = desk.keep_mail("pop.example.org")
    (folder / "Inbox").write_bytes(b"")

    assert desk.plan_undo().notes == ()


def test_after_an_undo_the_account_can_be_set_up_again_beside_its_old_mail(desk):
    desk.export(pop_account())
    folder = desk.keep_mail("pop.example.org", 1700000000)
    desk.undo()
    before = snapshot(folder)
    desk.export(pop_account())

    assert desk.prefs()["mail.server.server1.directory-rel"] == "[ProfD]Mail/pop.example.org-1"
    assert snapshot(folder) == before


def test_where_nothing_is_left_there_is_nothing_to_do(desk):
    before = desk.prefs_js.read_bytes()
    desk.export(pop_account())
    desk.prefs_js.write_bytes(before)

    assert desk.plan_undo().empty


def test_a_prefs_js_that_is_gone_stays_gone(desk):
    desk.export(pop_account())
    desk.prefs_js.unlink()
    changes = desk.plan_undo()

    assert changes.empty
    assert [note.render() for note in changes.notes] == [
        f"{desk.prefs_js} is not there any more, so nothing is taken out of it."
    ]


def test_an_export_without_a_home_can_be_taken_back(tmp_path):
    """Its profile was named, and our own state lies elsewhere."""
    nowhere = linux(tmp_path)
    profile = tmp_path / "profile"
    machine = type(nowhere)(system="linux", home=None, environment={})
    state = tmp_path / "state"
    apply(plan_export("thunderbird", pop_account(), profile=str(profile), machine=machine), state=state)
    apply(plan_undo(state=state), state=state)

    assert [path.name for path in profile.iterdir()] == ["mailsetup-backup"]


def test_without_any_folder_for_our_state_there_is_no_export(tmp_path, monkeypatch):
    """Not a folder named "~", wherever we happen to be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    applied = apply(
        plan_export("thunderbird", pop_account(), profile=str(tmp_path / "profile"), machine=linux(tmp_path))
    )

    assert applied.undo is None
    assert os.listdir(tmp_path) == ["profile"]
    assert list_exports() == ()


def test_the_other_profile_is_left_alone(desk):
    other = desk.profile.with_name("y.second")
    other.mkdir()
    (other / "prefs.js").write_bytes(b'user_pref("other", true);\n')
    ini = desk.home / ".thunderbird/profiles.ini"
    ini.write_text(ini.read_text() + "\n[Profile1]\nName=second\nIsRelative=1\nPath=y.second\n")
    desk.export(pop_account())
    id = apply(
        plan_export("thunderbird", pop_account(), profile="second", machine=linux(desk.home)),
        state=desk.state,
    ).undo
    written = desk.prefs_js.read_bytes()
    desk.undo(id)

    assert (other / "prefs.js").read_bytes() == b'user_pref("other", true);\n'
    assert desk.prefs_js.read_bytes() == written


def test_outlooks_files_are_removed(tmp_path):
    file = tmp_path / "ada.prf"
    apply(plan_export("outlook", pop_account(), output=file, machine=linux(tmp_path)), state=tmp_path / "s")
    changes = plan_undo(state=tmp_path / "s")
    apply(changes, state=tmp_path / "s")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["mailsetup-backup", "s"]
    assert "stays there" in changes.notes[-1].render()


def test_outlooks_file_of_before_comes_back(tmp_path):
    file = tmp_path / "ada.prf"
    file.write_bytes(b"mine\r\n")
    apply(plan_export("outlook", pop_account(), output=file, machine=linux(tmp_path)), state=tmp_path / "s")
    apply(plan_undo(state=tmp_path / "s"), state=tmp_path / "s")

    assert file.read_bytes() == b"mine\r\n"


def test_outlooks_file_that_a_person_changed_is_left_alone(tmp_path):
    file = tmp_path / "ada.prf"
    apply(plan_export("outlook", pop_account(), output=file, machine=linux(tmp_path)), state=tmp_path / "s")
    file.write_bytes(b"mine\r\n")
    before = snapshot(tmp_path)
    with pytest.raises(ProfileRefused, match=r"ada\.prf was changed since mailsetup wrote it"):
        plan_undo(state=tmp_path / "s")

    assert snapshot(tmp_path) == before


def test_no_password_is_kept_in_clear_by_an_undo(desk):
    apply(
        plan_export("thunderbird", pop_account(), machine=linux(desk.home), password=Secret("s3cret!")),
        state=desk.state,
    )
    desk.undo()
    there = [path.read_bytes() for path in desk.home.rglob("*") if path.is_file()]

    assert not any(b"s3cret!" in content for content in there)
