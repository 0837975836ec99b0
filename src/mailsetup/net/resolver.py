"""Questions to real name servers, each asked once as long as its answer is kept."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode

from mailsetup.errors import say
from mailsetup.net.exchange import Place, exchange
from mailsetup.net.failures import NameFailed
from mailsetup.net.kept import Kept
from mailsetup.net.names import Answer, Mx, Srv
from mailsetup.net.nameserver import Nameserver, declares_trust, is_address, may_vouch
from mailsetup.net.query import Query
from mailsetup.net.records import read_address, read_all, read_mx, read_srv, read_txt

ALL_SECONDS = 6.0
"""How long all tries at one question may take."""
OTHER_FAMILY_SECONDS = 0.3
"""How long addresses of one family wait for those of the other (RFC 8305, section 3, names 0.05)."""
KEPT_BYTES = 8 * 1024 * 1024
"""How much is kept of what was answered: that of some hundreds of domains."""

_RESOLV_CONF = Path("/etc/resolv.conf")
_LOOPBACK = ("::1", "127.0.0.1")

R = TypeVar("R")


class Resolver:
    """Asks DNS. What was answered is kept while there is room; what failed is not.

    nameservers: whom to ask, in this order; None: the system's own.
    hosts: names that are known without asking, and their addresses.
    trusted: the caller says that nobody can come between us and them, so that their AD bit counts.
    """

    def __init__(
        self,
        nameservers: tuple[Nameserver, ...] | None = None,
        *,
        hosts: Mapping[str, tuple[str, ...]] | None = None,
        trusted: bool = False,
    ) -> None:
        self._nameservers = nameservers
        self._hosts = {**(hosts or {}), "localhost": _LOOPBACK}
        self._trusted = trusted
        self._places: tuple[Place, ...] | None = None
        self._kept: Kept[Answer[Any]] = Kept(KEPT_BYTES, _weigh)

    async def nameservers(self) -> tuple[str, ...]:
        """The addresses of those it asks, in this order; nobody is asked for it. Raises NameFailed."""
        return tuple(place.address for place in await self._ready())

    async def srv(self, name: str) -> Answer[Srv]:
        """SRV records; those whose target is no host name are left out. Raises NameFailed."""
        return await self._ask("SRV", name, read_srv)

    async def mx(self, name: str) -> Answer[Mx]:
        """MX records; those whose host is no host name are left out. Raises NameFailed."""
        return await self._ask("MX", name, read_mx)

    async def txt(self, name: str) -> Answer[bytes]:
        """TXT records, the strings of each joined. Raises NameFailed."""
        return await self._ask("TXT", name, read_txt)

    async def addresses(self, host: str) -> Answer[str]:
        """IPv6 and IPv4 addresses, asked side by side. Raises NameFailed where neither is known.

        `localhost` is this machine, whatever DNS says (RFC 6761, section 6.3).
        """
        question = f"AAAA and A {host}"
        if host in self._hosts:
            return Answer(question, self._hosts[host])
        # Kept as a whole: what is shown of a host does not change because one family came late.
        return await self._kept.get(question, partial(self._both, question, host))

    async def _both(self, question: str, host: str) -> Answer[str]:
        answers: dict[str, Answer[str]] = {}
        failures: list[NameFailed] = []

        async def ask(family: str) -> None:
            try:
                answers[family] = await self._put(question, family, host, read_address)
            except NameFailed as failure:
                failures.append(failure)
            else:
                if answers[family].records:
                    # A server that drops questions for one family must not hold up the other.
                    group.cancel_scope.deadline = anyio.current_time() + OTHER_FAMILY_SECONDS

        async with anyio.create_task_group() as group:
            for family in ("AAAA", "A"):
                group.start_soon(ask, family)
        told = [answers[family] for family in ("AAAA", "A") if family in answers]
        records = tuple(record for answer in told for record in answer.records)
        if failures and not records:
            raise failures[0]
        return Answer(
            question,
            records,
            exists=any(answer.exists for answer in told),
            signed=len(told) == 2 and all(answer.signed for answer in told),
        )

    async def _ask(self, kind: str, name: str, read: Callable[[Any], R | None]) -> Answer[R]:
        question = f"{kind} {name.lower()}"
        return await self._kept.get(question, partial(self._put, question, kind, name, read))

    async def _put(self, question: str, kind: str, name: str, read: Callable[[Any], R | None]) -> Answer[R]:
        places = await self._ready()
        try:
            full = dns.name.from_text(name, dns.name.root)
        except dns.exception.DNSException:
            # Too long for DNS: there can be no such name.
            return Answer(question, exists=False)
        with anyio.move_on_after(ALL_SECONDS) as waiting:
            reply = await _answered(Query.make(full, kind, signed=self._trusted), places)
        if waiting.cancelled_caught:
            raise NameFailed(
                say("No name server answered in time when asked for {name}.", name=name),
                say("Check the network connection and try again."),
            )
        if reply is None:
            raise NameFailed(
                say("The name servers could not answer a question about {name}.", name=name),
                say(
                    "Try again later. If it lasts, those of that domain are out of order, or yours is: "
                    "mailsetup doctor asks it."
                ),
            )
        message, rdatas = reply
        return Answer(
            question,
            read_all(rdatas, read),
            exists=message.rcode() != dns.rcode.NXDOMAIN,
            signed=self._trusted and bool(message.flags & dns.flags.AD),
        )

    async def _ready(self) -> tuple[Place, ...]:
        if self._places is None:
            places = self._system() if self._nameservers is None else await _named(self._nameservers)
            self._trusted = self._trusted or all(may_vouch(place.address) for place in places)
            self._places = places
        return self._places

    def _system(self) -> tuple[Place, ...]:
        # Imported late: only who has no name server of their own needs it, and it loads much.
        import dns.resolver

        try:
            found = dns.resolver.Resolver()
            places = tuple(Place.of(str(address), found.port) for address in found.nameservers)
            if not places:
                raise ValueError("none")
        except (dns.exception.DNSException, OSError, ValueError):
            raise NameFailed(
                say("This computer has no name server set up."),
                say("Connect it to a network, or name a server with --nameserver."),
            ) from None
        if _RESOLV_CONF.is_file():
            self._trusted = self._trusted or declares_trust(_RESOLV_CONF.read_text(errors="replace"))
        return places


async def _answered(
    query: Query, places: Iterable[Place]
) -> tuple[dns.message.QueryMessage, Iterable[Any]] | None:
    """The reply of the first server that has one, and its records; None where all of them fail."""
    able = list(places)
    while able:
        # Who is silent may be asked again, who fails is not.
        for place in tuple(able):
            try:
                reply = await exchange(query, place)
                if reply is None:
                    continue
                if reply.rcode() == dns.rcode.NXDOMAIN:
                    return reply, ()
                if reply.rcode() == dns.rcode.NOERROR:
                    return reply, reply.resolve_chaining().answer or ()
            except (dns.exception.DNSException, OSError):
                pass
            able.remove(place)
    return None


async def _named(nameservers: Iterable[Nameserver]) -> tuple[Place, ...]:
    return tuple(
        [Place.of(address, server.port) for server in nameservers for address in await _find(server)]
    )


async def _find(server: Nameserver) -> list[str]:
    """The addresses of a name server: by the system, for it can hardly be asked for its own."""
    if is_address(server.host):
        return [server.host]
    try:
        found = await anyio.getaddrinfo(server.host, server.port)
    except OSError:
        raise NameFailed(
            say("The name server {host} was not found.", host=server.host),
            say("Check its name, or give its IP address."),
        ) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _weigh(answer: Answer[Any]) -> int:
    # An object of Python's takes some hundred bytes, whatever it holds.
    return 400 + sum(len(record) if isinstance(record, bytes) else 400 for record in answer.records)
