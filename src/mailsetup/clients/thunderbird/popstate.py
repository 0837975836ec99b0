"""popstate.dat: which messages Thunderbird has left on a POP3 server, and when it fetched them. Pure.

A line for each: a letter, the UIDL (RFC 1939, section 7) and the time of the download, after a head of
comments and `*host user`. The letters are `k` keep, `d` delete at the next fetch, `f` fetch the rest and
`b` too big (Pop3Client.sys.mjs).
"""

from dataclasses import dataclass

_KEEP = b"k"
# More digits than these are no time of a computer's: the year 5138 begins after them.
_MOST_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Left:
    """A message that was left on the server. downloaded: when, in seconds since 1970; 0 where unreadable."""

    uidl: bytes
    downloaded: int


def left_on_server(content: bytes) -> tuple[Left, ...]:
    """The messages that are on the server to stay there, each once, in the order of the file."""
    found: dict[bytes, Left] = {}
    for line in content.splitlines():
        parts = line.split()
        if len(parts) >= 2 and parts[0] == _KEEP:
            found[parts[1]] = Left(parts[1], _time(parts[2]) if len(parts) > 2 else 0)
    return tuple(found.values())


def _time(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) <= _MOST_DIGITS else 0
