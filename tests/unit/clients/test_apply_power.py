"""What is left of a profile when the power fails while it is written.

Of all that was not yet on the disk, any part may be gone, in any folder.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from tests.unit.clients.disturbed import Person

from mailsetup.clients.apply import apply
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.disk import Disk
from mailsetup.clients.folders import BACKUPS, LEFTOVER
from mailsetup.clients.undo import plan_undo

Tree = dict[Path, bytes | None]
"""What a disk holds: files, and None for a folder."""
MAKES = pytest.mark.parametrize(
    "make", [Person.with_profile, Person.new], ids=["a profile", "no profile yet"]
)


class LosingPower(Disk):
    """The real disk, which knows after each step what a power cut would leave.

    A new file is on the disk whole (the calls for that are watched elsewhere), but its name, like every name
    that is made, changed or removed, only once its folder was synced; until then the first so many changes of
    each folder may be there, and the others not.
    """

    def __init__(self, root: Path) -> None:
        self._kept: Tree = {path: None if path.is_dir() else path.read_bytes() for path in root.rglob("*")}
        self._kept[root] = None
        self._pending: dict[Path, list[tuple[Path, Path | None, bytes | None]]] = {}
        self.left: list[list[Tree]] = [list(self._crashes())]

    def _crashes(self) -> Iterator[Tree]:
        folders = list(self._pending)
        for lengths in product(*(range(len(self._pending[folder]) + 1) for folder in folders)):
            tree = dict(self._kept)
            for folder, length in zip(folders, lengths, strict=True):
                for change in self._pending[folder][:length]:
                    _change(tree, *change)
            yield {path: tree[path] for path in tree if all(above in tree for above in _above(path, tree))}

    def _note(self, path: Path, source: Path | None, content: bytes | None) -> None:
        self._pending.setdefault(path.parent, []).append((path, source, content))
        self.left.append(list(self._crashes()))

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        self._note(path, None, None)

    def write_new(self, path: Path, content: bytes, *, mode: int, like: Path | None = None) -> None:
        super().write_new(path, content, mode=mode, like=like)
        self._note(path, None, content)

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        assert source.parent == target.parent, "only within a folder is it one change"
        self._note(target, source, None)

    def remove(self, path: Path) -> None:
        super().remove(path)
        self._note(path, path, None)

    def sync_folder(self, path: Path) -> None:
        super().sync_folder(path)
        for change in self._pending.pop(path, []):
            _change(self._kept, *change)
        self.left.append(list(self._crashes()))


def _change(tree: Tree, path: Path, source: Path | None, content: bytes | None) -> None:
    """Make, rename (from another source) or remove (from itself) what has this path."""
    if source is None:
        tree[path] = content
    elif source == path:
        tree.pop(path, None)
    else:
        tree[path] = tree.pop(source)


def _above(path: Path, tree: Tree) -> list[Path]:
    root = min(tree, key=lambda each: len(each.parts))
    return [above for above in path.parents if above.is_relative_to(root)]


def files(tree: Tree) -> Tree:
    """What Thunderbird would see."""
    return {
        path: content
        for path, content in tree.items()
        if content is not None and BACKUPS not in path.parts and LEFTOVER not in path.name
    }


def carry_out(changes: ChangeSet, person: Person) -> list[list[Tree]]:
    """All that a power cut could leave, after each step of a run."""
    (person.state / "exports").mkdir(parents=True, exist_ok=True)
    disk = LosingPower(person.home.parent)
    apply(changes, state=person.state, disk=disk)
    return disk.left


@MAKES
def test_a_power_cut_at_any_moment_of_an_export_leaves_the_old_profile_or_the_new_one(make, tmp_path) -> None:
    person = make(tmp_path)
    changes = person.plan()
    commit = changes.changes[-1]
    left = carry_out(changes, person)
    [before], after = left[0], left[-1]
    seen = set()
    for tree in [tree for trees in left for tree in trees]:
        there = tree.get(commit.path)
        seen.add(there)
        assert there in (commit.before, commit.after)
        for change in changes.changes:
            wanted = (change.before, change.after) if there == commit.before else (change.after,)
            assert tree.get(change.path) in wanted
        assert files(before).keys() <= files(tree).keys()

    assert seen == {commit.before, commit.after}
    assert {tree.get(commit.path) for tree in after} == {commit.after}, "what was told as done is done"


@MAKES
def test_whatever_a_power_cut_leaves_of_an_export_can_be_taken_back(make, tmp_path) -> None:
    person = make(tmp_path)
    changes = person.plan()
    for trees in carry_out(changes, person):
        for tree in trees:
            if all(tree.get(change.path) == change.before for change in changes.changes):
                continue
            assert [path for path in tree if path.parent == person.state / "exports"]
            [manifest] = [path for path in tree if path.name == "manifest.json"]
            copies = {path.name for path in tree if path.parent == manifest.parent}
            assert len(copies) == 1 + sum(
                (change.before is not None) + (not change.secret) for change in changes.changes
            )


@MAKES
def test_a_power_cut_at_any_moment_of_an_undo_leaves_the_account_whole_or_its_prefs_gone(
    make, tmp_path
) -> None:
    person = make(tmp_path)
    person.finish()
    changes = plan_undo(state=person.state)
    commit = changes.changes[0]
    left = carry_out(changes, person)
    [before] = left[0]
    for tree in [tree for trees in left for tree in trees]:
        assert tree.get(commit.path) in (commit.before, commit.after)
        if tree.get(commit.path) == commit.before:
            assert files(tree) == files(before)

    assert {tree.get(commit.path) for tree in left[-1]} == {commit.after}
