"""IMAP (RFC 9051, RFC 3501): as much of it as a login and a look at the inbox need.

The inbox is opened with EXAMINE, never SELECT, so that nothing is marked as seen or recent.
"""

import re
from dataclasses import dataclass

from mailsetup.net.stream import Stream
from mailsetup.wire.faults import NotUnderstood, TooMuch
from mailsetup.wire.refusals import Refusal, Refused, by_words, finer
from mailsetup.wire.sasl import Exchange, Mechanism, require_sendable

MAX_RESPONSES = 1_000
"""Responses before a command is answered."""
MAX_BYTES = 256 * 1024
"""Bytes of all of them, literals included."""
_MAX_LITERALS = 100
# Dovecot takes command lines of 64 KB, others of 8: RFC 7162, section 4, asks for that much.
_MAX_INITIAL = 8000

_STATUSES = frozenset({"OK", "NO", "BAD", "BYE", "PREAUTH"})
# RFC 9051, section 9, resp-text: "[CODE arguments] words".
_CODED = re.compile(r"\[([^\]\s]+)(?: ([^\]]*))?\] ?(.*)", re.DOTALL)
_LITERAL = re.compile(rb"\{(\d{1,20})\+?\}\Z")
_NUMBERED = re.compile(rb"(\d{1,10}) ([A-Za-z]+)(?: (.*))?", re.DOTALL)
_WORD = re.compile(rb"([!-~]+)(?: (.*))?", re.DOTALL)
# RFC 9208, section 5.1: * QUOTA "root" (STORAGE 10 512)
_LAST_LIST = re.compile(rb"\(([^()]*)\)\s*$")
_QUOTA = re.compile(rb"(?<![A-Za-z-])([A-Za-z-]{1,40}) (\d{1,20}) (\d{1,20})")

# RFC 9051, section 7.3.4: * ESEARCH (TAG "a7") COUNT 17
_SEARCH_COUNT = re.compile(rb"(?:^|[ )])COUNT (\d{1,10})(?!\d)", re.IGNORECASE)

