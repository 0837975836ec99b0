"""Messages of a login (SASL, RFC 4422): what all mechanisms share, and PLAIN and LOGIN.

Each mechanism is a small object without IO: the client's messages in order, and what it makes of the
server's. `Exchange` is one run of one, as the base64 lines that IMAP, POP3 and SMTP carry alike. SCRAM is in
`scram`, the mechanisms that take a token in `bearer`.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Protocol

from mailsetup.errors import say
from mailsetup.net.stream import Stream
from mailsetup.wire.faults import LoginBroken, Unsendable
from mailsetup.wire.refusals import Refusal, Refused

MAX_CHALLENGES = 8
"""Challenges in one login; the longest mechanism here has two."""
MAX_CHALLENGE = 16 * 1024
"""Bytes of base64 in one of them."""

# A line break would begin a command of its own; NUL separates the fields of PLAIN.
_FORBIDDEN = frozenset("\r\n\0")


def require_sendable(username: str, password: str) -> None:
    """Raise Unsendable where either cannot be sent: empty, or with CR, LF or NUL in it.

    RFC 4616, section 2. An empty password is refused too: some directories take it for "anonymous" and agree.
    """
    if not username or _FORBIDDEN & set(username):
        raise Unsendable(
            say("The user name is empty, or holds a line break or a NUL character."),
            say("Give the user name as the provider writes it."),
        )
    if not password or _FORBIDDEN & set(password):
        raise Unsendable(
            say("The password is empty, or holds a line break or a NUL character; it was not sent."),
            say("Give the password once more. When it is copied, a line break slips in easily."),
        )


class Mechanism(Protocol):
    """One run of one mechanism. All messages are bytes as they are before base64."""

    @property
    def name(self) -> str:
        """As it is registered: "SCRAM-SHA-256"."""

    @property
    def first(self) -> bytes | None:
        """The message with which the client begins, or None where the server does."""

    async def answer(self, challenge: bytes) -> bytes | None:
        """The answer to a challenge, or None where the mechanism knows none.

        Raises LoginBroken where the challenge is no good; Unproven where the server betrays itself.
        """

    @property
    def judged(self) -> bool:
        """Whether the server has been sent what it needs to judge the secret."""

    @property
    def told(self) -> Mapping[str, str]:
        """What the server said about a refusal inside the mechanism, as facts."""

    def finish(self) -> None:
        """The server says yes. Raises Unproven where the mechanism asks it to prove itself and it has not."""


class Plain:
    """PLAIN (RFC 4616): user name and password in one message. Raises Unsendable."""

    name = "PLAIN"
    judged = True
    told: Mapping[str, str] = {}

    def __init__(self, username: str, password: str) -> None:
        require_sendable(username, password)
        self.first = f"\0{username}\0{password}".encode()

    async def answer(self, challenge: bytes) -> bytes | None:
        """None: all is said in the first message."""
        return None

    def finish(self) -> None:
        """A server proves nothing by PLAIN but what TLS has proven."""


class Login:
    """LOGIN (draft-murchison-sasl-login): the two one after the other. Raises Unsendable."""

    name = "LOGIN"
    first = None
    told: Mapping[str, str] = {}

    def __init__(self, username: str, password: str) -> None:
        require_sendable(username, password)
        self._left = [username.encode(), password.encode()]

    async def answer(self, challenge: bytes) -> bytes | None:
        """The next of the two; the prompts differ from server to server and are not looked at."""
        return self._left.pop(0) if self._left else None

    @property
    def judged(self) -> bool:
        """Whether both have been sent."""
        return not self._left

    def finish(self) -> None:
        """A server proves nothing by LOGIN but what TLS has proven."""


class Exchange:
    """One run of a mechanism as the base64 lines of a protocol.

    room: bytes of base64 that may go with the command itself; 0 where an initial response is not allowed.
    """

    def __init__(self, mechanism: Mechanism, *, room: int) -> None:
        self._mechanism = mechanism
        self._count = 0
        self._ended = False
        first = mechanism.first
        # RFC 4954, section 4: an empty initial response is "=".
        coded = "" if first is None else base64.b64encode(first).decode() or "="
        self._with_command = 0 < len(coded) <= room
        self.command = f"{mechanism.name} {coded}" if self._with_command else mechanism.name
        """What follows AUTH or AUTHENTICATE."""

    async def answer(self, challenge: bytes | str, stream: Stream) -> None:
        """Send the answer to a challenge (base64), or "*", which ends it (RFC 4422, section 3.5).

        Raises LoginBroken, after the "*", where the challenge makes no sense or there is no end of them.
        """
        if self._ended:
            raise LoginBroken.of(self._mechanism.name)
        try:
            answer = await self._next(challenge)
        except LoginBroken:
            await stream.send(b"*\r\n")
            raise
        self._ended = answer is None
        await stream.send((b"*" if answer is None else base64.b64encode(answer)) + b"\r\n")

    async def _next(self, challenge: bytes | str) -> bytes | None:
        self._count += 1
        if self._count > MAX_CHALLENGES or len(challenge) > MAX_CHALLENGE:
            raise LoginBroken.of(self._mechanism.name)
        if self._count == 1 and self._mechanism.first is not None and not self._with_command:
            # What stands here ought to be empty; some servers wish us well instead.
            return self._mechanism.first
        try:
            decoded = base64.b64decode(challenge, validate=True)
        except (binascii.Error, ValueError):
            raise LoginBroken.of(self._mechanism.name) from None
        return await self._mechanism.answer(decoded)

    def end(self, *, ok: bool, why: Refusal, reply: str) -> Refused | None:
        """What the server's last word means: None is success. why, reply: what it says where it refuses.

        Raises Unproven where it says yes without the proof that the mechanism asks for.
        """
        if self._ended:
            return Refused(Refusal.OTHER_WAY, reply)
        if ok:
            self._mechanism.finish()
            return None
        mechanism = self._mechanism
        return Refused(why, reply, judged=mechanism.judged, told=mechanism.told)
