"""Draws terminals as they look, from real runs against the demo's servers: `make pictures`.

What only this machine or this day has (ports, folders, dates) is put in one form; what is too long is cut,
with a mark. All else is as it was printed.
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from mailsetup.demo.world import World, start

FOLDER = Path(__file__).parent
# A prompt waits for an answer; more output comes sooner than that.
SECONDS_OF_SILENCE = 2.0
COLUMNS = 80
MOST_LINES, MOST_ADDED = 100, 5
CHARACTER, LINE, MARGIN, BAR = 8.4, 19, 16, 30
COLOURS = {
    "1": "#ffffff",
    "2": "#8b949e",
    "31": "#ff7b72",
    "1;31": "#ff7b72",
    "32": "#7ee787",
    "33": "#e3b341",
}
SGR = re.compile(r"\x1b\[([0-9;]*)m")

RUNS: dict[str, tuple[list[str], dict[str, str]]] = {
    "setup": (["setup", "ada@example.org"], {"Name:": "Ada Lovelace", "Write these": "y"}),
    "explain": (["discover", "ada@example.org", "--explain"], {}),
    "check": (["check", "ada@example.org"], {}),
}
"""Each picture: the words of its command, and what is typed at which question; Enter alone at all others."""


def run(world: World, home: Path, words: Sequence[str], answers: dict[str, str]) -> str:
    """All that a person sees at a terminal."""
    command = [sys.executable, "-P", "-m", "mailsetup.cli.main", *words, *world.options()]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "MAILSETUP_CONFIG": "",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    master, slave = pty.openpty()
    screen = ""
    with subprocess.Popen(  # noqa: S603
        [*command, "--ispdb", world.ispdb],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(slave)
        while True:
            ready, _, _ = select.select([master], [], [], SECONDS_OF_SILENCE)
            if ready:
                try:
                    screen += os.read(master, 65536).decode(errors="replace")
                    continue
                except OSError:
                    break
            if process.poll() is not None:
                break
            question = screen.rpartition("\n")[2]
            if question.strip():
                os.write(master, _answer(question, answers).encode() + b"\n")
    os.close(master)
    return screen.replace("\r\n", "\n")


def _answer(question: str, answers: dict[str, str]) -> str:
    return next((typed for asked, typed in answers.items() if asked in question), "")


def settled(screen: str, world: World, home: Path) -> list[str]:
    """The lines that stand on the screen in the end, without what differs from run to run."""
    for port, here in world.ports.items():
        screen = screen.replace(f":{here}", f":{port}").replace(f"port {here}", f"port {port}")
    screen = screen.replace(str(home), "/home/ada").replace("127.0.0.1", "192.0.2.25")
    screen = re.sub(r"until \d{4}-\d\d-\d\d", "until 2027-02-01", screen)
    screen = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "20261203-220107-3f1c", screen)
    # Progress is taken away by writing over it.
    return [line.rpartition("\r")[2].rstrip() for line in screen.split("\n")]


def shortened(lines: Iterable[str]) -> Iterator[str]:
    """Without most of a long diff, and without what comes after a page or two."""
    shown = 0
    for added, group in groupby(lines, lambda line: SGR.sub("", line).startswith("+user_pref")):
        for number, line in enumerate(list(group)):
            if shown >= MOST_LINES or (added and number > MOST_ADDED):
                continue
            cut = (added and number == MOST_ADDED) or shown == MOST_LINES - 1
            yield "..." if cut else line
            shown += 1


def runs(line: str) -> Iterator[tuple[str, str]]:
    """The parts of a line, each with its SGR code, "" for none."""
    code = ""
    for number, part in enumerate(SGR.split(line)):
        if number % 2:
            code = "" if part == "0" else part
        elif part:
            yield code, part


def coloured(lines: Iterable[str]) -> Iterator[str]:
    """Lines that each name their colour: a sentence of several lines names it on the first alone."""
    code = ""
    for line in lines:
        yield f"\x1b[{code}m{line}" if code else line
        for found in SGR.findall(line):
            code = "" if found == "0" else found


def draw(title: str, lines: Iterable[str]) -> str:
    """An SVG picture of a terminal."""
    rows = []
    for number, line in enumerate(coloured(lines)):
        spans = "".join(_span(style, text) for style, text in runs(line))
        rows.append(f'<text x="{MARGIN}" y="{BAR + MARGIN + LINE * number + 14}">{spans}</text>')
    width, height = COLUMNS * CHARACTER + 2 * MARGIN, BAR + 2 * MARGIN + LINE * len(rows)
    dots = "".join(f'<circle cx="{18 + 18 * n}" cy="15" r="5" fill="#484f58"/>' for n in range(3))
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" role="img" '
            f'viewBox="0 0 {width:.0f} {height}">',
            f"<title>{escape(title)}</title>",
            "<style>text { font: 14px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #c9d1d9; "
            "white-space: pre }</style>",
            f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#0d1117"/>',
            dots,
            *rows,
            "</svg>\n",
        ]
    )


def _span(style: str, text: str) -> str:
    if not style:
        return escape(text)
    weight = ' font-weight="bold"' if style.startswith("1") else ""
    return f'<tspan fill="{COLOURS[style]}"{weight}>{escape(text)}</tspan>'


def main() -> None:
    """Draw all of them."""
    with start() as world:
        for name, (words, answers) in RUNS.items():
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder)
                profile = home / ".thunderbird" / "x7k2p9qa.default"
                profile.mkdir(parents=True)
                (home / ".thunderbird" / "profiles.ini").write_text(
                    "[Profile0]\nName=default\nIsRelative=1\nPath=x7k2p9qa.default\nDefault=1\n"
                )
                answers = {**answers, "Password": world.password.reveal()}
                screen = run(world, home, words, answers)
                typed = " ".join(words)
                lines = [f"\x1b[1m$ mailsetup {typed}\x1b[0m", *shortened(settled(screen, world, home))]
            while not lines[-1]:
                lines.pop()
            picture = draw(f"mailsetup {typed}", lines)
            (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
