import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest
from tests.unit.clients.samples import linux, make_profile, pop_account, snapshot, thunderbird_on

from mailsetup.account import Retention
from mailsetup.clients.apply import Disk, apply
from mailsetup.clients.changes import ChangeSet, FileChange
from mailsetup.clients.registry import plan_export
from mailsetup.clients.undo import list_exports
from mailsetup.errors import ProfileRefused, Unsafe

_OLD = b'// kept\r\nuser_pref("mine", "caf\xe9");\r\n'


class Killed(BaseException):
    """The process is gone: nothing more is done."""


class BreakingDisk(Disk):
    """The real disk, until one step: there it fails, and fails for ever where the process was killed.

    done: every step it was asked for. Half of a file is written before the step fails.
    """

    def __init__(self, fails_at: int | None = None, *, error: int = errno.ENOSPC, kill: bool = False) -> None:
        self.done: list[tuple[str, Path]] = []
        self._fails_at = fails_at
        self._error = error
        self._kill = kill

    def _step(self, name: str, path: Path) -> None:
        self.done.append((name, path))
        reached = self._fails_at is not None and len(self.done) > self._fails_at
        if reached and self._kill:
            raise Killed
        if reached and len(self.done) == (self._fails_at or 0) + 1:
            raise OSError(self._error, os.strerror(self._error), str(path))

    def make_folder(self, path):
        self._step("make_folder", path)
        super().make_folder(path)

    def write_new(self, path, content, *, mode, like=None):
        try:
            self._step("write", path)
        except BaseException:
            path.write_bytes(content[: len(content) // 2])
            raise
        super().write_new(path, content, mode=mode, like=like)

    def rename(self, source, target):
        self._step("rename", target)
        super().rename(source, target)

    def sync_folder(self, path):
        self._step("sync", path)
        super().sync_folder(path)

    def remove(self, path):
        self._step("remove", path)
        super().remove(path)

    def remove_folder(self, path):
        self._step("remove_folder", path)
        super().remove_folder(path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose Thunderbird has one profile."""
    home = tmp_path / "home"
    make_profile(profile_of(home), _OLD)
    (profile_of(home) / "compatibility.ini").touch()
    (home / ".thunderbird/profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=x.default\nDefault=1\n"
    )
    return home


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def profile_of(home: Path) -> Path:
    return home / ".thunderbird/x.default"


def plan(home: Path) -> ChangeSet:
    return plan_export("thunderbird", pop_account(), machine=linux(home))


def steps_of(make, state: Path) -> list[int]:
    """The steps of an export until it stands; those of its note are not among them, which may fail."""
    (state / "exports").mkdir(parents=True)
    disk = BreakingDisk()
    apply(make(), disk=disk, state=state)
    return [index for index, (_, path) in enumerate(disk.done) if not path.is_relative_to(state)]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_file_becomes_what_was_planned(home, state):
    changes = plan(home)
    apply(changes, state=state)

    assert (profile_of(home) / "prefs.js").read_bytes() == changes.changes[0].after


def test_a_second_export_does_nothing(home, state):
    apply(plan(home), state=state)
    before = snapshot(home)

    assert apply(plan(home), state=state).undo is None
    assert snapshot(home) == before


def test_the_old_file_is_kept_in_a_backup_for_its_owner_alone(home, state):
    backup = apply(plan(home), state=state).backup

    assert backup is not None
    assert backup.parent == profile_of(home) / "mailsetup-backup"
    assert (backup / "0-prefs.js").read_bytes() == _OLD
    assert [
        mode(path) for path in (backup.parent, backup, backup / "0-prefs.js", backup / "manifest.json")
    ] == [
        0o700,
        0o700,
        0o600,
        0o600,
    ]


def test_the_manifest_says_how_to_go_back(home, state):
    applied = apply(plan(home), state=state)
    assert applied.backup is not None
    manifest = json.loads((applied.backup / "manifest.json").read_text())
    prefs = profile_of(home) / "prefs.js"

    assert manifest["id"] == applied.undo
    assert manifest["files"] == [
        {
            "path": str(prefs),
            "target": str(prefs),
            "before": sha256(_OLD).hexdigest(),
            "after": sha256(prefs.read_bytes()).hexdigest(),
            "copy": "0-prefs.js",
            "written": "0-prefs.js.written",
            "trace": None,
        }
    ]


def test_our_own_state_holds_where_the_backup_is_and_nothing_of_the_account(home, state):
    applied = apply(plan(home), state=state)
    [note] = (state / "exports").iterdir()

    assert note.name == f"{applied.undo}.json"
    assert json.loads(note.read_text())["backup"] == str(applied.backup)
    assert "ada" not in note.read_text()


def test_an_export_stands_where_our_own_state_cannot_be_written(home, state):
    state.write_text("a file in the way")
    changes = plan(home)
    applied = apply(changes, state=state)

    assert applied.undo is None
    assert applied.backup is not None
    assert (profile_of(home) / "prefs.js").read_bytes() == changes.changes[0].after


def test_a_file_keeps_its_mode(home, state):
    (profile_of(home) / "prefs.js").chmod(0o640)
    apply(plan(home), state=state)

    assert mode(profile_of(home) / "prefs.js") == 0o640


def test_new_files_and_folders_are_for_their_owner_alone(tmp_path, state):
    apply(plan(tmp_path / "new"), state=state)
    made = list((tmp_path / "new").rglob("*"))

    assert {mode(path) for path in made} == {0o600, 0o700}
    assert len(made) > 5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for another user")
def test_what_root_writes_belongs_to_the_owner_of_the_profile(home, state):
    for path in [home, *home.rglob("*")]:
        os.chown(path, 12345, 12345)
    apply(plan(home), state=state)

    assert {path.stat().st_uid for path in home.rglob("*")} == {12345}


def test_a_linked_prefs_js_is_written_where_it_leads_and_stays_a_link(home, state):
    real = home / "dotfiles/prefs.js"
    real.parent.mkdir()
    (profile_of(home) / "prefs.js").rename(real)
    (profile_of(home) / "prefs.js").symlink_to(real)
    changes = plan(home)
    apply(changes, state=state)

    assert (profile_of(home) / "prefs.js").readlink() == real
    assert real.read_bytes() == changes.changes[0].after


def test_a_file_that_changed_since_the_plan_is_not_touched(home, state):
    changes = plan(home)
    (profile_of(home) / "prefs.js").write_bytes(_OLD + b"// later\n")
    before = snapshot(home)
    with pytest.raises(ProfileRefused, match=r"prefs\.js has changed since this was planned"):
        apply(changes, state=state)

    assert snapshot(home) == before


def test_a_file_that_was_to_stay_and_changed_since_the_plan_stops_the_rest(home, state):
    kept = profile_of(home) / "key4.db"
    kept.write_bytes(b"new key")
    changes = plan(home)
    with_keys = ChangeSet(
        client=changes.client,
        profile=changes.profile,
        changes=(FileChange(path=kept, before=b"old key", after=b"old key"), *changes.changes),
    )
    with pytest.raises(ProfileRefused, match=r"key4\.db has changed"):
        apply(with_keys, state=state)


def test_a_thunderbird_started_since_the_plan_is_noticed(home, state):
    changes = plan(home)
    with thunderbird_on(profile_of(home)):
        before = snapshot(home)
        with pytest.raises(ProfileRefused, match="Thunderbird is running"):
            apply(changes, state=state)

        assert snapshot(home) == before


def test_a_thunderbird_started_while_we_write_is_noticed_before_anything_counts(home, state):
    changes = plan(home)

    class StartsThunderbird(Disk):
        def write_new(self, path, content, **options):
            super().write_new(path, content, **options)
            if not (profile_of(home) / "lock").is_symlink():
                (profile_of(home) / "lock").symlink_to(f"127.0.0.1:+{os.getpid()}")

    with pytest.raises(ProfileRefused, match="seems to be running"):
        apply(changes, disk=StartsThunderbird(), state=state)

    (profile_of(home) / "lock").unlink()
    assert plan(home) == changes
    assert not (profile_of(home) / "mailsetup-backup").exists()


def test_a_file_that_changes_while_we_write_is_noticed_before_anything_counts(home, state):
    prefs = profile_of(home) / "prefs.js"

    class AnotherWrites(Disk):
        def write_new(self, path, content, **options):
            super().write_new(path, content, **options)
            prefs.write_bytes(b"// another program's\n")

    with pytest.raises(ProfileRefused, match="has changed since this was planned"):
        apply(plan(home), disk=AnotherWrites(), state=state)

    assert prefs.read_bytes() == b"// another program's\n"


_HOLD_FOLDER = """
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_mailsetup_in(folder: Path) -> Iterator[None]:
    """A process that holds a folder as a second mailsetup does."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD_FOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        yield
        holder.stdin.close()


def test_a_second_mailsetup_in_the_same_profile_is_refused(home, state):
    before = snapshot(home)
    with another_mailsetup_in(profile_of(home)), pytest.raises(ProfileRefused, match="Another mailsetup"):
        apply(plan(home), state=state)

    assert snapshot(home) == before


def test_two_first_exports_at_once_leave_one_profile(tmp_path, state):
    home = tmp_path / "home"
    home.mkdir()
    one, other = plan(home), plan(home)
    apply(one, state=state)
    with pytest.raises(ProfileRefused):
        apply(other, state=state)

    assert [path.name for path in (home / ".thunderbird").iterdir() if path.is_dir()] == [one.profile.name]


def test_a_deletion_that_nobody_agreed_to_is_refused(home, state):
    apply(plan(home), state=state)
    folder = profile_of(home) / "Mail/pop.example.org"
    folder.mkdir(parents=True)
    (folder / "popstate.dat").write_bytes(b"*pop.example.org ada@example.org\nk one 1700000000\n")
    changes = plan_export("thunderbird", pop_account(Retention(keep=False)), machine=linux(home))
    before = snapshot(home)
    with pytest.raises(Unsafe, match="It will delete all of them"):
        apply(changes, state=state)

    assert snapshot(home) == before


def test_a_deletion_that_was_agreed_to_is_carried_out(home, state):
    apply(plan(home), state=state)
    folder = profile_of(home) / "Mail/pop.example.org"
    folder.mkdir(parents=True)
    (folder / "popstate.dat").write_bytes(b"*pop.example.org ada@example.org\nk one 1700000000\n")
    wished = pop_account(Retention(keep=False))
    apply(plan_export("thunderbird", wished, machine=linux(home)), deletion_agreed=True, state=state)

    assert b'leave_on_server", false' in (profile_of(home) / "prefs.js").read_bytes()


def test_an_error_at_any_step_leaves_an_existing_profile_as_it_was(home, tmp_path, state):
    before = snapshot(home)
    changes = plan(home)
    for step in steps_of(lambda: plan_copy(home, tmp_path / "trial"), state):
        with pytest.raises(ProfileRefused, match=r"The disk is full: .* Nothing was changed"):
            apply(changes, disk=BreakingDisk(step), state=state)
        assert snapshot(home) == before, f"step {step}"
        assert len(list_exports(state)) == 1, "the trial alone"


def test_an_error_at_any_step_leaves_no_trace_of_a_first_profile(tmp_path, state):
    home = tmp_path / "home"
    home.mkdir()
    changes = plan(home)
    (tmp_path / "trial").mkdir()
    for step in steps_of(lambda: plan(tmp_path / "trial"), state):
        with pytest.raises(ProfileRefused, match="Nothing was changed"):
            apply(changes, disk=BreakingDisk(step), state=state)
        assert snapshot(home) == {}, f"step {step}"


def test_a_kill_at_any_step_leaves_the_old_profile_or_the_new_one(home, tmp_path, state):
    total = steps_of(lambda: plan_copy(home, tmp_path / "trial"), state)
    after = plan(home).changes[-1].after
    seen = set()
    for step in range(total[-1] + 2):
        prefs = profile_of(home) / "prefs.js"
        prefs.write_bytes(_OLD)
        with suppress(Killed):
            apply(plan(home), disk=BreakingDisk(step, kill=True), state=state)
        seen.add(prefs.read_bytes())

    assert seen == {_OLD, after}


def test_a_kill_at_any_step_lets_the_next_export_make_the_first_profile(tmp_path, state):
    (tmp_path / "trial").mkdir()
    for step in range(steps_of(lambda: plan(tmp_path / "trial"), state)[-1] + 1):
        home = tmp_path / f"home{step}"
        home.mkdir()
        with pytest.raises(Killed):
            apply(plan(home), disk=BreakingDisk(step, kill=True), state=state)
        if not plan(home).empty:
            apply(plan(home), state=state)
        assert plan(home).empty, f"step {step}"


def test_an_interrupt_takes_everything_back(home, state):
    before = snapshot(home)

    class InterruptedOnce(Disk):
        done = False

        def rename(self, source, target):
            super().rename(source, target)
            if not self.done:
                self.done = True
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(plan(home), disk=InterruptedOnce(), state=state)

    assert snapshot(home) == before


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EDQUOT, "Your disk quota is used up"),
        (errno.EROFS, "is on a disk that cannot be written to"),
        (errno.EACCES, "may not be written by this user"),
        (errno.EIO, "could not be written: Input/output error"),
    ],
)
def test_each_way_a_disk_fails_has_its_sentence(home, state, error, sentence):
    with pytest.raises(ProfileRefused, match=sentence):
        apply(plan(home), disk=BreakingDisk(0, error=error), state=state)


def test_where_a_file_cannot_be_put_back_the_backup_stays_and_is_named(home, state):
    class Dying(Disk):
        def __init__(self) -> None:
            self.dead = False

        def write_new(self, path, content, **options):
            if self.dead:
                raise OSError(errno.EIO, "gone", str(path))
            super().write_new(path, content, **options)

        def rename(self, source, target):
            super().rename(source, target)
            self.dead = True
            raise OSError(errno.EIO, "gone", str(target))

    with pytest.raises(ProfileRefused, match=r"the files as they were are in .*mailsetup-backup"):
        apply(plan(home), disk=Dying(), state=state)

    [backup] = (profile_of(home) / "mailsetup-backup").iterdir()
    assert (backup / "0-prefs.js").read_bytes() == _OLD


def plan_copy(home: Path, copy: Path) -> ChangeSet:
    """The same plan for a copy of a home."""
    subprocess.run(["cp", "-a", str(home), str(copy)], check=True)
    return plan(copy)


def test_of_a_secret_file_no_copy_of_what_was_written_is_kept(home, state):
    keys = FileChange(path=profile_of(home) / "key4.db", before=None, after=b"the new key", secret=True)
    apply(ChangeSet(client="thunderbird", profile=profile_of(home), changes=(keys,)), state=state)
    kept = [
        path.read_bytes() for path in (profile_of(home) / "mailsetup-backup").rglob("*") if path.is_file()
    ]

    assert kept
    assert not any(b"the new key" in content for content in kept)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for another user")
def test_root_follows_no_link_of_a_user_to_what_is_anothers(home, state, tmp_path):
    for path in [home, *home.rglob("*")]:
        os.chown(path, 12345, 12345)
    prefs = profile_of(home) / "prefs.js"
    victim = tmp_path / "victim"
    prefs.rename(victim)
    os.chown(victim, 0, 0)
    prefs.symlink_to(victim)
    before = snapshot(home)
    with pytest.raises(ProfileRefused, match="which belongs to another user"):
        apply(plan(home), state=state)

    assert snapshot(home) == before
    assert victim.read_bytes() == _OLD


def test_an_id_that_is_taken_is_drawn_again(tmp_path, monkeypatch):
    drawn = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr("mailsetup.clients.apply.secrets.token_hex", lambda size: next(drawn))
    state = tmp_path / "state"
    ids = []
    for content in (b"one", b"two"):
        path = tmp_path / "profile" / "prefs.js"
        before = path.read_bytes() if path.exists() else None
        change = FileChange(path=path, before=before, after=content)
        changes = ChangeSet(client="thunderbird", profile=path.parent, changes=(change,))
        ids.append(apply(changes, state=state).undo)
    assert len(set(ids)) == 2
