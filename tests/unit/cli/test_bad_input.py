"""What goes wrong ends in one plain sentence, the right exit code, and with everything as it was."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.unit.cli.program import Ended, Program

OTHERS_PREFS = (
    b"// Mozilla User Preferences\n\n"
    b'user_pref("mail.account.account1.identities", "id1");\n'
    b'user_pref("mail.account.account1.server", "server1");\n'
    b'user_pref("mail.accountmanager.accounts", "account1");\n'
    b'user_pref("mail.identity.id1.useremail", "grace@elsewhere.example");\n'
    b'user_pref("mail.server.server1.hostname", "imap.elsewhere.example");\n'
    b'user_pref("mail.server.server1.type", "imap");\n'
    b'user_pref("mail.server.server1.userName", "grace");\n'
)


@pytest.fixture
def lived_in(program: Program) -> Program:
    """The program of somebody who has a profile with an account and mail already."""
    (program.profile / "ImapMail").mkdir(parents=True)
    (program.profile / "prefs.js").write_bytes(OTHERS_PREFS)
    (program.profile / "ImapMail" / "INBOX").write_bytes(b"From - \r\n")
    (program.profile / ".parentlock").touch()
    return program


def refused(ended: Ended, code: int, sentence: str, fix: str) -> None:
    """One sentence, then one fix, and nothing after it; or both in a step, the sentence once only."""
    assert ended.code == code, ended.told
    if "Do this first, for" in ended.told:
        steps = " ".join(ended.out.split())
        assert fix in steps.partition(sentence)[2]
        assert sentence not in ended.told
        return
    assert sentence in ended.told
    assert fix in ended.told.partition(sentence)[2]
    assert ended.told.endswith(".")
    assert len(ended.told[ended.told.index(sentence) :]) < 600


@contextmanager
def unchanged(program: Program) -> Iterator[None]:
    """Every file and folder of the home is as it was before."""
    before = program.tree()
    assert before
    yield
    assert program.tree() == before


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
    return port


@contextmanager
def silent_server() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(20)
        yield listening


@pytest.mark.parametrize(
    ("address", "code", "sentence", "fix"),
    [
        ("ada@@example.org", 2, "“ada@@example.org” is not an email address.", "Give one such as"),
        ("ada@unknown.example", 3, "The domain unknown.example does not exist.", "Check the spelling"),
        (
            "ada@broken-xml.example",
            3,
            "No mail servers were found for broken-xml.example.",
            "ask the provider",
        ),
        ("ada@plain-only.example", 6, "only without encryption", "Ask the provider"),
        (
            "ada@wrong-certificate.example",
            6,
            "is for other names: mail.somebody-else.example.",
            "Ask the provider for the server's name",
        ),
        (
            "ada@foreign.example",
            6,
            "Only unsigned DNS says that the mail of foreign.example is at imap.mail-host.example",
            "agree with --accept mail-host.example.",
        ),
    ],
)
def test_an_address_that_cannot_be_set_up(
    address: str, code: int, sentence: str, fix: str, lived_in: Program
) -> None:
    logins = lived_in.world.logins()
    with unchanged(lived_in):
        refused(lived_in.setup(address, "--yes"), code, sentence, fix)
    assert lived_in.world.logins() == logins


def test_the_same_with_json_is_one_document(lived_in: Program) -> None:
    with unchanged(lived_in):
        ended = lived_in.setup("ada@foreign.example", "--yes", "--json", "--quiet")
    error = ended.document("error")
    assert ended.told == f"{error['error']} {error['fix']}"
    assert error["exit"] == ended.code == 6


@pytest.mark.parametrize("domain", ["unknown.example", "broken-xml.example"])
def test_a_discovery_that_finds_nothing_is_an_error(domain: str, program: Program) -> None:
    ended = program.run("discover", domain, "--json")
    assert ended.code == ended.document("error")["exit"] == 3
    assert ended.told.endswith(f"{ended.document('error')['error']} {ended.document('error')['fix']}")


def test_with_its_domain_accepted_a_foreign_host_is_set_up(lived_in: Program) -> None:
    ended = lived_in.setup("ada@foreign.example", "--yes", "--accept", "mail-host.example")
    assert ended.code == 0
    assert "imap.mail-host.example" in lived_in.prefs().values()


def test_no_network(lived_in: Program) -> None:
    nowhere = f"127.0.0.1:{closed_port()}"
    with unchanged(lived_in):
        ended = lived_in.setup(
            "ada@example.org", "--yes", "--timeout", "1", nameserver=nowhere, port_443=nowhere
        )
        refused(
            ended, 4, "Nobody could be asked about example.org", "Check this computer's network connection"
        )


def test_servers_that_do_not_answer(lived_in: Program) -> None:
    with unchanged(lived_in), silent_server() as listening:
        port = listening.getsockname()[1]
        ended = lived_in.run(
            *("check", "ada@example.org", "--imap", "imap.example.org", "--no-login", "--timeout", "0.5"),
            port_993=f"127.0.0.1:{port}",
        )
    assert ended.code == 4
    assert "imap.example.org:993" in ended.told


def test_a_refused_login_is_tried_at_most_twice_at_each_server(lived_in: Program) -> None:
    before = len(lived_in.world.logins())
    with unchanged(lived_in):
        ended = lived_in.setup("ada@example.org", "--yes", stdin="not the password\n")
        refused(ended, 5, "FAIL login", "password")
    tried = [login.server for login in lived_in.world.logins()[before:]]
    assert set(tried) == {"imap", "smtp"}
    assert max(tried.count("imap"), tried.count("smtp")) <= 2


def test_a_refused_login_gives_a_check_document(lived_in: Program) -> None:
    ended = lived_in.run(
        *("check", "ada@example.org", "--imap", "imap.example.org", "--password-stdin", "--json"),
        stdin="not the password\n",
    )
    assert ended.code == 5
    check = ended.document("check")
    assert check["verdict"] == "fail"
    assert check["servers"][0]["logins_tried"] in (1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has another lock")
def test_a_running_thunderbird(lived_in: Program) -> None:
    holding = (
        "import fcntl, sys\n"
        "lock = open(sys.argv[1], 'r+')\n"
        "fcntl.lockf(lock, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with (
        subprocess.Popen(
            [sys.executable, "-c", holding, str(lived_in.profile / ".parentlock")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as thunderbird,
        unchanged(lived_in),
    ):
        assert thunderbird.stdout is not None
        assert thunderbird.stdout.readline() == b"held\n"
        ended = lived_in.setup("ada@example.org", "--yes")
        thunderbird.communicate()
    refused(ended, 7, "Thunderbird is running with the profile", "Close Thunderbird")


def test_a_disk_that_takes_nothing(lived_in: Program) -> None:
    with unchanged(lived_in):
        ended = lived_in.setup(
            "ada@example.org", "--yes", before=["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
        )
        refused(ended, 7, "could not be written: File too large.", "Nothing was changed.")


def test_a_profile_that_is_no_folder(lived_in: Program) -> None:
    file = lived_in.profile / "prefs.js"
    with unchanged(lived_in):
        ended = lived_in.setup("ada@example.org", "--yes", "--profile", str(file / "x"))
        refused(ended, 7, str(file), ".")


def test_no_home(lived_in: Program) -> None:
    with unchanged(lived_in):
        ended = lived_in.run(
            *("setup", "ada@example.org", "--client", "thunderbird", "--password-stdin", "--yes"),
            stdin=lived_in.password + "\n",
            environment={"HOME": ""},
        )
        refused(ended, 7, "no home folder", "Set HOME")


def test_no_password_and_nobody_to_ask(lived_in: Program) -> None:
    with unchanged(lived_in):
        ended = lived_in.run(*("check", "ada@example.org", "--imap", "imap.example.org"))
        refused(ended, 2, "ada@example.org", "--")


def test_a_document_that_is_none(lived_in: Program) -> None:
    with unchanged(lived_in):
        ended = lived_in.run(
            *("export", "thunderbird", "ada@example.org", "--from", "-", "--yes"), stdin="<clientConfig/>"
        )
        refused(ended, 2, "What --from gave is no discovery document", "mailsetup discover --json")


def test_a_document_about_another_domain(lived_in: Program) -> None:
    document = '{"schema": "mailsetup/discovery/1", "domain": "example.net", "incoming": [], "outgoing": []}'
    with unchanged(lived_in):
        ended = lived_in.run(*("check", "ada@example.org", "--from", "-"), stdin=document)
        refused(ended, 2, "is about example.net, not example.org", "Run mailsetup discover")


def _setup_words(program: Program) -> tuple[str, ...]:
    return (
        *("setup", "ada@example.org", "--client", "thunderbird", "--profile", str(program.profile)),
        *("--protocol", "imap", "--name", "Ada"),
    )


def test_ctrl_c_while_a_server_is_silent(lived_in: Program) -> None:
    words = (*_setup_words(lived_in), "--password-stdin", "--yes", "--no-input")
    with unchanged(lived_in), silent_server() as listening:
        silent = f"127.0.0.1:{listening.getsockname()[1]}"
        with lived_in.started(*words, port_993=silent) as process:
            assert process.stdin is not None
            process.stdin.write(lived_in.password.encode() + b"\n")
            process.stdin.flush()
            with listening.accept()[0]:
                os.killpg(process.pid, signal.SIGINT)
                out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.decode().endswith("Stopped. Nothing was changed.\n")
    assert b"Traceback" not in out + err


def test_ctrl_c_at_the_first_question(lived_in: Program) -> None:
    words = ("setup", "ada@example.org", "--client", "thunderbird", "--profile", str(lived_in.profile))
    with unchanged(lived_in), lived_in.at_terminal(*words) as terminal:
        terminal.wait_for("How shall your mail come to this computer?")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert terminal.screen.endswith("Stopped. Nothing was changed.\n")
    assert "Traceback" not in terminal.screen


def test_ctrl_c_at_the_prompt_for_the_password(lived_in: Program) -> None:
    words = ("check", "ada@example.org", "--imap", "imap.example.org")
    with unchanged(lived_in), lived_in.at_terminal(*words) as terminal:
        terminal.wait_for("Password for ada@example.org")
        terminal.type("half a pass\x03")
        assert terminal.end() == 130
        assert terminal.echoes
    assert terminal.screen.endswith("Stopped. Nothing was changed.\n")
    assert "Traceback" not in terminal.screen
    assert "half a pass" not in terminal.screen


def test_ctrl_c_at_the_question_whether_to_write(lived_in: Program) -> None:
    words = ("export", "thunderbird", "ada@example.org", "--profile", str(lived_in.profile))
    with unchanged(lived_in), lived_in.at_terminal(*words) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert terminal.screen.endswith("Stopped. Nothing was changed.\n")
    assert "Traceback" not in terminal.screen


def test_the_end_of_input_at_a_question_stops_as_well(lived_in: Program) -> None:
    words = ("export", "thunderbird", "ada@example.org", "--profile", str(lived_in.profile))
    with unchanged(lived_in), lived_in.at_terminal(*words) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("\x04")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.screen


def test_a_closed_stdout(lived_in: Program) -> None:
    ended = lived_in.run("discover", "example.org", before=["sh", "-c", 'exec "$@" >&-', "sh"])
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_a_reader_of_the_plan_that_has_gone(lived_in: Program) -> None:
    with unchanged(lived_in):
        ended = lived_in.setup("ada@example.org", before=["sh", "-c", '"$@" | true', "sh"])
        assert ended.out == ""
        assert "Broken" not in ended.err


def test_the_others_account_stays_where_all_goes_well(lived_in: Program) -> None:
    ended = lived_in.setup("ada@example.org", "--yes")
    assert ended.code == 0
    after = (lived_in.profile / "prefs.js").read_bytes().splitlines()
    kept = [line for line in OTHERS_PREFS.splitlines() if b"accountmanager.accounts" not in line]
    assert [line for line in after if line in kept] == kept
    backups = list(Path(lived_in.profile, "mailsetup-backup").glob("*/*prefs.js"))
    assert [backup.read_bytes() for backup in backups] == [OTHERS_PREFS]
