"""How much memory a process of our own takes at most, whatever a web server sends."""

import asyncio
import gzip
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.net.servers import Talk, listening, page

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        not Path("/proc/self/status").exists(), reason="peak memory is read as Linux shows it"
    ),
]

# ru_maxrss would count whoever started the process too: Linux carries it over when a program is begun.
_GET = """
import sys
from pathlib import Path
import anyio
from mailsetup.errors import MailsetupError
from mailsetup.net.door import Internet, NetSettings

async def get(port, ca_file):
    settings = NetSettings.parse(connect_to=[f"::127.0.0.1:{port}"], ca_file=Path(ca_file))
    async with Internet(settings) as net:
        async with anyio.create_task_group() as group:
            for n in range(10):
                group.start_soon(one, net, f"https://example.org/{n}")

async def one(net, url):
    with anyio.move_on_after(10) as waited:
        try:
            await net.get(url)
        except MailsetupError as failure:
            print(failure)
    assert not waited.cancelled_caught

anyio.run(get, *sys.argv[1:])
(peak,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(peak.split()[1])
"""


def endless(first: bytes, again: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        while not writer.transport.is_closing():
            writer.write(again)
            await writer.drain()
            # Draining alone does not let others go on while there is room.
            await asyncio.sleep(0)

    return talk


OK = b"HTTP/1.1 200 OK\r\n"
CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"
BOMB = page(gzip.compress(b"\0" * 200_000_000), 200, "Content-Encoding: gzip")


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(endless(OK + b"\r\n", b"x" * 65536), id="a body without end"),
        pytest.param(endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK), id="chunks without end"),
        pytest.param(endless(OK + b"X: ", b"y" * 65536), id="a header without end"),
        pytest.param(endless(OK, b"X: y\r\n" * 10_000), id="headers without end"),
        pytest.param(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), id="interim answers without end"),
        pytest.param(endless(BOMB, b""), id="a gzip bomb"),
    ],
)
async def test_memory_stays_under_120_megabytes(
    talk: Talk, context_for: Callable[..., ssl.SSLContext], ca_file: Path
):
    async with listening(talk, context_for("example.org")) as port:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _GET, str(port), str(ca_file)), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await child.communicate()
    *failures, peak = said.decode().splitlines()
    assert (child.returncode, len(failures)) == (0, 10)
    assert int(peak) < 120 * 1024
