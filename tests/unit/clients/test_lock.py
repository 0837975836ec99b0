import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.clients.samples import make_profile, thunderbird_on

from mailsetup.clients.thunderbird.lock import held_on_windows, hold, refuse_if_running
from mailsetup.errors import ProfileRefused

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the locks of Linux and macOS")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return make_profile(tmp_path / "profile")


def test_a_running_thunderbird_is_noticed_by_its_lock(profile):
    with thunderbird_on(profile), pytest.raises(ProfileRefused, match="Thunderbird is running"):
        refuse_if_running(profile)


def test_a_lock_file_that_nobody_holds_proves_nothing(profile):
    (profile / ".parentlock").touch()

    refuse_if_running(profile)


def test_a_link_to_a_living_process_is_believed(profile):
    (profile / "lock").symlink_to(f"127.0.0.1:+{os.getpid()}")
    with pytest.raises(ProfileRefused, match=r"seems to be running.*remove .*/lock"):
        refuse_if_running(profile)


@pytest.mark.parametrize("owner", ["127.0.0.1:+{dead}", "127.0.0.1:{dead}", "nonsense", "127.0.0.1:+0"])
def test_a_link_that_outlived_its_process_proves_nothing(profile, owner):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (profile / "lock").symlink_to(owner.format(dead=gone.pid))

    refuse_if_running(profile)


def test_asking_leaves_nothing_behind(profile):
    refuse_if_running(profile)

    assert os.listdir(profile) == ["prefs.js"]


def test_while_it_is_held_thunderbird_cannot_take_the_lock(profile):
    (profile / ".parentlock").touch()
    take = "import fcntl,sys; fcntl.lockf(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with hold(profile):
        taken = subprocess.run(
            [sys.executable, "-c", take, str(profile / ".parentlock")], stderr=subprocess.DEVNULL, check=False
        )

    assert taken.returncode != 0


def test_a_running_thunderbird_cannot_be_held(profile):
    with thunderbird_on(profile), pytest.raises(ProfileRefused), hold(profile):
        pass


def test_a_profile_without_a_lock_file_is_held_without_making_one(profile):
    with hold(profile):
        assert os.listdir(profile) == ["prefs.js"]


def test_on_windows_a_file_that_opens_is_free(profile):
    (profile / "parent.lock").touch()

    assert not held_on_windows(profile / "parent.lock")


def test_on_windows_a_file_that_is_not_there_is_free(profile):
    assert not held_on_windows(profile / "parent.lock")
