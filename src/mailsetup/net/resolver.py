"""Questions to real name servers: UDP first, TCP where an answer is cut, each question asked once a run."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import anyio
import dns.asyncbackend
import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from mailsetup.errors import say
from mailsetup.net.failures import NameFailed
from mailsetup.net.names import Answer, Mx, Srv
from mailsetup.net.nameserver import Nameserver, declares_trust, is_address, may_vouch
from mailsetup.net.records import read_address, read_all, read_mx, read_srv, read_txt

TRY_SECONDS = 2.0
ALL_SECONDS = 6.0
OTHER_FAMILY_SECONDS = 0.3
"""How long addresses of one family wait for those of the other (RFC 8305, section 3, names 0.05)."""

# What passes without fragments nearly everywhere (DNS Flag Day 2020).
_UDP_PAYLOAD = 1232
_RESOLV_CONF = Path("/etc/resolv.conf")
_LOOPBACK = ("::1", "127.0.0.1")

R = TypeVar("R")


@dataclass(slots=True)
class _Asking:
    """A question that is being asked at this moment."""

    done: anyio.Event = field(default_factory=anyio.Event)
    outcome: Answer[Any] | NameFailed | None = None


class Resolver:
    """Asks DNS. What was answered is kept as long as this object lives; what failed is not.

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
        self._asker: dns.asyncresolver.Resolver | None = None
        self._answers: dict[str, Answer[Any]] = {}
        self._asking: dict[str, _Asking] = {}

    async def nameservers(self) -> tuple[str, ...]:
        """The addresses of those it asks, in this order; nobody is asked for it. Raises NameFailed."""
        return _addresses(await self._ready())

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
        # Kept as a whole: an address that came too late the first time must not slip in the second time,
        # past whoever judged the first answer.
        return await self._shared(question, lambda: self._both(question, host))

    async def _both(self, question: str, host: str) -> Answer[str]:
        answers: dict[str, Answer[str]] = {}
        failures: list[NameFailed] = []

        async def ask(family: str) -> None:
            try:
                answers[family] = await self._ask(family, host, read_address)
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
        return await self._shared(question, lambda: self._put(question, kind, name, read))

    async def _shared(self, question: str, ask: Callable[[], Awaitable[Answer[Any]]]) -> Answer[Any]:
        """The answer in hand, or the one that somebody is waiting for already, or a new one."""
        while question not in self._answers:
            asking = self._asking.get(question)
            if asking is None:
                return await self._lead(question, ask)
            await asking.done.wait()
            if isinstance(asking.outcome, NameFailed):
                raise asking.outcome
            # No outcome at all: whoever asked was cancelled, so one of those who waited asks again.
        return self._answers[question]

    async def _lead(self, question: str, ask: Callable[[], Awaitable[Answer[Any]]]) -> Answer[Any]:
        asking = self._asking[question] = _Asking()
        try:
            asking.outcome = self._answers[question] = await ask()
        except NameFailed as failure:
            asking.outcome = failure
            raise
        finally:
            del self._asking[question]
            asking.done.set()
        return self._answers[question]

    async def _put(self, question: str, kind: str, name: str, read: Callable[[Any], R | None]) -> Answer[R]:
        asker = await self._ready()
        try:
            full = dns.name.from_text(name, dns.name.root)
        except dns.exception.DNSException:
            # Too long for DNS: there can be no such name.
            return Answer(question, exists=False)
        # Left to itself, dnspython goes on with the kind of event loop that it saw first.
        backend = dns.asyncbackend.get_backend(dns.asyncbackend.sniff())
        try:
            with anyio.fail_after(ALL_SECONDS):
                reply = await asker.resolve(
                    full, kind, raise_on_no_answer=False, search=False, backend=backend
                )
        except dns.resolver.NXDOMAIN as absent:
            return Answer(question, exists=False, signed=self._vouched(absent.kwargs["responses"][full]))
        except (TimeoutError, dns.resolver.LifetimeTimeout):
            raise NameFailed(
                say("No name server answered in time when asked for {name}.", name=name),
                say("Check the network connection and try again."),
            ) from None
        except (dns.exception.DNSException, OSError):
            raise NameFailed(
                say("The name servers could not answer a question about {name}.", name=name),
                say("Try again later. If it lasts, the name servers of that domain are out of order."),
            ) from None
        records = read_all(reply.rrset or (), read)
        return Answer(question, records, signed=self._vouched(reply.response))

    def _vouched(self, response: Any) -> bool:
        return self._trusted and bool(response.flags & dns.flags.AD)

    async def _ready(self) -> dns.asyncresolver.Resolver:
        if self._asker is not None:
            return self._asker
        asker = self._system() if self._nameservers is None else await self._named(self._nameservers)
        self._trusted = self._trusted or all(map(may_vouch, _addresses(asker)))
        asker.timeout = TRY_SECONDS
        # dnspython measures by the clock on the wall, which may be set: our own deadline comes first.
        asker.lifetime = 2 * ALL_SECONDS
        # Signatures make answers long; they are asked for only where the AD bit will be believed.
        asker.use_edns(0, dns.flags.DO if self._trusted else 0, _UDP_PAYLOAD)
        asker.set_flags(dns.flags.RD | (dns.flags.AD if self._trusted else 0))
        self._asker = asker
        return asker

    def _system(self) -> dns.asyncresolver.Resolver:
        try:
            asker = dns.asyncresolver.Resolver()
        except (dns.exception.DNSException, OSError, ValueError):
            raise NameFailed(
                say("This computer has no name server set up."),
                say("Connect it to a network, or name a server with --nameserver."),
            ) from None
        if _RESOLV_CONF.is_file():
            self._trusted = self._trusted or declares_trust(_RESOLV_CONF.read_text(errors="replace"))
        return asker

    async def _named(self, nameservers: Iterable[Nameserver]) -> dns.asyncresolver.Resolver:
        asker = dns.asyncresolver.Resolver(configure=False)
        asker.nameservers = [
            dns.nameserver.Do53Nameserver(address, server.port)
            for server in nameservers
            for address in await _find(server)
        ]
        return asker


def _addresses(asker: dns.asyncresolver.Resolver) -> tuple[str, ...]:
    return tuple(str(getattr(server, "address", server)) for server in asker.nameservers)


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
