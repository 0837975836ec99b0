"""Sentences about the way to a server: its address, the connection, TLS."""

from collections.abc import Sequence
from dataclasses import replace

from mailsetup.account import WELL_KNOWN_PORTS, Security, Server
from mailsetup.checks.outcome import Outcome, failed, passed, warned
from mailsetup.checks.report import Fault
from mailsetup.errors import say
from mailsetup.net.stream import Attempt, Proof, TlsFacts


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


def resolved(server: Server) -> Outcome:
    """The name led to an address."""
    return passed(say("{host} has an address.", host=server.host))


def connected(server: Server, attempts: Sequence[Attempt]) -> Outcome:
    """A connection stands."""
    answered = attempts[-1].address if attempts else ""
    return passed(
        say("Connected to {address}, port {port}.", address=answered or server.host, port=server.port),
        address=answered,
        addresses=told(attempts),
    )


def told(attempts: Sequence[Attempt]) -> list[dict[str, str]]:
    """Every address tried, as facts."""
    return [{"address": attempt.address, "failure": attempt.failure} for attempt in attempts]


def proven(server: Server, tls: TlsFacts) -> Outcome:
    """TLS stands, and the certificate is right."""
    facts = {"version": tls.version, "cipher": tls.cipher, "proof": tls.proof.value}
    if tls.proof is Proof.HOST:
        return passed(say("{version}; the certificate is right.", version=tls.version), **facts)
    return warned(
        say(
            "{version}; the certificate names the mail domain, not {host}.",
            version=tls.version,
            host=server.host,
        ),
        say(
            "This is proof enough here, but Thunderbird and other mail programs look for {host} and will "
            "refuse it. Ask whoever runs the server for a certificate that names it.",
            host=server.host,
        ),
        **facts,
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
            port=WELL_KNOWN_PORTS[server.protocol, Security.TLS],
        ),
    )


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
            port=WELL_KNOWN_PORTS[server.protocol, Security.TLS],
        ),
    )


def speaks_plain_text(server: Server) -> Outcome:
    """The answer to TLS was no TLS."""
    tls, starttls = (WELL_KNOWN_PORTS[server.protocol, way] for way in (Security.TLS, Security.STARTTLS))
    text = say(
        "Port {port} of {host} does not speak TLS from the first byte.", port=server.port, host=server.host
    )
    if server.port == tls:
        fix = say("Try STARTTLS on port {port}.", port=starttls)
    else:
        fix = say("Use STARTTLS on this port, or TLS on port {port}.", port=tls)
    return failed(Fault.UNSAFE, text, fix)
