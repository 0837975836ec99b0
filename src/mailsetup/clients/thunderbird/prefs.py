"""prefs.js: reading it as Thunderbird does, and changing single values without touching another byte.

The grammar is that of Mozilla's own reader (modules/libpref/parser/src/lib.rs): `user_pref(name, value);`,
three kinds of comments, strings in either quote, and after a mistake everything up to the next `;` is lost.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Value = bool | int | str
"""What a pref holds. Text may carry lone surrogates for bytes that are not UTF-8 (PEP 383)."""

_TOKEN = re.compile(
    rb"""
      (?P<skip> [\t\v\f\ \r\n]+ | (?:\#|//)[^\r\n\0]* | /\*.*?\*/ )
    | (?P<word> [A-Za-z_]+ )
    | (?P<number> [0-9]+ )
    | (?P<text> "(?:[^"\\\0]++|\\[^\0])*+" | '(?:[^'\\\0]++|\\[^\0])*+' )
    | (?P<mark> [(),;+-] )
    | (?P<open> /\* | ["'] )
    | (?P<other> [^\0] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(rb"""\\(?:(["'\\nr])|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))|\\""")
_PLAIN_ESCAPES = {b'"': b'"', b"'": b"'", b"\\": b"\\", b"n": b"\n", b"r": b"\r"}
_MUST_ESCAPE = re.compile('["\\\\\\x01-\\x1f\\x7f]')
_LINE_END = re.compile(rb"[ \t]*(?:\r\n|\r|\n|\Z)")
_BOM = b"\xef\xbb\xbf"
_INT_LIMIT = 2**31


class BrokenPrefs(Exception):
    """Thunderbird would not read this file to its end. line: where the part that it loses begins."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


@dataclass(frozen=True, slots=True)
class Pref:
    """One statement: its name, its value, and where the value and the whole stand in the file."""

    name: str
    value: Value
    start: int
    end: int
    whole: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    raw: bytes
    start: int
    end: int


def read(content: bytes) -> dict[str, Value]:
    """Every pref of a prefs.js or user.js; of one that is set twice, the last.

    Raises BrokenPrefs where a part at the end is lost to Thunderbird.
    """
    return {pref.name: pref.value for pref in parse(content)}


def parse(content: bytes) -> list[Pref]:
    """Every statement in order. Raises BrokenPrefs."""
    found = []
    statement: list[_Token] = []
    for token in _tokens(content):
        if token.raw == b";":
            pref = _statement(statement, token.end)
            if pref is not None:
                found.append(pref)
            statement = []
        else:
            statement.append(token)
    if statement:
        raise BrokenPrefs(_line(content, statement[0].start))
    return found


def edit(content: bytes, wanted: Mapping[str, Value | None]) -> bytes:
    """The same file with these prefs in it: values changed where they stand, new prefs at the end.

    A pref that is to be None is taken out, with its line. Every other byte stays: comments, order, line
    ends, whatever cannot be decoded. Raises BrokenPrefs.
    """
    there = parse(content)
    last = {pref.name: pref for pref in there}
    changes = sorted(
        [
            (last[name].start, last[name].end, _literal(value))
            for name, value in wanted.items()
            if name in last and value is not None and not same(last[name].value, value)
        ]
        + [
            (*_with_line(content, pref.whole), b"")
            for pref in there
            if pref.name in wanted and wanted[pref.name] is None
        ]
    )
    pieces = []
    done = 0
    for start, end, literal in changes:
        pieces += [content[done:start], literal]
        done = end
    pieces.append(content[done:])
    newline = _newline(content)
    added = [
        b"user_pref(" + _literal(name) + b", " + _literal(value) + b");" + newline
        for name, value in wanted.items()
        if name not in last and value is not None
    ]
    if added and content and not content.endswith((b"\n", b"\r")):
        pieces.append(newline)
    return b"".join(pieces + added)


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are the same pref: `true` is not 1."""
    return type(one) is type(other) and one == other


def _literal(value: Value) -> bytes:
    """A value as Thunderbird writes it. No text can end its own string."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, int):
        if not -_INT_LIMIT <= value < _INT_LIMIT:
            raise ValueError("a pref holds 32 bits")
        return str(value).encode()
    if "\0" in value:
        raise ValueError("a pref holds no NUL")
    text = _MUST_ESCAPE.sub(_escape, value)
    return b'"' + text.encode("utf-8", "surrogateescape") + b'"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    named = {"\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return named.get(character, f"\\u{ord(character):04x}")


def _tokens(content: bytes) -> Iterator[_Token]:
    position = len(_BOM) if content.startswith(_BOM) else 0
    while position < len(content):
        match = _TOKEN.match(content, position)
        # A NUL byte is the end of the file to Thunderbird; a string or comment left open swallows the rest.
        if match is None or match.lastgroup == "open":
            raise BrokenPrefs(_line(content, position))
        kind = match.lastgroup or ""
        if kind != "skip":
            yield _Token(kind, match.group(), match.start(), match.end())
        position = match.end()


def _with_line(content: bytes, whole: tuple[int, int]) -> tuple[int, int]:
    """Where the line of a statement stands that has one to itself; else where the statement does."""
    start, end = whole
    rest = _LINE_END.match(content, end)
    head = content[:start].rstrip(b" \t")
    if rest is None or not (not head or head.endswith((b"\n", b"\r", _BOM))):
        return whole
    return len(head), rest.end()


def _statement(tokens: list[_Token], end: int) -> Pref | None:
    """The pref these tokens make, or None where Thunderbird finds no sense in them."""
    if len(tokens) not in (6, 7):
        return None
    head, value, tail = tokens[:4], tokens[4:-1], tokens[-1]
    shape = [token.raw for token in (head[0], head[1], head[3], tail)]
    if shape != [b"user_pref", b"(", b",", b")"] or head[2].kind != "text":
        return None
    name = _text(head[2].raw)
    read_value = _value(value)
    if name is None or read_value is None:
        return None
    return Pref(name, read_value, value[0].start, value[-1].end, (tokens[0].start, end))


def _value(tokens: list[_Token]) -> Value | None:
    first = tokens[0]
    if len(tokens) == 2:
        if first.raw not in (b"+", b"-") or tokens[1].kind != "number":
            return None
        return _number(tokens[1].raw, -1 if first.raw == b"-" else 1)
    if first.kind == "text":
        return _text(first.raw)
    if first.kind == "number":
        return _number(first.raw, 1)
    return {b"true": True, b"false": False}.get(first.raw)


def _number(digits: bytes, sign: int) -> int | None:
    digits = digits.lstrip(b"0") or b"0"
    if len(digits) > len(str(_INT_LIMIT)):
        return None
    value = sign * int(digits)
    return value if -_INT_LIMIT <= value < _INT_LIMIT else None


def _text(raw: bytes) -> str | None:
    """What a string literal says, or None for an escape that Thunderbird does not know."""
    known = True
    units = False

    def unescape(match: re.Match[bytes]) -> bytes:
        nonlocal known, units
        plain, byte, unit = match.groups()
        if plain is not None:
            return _PLAIN_ESCAPES[plain]
        code = int(byte or unit or b"0", 16)
        if code == 0:
            known = False
            return b""
        if byte is not None:
            return bytes([code])
        units = units or 0xD800 <= code <= 0xDFFF
        return chr(code).encode("utf-8", "surrogatepass")

    content = _ESCAPE.sub(unescape, raw[1:-1])
    if not known:
        return None
    if units:
        # Two escaped halves of one character, joined as UTF-16 joins them; a lone half is a mistake.
        try:
            halves = content.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
            content = halves.decode("utf-16-le").encode("utf-8")
        except UnicodeDecodeError:
            return None
    return content.decode("utf-8", "surrogateescape")


def _newline(content: bytes) -> bytes:
    first = re.search(rb"\r\n|\n|\r", content)
    return first.group() if first else b"\n"


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
