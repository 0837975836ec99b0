"""The test world: a private network in which real servers hold real mail, and commands to run in it."""

import hmac
import json
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b64encode, urlsafe_b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.world.namespace import Namespace, refusal
from tests.world.servers import (
    LISTENING,
    TOKEN_KEY,
    Servers,
    hand_over,
    programs,
    wait_until,
    write_settings,
)

PROGRAMS = {
    "/usr/sbin/dovecot": "dovecot-core",
    "/usr/lib/dovecot/imap-login": "dovecot-imapd",
    "/usr/lib/dovecot/pop3-login": "dovecot-pop3d",
    "/usr/lib/dovecot/submission-login": "dovecot-submissiond",
    "/usr/sbin/knotd": "knot",
    "/usr/sbin/nginx": "nginx-light",
    "/usr/bin/unshare": "util-linux",
    "/usr/bin/nsenter": "util-linux",
    "/usr/bin/setpriv": "util-linux",
    "/usr/sbin/ip": "iproute2",
}
"""What the world is made of, and the Debian package that brings it."""

# Spaces and quotes, so that nothing on the way may forget to quote it.
PASSWORD = 'correct horse "battery"'
USERS = (
    "ada@srv.example",
    "ada@auto.example",
    "ada@mxonly.example",
    "ada@starttls.example",
    "ada@poponly.example",
    "ada@guessed.example",
    "ada@oldport.example",
    "ada@othername.example",
    "ada@expired.example",
    # The server of short.example knows its people by the local part alone.
    "bob",
)
HASHED = "hashed@srv.example"
"""The server has only a hash of this one's password: PLAIN can be compared with it, SCRAM needs more."""
CYRUS_USERS = ("ada@cyrus.example", "often@cyrus.example", "long@cyrus.example")
EXIM_USERS = ("ada@exim.example", "grey@exim.example")
SECRETS = (
    "correct horse",
    *(
        b64encode(text.encode()).decode().rstrip("=")[:-2]
        for text in (PASSWORD, *(f"\0{user}\0{PASSWORD}" for user in (*USERS, *CYRUS_USERS, *EXIM_USERS)))
    ),
)
"""The password, and what AUTH LOGIN and AUTH PLAIN make of it."""


def missing() -> str | None:
    """Why no world can be made here, or None where one can."""
    absent = sorted({package for program, package in PROGRAMS.items() if not Path(program).exists()})
    if absent:
        return f"not installed: {', '.join(absent)}"
    version = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True).stdout
    if not version.startswith("2.3."):
        return f"Dovecot 2.3 is needed, whose settings differ from those of {version.strip()}"
    refused = refusal()
    return None if refused is None else f"this machine allows no private network ({refused})"


class World:
    """Servers in a private network, for as long as it is open."""

    def __init__(self) -> None:
        # Short, for the sockets in it, and open to the user the servers run as.
        self.root = Path(tempfile.mkdtemp(prefix="world-", dir="/tmp"))
        self.root.chmod(0o755)
        with ExitStack() as opened:
            opened.callback(shutil.rmtree, self.root)
            write_settings(self.root)
            users = "".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in USERS)
            (self.root / "users").write_text(users + hashed_user())
            hand_over(self.root)
            self.namespace = Namespace(self.root / "etc")
            opened.callback(self.namespace.close)
            servers = Servers(self.namespace, self.root, programs(self.root), listening=LISTENING)
            opened.callback(servers.close)
            self._opened = opened.pop_all()

    @property
    def ca_file(self) -> Path:
        """The one authority that every certificate here comes from."""
        return self.root / "ca.pem"

    def fill_mailbox(self, user: str, messages: int = 5) -> None:
        """Give a user a new mailbox with so many messages in it."""
        home = self.root / "mail" / user
        shutil.rmtree(home, ignore_errors=True)
        for folder in ("new", "cur", "tmp"):
            (home / "Maildir" / folder).mkdir(parents=True)
        for number in range(1, messages + 1):
            (home / f"Maildir/new/{number}.world").write_bytes(letter(number, user))
        hand_over(home)

    def deliver(self, user: str, number: int) -> None:
        """Put one more message into a user's mailbox."""
        maildir = self.root / "mail" / user / "Maildir"
        arriving = maildir / f"tmp/{number}.world"
        arriving.write_bytes(letter(number, user))
        hand_over(arriving)
        arriving.rename(maildir / "new" / arriving.name)

    def messages_of(self, user: str) -> int:
        """How many messages the server holds for a user."""
        maildir = self.root / "mail" / user / "Maildir"
        return sum(len(list((maildir / folder).iterdir())) for folder in ("new", "cur"))

    def log(self) -> "Log":
        """What Dovecot writes down from now on."""
        return Log(self.root / "dovecot.log")

    def web_log(self) -> "Log":
        """What nginx writes down from now on: one line a request."""
        return Log(self.root / "nginx-access.log")

    def relayed(self) -> list[str]:
        """Every SMTP command that Dovecot has passed on to the relay so far."""
        log = self.root / "relay.log"
        return log.read_text().splitlines() if log.exists() else []

    def command_line(self, *words: str) -> list[str]:
        """mailsetup with these words, trusting this world."""
        return [sys.executable, "-m", "mailsetup.cli.main", *words, "--ca-file", str(self.ca_file)]

    def mailsetup(self, *words: str, home: Path, given: str = "", timeout: float = 30) -> "Outcome":
        """Run mailsetup here as a person whose home is this folder, with a text on stdin.

        However it ends, it shows no traceback and no password.
        """
        home.mkdir(parents=True, exist_ok=True)
        command = self.command_line(*words)
        ended = self.namespace.run(command, env=environment(home), given=given, timeout=timeout)
        shown = ended.stdout + ended.stderr
        assert "Traceback" not in shown, shown
        for secret in SECRETS:
            assert secret not in shown, "the password is shown"
        return Outcome(ended.returncode, ended.stdout, ended.stderr)

    def close(self) -> None:
        """End the servers and take everything away."""
        self._opened.close()


