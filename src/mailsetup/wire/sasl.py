"""Messages of a login (SASL, RFC 4422): the mechanisms PLAIN and LOGIN."""

import base64

from mailsetup.errors import say
from mailsetup.wire.faults import Unsendable

# A line break would begin a command of its own; NUL separates the fields of PLAIN.
_FORBIDDEN = frozenset("\r\n\0")

OAUTH_MECHANISMS = frozenset({"XOAUTH2", "OAUTHBEARER"})
"""Mechanisms that take a token in place of a password (RFC 7628)."""


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


def plain(username: str, password: str) -> bytes:
    """The one message of PLAIN, in base64 (RFC 4616, section 2). Raises Unsendable."""
    require_sendable(username, password)
    return base64.b64encode(f"\0{username}\0{password}".encode())


def login(username: str, password: str) -> tuple[bytes, bytes]:
    """The two messages of LOGIN, each in base64 (draft-murchison-sasl-login). Raises Unsendable."""
    require_sendable(username, password)
    return base64.b64encode(username.encode()), base64.b64encode(password.encode())
