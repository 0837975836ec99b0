"""Two exports into one profile at the same moment, each by the real program."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.unit.cli.alone import Alone, alone
from tests.unit.cli.program import Ended
from tests.unit.clients.disturbed import every
from tests.world.servers import wait_until

pytestmark = pytest.mark.needs("strace", "strace")

# The first to rename a file waits on its way into that, with the folder held and nothing done.
SLOWLY = ("strace", "-f", "-o", "/dev/null", "-e", f"inject={every('rename')}:delay_enter=4s:when=1")


def export(program: Alone, user: str, before: tuple[str, ...] = ()) -> Ended:
    address = f"{user}@example.org"
    server = {"security": "tls", "auth": ["password"], "username": address, "trust": "verified"}
    document = {
        "schema": "mailsetup/discovery/1",
        "address": address,
        "domain": "example.org",
        "incoming": [{"protocol": "imap", "host": "imap.example.org", "port": 993, **server}],
        "outgoing": [{"protocol": "smtp", "host": "smtp.example.org", "port": 465, **server}],
    }
    (program.home / f"{user}.json").write_text(json.dumps(document))
    words = ("export", "thunderbird", address, "--from", f"{user}.json", "--profile", str(program.profile))
    # Without its own renames of what it compiles.
    quiet = {"PYTHONDONTWRITEBYTECODE": "1"}
    return program.run(*words, "--yes", "--no-input", before=before, environment=quiet)


def test_of_two_exports_at_once_one_is_written_and_the_other_refused(tmp_path: Path) -> None:
    program = alone(tmp_path, None)
    program.profile.mkdir()
    (program.profile / "prefs.js").write_text('user_pref("mine", 1);\n')
    with ThreadPoolExecutor() as threads:
        first = threads.submit(export, program, "ada", SLOWLY)
        wait_until(
            lambda: first.done() or bool(list(program.profile.glob("prefs.js.mailsetup-*"))),
            "the first one writes",
        )
        assert not first.done(), first.result().told
        other = export(program, "grace")
        assert (other.code, "Another mailsetup is writing" in other.told) == (7, True), other.told
        assert first.result().code == 0, first.result().told

    written = (program.profile / "prefs.js").read_text()
    assert ("ada@example.org" in written, "grace@example.org" in written) == (True, False)
    assert export(program, "grace").code == 0
