"""Options from variables and from the settings file."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from tests.unit.cli.alone import alone
from tests.unit.cli.program import Ended, Program

from mailsetup.checks.report import Verdict
from mailsetup.cli import config, exams_settings
from mailsetup.cli.config import SettingsFile
from mailsetup.cli.main import all_commands, mailsetup
from mailsetup.errors import WrongUsage

COMMANDS = all_commands()
PATH = Path("/settings/config.toml")


def running() -> click.Context:
    """The program, as it is while a command runs: a command keeps the help option that it sees first."""
    return click.Context(mailsetup, **mailsetup.context_settings)


def settle(command: str, *words: str, environ: dict[str, str] | None = None, **entries: Any) -> Any:
    """What the settings give a command that runs with these words."""
    file = SettingsFile(PATH, {key.replace("_", "-"): value for key, value in entries.items()})
    settings = config.from_environment(command, COMMANDS[command], environ or {})
    settings += config.from_file(COMMANDS, file)
    with running():
        return config.defaults(command, COMMANDS[command], ["ada@example.org", *words], settings)


def test_without_settings_nothing_is_set() -> None:
    assert settle("setup") == {}


def test_an_option_at_the_top_is_for_every_command_that_has_it() -> None:
    assert settle("check", timeout=5) == {"timeout": 5}
    assert settle("discover", leave_days=5) == {}


def test_a_table_is_for_its_command_alone() -> None:
    assert settle("check", check={"no-login": True}) == {"no_login": True}
    assert settle("setup", check={"no-login": True}) == {}


def test_what_is_below_a_command_has_its_table() -> None:
    settings = config.from_file(COMMANDS, SettingsFile(PATH, {"password": {"no-input": True}}))
    with running():
        found = config.defaults("password", COMMANDS["password"], ["set", "ada@example.org"], settings)
    assert found == {"set": {"no_input": True}}


def test_a_key_may_have_underscores() -> None:
    settings = config.from_file(COMMANDS, SettingsFile(PATH, {"leave_days": 3}))
    assert {setting.option for setting in settings} == {"leave-days"}


@pytest.mark.parametrize(
    ("words", "environ", "value"),
    [
        (["--timeout", "1"], {"MAILSETUP_CHECK_TIMEOUT": "2", "MAILSETUP_TIMEOUT": "3"}, None),
        ([], {"MAILSETUP_CHECK_TIMEOUT": "2", "MAILSETUP_TIMEOUT": "3"}, "2"),
        ([], {"MAILSETUP_TIMEOUT": "3", "MAILSETUP_SETUP_TIMEOUT": "9"}, "3"),
        ([], {"MAILSETUP_TIMEOUT": ""}, 4),
        ([], {}, 4),
    ],
)
def test_the_command_line_wins_then_the_environment_then_the_file(
    words: list[str], environ: dict[str, str], value: object
) -> None:
    found = settle("check", *words, environ=environ, timeout=5, check={"timeout": 4})
    assert found.get("timeout") == value


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("true", True), ("yes", True), ("0", False), ("false", False)]
)
def test_a_variable_switches_on_or_off(text: str, value: bool) -> None:
    assert settle("setup", environ={"MAILSETUP_CLIENT_PASSWORD": text}) == {"client_password": value}
    assert settle("setup", environ={"MAILSETUP_NO_CLIENT_PASSWORD": text}) == {"client_password": not value}


def test_a_variable_may_hold_several_words() -> None:
    assert settle("check", environ={"MAILSETUP_ONLY": "srv mx"}) == {"only": ["srv", "mx"]}


@pytest.mark.parametrize(
    ("words", "entries", "left"),
    [
        (["--protocol", "pop3"], {"leave-days": 30}, {"leave_days": 30}),
        (["--protocol", "imap"], {"leave-days": 30}, {}),
        (["--leave-on-server"], {"leave-days": 30}, {}),
        (["--remove-from-server"], {"leave-days": 30}, {}),
        (["--leave-days", "3"], {"protocol": "imap"}, {}),
        (["--password-stdin"], {"password-command": "pass show mail"}, {}),
        (["--token-command", "oauth mail"], {"password-command": "pass show mail"}, {}),
        (["--no-login"], {"timeout": 3}, {"timeout": 3}),
    ],
)
def test_a_word_that_contradicts_a_weaker_one_voids_it(
    words: list[str], entries: dict[str, Any], left: dict[str, Any]
) -> None:
    assert settle("check", *words, **entries) == left


def test_what_is_switched_off_contradicts_nothing() -> None:
    found = settle("setup", environ={"MAILSETUP_LEAVE_UNTIL_DELETED": "0"}, leave_days=30)
    assert found["leave_days"] == 30


def test_a_table_that_contradicts_the_top_voids_it() -> None:
    assert settle("setup", leave_days=30, setup={"protocol": "imap"}) == {"protocol": "imap"}


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"protcol": "pop3"}, "“protcol” in /settings/config.toml is no option"),
        ({"chek": {"timeout": 3}}, "“chek” in /settings/config.toml is no option"),
        ({"check": {"client": "outlook"}}, "“client” under [check] in /settings/config.toml is no option"),
        ({"from": "servers.json"}, "“from” in /settings/config.toml is no option"),
        ({"timeout": "5"}, "“timeout” in /settings/config.toml is wrong: it must be a number."),
        ({"timeout": True}, "it must be a number."),
        ({"leave-days": 1.5}, "it must be a whole number."),
        ({"leave-days": 0}, "“leave-days” in /settings/config.toml is wrong: 0 is not in the range"),
        ({"protocol": "smtp"}, "'smtp' is not one of"),
        ({"protocol": ["pop3"]}, "it must be a text in quotes."),
        ({"only": "srv"}, 'it must be a list of texts, such as ["one", "two"].'),
        ({"quiet": 1}, "it must be true or false."),
        ({"check": {"imap": "127.0.0.1"}}, "“imap” under [check] in /settings/config.toml is wrong: “127"),
        ({"timeout": {"seconds": 3}}, "it must be a number."),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_file_and_key(entries: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        config.from_file(COMMANDS, SettingsFile(PATH, entries))
    assert told in raised.value.happened.render()


@pytest.mark.parametrize("key", ["password", "password-stdin", "token", "secret", "PASSWORD", "password2"])
def test_a_secret_may_not_stand_in_the_file_and_is_not_repeated(key: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        config.from_file(COMMANDS, SettingsFile(PATH, {key.lower(): "sesame"}))
    assert "passwords and tokens may not stand in a settings file" in str(raised.value)
    assert "sesame" not in str(raised.value)


@pytest.mark.parametrize(
    "entries",
    [{"yes": True}, {"leave-on-server": False}, {"remove-from-server": True}, {"setup": {"yes": True}}],
)
def test_what_agrees_to_one_change_may_not_stand_in_the_file(entries: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage, match="for one run only"):
        config.from_file(COMMANDS, SettingsFile(PATH, entries))


def test_a_wrong_variable_is_told_by_its_name() -> None:
    with pytest.raises(WrongUsage, match="MAILSETUP_LEAVE_DAYS is wrong: 'many' is not"):
        settle("setup", environ={"MAILSETUP_LEAVE_DAYS": "many"})


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_text("timeout ="), "cannot be read: Invalid value (at "),
        (lambda path: path.write_bytes(b'name = "\xff"'), "it is no UTF-8 text"),
        (lambda path: path.mkdir(), "cannot be read"),
        (lambda path: path.write_text("x = " + "[" * 100_000), "cannot be read"),
        (lambda path: path.write_text("#" * (1 << 20) + "#"), "it is too large"),
        (lambda path: None, "it is not there"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(make: Callable[[Path], Any], told: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    make(path)
    with pytest.raises(WrongUsage) as raised:
        config.read_file({config.FILE_VARIABLE: str(path)})
    assert told in raised.value.happened.render()
    assert str(path) in raised.value.happened.render()


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbfoffline = true\n")
    read = config.read_file({config.FILE_VARIABLE: str(tmp_path / "mine.toml")})
    assert read is not None
    assert read.entries == {"offline": True}


def test_a_link_to_nowhere_is_not_taken_for_no_file(tmp_path: Path) -> None:
    (tmp_path / ".config" / "mailsetup").mkdir(parents=True)
    (tmp_path / ".config" / "mailsetup" / "config.toml").symlink_to(tmp_path / "gone")
    ended = alone(tmp_path).run("discover", "gmail.com", "--offline")
    assert ended.code == 2
    assert "it is not there" in ended.told


def test_an_empty_name_means_no_file() -> None:
    assert config.read_file({config.FILE_VARIABLE: ""}) is None


def test_every_option_of_every_command_can_be_set_by_a_variable() -> None:
    for word, command in COMMANDS.items():
        for path, leaf in config.leaves(word, command):
            long = [one for one in leaf.params if isinstance(one, click.Option) and one.name != "document"]
            assert {option for option, _ in config.options_of(leaf).values()} == set(long), path


def doctor(environ: dict[str, str], path: Path, text: str) -> Sequence[Any]:
    path.write_text(text)
    return list(exams_settings.settings(COMMANDS, {config.FILE_VARIABLE: str(path), **environ}))


def test_the_doctor_tells_where_each_value_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    exams = doctor({"MAILSETUP_CHECK_TIMEOUT": "3"}, path, "leave-days = 30\n[check]\ntimeout = 4\n")
    assert exams[0].facts == {"file": str(path)}
    assert [exam.facts for exam in exams[1:]] == [
        {
            "option": "timeout",
            "value": "3",
            "origin": "environment",
            "place": "MAILSETUP_CHECK_TIMEOUT",
            "commands": ["check"],
        },
        {
            "option": "leave-days",
            "value": "30",
            "origin": "file",
            "place": f"“leave-days” in {path}",
            "commands": exams[2].facts["commands"],
        },
        {
            "option": "timeout",
            "value": "4",
            "origin": "file",
            "place": f"“timeout” under [check] in {path}",
            "commands": [],
        },
    ]
    assert "setup" in exams[2].facts["commands"]
    assert exams[3].verdict is Verdict.SKIP


def test_the_doctor_shows_no_command_that_prints_a_secret(tmp_path: Path) -> None:
    exams = doctor(
        {"MAILSETUP_TOKEN_COMMAND": "echo sesame"}, tmp_path / "a", 'password-command = "echo sesame"'
    )
    assert len(exams) == 3
    assert "sesame" not in "".join(exam.text.render() + json.dumps(exam.facts) for exam in exams)


def test_the_doctor_tells_of_a_broken_file_and_of_a_variable_that_sets_nothing(tmp_path: Path) -> None:
    exams = doctor({"MAILSETUP_TIMOUT": "3"}, tmp_path / "a", "timeout =")
    assert [exam.verdict for exam in exams] == [Verdict.FAIL, Verdict.WARN]
    assert all(exam.fix for exam in exams)


@pytest.mark.skipif(os.name == "nt", reason="modes are a thing of Unix")
def test_the_doctor_warns_of_a_file_that_everybody_may_change(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.touch()
    path.chmod(0o666)
    assert doctor({}, path, "")[0].verdict is Verdict.WARN


def run_with(home: Path, text: str, *words: str, **environment: str) -> Ended:
    """The program with a settings file in its usual place, and a name server that nobody is."""
    folder = home / ".config" / "mailsetup"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)
    return alone(home).run(*words, environment=environment)


def test_the_file_in_its_usual_place_is_read(tmp_path: Path) -> None:
    ended = run_with(tmp_path, 'leave-days = "x"', "setup", "ada@example.org")
    assert (ended.code, ended.out) == (2, "")
    assert f"“leave-days” in {tmp_path}/.config/mailsetup/config.toml is wrong" in ended.told


def test_with_json_a_broken_file_is_a_document(tmp_path: Path) -> None:
    assert run_with(tmp_path, "x =", "check", "ada@example.org", "--json").document("error")["exit"] == 2


def test_json_by_a_variable_is_known_to_errors_too(tmp_path: Path) -> None:
    ended = run_with(tmp_path, "", "check", "example.org", MAILSETUP_JSON="1")
    assert ended.document("error")["exit"] == 2


def test_json_by_a_variable_is_known_where_another_variable_is_wrong(tmp_path: Path) -> None:
    wrong = {"MAILSETUP_CHECK_JSON": "1", "MAILSETUP_TIMEOUT": "x"}
    assert run_with(tmp_path, "", "check", "ada@example.org", **wrong).document("error")["exit"] == 2


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_a_time_that_is_none_is_told_with_file_and_key(number: str, tmp_path: Path) -> None:
    ended = run_with(tmp_path, f"timeout = {number}", "discover", "gmail.com", "--offline")
    assert ended.code == 2
    assert "“timeout” in" in ended.told


@pytest.mark.parametrize(
    "words", [["check", "--help"], ["schema", "check"], ["completions", "bash"], ["--version"]]
)
def test_what_needs_no_settings_works_with_a_broken_file(words: list[str], tmp_path: Path) -> None:
    assert run_with(tmp_path, "x =", *words).code == 0


def test_the_doctor_works_with_a_broken_file(tmp_path: Path) -> None:
    ended = run_with(tmp_path, "x =", "doctor", "--nameserver", "127.0.0.1:9", "--timeout", "0.2")
    assert ended.code == 1
    assert "FAIL  settings" in ended.out
    assert "trust-store" in ended.out


def test_a_whole_setup_by_settings(program: Program) -> None:
    folder = program.home / ".config" / "mailsetup"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        f'no-input = true\nprofile = "{program.profile}"\n'
        '[setup]\nclient = "thunderbird"\nprotocol = "pop3"\nleave-days = 30\nname = "Somebody"\n'
    )
    ended = program.run(
        *("setup", "ada@example.org", "--yes"),
        stdin=program.password + "\n",
        environment={"MAILSETUP_PASSWORD_STDIN": "1", "MAILSETUP_NAME": "Ada Lovelace"},
    )
    assert ended.code == 0
    prefs = program.prefs()
    assert prefs["mail.server.server1.num_days_to_leave_on_server"] == 30
    assert prefs["mail.identity.id1.fullName"] == "Ada Lovelace"


def test_the_demo_shows_the_same_whatever_the_settings_say(tmp_path: Path) -> None:
    ended = alone(tmp_path).run("demo", environment={"MAILSETUP_OFFLINE": "1", "MAILSETUP_QUIET": "1"})
    assert (ended.code, "That was the whole job" in ended.out) == (0, True)
