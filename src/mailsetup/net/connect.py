"""TCP to a host: all its addresses, staggered, and why each of them failed."""

import errno
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Protocol

import anyio
from anyio.abc import SocketStream

from mailsetup.errors import Message, say
from mailsetup.net.connect_to import ConnectTo, destination
from mailsetup.net.failures import ConnectFailed
from mailsetup.net.names import Answer
from mailsetup.net.nameserver import is_address
from mailsetup.net.stream import Attempt
from mailsetup.net.urls import is_inside

STAGGER_SECONDS = 0.25
"""RFC 8305, section 5: how long one address may be silent before the next is tried as well."""
CONNECT_SECONDS = 8.0
"""How long a host may be silent before it is called filtered. A lost packet is sent again after 1, 3, 7 s."""

Opener = Callable[[str, int], Awaitable[SocketStream]]


class Addresses(Protocol):
    """Who knows the addresses of hosts."""

    async def addresses(self, host: str) -> Answer[str]:
        """IPv6 and IPv4 addresses of a host. Raises NameFailed."""


class SystemNames:
    """Addresses as the system finds them, its hosts file and search list included: for its own web proxy."""

    async def addresses(self, host: str) -> Answer[str]:
        """IPv6 and IPv4 addresses of a host; none where the system knows none."""
        try:
            found = await anyio.getaddrinfo(host, None)
        except OSError:
            return Answer(host, exists=False)
        return Answer(host, tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))


class LedInside(Exception):
    """A host whose every address is in a private network, where none such may be connected to."""


async def _open(address: str, port: int) -> SocketStream:
    return await anyio.connect_tcp(address, port)


class Dialler:
    """Opens TCP connections: to the addresses that our resolver knows, or where a rule leads instead."""

    def __init__(
        self, resolver: Addresses, connect_to: Sequence[ConnectTo] = (), opener: Opener = _open
    ) -> None:
        self._resolver = resolver
        self._connect_to = tuple(connect_to)
        self._opener = opener

    def leads_elsewhere(self, host: str, port: int) -> bool:
        """Whether a rule says where to connect for this host and port."""
        return any(rule.matches(host, port) for rule in self._connect_to)

    async def dial(
        self, host: str, port: int, *, outside: bool = False
    ) -> tuple[SocketStream, tuple[Attempt, ...]]:
        """A connection, and every address tried; the last one answered. Raises NameFailed, ConnectFailed.

        outside: connect to no address in a private network, but where a rule leads there; raises LedInside
        where the host has no other.
        """
        to_host, to_port = destination(self._connect_to, host, port)
        known = (to_host,) if is_address(to_host) else (await self._resolver.addresses(to_host)).records
        if not known:
            raise ConnectFailed(
                say("{host} has no address: there is no such host, or it is not set up.", host=to_host),
                say("Check the spelling of the host name."),
                (),
            )
        if outside and not self.leads_elsewhere(host, port):
            known = tuple(address for address in known if not is_inside(address))
            if not known:
                raise LedInside
        stream, attempts = await race(interleave(known), to_port, self._opener)
        if stream is None:
            raise ConnectFailed(*_why(to_host, to_port, attempts), attempts)
        return stream, attempts


def interleave(addresses: Iterable[str]) -> list[str]:
    """Addresses with the families in turn, IPv6 first (RFC 8305, section 4)."""
    addresses = list(addresses)
    six = [address for address in addresses if ":" in address]
    four = [address for address in addresses if ":" not in address]
    return [address for address in chain.from_iterable(zip_longest(six, four)) if address is not None]


async def race(
    addresses: Sequence[str], port: int, opener: Opener
) -> tuple[SocketStream | None, tuple[Attempt, ...]]:
    """Try addresses in order, the next one when one fails or is silent for STAGGER_SECONDS; the first wins.

    Every address that was tried is told, but for those that were begun after the winner.
    """
    tried: list[str] = []
    failures: dict[str, str] = {}
    winner: str | None = None
    stream: SocketStream | None = None

    async def attempt(address: str, ended: anyio.Event) -> None:
        nonlocal winner, stream
        try:
            opened = await opener(address, port)
        except OSError as error:
            failures[address] = _word(error)
        else:
            if stream is None:
                winner, stream = address, opened
                group.cancel_scope.cancel()
            else:
                await anyio.aclose_forcefully(opened)
        finally:
            ended.set()

    try:
        with anyio.move_on_after(CONNECT_SECONDS):
            async with anyio.create_task_group() as group:
                for address in addresses:
                    ended = anyio.Event()
                    tried.append(address)
                    group.start_soon(attempt, address, ended)
                    with anyio.move_on_after(STAGGER_SECONDS):
                        await ended.wait()
    except BaseException:
        if stream is not None:
            await anyio.aclose_forcefully(stream)
        raise
    if winner is None:
        return None, tuple(Attempt(address, failures.get(address, "filtered")) for address in tried)
    before = tried[: tried.index(winner)]
    after = [address for address in tried[len(before) + 1 :] if address in failures]
    lost = [Attempt(address, failures.get(address, "slow")) for address in before + after]
    return stream, (*lost, Attempt(winner, ""))


def _word(error: OSError) -> str:
    # anyio wraps what the system said.
    number = error.errno or getattr(error.__cause__, "errno", None)
    if number in (errno.ECONNREFUSED, errno.ECONNRESET):
        return "refused"
    # EACCES and EPERM: a firewall on this machine.
    if number in (errno.ETIMEDOUT, errno.EACCES, errno.EPERM):
        return "filtered"
    return "unreachable"


def _why(host: str, port: int, attempts: Sequence[Attempt]) -> tuple[Message, Message]:
    failures = {attempt.failure for attempt in attempts}
    if failures == {"refused"}:
        return (
            say("{host} refuses connections on port {port}.", host=host, port=port),
            say(
                "Check the port. If it is right, the server is down, or shuts this computer out for a while."
            ),
        )
    if "filtered" in failures:
        return (
            say("{host} does not answer on port {port}.", host=host, port=port),
            say("A firewall may block this port, here or there; try another port or another network."),
        )
    return (
        say("There is no way from this computer to {host}.", host=host),
        say("Check the network connection and try again."),
    )
