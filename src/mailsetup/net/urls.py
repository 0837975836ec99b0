"""Web addresses that we ask, and where a redirect may lead (pure)."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from mailsetup.account import host_name
from mailsetup.errors import say
from mailsetup.net.failures import PageFailed, RedirectRefused

MAX_REDIRECTS = 5
MAX_URL = 4096
MAX_SHOWN = 200
REDIRECTS = (301, 302, 303, 307, 308)

_PORTS = {"http": 80, "https": 443}
# What stands in a path or a query as it is (RFC 3986, sections 3.3 and 3.4); "%" is quoted already.
_SAFE = "%/:?[]@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Url:
    """One URL as it is asked. host: A-labels. target: path and query, ASCII."""

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an http or https URL; a fragment is dropped.

        Raises ValueError for another scheme, user information, an IP address, or what is no URL at all.
        """
        if len(text) > MAX_URL:
            raise ValueError("too long")
        parts = urlsplit(text)
        if parts.scheme not in _PORTS or parts.hostname is None or "@" in parts.netloc:
            raise ValueError("not a URL that may be asked")
        target = quote(parts.path or "/", safe=_SAFE) + (
            f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
        )
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
        if port == 0:
            raise ValueError("not a port")
        return cls(parts.scheme, host_name(parts.hostname), port, target)

    def __str__(self) -> str:
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.target}"

    @property
    def secure(self) -> bool:
        """Whether it is HTTPS."""
        return self.scheme == "https"


def asked(text: str) -> Url:
    """The URL that a caller asks for. Raises RedirectRefused where it is none that may be asked."""
    try:
        return Url.parse(text)
    except ValueError:
        raise RedirectRefused(
            say("“{url}” is not the address of a web page that may be asked.", url=text),
            say("It must begin with https:// or http:// and name a host, not an IP address."),
        ) from None


def follow(hops: Sequence[Url], location: str, *, same_host: bool = False) -> Url:
    """Where a redirect leads. hops: the URLs asked so far. same_host: as in door.Net.get.

    Raises PageFailed for a circle or too many, RedirectRefused for what may not be asked.
    """
    first, here = hops[0], hops[-1]
    if len(hops) > MAX_REDIRECTS:
        raise PageFailed(
            say("{url} redirects more than {limit} times.", url=first, limit=MAX_REDIRECTS), _TELL
        )
    try:
        target = Url.parse(urljoin(str(here), location))
        allowed = "." in target.host and target.port in (*_PORTS.values(), first.port)
    except ValueError:
        allowed = False
    if not allowed:
        raise refused(here, location)
    if target in hops:
        raise PageFailed(say("{url} redirects in a circle.", url=first), _TELL)
    if same_host and (target.host != first.host or (first.secure and not target.secure)):
        raise refused(here, location)
    return target


def refused(here: Url, location: object) -> RedirectRefused:
    """A redirect that we do not follow. Of a stranger's words as much is shown as tells where they lead."""
    shown = str(location)[:MAX_SHOWN]
    return RedirectRefused(
        say("{url} redirects to {location}, which is not followed.", url=here, location=shown),
        say("Such a redirect leads into a private network or away from what was asked. Tell the provider."),
    )


def is_inside(address: str) -> bool:
    """Whether an IP address is on this machine, this link or a private network, or stands for no one host."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return not ip.is_global or ip.is_multicast


_TELL = say("The web server is set up wrongly; tell the provider.")
