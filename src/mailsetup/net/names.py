"""Questions to DNS (RFC 1035, 2782), and what was answered."""

from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Srv:
    """One SRV record (RFC 2782). target: A-labels, no final dot; "" is the root: "no such service"."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class Mx:
    """One MX record. host: A-labels without the final dot; "" is a null MX (RFC 7505)."""

    preference: int
    host: str


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What DNS said to one question.

    question: the question as one reads it, "SRV _imaps._tcp.example.org".
    records: in the order of the reply; empty where there are none.
    exists: False where the name itself does not exist (NXDOMAIN).
    signed: a resolver that we may believe vouched for it by DNSSEC (the AD bit).
    """

    question: str
    records: tuple[R, ...] = ()
    exists: bool = True
    signed: bool = False
