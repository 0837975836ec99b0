"""How long a silent name server is waited for, in virtual time."""

import socket

import anyio
import pytest
import trio.testing

from mailsetup.net.failures import NameFailed
from mailsetup.net.nameserver import Nameserver
from mailsetup.net.resolver import ALL_SECONDS, Resolver

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "trio", {"clock": trio.testing.MockClock(autojump_threshold=0)}


async def test_a_silent_name_server_is_asked_again_and_then_given_up():
    began = anyio.current_time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)
        with pytest.raises(NameFailed, match="in time"):
            await Resolver((Nameserver("127.0.0.1", silent.getsockname()[1]),)).mx("example.org")
        questions = [silent.recv(512) for _ in range(3)]
        with pytest.raises(BlockingIOError):
            silent.recv(512)
    assert anyio.current_time() - began == pytest.approx(ALL_SECONDS)
    assert len(questions) == 3
