"""A private network: its own loopback, resolver and well-known ports, for root and for ordinary users."""

import os
import pwd
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

_SETUP = """
set -e
PATH=/usr/sbin:/usr/bin:/sbin:/bin
ip link set lo up
# A network that looks like one and leads nowhere (RFC 5737): without it Thunderbird, now and then, takes
# itself for offline and drops its connections.
ip link add here type veth peer name nowhere
ip addr add 192.0.2.1/24 dev here
ip link set here up
ip link set nowhere up
ip route add default via 192.0.2.2
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
for name in resolv.conf hosts nsswitch.conf; do
  if [ -e "$1/$name" ]; then mount --bind "$1/$name" "/etc/$name"; fi
done
echo ready
exec cat
"""

# A socket belongs to the network it was made in, whoever holds it.
_DIAL = """
import socket, sys
dialled = socket.create_connection((sys.argv[2], int(sys.argv[3])), timeout=5)
dialled.settimeout(None)
socket.send_fds(socket.socket(fileno=int(sys.argv[1])), [b"."], [dialled.fileno()])
"""


def _unshare() -> list[str]:
    # Root needs no user namespace, and keeps its other users for the servers.
    users = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    return ["unshare", *users, "--net", "--mount", "sh", "-c", _SETUP, "sh"]


@cache
def refusal() -> str | None:
    """Why this machine allows no private network, or None where it does."""
    tried = subprocess.run(
        [*_unshare(), "/nonexistent"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10
    )
    return None if tried.stdout == "ready\n" else tried.stderr.strip() or f"exit code {tried.returncode}"


class Namespace:
    """The private network; it lives until it is closed or this process ends.

    etc: a folder whose resolv.conf, hosts and nsswitch.conf stand in for the machine's own inside.
    """

    def __init__(self, etc: Path) -> None:
        self._holder = subprocess.Popen(
            [*_unshare(), str(etc)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "ready\n", "the namespace could not be set up"
        enter = ["nsenter", "--target", str(self._holder.pid)]
        if os.geteuid() != 0:
            enter += ["--user", "--preserve-credentials"]
        self._enter = [*enter, "--net", "--mount"]

    def start(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        user: pwd.struct_passwd | None = None,
        log: IO[bytes],
    ) -> subprocess.Popen[bytes]:
        """Start a command inside, in the folder /, as this user or another.

        It is asked to end when this process ends, even by force.
        """
        become = []
        if user is not None and user.pw_uid != os.geteuid():
            become = ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
        # After the change of user, which would undo it (prctl(2), PR_SET_PDEATHSIG).
        tied = ["setpriv", "--pdeathsig", "TERM"]
        return subprocess.Popen(
            [*self._enter, *become, *tied, *command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        given: str = "",
        timeout: float = 30,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside to its end, with a text on stdin; its exit code is the caller's to judge."""
        return subprocess.run(
            [*self._enter, *command], env=env, input=given, capture_output=True, text=True, timeout=timeout
        )

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection made inside, for use out here."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            dial = [sys.executable, "-c", _DIAL, str(theirs.fileno()), host, str(port)]
            subprocess.run([*self._enter, *dial], pass_fds=[theirs.fileno()], check=True, timeout=10)
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=descriptors[0])

    def close(self) -> None:
        """Let go of the network; what was started inside is for its starter to end."""
        self._holder.communicate(timeout=5)
