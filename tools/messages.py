"""Keeps the catalogues of translations current: `make locale`, or `python -m tools.messages`.

Reads every sentence out of the program, keeps what is translated of them, adds what is new, drops what is no
more, and compiles. What still lacks its translation is printed, and makes the exit code 1.

Formats: https://www.gnu.org/software/gettext/manual/gettext.html, "The Format of PO Files" and "The Format of
GNU MO Files".
"""

import ast
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from mailsetup.cli import main
from mailsetup.cli.language import DOMAIN, FOLDER, with_help_in

SOURCE = Path(main.__file__).parents[1]
HEAD = """\
Project-Id-Version: mailsetup
Language: {language}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=2; plural=(n > 1);
"""

# A sentence in one or two forms (one, several), and its translation in as many.
Forms = tuple[str, ...]
Catalogue = Mapping[Forms, Forms]

CLICK: tuple[Forms, ...] = (
    ("Usage:",),
    ("Options",),
    ("Commands",),
    ("Show this message and exit.",),
    ("Show the version and exit.",),
    ("default: {default}",),
    ("Missing command.",),
    ("Missing argument",),
    ("Missing option",),
    ("Missing parameter",),
    ("Choose from:\n\t{choices}",),
    ("No such command {name!r}.",),
    ("No such option {name!r}.",),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} does not take a value.",),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("Argument {name!r} takes {nargs} values.",),
    ("Invalid value: {message}",),
    ("Invalid value for {param_hint}: {message}",),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("{value!r} is not a valid {number_type}.",),
    ("{value} is not in the range {range}.",),
    ("{name} {filename!r} does not exist.",),
    ("{name} {filename!r} is a directory.",),
    ("{name} {filename!r} is a file.",),
    ("{name} {filename!r} is not readable.",),
    ("{name} {filename!r} is not writable.",),
    ("Could not open file {filename!r}: {message}",),
    ("file",),
    ("directory",),
    ("path",),
    ("unknown error",),
)
"""What click may say in our name."""


def sentences() -> dict[Forms, list[str]]:
    """Every sentence of the program, and the files it stands in, in the order of the files."""
    found: dict[Forms, list[str]] = {}
    for file, forms in (*_said(), *_helped(), *(("click", forms) for forms in CLICK)):
        places = found.setdefault(forms, [])
        if file not in places:
            places.append(file)
    return found


def _said() -> Iterator[tuple[str, Forms]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"):
                continue
            template = node.args[0]
            if not (isinstance(template, ast.Constant) and isinstance(template.value, str)):
                raise SystemExit(f"{path}:{node.lineno}: say() wants its template as one literal text")
            if template.value:
                yield f"src/mailsetup/{path.relative_to(SOURCE).as_posix()}", (template.value,)


def _helped() -> Iterator[tuple[str, Forms]]:
    for word, told in main.COMMANDS.items():
        yield f"mailsetup {word}", (told,)
    for word, command in {"": main.mailsetup, **main.all_commands()}.items():
        texts: list[str] = []

        def note(text: str, texts: list[str] = texts) -> str:
            texts.append(text)
            return text

        with_help_in(command, note)
        yield from ((f"mailsetup {word} --help".replace("  ", " "), (text,)) for text in texts)


def read(po: str) -> dict[Forms, Forms]:
    """The translations that a .po file holds, its head and what is empty left out."""
    found: dict[Forms, Forms] = {}
    for block in po.split("\n\n"):
        given: list[str] = []
        translated: list[str] = []
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            word, quote, rest = line.partition('"')
            text = ast.literal_eval(quote + rest)
            if word.startswith("msgid"):
                given.append(text)
            elif word.startswith("msgstr"):
                translated.append(text)
            else:
                last = translated or given
                last[-1] += text
        if given != [""] and all(translated):
            found[tuple(given)] = tuple(translated)
    return found


def write(language: str, wanted: Mapping[Forms, list[str]], known: Catalogue) -> str:
    """A .po file with an entry for each sentence."""
    blocks = [f'msgid ""\nmsgstr ""\n{_quoted_lines(HEAD.format(language=language))}']
    for forms, places in wanted.items():
        translated = known.get(forms, ("",) * len(forms))
        lines = [f"#: {', '.join(places)}", f"msgid {_quoted(forms[0])}"]
        if len(forms) == 1:
            lines.append(f"msgstr {_quoted(translated[0])}")
        else:
            lines.append(f"msgid_plural {_quoted(forms[1])}")
            lines += [f"msgstr[{number}] {_quoted(text)}" for number, text in enumerate(translated)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _quoted_lines(text: str) -> str:
    return "\n".join(_quoted(line) for line in text.splitlines(keepends=True))


def compile_catalogue(language: str, known: Catalogue) -> bytes:
    """A .mo file: a head, a table of lengths and offsets for each of both languages, then the texts."""
    texts = {"": HEAD.format(language=language)}
    texts |= {"\0".join(forms): "\0".join(said) for forms, said in known.items()}
    pairs = sorted((given.encode(), said.encode()) for given, said in texts.items())
    start = 7 * 4 + len(pairs) * 2 * 8
    tables, body = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<2I", len(pair[column]), start + len(body))
            body += pair[column] + b"\0"
    numbers = (0x950412DE, 0, len(pairs), 7 * 4, 7 * 4 + len(pairs) * 8, 0, start)
    return struct.pack("<7I", *numbers) + tables[0] + tables[1] + body


def catalogues() -> dict[str, Path]:
    """The .po file of each language."""
    return {path.parents[1].name: path for path in Path(FOLDER).glob(f"*/LC_MESSAGES/{DOMAIN}.po")}


def update() -> int:
    """Bring every catalogue up to date; the number of sentences that lack their translation."""
    wanted, lacking = sentences(), 0
    for language, path in catalogues().items():
        known = read(path.read_text(encoding="utf-8"))
        kept = {forms: known[forms] for forms in wanted if forms in known}
        path.write_text(write(language, wanted, kept), encoding="utf-8")
        path.with_suffix(".mo").write_bytes(compile_catalogue(language, kept))
        missing = [forms[0] for forms in wanted if forms not in kept]
        lacking += len(missing)
        for text in missing:
            click.echo(f"{language} lacks: {text}")
    return lacking


if __name__ == "__main__":
    sys.exit(update() > 0)
