"""OAUTHBEARER (RFC 7628) and XOAUTH2 (Google): a login with an OAuth2 token in place of a password."""

import json
import re
from collections.abc import Mapping

from mailsetup.errors import say
from mailsetup.wire.faults import Unsendable

MECHANISMS = ("OAUTHBEARER", "XOAUTH2")
"""The standard first; XOAUTH2 is what some providers have alone."""

# What is of use in the JSON of a refusal (RFC 7628, section 3.2.2); of each value this much.
_TOLD = ("status", "scope")
_MAX_TOLD = 200
# RFC 6750, section 2.1, takes fewer still; a space or a control character would end a field.
_TOKEN = re.compile(r"[!-~]+")
_NAME = re.compile(r"[^\x00-\x1f\x7f]+")


def require_sendable(username: str, token: str) -> None:
    """Raise Unsendable where the token is no token, or the user name is empty or holds control characters."""
    if _NAME.fullmatch(username) is None:
        raise Unsendable(
            say("The user name is empty, or holds a line break or another control character."),
            say("Give the user name as the provider writes it."),
        )
    if _TOKEN.fullmatch(token) is None:
        raise Unsendable(
            say("The token is empty, or holds a space or something else that no token has; it was not sent."),
            say("See what --token-command prints first: it must be the token alone."),
        )


class Bearer:
    """One run of either; see sasl.Mechanism. Raises Unsendable."""

    judged = True

    def __init__(self, name: str, username: str, token: str) -> None:
        require_sendable(username, token)
        self.name = name
        self.told: Mapping[str, str] = {}
        self._refused = False
        if name == "XOAUTH2":
            self.first = f"user={username}\1auth=Bearer {token}\1\1".encode()
        else:
            # RFC 5801, section 4: what would end the field is written in figures.
            escaped = username.replace("=", "=3D").replace(",", "=2C")
            self.first = f"n,a={escaped},\1auth=Bearer {token}\1\1".encode()

    async def answer(self, challenge: bytes) -> bytes | None:
        """A challenge is a refusal in JSON; the answer lets the server end the exchange with its reply."""
        if self._refused:
            return None
        self._refused = True
        self.told = _read(challenge)
        # RFC 7628, section 3.2.3. XOAUTH2 wants an empty line.
        return b"" if self.name == "XOAUTH2" else b"\1"

    def finish(self) -> None:
        """A server proves nothing here but what TLS has proven."""


def _read(challenge: bytes) -> Mapping[str, str]:
    """The status and scope of a refusal, as far as it can be read; it is a stranger's text."""
    try:
        told = json.loads(challenge)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {
        f"oauth_{name}": str(told[name])[:_MAX_TOLD]
        for name in _TOLD
        if isinstance(told.get(name), (str, int))
    }
