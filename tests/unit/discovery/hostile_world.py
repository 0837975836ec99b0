"""A name server and web servers on loopback that mean harm, and all that they were told by who asked them."""

import asyncio
import base64
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from tests.unit.discovery.world import IMAP, POP3, SMTP, config
from tests.unit.net.servers import Names, Zone, answering, listening, page, serving_context, zone

from mailsetup.account import Address
from mailsetup.discovery import discover as room
from mailsetup.discovery.finding import Discovery, Finding
from mailsetup.net.door import Internet, NetSettings

ADA = Address.parse("ada.lovelace@example.org")

ISPDB = "https://ispdb.example/"
OWN_FILE = "https://autoconfig.example.org/mail/config-v1.1.xml"
PACC = "https://ua-auto-config.example.org/.well-known/user-agent-configuration.json"

OWN = "autoconfig.example.org/mail/config-v1.1.xml"
PACC_FILE = "ua-auto-config.example.org/.well-known/user-agent-configuration.json"
GOOD = config(IMAP, POP3, SMTP).encode()
BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">%s]><clientConfig>&z;</clientConfig>"""
    % b"".join(b'<!ENTITY %c "%s">' % (at, b"&%c;" % (at - 1) * 10) for at in range(ord("b"), ord("z") + 1))
)
DOCUMENT = json.dumps({"protocols": {"imap": {"host": IMAP.host}, "submit": {"host": SMTP.host}}}).encode()
NOT_FOUND = page(b"", 404)

_WEB_HOSTS = (
    "example.org",
    "autoconfig.example.org",
    "ua-auto-config.example.org",
    "www.example.net",
    "ispdb.example",
)
EXISTS = {"TXT example.org": ['"there is such a domain"']}
_MAY_KNOW = ("example.org", "autoconfig.example.org", "autodiscover.example.org")
"""Hosts that may be told the address, over HTTPS."""

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What a web server sends back, whole; or a function that sends it."""


@dataclass
class Web:
    """Web servers: what each URL without its scheme and query answers. told: every request, with its body."""

    answers: Mapping[str, Answer]
    otherwise: Answer
    told: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            headers = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
            body = await reader.readexactly(int(headers.get("Content-Length", 0)))
            self.told.append(head + body.decode("latin-1"))
            answer = self.answers.get(headers["Host"] + head.split(" ")[1].partition("?")[0], self.otherwise)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)


@dataclass
class Hostile:
    """The world, and a way to discover in it. mail: how many connections the mail ports got."""

    names: Names
    web: Web
    plain: Web
    net: Internet
    options: list[str]
    mail: list[str] = field(default_factory=list)

    async def discover(self, **options: object) -> Discovery:
        """What is found for Ada, who stays private whatever is answered."""
        found = await room.discover(ADA, self.net, **{"ispdb": ISPDB, "timeout": 8.0, **options})  # type: ignore[arg-type]
        self.keeps_ada_private()
        return found

    def keeps_ada_private(self) -> None:
        """Nobody was told more than they may know, and nobody a password."""
        for request in self.web.told + self.plain.told:
            assert "authorization" not in request.lower()
            assert "cookie" not in request.lower()
        strangers = [told for told in self.web.told if not any(f"Host: {own}\r" in told for own in _MAY_KNOW)]
        assert not [told for told in [*strangers, *self.plain.told, *self.names.asked] if "lovelace" in told]


@asynccontextmanager
async def hostile(
    ca: trustme.CA,
    ca_file: Path,
    records: dict[str, list[str]] | Zone | None = None,
    pages: Mapping[str, Answer] | None = None,
    *,
    plain: Mapping[str, Answer] | None = None,
    otherwise: Answer = NOT_FOUND,
    context: ssl.SSLContext | None = None,
    mail_led: bool = False,
) -> AsyncIterator[Hostile]:
    """A world: DNS records ("MX example.org" -> ["5 mx.example.org."]), and pages by URL without its scheme.

    Every web host is here: 443 is served with a proven certificate, unless another context is given.
    mail_led: lead every connection to a mail port to a server that only counts it.
    """
    web, other = Web(pages or {}, otherwise), Web(plain or {}, NOT_FOUND)
    mail: list[str] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mail.append("connected")
        await reader.read()

    made = context or serving_context(ca.issue_cert(*_WEB_HOSTS))
    served = records if callable(records) else zone({**EXISTS, **(records or {})})
    async with (
        answering(served) as names,
        listening(web.talk, made) as tls,
        listening(other.talk) as http,
        listening(silent) as post,
    ):
        mail_ports = (143, 993, 110, 995, 587, 465)
        rules = [f":{port}:127.0.0.1:{post}" for port in mail_ports if mail_led]
        rules += [f"{host}:443:127.0.0.1:{tls}" for host in _WEB_HOSTS]
        rules += [f"{host}:80:127.0.0.1:{http}" for host in _WEB_HOSTS]
        settings = NetSettings.parse(nameserver=names.word, connect_to=rules, ca_file=ca_file)
        words = ["--nameserver", names.word, "--ca-file", str(ca_file)]
        words += [word for rule in rules for word in ("--connect-to", rule)]
        async with Internet(settings) as net:
            yield Hostile(names, web, other, net, words, mail)


def one(found: Discovery, question: str) -> Finding:
    """The Finding of a question."""
    (finding,) = (finding for finding in found.findings if finding.question == question)
    return finding


def why(finding: Finding) -> str:
    """Its one sentence."""
    assert finding.detail is not None
    told = finding.detail.render()
    assert told.endswith(".")
    assert "\n" not in told
    return told


def codes(found: Discovery) -> set[str]:
    """The words of the warnings."""
    return {warning.code for warning in found.warnings}


def hosts(found: Discovery) -> list[str]:
    """The servers, best first, incoming before outgoing."""
    return [f"{each.server.host}:{each.server.port}" for each in (*found.incoming, *found.outgoing)]


def digest(body: bytes) -> dict[str, list[str]]:
    """What vouches in DNS for a PACC document."""
    value = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return {"TXT _ua-auto-config.example.org": [f'"v=UAAC1; a=sha256; d={value}"']}


async def drip(writer: asyncio.StreamWriter) -> None:
    """Begin a page and never end it."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(0.05)
