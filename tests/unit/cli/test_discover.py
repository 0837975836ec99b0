"""`mailsetup discover`: one in full, many as a stream, and without any network."""

import json
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.unit.cli.program import Program

from mailsetup import schema


def settings(domain: str) -> str:
    """A settings file that names an IMAP and an SMTP server inside a domain."""
    return f"""<clientConfig version="1.1"><emailProvider id="{domain}"><domain>{domain}</domain>
<incomingServer type="imap"><hostname>imap.{domain}</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.{domain}</hostname><port>465</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A provider database that knows two domains."""
    (tmp_path / "ispdb").mkdir()
    for domain in ("offline.example", "example.org"):
        (tmp_path / "ispdb" / f"{domain}.xml").write_text(settings(domain))
    return tmp_path / "ispdb"


def documents(out: str) -> list[Any]:
    """One document a line, each of which must fit its schema."""
    read = [json.loads(line) for line in out.splitlines()]
    for one in read:
        name = one["schema"].split("/")[1]
        jsonschema.Draft202012Validator(schema.json_schema(name)).validate(one)
    return read


def told(out: str) -> list[str]:
    """The domain of each document, or the text that was none."""
    return [one.get("domain") or one["subject"] for one in documents(out)]


def test_explain_shows_the_answer_then_the_waterfall_then_what_to_mend(program: Program) -> None:
    ended = program.run("discover", "broken-xml.example", "--explain", "--skip", "guess")
    parts = [
        "Mail servers of broken-xml.example",
        "Who was asked, and when",
        "What came, and why it counts",
        "What the owner of broken-xml.example could mend",
    ]
    assert sorted(parts, key=ended.out.index) == parts


def test_explain_waits_for_all_and_json_has_the_same(program: Program) -> None:
    ended = program.run("discover", "ada@example.org", "--explain", "--json")
    assert ended.code == 0
    findings = ended.document("discovery")["findings"]
    assert "cancelled" not in {one["outcome"] for one in findings}
    assert all(one["why"] for one in findings)
    assert max(one["started"] for one in findings) > 0


def test_without_explain_what_was_cancelled_says_why_too(program: Program) -> None:
    findings = program.run("discover", "ada@example.org", "--json").document("discovery")["findings"]
    assert all(one["why"] for one in findings)


def test_all_lists_every_answer_and_explains_none(program: Program) -> None:
    ended = program.run("discover", "ada@example.org", "--all")
    assert ended.code == 0
    assert "ispdb" in ended.out
    assert "Who was asked" not in ended.out


def test_where_nothing_is_found_explain_shows_all_the_same_what_was_asked(program: Program) -> None:
    ended = program.run("discover", "unknown.example", "--explain")
    assert ended.code == 3
    assert "SRV _imaps._tcp.unknown.example" in ended.out
    assert "does not exist" in ended.told


def test_where_nothing_is_found_explain_with_json_is_the_discovery(program: Program) -> None:
    ended = program.run("discover", "unknown.example", "--explain", "--json")
    assert ended.code == 3
    assert ended.document("discovery")["findings"]


def test_where_nobody_answers_explain_shows_whom_it_asked(program: Program) -> None:
    ended = program.run(
        "discover", "example.org", "--explain", "--only", "srv", "--timeout", "1", nameserver="127.0.0.1:9"
    )
    assert ended.code == 4
    assert "SRV _imaps._tcp.example.org" in ended.out


def test_offline_finds_what_is_on_this_machine_and_asks_nobody(program: Program, folder: Path) -> None:
    before = len(program.world.commands())
    ended = program.run(
        "discover", "ada@offline.example", "--offline", "--explain", ispdb=str(folder), nameserver="[::1]:9"
    )
    assert (ended.code, ended.err) == (0, "")
    assert "imap.offline.example:993 (TLS)" in ended.out
    assert len(program.world.commands()) == before


def test_what_is_found_offline_is_checked_online(program: Program, folder: Path) -> None:
    before = len(program.world.commands("dns"))
    ended = program.run("check", "ada@example.org", "--offline", "--no-login", "--json", ispdb=str(folder))
    assert [one["server"]["host"] for one in ended.document("check")["servers"]] == [
        "imap.example.org",
        "smtp.example.org",
    ]
    asked = program.world.commands("dns")[before:]
    assert {command.verb for command in asked} <= {"A", "AAAA"}


