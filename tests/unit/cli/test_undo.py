"""`mailsetup undo` as a person and a script use it: the real program, with nobody to connect to."""

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.unit.cli.alone import alone
from tests.unit.cli.program import Ended, Program
from tests.unit.clients.samples import thunderbird_on

ADA = "ada@example.org"


def _found(host: str, protocol: str, port: int) -> dict[str, object]:
    return {
        "protocol": protocol,
        "host": host,
        "port": port,
        "security": "tls",
        "auth": ["password"],
        "username": ADA,
        "trust": "verified",
    }


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A person with a profile of her own."""
    home = tmp_path / "home"
    profile = home / "profile"
    profile.mkdir(parents=True)
    (profile / "prefs.js").write_text('user_pref("mine", 1);\n')
    document = {
        "schema": "mailsetup/discovery/1",
        "address": ADA,
        "domain": "example.org",
        "incoming": [_found("pop.example.org", "pop3", 995)],
        "outgoing": [_found("smtp.example.org", "smtp", 465)],
    }
    (home / "found.json").write_text(json.dumps(document))
    return alone(home, None)


def export(program: Program, *words: str, **more: dict[str, str]) -> str:
    """Write the account; the id to take it back by."""
    ended = program.run(
        *("export", "thunderbird", ADA, "--from", "found.json", "--profile", str(program.profile)),
        *("--protocol", "pop3", "--yes", "--json", *words),
        **more,  # type: ignore[arg-type]
    )
    assert ended.code == 0, ended.err
    undo = ended.document("export")["undo"]
    assert isinstance(undo, str)
    return undo


def kept_mail(program: Program) -> None:
    """Thunderbird has left two messages on the server."""
    folder = program.profile / "Mail/pop.example.org"
    folder.mkdir(parents=True)
    (folder / "popstate.dat").write_text(f"*pop.example.org {ADA}\nk one 1700000000\nk two 1700000000\n")


def failed(ended: Ended, code: int, told: str) -> None:
    assert ended.code == code
    assert told in ended.told


def test_an_export_is_shown_and_taken_back(program: Program) -> None:
    id = export(program)
    ended = program.run("undo", "--yes")

    assert ended.code == 0
    assert '-user_pref("mail.server.server1.hostname", "pop.example.org");' in ended.out
    assert f"Done: the export {id} is taken back." in ended.told
    assert program.prefs() == {"mine": 1}


def test_a_dry_run_shows_the_same_and_writes_nothing(program: Program) -> None:
    export(program)
    before = program.tree()
    ended = program.run("undo", "--dry-run")

    assert ended.code == 0
    assert '-user_pref("mail.server.server1.hostname", "pop.example.org");' in ended.out
    assert "dry run" in ended.told
    assert program.tree() == before


def test_without_a_yes_nothing_is_written(program: Program) -> None:
    export(program)
    before = program.tree()
    failed(program.run("undo", "--no-input"), 6, "nobody agreed to the changes shown")

    assert program.tree() == before


def test_a_second_undo_of_the_same_is_wrong_usage(program: Program) -> None:
    id = export(program)
    program.run("undo", id, "--yes")
    before = program.tree()
    failed(program.run("undo", id, "--yes"), 2, f"The export {id} has been taken back already.")

    assert program.tree() == before


def test_what_a_person_has_taken_back_by_hand_does_not_stand_in_the_way_of_the_one_before(
    program: Program,
) -> None:
    prefs = program.profile / "prefs.js"
    earlier = export(program)
    middle = prefs.read_bytes()
    export(program, "--leave-days", "5")
    prefs.write_bytes(middle)
    program.run("undo", "--dry-run")
    ended = program.run("undo", "--yes")
    assert (ended.code, "Nothing of this export is left" in ended.told) == (0, True)

    failed(program.run("undo", "--yes"), 2, f"mailsetup undo {earlier}")


def test_without_an_export_there_is_nothing_to_take_back(program: Program) -> None:
    failed(program.run("undo", "--yes"), 2, "There is no export to take back.")


def test_an_unknown_id_is_wrong_usage_and_shown_harmless(program: Program) -> None:
    export(program)
    ended = program.run("undo", "\x1b[31m")
    failed(ended, 2, "There is no export")

    assert "\x1b" not in ended.err


def test_json_is_an_export_whose_files_go_back(program: Program) -> None:
    export(program)
    document = program.run("undo", "--yes", "--json").document("export")

    assert document["applied"]
    assert [change["action"] for change in document["changes"]] == ["edit"]


def test_a_file_that_is_removed_says_so_in_json(program: Program) -> None:
    (program.profile / "prefs.js").unlink()
    export(program)
    document = program.run("undo", "--yes", "--json").document("export")

    assert [change["action"] for change in document["changes"]] == ["remove"]
    assert document["changes"][0]["diff"].splitlines()[1] == "+++ /dev/null"


def test_the_list_shows_what_was_taken_back(program: Program) -> None:
    first = export(program)
    second = export(program, "--leave-days", "30")
    program.run("undo", second, "--yes")
    listed = program.run("undo", "--list")
    lines = [line.strip() for line in listed.out.splitlines()]

    assert listed.code == 0
    assert [line.split()[0] for line in lines if re.match(r"\d{8}-", line)] == [second, first]
    assert lines[lines.index("It has been taken back.") - 2].startswith(second)
    assert lines.count("It has been taken back.") == 1
    assert lines.count(str(program.profile)) == 2


def test_the_list_says_whose_account_each_was(program: Program) -> None:
    id = export(program)
    [line] = [line for line in program.run("undo", "--list").out.splitlines() if id in line]

    assert line.endswith(f"  {ADA}")


def test_where_the_backup_is_gone_the_list_does_not_know_whose_it_was(program: Program) -> None:
    id = export(program)
    shutil.rmtree(program.profile / "mailsetup-backup")
    [listed] = program.run("undo", "--list", "--json").document("exports")["exports"]

    assert (listed["id"], listed["address"]) == (id, None)


def test_the_list_as_json(program: Program) -> None:
    id = export(program)
    [listed] = program.run("undo", "--list", "--json").document("exports")["exports"]

    assert listed["id"] == id
    assert listed["client"] == "thunderbird"
    assert listed["profile"] == str(program.profile)
    assert listed["taken_back"] is False
    assert listed["address"] == ADA
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", listed["made"])


def test_an_empty_list_is_no_error(program: Program) -> None:
    ended = program.run("undo", "--list")

    assert (ended.code, ended.out) == (0, "There is no export to take back.\n")


def test_a_list_and_an_id_do_not_go_together(program: Program) -> None:
    failed(program.run("undo", "--list", "20260101-000000-0000"), 2, "--list shows every export")


def test_a_profile_that_is_open_in_thunderbird_is_left_alone(program: Program) -> None:
    export(program)
    with thunderbird_on(program.profile):
        before = program.tree()
        failed(program.run("undo", "--yes"), 7, "Thunderbird is running with the profile")
        assert program.tree() == before


def test_a_backup_that_is_gone_is_told_in_one_sentence(program: Program) -> None:
    id = export(program)
    (program.profile / "mailsetup-backup" / id / "manifest.json").unlink()
    failed(program.run("undo", "--yes"), 7, "is not there any more, or cannot be read.")


def test_a_script_agrees_to_lost_mail_only_by_the_option(program: Program) -> None:
    export(program, "--remove-from-server")
    export(program)
    kept_mail(program)
    before = program.tree()
    ended = program.run("undo", "--yes", "--no-input")
    failed(ended, 6, "Messages that Thunderbird has left on pop.example.org so far: 2.")

    assert "--remove-from-server" in ended.told
    assert program.tree() == before
    assert program.run("undo", "--yes", "--no-input", "--remove-from-server").code == 0
    assert program.prefs()["mail.server.server1.leave_on_server"] is False


def test_a_standing_setting_agrees_to_no_lost_mail(program: Program) -> None:
    export(program)
    kept_mail(program)
    before = program.tree()
    words = ("export", "thunderbird", ADA, "--from", "found.json", "--profile", str(program.profile), "--yes")
    for variable, value in (("LEAVE_DAYS", "1"), ("REMOVE_FROM_SERVER", "1")):
        ended = program.run(*words, environment={f"MAILSETUP_{variable}": value})
        failed(ended, 6, "Messages that Thunderbird has left on pop.example.org so far: 2.")
        assert "say so on the command line: --leave-days" in ended.told
    assert program.tree() == before

    assert program.run(*words, "--leave-days", "1").code == 0


def test_the_plan_as_a_document_says_what_mail_would_be_lost(program: Program) -> None:
    export(program)
    kept_mail(program)
    ended = program.run(
        *("export", "thunderbird", ADA, "--from", "found.json", "--profile", str(program.profile)),
        *("--leave-days", "1", "--dry-run", "--json"),
    )
    assert "It will delete each of them" in ended.document("export")["deletes"]


def test_a_folder_that_was_taken_back_can_be_set_up_again(program: Program) -> None:
    for path in program.profile.iterdir():
        path.unlink()
    program.profile.rmdir()
    export(program)
    assert program.run("undo", "--yes").code == 0
    assert [path.name for path in program.profile.iterdir()] == ["mailsetup-backup"]
    export(program)
    assert program.prefs()["mail.server.server1.hostname"] == "pop.example.org"


def test_what_was_done_is_told_where_the_document_is_lost(program: Program) -> None:
    ended = program.run(
        *("export", "thunderbird", ADA, "--from", "found.json", "--profile", str(program.profile)),
        *("--yes", "--json"),
        before=["sh", "-c", 'exec "$@" > /dev/full', "sh"],
    )
    failed(ended, 1, "To take it back: mailsetup undo")
    assert "could not be written" in ended.told


def test_a_stderr_that_takes_nothing_stops_nothing(program: Program) -> None:
    ended = program.run(
        *("export", "thunderbird", ADA, "--from", "found.json", "--profile", str(program.profile)),
        *("--yes", "--json"),
        before=["sh", "-c", 'exec "$@" 2> /dev/full', "sh"],
    )
    assert (ended.code, ended.err, ended.document("export")["applied"]) == (0, "", True)


def test_a_dry_run_warns_of_mail_that_would_be_lost(program: Program) -> None:
    export(program, "--remove-from-server")
    export(program)
    kept_mail(program)
    ended = program.run("undo", "--dry-run")

    assert ended.code == 0
    assert "Warning: Messages that Thunderbird has left on pop.example.org so far: 2." in ended.told


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 6), ("\x03", 130)])
def test_a_person_is_asked(program: Program, typed: str, code: int) -> None:
    id = export(program)
    with program.at_terminal("undo") as terminal:
        terminal.wait_for(f"Take {ADA} back out of")
        terminal.wait_for(f"(export {id})")
        terminal.type(typed)
        assert terminal.end() == code

    assert (program.prefs() == {"mine": 1}) is (code == 0)


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 6)])
def test_a_person_is_asked_again_where_mail_would_be_lost(program: Program, typed: str, code: int) -> None:
    export(program, "--remove-from-server")
    export(program)
    kept_mail(program)
    with program.at_terminal("undo", "--remove-from-server") as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("y\n")
        terminal.wait_for("Shall that mail be removed from the server?")
        terminal.type(typed)
        assert terminal.end() == code

    assert program.prefs()["mail.server.server1.leave_on_server"] is (code != 0)


def test_a_reader_of_the_plan_that_has_gone_gets_nothing_written(program: Program) -> None:
    export(program)
    before = program.tree()
    program.run("undo", before=["sh", "-c", '"$@" | true', "sh"])

    assert program.tree() == before


def test_without_a_home_what_was_noted_elsewhere_can_be_taken_back(program: Program) -> None:
    nowhere = {"HOME": "", "XDG_STATE_HOME": str(program.home / "state")}
    export(program, environment=nowhere)

    assert program.run("undo", "--yes", environment=nowhere).code == 0
    assert program.prefs() == {"mine": 1}
