"""What one protocol does in each step: the interface between `session` and `imap`, `pop3` and `smtp`."""

from collections.abc import Sequence
from typing import Protocol

from mailsetup.checks.outcome import Outcome
from mailsetup.checks.progress import Work
from mailsetup.checks.report import StepName
from mailsetup.wire.refusals import Refused
from mailsetup.wire.sasl import Mechanism


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

    @property
    def own_command(self) -> bool:
        """Whether the protocol's own command takes a password here: LOGIN in IMAP, USER and PASS in POP3."""

    @property
    def own_method(self) -> str:
        """The name of that command, "LOGIN" or "USER"."""

    async def authenticate(self, mechanism: Mechanism) -> Refused | None:
        """Send one login by SASL; None is success."""

    async def login(self, username: str, password: str) -> Refused | None:
        """Send one login by the protocol's own command; None is success."""

    async def after_login(self) -> dict[str, object]:
        """Facts of the login step that are only told to users."""

    @property
    def last_steps(self) -> Sequence[tuple[StepName, Work]]:
        """The steps that need a login, in order."""

    async def leave(self) -> None:
        """Say goodbye."""
