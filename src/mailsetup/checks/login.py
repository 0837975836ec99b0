"""Logging in: with which user names, how often, and what a refusal means for the person."""

from collections.abc import Iterable, Mapping, Sequence

import anyio

from mailsetup.account import Address, Auth, Protocol, Server, fill_placeholders
from mailsetup.checks.dialect import Dialect, WayIn
from mailsetup.checks.outcome import Outcome, Quoted, failed, passed, skipped
from mailsetup.checks.report import Fault
from mailsetup.errors import Message, say
from mailsetup.net.failures import StreamClosed
from mailsetup.wire.faults import Unsendable
from mailsetup.wire.refusals import Refusal, Refused
from mailsetup.wire.sasl import require_sendable

MAX_ATTEMPTS = 2
"""Logins sent in one run for each protocol: providers lock accounts after a few wrong ones."""
ATTEMPT_SECONDS = 20.0
"""How long one login may take. Dovecot answers a wrong password after up to 15 seconds and 2 more when there
were others before it from the same address (auth-penalty.h, auth_failure_delay)."""


class Attempts:
    """How many logins may still be sent, over all servers of a run that speak the same protocol."""

    def __init__(self) -> None:
        self._left = dict.fromkeys(Protocol, MAX_ATTEMPTS)

    def take(self, protocol: Protocol) -> bool:
        """Use up one, if one is left."""
        if not self._left[protocol]:
            return False
        self._left[protocol] -= 1
        return True


class Login:
    """The logins of one server.

    names: the user names to try, in order. tried: those that were sent. worked: the one that was taken.
    """

    def __init__(self, server: Server, address: Address, attempts: Attempts) -> None:
        self._server = server
        self._attempts = attempts
        self.names = usernames(server, address)
        self.tried: list[str] = []
        self.worked: str | None = None

    async def try_all(self, dialect: Dialect, password: str) -> Outcome:
        """Try the user names until one is taken, or the refusal is for another reason than the name."""
        answered: list[str] = []
        answer = None
        for username in self.names:
            try:
                require_sendable(username, password)
            except Unsendable as error:
                return failed(Fault.LOGIN, error.happened, error.fix)
            if not self._attempts.take(self._server.protocol):
                break
            self.tried.append(username)
            try:
                with anyio.fail_after(ATTEMPT_SECONDS):
                    answer = await dialect.login(username, password)
            except (StreamClosed, TimeoutError):
                # Many servers hang up after a refusal; it is the refusal that a person must hear of.
                if answer is None:
                    raise
                break
            answered.append(username)
            if answer is None:
                self.worked = username
                return logged_in(answered, await dialect.after_login())
            if answer.why is not Refusal.CREDENTIALS:
                break
        return used_up(self._server) if answer is None else refused(answer, self._server, answered)


def usernames(server: Server, address: Address) -> tuple[str, ...]:
    """The user names to try, in order: the published one alone, or else both usual forms.

    RFC 6186, section 4: the full address first, then the local part.
    """
    if server.username is not None:
        return (fill_placeholders(server.username, address),)
    return address.ascii, address.local


def says_oauth_only(server: Server) -> bool:
    """Whether the settings name OAuth2 and no way to log in with a password.

    They are believed before the server: Outlook.com announces PLAIN, and refuses it to all.
    """
    return Auth.OAUTH2 in server.auth and not {Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD} & set(server.auth)


def without_password(way: WayIn, server: Server, mechanisms: Iterable[str]) -> Outcome:
    """What to say where no password is sent."""
    offered = sorted(mechanisms)
    if way is WayIn.OPEN:
        return skipped(say("The settings say that {host} wants no login.", host=server.host), open=True)
    if way is WayIn.OAUTH_ONLY:
        return skipped(
            say("{host} takes only OAuth2, no password; none was sent.", host=server.host),
            say("Sign in from within the mail program: it opens the provider's own page for it."),
            mechanisms=offered,
        )
    return failed(
        Fault.OTHER,
        say("{host} offers no way to log in that is known here.", host=server.host),
        say(
            "It offers: {mechanisms}. Ask the provider which mail programs it supports.",
            mechanisms=", ".join(offered) or "-",
        ),
        mechanisms=offered,
    )


def refused(refused: Refused, server: Server, answered: Sequence[str]) -> Outcome:
    """The step that ends with a refusal. answered: the user names that were refused, in order."""
    host, user, reply = server.host, answered[-1], Quoted(refused.reply)
    facts = {"tried": list(answered), "refusal": refused.why.value}
    if refused.why.passing:
        text = say("{host} cannot let {user} in now: “{reply}”", host=host, user=user, reply=reply)
        return failed(Fault.OTHER, text, _FIXES[refused.why], **facts)
    if len(answered) > 1:
        text = say(
            "{host} refused the logins of {first} and of {user}: “{reply}”",
            host=host,
            first=answered[0],
            user=user,
            reply=reply,
        )
    else:
        text = say("{host} refused the login of {user}: “{reply}”", host=host, user=user, reply=reply)
    return failed(Fault.LOGIN, text, _FIXES[refused.why], **facts)


def logged_in(tried: Sequence[str], facts: Mapping[str, object]) -> Outcome:
    """The step that ends well. tried: the user names sent; the last one worked."""
    if len(tried) == 1:
        text = say("Logged in as {user}.", user=tried[0])
    else:
        text = say("Logged in as {user}; {first} was refused.", user=tried[-1], first=tried[0])
    return passed(text, username=tried[-1], tried=list(tried), **facts)


def used_up(server: Server) -> Outcome:
    """Another server of the same protocol has had all the attempts of this run."""
    return skipped(
        say("{host} was not tried: another server has refused this login already.", host=server.host),
        say("Mend that login first. More attempts in one run could lock the account."),
    )


_FIXES: dict[Refusal, Message] = {
    Refusal.CREDENTIALS: say(
        "Check user name and password. Some providers want an app password here, "
        "or the access by mail programs to be switched on in their settings."
    ),
    Refusal.APP_PASSWORD: say("Make an app password in the provider's security settings, and use that."),
    Refusal.EXPIRED: say("Change the password on the provider's web page, then use the new one."),
    Refusal.SWITCHED_OFF: say(
        "It is not the password. Switch on the access by mail programs in the provider's settings, "
        "or ask whoever runs the server."
    ),
    Refusal.OTHER_WAY: say("Ask the provider how mail programs must log in."),
    Refusal.TEMPORARY: say("This is no word on the password. Try again in some minutes."),
    Refusal.LIMITED: say(
        "Close other mail programs that use this account, and wait some minutes before you try again."
    ),
    Refusal.TOO_SOON: say("The server wants a pause between two logins. Wait some minutes, then try again."),
    Refusal.IN_USE: say(
        "The password was right, and another program holds the mailbox. Close it, then try again."
    ),
}
