"""Writes the man page and the command reference from the program's own help: `make docs`.

A test compares both with what they would be now.
"""

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from mailsetup import __version__
from mailsetup.cli.config import leaves, variable_of
from mailsetup.cli.main import COMMANDS, all_commands, mailsetup

FOLDER = Path(__file__).parent
README = FOLDER.parent / "README.md"
WIDTH = 80


def contexts() -> Iterator[click.Context]:
    """The program, then each command that runs by itself, in the order of the work."""
    settings = {**mailsetup.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    root = click.Context(mailsetup, info_name="mailsetup", **settings)
    yield root
    for word, command in all_commands().items():
        for path, leaf in leaves(word, command):
            parent = root
            if path != word:
                parent = click.Context(command, parent=root, info_name=word)
            yield click.Context(leaf, parent=parent, info_name=path.rpartition(" ")[2])


def exit_codes() -> list[tuple[str, str]]:
    """Each code and its meaning, from the table in the README."""
    return re.findall(r"^\| (\d+) \| (.+) \|$", README.read_text(), re.MULTILINE)


def commands_page() -> str:
    """The command reference, in Markdown."""
    parts = ["# Commands", "What `--help` says of each; written by `make docs`."]
    for context in contexts():
        parts += [f"## {context.command_path}", f"```\n{context.get_help()}\n```"]
    return "\n\n".join(parts) + "\n"


def man_page() -> str:
    """The man page, in roff (man(7))."""
    lines = [
        f'.TH MAILSETUP 1 "" "mailsetup {__version__}" "User Commands"',
        ".SH NAME",
        r"mailsetup \- set up an email address in a mail program",
        ".SH SYNOPSIS",
        r".B mailsetup",
        r"\fICOMMAND\fR [\fIARGUMENT\fR...] [\fIOPTION\fR...]",
        ".SH DESCRIPTION",
        *_paragraphs(mailsetup),
        ".SH COMMANDS",
    ]
    for word, told in COMMANDS.items():
        lines += [".TP", rf"\fB{_escaped(word)}\fR", _escaped(told)]
    for context in list(contexts())[1:]:
        lines += [f'.SH "{_escaped(context.command_path).upper()}"', *_command(context)]
    return "\n".join([*lines, *_ending()]) + "\n"


def _command(context: click.Context) -> Iterator[str]:
    usage = " ".join(context.command.collect_usage_pieces(context))
    yield rf"\fB{_escaped(context.command_path)}\fR {_escaped(usage)}"
    yield ".PP"
    yield from _paragraphs(context.command)
    for option in context.command.get_params(context):
        record = option.get_help_record(context)
        if record is not None and record[1]:
            yield from (".TP", rf"\fB{_escaped(record[0])}\fR", _escaped(record[1]))


def _paragraphs(command: click.Command) -> Iterator[str]:
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        verbatim = paragraph.removeprefix("\b\n")
        if verbatim == paragraph:
            yield from (_escaped(" ".join(paragraph.split())), ".PP")
        else:
            yield from (".nf", *(_escaped(line) for line in verbatim.split("\n")), ".fi", ".PP")


def _ending() -> Iterator[str]:
    yield ".SH SETTINGS"
    yield _escaped(
        "Every option can also be given by a variable, such as "
        f"{variable_of('timeout')} for all commands or {variable_of('check-timeout')} for one, and in "
        "config.toml: timeout = 30 for all commands, or below [check] for one. The command line wins, "
        "then the environment, then the file. mailsetup doctor shows where each value comes from."
    )
    yield ".SH FILES"
    yield from (".TP", r"\fI$XDG_CONFIG_HOME/mailsetup/config.toml\fR")
    yield _escaped("The settings file on Linux; MAILSETUP_CONFIG names another, or, empty, none.")
    yield ".SH EXIT STATUS"
    for code, meaning in exit_codes():
        yield from (".TP", rf"\fB{code}\fR", _escaped(meaning))
    yield ".SH SEE ALSO"
    yield r"\fBthunderbird\fR(1)"


def _escaped(text: str) -> str:
    # A line that begins with a dot or an apostrophe would be a request; a bare hyphen is not a minus.
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


PAGES = {"mailsetup.1": man_page, "commands.md": commands_page}
"""What is written, by its name in this folder."""


if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
