"""Message submission (RFC 6409) over SMTP (RFC 5321): EHLO, STARTTLS (RFC 3207), AUTH (RFC 4954).

Nothing here can send a message: there is no DATA.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailsetup.net.stream import Stream
from mailsetup.wire import sasl
from mailsetup.wire.faults import NotUnderstood, TooMuch
from mailsetup.wire.refusals import Refusal, Refused, by_words

MAX_REPLY_LINES = 200
MAX_REPLY_BYTES = 64 * 1024

# RFC 5321, section 4.2: three digits, the first 2 to 5; "-" where another line follows.
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
# RFC 3463, section 2.
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")

Extensions = Mapping[str, tuple[str, ...]]
"""What EHLO lists: the keywords in capitals, each with its parameters."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code, and the text of every line."""

    code: int
    lines: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it says yes."""
        return 200 <= self.code < 300

    @property
    def temporary(self) -> bool:
        """Whether it says "not now" (RFC 5321, section 4.2.1)."""
        return 400 <= self.code < 500

    @property
    def enhanced(self) -> str:
        """The enhanced status code, "5.7.8", or "" (RFC 2034)."""
        found = _ENHANCED.match(self.lines[0])
        return found[1] if found else ""

    @property
    def said(self) -> str:
        """The whole of it in the server's words."""
        return f"{self.code} {' '.join(self.lines)}".rstrip()


def parse_line(line: bytes) -> tuple[int, bool, str]:
    """Read one line of a reply: its code, whether another line follows, the text. Raises NotUnderstood."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise NotUnderstood.of("SMTP")
    return int(found[1]), found[2] == b"-", (found[3] or b"").decode("utf-8", "replace")


def parse_extensions(lines: Iterable[str]) -> Extensions:
    """Read the lines of an EHLO reply after the first (RFC 5321, section 4.1.1.1)."""
    # Some servers write "AUTH=PLAIN" for clients older than RFC 2554.
    words = (re.sub(r"^(AUTH)=", r"\1 ", line, flags=re.IGNORECASE).split() for line in lines)
    listed: dict[str, tuple[str, ...]] = {}
    for keyword, *parameters in (line for line in words if line):
        listed[keyword.upper()] = (*listed.get(keyword.upper(), ()), *parameters)
    return listed


def refusal(reply: Reply) -> Refusal:
    """Why a login was refused (RFC 4954, section 6). An enhanced code decides before the words."""
    # RFC 4954: 432 4.7.12, in its text also 5.7.12.
    if reply.enhanced in ("4.7.12", "5.7.12"):
        return Refusal.EXPIRED
    if reply.enhanced in ("5.7.139", "5.7.30"):  # Microsoft: basic authentication is off
        return Refusal.SWITCHED_OFF
    words = by_words(reply.said)
    if reply.temporary:
        return words if words is Refusal.LIMITED else Refusal.TEMPORARY
    if words is not None:
        return words
    if reply.code in (504, 530, 534, 538):
        return Refusal.OTHER_WAY
    return Refusal.CREDENTIALS if reply.code == 535 or reply.enhanced == "5.7.8" else Refusal.SWITCHED_OFF


class Smtp:
    """One SMTP conversation."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def reply(self) -> Reply:
        """The next reply, such as the greeting. Raises NotUnderstood, TooMuch."""
        texts: list[str] = []
        first = size = 0
        for _ in range(MAX_REPLY_LINES):
            code, more, text = parse_line(await self._stream.line())
            if texts and code != first:
                raise NotUnderstood.of("SMTP")
            first = code
            size += len(text)
            if size > MAX_REPLY_BYTES:
                break
            texts.append(text)
            if not more:
                return Reply(code, tuple(texts))
        raise TooMuch.of("SMTP")

    async def command(self, text: str) -> Reply:
        """Send a command and wait for its reply."""
        await self._stream.send(text.encode() + b"\r\n")
        return await self.reply()

    async def ehlo(self) -> Reply:
        """Say EHLO. The same literal for everybody: the name of this machine is nobody's business."""
        return await self.command("EHLO [127.0.0.1]")

    async def auth_plain(self, username: str, password: str) -> Refused | None:
        """Log in with AUTH PLAIN (RFC 4954, section 4); None is success. Raises Unsendable."""
        reply = await self.command("AUTH PLAIN " + sasl.plain(username, password).decode())
        return await self._ended(reply)

    async def auth_login(self, username: str, password: str) -> Refused | None:
        """Log in with AUTH LOGIN; None is success. Raises Unsendable."""
        messages = sasl.login(username, password)
        reply = await self.command("AUTH LOGIN")
        for message in messages:
            if reply.code != 334:
                break
            reply = await self.command(message.decode())
        return await self._ended(reply)

    async def _ended(self, reply: Reply) -> Refused | None:
        if 300 <= reply.code < 400:
            # The mechanism has said all it can: a server that wants more is ended (RFC 4954, section 4).
            await self.command("*")
            return Refused(Refusal.OTHER_WAY, reply.said)
        return None if reply.ok else Refused(refusal(reply), reply.said)
