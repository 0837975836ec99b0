"""POP or IMAP, and for how long POP leaves mail on the server: an answer for one person, with its reasons.

Pure: what is known of the person (Case) and of the mailbox (Measured) goes in, an Advice comes out. Nothing
is ever advised that removes mail at once, but where a server allows nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mailsetup.account import Protocol, Retention
from mailsetup.checks.sizes import size
from mailsetup.errors import Message, say

_INCOMING = frozenset({Protocol.IMAP, Protocol.POP3})
# Without a measured rate: with some 12 MB a week no more than that is full within two years (_ENOUGH_DAYS).
_SMALL = 1_000_000_000
# Room that lasts for less than that is not enough to keep everything.
_ENOUGH_DAYS = 2 * 365
_NEARLY_FULL = 0.8
# Two months are enough for other devices and backups to catch up.
_STEPS = (60, 30, 14, 7)
_USUAL_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a person says of their habits; None is what they have not said.

    devices: on how many they read this mail, 1 or more. space: bytes the provider gives the mailbox.
    keep_on_server: all mail must be kept there. offline: they must read mail without a network.
    """

    devices: int | None = None
    space: int | None = None
    keep_on_server: bool | None = None
    offline: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a check has measured of the mailbox; None is what it could not tell.

    messages: in the inbox. used: bytes taken. limit: bytes there are. per_day: bytes that came a day lately.
    uidl: whether POP3 gives messages identifiers. expire: days after which POP3 itself removes mail, 0 for
    once it was fetched. login_delay: seconds that POP3 wants between two logins.
    """

    messages: int | None = None
    used: int | None = None
    limit: int | None = None
    per_day: float | None = None
    uidl: bool | None = None
    expire: int | None = None
    login_delay: int | None = None

    @property
    def pop3_cannot_leave(self) -> bool:
        """Whether mail cannot be left on the server with POP3."""
        return self.uidl is False or self.expire == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What suits the person. retention: for POP3, None for IMAP.

    reasons: why, most telling first. cautions: what the person should know before they choose it.
    """

    protocol: Protocol
    retention: Retention | None
    reasons: tuple[Message, ...]
    cautions: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """The space on the server, in bytes; per_day: what comes each day."""

    space: int | None
    used: int
    per_day: float | None

    @property
    def days(self) -> float | None:
        """How long it lasts if nothing is removed; None: not known."""
        if self.space is None or self.per_day is None:
            return None
        left = max(0, self.space - self.used)
        return left / self.per_day if self.per_day > 0 else float("inf")

    @property
    def nearly_full(self) -> bool:
        return self.space is not None and self.used >= _NEARLY_FULL * self.space

    @property
    def small(self) -> bool:
        """Whether it cannot take all mail for ever."""
        if self.space is None:
            return False
        days = self.days
        return self.nearly_full or (self.space <= _SMALL if days is None else days < _ENOUGH_DAYS)


def advise(case: Case, measured: Measured | None = None, offered: frozenset[Protocol] = _INCOMING) -> Advice:
    """What suits this person. offered: the protocols that the provider has; none is taken for both."""
    measured = measured or Measured()
    space = case.space if measured.limit is None else measured.limit
    room = _Room(space=space, used=measured.used or 0, per_day=measured.per_day)
    protocol, why = _protocol(case, measured, (offered & _INCOMING) or _INCOMING, room)
    retention = _retention(case, measured, room) if protocol is Protocol.POP3 else None
    return Advice(
        protocol=protocol,
        retention=retention,
        reasons=(why, *_on_room(protocol, retention, measured, room), *_on_reading(case, protocol)),
        cautions=tuple(
            _against_imap(measured, room)
            if retention is None
            else _against_pop3(case, measured, room, retention)
        ),
    )


def _protocol(
    case: Case, measured: Measured, offered: frozenset[Protocol], room: _Room
) -> tuple[Protocol, Message]:
    if len(offered) == 1:
        [only] = offered
        return only, say("The provider offers {protocol} only.", protocol=only.label)
    if case.keep_on_server:
        return Protocol.IMAP, say("You want all mail to be kept on the server: IMAP does just that.")
    wants_pop3 = room.small or case.devices == 1
    if wants_pop3 and measured.pop3_cannot_leave:
        return Protocol.IMAP, say("With POP3 this server cannot leave mail where it is; with IMAP it can.")
    if room.small:
        return Protocol.POP3, say(
            "The mailbox is too small to keep everything: POP3 brings mail to this computer and clears the "
            "server after a while."
        )
    if case.devices == 1:
        return Protocol.POP3, say(
            "You read mail on one device only: POP3 downloads all of it there, and needs the server for "
            "nothing else."
        )
    if case.devices is None:
        return Protocol.IMAP, say(
            "Most people read mail on several devices: IMAP keeps it on the server and shows all of them "
            "the same."
        )
    return Protocol.IMAP, say(
        "You read mail on several devices: IMAP keeps it on the server and shows all of them the same."
    )


