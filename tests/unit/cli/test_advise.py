"""`mailsetup advise` as a person or a script runs it."""

from tests.unit.cli.program import Program


def test_advice_without_an_address_asks_nobody(program: Program) -> None:
    before = program.world.commands()
    ended = program.run("advise", "--devices", "1", "--space", "1GB", "--no-input")
    assert ended.code == 0
    assert "Advice: POP3" in ended.out
    assert "mailsetup setup ADDRESS --protocol pop3 --leave-days 30" in ended.out
    assert "read or answered" in ended.out
    assert program.world.commands() == before


def test_answers_that_nobody_gave_are_named(program: Program) -> None:
    ended = program.run("advise", "--space", "20GB", "--no-input")
    for option in ("--devices", "--keep-on-server", "--offline-reading"):
        assert option in ended.told
    assert "--space" not in ended.told
    assert "Advice: IMAP" in ended.out


def test_json_is_one_document_with_what_was_said(program: Program) -> None:
    ended = program.run("advise", "--devices", "3", "--json")
    document = ended.document("advice")
    assert (document["address"], document["protocol"], document["measured"]) == (None, "imap", None)
    assert document["case"]["devices"] == 3
    assert ended.err == ""


def test_a_foreign_host_is_asked_about_before_the_password_and_a_no_ends_nothing(program: Program) -> None:
    before = len(program.world.logins())
    with program.at_terminal("advise", "ada@foreign.example") as terminal:
        terminal.wait_for("mail provider? [y/N]")
        terminal.type("n\n")
        for question in ("On how many devices", "How much space", "Must all your mail", "Must you be able"):
            terminal.wait_for(question)
            terminal.type("\n")
        assert terminal.end() == 0
    assert "Password for" not in terminal.screen
    assert len(program.world.logins()) == before


def test_the_mailbox_of_an_address_is_measured_and_left_as_it_is(program: Program) -> None:
    before = program.world.messages(), len(program.world.logins())
    ended = program.run(
        "advise", "ada@example.org", "--password-stdin", "--json", stdin=program.password + "\n"
    )
    measured = ended.document("advice")["measured"]
    assert (measured["messages"], measured["limit_bytes"], measured["uidl"]) == (5, 100 * 1024 * 1024, True)
    assert program.world.messages() == before[0]
    assert [login.server for login in program.world.logins()[before[1] :]] == ["imap", "pop3"]
    assert program.tree() == {}


def test_without_a_password_nothing_is_measured_and_that_is_said(program: Program) -> None:
    before = program.world.logins()
    ended = program.run("advise", "ada@pop-only.example", "--no-input")
    assert ended.code == 0
    assert "was not measured" in ended.told
    assert "offers POP3 only" in ended.out
    assert program.world.logins() == before


def test_a_refused_login_is_told_and_advice_given_all_the_same(program: Program) -> None:
    ended = program.run("advise", "ada@example.org", "--password-stdin", "--no-input", stdin="wrong\n")
    assert ended.code == 0
    assert "Not all could be measured" in ended.told
    assert "Advice: " in ended.out


def test_a_foreign_host_is_not_spoken_to_without_a_yes(program: Program) -> None:
    before = program.world.logins()
    words = ("advise", "ada@foreign.example", "--password-stdin", "--no-input")
    ended = program.run(*words, stdin=program.password + "\n")
    assert ended.code == 6
    assert "--accept mail-host.example" in ended.told
    assert program.world.logins() == before
    assert program.run(*words, "--accept", "mail-host.example", stdin=program.password + "\n").code == 0


def test_a_person_is_asked_what_was_not_said_and_not_measured(program: Program) -> None:
    with program.at_terminal("advise", "ada@example.org", "--devices", "2") as terminal:
        terminal.wait_for("Password for ada@example.org")
        terminal.type(program.password + "\n")
        # The quota has told the space.
        for question, answer in (("Must all your mail be kept", "2"), ("without a network", "1")):
            terminal.wait_for(question)
            terminal.type(answer + "\n")
        assert terminal.end() == 0
    assert "Advice: IMAP" in terminal.screen
    assert "How much space" not in terminal.screen
