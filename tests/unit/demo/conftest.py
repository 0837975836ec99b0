"""One running world for each file of tests, and clients that verify its certificates."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailsetup.demo.world import World, start


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running
        assert running.faults() == ()


class NamedContext(ssl.SSLContext):
    """Verifies one host name whatever the client connected to: the stdlib's clients know no connect-to."""

    name: str

    def wrap_socket(self, sock: Any, *args: Any, **kwargs: Any) -> ssl.SSLSocket:  # type: ignore[override]
        return super().wrap_socket(sock, *args, **{**kwargs, "server_hostname": self.name})


@pytest.fixture(scope="module")
def verified(world: World) -> Callable[[str], ssl.SSLContext]:
    """A context that trusts the world's authority alone and wants this host."""

    def build(name: str) -> ssl.SSLContext:
        context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(world.ca_file)
        context.name = name
        return context

    return build
