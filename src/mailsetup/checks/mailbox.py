"""Sentences about an IMAP inbox: what lies in it, and how much room is left."""

from collections.abc import Mapping
from datetime import date, timedelta

from mailsetup.checks.outcome import Outcome, passed, warned
from mailsetup.checks.sizes import size
from mailsetup.errors import Message, say

# From here on the mailbox may soon refuse mail.
_NEARLY_FULL = 0.9
_LATELY = timedelta(days=30)
# As IMAP writes them, whatever the language of this machine (RFC 9051, section 9, date-month).
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def lately_since(today: date) -> str:
    """The day thirty days ago, as SEARCH takes it: "1-Feb-2026"."""
    day = today - _LATELY
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def lately(found: int | None, count: int, octets: int | None) -> dict[str, int | None] | None:
    """What came in thirty days and is still there: messages, and bytes by the mean size; None: not known.

    count and octets: of the whole inbox.
    """
    if found is None or found > count:
        return None
    return {
        "messages": found,
        "bytes": round(octets * found / count) if octets is not None and count else None,
    }


def counted(count: int, unread: int | None, octets: int | None) -> Message:
    """What lies in the inbox; None: not known."""
    if not count:
        return say("The inbox is empty.")
    if unread is None:
        return say("Messages in the inbox: {count}.", count=count)
    if octets is None:
        return say("Messages in the inbox: {count}, unread: {unread}.", count=count, unread=unread)
    return say(
        "Messages in the inbox: {count}, unread: {unread}, in all {size}.",
        count=count,
        unread=unread,
        size=size(octets),
    )


def judged_by_quota(
    inbox: Message, quotas: Mapping[str, tuple[int, int]], facts: Mapping[str, object]
) -> Outcome:
    """The mailbox with its limits: of space, and of messages (RFC 9208, section 5)."""
    used, limit = (units * 1024 for units in quotas.get("STORAGE", (0, 0)))
    held, most = quotas.get("MESSAGE", (0, 0))
    if limit:
        facts = {**facts, "quota": {"used_bytes": used, "limit_bytes": limit}}
    if most:
        facts = {**facts, "quota_messages": {"used": held, "limit": most}}
    if limit:
        text = say("{inbox} Space taken: {used} of {limit}.", inbox=inbox, used=size(used), limit=size(limit))
    elif most:
        text = say("{inbox} The mailbox takes {most} messages at most.", inbox=inbox, most=most)
    else:
        text = say("{inbox} The mailbox has no limit.", inbox=inbox)
    if (limit and used >= limit) or (most and held >= most):
        return warned(
            text,
            say("The mailbox is full, and refuses new mail. Delete or move mail before all else."),
            **facts,
        )
    if used >= _NEARLY_FULL * limit > 0 or held >= _NEARLY_FULL * most > 0:
        return warned(
            text,
            say("The mailbox is nearly full. Delete or move mail before it refuses new mail."),
            **facts,
        )
    return passed(text, **facts)
