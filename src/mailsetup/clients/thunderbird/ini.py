"""profiles.ini: reading it as Mozilla's nsINIParser does, and changing it line by line.

Bytes in, bytes out: comments, unknown keys, order and line ends stay as they are.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

_BOM = b"\xef\xbb\xbf"
_SECTION = re.compile(rb"[ \t]*\[([^\]]*)\]")


class _Kind(Enum):
    SECTION = 1
    KEY = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class _Line:
    raw: bytes
    kind: _Kind
    section: str
    key: str = ""
    value: str = ""


def read(content: bytes) -> dict[str, dict[str, str]]:
    """Every section with its keys, in the order of the file. Text is UTF-8, bad bytes as in PEP 383."""
    sections: dict[str, dict[str, str]] = {}
    for line in _lines(content):
        if line.kind is _Kind.SECTION:
            sections.setdefault(line.section, {})
        elif line.kind is _Kind.KEY:
            sections[line.section][line.key] = line.value
    return sections


def set_key(content: bytes, section: str, key: str, value: str) -> bytes:
    """The same file with one value changed; a key that is not there yet comes first in its section."""
    lines = _lines(content)
    newline = _newline(content)
    entry = _entry(key, value, newline)
    pieces = [entry if _is_key(line, section, key) else line.raw for line in lines]
    if not any(_is_key(line, section, key) for line in lines):
        heads = [i for i, line in enumerate(lines) if line.kind is _Kind.SECTION and line.section == section]
        if not heads:
            raise KeyError(section)
        head = pieces[heads[0]]
        pieces[heads[0]] = (head if head.endswith(b"\n") else head + newline) + entry
    return b"".join(pieces)


def remove_key(content: bytes, section: str, key: str) -> bytes:
    """The same file without one key."""
    return b"".join(line.raw for line in _lines(content) if not _is_key(line, section, key))


def remove_section(content: bytes, section: str) -> bytes:
    """The same file without one section; a comment in it stays."""
    return b"".join(
        line.raw
        for line in _lines(content)
        if line.section != section or (line.kind is _Kind.OTHER and line.raw.strip())
    )


def rename_section(content: bytes, section: str, name: str) -> bytes:
    """The same file with another name over one section."""
    return b"".join(
        line.raw.replace(b"[" + _encode(section) + b"]", b"[" + _encode(name) + b"]")
        if line.kind is _Kind.SECTION and line.section == section
        else line.raw
        for line in _lines(content)
    )


def append_section(content: bytes, section: str, keys: Mapping[str, str]) -> bytes:
    """The same file with one more section at its end."""
    newline = _newline(content)
    gap = newline if content.endswith(b"\n") else newline * 2
    if not content or content.endswith(newline * 2):
        gap = b""
    head = b"[" + _encode(section) + b"]" + newline
    return content + gap + head + b"".join(_entries(keys.items(), newline))


def _entries(keys: Iterable[tuple[str, str]], newline: bytes) -> Iterable[bytes]:
    return (_entry(key, value, newline) for key, value in keys)


def _entry(key: str, value: str, newline: bytes) -> bytes:
    if "\n" in value or "\r" in value:
        raise ValueError("a value is one line")
    return _encode(key) + b"=" + _encode(value) + newline


def _is_key(line: _Line, section: str, key: str) -> bool:
    return line.kind is _Kind.KEY and line.section == section and line.key == key


def _lines(content: bytes) -> list[_Line]:
    found = []
    section: str | None = None
    for raw in content.splitlines(keepends=True):
        bare = raw.removeprefix(_BOM).strip()
        head = _SECTION.match(bare)
        if not bare or bare[:1] in (b"#", b";"):
            found.append(_Line(raw, _Kind.OTHER, section or ""))
        elif head:
            section = _decode(head.group(1))
            found.append(_Line(raw, _Kind.SECTION, section))
        elif section is not None and b"=" in bare:
            key, _, value = bare.partition(b"=")
            found.append(_Line(raw, _Kind.KEY, section, _decode(key.strip()), _decode(value.strip())))
        else:
            found.append(_Line(raw, _Kind.OTHER, section or ""))
    return found


def _newline(content: bytes) -> bytes:
    return b"\r\n" if b"\r\n" in content else b"\n"


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
