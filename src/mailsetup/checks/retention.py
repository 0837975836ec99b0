"""Can mail be left on the server, and for how long: what POP3 says, judged against what is wished."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self

from mailsetup.account import Retention, Server
from mailsetup.checks.outcome import Outcome, failed, passed, warned
from mailsetup.checks.report import Fault
from mailsetup.errors import Message, say
from mailsetup.wire.pop3 import Capabilities

# RFC 1939, section 7: 1 to 70 characters from 0x21 to 0x7E.
_IDENTIFIER = re.compile(rb"[\x21-\x7e]{1,70}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What a server says and shows about messages that are left on it.

    uidl: whether it gives messages identifiers; None where that was not tried.
    sound: whether the identifiers are all different and as the standard wants them; None without any.
    expire: days for which it promises to keep mail, 0 for "until it was fetched" (RFC 2449, section 6.7);
    never: it promises to keep mail for ever. Both empty: it does not say.
    login_delay: seconds it wants between two logins (RFC 2449, section 6.5), or None.
    """

    uidl: bool | None = None
    sound: bool | None = None
    expire: int | None = None
    never: bool = False
    login_delay: int | None = None

    @classmethod
    def announced(cls, capabilities: Capabilities) -> Self:
        """What CAPA says of it."""
        expire = next(iter(capabilities.get("EXPIRE", ())), "").upper()
        return cls(
            expire=_number(expire),
            never=expire == "NEVER",
            login_delay=_number(next(iter(capabilities.get("LOGIN-DELAY", ())), "")),
        )

    def refused(self) -> "Keeping":
        """The same with UIDL tried in vain."""
        return replace(self, uidl=False)

    def counted(self, identifiers: Collection[bytes]) -> "Keeping":
        """The same with what UIDL listed."""
        sound = len(set(identifiers)) == len(identifiers) and all(map(_IDENTIFIER.fullmatch, identifiers))
        return replace(self, uidl=True, sound=sound if identifiers else None)

    @property
    def facts(self) -> dict[str, object]:
        """As plain values; null where the server does not say."""
        return {
            "uidl": self.uidl,
            "identifiers_sound": self.sound,
            "expire": "never" if self.never else self.expire,
            "login_delay": self.login_delay,
        }


def _number(word: str) -> int | None:
    return int(word) if re.fullmatch(r"[0-9]{1,9}", word) else None


def judge(keeping: Keeping, wish: Retention | None, server: Server, facts: Mapping[str, object]) -> Outcome:
    """Whether the wish can be met. Without a wish, leave-on-server is judged, and only warned of."""
    facts = {**keeping.facts, **facts}
    if wish is not None and not wish.keep:
        return passed(say("Nothing is to be left on the server, so nothing is asked of it."), **facts)
    against = _against(keeping, wish or Retention(), server)
    if against is not None:
        text, fix = against
        return warned(text, fix, **facts) if wish is None else failed(Fault.OTHER, text, fix, **facts)
    doubt = _doubt(keeping, server)
    if doubt is not None:
        return warned(*doubt, **facts)
    promise = _promise(keeping)
    if keeping.sound is None:
        promise = say("{promise} No message is there to show its identifier (UIDL).", promise=promise)
    return replace(passed(promise, **facts), fix=_pause(keeping))


def _against(keeping: Keeping, wish: Retention, server: Server) -> tuple[Message, Message] | None:
    """Why mail cannot be left on the server as wished, and what to do."""
    host, days = server.host, keeping.expire
    if keeping.uidl is False:
        return (
            say(
                "{host} gives messages no identifiers (UIDL): mail left there is fetched anew each time.",
                host=host,
            ),
            say("Use IMAP, which keeps mail on the server, or choose --remove-from-server."),
        )
    if days == 0:
        return (
            say(
                "{host} may delete each message once it was fetched (EXPIRE 0): none can be left there.",
                host=host,
            ),
            say("Use IMAP, or choose --remove-from-server and make backups of this computer."),
        )
    if days is not None and wish.days is None:
        return (
            say(
                "{host} deletes messages after {days} days (EXPIRE): none can be left there for ever.",
                host=host,
                days=days,
            ),
            say("Choose --leave-days {days} or fewer, and make backups of this computer.", days=days),
        )
    if days is not None and wish.days is not None and wish.days > days:
        return (
            say(
                "{host} deletes messages after {days} days (EXPIRE), before the {wished} that are wished.",
                host=host,
                days=days,
                wished=wish.days,
            ),
            say("Choose --leave-days {days} or fewer.", days=days),
        )
    return None


def _doubt(keeping: Keeping, server: Server) -> tuple[Message, Message] | None:
    """Why it cannot be promised that mail can be left on the server."""
    if keeping.uidl is None:
        return (
            say("The mailbox holds too many messages to check each for its identifier."),
            say("Move old mail away, or use IMAP, which is made for large mailboxes."),
        )
    if keeping.sound is False:
        return (
            say("{host} gives some messages no proper identifier of their own (UIDL).", host=server.host),
            say(
                "Of mail that is left on the server, some may be fetched twice, or never. IMAP is safer here."
            ),
        )
    return None


def _promise(keeping: Keeping) -> Message:
    if keeping.never:
        return say("Mail can be left on the server; it promises never to delete any.")
    if keeping.expire is not None:
        return say("Mail can be left on the server; it keeps messages for {days} days.", days=keeping.expire)
    if keeping.login_delay is not None:
        return say(
            "Mail can be left on the server; how long it keeps messages is unknown, as it does not say."
        )
    return say(
        "Mail can be left on the server; how long it keeps messages, and how often it may be asked for new "
        "ones, is unknown, as it does not say."
    )


def _pause(keeping: Keeping) -> Message | None:
    if not keeping.login_delay:
        return None
    return say(
        "The server wants {seconds} seconds between two logins (LOGIN-DELAY): "
        "let the mail program look for new mail no more often.",
        seconds=keeping.login_delay,
    )
