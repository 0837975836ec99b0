"""POP3 (RFC 1939), its extensions (RFC 2449), STLS (RFC 2595) and AUTH (RFC 5034).

Nothing here can fetch or delete a message: no RETR, TOP or DELE. Under EXPIRE 0 a server may delete whatever
was fetched (RFC 2449, section 6.7), so a check asks for numbers and identifiers only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailsetup.net.stream import Stream
from mailsetup.wire.faults import NotUnderstood, TooMuch
from mailsetup.wire.refusals import Refusal, Refused, by_words, finer
from mailsetup.wire.sasl import Exchange, Mechanism, require_sendable

MAX_CAPABILITIES = 200
MAX_LISTED = 100_000
"""Messages in a LIST or UIDL; a mailbox with more is not counted to its end."""

# An identifier has 70 bytes at most (RFC 1939, section 7).
_USUAL_LINE = 128
# RFC 2449, section 4: a command with its CRLF.
_MAX_COMMAND = 255
_STATUS = re.compile(rb"(\+OK|-ERR)(?:[ \t]+(.*))?", re.DOTALL)
# RFC 2449, section 8: "-ERR [IN-USE] Do you have another POP session running?"
_CODE = re.compile(r"\[([A-Z0-9/-]{1,40}+)[^\]]*+\]\s*+(.*)", re.DOTALL | re.IGNORECASE)
_STAT = re.compile(r"(\d{1,15}) +(\d{1,18})(?: .*)?", re.DOTALL)
_LISTED = re.compile(rb"(\d{1,15})[ \t]+(\S+)[ \t]*(?:[ \t].*)?", re.DOTALL)

Capabilities = Mapping[str, tuple[str, ...]]
"""What CAPA lists: the names in capitals, each with its arguments."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply. code: the response code in capitals, "IN-USE", or "". text: what follows it.

    said: the whole of it as the server wrote it: in part, a secret would not be known.
    """

    ok: bool
    code: str
    text: str
    said: str


def parse_reply(line: bytes) -> Reply:
    """Read the first line of a reply. Raises NotUnderstood: `+ERR` is neither success nor failure."""
    found = _STATUS.fullmatch(line)
    if found is None:
        raise NotUnderstood.of("POP3")
    text = (found[2] or b"").decode("utf-8", "replace")
    coded = _CODE.fullmatch(text)
    if coded is None:
        return Reply(found[1] == b"+OK", "", text, text)
    return Reply(found[1] == b"+OK", coded[1].upper(), coded[2], text)


def parse_capabilities(lines: Iterable[bytes]) -> Capabilities:
    """Read the lines of CAPA (RFC 2449, section 5)."""
    words = (line.decode("utf-8", "replace").split() for line in lines)
    return {first.upper(): tuple(rest) for first, *rest in (line for line in words if line)}


def parse_stat(reply: Reply) -> tuple[int, int]:
    """How many messages and how many octets STAT counts (RFC 1939, section 5). Raises NotUnderstood."""
    found = _STAT.fullmatch(reply.text)
    if found is None:
        raise NotUnderstood.of("POP3")
    return int(found[1]), int(found[2])


def parse_listed(line: bytes) -> tuple[int, bytes]:
    """Read one line of LIST or UIDL: the number of a message, and its size or identifier.

    Raises NotUnderstood.
    """
    found = _LISTED.fullmatch(line)
    if found is None:
        raise NotUnderstood.of("POP3")
    return int(found[1]), found[2]


def refusal(reply: Reply) -> Refusal:
    """Why a login was refused (RFC 2449, section 8.1; RFC 3206)."""
    known = {
        "IN-USE": Refusal.IN_USE,
        "LOGIN-DELAY": Refusal.TOO_SOON,
        "SYS/TEMP": Refusal.TEMPORARY,
        "SYS/PERM": Refusal.SWITCHED_OFF,
        "AUTH": finer(reply.text),
    }.get(reply.code)
    return known or by_words(reply.text) or Refusal.CREDENTIALS


class Pop3:
    """One POP3 conversation."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def reply(self) -> Reply:
        """The next reply, such as the greeting."""
        return parse_reply(await self._stream.line())

    async def command(self, text: str) -> Reply:
        """Send a command that has a reply of one line."""
        await self.ask(text)
        return await self.reply()

    async def ask(self, text: str) -> None:
        """Send a command ahead of its reply, where PIPELINING is announced (RFC 2449, section 6.6)."""
        await self._stream.send(text.encode() + b"\r\n")

    async def lines(self, cap: int) -> list[bytes]:
        """The lines that follow a reply of many lines, up to the dot (RFC 1939, section 3).

        Raises TooMuch past the cap, or where they are much longer than any that are of use.
        """
        lines: list[bytes] = []
        size = 0
        while (line := await self._stream.line()) != b".":
            size += len(line)
            if len(lines) == cap or size > cap * _USUAL_LINE:
                raise TooMuch.of("POP3")
            lines.append(line[1:] if line.startswith(b".") else line)
        return lines

    async def capabilities(self) -> Capabilities | None:
        """What CAPA lists, or None where the server does not know CAPA."""
        if not (await self.command("CAPA")).ok:
            return None
        return parse_capabilities(await self.lines(MAX_CAPABILITIES))

    async def auth(self, mechanism: Mechanism) -> Refused | None:
        """Log in with AUTH (RFC 5034, section 4); None is success. Raises LoginBroken, Unproven."""
        command = f"AUTH {mechanism.name} \r\n"
        exchange = Exchange(mechanism, room=_MAX_COMMAND - len(command))
        await self._stream.send(f"AUTH {exchange.command}\r\n".encode())
        line = await self._stream.line()
        while line == b"+" or line.startswith(b"+ "):
            await exchange.answer(line[2:], self._stream)
            line = await self._stream.line()
        reply = parse_reply(line)
        return exchange.end(ok=reply.ok, why=refusal(reply), reply=reply.said)

    async def user_pass(self, username: str, password: str) -> Refused | None:
        """Log in with USER and PASS (RFC 1939, section 7); None is success. Raises Unsendable."""
        require_sendable(username, password)
        named = await self.command(f"USER {username}")
        return _refused(named) or _refused(await self.command(f"PASS {password}"))


def _refused(reply: Reply) -> Refused | None:
    return None if reply.ok else Refused(refusal(reply), reply.said)
