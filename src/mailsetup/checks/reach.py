"""Sentences about the way to a server: the addresses of its name, and the connection."""

from collections.abc import Sequence

from mailsetup.account import Server
from mailsetup.checks.outcome import Outcome, failed, failed_with, passed, warned
from mailsetup.checks.report import Fault
from mailsetup.errors import say
from mailsetup.net.failures import ConnectFailed
from mailsetup.net.names import Answer
from mailsetup.net.stream import Attempt

_SHOWN = 4


def resolved(host: str, answer: Answer[str], server: Server) -> Outcome:
    """What DNS says of a host. It is another than the server's where --connect-to leads elsewhere."""
    if not answer.records:
        return _without_address(host, answer)
    six = [address for address in answer.records if ":" in address]
    four = [address for address in answer.records if ":" not in address]
    if six and four:
        text = say(
            "{host} is at {six} (IPv6) and {four} (IPv4).", host=host, six=_some(six), four=_some(four)
        )
    elif six:
        text = say("{host} is at {six} (IPv6 only).", host=host, six=_some(six))
    else:
        text = say("{host} is at {four} (IPv4 only).", host=host, four=_some(four))
    if host != server.host:
        text = say(
            "By --connect-to, {host} in place of {meant}: {text}", host=host, meant=server.host, text=text
        )
    return passed(
        text,
        host=host,
        addresses=[{"address": address, "family": family(address)} for address in answer.records],
    )


def _without_address(host: str, answer: Answer[str]) -> Outcome:
    if answer.exists:
        return failed(
            Fault.NETWORK,
            say("{host} exists, and has no address: no server can be reached by this name.", host=host),
            say("Check the spelling. If it is right, whoever runs its DNS must add the address."),
            host=host,
            exists=True,
        )
    return failed(
        Fault.NETWORK,
        say("There is no host {host}.", host=host),
        say("Check the spelling, or ask the provider for the name of the server."),
        host=host,
        exists=False,
    )


def led_elsewhere(server: Server, address: str) -> Outcome:
    """Nobody was asked for the server's name: --connect-to says which address to take."""
    return passed(
        say("{host} was not looked up: --connect-to leads to {address}.", host=server.host, address=address),
        host=address,
        addresses=[{"address": address, "family": family(address)}],
    )


def family(address: str) -> str:
    """Of an IP address: "IPv6" or "IPv4"."""
    return "IPv6" if ":" in address else "IPv4"


def connected(attempts: Sequence[Attempt], port: int) -> Outcome:
    """A connection stands. attempts: every address tried; the last one answered."""
    answered = attempts[-1].address
    facts = {"address": answered, "port": port, "family": family(answered), "addresses": told(attempts)}
    fields = {"address": answered, "family": family(answered), "port": port}
    others = [attempt for attempt in attempts[:-1] if family(attempt.address) != family(answered)]
    dead = [attempt for attempt in others if attempt.failure != "unreachable"]
    if dead:
        # Asked first, by RFC 8305, and so "slow" is no answer while the others gave theirs.
        return warned(
            say(
                "Connected to {address} ({family}), port {port}; {other} does not work: {failed} {why}.",
                other=family(dead[0].address),
                failed=_some([attempt.address for attempt in dead]),
                why=_WHY_NOT[dead[0].failure],
                **fields,
            ),
            say(
                "Some mail programs will wait long for it. If other sites work by {other} here, tell whoever "
                "runs the server.",
                other=family(dead[0].address),
            ),
            **facts,
        )
    if others:
        text = say(
            "Connected to {address} ({family}), port {port}. This computer has no way to {other} addresses.",
            other=family(others[0].address),
            **fields,
        )
        return passed(text, **facts)
    down = [attempt for attempt in attempts[:-1] if attempt.failure in ("refused", "filtered")]
    if down:
        return warned(
            say(
                "Connected to {address} ({family}), port {port}; {failed} {why}.",
                failed=_some([attempt.address for attempt in down]),
                why=_WHY_NOT[down[0].failure],
                **fields,
            ),
            say("One of the servers behind this name is down. Tell whoever runs them."),
            **facts,
        )
    return passed(say("Connected to {address} ({family}), port {port}.", **fields), **facts)


_WHY_NOT = {
    "refused": say("refuses the connection"),
    "filtered": say("does not answer"),
    "unreachable": say("cannot be reached from here"),
    "slow": say("did not answer in time"),
}


def unreached(server: Server, port: int, error: ConnectFailed) -> Outcome:
    """No address took the connection; where the families differ in why, each is told."""
    facts = {"port": port, "addresses": told(error.attempts)}
    why = {family(attempt.address): _WHY_NOT[attempt.failure] for attempt in error.attempts}
    if len(set(map(id, why.values()))) < 2:
        return failed_with(error, **facts)
    return failed(
        Fault.NETWORK,
        say(
            "Nobody at {host} takes connections on port {port}: IPv6 {six}, IPv4 {four}.",
            host=server.host,
            port=port,
            six=why["IPv6"],
            four=why["IPv4"],
        ),
        error.fix,
        **facts,
    )


def told(attempts: Sequence[Attempt]) -> list[dict[str, str]]:
    """Every address tried, as facts."""
    return [
        {"address": one.address, "family": family(one.address), "failure": one.failure} for one in attempts
    ]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
