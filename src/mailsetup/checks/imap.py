"""IMAP in the steps of a check."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from mailsetup.account import Security, Server
from mailsetup.checks import channel
from mailsetup.checks.mailbox import counted, judged_by_quota, lately, lately_since
from mailsetup.checks.outcome import Outcome, Quoted, failed, passed, warned
from mailsetup.checks.progress import Work
from mailsetup.checks.report import Fault, StepName
from mailsetup.errors import say
from mailsetup.net.stream import Stream
from mailsetup.wire.imap import (
    Imap,
    Reply,
    Response,
    capabilities_in,
    found_in,
    namespace_in,
    quotas_in,
    special_folders_in,
    status_in,
)
from mailsetup.wire.refusals import Refused
from mailsetup.wire.sasl import Mechanism


class ImapCheck:
    """See `dialect.Dialect`."""

    def __init__(self, stream: Stream, server: Server) -> None:
        self._server = server
        self._imap = Imap(stream)
        self._capabilities: frozenset[str] | None = None

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
        version = "IMAP4rev2" if "IMAP4REV2" in known else "IMAP4rev1" if "IMAP4REV1" in known else "IMAP4"
        if "IDLE" in known:
            text = say("{version}; new mail is announced at once (IDLE).", version=version)
        else:
            # Some tell it after the login only.
            text = say("{version}.", version=version)
        return passed(
            text,
            capabilities=sorted(known),
            mechanisms=sorted(self.mechanisms),
            # Many servers tell only whoever has logged in.
            idle=True if "IDLE" in known else None,
        )

    @property
    def _known(self) -> frozenset[str]:
        return self._capabilities or frozenset()

    @property
    def mechanisms(self) -> frozenset[str]:
        """The SASL mechanisms that it announced."""
        return frozenset(name.removeprefix("AUTH=") for name in self._known if name.startswith("AUTH="))

    @property
    def own_command(self) -> bool:
        """LOGIN, unless that is disabled (RFC 9051, section 6.2.3)."""
        return "LOGINDISABLED" not in self._known

    own_method = "LOGIN"

    async def authenticate(self, mechanism: Mechanism) -> Refused | None:
        """AUTHENTICATE."""
        return self._told(await self._imap.authenticate(mechanism, initial="SASL-IR" in self._known))

    async def login(self, username: str, password: str) -> Refused | None:
        """LOGIN."""
        return self._told(await self._imap.login(username, password))

    def _told(self, answer: tuple[Reply, Refused | None]) -> Refused | None:
        reply, refused = answer
        # What was announced before the login is not true any more (RFC 9051, section 6.2.2).
        if refused is None:
            self._capabilities = capabilities_in(*reply.untagged, reply.done)
        return refused

    async def after_login(self) -> dict[str, object]:
        """The capabilities of a user."""
        if self._capabilities is None:
            reply = await self._imap.command("CAPABILITY")
            self._capabilities = capabilities_in(*reply.untagged, reply.done)
        return {"capabilities": sorted(self._known)}

    @property
    def last_steps(self) -> Sequence[tuple[StepName, Work]]:
        """The mailbox."""
        return ((StepName.MAILBOX, self._mailbox),)

    async def _mailbox(self) -> Outcome:
        """All that there is to ask, at once: a round trip for each question would be felt."""
        known = self._known
        asked = {"STATUS": f"STATUS INBOX (MESSAGES UNSEEN{' SIZE' if self._tells_size else ''})"}
        if "ID" in known:
            # NetEase (163.com, 126.com) opens no mailbox for a program that has not said its name (RFC 2971).
            asked = {"ID": 'ID ("name" "mailsetup")', **asked}
        if "SPECIAL-USE" in known or "IMAP4REV2" in known:
            asked["LIST"] = self._list_of_special_folders
        if "NAMESPACE" in known or "IMAP4REV2" in known:
            asked["NAMESPACE"] = "NAMESPACE"
        if "QUOTA" in known:
            asked["QUOTA"] = "GETQUOTAROOT INBOX"
        asked["EXAMINE"] = "EXAMINE INBOX"
        if "ESEARCH" in known or "IMAP4REV2" in known:
            # It needs the inbox open; RFC 9051, section 5.5: a server must then keep the order. Without COUNT
            # the answer might be a line of any length.
            asked["SEARCH"] = f"SEARCH RETURN (COUNT) SINCE {lately_since(datetime.now(UTC).date())}"
        done, untagged = await self._imap.commands(*asked.values())
        answers = dict(zip(asked, done, strict=True))
        return self._judged(answers, untagged)

    @property
    def _tells_size(self) -> bool:
        return bool({"STATUS=SIZE", "IMAP4REV2"} & self._known)

    @property
    def _list_of_special_folders(self) -> str:
        """RFC 6154, section 3; a server without the extended LIST tells the uses in the plain one."""
        extended = {"LIST-EXTENDED", "IMAP4REV2"} & self._known
        return 'LIST (SPECIAL-USE) "" "*"' if extended else 'LIST "" "%"'

    def _judged(self, answers: Mapping[str, Response], untagged: Sequence[Response]) -> Outcome:
        opened = answers["EXAMINE"]
        if opened.word != "OK":
            return failed(
                Fault.OTHER,
                say(
                    "{host} does not open the inbox: “{reply}”",
                    host=self._server.host,
                    reply=Quoted(opened.said),
                ),
                say("Log in on the provider's web page and see whether the mailbox is there, and open."),
            )
        count = next((seen.number for seen in reversed(untagged) if seen.word == "EXISTS"), None)
        if count is None:
            return failed(
                Fault.OTHER,
                say("{host} does not say how many messages the inbox holds.", host=self._server.host),
                say("Tell whoever runs the server; --verbose shows what it said."),
            )
        status = status_in(*untagged)
        if status.get("MESSAGES") != count:
            # Dovecot tells here what its index knew before the inbox was opened.
            status = {}
        unread, octets = status.get("UNSEEN"), status.get("SIZE")
        own = namespace_in(*untagged)
        facts: dict[str, object] = {
            "messages": count,
            "unread": unread,
            "bytes": octets,
            "last_30_days": lately(found_in(*untagged), count, octets),
            "idle": "IDLE" in self._known,
            "special_folders": special_folders_in(*untagged) if "LIST" in answers else None,
            "namespace": None if own is None else {"prefix": own[0], "separator": own[1]},
            "quota": None,
        }
        inbox = counted(count, unread, octets)
        quota = answers.get("QUOTA")
        if quota is None:
            return passed(inbox, **facts)
        if quota.word != "OK":
            return warned(
                say("{inbox} Its quota cannot be told: “{reply}”", inbox=inbox, reply=Quoted(quota.said)),
                say("Mail works without. Tell whoever runs the server."),
                **facts,
            )
        return judged_by_quota(inbox, quotas_in(*untagged), facts)

    async def leave(self) -> None:
        """LOGOUT."""
        await self._imap.logout()
