"""Servers that the person names, typed in or by options: they are checked like found ones."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import click

from mailsetup.account import WELL_KNOWN_PORTS, Address, Protocol, Security, Server, is_clean
from mailsetup.cli.console import Back, Console
from mailsetup.cli.flow import typed_candidate
from mailsetup.cli.questions import Interview, stay_at_first
from mailsetup.cli.words import parse_server, server_word
from mailsetup.discovery.finding import Discovery
from mailsetup.discovery.table import hints_about
from mailsetup.errors import MailsetupError, WrongUsage, say

_USUAL_HOSTS = {Protocol.IMAP: "imap", Protocol.POP3: "pop", Protocol.SMTP: "smtp"}


def discovery_of(address: Address, servers: Iterable[Server]) -> Discovery:
    """Named servers in the place of found ones; hints are what we know of the provider without asking."""
    candidates = [typed_candidate(server) for server in servers]
    return Discovery(
        subject=address,
        incoming=tuple(one for one in candidates if one.server.protocol.incoming),
        outgoing=tuple(one for one in candidates if not one.server.protocol.incoming),
        findings=(),
        hints=hints_about(address.domain),
    )


def require_username(username: str | None) -> None:
    """Raises WrongUsage where --username is given and can be no user name."""
    if username is not None and (not username or not is_clean(username)):
        raise WrongUsage(
            say("The user name of --username is empty, or holds a control character."),
            say("Give the name as the provider tells it."),
        )


def with_username(servers: Iterable[Server], username: str | None) -> list[Server]:
    """The same servers with this user name, if there is one."""
    return [server if username is None else replace(server, username=username) for server in servers]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What is typed so far. before: what was typed the last time, and is the usual answer now."""

    before: Sequence[Server] = ()
    protocol: Protocol | None = None
    incoming: Server | None = None
    outgoing: Server | None = None
    username: str | None = None


def offer_typing(
    console: Console, address: Address, why: MailsetupError, protocol: Protocol | None
) -> Discovery:
    """Where servers could not be found: let the person type them in.

    Raises click.Abort where they do not know them.
    """
    console.failure(why)
    while True:
        try:
            number = console.choose(
                say("Do you know the servers, from your provider's pages or from another computer?"),
                (say("Yes, I type them in."), say("No, stop here. Nothing was changed.")),
            )
        except Back:
            stay_at_first(console)
            continue
        if number == 1:
            raise click.Abort
        with suppress(Back):
            return ask_servers(console, address, protocol)


def ask_servers(
    console: Console, address: Address, protocol: Protocol | None, before: Sequence[Server] = ()
) -> Discovery:
    """Let the person type in where mail is fetched and sent. Raises Back.

    protocol: None is asked. before: what they have typed already; Enter alone takes it again.
    """
    asked = Interview(
        [
            partial(_ask_protocol, console),
            partial(_ask_incoming, console, address),
            partial(_ask_outgoing, console, address),
            partial(_ask_username, console, address),
        ],
        _Typed(before=before, protocol=protocol),
    ).go()
    assert asked.incoming is not None
    assert asked.outgoing is not None
    return discovery_of(address, with_username((asked.incoming, asked.outgoing), asked.username))


def _ask_protocol(console: Console, typed: _Typed) -> _Typed | None:
    if typed.protocol is not None:
        return None
    before = [server.protocol for server in typed.before]
    ways = sorted(_WAYS, key=lambda protocol: protocol not in before)
    number = console.choose(
        say("What kind of server gives out your mail?"), [_WAYS[protocol] for protocol in ways]
    )
    return replace(typed, protocol=ways[number])


_WAYS = {
    Protocol.IMAP: say("IMAP: mail stays on the server, and every device shows the same."),
    Protocol.POP3: say("POP3: mail is downloaded to this computer."),
}


def _typed_before(typed: _Typed, protocol: Protocol) -> str | None:
    return next((server_word(server) for server in typed.before if server.protocol is protocol), None)


def _ask_incoming(console: Console, address: Address, typed: _Typed) -> _Typed:
    assert typed.protocol is not None
    usual = _typed_before(typed, typed.protocol) or f"{_USUAL_HOSTS[typed.protocol]}.{address.domain.ascii}"
    console.introduce(say("Which {protocol} server gives out your mail?", protocol=typed.protocol.label))
    return replace(typed, incoming=_ask_server(console, typed.protocol, usual))


def _ask_outgoing(console: Console, address: Address, typed: _Typed) -> _Typed:
    assert typed.incoming is not None
    first, _, rest = typed.incoming.host.partition(".")
    # Hosts with one name for everything have it for sending as well.
    usual = f"smtp.{rest}" if first in _USUAL_HOSTS.values() and "." in rest else typed.incoming.host
    usual = _typed_before(typed, Protocol.SMTP) or usual
    console.introduce(say("Which SMTP server takes the mail that you send?"))
    return replace(typed, outgoing=_ask_server(console, Protocol.SMTP, usual))


def _ask_server(console: Console, protocol: Protocol, usual: str) -> Server:
    port = WELL_KNOWN_PORTS[protocol, Security.TLS]
    console.introduce(
        say(
            "Type its name, such as {usual}, and if you were told another port than {port}, a colon and the "
            "port. Enter alone takes {usual}. b goes back, q quits.",
            usual=usual,
            port=port,
        ),
        apart=False,
    )
    while True:
        typed = console.ask(say("Server [{usual}]", usual=usual)).strip() or usual
        try:
            return parse_server(_with_security(console, typed, protocol), protocol)
        except Back:
            # From the encryption of a port it is back to the port.
            continue
        except WrongUsage as wrong:
            console.failure(wrong)


def _with_security(console: Console, typed: str, protocol: Protocol) -> str:
    """A server on a port that does not tell its encryption, as a URL that does, after asking for it."""
    host, _, port = typed.partition(":")
    known = {str(number) for (of, _), number in WELL_KNOWN_PORTS.items() if of is protocol}
    if not host or "/" in typed or not port.isdecimal() or port in known:
        return typed
    number = console.choose(
        say("How is the connection to port {port} encrypted?", port=port),
        (
            say("TLS from the first byte, often called SSL/TLS."),
            say("STARTTLS: it begins in plain text and is then encrypted."),
        ),
    )
    return f"{protocol.value}{'s' if number == 0 else ''}://{typed}"


def _ask_username(console: Console, address: Address, typed: _Typed) -> _Typed:
    before = next((server.username for server in typed.before), None)
    if before is None:
        usual = say(
            "Enter alone takes the usual ones: {address}, and if that is refused, {local}. b goes back, q "
            "quits.",
            address=address,
            local=address.local,
        )
    else:
        usual = say("Enter alone takes {name} again. b goes back, q quits.", name=before)
    console.introduce(say("What is your user name at these servers?"), usual)
    while True:
        name = console.ask(say("User name [{address}]", address=before or address)).strip()
        if is_clean(name):
            return replace(typed, username=name or before)
        console.note(say("The name holds a control character."))
