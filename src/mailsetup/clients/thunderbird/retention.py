"""What POP3 leaves on the server, in Thunderbird's own terms, and what a change of it would delete there.

At every fetch Thunderbird deletes those of the messages it left (see popstate) that its settings no longer
allow (Pop3Client.sys.mjs).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from mailsetup.account import Retention
from mailsetup.clients.thunderbird.popstate import Left, left_on_server
from mailsetup.clients.thunderbird.prefs import Value
from mailsetup.errors import Message, say

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Rule:
    """Thunderbird's settings as it acts on them: leave mail at all, and for how many days (None: no end)."""

    leave: bool
    days: int | None

    def removes(self, downloaded: int, now: float) -> bool:
        """Whether a message fetched then, in seconds since 1970, is deleted at a fetch now."""
        return not self.leave or (self.days is not None and downloaded < now - self.days * _DAY)

    def stricter_than(self, other: "Rule") -> bool:
        """Whether mail that the other would leave is deleted, now or later."""
        if not self.leave:
            return other.leave
        return other.leave and self.days is not None and (other.days is None or self.days < other.days)


def retention_prefs(retention: Retention) -> dict[str, Value]:
    """The settings of a POP3 server for a wish, by their names below `mail.server.serverN.`."""
    prefs: dict[str, Value] = {
        "leave_on_server": retention.keep,
        "delete_by_age_from_server": retention.days is not None,
        "delete_mail_left_on_server": retention.until_deleted,
    }
    if retention.days is not None:
        prefs["num_days_to_leave_on_server"] = retention.days
    return prefs


def rule_of(server: Mapping[str, Value]) -> Rule:
    """What a server's settings mean; what is not set is as in Thunderbird's own defaults (mailnews.js)."""
    leave = server.get("leave_on_server", False) is True
    days = server.get("num_days_to_leave_on_server", 7)
    by_age = leave and server.get("delete_by_age_from_server", False) is True
    # Zero days is no limit to Thunderbird.
    return Rule(leave=leave, days=days if by_age and isinstance(days, int) and days != 0 else None)


def deletion(old: Rule, new: Rule, popstate: bytes, host: str, now: float) -> Message | None:
    """What is deleted on the server because of a change from one rule to another, or None for nothing.

    popstate: the file's content, empty where there is none. now: seconds since 1970.
    """
    left = left_on_server(popstate)
    if not new.stricter_than(old):
        return None
    if not new.leave:
        # With none left so far, what lies there now is fetched first, and goes then.
        return _all_go(left, host) if left else emptying(host)
    if not left:
        return None
    return say(
        "Messages that Thunderbird has left on {host} so far: {count}. It will delete each of them "
        "there {days} days after it was downloaded, {due} of them the next time it fetches mail (the oldest "
        "was downloaded on {oldest}); its own copies stay.",
        host=host,
        count=len(left),
        oldest=_oldest(left),
        days=new.days,
        due=sum(new.removes(message.downloaded, now) for message in left),
    )


def _all_go(left: Sequence[Left], host: str) -> Message:
    return say(
        "Messages that Thunderbird has left on {host} so far: {count}. It will delete all of them "
        "there the next time it fetches mail (the oldest was downloaded on {oldest}); its own copies stay.",
        host=host,
        count=len(left),
        oldest=_oldest(left),
    )


def _oldest(left: Sequence[Left]) -> date:
    return datetime.fromtimestamp(min(message.downloaded for message in left), UTC).date()


def emptying(host: str) -> Message:
    """What a new account does that removes mail at once: all that lies on the server goes, too."""
    return say(
        "Thunderbird will remove every message from {host} as soon as it has it, all that lie there now "
        "included; from then on they are on this computer only.",
        host=host,
    )
