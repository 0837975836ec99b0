"""POP3 in the steps of a check."""

from collections.abc import Sequence

from mailsetup.account import Retention, Server
from mailsetup.checks import channel
from mailsetup.checks.outcome import Outcome, Quoted, failed, passed
from mailsetup.checks.progress import Work
from mailsetup.checks.refused import FIXES
from mailsetup.checks.report import Fault, StepName
from mailsetup.checks.retention import Keeping, judge
from mailsetup.checks.sizes import size
from mailsetup.errors import say
from mailsetup.net.stream import Stream
from mailsetup.wire import bearer
from mailsetup.wire.pop3 import MAX_LISTED, Capabilities, Pop3, Reply, parse_listed, parse_stat, refusal
from mailsetup.wire.refusals import Refusal, Refused
from mailsetup.wire.sasl import Mechanism

_NOT_OPEN = say("Another program may hold it, or POP may be switched off in the provider's settings.")
# A number longer than this is no size, and Python refuses to read some.
_MAX_DIGITS = 18


class Pop3Check:
    """See `dialect.Dialect`. wish: what the person wants to be left on the server, None where nobody said."""

    def __init__(self, stream: Stream, server: Server, wish: Retention | None) -> None:
        self._server = server
        self._wish = wish
        self._pop3 = Pop3(stream)
        self._announced: Capabilities | None = None
        self._messages = 0
        self._octets = 0
        self._asked = False

    async def greet(self, *, proven: bool) -> Outcome:
        """Read the greeting (RFC 1939, section 4)."""
        greeting = await self._pop3.reply()
        if not proven:
            return passed(say("Greeted.")) if greeting.ok else channel.turned_away(self._server)
        if not greeting.ok:
            return failed(
                Fault.OTHER,
                say("{host} turned us away: “{reply}”", host=self._server.host, reply=Quoted(greeting.said)),
                say("It may be overloaded, or block this network for a while. Try again later."),
            )
        return passed(say("{host} speaks POP3.", host=self._server.host), greeting=Quoted(greeting.text))

    async def ask_for_tls(self) -> Outcome | None:
        """STLS (RFC 2595, section 4), asked for whatever the server announces in plain text."""
        reply = await self._pop3.command("STLS")
        return None if reply.ok else channel.no_starttls(self._server)

    async def capabilities(self) -> Outcome:
        """CAPA (RFC 2449, section 5). Older servers do not know it; what they can is found by trying."""
        self._announced = await self._pop3.capabilities()
        if self._announced is None:
            return passed(
                say("{host} does not list what it can do; that is found by trying.", host=self._server.host),
                capabilities=None,
            )
        if "UIDL" in self._announced:
            text = say("POP3; messages can be left on the server (UIDL).")
        else:
            text = say("POP3; it does not say that messages can be left on the server (UIDL).")
        keeping = Keeping.announced(self._announced).facts
        return passed(
            text,
            capabilities=_listed(self._announced),
            mechanisms=sorted(self.mechanisms),
            uidl="UIDL" in self._announced,
            top="TOP" in self._announced,
            expire=keeping["expire"],
            login_delay=keeping["login_delay"],
        )

    @property
    def mechanisms(self) -> frozenset[str]:
        """The SASL mechanisms that it announced."""
        return frozenset(name.upper() for name in (self._announced or {}).get("SASL", ()))

    @property
    def own_command(self) -> bool:
        """USER and PASS, which many servers have without saying so."""
        announced = self._announced
        return announced is None or "USER" in announced or not set(bearer.MECHANISMS) & self.mechanisms

    own_method = "USER"

    async def authenticate(self, mechanism: Mechanism) -> Refused | None:
        """AUTH."""
        return await self._pop3.auth(mechanism)

    async def login(self, username: str, password: str) -> Refused | None:
        """USER and PASS."""
        return await self._pop3.user_pass(username, password)

    async def after_login(self) -> dict[str, object]:
        """What CAPA lists once more, where it said that EXPIRE or LOGIN-DELAY depend on the user."""
        announced = self._announced or {}
        personal = any("USER" in announced.get(name, ()) for name in ("EXPIRE", "LOGIN-DELAY"))
        if personal and (asked := await self._pop3.capabilities()) is not None:
            self._announced = {**announced, **asked}
            return {"capabilities": _listed(self._announced)}
        return {}

    @property
    def last_steps(self) -> Sequence[tuple[StepName, Work]]:
        """The mailbox, and what may be left in it."""
        return (StepName.MAILBOX, self._mailbox), (StepName.RETENTION, self._retention)

    async def _mailbox(self) -> Outcome:
        counted = await self._pop3.command("STAT")
        if not counted.ok:
            return self._closed(counted)
        self._messages, self._octets = parse_stat(counted)
        facts: dict[str, object] = {"messages": self._messages, "bytes": self._octets}
        if 0 < self._messages <= MAX_LISTED:
            await self._pop3.ask("LIST")
            if "PIPELINING" in (self._announced or {}):
                await self._ask_for_identifiers()
            listed = await self._pop3.reply()
            if not listed.ok:
                return self._closed(listed)
            sizes = [parse_listed(line)[1] for line in await self._pop3.lines(MAX_LISTED)]
            sane = (int(size) for size in sizes if size.isdigit() and len(size) <= _MAX_DIGITS)
            facts["largest"] = max(sane, default=0)
        if not self._messages:
            return passed(say("The mailbox is empty."), **facts)
        return passed(
            say(
                "Messages in the mailbox: {count}, in all {size}.",
                count=self._messages,
                size=size(self._octets),
            ),
            **facts,
        )

    async def _ask_for_identifiers(self) -> None:
        """Announced or not: some servers have UIDL without a word, others announce it and refuse."""
        await self._pop3.ask("UIDL")
        self._asked = True

    def _closed(self, reply: Reply) -> Outcome:
        # Gmail says here that POP is off: "-ERR [SYS/PERM] Your account is not enabled for POP access".
        why = refusal(reply)
        return failed(
            Fault.OTHER,
            say(
                "{host} does not open the mailbox: “{reply}”",
                host=self._server.host,
                reply=Quoted(reply.said),
            ),
            FIXES[why] if why is not Refusal.CREDENTIALS else _NOT_OPEN,
            refusal=why.value,
        )

    async def _retention(self) -> Outcome:
        keeping = Keeping.announced(self._announced or {})
        facts = {"messages": self._messages, "bytes": self._octets}
        if self._messages > MAX_LISTED:
            return judge(keeping, self._wish, self._server, facts)
        if not self._asked:
            await self._ask_for_identifiers()
        if not (await self._pop3.reply()).ok:
            return judge(keeping.refused(), self._wish, self._server, facts)
        identifiers = [parse_listed(line)[1] for line in await self._pop3.lines(MAX_LISTED)]
        return judge(keeping.counted(identifiers), self._wish, self._server, facts)

    async def leave(self) -> None:
        """QUIT; nothing was marked for deletion, so nothing is deleted."""
        await self._pop3.command("QUIT")


def _listed(capabilities: Capabilities) -> list[str]:
    return sorted(" ".join((name, *words)) for name, words in capabilities.items())
