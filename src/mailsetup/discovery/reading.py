"""What strangers write into their answers, made harmless. Pure."""

from mailsetup.account import host_name, is_clean
from mailsetup.net import suffixes

MAX_SERVERS = 50
"""Servers of one answer that count. No honest one names more."""
MAX_TEXT = 500
"""Characters of a text for people, or of a user name. No honest one is longer."""


def read_host(text: str) -> str:
    """A host that a mail server can have, in A-labels.

    Raises ValueError where the text is no host name, or one that is nobody's ("co.uk") or this machine's own
    ("localhost"): no stranger may lead us there.
    """
    host = host_name(text)
    if suffixes.is_public_suffix(host) or host.endswith(".localhost"):
        raise ValueError("nobody's host")
    return host


def read_line(text: str) -> str:
    """A text for people on one line, cut; "" where it holds what could act on a terminal."""
    line = " ".join(text.split())[:MAX_TEXT]
    return line if is_clean(line) else ""


def is_word(text: str) -> bool:
    """Whether a text is clean and in one piece, as a link must be."""
    return is_clean(text) and not any(letter.isspace() for letter in text)
