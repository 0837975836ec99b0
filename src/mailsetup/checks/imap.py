"""IMAP in the steps of a check."""

from collections.abc import Sequence

from mailsetup.account import Security, Server
from mailsetup.checks import channel
from mailsetup.checks.dialect import WayIn
from mailsetup.checks.outcome import Outcome, Quoted, failed, passed, warned
from mailsetup.checks.progress import Work
from mailsetup.checks.report import Fault, StepName
from mailsetup.errors import say
from mailsetup.net.stream import Stream
from mailsetup.wire.imap import Imap, capabilities_in, quotas_in
from mailsetup.wire.refusals import Refused
from mailsetup.wire.sasl import OAUTH_MECHANISMS

# From here on the mailbox may soon refuse mail.
_NEARLY_FULL = 0.9


class ImapCheck:
    """See `dialect.Dialect`."""

    def __init__(self, stream: Stream, server: Server) -> None:
        self._server = server
        self._imap = Imap(stream)
        self._capabilities: frozenset[str] | None = None
        self._method = ""

    async def greet(self, *, proven: bool) -> Outcome:
        """Read the greeting: OK, BYE or PREAUTH (RFC 9051, section 7.1)."""
        greeting = await self._imap.greeting()
        if greeting.word == "PREAUTH":
            return self._logged_in_already()
        if not proven:
            return channel.turned_away(self._server) if greeting.word == "BYE" else passed(say("Greeted."))
        if greeting.word == "BYE":
            return failed(
                Fault.OTHER,
                say("{host} turned us away: “{reply}”", host=self._server.host, reply=Quoted(greeting.said)),
                say("It may be overloaded, or block this network for a while. Try again later."),
            )
        self._capabilities = capabilities_in(greeting)
        return passed(say("{host} speaks IMAP.", host=self._server.host), greeting=Quoted(greeting.text))

    def _logged_in_already(self) -> Outcome:
        # RFC 9051, section 7.1.4: after PREAUTH there is no STARTTLS, so a plain connection must end here.
        fault = Fault.OTHER if self._server.security is Security.TLS else Fault.UNSAFE
        return failed(
            fault,
            say(
                "{host} says that somebody is logged in already, before anybody was.", host=self._server.host
            ),
            say(
                "Nothing was sent. If this is not a server of your own, somebody may be listening in between."
            ),
        )

    async def ask_for_tls(self) -> Outcome | None:
        """STARTTLS (RFC 9051, section 6.2.1), asked for whatever the server announces in plain text."""
        reply = await self._imap.command("STARTTLS")
        return None if reply.ok else channel.no_starttls(self._server)

    async def capabilities(self) -> Outcome:
        """CAPABILITY, unless the greeting brought it."""
        if self._capabilities is None:
            reply = await self._imap.command("CAPABILITY")
            self._capabilities = capabilities_in(*reply.untagged, reply.done)
        known = self._known
        if not any(name.startswith("IMAP4") for name in known):
            return failed(
                Fault.OTHER,
                say("{host} does not say which IMAP it speaks.", host=self._server.host),
                say("See whether host and port are right; --verbose shows what the server said."),
                capabilities=sorted(known),
            )
        return passed(
            say("Capabilities announced: {count}.", count=len(known)),
            capabilities=sorted(known),
            mechanisms=sorted(self.mechanisms),
            idle="IDLE" in known,
        )

    @property
    def _known(self) -> frozenset[str]:
        return self._capabilities or frozenset()

    @property
    def mechanisms(self) -> frozenset[str]:
        """The SASL mechanisms that it announced."""
        return frozenset(name.removeprefix("AUTH=") for name in self._known if name.startswith("AUTH="))

    def way_in(self) -> WayIn:
        """A password goes by AUTHENTICATE PLAIN, or by LOGIN unless that is disabled (RFC 9051, 6.2.3)."""
        if "PLAIN" in self.mechanisms or "LOGINDISABLED" not in self._known:
            return WayIn.PASSWORD
        return WayIn.OAUTH_ONLY if OAUTH_MECHANISMS & self.mechanisms else WayIn.NONE

    async def login(self, username: str, password: str) -> Refused | None:
        """Send one login."""
        if "PLAIN" in self.mechanisms:
            self._method = "PLAIN"
            reply, refused = await self._imap.authenticate_plain(
                username, password, initial="SASL-IR" in self._known
            )
        else:
            self._method = "LOGIN"
            reply, refused = await self._imap.login(username, password)
        # What was announced before the login is not true any more (RFC 9051, section 6.2.2).
        announced = capabilities_in(*reply.untagged, reply.done)
        if refused is None:
            self._capabilities = announced
        return refused

    async def after_login(self) -> dict[str, object]:
        """The capabilities of a user."""
        if self._capabilities is None:
            reply = await self._imap.command("CAPABILITY")
            self._capabilities = capabilities_in(*reply.untagged, reply.done)
        return {"method": self._method, "capabilities": sorted(self._known)}

    @property
    def last_steps(self) -> Sequence[tuple[StepName, Work]]:
        """The mailbox."""
        return ((StepName.MAILBOX, self._mailbox),)

    async def _mailbox(self) -> Outcome:
        opened = await self._imap.command("EXAMINE INBOX")
        if not opened.ok:
            return failed(
                Fault.OTHER,
                say(
                    "{host} does not open the inbox: “{reply}”",
                    host=self._server.host,
                    reply=Quoted(opened.done.said),
                ),
                say("Log in on the provider's web page and see whether the mailbox is there, and open."),
            )
        count = next((seen.number for seen in reversed(opened.untagged) if seen.word == "EXISTS"), None)
        if count is None:
            return failed(
                Fault.OTHER,
                say("{host} does not say how many messages the inbox holds.", host=self._server.host),
                say("Tell whoever runs the server; --verbose shows what it said."),
            )
        if "QUOTA" not in self._known:
            return passed(say("Messages in the inbox: {count}.", count=count), messages=count, quota=None)
        return await self._with_quota(count)

    async def _with_quota(self, count: int) -> Outcome:
        asked = await self._imap.command("GETQUOTAROOT INBOX")
        if not asked.ok:
            return warned(
                say(
                    "Messages in the inbox: {count}. Its quota cannot be told: “{reply}”",
                    count=count,
                    reply=Quoted(asked.done.said),
                ),
                say("Mail works without. Tell whoever runs the server."),
                messages=count,
                quota=None,
            )
        used, limit = quotas_in(*asked.untagged).get("STORAGE", (0, 0))
        if not limit:
            return passed(
                say("Messages in the inbox: {count}. It has no limit.", count=count),
                messages=count,
                quota=None,
            )
        facts = {"messages": count, "quota": {"used_bytes": used * 1024, "limit_bytes": limit * 1024}}
        text = say(
            "Messages in the inbox: {count}. Space taken: {percent} % of {megabytes} MB.",
            count=count,
            percent=round(100 * used / limit),
            megabytes=round(limit * 1024 / 1_000_000),
        )
        if used >= _NEARLY_FULL * limit:
            return warned(
                text,
                say("The mailbox is nearly full. Delete or move mail before it refuses new mail."),
                **facts,
            )
        return passed(text, **facts)

    async def leave(self) -> None:
        """LOGOUT."""
        await self._imap.logout()
