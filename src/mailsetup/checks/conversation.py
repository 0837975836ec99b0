"""The conversation as people may see it: every line, and no secret in it, wherever it turns up."""

import base64
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from mailsetup.account import Credential
from mailsetup.checks.outcome import Quoted
from mailsetup.errors import Message
from mailsetup.net.stream import Attempt, Identity, Stream, TlsFacts

MASK = "***"

Talk = Callable[[str, str], None]
"""Told each line: ">" or "<", and the line with its secrets masked. It may hold control characters."""


# The four messages of SCRAM (RFC 5802, section 7), in base64 or read: proof and signature are enough to try
# passwords on. They begin "n,,n=", "y,,n=" or "p=tls-server-end-point,,", then "c=", "r=" and "v=".
_SCRAM = (
    r"(?<![A-Za-z0-9+/])(?:biws|eSws|cD10bHMt|Yz1|cj[01]|dj[01])[A-Za-z0-9+/]{24,}=*",
    r"\b[pv]=[A-Za-z0-9+/]{26,}=*",
)


# Shorter ones stand in names, dates and versions by chance; stars there would only tell what they are.
_SHORTEST = 4


class Masks:
    """Replaces a secret of 4 characters or more by stars in whatever form a server may echo it.

    usernames: those a login may be tried with; their SASL messages are known by them.
    """

    def __init__(self, secret: Credential | None, usernames: Iterable[str] = ()) -> None:
        hidden = "" if secret is None else secret.reveal()
        known = _forms(hidden, usernames) if len(hidden) >= _SHORTEST else set()
        forms = sorted(known, key=len, reverse=True)
        self._pattern = re.compile("|".join([*forms, *_SCRAM])) if forms else None

    def text(self, text: str) -> str:
        """A text without the secret."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def message(self, message: Message) -> Message:
        """A message whose fields do not hold the secret."""
        return Message(message.template, {name: self.value(value) for name, value in message.fields.items()})

    def value(self, value: object) -> object:
        """A field or fact, and all that it holds, without the secret."""
        if isinstance(value, Message):
            return self.message(value)
        if isinstance(value, Quoted):
            return Quoted(self.text(value)).short
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(name)): self.value(held) for name, held in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(held) for held in value]
        return value


# Base64 in its two alphabets (RFC 4648, sections 4 and 5).
_BASE64 = "A-Za-z0-9+/_-"
# So much of a long secret is enough to know it by: servers cut what they repeat (POP3 at 512 bytes).
_HEAD = 12
_HEAD_OF_BASE64 = 16
# The rest of a long one is looked for as it is: patterns of thousands of characters are slow to make.
_SPELLED = 64
# No count in these patterns is open: a hostile line of backslashes would take minutes.
_ENTITIES = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;"}


def _forms(secret: str, usernames: Iterable[str]) -> set[str]:
    """Patterns of all the ways in which a secret is sent, or comes back."""
    plain = {secret, secret.strip()}
    plain |= {unicodedata.normalize(form, secret) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    raw = secret.encode()
    coded = {base64.b64encode(raw), base64.b64encode(f"\0{secret}".encode())}
    coded |= {base64.b64encode(f"\0{name}\0{secret}".encode()) for name in usernames}
    # Some servers repeat a command in capitals.
    forms = {f"(?i:{_spelled(form)})" for form in plain if form}
    forms |= {f"(?i:{_spelled(form[:_HEAD])}\\S*)" for form in plain if len(form) > _HEAD}
    forms |= {f"(?i:{_either_alphabet(form)})=*" for form in coded if raw}
    if len(raw) > 1:
        forms.add(f"(?i:{raw.hex()})")
    # Inside a longer base64 text the secret begins at one of three places: its middle always looks the same.
    for shift in range(3):
        middle = base64.b64encode(b"\0" * shift + raw)[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
        if len(middle) >= 4:
            head = _either_alphabet(middle[:_HEAD_OF_BASE64])
            forms.add(f"(?<![{_BASE64}])[{_BASE64}]*(?i:{head})[{_BASE64}]*=*")
    return forms


def _spelled(text: str) -> str:
    """A pattern of a text, each character as it is or as programs write it inside quotes, URLs and pages."""
    begin, rest = text[:_SPELLED], text[_SPELLED:]
    parts = re.findall(r"\\+|\s+|[^\\\s]", begin)
    return "".join(map(_written, parts)) + re.escape(rest)


def _written(part: str) -> str:
    """A pattern of one character, of some backslashes in a row, or of white space."""
    if part.isspace():
        return r"(?:\s|\+|%20|&#32;|&nbsp;){1,9}"
    if part[0] == "\\":
        return rf"(?:\\|%5C|&#92;){{{len(part)},{2 * len(part) + 2}}}"
    raw, number = part.encode(), ord(part)
    ways = [rf"\\{{0,3}}{re.escape(part)}", rf"&#(?:0{{0,4}}{number}|x0{{0,4}}{number:x});"]
    for form in ("%{:02x}", "={:02x}", r"\\{{1,2}}x{:02x}", r"\\{{1,2}}{:03o}"):
        ways.append("".join(form.format(byte) for byte in raw))
    if part in _ENTITIES:
        ways.append(_ENTITIES[part])
    if number > 0x7F:
        # Taken for Latin-1, by its number, or where no such letter could be shown.
        ways.append(re.escape(raw.decode("latin-1")))
        ways.append(rf"\\{{1,2}}[xu]0{{0,6}}{number:x}")
        ways.append(f"[?\ufffd]{{1,{len(raw)}}}")
    return f"(?:{'|'.join(ways)})"


def _either_alphabet(coded: bytes) -> str:
    """A pattern of a base64 text, in both alphabets, or with its signs as in a URL."""
    pattern = re.escape(coded.decode().rstrip("="))
    return pattern.replace("\\+", "(?:[+-]|%2B)").replace("/", "(?:[/_]|%2F)")


class Overheard:
    """A Stream whose every line is told, masked, to one listener."""

    def __init__(self, stream: Stream, masks: Masks, talk: Talk) -> None:
        self._stream = stream
        self._masks = masks
        self._talk = talk

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every address tried, in order; the last one answered."""
        return self._stream.attempts

    @property
    def tls(self) -> TlsFacts | None:
        """The proven TLS session, or None while the connection is plain."""
        return self._stream.tls

    async def send(self, data: bytes) -> None:
        """Send bytes, told before they go. Raises StreamClosed."""
        self._tell(">", data.removesuffix(b"\r\n"))
        await self._stream.send(data)

    async def line(self) -> bytes:
        """The next line. Raises LineTooLong, StreamClosed."""
        line = await self._stream.line()
        self._tell("<", line)
        return line

    async def exactly(self, count: int) -> bytes:
        """The next count bytes. Raises ValueError, StreamClosed."""
        data = await self._stream.exactly(count)
        self._tell("<", data)
        return data

    async def start_tls(self, identity: Identity) -> TlsFacts:
        """Begin TLS. Raises BytesBeforeTls, TlsFailed."""
        return await self._stream.start_tls(identity)

    async def aclose(self) -> None:
        """Close, at once and without a word."""
        await self._stream.aclose()

    def _tell(self, direction: str, data: bytes) -> None:
        self._talk(direction, self._masks.text(data.decode("utf-8", "replace")))
