"""What one question to a Source is, seen from outside: the runner and the stop rule know no more."""

from dataclasses import dataclass
from typing import Protocol

from mailsetup import account
from mailsetup.account import Subject
from mailsetup.discovery.finding import Finding, Trust
from mailsetup.net.door import Net

EVERY_PROTOCOL = frozenset(account.Protocol)


class Question(Protocol):
    """One question. Building it is pure; only `ask` touches the network."""

    @property
    def source(self) -> str:
        """The word of its Source, "srv"."""

    @property
    def text(self) -> str:
        """What is asked, as Finding.question has it."""

    @property
    def best(self) -> Trust:
        """The best trust that an answer, or what it leads to, could have."""

    @property
    def about(self) -> frozenset[account.Protocol]:
        """The protocols that an answer could name servers for."""

    @property
    def local(self) -> bool:
        """Whether it is answered on this machine, without a network."""

    async def ask(self, net: Net) -> "Reply":
        """Ask. Raises NetworkFailed and Unsafe; whoever runs it makes a Finding of them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and the questions that only now can be asked."""

    finding: Finding
    then: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What all Sources are told.

    ispdb: an URL prefix or a folder (see discovery.ispdb). send_address: whether the address itself may go
    to the mail domain's own host, where that does not answer without it. left_out: Sources not to use,
    not even on the way to another answer.
    """

    subject: Subject
    ispdb: str
    send_address: bool
    left_out: frozenset[str] = frozenset()
