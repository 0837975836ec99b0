"""The door to the network: all that other rooms may ask of it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from mailsetup.errors import NetworkFailed, Unsafe
from mailsetup.net.connect_to import ConnectTo, destination
from mailsetup.net.http import Page
from mailsetup.net.names import Answer, Mx, Srv
from mailsetup.net.nameserver import Nameserver
from mailsetup.net.stream import Identity, Stream

if TYPE_CHECKING:
    # Other rooms import this file for the words above; the machinery is loaded when it is used.
    from mailsetup.net.connect import Dialler
    from mailsetup.net.fetch import Fetcher
    from mailsetup.net.lines import LineStream
    from mailsetup.net.resolver import Resolver
    from mailsetup.net.tls import Trust


class Net(Protocol):
    """What the rooms above may ask. Names are A-labels without a final dot.

    The caller sets the deadline (anyio.move_on_after). Of its own it only stops asking a silent name
    server after resolver.ALL_SECONDS, and connecting to a silent host after connect.CONNECT_SECONDS.
    """

    async def srv(self, name: str) -> Answer[Srv]:
        """SRV records of a name such as `_imaps._tcp.example.org`. Raises NameFailed."""

    async def mx(self, name: str) -> Answer[Mx]:
        """MX records of a domain. Raises NameFailed."""

    async def txt(self, name: str) -> Answer[bytes]:
        """TXT records, the strings of each joined. Raises NameFailed."""

    async def addresses(self, host: str) -> Answer[str]:
        """IPv6 and IPv4 addresses of a host. Raises NameFailed."""

    async def get(self, url: str, *, same_host: bool = False) -> Page:
        """One page, redirects followed. Raises NetworkFailed, Unsafe for a forbidden redirect.

        It is asked for once: whoever wants it again in the same run gets what is kept of it.

        same_host: forbid every redirect to another host or to plain HTTP, for a URL that says more than
        the domain: what it says is meant for this host only, and nothing is kept.
        """

    async def post(self, url: str, body: bytes, media_type: str) -> Page:
        """What a web server answers to a body, to which no redirect is followed.

        media_type: of the body. A redirect comes back as the Page that it is (Page.location), so that the
        caller decides who else may be told. Raises NetworkFailed, Unsafe for a URL that may not be asked.
        """

    def destination(self, host: str, port: int) -> tuple[str, int]:
        """Which host, or IP address, and port a connection to these is led to: as a rule, to themselves."""

    async def connect(self, host: str, port: int, identity: Identity | None) -> Stream:
        """A stream to a server: with TLS from the first byte where an identity is given, else plain.

        Raises NameFailed, ConnectFailed, TlsFailed, and StreamClosed where the handshake was cut off.
        """

    async def certificate(
        self, host: str, port: int, start: Callable[[Stream], Awaitable[None]] | None
    ) -> bytes | None:
        """The certificate (DER) that a server shows, proven or not; None where it could not be seen.

        Only for telling what is wrong with it: nothing is sent after the handshake. start: for a server
        that begins in plain text, speaks to it up to the point where TLS begins; it may raise our errors.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class NetSettings:
    """Which network is meant.

    nameserver: whom to ask in place of the system's resolver, HOST[:PORT].
    connect_to: where connections lead instead.
    ca_file: the CAs that count (PEM), in place of the system's.
    """

    nameserver: str | None = None
    connect_to: tuple[ConnectTo, ...] = ()
    ca_file: Path | None = None

    @classmethod
    def parse(
        cls, *, nameserver: str | None = None, connect_to: Iterable[str] = (), ca_file: Path | None = None
    ) -> Self:
        """From the words of the options. Raises WrongUsage."""
        if nameserver is not None:
            Nameserver.parse(nameserver)
        return cls(nameserver=nameserver, connect_to=tuple(map(ConnectTo.parse, connect_to)), ca_file=ca_file)


class Internet:
    """The real Net. Use it as `async with Internet(settings) as net`: that reads the CA file, and closes.

    Streams belong to whoever asked for them.
    """

    def __init__(self, settings: NetSettings | None = None) -> None:
        self._settings = settings or NetSettings()

    async def __aenter__(self) -> Self:
        """Raises WrongUsage where the CA file holds no certificate."""
        if self._settings.ca_file is not None:
            self._trust.check()
        return self

    async def __aexit__(self, *_: object) -> None:
        if "_fetcher" in self.__dict__:
            await self._fetcher.aclose()

    async def nameservers(self) -> tuple[str, ...]:
        """The addresses of the name servers that are asked. Raises NameFailed where there are none."""
        return await self._resolver.nameservers()

    async def srv(self, name: str) -> Answer[Srv]:
        """See Net.srv."""
        return await self._resolver.srv(name)

    async def mx(self, name: str) -> Answer[Mx]:
        """See Net.mx."""
        return await self._resolver.mx(name)

    async def txt(self, name: str) -> Answer[bytes]:
        """See Net.txt."""
        return await self._resolver.txt(name)

    async def addresses(self, host: str) -> Answer[str]:
        """See Net.addresses."""
        return await self._resolver.addresses(host)

    async def get(self, url: str, *, same_host: bool = False) -> Page:
        """See Net.get."""
        return await self._fetcher.get(url, same_host=same_host)

    async def post(self, url: str, body: bytes, media_type: str) -> Page:
        """See Net.post."""
        return await self._fetcher.post(url, body, media_type)

    def destination(self, host: str, port: int) -> tuple[str, int]:
        """See Net.destination."""
        return destination(self._settings.connect_to, host, port)

    async def connect(self, host: str, port: int, identity: Identity | None) -> Stream:
        """See Net.connect."""
        stream = await self._open(host, port)
        if identity is not None:
            await stream.start_tls(identity)
        return stream

    async def certificate(
        self, host: str, port: int, start: Callable[[Stream], Awaitable[None]] | None
    ) -> bytes | None:
        """See Net.certificate."""
        try:
            stream = await self._open(host, port)
            try:
                if start is not None:
                    await start(stream)
                return await stream.certificate()
            finally:
                await stream.aclose()
        except (NetworkFailed, Unsafe):
            return None

    async def _open(self, host: str, port: int) -> "LineStream":
        from mailsetup.net.lines import LineStream

        raw, attempts = await self._dialler.dial(host, port)
        return LineStream(raw, self._trust, host, port, attempts)

    @cached_property
    def _trust(self) -> "Trust":
        from mailsetup.net.tls import Trust

        return Trust(self._settings.ca_file)

    @cached_property
    def _resolver(self) -> "Resolver":
        from mailsetup.net.hosts import hosts_of_this_machine
        from mailsetup.net.resolver import Resolver

        named = self._settings.nameserver
        if named is None:
            return Resolver(hosts=hosts_of_this_machine())
        return Resolver((Nameserver.parse(named),))

    @cached_property
    def _dialler(self) -> "Dialler":
        from mailsetup.net.connect import Dialler

        return Dialler(self._resolver, self._settings.connect_to)

    @cached_property
    def _fetcher(self) -> "Fetcher":
        from mailsetup.net.fetch import Fetcher
        from mailsetup.net.proxy import Proxies

        # A proxy would find names by itself, and so lead past the name server that was asked for.
        here = self._settings.nameserver is None
        return Fetcher(self._dialler, self._trust, Proxies.of_this_machine() if here else Proxies.none())
