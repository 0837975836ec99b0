"""How one piece of work ended, before it becomes a Step with its name and its seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailsetup.checks.report import Fault, Verdict
from mailsetup.errors import MailsetupError, Message, NetworkFailed, Unsafe
from mailsetup.net.failures import LineTooLong

# A reply is shown whole in the conversation; in a sentence this much of it is enough.
MAX_QUOTED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A verdict and its sentence; fix, fault and facts as in a Step."""

    verdict: Verdict
    text: Message
    fix: Message | None = None
    fault: Fault | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def passed(text: Message, /, **facts: object) -> Outcome:
    """All is well."""
    return Outcome(verdict=Verdict.PASS, text=text, facts=facts)


def warned(text: Message, fix: Message, /, **facts: object) -> Outcome:
    """It works, and a person should know something about it."""
    return Outcome(verdict=Verdict.WARN, text=text, fix=fix, facts=facts)


def skipped(text: Message, fix: Message | None = None, /, **facts: object) -> Outcome:
    """Not done. With a fix: it could not be done, though it was wanted."""
    return Outcome(verdict=Verdict.SKIP, text=text, fix=fix, facts=facts)


def failed(fault: Fault, text: Message, fix: Message, /, **facts: object) -> Outcome:
    """It does not work."""
    return Outcome(verdict=Verdict.FAIL, text=text, fix=fix, fault=fault, facts=facts)


def failed_with(error: MailsetupError, /, **facts: object) -> Outcome:
    """What an error of the network or of a protocol means for the step in which it came."""
    if isinstance(error, Unsafe):
        fault = Fault.UNSAFE
    elif isinstance(error, NetworkFailed) and not isinstance(error, LineTooLong):
        fault = Fault.NETWORK
    else:
        fault = Fault.OTHER
    return failed(fault, error.happened, error.fix, **facts)


class Quoted(str):
    """A server's words. They are cut only once secrets are masked: half a password would not be known."""

    __slots__ = ()

    @property
    def short(self) -> str:
        """Short enough for a sentence."""
        return str(self) if len(self) <= MAX_QUOTED else str(self)[:MAX_QUOTED] + "…"
