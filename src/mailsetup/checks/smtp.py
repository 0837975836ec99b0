"""Submission in the steps of a check: everything up to a message, and no message."""

from collections.abc import Sequence

from mailsetup.account import Address, Server
from mailsetup.checks import channel
from mailsetup.checks.outcome import Outcome, Quoted, failed, passed, skipped
from mailsetup.checks.progress import Work
from mailsetup.checks.report import Fault, StepName
from mailsetup.checks.sizes import size
from mailsetup.errors import say
from mailsetup.net.stream import Stream
from mailsetup.wire.refusals import Refused
from mailsetup.wire.sasl import Mechanism
from mailsetup.wire.smtp import Extensions, Reply, Smtp, parse_extensions

# A number longer than this is no size, and Python refuses to read some.
_MAX_DIGITS = 18


class SmtpCheck:
    """See `dialect.Dialect`. wanted: whether sender and recipient are to be tried after the login."""

    def __init__(self, stream: Stream, server: Server, address: Address, *, wanted: bool) -> None:
        self._server = server
        self._address = address
        self._wanted = wanted
        self._smtp = Smtp(stream)
        self._extensions: Extensions = {}

    async def greet(self, *, proven: bool) -> Outcome:
        """Read the greeting (RFC 5321, section 3.1)."""
        greeting = await self._smtp.reply()
        if greeting.code == 220:
            if not proven:
                return passed(say("Greeted."))
            return passed(
                say("{host} speaks SMTP.", host=self._server.host), greeting=Quoted(" ".join(greeting.lines))
            )
        if not proven:
            return channel.turned_away(self._server)
        return failed(
            Fault.OTHER,
            say("{host} turned us away: “{reply}”", host=self._server.host, reply=Quoted(greeting.said)),
            say("It may be overloaded, or block this network for a while. Try again later."),
        )

    async def ask_for_tls(self) -> Outcome | None:
        """EHLO, then STARTTLS (RFC 3207, section 4). A server that refuses EHLO is not asked with HELO."""
        hello = await self._smtp.ehlo()
        if not hello.ok or "STARTTLS" not in parse_extensions(hello.lines[1:]):
            return channel.no_starttls(self._server)
        reply = await self._smtp.command("STARTTLS")
        return None if reply.code == 220 else channel.no_starttls(self._server)

    async def capabilities(self) -> Outcome:
        """EHLO over TLS."""
        hello = await self._smtp.ehlo()
        if not hello.ok:
            return failed(
                Fault.OTHER,
                say("{host} refuses EHLO: “{reply}”", host=self._server.host, reply=Quoted(hello.said)),
                say("Ask the provider which server and port mail programs are to send by."),
            )
        self._extensions = parse_extensions(hello.lines[1:])
        limit = self._size_limit
        if limit is None:
            text = say("Submission; it names no limit for the size of a message.")
        else:
            text = say("Submission; messages may have up to {size}.", size=size(limit))
        return passed(
            text,
            capabilities=sorted(" ".join((name, *words)) for name, words in self._extensions.items()),
            mechanisms=sorted(self.mechanisms),
            size_limit=limit,
            eight_bit="8BITMIME" in self._extensions,
            smtputf8="SMTPUTF8" in self._extensions,
        )

    @property
    def _size_limit(self) -> int | None:
        """Bytes (RFC 1870, section 3: 0 is no fixed limit), or None."""
        word = next(iter(self._extensions.get("SIZE", ())), "")
        return (int(word) or None) if word.isascii() and word.isdigit() and len(word) <= _MAX_DIGITS else None

    @property
    def mechanisms(self) -> frozenset[str]:
        """The SASL mechanisms that it announced."""
        return frozenset(name.upper() for name in self._extensions.get("AUTH", ()))

    # SMTP has no command of its own for it.
    own_command = False
    own_method = ""

    async def authenticate(self, mechanism: Mechanism) -> Refused | None:
        """AUTH."""
        return await self._smtp.auth(mechanism)

    async def login(self, username: str, password: str) -> Refused | None:
        """Never called."""
        raise ValueError("SMTP has no command of its own for a login")

    async def after_login(self) -> dict[str, object]:
        """Nothing."""
        return {}

    @property
    def last_steps(self) -> Sequence[tuple[StepName, Work]]:
        """Sender and recipient."""
        return ((StepName.SEND, self._send),)

    async def _send(self) -> Outcome:
        if not self._wanted:
            return skipped(say("Sending was not to be tried."))
        own, option = self._address.ascii, ""
        if not self._address.local.isascii():
            if "SMTPUTF8" not in self._extensions:
                return failed(
                    Fault.OTHER,
                    say(
                        "{host} cannot send for {address}: it lacks SMTPUTF8.",
                        host=self._server.host,
                        address=str(self._address),
                    ),
                    say(
                        "Only ASCII letters before the @ will do here. Ask the provider for such an address."
                    ),
                )
            own, option = str(self._address), " SMTPUTF8"
        # To oneself: a stranger's address would be probed in the user's name.
        refused = await self._tried(f"MAIL FROM:<{own}>{option}", f"RCPT TO:<{own}>")
        if refused is not None:
            return self._sender_refused(own, refused)
        return passed(
            say(
                "{host} takes mail from {address}, as far as can be told without sending any.",
                host=self._server.host,
                address=own,
            ),
            address=own,
        )

    async def _tried(self, sender: str, recipient: str) -> Reply | None:
        """The reply that refuses sender or recipient, or None; then the transaction is taken back."""
        if "PIPELINING" in self._extensions:
            replies = await self._smtp.commands(sender, recipient, "RSET")
            return next((reply for reply in replies[:2] if not reply.ok), None)
        for command in (sender, recipient):
            reply = await self._smtp.command(command)
            if not reply.ok:
                break
        await self._smtp.command("RSET")
        return None if reply.ok else reply

    def _sender_refused(self, own: str, reply: Reply) -> Outcome:
        if reply.temporary:
            text = say(
                "{host} takes no mail from {address} now: “{reply}”",
                host=self._server.host,
                address=own,
                reply=Quoted(reply.said),
            )
            fix = say("Try again in some minutes.")
        else:
            text = say(
                "{host} takes no mail from {address}: “{reply}”",
                host=self._server.host,
                address=own,
                reply=Quoted(reply.said),
            )
            fix = say(
                "See whether this login may send for this address, and whether sending is switched on for it."
            )
        return failed(Fault.OTHER, text, fix, address=own, code=reply.code, enhanced=reply.enhanced or None)

    async def leave(self) -> None:
        """QUIT."""
        await self._smtp.command("QUIT")
