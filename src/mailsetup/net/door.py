"""The door to the network: all that other rooms may ask of it."""

from typing import Protocol

from mailsetup.net.http import Page
from mailsetup.net.names import Answer, Mx, Srv
from mailsetup.net.stream import Identity, Stream


class Net(Protocol):
    """What the rooms above may ask. Names are A-labels without a final dot.

    Nothing here has a deadline of its own: the caller sets one around it (anyio.move_on_after).
    """

    async def srv(self, name: str) -> Answer[Srv]:
        """SRV records of a name such as `_imaps._tcp.example.org`. Raises NameFailed."""

    async def mx(self, name: str) -> Answer[Mx]:
        """MX records of a domain. Raises NameFailed."""

    async def txt(self, name: str) -> Answer[bytes]:
        """TXT records, the strings of each joined. Raises NameFailed."""

    async def addresses(self, host: str) -> Answer[str]:
        """IPv6 and IPv4 addresses of a host. Raises NameFailed."""

    async def get(self, url: str) -> Page:
        """One page, redirects followed. Raises NetworkFailed, Unsafe for a forbidden redirect."""

    async def connect(self, host: str, port: int, identity: Identity | None) -> Stream:
        """A stream to a server: with TLS from the first byte where an identity is given, else plain.

        Raises NameFailed, ConnectFailed, TlsFailed.
        """
