"""Leading connections elsewhere: `--connect-to HOST:PORT:HOST:PORT`, as in curl."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from mailsetup.account import host_name
from mailsetup.errors import WrongUsage, say
from mailsetup.net.nameserver import is_address

_HOST = r"(\[[^\]]*\]|[^:\[\]]*)"
_SHAPE = re.compile(rf"{_HOST}:(\d{{0,5}}):{_HOST}:(\d{{0,5}})")


@dataclass(frozen=True, slots=True)
class ConnectTo:
    """One rule: where `host` and `port` are meant, connect to `to_host` and `to_port`.

    None matches every host or port, and on the right keeps the one that was meant. Only the connection is
    led elsewhere: TLS, SNI and the Host header keep the name that was meant.
    """

    host: str | None
    port: int | None
    to_host: str | None
    to_port: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read HOST:PORT:HOST:PORT; IPv6 addresses stand in brackets. Raises WrongUsage."""
        found = _SHAPE.fullmatch(text)
        try:
            if found is None:
                raise ValueError("not four parts")
            return cls(_host(found[1]), _port(found[2]), _host(found[3]), _port(found[4]))
        except ValueError:
            raise WrongUsage(
                say("“{text}” does not say where to connect to.", text=text),
                say("Write HOST:PORT:HOST:PORT, such as imap.example.org:993:127.0.0.1:10993."),
            ) from None

    def matches(self, host: str, port: int) -> bool:
        """Whether the rule is for this host and port."""
        return self.host in (None, host) and self.port in (None, port)


def destination(rules: Iterable[ConnectTo], host: str, port: int) -> tuple[str, int]:
    """Where to connect instead: by the first rule that matches; without one, the host and port themselves."""
    for rule in rules:
        if rule.matches(host, port):
            return rule.to_host or host, rule.to_port or port
    return host, port


def _host(text: str) -> str | None:
    if not text:
        return None
    if text.startswith("["):
        if not is_address(text[1:-1]):
            raise ValueError("not an IPv6 address")
        return text[1:-1]
    return text if is_address(text) else host_name(text)


def _port(text: str) -> int | None:
    if not text:
        return None
    if not 1 <= int(text) <= 65535:
        raise ValueError("not a port")
    return int(text)
