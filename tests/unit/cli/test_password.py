"""`mailsetup password`: kept, found and forgotten, at a terminal and in a script, and never shown."""

import json
from pathlib import Path

import pytest
from tests.unit.cli.alone import alone, ring_environment
from tests.unit.cli.program import Program

SESAME = "open sesame “Ä” \\ 'x'"
KEPT = {"mailsetup ada@example.org": SESAME}


def kept(home: Path) -> dict[str, str]:
    """What the keyring of this home holds."""
    path = home / "ring.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def keep(home: Path, password: str = SESAME) -> None:
    """Have a password in the keyring already."""
    (home / "ring.json").write_text(json.dumps({"mailsetup ada@example.org": password}))


def test_a_script_stores_a_password_by_stdin(tmp_path: Path) -> None:
    ended = alone(tmp_path).run(
        "password", "set", "ada@example.org", "--password-stdin", stdin=f"{SESAME}\nrest\n"
    )
    assert kept(tmp_path) == KEPT
    assert (ended.code, ended.out) == (0, "")
    assert ended.told == "The password of ada@example.org is now stored in the keyring (a keyring for tests)."


def test_a_person_types_the_password_twice_without_seeing_it(tmp_path: Path) -> None:
    with alone(tmp_path).at_terminal("password", "set", "ada@example.org") as terminal:
        terminal.wait_for("Password for ada@example.org")
        assert not terminal.echoes
        terminal.type("sesame\n")
        terminal.wait_for("once more")
        assert not terminal.echoes
        terminal.type("sesame\n")
        assert terminal.end() == 0
    assert "sesame" not in terminal.screen
    assert list(kept(tmp_path).values()) == ["sesame"]


def test_a_password_typed_differently_is_asked_for_again(tmp_path: Path) -> None:
    with alone(tmp_path).at_terminal("password", "set", "ada@example.org") as terminal:
        terminal.wait_for("Password for ada@example.org")
        terminal.type("sesame\n")
        terminal.wait_for("once more")
        terminal.type("sesamy\n")
        terminal.wait_for("not the same")
        assert kept(tmp_path) == {}
        terminal.wait_for("Password for ada@example.org")
        terminal.type("sesame\n")
        terminal.wait_for("once more")
        terminal.type("sesame\n")
        assert terminal.end() == 0
    assert list(kept(tmp_path).values()) == ["sesame"]


def test_ctrl_c_stores_nothing(tmp_path: Path) -> None:
    with alone(tmp_path).at_terminal("password", "set", "ada@example.org") as terminal:
        terminal.wait_for("Password for ada@example.org")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert kept(tmp_path) == {}


def test_set_without_a_person_and_without_stdin_is_wrong_usage(tmp_path: Path) -> None:
    ended = alone(tmp_path).run("password", "set", "ada@example.org")
    assert ended.code == 2
    assert "nobody to ask" in ended.told


def test_status_says_where_and_not_what(tmp_path: Path) -> None:
    keep(tmp_path)
    ended = alone(tmp_path).run("password", "status", "ada@example.org")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "The password of ada@example.org is stored in the keyring (a keyring for tests).\n"


def test_status_of_an_address_without_a_password_ends_with_1(tmp_path: Path) -> None:
    keep(tmp_path)
    ended = alone(tmp_path).run("password", "status", "bob@example.org")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out == "No password of bob@example.org is stored in the keyring (a keyring for tests).\n"


def test_delete_forgets_the_password(tmp_path: Path) -> None:
    keep(tmp_path)
    ended = alone(tmp_path).run("password", "delete", "ada@example.org")
    assert kept(tmp_path) == {}
    assert (ended.code, ended.told) == (
        0,
        "The password of ada@example.org was deleted from the keyring (a keyring for tests).",
    )


def test_deleting_where_nothing_is_stored_is_no_error(tmp_path: Path) -> None:
    ended = alone(tmp_path).run("password", "delete", "ada@example.org")
    assert (ended.code, ended.told) == (0, "No password of ada@example.org is stored.")


@pytest.mark.parametrize(
    ("ring", "code", "told"),
    [
        (None, 1, "This machine has no keyring that a password could be kept in."),
        ("Locked", 1, "The keyring is locked."),
        ("Fails", 1, "The keyring failed"),
        ("Plaintext", 6, "does not keep passwords safe."),
        ("NoSuchRing", 1, "The keyring that is set up here cannot be used (AttributeError)."),
    ],
)
@pytest.mark.parametrize("command", ["set", "status"])
def test_a_keyring_of_no_use_is_told_in_a_sentence(
    command: str, ring: str | None, code: int, told: str, tmp_path: Path
) -> None:
    words = ["password", command, "ada@example.org", *(["--password-stdin"] if command == "set" else [])]
    ended = alone(tmp_path, ring).run(*words, stdin="open sesame\n")
    assert ended.code == code
    assert told in ended.told
    assert "sesame" not in ended.err


def test_nobody_types_a_password_that_could_not_be_kept(tmp_path: Path) -> None:
    with alone(tmp_path, "Plaintext").at_terminal("password", "set", "ada@example.org") as terminal:
        assert terminal.end() == 6
    assert "Password for" not in terminal.screen


def test_what_the_keyring_library_logs_is_not_shown(tmp_path: Path) -> None:
    settings = tmp_path / "config/python_keyring"
    settings.mkdir(parents=True)
    (settings / "keyringrc.cfg").write_text("[backend]\nwrong=1\n")
    ended = alone(tmp_path, None).run(
        *("password", "status", "ada@example.org"),
        environment={"XDG_CONFIG_HOME": str(settings.parent), "PYTHON_KEYRING_BACKEND": ""},
    )
    assert ended.code == 1
    assert ended.told.startswith("This machine has no keyring")


def test_what_is_no_address_is_wrong_usage(tmp_path: Path) -> None:
    assert alone(tmp_path).run("password", "status", "ada").code == 2


def test_check_finds_the_stored_password_and_says_so(program: Program) -> None:
    keep(program.home, program.password)
    ended = program.run("check", "ada@example.org", environment=ring_environment(program.home, "Works"))
    assert ended.code == 0
    assert "Using the password of ada@example.org stored in the keyring (a keyring for tests)." in ended.told
    assert program.password not in ended.out + ended.err


def test_a_stored_password_is_noted_on_stderr_beside_the_one_json_document(program: Program) -> None:
    keep(program.home, program.password)
    ended = program.run(
        "check", "ada@example.org", "--json", environment=ring_environment(program.home, "Works")
    )
    assert ended.document("check")["verdict"] == "pass"
    assert "Using the password" in ended.told


def test_check_goes_on_to_ask_where_there_is_no_keyring(program: Program) -> None:
    with program.at_terminal("check", "ada@example.org") as terminal:
        terminal.wait_for("Password for ada@example.org")
        terminal.type(program.password + "\n")
        assert terminal.end() == 0


def test_a_script_is_told_that_there_is_no_keyring(program: Program) -> None:
    ended = program.run("check", "ada@example.org")
    assert ended.code == 2
    assert "This machine has no keyring" in ended.told
    assert "There is no password for ada@example.org" in ended.told


def test_check_takes_the_password_of_a_command(program: Program) -> None:
    file = program.home / "with a space"
    file.write_text(f"{program.password}\nlogin: ada\n")
    ended = program.run("check", "ada@example.org", "--password-command", f"cat '{file}'")
    assert ended.code == 0
    assert program.password not in ended.out + ended.err
