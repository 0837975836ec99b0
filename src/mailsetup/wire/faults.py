"""What can be wrong with an answer, or with what was to be sent.

None of them quotes the server: it might repeat a password.
"""

from typing import Self

from mailsetup.errors import CheckFailed, Unsafe, WrongUsage, say


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


class LoginBroken(CheckFailed):
    """The server's part of a login makes no sense, so that it cannot go on."""

    @classmethod
    def of(cls, mechanism: str) -> Self:
        """The error for a mechanism ("PLAIN") whose rules the server does not follow."""
        return cls(
            say("The server does not keep to the rules of {mechanism} in the login.", mechanism=mechanism),
            say(
                "This is no word on the password. Tell whoever runs the server; --verbose shows what it said."
            ),
        )


class Unproven(Unsafe):
    """The server, or the way to it, did not pass the proof that a login by SCRAM asks of it."""

    @classmethod
    def of_server(cls) -> Self:
        """It says yes to the login and does not know the password (RFC 5802, section 5)."""
        return cls(
            say("The server did not prove that it knows the password, so it may be somebody else's."),
            say(
                "Do not use this server. Ask the provider whether it is theirs; if not, change the password, "
                "which can now be guessed by trying."
            ),
        )

    @classmethod
    def of_channel(cls) -> Self:
        """It sees another TLS session than we do (RFC 5802, section 6)."""
        return cls(
            say(
                "The server says that its encrypted connection is not the one we see: something sits between."
            ),
            say(
                "An antivirus program or a company proxy may open encrypted connections; switch that off "
                "for mail, or try another network."
            ),
        )
