"""Which name servers are asked, and whether their word on DNSSEC counts."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Self

from mailsetup.account import host_name
from mailsetup.errors import WrongUsage, say

_SHAPE = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<bare>[^:\[\]]+))(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Nameserver:
    """One DNS server. host: an IP address, or a host name that the system's own resolver finds."""

    host: str
    port: int = 53

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read HOST[:PORT]; an IPv6 address with a port stands in brackets. Raises WrongUsage."""
        try:
            if is_address(text):
                return cls(text)
            found = _SHAPE.fullmatch(text)
            if found is None:
                raise ValueError("not HOST[:PORT]")
            host = found["v6"] or found["bare"]
            port = int(found["port"] or 53)
            if not 1 <= port <= 65535 or (found["v6"] and not is_address(host)):
                raise ValueError("not a port, or not an address")
            return cls(host if is_address(host) else host_name(host), port)
        except ValueError:
            raise WrongUsage(
                say("“{text}” is not a name server.", text=text),
                say("Give one as HOST or HOST:PORT, such as 192.0.2.53 or [2001:db8::53]:5353."),
            ) from None


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def may_vouch(address: str) -> bool:
    """Whether a name server's AD bit may be believed: only on this machine, where nobody can forge it.

    RFC 6840, section 5.8: AD means nothing over a channel that is not secure.
    """
    return ipaddress.ip_address(address).is_loopback


def declares_trust(resolv_conf: str) -> bool:
    """Whether a resolv.conf says `options trust-ad` (resolv.conf(5)): the administrator trusts the way."""
    lines = (line.split() for line in resolv_conf.splitlines())
    return any(words[0] == "options" and "trust-ad" in words[1:] for words in lines if words)
