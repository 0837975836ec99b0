"""Mail servers from a script, where discovery finds them: behind the ports of hosts."""

from functools import partial

from tests.unit.checks.scripted import ScriptedServer, ScriptedStream
from tests.unit.fake_net import Scripted, addresses


def behind(host: str, port: int, server: ScriptedServer) -> dict[str, Scripted]:
    """A line of a script: a mail server behind one port of a host that exists."""
    return {f"{host}:{port}": partial(ScriptedStream, server), **addresses(host, "192.0.2.1")}