_STATUS_ITEM = re.compile(rb"(?<![A-Za-z-])([A-Za-z-]{1,40}) (\d{1,20})(?!\d)")
# RFC 9051, section 7.3.1: * LIST (\HasNoChildren \Sent) "/" "Sent Items"; a name may be an atom or a literal.
_LISTED_FOLDER = re.compile(
    rb'\(([^()]*)\) (?:NIL|"\\?.") (?:"((?:[^"\\]|\\.)*)".*|([^"].*))', re.IGNORECASE | re.DOTALL
)
_OWN_NAMESPACE = re.compile(rb'\(\("((?:[^"\\]|\\.)*)" (?:NIL|"(\\?.)")', re.IGNORECASE | re.DOTALL)
SPECIAL_USES = frozenset(
    {"\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash", "\\important"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One response of the server.

    tag: "*", "+" or the tag of a command. word: "OK", "EXISTS", in capitals. number: the one before it.
    code, arguments: what stands in brackets in a status response. text: the words after it.
    data: the bytes after the word, literals in their place.
    """

    tag: str
    word: str = ""
    number: int | None = None
    code: str = ""
    arguments: str = ""
    text: str = ""
    data: bytes = b""

    @property
    def said(self) -> str:
        """The whole of a status response as the server wrote it: in part, a secret would not be known."""
        return self.data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Reply:
    """All that came for one command. done: its status response, or the BYE that came instead of it."""

    done: Response
    untagged: tuple[Response, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the command succeeded."""
        return self.done.word == "OK"


def parse_response(raw: bytes) -> Response:
    """Read one response, its literals in place. Raises NotUnderstood."""
    tag, _, rest = raw.partition(b" ")
    if tag == b"+":
        return Response(tag="+", text=rest.decode("utf-8", "replace"))
    if not tag or not tag.isascii():
        raise NotUnderstood.of("IMAP")
    name = tag.decode("ascii")
    if name == "*" and (numbered := _NUMBERED.fullmatch(rest)):
        word = numbered[2].decode("ascii").upper()
        return Response(tag=name, word=word, number=int(numbered[1]), data=numbered[3] or b"")
    found = _WORD.fullmatch(rest)
    if found is None:
        raise NotUnderstood.of("IMAP")
    word, data = found[1].decode("ascii").upper(), found[2] or b""
    if word not in _STATUSES:
        return Response(tag=name, word=word, data=data)
    text = data.decode("utf-8", "replace")
    coded = _CODED.fullmatch(text)
    if coded is None:
        return Response(tag=name, word=word, text=text, data=data)
    code, arguments, words = coded[1].upper(), coded[2] or "", coded[3]
    return Response(tag=name, word=word, code=code, arguments=arguments, text=words, data=data)


def capabilities_in(*responses: Response) -> frozenset[str] | None:
    """What the last CAPABILITY response or code among them lists, in capitals; None where there is none."""
    listed = None
    for response in responses:
        if response.word == "CAPABILITY":
            listed = response.data.decode("utf-8", "replace")
        elif response.code == "CAPABILITY":
            listed = response.arguments
    return None if listed is None else frozenset(listed.upper().split())


def quotas_in(*responses: Response) -> dict[str, tuple[int, int]]:
    """Used and limit of each resource in QUOTA responses; STORAGE counts 1,024 octets (RFC 9208, 5.1)."""
    quotas: dict[str, tuple[int, int]] = {}
    for response in responses:
        if response.word == "QUOTA" and (listed := _LAST_LIST.search(response.data)):
            for name, used, limit in _QUOTA.findall(listed[1]):
                quotas[name.decode("ascii").upper()] = int(used), int(limit)
    return quotas


def status_in(*responses: Response) -> dict[str, int]:
    """The numbers of STATUS responses (RFC 9051, section 7.3.4), by their names in capitals."""
    numbers: dict[str, int] = {}
    for response in responses:
        if response.word == "STATUS" and (listed := _LAST_LIST.search(response.data)):
            numbers |= {name.decode("ascii").upper(): int(n) for name, n in _STATUS_ITEM.findall(listed[1])}
    return numbers


def found_in(*responses: Response) -> int | None:
    """How many messages a SEARCH RETURN (COUNT) found (RFC 4731, section 3.1); None: nobody says."""
    for response in responses:
        if response.word == "ESEARCH" and (found := _SEARCH_COUNT.search(response.data)):
            return int(found[1])
    return None


def special_folders_in(*responses: Response) -> dict[str, str]:
    """The folders with a use (RFC 6154, section 2) in LIST responses: "sent" and the folder's name.

    The name as on the wire: modified UTF-7, or UTF-8 in IMAP4rev2.
    """
    folders: dict[str, str] = {}
    for response in responses:
        if response.word == "LIST" and (found := _LISTED_FOLDER.fullmatch(response.data)):
            for attribute in found[1].decode("ascii", "replace").lower().split():
                if attribute in SPECIAL_USES:
                    folders.setdefault(attribute.removeprefix("\\"), _name(found))
    return folders


def _name(listed: re.Match[bytes]) -> str:
    name = listed[3] if listed[2] is None else re.sub(rb"\\(.)", rb"\1", listed[2], flags=re.DOTALL)
    return name.decode("utf-8", "replace")


def namespace_in(*responses: Response) -> tuple[str, str | None] | None:
    """Of the NAMESPACE response (RFC 2342, section 5): the prefix of one's own folders, and the separator.

    None where there is no such response, or no folders of one's own; no separator: there is no hierarchy.
    """
    for response in responses:
        if response.word == "NAMESPACE" and (found := _OWN_NAMESPACE.match(response.data)):
            separator = None if found[2] is None else found[2][-1:].decode("ascii", "replace")
            return re.sub(rb"\\(.)", rb"\1", found[1], flags=re.DOTALL).decode("utf-8", "replace"), separator
    return None


def quoted(text: str) -> str:
    """An ASCII text as a quoted string (RFC 9051, section 9)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def refusal(response: Response) -> Refusal:
    """Why a login was refused (RFC 5530, section 3)."""
    known = {
        "UNAVAILABLE": Refusal.TEMPORARY,
        "SERVERBUG": Refusal.TEMPORARY,
        "INUSE": Refusal.IN_USE,
        "LIMIT": Refusal.LIMITED,
        "EXPIRED": Refusal.EXPIRED,
        "CONTACTADMIN": Refusal.SWITCHED_OFF,
        "NOPERM": Refusal.SWITCHED_OFF,
        "AUTHORIZATIONFAILED": Refusal.SWITCHED_OFF,
        "PRIVACYREQUIRED": Refusal.OTHER_WAY,
        "WEBALERT": Refusal.WEB_LOGIN,  # Google
        "AUTHENTICATIONFAILED": finer(response.text),
    }.get(response.code)
    if known is not None:
        return known
    if response.word == "BYE":
        return by_words(response.text) or Refusal.TEMPORARY
    if response.word == "BAD":
        return by_words(response.text) or Refusal.OTHER_WAY
    return by_words(response.text) or Refusal.CREDENTIALS


class Imap:
    """One IMAP conversation."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._count = 0

    async def greeting(self) -> Response:
        """The server's first response: OK, PREAUTH or BYE. Raises NotUnderstood."""
        response = await self._response()
        if response.tag != "*" or response.word not in ("OK", "PREAUTH", "BYE"):
            raise NotUnderstood.of("IMAP")
        return response

    async def command(self, text: str) -> Reply:
        """Send a command and wait for its status response, or for BYE."""
        tag = await self._send(text)
        return await self._until(tag)

    async def commands(self, *texts: str) -> tuple[tuple[Response, ...], tuple[Response, ...]]:
        """Send commands together, and wait for them all (RFC 9051, section 5.5).

        Gives the status response of each, in the order of the commands, and all that came untagged. A server
        may answer them in any order; where one needs what another does, as SEARCH needs EXAMINE, it must keep
        to theirs, and one that does not refuses it. A BYE answers all that are left.
        """
        tags = [await self._send(text) for text in texts]
        done: dict[str, Response] = {}
        untagged: list[Response] = []
        while len(done) < len(tags):
            reply = await self._until(*(tag for tag in tags if tag not in done))
            done[reply.done.tag] = reply.done
            untagged += reply.untagged
            if reply.done.word == "BYE":
                return tuple(done.get(tag, reply.done) for tag in tags), tuple(untagged)
        return tuple(done[tag] for tag in tags), tuple(untagged)

    async def logout(self) -> None:
        """Say goodbye. The BYE that comes first is part of it (RFC 9051, section 6.1.3)."""
        tag = await self._send("LOGOUT")
        await self._until(tag, bye=False)

    async def login(self, username: str, password: str) -> tuple[Reply, Refused | None]:
        """Log in with LOGIN (RFC 9051, section 6.2.3). Raises Unsendable.

        What is not ASCII goes as a literal of UTF-8, which no standard promises to be understood:
        AUTHENTICATE is the better way for it.
        """
        require_sendable(username, password)
        if username.isascii() and password.isascii():
            return _judged(await self.command(f"LOGIN {quoted(username)} {quoted(password)}"))
        name, secret = username.encode(), password.encode()
        return await self._talk_through(
            f"LOGIN {{{len(name)}}}", [name + b" {%d}\r\n" % len(secret), secret + b"\r\n"]
        )

    async def authenticate(self, mechanism: Mechanism, *, initial: bool) -> tuple[Reply, Refused | None]:
        """Log in with AUTHENTICATE (RFC 9051, section 6.2.2). Raises LoginBroken, Unproven.

        initial: the server announced SASL-IR, so that the message may go with the command (RFC 4959).
        """
        exchange = Exchange(mechanism, room=_MAX_INITIAL if initial else 0)
        tag = await self._send(f"AUTHENTICATE {exchange.command}")
        reply = await self._until(tag, asked=True)
        while reply.done.tag == "+":
            await exchange.answer(reply.done.text, self._stream)
            reply = await self._until(tag, asked=True)
        return reply, exchange.end(ok=reply.ok, why=refusal(reply.done), reply=reply.done.said)

    async def _talk_through(self, command: str, answers: list[bytes]) -> tuple[Reply, Refused | None]:
        """Send a command, and an answer each time the server asks for more; end it when it asks too often."""
        tag = await self._send(command)
        for answer in answers:
            reply = await self._until(tag, asked=True)
            if reply.done.tag != "+":
                return _judged(reply)
            await self._stream.send(answer)
        reply = await self._until(tag, asked=True)
        if reply.done.tag != "+":
            return _judged(reply)
        # RFC 9051, section 6.2.2: "*" ends an exchange that leads nowhere.
        await self._stream.send(b"*\r\n")
        ended = await self._until(tag)
        return ended, Refused(Refusal.OTHER_WAY, ended.done.said)

    async def _send(self, text: str) -> str:
        self._count += 1
        tag = f"a{self._count}"
        await self._stream.send(f"{tag} {text}\r\n".encode())
        return tag

    async def _until(self, *tags: str, asked: bool = False, bye: bool = True) -> Reply:
        """All responses up to the one with this tag, or with one of these.

        asked: a "+" ends it too, as the server may ask for more. bye: so does a BYE.
        Raises NotUnderstood for a tag that nobody sent, TooMuch past the caps.
        """
        untagged: list[Response] = []
        size = 0
        for _ in range(MAX_RESPONSES):
            response = await self._response()
            size += len(response.word) + len(response.data)
            if size > MAX_BYTES:
                break
            if response.tag == "*" and not (bye and response.word == "BYE"):
                untagged.append(response)
            elif response.tag in ("*", *tags) or (asked and response.tag == "+"):
                if response.tag in tags and response.word not in ("OK", "NO", "BAD"):
                    raise NotUnderstood.of("IMAP")
                return Reply(response, tuple(untagged))
            else:
                raise NotUnderstood.of("IMAP")
        raise TooMuch.of("IMAP")

    async def _response(self) -> Response:
        """The next response, read whole. Raises TooMuch where its literals are past the cap."""
        raw = await self._stream.line()
        response = parse_response(raw)
        # The words of a status response are free: what looks like a literal there is none.
        if response.tag != "*" or response.word in _STATUSES:
            return response
        for _ in range(_MAX_LITERALS):
            literal = _LITERAL.search(raw)
            if literal is None:
                return parse_response(raw)
            size = int(literal[1])
            if len(raw) + size > MAX_BYTES:
                break
            raw = raw[: literal.start()] + await self._stream.exactly(size) + await self._stream.line()
        raise TooMuch.of("IMAP")


def _judged(reply: Reply) -> tuple[Reply, Refused | None]:
    return reply, None if reply.ok else Refused(refusal(reply.done), reply.done.said)
