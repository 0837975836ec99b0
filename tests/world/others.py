"""Cyrus and Exim in the world: started only for the tests that want them, as few machines have them."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from tests.world.servers import Servers, hand_over
from tests.world.world import CYRUS_USERS, EXIM_USERS, PASSWORD, Log, World, letter

ADA = CYRUS_USERS[0]
"""The one who has mail at Cyrus."""
MESSAGES = 3
"""How many lie in that mailbox."""

_CYRUS_SOCKETS = {f"127.0.0.81:{port}" for port in (143, 993, 110, 995)} | {
    *("127.0.0.82:995", "127.0.0.84:993", "127.0.0.84:995")
}
_EXIM_SOCKETS = {f"127.0.0.83:{port}" for port in (465, 587, 2465)}


class Cyrus:
    """IMAP and POP3, until it is closed."""

    def __init__(self, world: World) -> None:
        self._world = world
        folder = world.root / "cyrus"
        # Where there is such a folder, each session writes down what is said in it after the login.
        self._talk = folder / "log" / ADA
        for one in (folder / "mail", folder / "run", self._talk):
            one.mkdir(parents=True)
        for user in CYRUS_USERS:
            local, _, domain = user.partition("@")
            command = ["/usr/sbin/saslpasswd2", "-p", "-c", "-f", f"{folder}/sasldb2", "-u", domain, local]
            subprocess.run(command, input=PASSWORD.encode(), check=True)
        hand_over(folder)
        master = (
            # When it ends, it ends all of its process group: without this, the servers of every world too.
            "/usr/bin/setsid",
            *("/usr/sbin/cyrmaster", "-C", f"{world.root}/imapd.conf", "-M", f"{world.root}/cyrus.conf"),
            *("-p", f"{folder}/run/pid", "-L", f"{folder}/run/log"),
        )
        self._servers = Servers(world.namespace, world.root, [master], listening=_CYRUS_SOCKETS)
        self._fill_mailbox()

    @contextmanager
    def speak(self, port: int) -> Iterator[BinaryIO]:
        """A conversation over TLS, with the greeting still to be read."""
        context = ssl.create_default_context(cafile=self._world.ca_file)
        plain = self._world.namespace.connect("mail.cyrus.example", port)
        plain.settimeout(10)
        with (
            context.wrap_socket(plain, server_hostname="mail.cyrus.example") as connection,
            connection.makefile("rwb", buffering=0) as talk,
        ):
            yield talk

    def _fill_mailbox(self) -> None:
        with self.speak(993) as talk:
            password = PASSWORD.replace('"', '\\"')
            _say(talk, f'LOGIN "{ADA}" "{password}"'.encode())
            for number in range(1, MESSAGES + 1):
                text = letter(number, ADA).replace(b"\n", b"\r\n")
                _say(talk, b"APPEND INBOX {%d+}\r\n%b" % (len(text), text))
            _say(talk, b"LOGOUT")

    def commands(self, service: str) -> list[str]:
        """Every command that the last session of ADA at a service ("imaps") was given after its login."""
        session = max(self._talk.glob(f"{service}-*"), key=lambda file: file.stat().st_mtime_ns)
        # A program serves one session after another.
        last = session.read_text("utf-8", "replace").rpartition("\n---------- ")[2]
        # <1795578742<STAT
        return [line.split("<", 2)[2] for line in last.splitlines() if line.startswith("<")]

    def close(self) -> None:
        """End it."""
        self._servers.close()


def _say(talk: BinaryIO, command: bytes) -> None:
    talk.write(b"a " + command + b"\r\n")
    while (line := talk.readline()) and not line.startswith(b"a "):
        pass
    assert line.startswith(b"a OK"), (command.split()[0], line)


class Exim:
    """Submission, until it is closed."""

    def __init__(self, world: World) -> None:
        folder = world.root / "exim"
        folder.mkdir()
        # In the foreground it writes to stderr.
        self._log = world.root / "servers.log"
        (folder / "users").write_text("".join(f'"{user}": {PASSWORD}\n' for user in EXIM_USERS))
        hand_over(folder)
        daemon = ("/usr/sbin/exim4", "-bdf", "-C", f"{world.root}/exim.conf")
        self._servers = Servers(world.namespace, world.root, [daemon], listening=_EXIM_SOCKETS)

    def log(self) -> Log:
        """What it writes down from now on: a line "command MAIL", "command RCPT" for each of them."""
        return Log(self._log)

    def close(self) -> None:
        """End it."""
        self._servers.close()
