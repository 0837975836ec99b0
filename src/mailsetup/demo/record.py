"""What the servers saw, for tests to look at. No password ever enters it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command or question to a server.

    server: "dns", "https", "imap", "pop3", "smtp". session: its number, in the order of arrival.
    secure: it came over TLS. verb: "UIDL", "UID FETCH", "GET", "SRV"; "?" for what the server does not know.
    detail: its arguments, empty where they could hold a secret. host: the server name that TLS asked for.
    """

    server: str
    session: int
    secure: bool
    verb: str
    detail: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One attempt to log in. how: "PASS", "LOGIN", "AUTH PLAIN"."""

    server: str
    session: int
    secure: bool
    how: str
    user: str
    accepted: bool


class Record:
    """The list of all that was seen, kept in the servers' process."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.logins: list[Login] = []
        self.faults: list[str] = []
        """Errors in the servers themselves: there should be none."""
        self._sessions = 0

    def new_session(self) -> int:
        """The number of a connection that has just come."""
        self._sessions += 1
        return self._sessions

    def as_json(self) -> dict[str, object]:
        """All of it, in plain values."""
        return {
            "commands": [asdict(command) for command in self.commands],
            "logins": [asdict(login) for login in self.logins],
            "faults": self.faults,
        }
