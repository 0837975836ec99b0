"""The system's own resolver, in a private network with a resolv.conf of its own."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

# The name server is not on a loopback address, though it is on this machine.
_SETUP = """
set -e
PATH=$PATH:/usr/sbin:/sbin
ip link set lo up
ip address add 192.0.2.53/32 dev lo
mount --bind "$1" /etc/resolv.conf
shift
exec "$@"
"""
_ASK = """
import anyio, dns.flags
from mailsetup.net.door import Internet
from tests.unit.net.servers import answering, reply

async def ask():
    vouching = lambda query, tcp: reply(query, "MX 5 a.b.", flags=dns.flags.AD)
    async with answering(vouching, "192.0.2.53", 53) as server, Internet() as net:
        print((await net.mx("example.org")).signed, bool(server.queries[0].ednsflags & dns.flags.DO))

anyio.run(ask)
"""


def inside(resolv_conf: Path, *command: str) -> subprocess.CompletedProcess[str]:
    unshare = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", _SETUP, "sh"]
    return subprocess.run(
        [*unshare, str(resolv_conf), *command],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


@cache
def allowed() -> bool:
    if not shutil.which("unshare") or not Path("/etc/resolv.conf").exists():
        return False
    return inside(Path("/etc/resolv.conf"), "true").returncode == 0


@pytest.mark.parametrize(("options", "said"), [("", "False False"), ("options edns0 trust-ad", "True True")])
def test_a_resolver_elsewhere_is_believed_only_where_the_administrator_says_so(
    options: str, said: str, tmp_path: Path
):
    if not allowed():
        pytest.skip("no private network can be made here")
    resolv_conf = tmp_path / "resolv.conf"
    resolv_conf.write_text(f"nameserver 192.0.2.53\n{options}\n")
    done = inside(resolv_conf, sys.executable, "-c", _ASK)
    assert (done.stdout.strip(), done.stderr) == (said, "")


@pytest.mark.parametrize("text", ["", "nameserver nonsense\n"])
def test_a_computer_without_a_name_server_is_told_so(text: str, tmp_path: Path):
    if not allowed():
        pytest.skip("no private network can be made here")
    resolv_conf = tmp_path / "resolv.conf"
    resolv_conf.write_text(text)
    code = "import anyio; from mailsetup.net.door import Internet; anyio.run(Internet().mx, 'example.org')"
    done = inside(resolv_conf, sys.executable, "-c", code)
    assert "NameFailed: This computer has no name server set up." in done.stderr