@dataclass(frozen=True)
class Outcome:
    """How a run of mailsetup ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    def failed(self, code: int) -> None:
        """Assert that it failed with this exit code, and told so in a few plain words."""
        assert self.code == code, f"exit code {self.code}, not {code}\n{self.out}\n{self.err}"
        assert self.err.rstrip().endswith("."), f"not a sentence:\n{self.err}"
        assert len(self.err.splitlines()) <= 12, f"more than a person reads:\n{self.err}"

    def done(self) -> None:
        """Assert that it did what it was asked."""
        assert self.code == 0, f"exit code {self.code}\n{self.out}\n{self.err}"


class Log:
    """The part of a log that is written after this moment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin = path.stat().st_size

    def lines(self, *words: str) -> list[str]:
        """The lines so far that hold each of these words."""
        with self._path.open("rb") as file:
            file.seek(self._begin)
            text = file.read().decode("utf-8", "replace")
        return [line for line in text.splitlines() if all(word in line for word in words)]

    def wait_for(self, *words: str, seconds: float = 20) -> str:
        """The first line that holds each of these words, as soon as it is there."""
        wait_until(
            lambda: bool(self.lines(*words)),
            f"the log says {' '.join(words)}",
            seconds=seconds,
            explain=lambda: "\n".join(self.lines()),
        )
        return self.lines(*words)[0]


def hashed_user() -> str:
    """The line of HASHED in Dovecot's list of users."""
    return f"{HASHED}:{{SHA256}}{b64encode(sha256(PASSWORD.encode()).digest()).decode()}\n"


def token(user: str, *, lives: int = 3600) -> str:
    """An OAuth2 token for a user, as a JWT (RFC 7519) that Dovecot believes, for so many seconds from now."""

    def part(data: bytes) -> str:
        return urlsafe_b64encode(data).decode().rstrip("=")

    now = int(time.time())
    claims = {"sub": user, "iat": now - 10, "nbf": now - 10, "exp": now + lives}
    signed = ".".join(part(json.dumps(one).encode()) for one in ({"typ": "JWT", "alg": "HS256"}, claims))
    return f"{signed}.{part(hmac.digest(TOKEN_KEY, signed.encode(), 'sha256'))}"


def environment(home: Path) -> dict[str, str]:
    """The environment of a person who has set nothing."""
    return {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def letter(number: int, to: str) -> bytes:
    """A short message, as it lies in a Maildir."""
    message = EmailMessage()
    message["From"] = "grace@hopper.example"
    message["To"] = to
    message["Subject"] = f"Letter {number}"
    message["Date"] = f"Mon, 02 Nov 2026 10:00:0{number % 10} +0000"
    message["Message-ID"] = f"<{number}@hopper.example>"
    message.set_content(f"This is letter {number}.\n")
    return message.as_bytes()
