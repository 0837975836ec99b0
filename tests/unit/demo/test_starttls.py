"""What comes in plain text behind STARTTLS is never obeyed (NO STARTTLS, USENIX Security 2021)."""

import socket
import ssl
from collections.abc import Callable

import pytest

from mailsetup.demo.world import World

SERVERS = [
    pytest.param(143, "imap", b"a STARTTLS\r\n", b"a OK", id="imap"),
    pytest.param(110, "pop3", b"STLS\r\n", b"+OK", id="pop3"),
    pytest.param(587, "smtp", b"STARTTLS\r\n", b"220", id="smtp"),
]


@pytest.mark.parametrize("behind", [b"a2 NOOP\r\n", b"unfinished"], ids=["a command", "half a line"])
@pytest.mark.parametrize(("port", "server", "command", "reply"), SERVERS)
def test_bytes_in_the_same_segment_end_the_connection(
    world: World, port: int, server: str, command: bytes, reply: bytes, behind: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", world.ports[port]), 5) as plain:
        assert plain.recv(1000)
        plain.sendall(command + behind)
        heard = b""
        try:
            while more := plain.recv(1000):
                heard += more
        except ConnectionResetError:
            pass
    assert heard.count(b"\r\n") <= 1
    last = world.commands(server)[-1]
    assert last.verb in ("STARTTLS", "STLS")


@pytest.mark.parametrize(("port", "server", "command", "reply"), SERVERS)
def test_bytes_in_the_next_segment_break_the_handshake(
    world: World, port: int, server: str, command: bytes, reply: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", world.ports[port]), 5) as plain:
        assert plain.recv(1000)
        plain.sendall(command)
        assert plain.recv(1000).startswith(reply)
        plain.sendall(b"a2 NOOP\r\nNOOP\r\n")
        # Whatever comes now is TLS: an alert, or the end.
        try:
            heard = plain.recv(1000)
        except ConnectionResetError:
            heard = b""
    assert heard[:1] in (b"", b"\x15")


@pytest.mark.parametrize(("port", "server", "command", "reply"), SERVERS)
def test_tls_begins_only_once(
    world: World,
    verified: Callable[[str], ssl.SSLContext],
    port: int,
    server: str,
    command: bytes,
    reply: bytes,
) -> None:
    with socket.create_connection(("127.0.0.1", world.ports[port]), 5) as plain:
        assert plain.recv(1000)
        plain.sendall(command)
        assert plain.recv(1000).startswith(reply)
        with verified("example.org").wrap_socket(plain) as tls:
            tls.sendall(command)
            assert tls.recv(1000).startswith((b"a NO", b"-ERR", b"503"))
    last = world.commands(server)[-1]
    assert (last.secure, last.host) == (True, "example.org")
