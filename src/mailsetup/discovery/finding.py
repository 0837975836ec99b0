"""What one question brought (Finding), and what all of them together mean (Candidate, Discovery)."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from mailsetup.account import Protocol, Retention, Server, Subject
from mailsetup.errors import Message


class Trust(IntEnum):
    """How far an answer may be believed; combined by min() along a chain, by max() over sources."""

    GUESSED = 0
    UNSIGNED = 1
    CURATED = 2
    VERIFIED = 3

    @property
    def word(self) -> str:
        """The word of it in options and JSON."""
        return self.name.lower()


class Outcome(Enum):
    """How a question ended."""

    FOUND = "found"
    NOTHING = "nothing"
    ABSENT = "absent"
    FAILED = "failed"
    REFUSED = "refused"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A server as one Finding names it.

    priority: the SRV priority, comparable across services (RFC 6186, section 3.4); None elsewhere.
    retention: what the provider's own file says of POP3, shown, never applied.
    """

    server: Server
    priority: int | None = None
    retention: Retention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing seen on the way: a DNS record or a URL, and what it said."""

    asked: str
    answer: str
    secure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What the person should do or know first, with the page that says it.

    text: a provider's own words, or a sentence of ours. about: of use for this protocol alone.
    """

    text: str | Message
    url: str
    about: Protocol | None = None


@dataclass(frozen=True, slots=True)
class Warn:
    """Something a person should know. code: a stable word for programs, "plain-only"."""

    code: str
    text: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one question to a Source brought.

    source: the Source's word ("srv"). question: what was asked, "SRV _imaps._tcp.example.org" or a URL.
    offers: servers in the Source's own order. absent: protocols that are decidedly not offered.
    missing: hosts (A-labels) that DNS says do not exist.
    detail: one sentence why, for whatever is not FOUND. started: seconds since the discovery began; seconds:
    how long it took from there.
    provider: its display name, or "". names: the domains the answer says it is for, empty where it is silent.
    service: the SRV service label that was asked for ("imaps"), or None.
    ours: the words in it are our own (the table's), so that they may be shown however little is proven.
    warnings: what this answer alone gives reason to warn of.
    """

    source: str
    question: str
    outcome: Outcome
    detail: Message | None = None
    offers: tuple[Offer, ...] = ()
    absent: frozenset[Protocol] = frozenset()
    missing: frozenset[str] = frozenset()
    trust: Trust = Trust.GUESSED
    evidence: tuple[Evidence, ...] = ()
    provider: str = ""
    names: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    service: str | None = None
    ours: bool = False
    warnings: tuple[Warn, ...] = ()
    started: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One server with every Finding that names it.

    trust: the best of them. foreign: the host is neither the mail domain nor below it.
    sources: their words, best first. from_srv: the SRV service label that named it ("imaps"), or None;
    the host may then prove itself by the mail domain too.
    """

    server: Server
    trust: Trust
    foreign: bool
    sources: tuple[str, ...]
    from_srv: str | None = None
    retention: Retention | None = None
    warnings: tuple[Warn, ...] = ()

    @property
    def needs_consent(self) -> bool:
        """A foreign host that nothing better than plain DNS, plain HTTP or a guess points to."""
        return self.foreign and self.trust <= Trust.UNSIGNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """All that was found for an address or a domain; incoming and outgoing are best first."""

    subject: Subject
    incoming: tuple[Candidate, ...]
    outgoing: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    provider: str = ""
    hints: tuple[Hint, ...] = ()
    warnings: tuple[Warn, ...] = ()
