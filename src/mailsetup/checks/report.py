"""What a check says: steps with verdicts, in one fixed order, and the report they make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from mailsetup.account import Server
from mailsetup.errors import Message


class Verdict(Enum):
    """How a step ended. SKIP: not done, and the sentence says why; with a fix it is more than a choice."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


class StepName(Enum):
    """The steps in the order in which they are told.

    After STARTTLS, greeting and capabilities are those that came later.
    """

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    CAPABILITIES = "capabilities"
    LOGIN = "login"
    MAILBOX = "mailbox"
    SEND = "send"
    RETENTION = "retention"


class Fault(Enum):
    """What kind of failure it was; the command line maps it to an exit code."""

    NETWORK = "network"
    LOGIN = "login"
    UNSAFE = "unsafe"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. facts: plain JSON values for programs. fault: only where the verdict is FAIL."""

    name: StepName
    verdict: Verdict
    text: Message
    fix: Message | None = None
    seconds: float = 0.0
    fault: Fault | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def missed(self) -> bool:
        """Whether it was skipped though it was wanted; then the fix says what to do instead."""
        return self.verdict is Verdict.SKIP and self.fix is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All the steps of one server.

    username: the one that worked, or None. logins_tried: every attempt that was sent.
    """

    server: Server
    steps: tuple[Step, ...]
    username: str | None = None
    logins_tried: int = 0

    @property
    def verdict(self) -> Verdict:
        """The worst of the steps.

        A skipped step is no fault where it was not wanted or not reached. Where it could not be done, it
        carries a fix and counts as WARN: a server that takes only OAuth2 is not proven by its TLS alone.
        """
        return worst(Verdict.WARN if step.missed else step.verdict for step in self.steps)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """fail before warn before pass; PASS where there is nothing."""
    found = set(verdicts)
    for verdict in (Verdict.FAIL, Verdict.WARN):
        if verdict in found:
            return verdict
    return Verdict.PASS
