"""Speaks to a mail server as far as one can without a password: who it is, and how it lets people log in.

Nothing is sent but the protocol's own questions. What is said before TLS is believed in one point only:
that TLS may begin.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

import anyio

from mailsetup import account
from mailsetup.account import Auth, Security, Server
from mailsetup.discovery.finding import Evidence
from mailsetup.errors import CheckFailed, MailsetupError, Unsafe, say
from mailsetup.net.door import Net
from mailsetup.net.stream import Identity, Stream
from mailsetup.wire.faults import NotUnderstood
from mailsetup.wire.imap import Imap, capabilities_in
from mailsetup.wire.pop3 import Pop3
from mailsetup.wire.smtp import Smtp, parse_extensions

_GOODBYE_SECONDS = 1.0
_MAX_QUOTED = 200

_METHODS = {
    "PLAIN": Auth.PASSWORD,
    "LOGIN": Auth.PASSWORD,
    "CRAM-MD5": Auth.ENCRYPTED_PASSWORD,
    "DIGEST-MD5": Auth.ENCRYPTED_PASSWORD,
    "XOAUTH2": Auth.OAUTH2,
    "OAUTHBEARER": Auth.OAUTH2,
    "GSSAPI": Auth.GSSAPI,
    "NTLM": Auth.NTLM,
    "EXTERNAL": Auth.CLIENT_CERTIFICATE,
}


class Dialect(Protocol):
    """One conversation. Each method raises NetworkFailed, Unsafe, CheckFailed where it does not go well."""

    async def greet(self) -> str:
        """Read the greeting; its words."""

    async def ask_for_tls(self) -> bool:
        """Ask for TLS where it is announced; whether it may begin now."""

    async def capabilities(self) -> tuple[Iterable[str], frozenset[str] | None]:
        """What it announces, and the SASL mechanisms among it; None where it does not say."""

    async def leave(self) -> None:
        """Say goodbye."""


async def probe(net: Net, server: Server) -> tuple[Server, Evidence]:
    """The same server with its ways to log in, and what it showed, once it has proven that it is there.

    Raises Unsafe where TLS or the certificate is not right, CheckFailed where the server speaks something
    else or lets nobody log in, NetworkFailed. The caller sets the deadline.
    """
    identity = Identity(host=server.host)
    implicit = server.security is Security.TLS
    stream = await net.connect(server.host, server.port, identity if implicit else None)
    try:
        dialect = _DIALECTS[server.protocol](stream, server.host)
        greeting = await dialect.greet()
        if not implicit:
            if not await dialect.ask_for_tls():
                raise _no_tls(server)
            await stream.start_tls(identity)
            greeting = ""
        announced, mechanisms = await dialect.capabilities()
        auth = () if mechanisms is None else auth_methods(mechanisms)
        if mechanisms is not None and not auth:
            raise _no_login(server)
        with anyio.move_on_after(_GOODBYE_SECONDS), suppress(MailsetupError):
            await dialect.leave()
        return replace(server, auth=auth), _show(server, stream, greeting, announced)
    finally:
        with anyio.move_on_after(_GOODBYE_SECONDS, shield=True):
            await stream.aclose()


def auth_methods(mechanisms: Iterable[str]) -> tuple[Auth, ...]:
    """The ways to log in that SASL mechanisms (in capitals) stand for, in order of preference.

    The password stands first: the channel is proven, and every mail program knows how.
    """
    known = {
        Auth.ENCRYPTED_PASSWORD if name.startswith("SCRAM-") else _METHODS.get(name) for name in mechanisms
    }
    return tuple(method for method in Auth if method in known)


class _Imap:
    def __init__(self, stream: Stream, host: str) -> None:
        self._imap = Imap(stream)
        self._host = host

    async def greet(self) -> str:
        greeting = await self._imap.greeting()
        # PREAUTH too: nobody has logged in (RFC 9051, section 7.1.4).
        if greeting.word != "OK":
            raise _turned_away(self._host)
        return greeting.text

    async def ask_for_tls(self) -> bool:
        return "STARTTLS" in await self._listed() and (await self._imap.command("STARTTLS")).ok

    async def capabilities(self) -> tuple[Iterable[str], frozenset[str] | None]:
        listed = await self._listed()
        if not any(name.startswith("IMAP4") for name in listed):
            raise NotUnderstood.of("IMAP")
        mechanisms = {name.removeprefix("AUTH=") for name in listed if name.startswith("AUTH=")}
        # The command LOGIN needs no mechanism (RFC 9051, section 6.2.3).
        return listed, frozenset(mechanisms if "LOGINDISABLED" in listed else mechanisms | {"LOGIN"})

    async def _listed(self) -> frozenset[str]:
        reply = await self._imap.command("CAPABILITY")
        return capabilities_in(*reply.untagged, reply.done) or frozenset()

    async def leave(self) -> None:
        await self._imap.logout()


class _Pop3:
    def __init__(self, stream: Stream, host: str) -> None:
        self._pop3 = Pop3(stream)
        self._host = host

    async def greet(self) -> str:
        greeting = await self._pop3.reply()
        if not greeting.ok:
            raise _turned_away(self._host)
        return greeting.text

    async def ask_for_tls(self) -> bool:
        return "STLS" in (await self._pop3.capabilities() or {}) and (await self._pop3.command("STLS")).ok

    async def capabilities(self) -> tuple[Iterable[str], frozenset[str] | None]:
        listed = await self._pop3.capabilities() or {}
        mechanisms = {name.upper() for name in listed.get("SASL", ())}
        if "USER" in listed:
            mechanisms.add("LOGIN")
        announced = (" ".join((name, *words)) for name, words in listed.items())
        # Many servers have USER and PASS without saying so.
        return announced, frozenset(mechanisms) or None

    async def leave(self) -> None:
        await self._pop3.command("QUIT")


class _Smtp:
    def __init__(self, stream: Stream, host: str) -> None:
        self._smtp = Smtp(stream)
        self._host = host

    async def greet(self) -> str:
        greeting = await self._smtp.reply()
        if greeting.code != 220:
            raise _turned_away(self._host)
        return " ".join(greeting.lines)

    async def ask_for_tls(self) -> bool:
        return "STARTTLS" in await self._extensions() and (await self._smtp.command("STARTTLS")).code == 220

    async def capabilities(self) -> tuple[Iterable[str], frozenset[str] | None]:
        listed = await self._extensions()
        announced = (" ".join((name, *words)) for name, words in listed.items())
        return announced, frozenset(name.upper() for name in listed.get("AUTH", ()))

    async def _extensions(self) -> dict[str, tuple[str, ...]]:
        hello = await self._smtp.ehlo()
        if not hello.ok:
            raise _turned_away(self._host)
        return dict(parse_extensions(hello.lines[1:]))

    async def leave(self) -> None:
        await self._smtp.command("QUIT")


_DIALECTS: Mapping[account.Protocol, Callable[[Stream, str], Dialect]] = {
    account.Protocol.IMAP: _Imap,
    account.Protocol.POP3: _Pop3,
    account.Protocol.SMTP: _Smtp,
}


def _show(server: Server, stream: Stream, greeting: str, announced: Iterable[str]) -> Evidence:
    """What was seen, the server's own words cut and cleaned."""
    version = stream.tls.version if stream.tls else ""
    seen = [f"{version}, certificate proven"]
    if greeting:
        seen.append(f"greeting “{_quote(greeting)}”")
    seen.append(f"capabilities {_quote(', '.join(sorted(announced))) or 'not listed'}")
    return Evidence(asked=f"{server.host}:{server.port}", answer="; ".join(seen), secure=True)


def _quote(text: str) -> str:
    cut = text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "…"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in cut)


def _turned_away(host: str) -> CheckFailed:
    return CheckFailed(
        say("{host} turned the connection away.", host=host),
        say("It may be overloaded, or block this network for a while. Try again later."),
    )


def _no_tls(server: Server) -> Unsafe:
    return Unsafe(
        say("{host} will not begin TLS on port {port}.", host=server.host, port=server.port),
        say("If it did before, somebody on the way may be suppressing it: try from another network."),
    )


def _no_login(server: Server) -> CheckFailed:
    return CheckFailed(
        say(
            "{host} speaks {protocol}, but offers no way to log in.",
            host=server.host,
            protocol=server.protocol.label,
        ),
        say("Ask the provider which server mail programs are to use."),
    )
