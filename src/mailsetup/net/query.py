"""One question to a name server as bytes, and whether what comes back answers it (pure)."""

import secrets
import struct
from dataclasses import dataclass
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

# What passes without fragments nearly everywhere (DNS Flag Day 2020).
_UDP_PAYLOAD = 1232
# Some servers leave the question out of such replies.
_WITHOUT_QUESTION = (dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED)


def _edns(flags: int) -> bytes:
    # RFC 6891, section 6.1.2: the root, OPT, the payload, and flags where others have a TTL.
    return struct.pack("!BHHIH", 0, dns.rdatatype.OPT, _UDP_PAYLOAD, flags, 0)


_PLAIN = dns.flags.RD, _edns(0)
# Signatures make answers long; they are asked for only where the AD bit will be believed.
_SIGNED = dns.flags.RD | dns.flags.AD, _edns(dns.flags.DO)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, and its bytes (RFC 1035, section 4.1). number: chosen so that nobody can guess it."""

    number: int
    name: dns.name.Name
    kind: dns.rdatatype.RdataType
    wire: bytes

    @classmethod
    def make(cls, name: dns.name.Name, kind: str, *, signed: bool) -> Self:
        """Ask for records of one kind, "SRV". signed: for DNSSEC's word on them too."""
        number = secrets.randbits(16)
        type_ = dns.rdatatype.RdataType[kind]
        flags, edns = _SIGNED if signed else _PLAIN
        wire = b"".join(
            (
                struct.pack("!6H", number, flags, 1, 0, 0, 1),
                name.to_digestable(),
                struct.pack("!2H", type_, dns.rdataclass.IN),
                edns,
            )
        )
        return cls(number, name, type_, wire)

    def read(self, wire: bytes) -> dns.message.QueryMessage | None:
        """The reply that these bytes are; None where they are none, or none to this question.

        Of a reply that was cut (TC), or that says that there is no such name, only the question is read:
        nothing else in it counts.
        """
        try:
            short = wire[2] & 2 or wire[3] & 15 == dns.rcode.NXDOMAIN
            reply = dns.message.from_wire(wire, question_only=bool(short))
        except Exception:
            # These bytes are anybody's, and dnspython does not promise of which kind its errors are.
            return None
        if not isinstance(reply, dns.message.QueryMessage) or not reply.flags & dns.flags.QR:
            return None
        return reply if reply.id == self.number and self._is_about_this(reply) else None

    def _is_about_this(self, reply: dns.message.QueryMessage) -> bool:
        if not reply.question:
            return reply.rcode() in _WITHOUT_QUESTION
        question = reply.question[0]
        ours = (self.name, self.kind, dns.rdataclass.IN)
        return len(reply.question) == 1 and (question.name, question.rdtype, question.rdclass) == ours
