"""What root writes into a user's folder, while that user swaps names for links."""

import os
import stat
import sys
from pathlib import Path

import pytest

from mailsetup.clients.disk import Disk


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_swapped_for_a_link_while_root_writes_gives_nothing_away(tmp_path, monkeypatch):
    """The user whose folder it is puts a link to root's file in the place of the new one."""
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_text("root's")
    victim.chmod(0o600)
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    new = folder / "new"
    write = os.write

    def swapped(file, content):
        new.rename(folder / "aside")
        new.symlink_to(victim)
        return write(file, content)

    monkeypatch.setattr(os, "write", swapped)
    Disk().write_new(new, b"x", mode=0o644)

    assert (victim.stat().st_uid, stat.S_IMODE(victim.stat().st_mode)) == (0, 0o600)
    assert (folder / "aside").stat().st_uid == 12345


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_swapped_for_a_link_while_root_makes_it_gives_nothing_away(tmp_path, monkeypatch):
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.mkdir()
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    new = folder / "new"
    make = Path.mkdir

    def swapped(path, **options):
        make(path, **options)
        path.rename(folder / "aside")
        path.symlink_to(victim)

    monkeypatch.setattr(Path, "mkdir", swapped)
    with pytest.raises(OSError, match="new"):
        Disk().make_folder(new)

    assert victim.stat().st_uid == 0


def test_a_file_that_the_disk_takes_in_pieces_is_written_whole(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: write(file, content[:3]))
    Disk().write_new(tmp_path / "new", b"12345678", mode=0o600)

    assert (tmp_path / "new").read_bytes() == b"12345678"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is a thing of Linux")
def test_a_disk_that_cannot_sync_folders_is_written_all_the_same():
    Disk().sync_folder(Path("/proc"))
