"""Knot, nginx, Dovecot and a relay that records, started from the files in etc/."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from tests.world.namespace import Namespace

TOKEN_KEY = b"the key that signs the tokens of the world"

HERE = Path(__file__).parent
ETC = HERE / "etc"
MAIL_HOSTS = (
    "mail.srv.example",
    "mail.auto.example",
    "imap.hoster.example",
    "pop.hoster.example",
    "smtp.hoster.example",
    "mail.starttls.example",
    "mail.poponly.example",
    "mail.short.example",
    "imap.guessed.example",
    "pop.guessed.example",
    "smtp.guessed.example",
    "mail.oldport.example",
    "mail.cyrus.example",
    "strict.cyrus.example",
    "scram.cyrus.example",
    "mail.exim.example",
)
# The mail hosts of srv, auto, hoster, starttls, poponly, short, guessed, othername and expired.example.
TLS_ADDRESSES = ", ".join(f"127.0.0.{number}" for number in (10, 21, 31, 40, 41, 42, 43, 51, 52))
"""Where Dovecot listens on all its ports."""
SETTINGS = (
    "dovecot.conf",
    "oauth2.conf",
    "knot.conf",
    "nginx.conf",
    "cyrus.conf",
    "imapd.conf",
    "exim.conf",
)
CYRUS = Path(os.environ.get("MAILSETUP_CYRUS", "/usr/lib/cyrus/bin"))
"""Where imapd and pop3d of Cyrus are. Debian installs them in place of Dovecot's only; unpacked they do."""
WEB_HOSTS = ("autoconfig.auto.example", "autoconfig.hoster.example", "autoconfig.broken.example")


# One socket of each server and kind.
LISTENING = {"127.0.0.1:53", "127.0.0.60:443", "127.0.0.1:2525", "127.0.0.71:993"} | {
    f"127.0.0.52:{port}" for port in (993, 995, 465, 143, 110, 587)
}
SERVANT = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
"""The user the servers run as: the one who tests, or nobody where that is root."""


def write_settings(root: Path) -> None:
    """Fill a folder with all that the servers read: settings, zones, files and certificates."""
    group = grp.getgrgid(SERVANT.pw_gid).gr_name
    zones = sorted((ETC / "zones").iterdir())
    words = {
        "@ROOT@": str(root),
        "@USER@": SERVANT.pw_name,
        "@GROUP@": group,
        "@UID@": str(SERVANT.pw_uid),
        "@GID@": str(SERVANT.pw_gid),
        "@TLS_ADDRESSES@": TLS_ADDRESSES,
        "@CYRUS@": str(CYRUS),
        "@ZONES@": "zone:\n" + "".join(_zone(file) for file in zones),
    }
    for name in SETTINGS:
        text = (ETC / name).read_text()
        for word, value in words.items():
            text = text.replace(word, value)
        (root / name).write_text(text)
    for folder in ("zones", "autoconfig"):
        shutil.copytree(ETC / folder, root / folder)
    (root / "etc").mkdir()
    (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (root / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")
    for folder in ("run/knot", "run/dovecot", "mail", "tls"):
        (root / folder).mkdir(parents=True)
    _certify(root)
    key = root / "keys/default/HS256/default"
    key.parent.mkdir(parents=True)
    key.write_text(b64encode(TOKEN_KEY).decode())


def _zone(file: Path) -> str:
    name = "." if file.stem == "root" else file.stem
    return f'  - domain: "{name}"\n    file: "{file.name}"\n'


def _certify(root: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(root / "ca.pem")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    certificates = {
        "mail": authority.issue_cert(*MAIL_HOSTS),
        "web": authority.issue_cert(*WEB_HOSTS),
        "expired": authority.issue_cert("mail.expired.example", not_after=yesterday),
    }
    for name, certificate in certificates.items():
        certificate.private_key_pem.write_to_path(root / f"tls/{name}.key")
        for number, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(root / f"tls/{name}.pem", append=number > 0)


def hand_over(folder: Path) -> None:
    """Hand a folder to the user the servers run as."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, SERVANT.pw_uid, SERVANT.pw_gid)


def _readable(address: str) -> str:
    """The address of a line of /proc/net/tcp: 0100007F:0035 is 127.0.0.1:53."""
    host, _, port = address.partition(":")
    return f"{socket.inet_ntoa(bytes.fromhex(host)[::-1])}:{int(port, 16)}"


def programs(root: Path) -> tuple[tuple[str, ...], ...]:
    """The commands of the servers that every world has."""
    return (
        ("/usr/sbin/knotd", "-c", f"{root}/knot.conf"),
        ("/usr/sbin/nginx", "-e", f"{root}/nginx.log", "-c", f"{root}/nginx.conf"),
        ("/usr/sbin/dovecot", "-F", "-c", f"{root}/dovecot.conf"),
        (sys.executable, f"{HERE}/relay.py", f"{root}/relay.log"),
        (sys.executable, f"{HERE}/silent.py", "127.0.0.71", "993"),
    )


class Servers:
    """Running servers; starting waits until each answers. listening: "127.0.0.1:53", to know that by."""

    def __init__(
        self, namespace: Namespace, root: Path, commands: Iterable[Sequence[str]], *, listening: Set[str]
    ) -> None:
        self._namespace = namespace
        self._root = root
        self._running: list[subprocess.Popen[bytes]] = []
        try:
            for command in commands:
                self._start(command)
            wait_until(lambda: self._listening() >= listening, "the servers answer", explain=self._complaints)
        except BaseException:
            self.close()
            raise

    def _start(self, command: Sequence[str]) -> None:
        # Another user may not be able to run our own Python.
        user = None if command[0] == sys.executable else SERVANT
        with (self._root / "servers.log").open("ab") as log:
            self._running.append(self._namespace.start(command, user=user, log=log))

    def _listening(self) -> Set[str]:
        # A look at the listening sockets (state 0A) is no connection that a log would show.
        table = self._namespace.run(["cat", "/proc/net/tcp"]).stdout.splitlines()[1:]
        sockets = [line.split() for line in table]
        return {_readable(address) for _, address, _, state, *_ in sockets if state == "0A"}

    def _complaints(self) -> str:
        logs = ("servers.log", "dovecot.log", "nginx.log")
        return "\n".join((self._root / name).read_text() for name in logs if (self._root / name).exists())

    def close(self) -> None:
        """End every server and wait for its end."""
        for server in self._running:
            server.terminate()
        for server in self._running:
            try:
                server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(timeout=5)


def wait_until(
    true: Callable[[], bool],
    what: str,
    *,
    seconds: float = 20,
    explain: Callable[[], str] = str,
) -> None:
    """Look until something that real programs do has happened; the tests' only use of the wall clock."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"after {seconds:g} s it is not so that {what}\n{explain()}"
        time.sleep(0.05)
