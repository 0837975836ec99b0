"""`mailsetup setup` at a terminal, from the first question to the last word."""

import os
import time

import pytest
from tests.unit.cli.program import Program, Terminal


def words(program: Program, address: str, *more: str) -> tuple[str, ...]:
    return ("setup", address, "--client", "thunderbird", "--profile", str(program.profile), *more)


def answer(terminal: Terminal, *pairs: tuple[str, str]) -> None:
    for question, typed in pairs:
        terminal.wait_for(question)
        terminal.type(typed + "\n")


def joined(terminal: Terminal) -> str:
    return " ".join(terminal.screen.split())


def test_at_the_end_it_is_said_what_was_done_what_to_do_and_how_to_undo(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@example.org")) as terminal:
        answer(
            terminal,
            ("How shall your mail come", ""),
            ("What is your name", "Ada Lovelace"),
            ("Password for", program.password),
            ("keep the password?", "2"),
            ("Write these changes", "y"),
        )
        assert terminal.end() == 0
    told = joined(terminal)
    assert "Done: ada@example.org is set up" in told
    assert "It asks for the password of ada@example.org when it first fetches mail." in told
    assert "To take it back: mailsetup undo" in told
    assert (
        f"with this profile, by this command:\nthunderbird --profile {program.profile}\n" in terminal.screen
    )
    assert program.prefs()["mail.server.server1.type"] == "imap"


def test_the_last_thing_before_the_yes_is_what_will_be_set_up(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@example.org")) as terminal:
        answer(
            terminal,
            ("How shall your mail come", ""),
            ("What is your name", ""),
            ("Password for", program.password),
            ("keep the password?", "2"),
        )
        terminal.wait_for("+user_pref")
        terminal.wait_for("Settings for ada@example.org")
        terminal.wait_for("Write these changes")
        terminal.type("q\n")
        assert terminal.end() == 130
    assert program.tree() == {}


def test_from_the_last_question_one_can_go_back_and_choose_otherwise(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@example.org", "--protocol", "imap")) as terminal:
        answer(
            terminal,
            ("What is your name", "Ada"),
            ("Password for", program.password),
            ("keep the password?", "1"),
            ("Write these changes", "b"),
            ("keep the password?", "2"),
            ("Write these changes", "y"),
        )
        assert terminal.end() == 0
    # What was checked already is not checked again.
    assert terminal.screen.count("Logged in as ada@example.org.") == 2
    assert not (program.profile / "logins.json").exists()


def test_a_mistyped_password_can_be_typed_once_more(program: Program) -> None:
    before = len(program.world.logins())
    with program.at_terminal(*words(program, "ada@example.org", "--protocol", "imap")) as terminal:
        answer(
            terminal,
            ("What is your name", ""),
            ("Password for", "mistyped"),
            ("keep the password?", "1"),
            ("Password for", program.password),
            ("Write these changes", "y"),
        )
        assert terminal.end() == 0
    tried = [login.server for login in program.world.logins()[before:]]
    assert sorted(tried) == ["imap", "imap", "smtp", "smtp"]
    assert (program.profile / "logins.json").exists()
    assert program.password not in terminal.screen


def test_after_a_second_chance_one_can_still_go_back(program: Program) -> None:
    before = len(program.world.logins())
    with program.at_terminal(*words(program, "ada@example.org", "--protocol", "imap")) as terminal:
        answer(
            terminal,
            ("What is your name", ""),
            ("Password for", "mistyped"),
            ("keep the password?", "1"),
            ("Password for", program.password),
            ("Write these changes", "b"),
            ("keep the password?", "2"),
            ("Write these changes", "y"),
        )
        assert terminal.end() == 0
    assert len(program.world.logins()) - before == 4


def test_whoever_goes_back_and_forth_is_not_stopped_while_the_logins_are_taken(program: Program) -> None:
    before = len(program.world.logins())
    with program.at_terminal(*words(program, "ada@example.org", "--name", "Ada")) as terminal:
        back = (
            *(("Write these changes", "b"), ("keep the password?", "b")),
            *(("Password for", ""), ("Password for", "")),
        )
        answer(
            terminal,
            ("How shall your mail come", "2"),
            *[
                step
                for days in ("1", "3")
                for step in (
                    ("What shall stay", days),
                    ("Password for", program.password),
                    ("keep the password?", "2"),
                    *back,
                )
            ],
            ("What shall stay", "1"),
            ("Password for", program.password),
            ("keep the password?", "2"),
            ("Write these changes", "y"),
        )
        assert terminal.end() == 0
    assert len(program.world.logins()) - before == 6
    assert program.prefs()["mail.server.server1.leave_on_server"] is True


def test_a_refused_login_counts_when_one_goes_back(program: Program) -> None:
    """At most two that are refused, for each protocol and run."""
    before = len(program.world.logins())
    with program.at_terminal(*words(program, "ada@example.org", "--name", "Ada")) as terminal:
        answer(
            terminal,
            *(("How shall your mail come", "1"), ("Password for", "mistyped"), ("keep the password?", "2")),
            *(("Password for", "b"), ("keep the password?", "b"), ("Password for", "mistyped again")),
            ("keep the password?", "2"),
        )
        assert terminal.end() == 5
    assert "Wait some minutes" in joined(terminal)
    assert len(program.world.logins()) - before == 4
    assert program.tree() == {}


def test_a_mail_program_that_runs_can_be_closed_and_tried_again(program: Program) -> None:
    program.profile.mkdir()
    lock = program.profile / "lock"
    lock.symlink_to(f"127.0.1.1:+{os.getpid()}")
    with program.at_terminal(*words(program, "ada@example.org", "--protocol", "imap")) as terminal:
        answer(
            terminal,
            ("What is your name", "Ada"),
            ("Password for", program.password),
            ("keep the password?", "2"),
        )
        terminal.wait_for("What shall be done?")
        lock.unlink()
        terminal.type("1\n")
        answer(terminal, ("Write these changes", "y"))
        assert terminal.end() == 0


def test_a_check_that_failed_is_in_the_document(program: Program) -> None:
    ended = program.setup("ada@example.org", "--yes", "--json", stdin="wrong\n")
    document = ended.document("setup")
    assert ended.code == 5
    assert document["export"] is None
    assert {server["verdict"] for server in document["check"]["servers"]} == {"fail"}
    assert program.tree() == {}


def test_a_protocol_that_contradicts_the_named_server_is_refused_unless_it_is_a_setting(
    program: Program,
) -> None:
    words = ("ada@example.org", "--pop3", "pop.example.org", "--smtp", "smtp.example.org", "--dry-run")
    ended = program.setup(*words, "--protocol", "imap")
    assert ended.code == 2
    assert "--protocol asks for another protocol" in ended.told
    assert program.setup(*words, environment={"MAILSETUP_PROTOCOL": "imap"}).code == 0


def test_a_password_that_is_refused_twice_ends_it_with_nothing_written(program: Program) -> None:
    before = len(program.world.logins())
    with program.at_terminal(*words(program, "ada@example.org", "--protocol", "imap")) as terminal:
        answer(
            terminal,
            ("What is your name", ""),
            ("Password for", "mistyped"),
            ("keep the password?", "1"),
            ("Password for", "mistyped again"),
        )
        assert terminal.end() == 5
    assert "nothing was written" in joined(terminal)
    assert "Wait some minutes before you run it again" in joined(terminal)
    assert len(program.world.logins()) - before == 4
    assert program.tree() == {}


def test_where_nobody_published_the_user_name_the_person_says_which_is_meant(program: Program) -> None:
    with program.at_terminal(*words(program, "grace@short-name.example", "--protocol", "imap")) as terminal:
        answer(
            terminal,
            ("What is your name", "Grace"),
            ("Password for", program.password),
            ("keep the password?", "2"),
            ("What shall be tried?", "2"),
            ("Write these changes", "y"),
        )
        assert terminal.end() == 0
    assert program.prefs()["mail.server.server1.userName"] == "grace"


def test_what_is_typed_while_servers_are_checked_is_no_yes(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@example.org", "--protocol", "imap")) as terminal:
        answer(
            terminal,
            ("What is your name", ""),
            ("Password for", program.password),
            ("keep the password?", "2\ny\ny"),
        )
        terminal.wait_for("Write these changes")
        terminal.wait_for("[y/N]:")
        terminal.type("q\n")
        assert terminal.end() == 130
    assert program.tree() == {}


def test_who_does_not_agree_that_mail_is_removed_gets_nothing_written(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@example.org", "--name", "Ada")) as terminal:
        answer(
            terminal,
            *(("How shall your mail come", "2"), ("What shall stay", "4")),
            *(("Password for", program.password), ("keep the password?", "2")),
            *(("Write these changes", "y"), ("Shall that mail be removed", "n")),
        )
        assert terminal.end() == 6
    assert "Nothing was written, because you did not agree that this mail is removed." in joined(terminal)
    assert program.tree() == {}


def test_after_a_check_that_failed_one_can_check_again_or_answer_otherwise(program: Program) -> None:
    named = ("--imap", "imap.nowhere.example", "--smtp", "smtp.example.org", "--no-login")
    with program.at_terminal(*words(program, "ada@example.org", *named)) as terminal:
        answer(
            terminal,
            ("What is your name", "Ada"),
            ("What shall be done?", "2"),
            ("What shall be done?", "1"),
            ("What is your name", "Ada Lovelace"),
            ("What shall be done?", "3"),
        )
        assert terminal.end() == 4
    assert program.tree() == {}


def test_a_no_to_a_foreign_host_is_answered_without_words_for_scripts(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@foreign.example", "--protocol", "imap")) as terminal:
        answer(terminal, ("Is mail-host.example your mail provider?", "1"))
        assert terminal.end() == 6
    assert "--accept" not in terminal.screen
    assert "Ask your provider" in joined(terminal)


def test_a_certificate_that_the_program_will_refuse_is_told_before_and_after(program: Program) -> None:
    ended = program.setup("ada@domain-certificate.example", "--yes")
    assert ended.code == 0
    assert ended.told.count("It will not work as it is") == 2
    assert ended.told.index("It will not work as it is") < ended.told.index("Done:")
    assert ended.told.rindex("It will not work as it is") > ended.told.index("Done:")


def test_a_failure_is_told_once(program: Program) -> None:
    ended = program.setup("ada@wrong-certificate.example", "--yes")
    assert ended.code == 6
    assert (ended.out + ended.told).count("somebody-else.example") == 2  # once for each server
    assert ended.told.endswith("Nothing was written.")


@pytest.mark.parametrize("security", ["imaps://imap.example.org", "imap.example.org:143"])
def test_named_servers_are_checked_and_set_up_and_nothing_is_discovered(
    security: str, program: Program
) -> None:
    before = len(program.world.commands("dns"))
    ended = program.setup(
        *("ada@example.org", "--yes", "--json", "--imap", security, "--smtp", "smtp.example.org"),
        *("--username", "ada@example.org"),
    )
    assert ended.code == 0
    document = ended.document("setup")
    assert [server["verdict"] for server in document["check"]["servers"]] == ["pass", "pass"]
    assert document["advice"]["measured"]["messages"] == 5
    asked = {command.detail.split()[-1] for command in program.world.commands("dns")[before:]}
    assert not [name for name in asked if "_" in name or "autoconfig" in name]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (["--imap", "imap.example.org"], "only one is named"),
        (["--smtp", "smtp.example.org"], "only one is named"),
        (["--username", "ada"], "for servers that you name"),
        (["--imap", "imap.example.org", "--smtp", "smtp.example.org", "--username", ""], "is empty"),
    ],
)
def test_servers_that_are_not_enough_are_wrong_usage(named: list[str], told: str, program: Program) -> None:
    ended = program.setup("ada@example.org", *named)
    assert (ended.code, told in ended.told) == (2, True)


def test_where_nothing_is_found_the_servers_can_be_typed_in(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@broken-xml.example")) as terminal:
        answer(
            terminal,
            ("Do you know the servers", "1"),
            ("What kind of server", "1"),
            ("Which IMAP server", "imap.example.org"),
            ("Which SMTP server", "smtp.example.org"),
            ("What is your user name", ""),
            ("How shall your mail come", ""),
            ("What is your name", "Ada"),
            ("Password for", program.password),
            ("keep the password?", "2"),
            ("Write these changes", "n"),
        )
        assert terminal.end() == 6
    assert "Logged in as ada@broken-xml.example." in terminal.screen


@pytest.mark.parametrize("address", ["ada@tuta.com", "ada@proton.me"])
def test_a_provider_without_servers_is_told_of_before_anything_is_asked(
    address: str, program: Program
) -> None:
    with program.at_terminal(*words(program, address)) as terminal:
        assert terminal.end() == 3
    assert "q to quit" not in terminal.screen


def test_what_a_provider_wants_first_is_told_with_its_page_before_anything_is_asked(program: Program) -> None:
    with program.at_terminal(*words(program, "ada@gmail.com")) as terminal:
        terminal.wait_for("app password")
        terminal.wait_for("https://support.google.com/")
        terminal.wait_for("How shall your mail come")
        terminal.type("1\n")
        answer(terminal, ("What is your name", ""), ("How shall Thunderbird log in?", "2"))
        # And once more where it is needed.
        terminal.wait_for("app password")
        terminal.wait_for("Password for ada@gmail.com")
        terminal.type("\x03")
        assert terminal.end() == 130


@pytest.mark.parametrize("questions", range(5))
def test_ctrl_c_at_any_question_ends_it_cleanly(questions: int, program: Program) -> None:
    pairs = (
        ("How shall your mail come", "1"),
        ("What is your name", "Ada"),
        ("Password for", program.password),
        ("keep the password?", "2"),
        ("Write these changes", ""),
    )
    with program.at_terminal(*words(program, "ada@example.org")) as terminal:
        answer(terminal, *pairs[:questions])
        terminal.wait_for(pairs[questions][0])
        terminal.wait_for(": ")
        # Between the prompt and the reading of an answer the system would hold the signal back.
        time.sleep(0.3)
        terminal.type("\x03")
        assert terminal.end() == 130
        assert terminal.echoes
    assert terminal.screen.endswith("\nStopped. Nothing was changed.\n")
    assert program.tree() == {}
