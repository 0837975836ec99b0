"""The server's half of SASL PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login)."""

import base64
import binascii
from collections.abc import Generator
from dataclasses import dataclass

MECHANISMS = ("PLAIN", "LOGIN")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who wants in, and with what."""

    user: str
    password: bytes


class Malformed(ValueError):
    """The client's answer is no answer to the challenge."""


def converse(mechanism: str) -> Generator[bytes, bytes, Credentials]:
    """Yields challenges, is sent answers, returns the credentials. Raises Malformed."""
    if mechanism == "PLAIN":
        parts = (yield b"").split(b"\0")
        if len(parts) != 3:
            raise Malformed
        wanted, name, password = parts
        # Nobody here may act for another.
        if wanted not in (b"", name):
            raise Malformed
        return Credentials(text(name), password)
    name = yield b"Username:"
    return Credentials(text(name), (yield b"Password:"))


class Exchange:
    """One run of a mechanism over base64 lines, as all three protocols carry it."""

    def __init__(self, mechanism: str) -> None:
        self.how = f"AUTH {mechanism}"
        self._steps = converse(mechanism)
        self.challenge = base64.b64encode(next(self._steps))
        self.credentials: Credentials | None = None

    def answer(self, line: bytes) -> None:
        """Take the client's line: then either `credentials` are there or the next `challenge` is.

        "=" is an empty answer given with the command itself (RFC 4954, section 4). Raises Malformed.
        """
        try:
            decoded = b"" if line == b"=" else base64.b64decode(line, validate=True)
            self.challenge = base64.b64encode(self._steps.send(decoded))
        except StopIteration as done:
            self.credentials = done.value
        except binascii.Error:
            raise Malformed from None


def text(name: bytes) -> str:
    """A user name as text. Raises Malformed."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise Malformed from None
