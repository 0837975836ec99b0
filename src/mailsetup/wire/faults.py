"""What can be wrong with an answer, or with what was to be sent.

None of them quotes the server: it might repeat a password.
"""

from typing import Self

from mailsetup.errors import CheckFailed, WrongUsage, say


class NotUnderstood(CheckFailed):
    """The server's answer does not follow its protocol."""

    @classmethod
    def of(cls, protocol: str) -> Self:
        """The error for an answer in which nothing of the protocol ("IMAP") is to be seen."""
        return cls(
            say("The server gave an answer that is no {protocol}.", protocol=protocol),
            say("See whether host and port are right; --verbose shows what the server said."),
        )


class TooMuch(CheckFailed):
    """The server's answer is past a cap: too many lines, or too many bytes."""

    @classmethod
    def of(cls, protocol: str) -> Self:
        """The error for an answer of a protocol ("IMAP") that does not end."""
        return cls(
            say("The server gave an {protocol} answer that does not end.", protocol=protocol),
            say("Tell whoever runs the server; --verbose shows what it said."),
        )


class Unsendable(WrongUsage):
    """A user name or password that no mail protocol can carry."""
