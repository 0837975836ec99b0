"""Thunderbird's password store, with the NSS library of the Thunderbird that is installed here."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.unit.clients.samples import (
    account,
    imap_account,
    linux,
    make_profile,
    pop_account,
    server,
    snapshot,
)

from mailsetup.account import Auth, Protocol, Secret
from mailsetup.clients.changes import Action
from mailsetup.clients.client import Machine
from mailsetup.clients.thunderbird import seal
from mailsetup.clients.thunderbird.nss import store_password

THUNDERBIRD = Path("/usr/lib/thunderbird")
_PASSWORD = Secret('gehéim "x" \\ 1')


def store(profile: Path, wished=None, password=_PASSWORD):
    return store_password(profile, wished or pop_account(), password, linux(profile.parent), time.time())


def write(stored):
    for change in stored.changes:
        change.path.write_bytes(change.after)


def opened(profile: Path) -> dict[str, tuple[str, str]]:
    """What is in a profile's store, opened with Thunderbird's library in a process of its own."""
    program = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import seal; from pathlib import Path;"
        "nss = seal._Nss(Path(sys.argv[2])); assert nss.open(sys.argv[3]);"
        "logins = json.load(open(sys.argv[3] + '/logins.json'))['logins'];"
        "print(json.dumps({l['hostname']: [nss.decrypt(l['encryptedUsername']),"
        " nss.decrypt(l['encryptedPassword'])] for l in logins}))"
    )
    arguments = [str(Path(seal.__file__).parent), str(THUNDERBIRD / "libnss3.so"), str(profile)]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, check=True)
    return {uri: tuple(login) for uri, login in json.loads(done.stdout).items()}


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return make_profile(tmp_path / "profile")


@pytest.fixture
def locked(profile: Path, tmp_path: Path) -> Path:
    """A profile with a Primary Password."""
    write(store(profile))
    (tmp_path / "old").write_text("\n")
    (tmp_path / "new").write_text("primary\n")
    database = f"sql:{profile}"
    subprocess.run(
        ["certutil", "-W", "-d", database, "-f", str(tmp_path / "old"), "-@", str(tmp_path / "new")],
        check=True,
        capture_output=True,
    )
    return profile


@pytest.mark.thunderbird
def test_a_stored_password_opens_with_thunderbirds_own_library(profile):
    write(store(profile))

    assert opened(profile) == {
        "mailbox://pop.example.org": ("ada@example.org", _PASSWORD.reveal()),
        "smtp://smtp.example.org": ("ada@example.org", _PASSWORD.reveal()),
    }


@pytest.mark.thunderbird
def test_planning_touches_nothing_of_the_profile(profile):
    write(store(profile))
    before = snapshot(profile)
    store(profile, password=Secret("other"))

    assert snapshot(profile) == before


@pytest.mark.thunderbird
def test_the_same_password_again_changes_nothing(profile):
    write(store(profile))

    assert store(profile).changes == ()


@pytest.mark.thunderbird
def test_another_password_replaces_the_old_one(profile):
    write(store(profile))
    write(store(profile, password=Secret("new")))

    assert opened(profile)["mailbox://pop.example.org"] == ("ada@example.org", "new")
    assert len(json.loads((profile / "logins.json").read_bytes())["logins"]) == 2


@pytest.mark.thunderbird
def test_another_account_leaves_the_logins_of_the_first(profile):
    write(store(profile))
    write(store(profile, imap_account(), Secret("other")))

    assert opened(profile)["mailbox://pop.example.org"] == ("ada@example.org", _PASSWORD.reveal())
    assert opened(profile)["imap://imap.example.org"] == ("ada@example.org", "other")


@pytest.mark.thunderbird
def test_everything_that_is_written_is_secret(profile):
    assert all(change.secret for change in store(profile).changes if change.action is not Action.NONE)
    assert not any(_PASSWORD.reveal().encode() in change.after for change in store(profile).changes)


@pytest.mark.thunderbird
def test_a_primary_password_is_respected_and_told(locked):
    stored = store(locked, password=Secret("new"))

    assert stored.changes == ()
    assert stored.refused is not None
    assert "Primary Password" in stored.refused.template


@pytest.mark.thunderbird
def test_a_key_that_no_library_opens_is_told(profile):
    (profile / "key4.db").write_bytes(b"no database")
    stored = store(profile)

    assert stored.refused is not None
    assert "refused the key" in stored.refused.template


def test_logins_that_cannot_be_understood_are_left_alone(profile):
    (profile / "logins.json").write_bytes(b"broken")
    stored = store(profile)

    assert stored.refused is not None
    assert stored.refused.fields == {"path": profile / "logins.json"}


def test_an_account_without_passwords_has_none_stored(profile):
    oauth = (Auth.OAUTH2,)
    wished = account(
        server(Protocol.IMAP, "imap.example.org", auth=oauth),
        outgoing=server(Protocol.SMTP, "smtp.example.org", auth=oauth),
    )
    stored = store(profile, wished)

    assert stored.refused is not None
    assert "does not log in with one" in stored.refused.template


@pytest.mark.parametrize("system", ["darwin", "windows"])
def test_elsewhere_than_on_linux_it_is_said_and_skipped(profile, system):
    machine = Machine(system=system, home=profile.parent, environment={})
    stored = store_password(profile, pop_account(), _PASSWORD, machine, time.time())

    assert stored.changes == ()
    assert stored.refused is not None
    assert "on Linux only" in stored.refused.template
