"""The commands as a person or a script runs them, at real servers."""

import base64
import json
from pathlib import Path

import pytest
from tests.unit.cli.program import Program, Tree

from mailsetup.demo.world import World

IMAP = {
    "mail.server.server1.type": "imap",
    "mail.server.server1.hostname": "imap.example.org",
    "mail.server.server1.port": 993,
    "mail.server.server1.socketType": 3,
    "mail.server.server1.userName": "ada@example.org",
}


@pytest.fixture(scope="module")
def document(world: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `discover --json` says of ada@example.org."""
    ended = Program(world, tmp_path_factory.mktemp("home")).run("discover", "ada@example.org", "--json")
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def test_discover_shows_every_server_best_first(program: Program) -> None:
    ended = program.run("discover", "example.org")
    assert (ended.code, ended.err) == (0, "")
    servers = [line.split() for line in ended.out.splitlines() if line.startswith("  ") and line[2] in "IPS"]
    assert servers == [
        ["IMAP", "imap.example.org:993", "(TLS)"],
        ["IMAP", "imap.example.org:143", "(STARTTLS)"],
        ["POP3", "pop.example.org:995", "(TLS)"],
        ["POP3", "pop.example.org:110", "(STARTTLS)"],
        ["SMTP", "smtp.example.org:465", "(TLS)"],
        ["SMTP", "smtp.example.org:587", "(STARTTLS)"],
    ]
    assert "\x1b" not in ended.out
    assert program.tree() == {}


def test_discover_json_has_the_same(document: str, program: Program) -> None:
    found = json.loads(document)
    assert (found["address"], found["domain"]) == ("ada@example.org", "example.org")
    assert [(one["protocol"], one["port"]) for one in found["incoming"]] == [
        *(("imap", 993), ("imap", 143), ("pop3", 995), ("pop3", 110))
    ]
    assert {one["username"] for one in found["incoming"]} == {"ada@example.org"}
    assert {one["trust"] for one in found["incoming"]} == {"verified"}


def test_a_domain_alone_leaves_placeholders_in_user_names(program: Program) -> None:
    found = program.run("discover", "autoconfig-only.example", "--json").document("discovery")
    assert found["address"] is None
    assert {one["username"] for one in (*found["incoming"], *found["outgoing"])} == {"%EMAILADDRESS%"}


def test_check_tries_every_step_of_every_protocol(program: Program, document: str) -> None:
    ended = program.run(
        "check", "ada@example.org", "--password-stdin", "--json", stdin=program.password + "\n"
    )
    assert (ended.code, ended.err) == (0, "")
    check = ended.document("check")
    assert check["verdict"] == "pass"
    steps = {one["server"]["protocol"]: [step["step"] for step in one["steps"]] for one in check["servers"]}
    common = ["resolve", "connect", "tls", "greeting", "capabilities", "login"]
    assert steps == {
        "imap": [*common, "mailbox"],
        "pop3": [*common, "mailbox", "retention"],
        "smtp": [*common, "send"],
    }
    assert {one["logins_tried"] for one in check["servers"]} == {1}


def test_check_of_a_named_server_discovers_nothing_and_logs_in_only_if_asked(program: Program) -> None:
    before = program.world.commands("dns"), program.world.logins()
    ended = program.run("check", "ada@example.org", "--imap", "imap://imap.example.org", "--no-login")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("IMAP imap.example.org:143 (STARTTLS)\n")
    assert "skip  login" in ended.out
    asked = [command.verb for command in program.world.commands("dns")[len(before[0]) :]]
    assert set(asked) <= {"A", "AAAA"}
    assert program.world.logins() == before[1]


def test_setup_writes_a_profile_that_fetches_by_imap(program: Program) -> None:
    ended = program.setup("ada@example.org", "--yes", "--name", "Ada Lovelace")
    assert ended.code == 0
    assert "Done: ada@example.org is set up in " in ended.told
    prefs = program.prefs()
    assert prefs.items() >= IMAP.items()
    assert prefs["mail.identity.id1.fullName"] == "Ada Lovelace"
    assert prefs["mail.smtpserver.smtp1.hostname"] == "smtp.example.org"
    assert "+user_pref" in ended.out


def test_setup_by_pop3_a_second_time_changes_nothing(program: Program) -> None:
    words = ("ada@example.org", "--protocol", "pop3", "--leave-days", "30", "--yes", "--json")
    first = program.setup(*words).document("setup")
    assert first["account"]["retention"] == {"keep": True, "days": 30, "until_deleted": False}
    assert first["check"]["verdict"] == "pass"
    assert first["export"]["applied"]
    assert first["export"]["undo"]
    prefs = program.prefs()
    assert prefs["mail.server.server1.leave_on_server"] is True
    assert prefs["mail.server.server1.num_days_to_leave_on_server"] == 30
    assert prefs["mail.server.server1.delete_by_age_from_server"] is True
    tree = program.tree()
    ended = program.setup(*words)
    assert ended.code == 0
    assert "is set up like this already" in ended.told
    second = ended.document("setup")["export"]
    assert (second["applied"], second["undo"]) == (False, None)
    assert {change["action"] for change in second["changes"]} == {"none"}
    assert program.tree() == tree


def test_a_dry_run_shows_the_plan_and_writes_nothing(program: Program) -> None:
    ended = program.setup("ada@example.org", "--dry-run", "--json")
    assert ended.code == 0
    assert ended.told.endswith("Nothing was written, because this was a dry run.")
    export = ended.document("setup")["export"]
    assert (export["applied"], export["undo"]) == (False, None)
    assert IMAP["mail.server.server1.hostname"] in export["changes"][0]["diff"]
    assert program.tree() == {}


def test_without_a_yes_the_plan_is_shown_and_nothing_written(program: Program) -> None:
    ended = program.setup("ada@example.org", "--json")
    assert ended.code == 6
    assert "nobody agreed to the changes shown" in ended.told
    assert "--yes" in ended.told
    assert not ended.document("setup")["export"]["applied"]
    assert program.tree() == {}


def test_a_user_name_is_found_by_logging_in_and_written(program: Program) -> None:
    assert program.setup("grace@short-name.example", "--yes").code == 0
    prefs = program.prefs()
    assert prefs["mail.server.server1.userName"] == "grace"
    assert prefs["mail.smtpserver.smtp1.username"] == "grace"


@pytest.mark.parametrize("domain", ["pop-only.example", "no-imap.example"])
def test_where_there_is_only_pop3_it_is_used_and_mail_stays_on_the_server(
    domain: str, program: Program
) -> None:
    ended = program.run(
        *("export", "thunderbird", f"ada@{domain}", "--profile", str(program.profile), "--yes")
    )
    assert ended.code == 0
    prefs = program.prefs()
    assert prefs["mail.server.server1.type"] == "pop3"
    assert prefs["mail.server.server1.leave_on_server"] is True
    assert not prefs.get("mail.server.server1.delete_by_age_from_server", False)


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["--protocol", "pop3"], {"leave_on_server": True}),
        (["--leave-on-server"], {"leave_on_server": True}),
        (
            ["--leave-days", "7"],
            {
                "leave_on_server": True,
                "num_days_to_leave_on_server": 7,
                "delete_by_age_from_server": True,
            },
        ),
        (
            ["--leave-until-deleted"],
            {"leave_on_server": True, "delete_mail_left_on_server": True},
        ),
        (["--remove-from-server"], {"leave_on_server": False}),
    ],
)
def test_a_discovery_piped_into_an_export_becomes_a_profile_with_the_retention_wished_for(
    words: list[str], written: dict[str, object], document: str, program: Program
) -> None:
    ended = program.run(
        *("export", "thunderbird", "ada@example.org", "--from", "-", "--yes", "--json"),
        *("--profile", str(program.profile), *words),
        stdin=document,
    )
    assert ended.code == 0
    export = ended.document("export")
    assert (export["client"], export["profile"]) == ("thunderbird", str(program.profile))
    assert export["applied"]
    every = {
        *("leave_on_server", "delete_by_age_from_server", "delete_mail_left_on_server"),
        "num_days_to_leave_on_server",
    }
    prefs = program.prefs()
    found = {name: prefs.get(f"mail.server.server1.{name}", False) for name in every}
    assert found == {name: written.get(name, False) for name in every}
    assert prefs["mail.server.server1.hostname"] == "pop.example.org"


@pytest.fixture
def foreign(document: str) -> str:
    """A document that puts an evil host in place of the right one, and vouches for it."""
    return document.replace("imap.example.org", "imap.mail-host.example")


def test_a_foreign_host_in_a_document_needs_a_yes_whatever_the_document_says(
    foreign: str, program: Program
) -> None:
    words = (
        "export",
        "thunderbird",
        "ada@example.org",
        "--from",
        "-",
        "--yes",
        "--profile",
        str(program.profile),
    )
    ended = program.run(*words, stdin=foreign)
    assert ended.code == 6
    assert "at imap.mail-host.example" in ended.told
    assert "--accept mail-host.example" in ended.told
    assert program.tree() == {}
    assert program.run(*words, "--accept", "mail-host.example", stdin=foreign).code == 0
    assert program.prefs()["mail.server.server1.hostname"] == "imap.mail-host.example"


def test_a_document_from_a_file_does_the_same(document: str, program: Program) -> None:
    saved = program.home / "found.json"
    saved.write_text(document)
    ended = program.run(
        *("export", "thunderbird", "ada@example.org", "--from", str(saved), "--dry-run"),
        *("--profile", str(program.profile)),
    )
    assert ended.code == 0
    assert "+user_pref" in ended.out
    assert set(program.tree()) == {"found.json"}


def test_without_a_profile_named_a_new_one_is_made_that_thunderbird_takes(
    document: str, program: Program
) -> None:
    ended = program.run("export", "thunderbird", "ada@example.org", "--from", "-", "--yes", stdin=document)
    assert ended.code == 0
    root = program.home / ".thunderbird"
    [prefs] = root.glob("*/prefs.js")
    assert f"Path={prefs.parent.name}" in (root / "profiles.ini").read_text()
    assert prefs.stat().st_mode & 0o777 == 0o600


def test_where_no_mail_program_is_found_the_settings_are_shown(program: Program) -> None:
    ended = program.run(
        "setup", "ada@example.org", "--no-input", "--password-stdin", stdin=program.password + "\n"
    )
    assert ended.code == 7
    assert "--client" in ended.told
    for shown in ("imap.example.org:993", "smtp.example.org:465", "ada@example.org"):
        assert shown in ended.out
    assert program.tree() == {}


def _export_at_terminal(program: Program, document: str) -> tuple[str, ...]:
    saved = program.home / "found.json"
    saved.write_text(document)
    return (
        "export",
        "thunderbird",
        "ada@example.org",
        "--from",
        str(saved),
        "--profile",
        str(program.profile),
    )


@pytest.mark.parametrize(
    ("typed", "code", "written"), [("y\n", 0, True), ("n\n", 6, False), ("\n", 6, False)]
)
def test_a_person_is_shown_the_changes_and_asked(
    typed: str, code: int, written: bool, document: str, program: Program
) -> None:
    with program.at_terminal(*_export_at_terminal(program, document)) as terminal:
        terminal.wait_for("[y/N]")
        assert "imap.example.org" in terminal.screen
        terminal.type(typed)
        assert terminal.end() == code
    assert program.profile.exists() is written
    assert "Traceback" not in terminal.screen


def test_a_person_can_answer_every_question_and_go_back_to_one(program: Program) -> None:
    words = ("setup", "ada@example.org", "--client", "thunderbird", "--profile", str(program.profile))
    with program.at_terminal(*words) as terminal:
        for question, answer in (
            ("How shall your mail come to this computer?", "1"),
            ("What is your name", "b"),
            ("How shall your mail come to this computer?", "2"),
            ("What shall stay on the server", "2"),
            ("For how many days", "14"),
            ("What is your name", "Ada Lovelace"),
            ("Password for ada@example.org", program.password),
            ("Shall the mail program keep the password?", "2"),
            ("Write these changes", "n"),
        ):
            terminal.wait_for(question)
            terminal.type(answer + "\n")
        assert terminal.end() == 6
    assert 'num_days_to_leave_on_server", 14);' in terminal.screen
    assert 'fullName", "Ada Lovelace");' in terminal.screen
    assert program.password not in terminal.screen
    assert program.tree() == {}


def _forms(password: str, user: str) -> set[str]:
    """How a password may show: itself, in a SASL answer, or as one."""
    return {
        password,
        base64.b64encode(password.encode()).decode(),
        base64.b64encode(f"\0{user}\0{password}".encode()).decode(),
    }


def _holding(tree: Tree, secrets: set[str]) -> list[str]:
    return [name for name, (_, content) in tree.items() if any(s.encode() in content for s in secrets)]


@pytest.mark.parametrize("words", [["--verbose", "--debug"], ["--verbose", "--json"]])
def test_the_password_is_nowhere_to_be_seen(words: list[str], program: Program) -> None:
    secrets = _forms(program.password, "ada@example.org")
    ended = program.setup("ada@example.org", "--yes", *words)
    assert ended.code == 0
    assert "IMAP < * OK" in ended.err
    assert "***" in ended.err
    assert not [secret for secret in secrets if secret in ended.out + ended.err]
    assert _holding(program.tree(), secrets) == []


def test_a_refused_password_is_nowhere_to_be_seen_either(program: Program) -> None:
    wrong = "correct horse battery staple"
    ended = program.run("check", "ada@example.org", "--password-stdin", "--verbose", stdin=wrong + "\n")
    assert ended.code == 5
    assert "***" in ended.err
    assert not [secret for secret in _forms(wrong, "ada@example.org") if secret in ended.out + ended.err]


def test_a_password_typed_at_the_prompt_is_not_shown(program: Program) -> None:
    with program.at_terminal("check", "ada@example.org", "--imap", "imap.example.org") as terminal:
        terminal.wait_for("Password for ada@example.org")
        assert not terminal.echoes
        terminal.type(program.password + "\n")
        assert terminal.end() == 0
        assert terminal.echoes
    assert "Logged in as ada@example.org" in terminal.screen
    assert program.password not in terminal.screen


def test_the_address_is_told_to_nobody_by_a_discovery(program: Program, document: str) -> None:
    assert json.loads(document)["address"] == "ada@example.org"
    told = [command.detail for command in program.world.commands("https")]
    assert told
    assert not [url for url in told if "ada" in url]


def test_the_profile_lies_where_it_was_named(document: str, program: Program, tmp_path: Path) -> None:
    elsewhere = tmp_path / "some where" / "ünusual"
    ended = program.run(
        *("export", "thunderbird", "ada@example.org", "--from", "-", "--yes", "--profile", str(elsewhere)),
        stdin=document,
    )
    assert ended.code == 0
    assert (elsewhere / "prefs.js").exists()
