"""Message submission (RFC 6409) over SMTP (RFC 5321): EHLO, STARTTLS (RFC 3207), AUTH (RFC 4954).

Nothing here can send a message: there is no DATA.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailsetup.net.stream import Stream
from mailsetup.wire.faults import NotUnderstood, TooMuch
from mailsetup.wire.refusals import Refusal, Refused, by_words, finer
from mailsetup.wire.sasl import Exchange, Mechanism

MAX_REPLY_LINES = 200
MAX_REPLY_BYTES = 64 * 1024

# RFC 5321, section 4.2: three digits, the first 2 to 5; "-" where another line follows.
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
# RFC 3463, section 2.
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")

# RFC 5321, section 4.5.3.1.4: a command with its CRLF. RFC 4954, section 4, lets AUTH have more, and not all
# servers read that; what does not fit goes when it is asked for.
_MAX_COMMAND = 512
# RFC 4954, section 6: 432 4.7.12, in its text also 5.7.12. RFC 5248: 5.7.13. Google: 5.7.14 (browser first).
# Microsoft: 5.7.30 (no basic authentication). 5.7.9 and 5.7.139 have more than one meaning, told by words.
_CODES = {
    "4.7.12": Refusal.EXPIRED,
    "5.7.12": Refusal.EXPIRED,
    "5.7.13": Refusal.LOCKED,
    "5.7.14": Refusal.WEB_LOGIN,
    "5.7.30": Refusal.OAUTH_ONLY,
    "5.7.11": Refusal.OTHER_WAY,
}
# Asked on where nothing was to come, or "not this way", in RFC 4954 and RFC 5321.
_OTHER_WAY = frozenset({*range(300, 400), 503, 504, 530, 534, 538})

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
    known = _CODES.get(reply.enhanced)
    if known is not None:
        return known
    words = by_words(reply.said)
    if reply.enhanced == "5.7.139":  # Microsoft, for nearly all
        return words if words in (Refusal.OAUTH_ONLY, Refusal.CREDENTIALS) else Refusal.SWITCHED_OFF
    if reply.temporary:
        return words if words is Refusal.LIMITED else Refusal.TEMPORARY
    if reply.code == 535 or reply.enhanced == "5.7.8":
        return finer(reply.said)
    if words is not None:
        return words
    return Refusal.OTHER_WAY if reply.code in _OTHER_WAY else Refusal.SWITCHED_OFF


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

    async def commands(self, *texts: str) -> list[Reply]:
        """Send commands together, and wait for all their replies, which come in order (RFC 2920)."""
        for text in texts:
            await self._stream.send(text.encode() + b"\r\n")
        return [await self.reply() for _ in texts]

    async def ehlo(self) -> Reply:
        """Say EHLO. The same literal for everybody: the name of this machine is nobody's business."""
        return await self.command("EHLO [127.0.0.1]")

    async def auth(self, mechanism: Mechanism) -> Refused | None:
        """Log in with AUTH (RFC 4954, section 4); None is success. Raises LoginBroken, Unproven."""
        exchange = Exchange(mechanism, room=_MAX_COMMAND - len(f"AUTH {mechanism.name} \r\n"))
        reply = await self.command(f"AUTH {exchange.command}")
        while reply.code == 334:
            await exchange.answer(reply.lines[-1], self._stream)
            reply = await self.reply()
        return exchange.end(ok=reply.ok, why=refusal(reply), reply=reply.said)
