"""`mailsetup setup` against real servers, up to the files it writes."""

import signal
from pathlib import Path

import pytest
from tests.world.servers import wait_until
from tests.world.world import PASSWORD, Outcome, World, environment

pytestmark = pytest.mark.world

ADA = "ada@srv.example"


def _set_up(world: World, home: Path, *words: str, password: str = PASSWORD) -> Outcome:
    command = ("setup", *words, "--client", "thunderbird", "--no-input", "--password-stdin")
    return world.mailsetup(*command, home=home, given=password + "\n")


def _files(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file())


def test_it_writes_the_profile_of_a_person_who_has_none(world: World, tmp_path: Path) -> None:
    world.fill_mailbox(ADA)
    outcome = _set_up(world, tmp_path, ADA, "--yes", "--json", "--protocol", "pop3", "--leave-days", "30")
    outcome.done()
    account = outcome.json["account"]
    assert account["incoming"]["host"] == "mail.srv.example"
    assert outcome.json["export"]["applied"] is True
    assert [path.name for path in _files(tmp_path) if path.name == "prefs.js"] == ["prefs.js"]


def test_the_user_name_that_worked_is_written(world: World, tmp_path: Path) -> None:
    _set_up(world, tmp_path, "bob@short.example", "--yes").done()
    [prefs] = tmp_path.rglob("prefs.js")
    assert '"mail.server.server1.userName", "bob"' in prefs.read_text()


@pytest.mark.parametrize("words", [["--yes", "--dry-run"], ["--dry-run"]])
def test_a_dry_run_shows_the_changes_and_writes_nothing(
    world: World, tmp_path: Path, words: list[str]
) -> None:
    outcome = _set_up(world, tmp_path, ADA, *words)
    outcome.done()
    assert "mail.srv.example" in outcome.out
    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "password", "code"),
    [
        pytest.param([ADA], PASSWORD, 6, id="no yes to the changes"),
        pytest.param([ADA, "--yes"], "wrong", 5, id="a wrong password"),
        pytest.param(["ada@mxonly.example", "--yes"], PASSWORD, 6, id="no yes to a foreign host"),
        pytest.param(["ada@othername.example", "--yes"], PASSWORD, 6, id="a certificate for another name"),
        pytest.param(["ada@closed.example", "--yes"], PASSWORD, 4, id="nothing listens"),
        pytest.param(["ada@nowhere.example", "--yes"], PASSWORD, 3, id="an unknown domain"),
        pytest.param(["ada", "--yes"], PASSWORD, 2, id="no address"),
        pytest.param(
            [ADA, "--yes", "--protocol", "imap", "--leave-days", "3"], PASSWORD, 2, id="IMAP for days"
        ),
    ],
)
def test_what_cannot_be_done_leaves_no_file_behind(
    world: World, tmp_path: Path, words: list[str], password: str, code: int
) -> None:
    _set_up(world, tmp_path, *words, password=password).failed(code)
    assert _files(tmp_path) == []


def test_ctrl_c_ends_it_at_once_and_leaves_no_file_behind(world: World, tmp_path: Path) -> None:
    words = ("setup", "ada@hangs.example", "--client", "thunderbird", "--no-login", "--yes")
    shown = tmp_path / "shown"
    home = tmp_path / "home"
    home.mkdir()
    with shown.open("wb") as log:
        running = world.namespace.start(world.command_line(*words), env=environment(home), log=log)
    try:
        wait_until(lambda: _hangs(world), "mailsetup waits for the silent server", explain=shown.read_text)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=5) == 130
    finally:
        running.kill()
        running.wait()
    assert "Traceback" not in shown.read_text()
    assert _files(home) == []


def _hangs(world: World) -> bool:
    # 127.0.0.71:993 as the other end of an established connection (state 01).
    table = world.namespace.run(["cat", "/proc/net/tcp"]).stdout.splitlines()
    return any(line.split()[2:4] == ["4700007F:03E1", "01"] for line in table)
