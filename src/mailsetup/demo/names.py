"""The name server (RFC 1035, 2782), UDP and TCP on one port. It knows the world's names and no others."""

# Twisted is typed in part.
# mypy: untyped-calls-exclude="twisted"

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.names import dns
from twisted.names.error import AuthoritativeDomainError
from twisted.names.server import DNSServerFactory
from twisted.python.failure import Failure

from mailsetup.demo.domains import ISPDB, PLACES, Place
from mailsetup.demo.record import Command, Record

_TTL = 60
_HERE = "127.0.0.1"
_TYPES = {dns.A: "A", dns.AAAA: "AAAA", dns.MX: "MX", dns.SRV: "SRV", dns.TXT: "TXT", dns.SOA: "SOA"}

_Rows = tuple[list[dns.RRHeader], list[dns.RRHeader], list[dns.RRHeader]]


class Zone:
    """Answers each question from one table, as the authority for every name there is."""

    def __init__(self, record: Record, places: Sequence[Place] = PLACES) -> None:
        self._record = record
        self._rows: dict[str, list[Any]] = {}
        self._soa: Any = dns.Record_SOA(
            mname=b"ns.example", rname=b"nobody.example", serial=1, minimum=_TTL, ttl=_TTL
        )
        self._add(ISPDB.split("/")[2], dns.Record_A(_HERE, ttl=_TTL))
        self._wildcards = tuple(f".{place.domain}" for place in places if place.wildcard)
        for place in places:
            self._rows.setdefault(place.domain, [])
            for name in place.names:
                self._add(name, dns.Record_A(_HERE, ttl=_TTL))
            for mx in place.mx:
                self._add(place.domain, dns.Record_MX(mx.preference, mx.host.encode(), ttl=_TTL))
            for label, srv in place.srv.items():
                self._add(
                    f"_{label}._tcp.{place.domain}",
                    dns.Record_SRV(srv.priority, srv.weight, srv.port, srv.target.encode(), ttl=_TTL),
                )

    def _add(self, name: str, row: Any) -> None:
        rows = self._rows.setdefault(name, [])
        if row not in rows:
            rows.append(row)
        # A name exists, if empty, wherever one exists below it (RFC 8020).
        parent = name.partition(".")[2]
        while parent:
            self._rows.setdefault(parent, [])
            parent = parent.partition(".")[2]

    def query(self, query: dns.Query, timeout: object = None) -> Deferred[_Rows]:
        """Answer one question; a name that is not there fails as NXDOMAIN."""
        name = query.name.name.decode("ascii", "replace").lower()
        self._record.commands.append(
            Command(
                server="dns",
                session=0,
                secure=False,
                verb=_TYPES.get(query.type, f"TYPE{query.type}"),
                detail=name,
            )
        )
        rows = self._rows.get(name)
        if rows is None and name.endswith(self._wildcards):
            # RFC 4592: the record of "*" stands for every name that is not there.
            rows = [dns.Record_A(_HERE, ttl=_TTL)]
        if rows is None:
            return fail(Failure(AuthoritativeDomainError(name)))
        answer = [
            dns.RRHeader(query.name.name, row.TYPE, dns.IN, _TTL, row, auth=True)
            for row in rows
            if query.type == row.TYPE
        ]
        soa = [] if answer else [dns.RRHeader(b"example", dns.SOA, dns.IN, _TTL, self._soa, auth=True)]
        return succeed((answer, soa, []))


def name_server(record: Record) -> Any:
    """The server behind both ports."""
    factory: Any = DNSServerFactory()
    # Twisted's own chain of resolvers answers SERVFAIL to every type of record that it does not know.
    factory.resolver = Zone(record)
    factory.noisy = False
    return factory
