"""What an export left behind is read as a stranger's: nothing but what an export writes is believed."""

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.unit.clients.samples import linux, pop_account, snapshot
from tests.unit.clients.undoing import Desk

from mailsetup.clients.apply import apply
from mailsetup.clients.registry import plan_export
from mailsetup.clients.undo import list_exports, plan_undo
from mailsetup.errors import ProfileRefused, WrongUsage


class Notes:
    """An export's note and manifest, to be tampered with."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk.at(folder)
        self.id = self.desk.export(pop_account())
        self.backup = self.desk.profile / "mailsetup-backup" / self.id
        self.note = self.desk.state / "exports" / f"{self.id}.json"
        self.manifest = self.backup / "manifest.json"

    def change_note(self, **values: Any) -> None:
        self.note.write_text(json.dumps(json.loads(self.note.read_text()) | values))

    def change_manifest(self, **values: Any) -> None:
        self.manifest.write_text(json.dumps(json.loads(self.manifest.read_text()) | values))

    def change_file(self, **values: Any) -> None:
        """Change what the manifest says of prefs.js."""
        files = json.loads(self.manifest.read_text())["files"]
        self.change_manifest(files=[files[0] | values])


@pytest.fixture
def notes(tmp_path) -> Notes:
    return Notes(tmp_path)


def refused(notes: Notes, told: str) -> None:
    """Taking back is refused with this sentence, and nothing has changed."""
    before = snapshot(notes.desk.home)
    with pytest.raises(ProfileRefused, match=told):
        notes.desk.undo(notes.id)
    assert snapshot(notes.desk.home) == before


def test_a_backup_that_is_gone_is_said_in_one_sentence(notes):
    notes.manifest.unlink()
    refused(notes, r"The backup .* is not there any more, or cannot be read\.")


def test_a_profile_that_is_gone_is_said_in_one_sentence(notes):
    notes.desk.profile.rename(notes.desk.profile.with_name("moved"))
    with pytest.raises(ProfileRefused, match=r"The folder .*x\.default is not there any more"):
        notes.desk.plan_undo()


@pytest.mark.parametrize("name", ["0-prefs.js", "0-prefs.js.written"])
def test_a_copy_that_is_gone_is_noticed(notes, name):
    (notes.backup / name).unlink()
    refused(notes, "is not as mailsetup left it")


@pytest.mark.parametrize("name", ["0-prefs.js", "0-prefs.js.written"])
def test_a_copy_that_was_changed_is_noticed(notes, name):
    (notes.backup / name).write_bytes(b'user_pref("evil", true);\n')
    refused(notes, "is not as mailsetup left it")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"schema": 1}'],
    ids=["empty", "cut", "a list", "null", "no text", "deep", "other types"],
)
def test_a_manifest_that_is_none_is_refused(notes, content):
    notes.manifest.write_bytes(content)
    refused(notes, "is not as mailsetup left it")


def test_a_manifest_that_is_too_large_is_not_read(notes):
    notes.manifest.write_bytes(notes.manifest.read_bytes() + b" " * (1 << 20))
    refused(notes, "cannot be read")


def test_a_folder_in_the_place_of_a_file_is_said(notes):
    notes.desk.prefs_js.unlink()
    notes.desk.prefs_js.mkdir()
    refused(notes, r"prefs\.js cannot be read")


def test_a_file_in_the_backup_itself_is_refused(tmp_path):
    """An undo of Outlook's files knows them by nothing but their place."""
    file, state = tmp_path / "ada.prf", tmp_path / "state"
    applied = apply(plan_export("outlook", pop_account(), output=file, machine=linux(tmp_path)), state=state)
    assert applied.backup is not None
    manifest = json.loads((applied.backup / "manifest.json").read_text())
    victim = applied.backup / manifest["files"][0]["written"]
    manifest["files"][0] |= {"path": str(victim), "target": str(victim)}
    (applied.backup / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ProfileRefused, match="is not as mailsetup left it"):
        plan_undo(state=state)


@pytest.mark.parametrize(
    "values",
    [
        {"schema": "mailsetup/backup/2"},
        {"id": "20260101-000000-0000"},
        {"client": "outlook"},
        {"profile": "/elsewhere"},
        {"files": []},
        {"files": "all"},
    ],
    ids=lambda values: next(iter(values)) if isinstance(values, dict) else None,
)
def test_a_manifest_of_another_export_is_refused(notes, values):
    notes.change_manifest(**values)
    refused(notes, "is not as mailsetup left it")


def test_a_file_that_is_named_twice_is_refused(notes):
    [file] = json.loads(notes.manifest.read_text())["files"]
    notes.change_manifest(files=[file, file])
    refused(notes, "is not as mailsetup left it")