@pytest.mark.parametrize(
    ("domain", "what", "fix"),
    [
        ("proton.me", "only its Bridge", "https://proton.me/mail/bridge"),
        ("tuta.com", "only with its own app", "Read its mail there"),
    ],
)
@pytest.mark.parametrize("way", [("--offline",), ("--only", "table")])
def test_of_a_provider_that_no_mail_program_can_reach_is_told_what_to_do_instead(
    program: Program, folder: Path, domain: str, what: str, fix: str, way: tuple[str, ...]
) -> None:
    ended = program.run("discover", f"ada@{domain}", *way, ispdb=str(folder))
    assert ended.code == 3
    assert ended.told.count(what) == 1
    assert fix in ended.told
    assert "--offline out" not in ended.told


def test_where_nothing_is_found_no_reason_is_told_twice_and_of_many_a_few(program: Program) -> None:
    ended = program.run("discover", "ada@wildcard.example")
    assert ended.code == 3
    assert ended.told.count("shown for autoconfig.wildcard.example does not name it") == 1
    assert "imap.wildcard.example" not in ended.told


def test_what_the_readme_shows_is_what_is_shown(program: Program) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    ended = program.run("discover", "grace@short-name.example")
    assert f"$ mailsetup discover grace@short-name.example\n{ended.out}```" in readme


def test_where_nobody_answers_the_owner_is_told_to_mend_nothing(program: Program) -> None:
    ended = program.run("discover", "example.org", "--explain", "--only", "srv", nameserver="127.0.0.1:9")
    assert ended.code == 4
    assert "could mend" not in ended.out


def test_offline_a_domain_that_nobody_here_knows_is_not_found(program: Program, folder: Path) -> None:
    ended = program.run("discover", "ada@srv-only.example", "--offline", ispdb=str(folder))
    assert ended.code == 3
    assert "Nothing on this machine names the mail servers of srv-only.example." in ended.told
    assert "--offline" in ended.told


def test_offline_and_a_database_on_the_web_exclude_each_other(program: Program) -> None:
    ended = program.run("discover", "ada@example.org", "--offline", ispdb="https://ispdb.example/")
    assert ended.code == 2
    assert "--offline asks nobody" in ended.told


def test_many_are_one_line_of_json_each_in_their_order(program: Program) -> None:
    ended = program.run("discover", "mx-only.example", "ada@example.org", "srv-only.example")
    assert (ended.code, ended.err) == (0, "")
    assert told(ended.out) == ["mx-only.example", "example.org", "srv-only.example"]


def test_many_come_from_stdin_without_empty_lines_and_remarks(program: Program) -> None:
    ended = program.run(
        "discover", "-", stdin="\n# mine\nada@example.org\r\n  srv-only.example \n\nexample.org"
    )
    assert ended.code == 0
    assert told(ended.out) == ["example.org", "srv-only.example", "example.org"]


def test_what_was_not_found_is_an_answer_too(program: Program) -> None:
    ended = program.run("discover", "unknown.example", "example.org")
    assert ended.code == 0
    missing, there = documents(ended.out)
    assert (missing["schema"], missing["subject"], missing["exit"]) == (
        "mailsetup/error/1",
        "unknown.example",
        3,
    )
    assert there["domain"] == "example.org"


def test_a_wrong_line_is_told_in_its_place_and_spoils_no_other(program: Program) -> None:
    ended = program.run("discover", "-", stdin="example.org\nada@@x\nsrv-only.example\n")
    assert ended.code == 2
    assert told(ended.out) == ["example.org", "ada@@x", "srv-only.example"]
    assert documents(ended.out)[1]["exit"] == 2


