"""Sentences about how a conversation with a server begins: in plain text, with TLS, in which protocol."""

from dataclasses import replace

from mailsetup.account import WELL_KNOWN_PORTS, Protocol, Security, Server
from mailsetup.checks.outcome import Outcome, failed, passed
from mailsetup.checks.report import Fault
from mailsetup.errors import say


def no_encryption(server: Server) -> Outcome:
    """Settings without TLS: never connected to."""
    return failed(
        Fault.UNSAFE,
        say(
            "These settings for {host} have no encryption: anyone on the way could read the password.",
            host=server.host,
        ),
        say("Use a server with TLS or STARTTLS, and ask the provider for one if none is known."),
    )


def greeted_before_tls(server: Server) -> Outcome:
    """With STARTTLS there is no greeting that could be believed."""
    return passed(say("{host} greeted before TLS; nothing it said then is believed.", host=server.host))


def before_tls(server: Server, outcome: Outcome) -> Outcome:
    """A failure on the way to STARTTLS; a server that keeps silent there may be waiting for TLS."""
    if outcome.fault is not Fault.NETWORK:
        return outcome
    return replace(
        outcome,
        fix=say(
            "A server that wants TLS from the first byte keeps silent like this: try port {port} with TLS. "
            "A firewall, or a block after too many tries, looks the same.",
            port=_port(server, Security.TLS),
        ),
    )


def after_tls(server: Server, outcome: Outcome) -> Outcome:
    """A greeting that does not come though TLS stands: no firewall keeps silent there."""
    if not outcome.facts.get("timed_out"):
        return outcome
    usual = _port(server, Security.TLS)
    if server.port == usual:
        return replace(
            outcome, fix=say("The server takes connections, and may be overloaded. Try again later.")
        )
    return replace(
        outcome,
        fix=say(
            "A server for something else than {protocol} keeps silent like this: see whether port {port} is "
            "right. The usual one is {usual}.",
            protocol=server.protocol.label,
            port=server.port,
            usual=usual,
        ),
    )


def begins_with_tls(server: Server) -> Outcome:
    """Silent where it should greet, and it answers to TLS."""
    usual = _port(server, Security.TLS)
    text = say("Port {port} of {host} wants TLS from the first byte.", port=server.port, host=server.host)
    if server.port == usual:
        fix = say("Use {url}, TLS in place of STARTTLS.", url=_url(server, Security.TLS))
    else:
        fix = say(
            "Use TLS in place of STARTTLS: {url}, or the usual port {port}.",
            url=_url(server, Security.TLS),
            port=usual,
        )
    return failed(Fault.OTHER, text, fix, speaks="tls")


def turned_away(server: Server) -> Outcome:
    """A greeting before TLS that says no."""
    return failed(
        Fault.OTHER,
        say("{host} turned the connection away before TLS could begin.", host=server.host),
        say("It may be overloaded, or block this network for a while. Try again later."),
    )


def no_starttls(server: Server) -> Outcome:
    """STARTTLS is not offered, or was refused."""
    return failed(
        Fault.UNSAFE,
        say(
            "{host} will not begin TLS on port {port}; no password was sent.",
            host=server.host,
            port=server.port,
        ),
        say(
            "Try port {port} with TLS. If this server did it before, somebody on the way may be "
            "suppressing it: try from another network.",
            port=_port(server, Security.TLS),
        ),
    )


def plain_text_after_yes(server: Server) -> Outcome:
    """The answer to STARTTLS was yes, and that to the first word of TLS was plain text."""
    return failed(
        Fault.UNSAFE,
        say(
            "{host} agreed to TLS on port {port}, and went on in plain text.",
            host=server.host,
            port=server.port,
        ),
        say("Somebody may be tampering with the connection. Try another network; tell the provider."),
        speaks="plain text",
    )


def speaks_plain_text(server: Server, spoken: Protocol | None) -> Outcome:
    """The answer to TLS was no TLS. spoken: the protocol of its greeting in plain text, if it is known."""
    if spoken not in (None, server.protocol):
        return other_protocol(server, spoken)
    usual, starttls = _port(server, Security.TLS), _port(server, Security.STARTTLS)
    text = say(
        "Port {port} of {host} begins in plain text, not with TLS.", port=server.port, host=server.host
    )
    if server.port == usual and spoken is None:
        fix = say("Try STARTTLS on port {port}.", port=starttls)
    elif server.port == usual:
        fix = say(
            "Try STARTTLS on this port, {url}, or on the usual port {port}.",
            url=_url(server, Security.STARTTLS),
            port=starttls,
        )
    else:
        fix = say(
            "Use STARTTLS on this port, {url}, or TLS on port {port}.",
            url=_url(server, Security.STARTTLS),
            port=usual,
        )
    return failed(Fault.UNSAFE, text, fix, speaks="plain text")


def other_protocol(server: Server, spoken: Protocol) -> Outcome:
    """The greeting is that of another protocol of mail."""
    return failed(
        Fault.OTHER,
        say(
            "Port {port} of {host} speaks {spoken}, not {wanted}.",
            port=server.port,
            host=server.host,
            spoken=spoken.label,
            wanted=server.protocol.label,
        ),
        say(
            "Port {port} is usual for {wanted}. The server may have another host name for it, too.",
            port=_port(server, server.security),
            wanted=server.protocol.label,
        ),
        speaks=spoken.value,
    )


def spoken_in(greeting: bytes) -> Protocol | None:
    """Which protocol a first line belongs to (RFC 9051, 1939, 5321), or None."""
    for protocol, beginnings in _GREETINGS.items():
        if greeting.startswith(beginnings):
            return protocol
    return None


_GREETINGS = {
    Protocol.IMAP: (b"* OK", b"* PREAUTH", b"* BYE"),
    Protocol.POP3: (b"+OK", b"-ERR"),
    Protocol.SMTP: (b"220 ", b"220-", b"421 ", b"554 "),
}


def _port(server: Server, security: Security) -> int:
    return WELL_KNOWN_PORTS[server.protocol, security]


def _url(server: Server, security: Security) -> str:
    """A server as the options take it: `imaps://HOST:PORT` is TLS, `imap://HOST:PORT` STARTTLS."""
    return f"{server.protocol.value}{'s' if security is Security.TLS else ''}://{server.host}:{server.port}"
