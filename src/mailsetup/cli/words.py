"""The words of a command line that become ours: addresses, domains, servers."""

import re
from typing import Any

import click

from mailsetup.account import (
    WELL_KNOWN_PORTS,
    Address,
    Domain,
    Protocol,
    Security,
    Server,
    Subject,
    host_name,
    parse_subject,
)
from mailsetup.errors import WrongUsage, say

STDIN = "-"
"""In the place of addresses: read them from stdin."""

CLIENT_WORDS = ("thunderbird", "outlook")
"""The mail programs, by their words in clients.registry, which is imported only when it is needed."""


class AddressType(click.ParamType[Address]):
    """An email address."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Raises WrongUsage, which is told like every error."""
        return value if isinstance(value, Address) else Address.parse(value)


class SubjectType(click.ParamType[Subject]):
    """An email address, or a domain."""

    name = "address-or-domain"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Subject:
        """What holds an @ is an address."""
        return value if isinstance(value, Address | Domain) else parse_subject(value)


class ServerType(click.ParamType[Server]):
    """HOST[:PORT], where the well-known port decides the security, or a URL, whose scheme does."""

    name = "server"

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Server:
        """Raises WrongUsage."""
        return value if isinstance(value, Server) else parse_server(value, self.protocol)


class SizeType(click.ParamType[int]):
    """An amount of space, in bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Raises WrongUsage."""
        return value if isinstance(value, int) else parse_size(value)


_UNITS = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SIZE = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*([kmgt])(i?)[bo]?", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Read an amount of space: "1 GB", "1,5GB", "500M", "2 Go", "1GiB" (IEC 80000-13). Raises WrongUsage."""
    found = _SIZE.fullmatch(text.strip())
    octets = 0
    if found is not None:
        units = _BINARY_UNITS if found[3] else _UNITS
        octets = round(float(found[1].replace(",", ".")) * units[found[2].lower()])
    if not octets:
        raise WrongUsage(
            say("“{text}” is no amount of space.", text=text), say("Give one such as 1GB or 500MB.")
        )
    return octets


_SCHEMES = {
    "imaps": (Protocol.IMAP, Security.TLS),
    "imap": (Protocol.IMAP, Security.STARTTLS),
    "pop3s": (Protocol.POP3, Security.TLS),
    "pop3": (Protocol.POP3, Security.STARTTLS),
    "smtps": (Protocol.SMTP, Security.TLS),
    "smtp": (Protocol.SMTP, Security.STARTTLS),
    "submissions": (Protocol.SMTP, Security.TLS),
    "submission": (Protocol.SMTP, Security.STARTTLS),
}


def parse_server(text: str, protocol: Protocol) -> Server:
    """Read a SERVER: `imap.example.org`, `imap.example.org:143`, `imaps://imap.example.org:1993`.

    Without a port it is TLS on the well-known one. Raises WrongUsage.
    """
    scheme, slashes, rest = text.rpartition("://")
    host, _, port_text = rest.rstrip("/").partition(":")
    ports = {port: security for (of, security), port in WELL_KNOWN_PORTS.items() if of is protocol}
    try:
        host = host_name(host)
        port = int(port_text) if port_text.isascii() and port_text.isdecimal() else None
        if (port_text and port is None) or (port is not None and not 1 <= port <= 65535):
            raise ValueError("no port")
    except ValueError:
        raise WrongUsage(
            say("“{text}” is no server.", text=text),
            say(
                "Give HOST or HOST:PORT, such as mail.example.org:{port}; an IP address cannot prove itself.",
                port=WELL_KNOWN_PORTS[protocol, Security.TLS],
            ),
        ) from None
    if slashes:
        of, security = _SCHEMES.get(scheme.lower(), (None, Security.TLS))
        if of is not protocol:
            known = [f"{word}://" for word, (named, _) in _SCHEMES.items() if named is protocol]
            raise WrongUsage(
                say("“{text}” is no {protocol} server.", text=text, protocol=protocol.label),
                say("Its URL begins with {schemes}.", schemes=", ".join(known)),
            )
        port = port or WELL_KNOWN_PORTS[protocol, security]
    elif port is None or port in ports:
        security = ports[port] if port else Security.TLS
        port = port or WELL_KNOWN_PORTS[protocol, Security.TLS]
    else:
        raise WrongUsage(
            say("Port {port} does not tell how {host} is encrypted.", port=port, host=host),
            say(
                "Say it with a URL: {tls}://{host}:{port} for TLS, {starttls}://{host}:{port} for STARTTLS.",
                tls=f"{protocol.value}s",
                starttls=protocol.value,
                host=host,
                port=port,
            ),
        )
    return Server(protocol=protocol, host=host, port=port, security=security)


def server_word(server: Server) -> str:
    """A server with encryption as `parse_server` reads it, in the shortest way."""
    known = WELL_KNOWN_PORTS[server.protocol, server.security] == server.port
    if known and server.security is Security.TLS:
        return server.host
    scheme = next(word for word, means in _SCHEMES.items() if means == (server.protocol, server.security))
    return f"{server.host}:{server.port}" if known else f"{scheme}://{server.host}:{server.port}"