def test_a_file_outside_of_the_profile_is_refused(notes, tmp_path):
    victim = tmp_path / "elsewhere/prefs.js"
    victim.parent.mkdir()
    victim.write_bytes((notes.backup / "0-prefs.js.written").read_bytes())
    notes.change_file(path=str(victim), target=str(victim))
    refused(notes, "is not as mailsetup left it")


def test_a_way_out_of_the_profile_is_refused(notes):
    victim = notes.desk.home / "prefs.js"
    victim.write_bytes((notes.backup / "0-prefs.js.written").read_bytes())
    notes.change_file(path=f"{notes.desk.profile}/../../prefs.js", target=str(victim))
    refused(notes, "is not as mailsetup left it")


@pytest.mark.parametrize("name", ["Mail/Inbox", "user.js", "../profiles.ini/prefs.js", "sub/prefs.js"])
def test_a_file_that_no_export_writes_is_refused(notes, name):
    path = notes.desk.profile / name
    notes.change_file(path=str(path), target=str(path))
    refused(notes, "is no file of Thunderbird's that mailsetup writes|is not as mailsetup left it")


def test_a_file_above_the_profile_is_the_list_of_profiles_or_refused(notes):
    path = notes.desk.home / "prefs.js"
    path.write_bytes((notes.backup / "0-prefs.js.written").read_bytes())
    notes.change_file(path=str(path), target=str(path))
    refused(notes, "is no file of Thunderbird's that mailsetup writes")


@pytest.mark.parametrize("name", ["../../prefs.js", "/etc/passwd", "prefs.js", "0-../../../prefs.js"])
def test_a_copy_outside_of_the_backup_is_refused(notes, name):
    content = notes.desk.prefs_js.read_bytes()
    notes.change_file(copy=name, before=sha256(content).hexdigest())
    refused(notes, "is not as mailsetup left it")


@pytest.mark.parametrize("values", [{"copy": None}, {"before": None}], ids=["no copy", "no hash"])
def test_a_copy_and_its_hash_come_together(notes, values):
    notes.change_file(**values)
    refused(notes, "is not as mailsetup left it")


def test_a_link_that_leads_elsewhere_since_is_refused(notes, tmp_path):
    other = tmp_path / "other"
    notes.desk.prefs_js.rename(other)
    notes.desk.prefs_js.symlink_to(other)
    refused(notes, "leads to another file than when mailsetup wrote it")


def test_a_link_that_was_there_stays_a_link(tmp_path):
    desk = Desk.at(tmp_path)
    real = tmp_path / "dotfiles"
    desk.prefs_js.rename(real)
    desk.prefs_js.symlink_to(real)
    before = real.read_bytes()
    desk.export(pop_account())
    desk.undo()

    assert desk.prefs_js.readlink() == real
    assert real.read_bytes() == before


def test_a_pipe_in_the_place_of_a_copy_does_not_hang(notes):
    (notes.backup / "0-prefs.js").unlink()
    os.mkfifo(notes.backup / "0-prefs.js")
    with pytest.raises(ProfileRefused, match="is not as mailsetup left it"):
        notes.desk.plan_undo()


@pytest.mark.parametrize(
    "values",
    [
        {"schema": "mailsetup/undo/2"},
        {"id": "20260101-000000-0000"},
        {"client": "pine"},
        {"profile": "relative"},
        {"backup": "/elsewhere"},
        {"made": "yesterday"},
        {"made": "2026-01-01T00:00:00"},
    ],
    ids=str,
)
def test_a_note_that_is_none_of_ours_is_no_export(notes, values):
    notes.change_note(**values)

    assert list_exports(notes.desk.state) == ()


def test_files_that_lie_beside_the_notes_are_left_out(notes):
    (notes.note.parent / "notes.txt").write_text("mine")
    (notes.note.parent / "20260101-000000-0000.json").write_text("{")

    assert [export.id for export in list_exports(notes.desk.state)] == [notes.id]


@pytest.mark.parametrize("id", ["", "..", "../../etc/passwd", "20260101-000000-0000", "\x1b[31m"])
def test_an_id_that_is_none_is_wrong_usage(notes, id):
    with pytest.raises(WrongUsage, match="There is no export"):
        plan_undo(id, state=notes.desk.state)


def test_two_exports_within_one_second_have_their_order(tmp_path):
    desk = Desk.at(tmp_path)
    ids = []
    for number in range(4):
        account = pop_account(port=1000 + number)
        ids.append(
            apply(plan_export("thunderbird", account, machine=linux(desk.home)), state=desk.state).undo
        )

    assert [export.id for export in list_exports(desk.state)] == ids[::-1]
