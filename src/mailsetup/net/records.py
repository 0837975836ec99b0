"""DNS records as dnspython read them, made our own: untrusted, so what makes no sense is dropped."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import dns.name

from mailsetup.account import host_name
from mailsetup.net.names import Mx, Srv

MAX_RECORDS = 64
"""How many records of one answer count; no honest domain has more."""

R = TypeVar("R")


def read_all(rdatas: Iterable[Any], read: Callable[[Any], R | None]) -> tuple[R, ...]:
    """The records of an answer, in its order, at most MAX_RECORDS of them."""
    records = []
    for rdata in rdatas:
        record = read(rdata)
        if record is not None:
            records.append(record)
        if len(records) == MAX_RECORDS:
            break
    return tuple(records)


def read_srv(rdata: Any) -> Srv | None:
    """An SRV record, or None where its target is no host name."""
    target = _read_host(rdata.target)
    return None if target is None else Srv(rdata.priority, rdata.weight, rdata.port, target)


def read_mx(rdata: Any) -> Mx | None:
    """An MX record, or None where its host is no host name."""
    host = _read_host(rdata.exchange)
    return None if host is None else Mx(rdata.preference, host)


def read_txt(rdata: Any) -> bytes:
    """A TXT record, its strings joined (RFC 7208, section 3.3)."""
    return b"".join(rdata.strings)


def read_address(rdata: Any) -> str:
    """An A or AAAA record."""
    return str(rdata.address)


def _read_host(name: dns.name.Name) -> str | None:
    """A name as a host name; "" for the root; None where it could be none."""
    if name == dns.name.root:
        return ""
    try:
        return host_name(name.to_text(omit_final_dot=True))
    except ValueError:
        return None
