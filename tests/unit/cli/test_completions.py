"""Completions: the scripts are current, real shells complete with them, and it stays fast."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.unit.cli.alone import alone
from tests.unit.cli.program import Terminal

from mailsetup.cli.completions import SHELLS, script
from mailsetup.cli.main import COMMANDS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "completions"
FILES = {
    "bash": "mailsetup.bash",
    "zsh": "_mailsetup",
    "fish": "mailsetup.fish",
    "powershell": "mailsetup.ps1",
}
# What is typed before the tabulator, and the word that it becomes.
WORDS = {
    "a command": ("mailsetup se", "setup"),
    "an option": ("mailsetup discover ada@example.org --names", "--nameserver"),
    "a command below a command": ("mailsetup password st", "status"),
    "an option of that": ("mailsetup password set --password-", "--password-stdin"),
    "a choice": ("mailsetup export th", "thunderbird"),
    "the value of an option": ("mailsetup check ada@example.org --only autoc", "autoconfig"),
}
HEAVY = {
    *("anyio", "cryptography", "dns", "httpcore2", "keyring", "msgspec", "publicsuffixlist"),
    *("service_identity", "ssl", "asyncio"),
}


def environment(home: Path, **more: str) -> dict[str, str]:
    """A bare one, with this mailsetup on the PATH."""
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb", **more}


def complete(home: Path, shell: str, line: str) -> "subprocess.CompletedProcess[str]":
    """What mailsetup tells a shell that completes the last word of a line, and the heavy modules it took."""
    words = line.split(" ")
    code = (
        "import sys\n"
        "from mailsetup.cli.main import run\n"
        "ended = run([])\n"
        f"print(sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)\n"
        "sys.exit(ended)\n"
    )
    more = {
        "_MAILSETUP_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
    }
    # A stdin that nothing comes from: whoever read it would wait for ever.
    silent, writer = os.pipe()
    try:
        return subprocess.run(
            [sys.executable, "-P", "-c", code],
            stdin=silent,
            capture_output=True,
            text=True,
            env=environment(home, **more),
            timeout=20,
        )
    finally:
        os.close(silent)
        os.close(writer)


@contextmanager
def shell_at_terminal(home: Path, *command: str) -> Iterator[Terminal]:
    """An interactive shell at a terminal of its own."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment(home), start_new_session=True
    )
    os.close(slave)
    try:
        with process:
            try:
                yield Terminal(master, process)
            finally:
                process.kill()
    finally:
        os.close(master)


def test_every_shell_has_a_file() -> None:
    assert set(FILES) == set(SHELLS)
    assert {path.name for path in FOLDER.iterdir()} == set(FILES.values())


@pytest.mark.parametrize("shell", SHELLS)
def test_the_files_are_current(shell: str) -> None:
    assert (FOLDER / FILES[shell]).read_text() == script(shell), "say make completions"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(shell: str, tmp_path: Path) -> None:
    ended = alone(tmp_path).run("completions", shell)
    assert (ended.code, ended.out, ended.err) == (0, script(shell), "")


def test_a_shell_that_is_not_known_is_wrong_usage_that_names_the_others(tmp_path: Path) -> None:
    ended = alone(tmp_path).run("completions", "tcsh")
    assert (ended.code, ended.out) == (2, "")
    assert all(shell in ended.told for shell in SHELLS)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_is_told_every_command(shell: str, tmp_path: Path) -> None:
    answer = complete(tmp_path, shell, "mailsetup ")
    assert answer.returncode == 0
    told = answer.stdout.replace("\t", "\n").replace("plain,", "plain\n").splitlines()
    assert [word for word in told if word in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("line", ["mailsetup ", "mailsetup se", *(line for line, _ in WORDS.values())])
def test_completing_loads_nothing_heavy(line: str, tmp_path: Path) -> None:
    answer = complete(tmp_path, "bash", line)
    assert answer.stdout.startswith("plain,")
    assert answer.stderr == "[]\n"


def test_completing_after_a_dash_does_not_read_what_the_person_types(tmp_path: Path) -> None:
    answer = complete(tmp_path, "bash", "mailsetup check ada@example.org --from - --names")
    assert answer.stdout == "plain,--nameserver\n"


@pytest.mark.needs("bash", "bash")
@pytest.mark.parametrize("name", WORDS)
def test_bash_completes(name: str, tmp_path: Path) -> None:
    typed, word = WORDS[name]
    with shell_at_terminal(tmp_path, "bash", "--norc", "--noprofile", "-i") as terminal:
        terminal.type(f"source {FOLDER}/mailsetup.bash\n")
        # Shows the line as it stands, without running it.
        terminal.type("bind -x '\"\\C-b\": echo \"[$READLINE_LINE]\"'; echo re''ady\n")
        terminal.wait_for("ready")
        terminal.type(f"{typed}\t\x02")
        terminal.wait_for(f"[{typed.rpartition(' ')[0]} {word} ]")


@pytest.mark.needs("zsh", "zsh")
@pytest.mark.parametrize("name", WORDS)
def test_zsh_completes(name: str, tmp_path: Path) -> None:
    typed, word = WORDS[name]
    with shell_at_terminal(tmp_path, "zsh", "-f", "-i") as terminal:
        terminal.type(f"fpath=({FOLDER} $fpath); autoload -Uz compinit; compinit -u\n")
        terminal.type("show() { zle -I; print -r -- \"[$BUFFER]\" }; zle -N show; bindkey '^B' show\n")
        terminal.type("print re''ady\n")
        terminal.wait_for("ready")
        terminal.type(f"{typed}\t\x02")
        terminal.wait_for(f"[{typed.rpartition(' ')[0]} {word} ]")


@pytest.mark.needs("fish", "fish")
@pytest.mark.parametrize("name", WORDS)
def test_fish_completes(name: str, tmp_path: Path) -> None:
    typed, word = WORDS[name]
    ended = subprocess.run(
        ["fish", "--no-config", "-c", f"source {FOLDER}/mailsetup.fish; complete -C '{typed}'"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        timeout=20,
    )
    assert ended.stderr == ""
    assert [line.partition("\t")[0] for line in ended.stdout.splitlines()] == [word]
