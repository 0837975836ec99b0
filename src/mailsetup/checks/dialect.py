"""What one protocol does in each step: the interface between `session` and `imap`, `pop3` and `smtp`."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from mailsetup.checks.outcome import Outcome
from mailsetup.checks.progress import Work
from mailsetup.checks.report import StepName
from mailsetup.wire.refusals import Refused


class WayIn(Enum):
    """How a server lets people in, as far as this check can go."""

    PASSWORD = "password"
    OAUTH_ONLY = "oauth-only"
    OPEN = "open"
    """Its settings say that nobody needs to log in."""
    NONE = "none"
    """Only by mechanisms that are not known here."""


class Dialect(Protocol):
    """One protocol over one stream. What a method raises as MailsetupError fails its step."""

    async def greet(self, *, proven: bool) -> Outcome:
        """Read the greeting. Not proven: TLS is yet to come, and no word of it may be shown or believed."""

    async def ask_for_tls(self) -> Outcome | None:
        """Ask for STARTTLS; None where the server agrees, else the failure."""

    async def capabilities(self) -> Outcome:
        """What the server says that it can do. Only called over TLS."""

    @property
    def mechanisms(self) -> frozenset[str]:
        """The SASL mechanisms that it announced."""

    def way_in(self) -> WayIn:
        """How it lets people in, by what it announced."""

    async def login(self, username: str, password: str) -> Refused | None:
        """Send one login; None is success."""

    async def after_login(self) -> dict[str, object]:
        """Facts of the login step that are only told to users."""

    @property
    def last_steps(self) -> Sequence[tuple[StepName, Work]]:
        """The steps that need a login, in order."""

    async def leave(self) -> None:
        """Say goodbye."""