def _retention(case: Case, measured: Measured, room: _Room) -> Retention:
    if measured.pop3_cannot_leave:
        return Retention(keep=False)
    days = _days_that_fit(room) if room.small and not case.keep_on_server else None
    if measured.expire is not None:
        days = min(days or measured.expire, measured.expire, 9999)
    return Retention(days=days)


def _days_that_fit(room: _Room) -> int:
    """The longest of a few usual times in which new mail takes no more than half of the space."""
    if room.per_day is None:
        return _USUAL_DAYS
    return next((days for days in _STEPS if _fits(room, days)), _STEPS[-1])


def _fits(room: _Room, days: int) -> bool:
    # What lies there now goes only when its own days are over: until then both need room.
    kept = days * (room.per_day or 0)
    return room.space is not None and kept <= room.space / 2 and room.used + kept <= room.space


def _on_room(
    protocol: Protocol, retention: Retention | None, measured: Measured, room: _Room
) -> Iterator[Message]:
    """What the numbers say."""
    weekly = None if room.per_day is None else size(round(room.per_day * 7))
    if room.space is not None and measured.used is not None:
        yield say("Of {space} on the server {used} are taken.", space=size(room.space), used=size(room.used))
    if weekly is not None:
        yield say(
            "Lately about {weekly} of mail a week have come, as far as it is still there.", weekly=weekly
        )
    if room.small:
        yield from _until_full(room)
    elif protocol is Protocol.IMAP and room.space is not None:
        yield say("With {space} there is room enough for all of it.", space=size(room.space))
    if retention is None or not retention.keep:
        return
    if retention.days is None:
        yield say("A copy of everything can stay on the server, should this computer break.")
    elif retention.days == measured.expire:
        yield say("The server itself removes mail after {days} days (EXPIRE).", days=retention.days)
    elif weekly is None:
        yield say(
            "{days} days on the server give your backups and other devices time to fetch it too.",
            days=retention.days,
        )
    elif _fits(room, retention.days) and room.space is not None:
        yield say(
            "About {weekly} a week, {space}: leaving mail there for {days} days keeps you under half of it.",
            weekly=weekly,
            space=size(room.space),
            days=retention.days,
        )


def _until_full(room: _Room) -> Iterator[Message]:
    days = room.days
    if room.space is None or days is None:
        return
    if days < 1:
        yield say("The mailbox is full, or will be within a day.")
    elif days < _STEPS[0]:
        yield say("If nothing is removed it is full in about {days} days.", days=round(days))
    elif days < _ENOUGH_DAYS:
        yield say("If nothing is removed it is full in about {months} months.", months=round(days / 30.4))


def _on_reading(case: Case, protocol: Protocol) -> Iterator[Message]:
    if not case.offline:
        return
    if protocol is Protocol.POP3:
        yield say("All mail is then on this computer, and can be read without a network.")
    else:
        yield say(
            "To read it without a network, let the mail program keep a copy on the computer; Thunderbird "
            "does so by itself."
        )


def _against_pop3(case: Case, measured: Measured, room: _Room, retention: Retention) -> Iterator[Message]:
    yield say(
        "POP3 does not carry over which messages you have read or answered, your folders, or the mail you "
        "send: those stay on one computer."
    )
    if not retention.keep:
        yield say(
            "Here POP3 can leave no mail on the server: once fetched, it is on this computer only. Make "
            "backups."
        )
    if retention.days is not None:
        yield say(
            "{days} days after this computer has fetched a message, it is on this computer only. Make "
            "backups.",
            days=retention.days,
        )
        if measured.used:
            yield say(
                "That is so for the {used} there now as well: they are removed {days} days after this "
                "computer has fetched them.",
                used=size(measured.used),
                days=retention.days,
            )
        if case.devices != 1:
            yield say("Other devices see the last {days} days of mail only.", days=retention.days)
    if case.keep_on_server and (not retention.keep or retention.days is not None):
        yield say("So not all mail is kept on the server, as you want it: this provider does not allow that.")
    if retention.keep and retention.days is None and room.small:
        yield from _filling_up()
    elif room.nearly_full or (room.small and not _fits(room, retention.days or 0)):
        yield say(
            "The space is short even so: delete what you do not need, or ask the provider for more room."
        )
    if measured.login_delay:
        yield say(
            "The server wants {seconds} seconds between two looks for new mail.", seconds=measured.login_delay
        )


def _against_imap(measured: Measured, room: _Room) -> Iterator[Message]:
    yield say("What you delete on one device is gone on all of them: IMAP is no backup.")
    if room.small:
        yield from _filling_up()


def _filling_up() -> Iterator[Message]:
    yield say(
        "The mailbox will fill up, and then refuses new mail: delete or move old mail in time, or ask the "
        "provider for more room."
    )
