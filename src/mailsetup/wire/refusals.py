"""Why a login was refused, told apart by codes first and by words only where a code is missing."""

import re
from dataclasses import dataclass
from enum import Enum


class Refusal(Enum):
    """What a server means by refusing a login."""

    CREDENTIALS = "credentials"
    """User name or password are wrong, as far as the server says."""
    APP_PASSWORD = "app-password"
    """It wants a password made for mail programs."""
    EXPIRED = "expired"
    """The password must be changed first."""
    SWITCHED_OFF = "switched-off"
    """This account may not log in this way; the provider or an administrator decided so."""
    OTHER_WAY = "other-way"
    """It wants another mechanism."""
    TEMPORARY = "temporary"
    """The server cannot say now."""
    LIMITED = "limited"
    """Too many logins or connections."""
    TOO_SOON = "too-soon"
    """POP3 LOGIN-DELAY has not passed (RFC 2449, section 8.1.1)."""
    IN_USE = "in-use"
    """The password was right, and another program holds the mailbox (RFC 2449, section 8.1.2)."""

    @property
    def passing(self) -> bool:
        """Whether it says nothing against user name and password."""
        return self in _PASSING


_PASSING = frozenset({Refusal.TEMPORARY, Refusal.LIMITED, Refusal.TOO_SOON, Refusal.IN_USE})


@dataclass(frozen=True, slots=True)
class Refused:
    """A login that was refused. reply: the server's words, which may repeat what was sent."""

    why: Refusal
    reply: str


# Gmail: "Application-specific password required"; iCloud and Yahoo: "app-specific password", "app password".
_WORDS: tuple[tuple[Refusal, re.Pattern[str]], ...] = (
    (Refusal.APP_PASSWORD, re.compile(r"application-specific password|app[- ](specific )?password", re.I)),
    (Refusal.LIMITED, re.compile(r"too many|rate limit|connection limit|limit exceeded", re.I)),
    (Refusal.TEMPORARY, re.compile(r"temporar|try again later|unavailable|internal (server )?error", re.I)),
    # Microsoft: "535 5.7.139 Authentication unsuccessful, basic authentication is disabled".
    (Refusal.SWITCHED_OFF, re.compile(r"is disabled|not enabled for", re.I)),
)


def by_words(text: str) -> Refusal | None:
    """What a refusal says in words, or None where they name no reason that is known here."""
    return next((why for why, pattern in _WORDS if pattern.search(text)), None)
