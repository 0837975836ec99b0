"""mailsetup and a real Secret Service: GNOME Keyring on a message bus of its own, without a screen."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world.world import Outcome, environment

pytestmark = [
    pytest.mark.needs("dbus-run-session", "dbus-daemon"),
    pytest.mark.needs("gnome-keyring-daemon", "gnome-keyring"),
]

SESAME = "open sesame “Ä” \\ 'x'"
UNLOCKED = 'printf %s login | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'
LOCKED = 'gnome-keyring-daemon --start --components=secrets >/dev/null && exec "$@"'
# What the daemon starts to ask a person for the keyring's password; this one never does. It is gone soon
# after mailsetup has given up, for nobody else ends it.
SILENT_PROMPTER = """[D-BUS Service]
Name=org.gnome.keyring.SystemPrompter
Exec=/bin/sh -c 'exec sleep 8 >/dev/null 2>&1'
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A person's folder, its path short, for the sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="keyring-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def mailsetup(home: Path, session: str, *words: str, given: str = "") -> Outcome:
    """Run mailsetup in a desktop session, which ends with it; the keyring's file stays in the home."""
    command = [sys.executable, "-P", "-m", "mailsetup.cli.main", *words]
    ended = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", session, "sh", *command],
        input=given,
        capture_output=True,
        text=True,
        # A message bus of root looks for its services in the home that passwd names.
        env={**environment(home), "XDG_DATA_HOME": str(home / ".local/share")},
        timeout=60,
    )
    assert "Traceback" not in ended.stderr
    assert "sesame" not in ended.stdout + ended.stderr
    return Outcome(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def stored(home: Path) -> Path:
    """A home whose keyring has a password."""
    words = ("password", "set", "ada@example.org", "--password-stdin")
    outcome = mailsetup(home, UNLOCKED, *words, given=f"{SESAME}\n")
    outcome.done()
    assert "is now stored in the keyring (Secret Service)." in outcome.err
    return home


def test_a_password_outlives_the_session_it_was_stored_in(stored: Path) -> None:
    outcome = mailsetup(stored, UNLOCKED, "password", "status", "ada@example.org")
    outcome.done()
    assert outcome.out == "The password of ada@example.org is stored in the keyring (Secret Service).\n"


def test_the_password_lies_in_no_file_as_it_is(stored: Path) -> None:
    assert [path for path in stored.rglob("*") if path.is_file() and b"sesame" in path.read_bytes()] == []


def test_a_deleted_password_is_gone(stored: Path) -> None:
    mailsetup(stored, UNLOCKED, "password", "delete", "ada@example.org").done()
    assert mailsetup(stored, UNLOCKED, "password", "status", "ada@example.org").code == 1


def test_a_doctor_finds_it_safe(home: Path) -> None:
    words = ("doctor", "--nameserver", "127.0.0.1:9", "--timeout", "0.2", "--json")
    checks = {check["name"]: check for check in mailsetup(home, UNLOCKED, *words).json["checks"]}
    assert (checks["keyring"]["verdict"], checks["keyring"]["facts"]) == ("pass", {"place": "Secret Service"})


def test_a_locked_keyring_is_said_to_be_locked(stored: Path) -> None:
    outcome = mailsetup(stored, LOCKED, "password", "status", "ada@example.org")
    assert outcome.code == 1
    assert "The keyring is locked." in outcome.err


def test_a_keyring_that_waits_for_a_person_who_never_comes_is_given_up(stored: Path) -> None:
    services = stored / ".local/share/dbus-1/services"
    services.mkdir(parents=True)
    (services / "org.gnome.keyring.SystemPrompter.service").write_text(SILENT_PROMPTER)
    began = time.monotonic()
    outcome = mailsetup(stored, LOCKED, "password", "status", "ada@example.org")
    assert outcome.code == 1
    assert "The keyring did not answer in time" in outcome.err
    assert 5 <= time.monotonic() - began < 8