@pytest.mark.parametrize("line", ["\ud800", "x" * 100_000, "\x1b[2J", "a\x00b"])
def test_a_line_of_anything_is_no_address(line: str, program: Program) -> None:
    stdin = program.home / "lines"
    stdin.write_bytes(line.encode("utf-8", "surrogatepass") + b"\nexample.org\n")
    shell = ["sh", "-c", f'exec "$@" < "{stdin}"', "sh"]
    ended = program.run("discover", "-", "--only", "srv", before=shell)
    assert ended.code == 2
    assert [one["schema"] for one in documents(ended.out)] == ["mailsetup/error/1", "mailsetup/discovery/1"]


def test_no_line_at_all_is_no_failure(program: Program) -> None:
    ended = program.run("discover", "-", stdin="")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_a_stdin_that_cannot_be_read_is_told(program: Program) -> None:
    ended = program.run("discover", "-", before=["sh", "-c", 'exec "$@" 0> /dev/null', "sh"])
    assert ended.code == 2
    assert "stdin cannot be read: Bad file descriptor." in ended.told


def test_a_full_disk_is_told_once(program: Program) -> None:
    ended = program.run(
        "discover",
        "a.example",
        "b.example",
        "--only",
        "srv",
        before=["sh", "-c", 'exec "$@" > /dev/full', "sh"],
    )
    assert ended.code == 1
    assert ended.told.count("could not be written") == 1


@pytest.mark.parametrize("words", [["--json"], ["--explain"], ["-"]])
def test_a_full_disk_is_told_once_however_much_there_was_to_write(program: Program, words: list[str]) -> None:
    ended = program.run(
        "discover",
        "ada@example.org",
        *words,
        stdin="example.org",
        before=["sh", "-c", 'exec "$@" > /dev/full', "sh"],
    )
    assert ended.code == 1
    assert ended.told.count("could not be written") == 1


def test_where_nobody_answers_for_any_the_network_is_the_reason(program: Program) -> None:
    ended = program.run(
        *("discover", "a.example", "b.example", "--only", "srv", "--timeout", "1"), nameserver="127.0.0.1:9"
    )
    assert ended.code == 4
    assert [one["exit"] for one in documents(ended.out)] == [4, 4]


def test_explain_of_many_keeps_what_was_asked_in_vain(program: Program) -> None:
    ended = program.run("discover", "unknown.example", "example.org", "--explain")
    assert ended.code == 0
    assert [one["schema"] for one in documents(ended.out)] == ["mailsetup/discovery/1"] * 2


def test_each_line_comes_as_soon_as_it_is_known_and_ctrl_c_ends_it(program: Program) -> None:
    with program.started("discover", "-") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"example.org\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["domain"] == "example.org"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert time.monotonic() - began < 3
        assert process.stdout.read() == b""
        assert b"Traceback" not in process.stderr.read()


def test_a_reader_that_has_enough_ends_it_quietly(program: Program) -> None:
    with program.started("discover", "-", "--only", "srv") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"".join(b"d%d.example\n" % number for number in range(2000)))
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(10) == 141
        assert process.stderr.read() == b""


def test_stdin_is_read_only_as_far_as_there_is_work_for_it(program: Program) -> None:
    lines = b"".join(b"d%d.example\n" % number for number in range(1_000_000))
    written = 0

    def write(pipe: int) -> None:
        nonlocal written
        with suppress(OSError):
            while written < len(lines):
                written += os.write(pipe, lines[written : written + 4096])

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        nameserver = f"127.0.0.1:{silent.getsockname()[1]}"
        with program.started("discover", "-", "--only", "srv", nameserver=nameserver) as process:
            assert process.stdin is not None
            writer = threading.Thread(target=write, args=(process.stdin.fileno(),))
            writer.start()
            time.sleep(2)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
            writer.join(10)
    assert 0 < written < len(lines) / 10


def test_at_a_terminal_is_told_what_is_waited_for(program: Program) -> None:
    with program.at_terminal("discover", "-") as terminal:
        terminal.wait_for("one a line; Ctrl-D after the last")
        terminal.type("\x04")
        assert terminal.end() == 0


def test_progress_does_not_come_between_the_lines_on_a_terminal(program: Program) -> None:
    with program.at_terminal("discover", "example.org", "srv-only.example") as terminal:
        assert terminal.end() == 0
    assert "done" not in terminal.screen
    assert len(told(terminal.screen)) == 2
