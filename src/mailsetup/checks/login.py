"""Logging in: with which user names, in which way, and how often."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import anyio

from mailsetup.account import Address, Credential, Protocol, Secret, Server, Token, fill_placeholders
from mailsetup.checks.dialect import Dialect
from mailsetup.checks.mechanisms import OWN, NoWay, Offer, choose, make, next_after, takes_only_oauth, unbound
from mailsetup.checks.outcome import Outcome, failed, passed, skipped, warned
from mailsetup.checks.refused import nothing_sent, refused
from mailsetup.checks.report import Fault
from mailsetup.errors import Message, say
from mailsetup.net.failures import StreamClosed
from mailsetup.wire import bearer, sasl
from mailsetup.wire.faults import Unsendable
from mailsetup.wire.refusals import Refusal, Refused

MAX_ATTEMPTS = 2
"""Logins sent in one run for each protocol: providers lock accounts after a few wrong ones."""
ATTEMPT_SECONDS = 20.0
"""How long one login may take. Dovecot answers a wrong password after up to 15 seconds and 2 more when there
were others before it from the same address (auth-penalty.h, auth_failure_delay)."""


class Attempts:
    """How many logins may still be sent, over all servers of a run that speak the same protocol."""

    def __init__(self, most: int) -> None:
        self._left = dict.fromkeys(Protocol, most)

    def take(self, protocol: Protocol) -> bool:
        """Use up one, if one is left."""
        if not self._left[protocol]:
            return False
        self._left[protocol] -= 1
        return True


class Login:
    """The logins of one server.

    advice: what our own table of providers knows, for the fix of a refusal. can_retype: a password that was
    judged wrong is not tried with the other user name: a person says first whether they have mistyped it.
    names: the user names to try, in order. tried: those that were sent. worked: the one that was taken.
    """

    def __init__(
        self,
        server: Server,
        address: Address,
        attempts: Attempts,
        advice: Message | None = None,
        *,
        can_retype: bool = False,
    ) -> None:
        self._server = server
        self._attempts = attempts
        self._advice = advice
        self._can_retype = can_retype
        self.names = usernames(server, address)
        self.tried: list[str] = []
        self.worked: str | None = None

    async def enter(self, dialect: Dialect, credential: Credential | None, certificate: bytes) -> Outcome:
        """Log in by the best way that server and credential allow. certificate: the server's, in DER."""
        offer = Offer(self._server, dialect.mechanisms, dialect.own_command, certificate)
        if credential is None:
            if takes_only_oauth(offer):
                return nothing_sent(NoWay.OAUTH_ONLY, self._server, dialect.mechanisms)
            return skipped(say("No login was asked for."))
        require_sendable = (
            sasl.require_sendable if isinstance(credential, Secret) else bearer.require_sendable
        )
        for username in self.names:
            try:
                require_sendable(username, credential.reveal())
            except Unsendable as error:
                return failed(Fault.LOGIN, error.happened, error.fix)
        method = choose(offer, credential, self.names)
        if isinstance(method, NoWay):
            return nothing_sent(method, self._server, dialect.mechanisms)
        return await self._try_all(dialect, credential, offer, method)

    async def _try_all(self, dialect: Dialect, credential: Credential, offer: Offer, method: str) -> Outcome:
        """Try until one login is taken, or is refused for another reason than the name.

        The other user name comes before another mechanism: where both would be needed the two attempts are
        not enough, and names are wrong more often.
        """
        waiting = [(username, method) for username in self.names]
        sent: list[tuple[str, str]] = []
        answer: Refused | None = None
        while waiting:
            username, method = waiting.pop(0)
            if not self._attempts.take(self._server.protocol):
                break
            self.tried.append(username)
            try:
                with anyio.fail_after(ATTEMPT_SECONDS):
                    latest = await _send(dialect, offer, method, username, credential)
            except (StreamClosed, TimeoutError):
                # Many servers hang up after a refusal; it is the refusal that a person must hear of.
                if answer is None:
                    raise
                break
            if answer is not None and latest is not None and latest.why.puts_off:
                # Or they want a pause after it.
                break
            sent.append((username, method or dialect.own_method))
            answer = latest
            if answer is None:
                self.worked = username
                return logged_in(self._server, sent, await dialect.after_login())
            other = unbound(method, offer) if answer.judged else next_after(method, offer)
            if answer.why is Refusal.OTHER_WAY and other is not None:
                # It says nothing of the name.
                waiting.insert(0, (username, other))
            elif not answer.why.wrong or (answer.judged and self._can_retype):
                break
            elif not answer.judged and other is not None:
                waiting.append((username, other))
        return used_up(self._server) if answer is None else refused(answer, self._server, sent, self._advice)


async def _send(
    dialect: Dialect, offer: Offer, method: str, username: str, credential: Credential
) -> Refused | None:
    if method == OWN and isinstance(credential, Secret):
        return await dialect.login(username, credential.reveal())
    answer = await dialect.authenticate(make(method, username, credential, offer))
    if answer is not None and answer.why is Refusal.CREDENTIALS and isinstance(credential, Token):
        return replace(answer, why=Refusal.TOKEN)
    return answer


def usernames(server: Server, address: Address) -> tuple[str, ...]:
    """The user names to try, in order: the published one alone, or else both usual forms.

    RFC 6186, section 4: the full address first, then the local part.
    """
    if server.username is not None:
        return (fill_placeholders(server.username, address),)
    return address.ascii, address.local


def logged_in(server: Server, sent: Sequence[tuple[str, str]], facts: Mapping[str, object]) -> Outcome:
    """The step that ends well. sent: user name and method of each login; the last one worked."""
    (first, first_method), (user, method) = sent[0], sent[-1]
    facts = {"username": user, "tried": [name for name, _ in sent], "method": method, **facts}
    if method != first_method:
        return warned(
            say(
                "Logged in as {user} by {method}; {first}, which {host} offers as well, was refused.",
                user=user,
                method=method,
                first=first_method,
                host=server.host,
            ),
            say(
                "Nothing is to be done while your mail program gets in. If it does not, tell whoever runs "
                "the server that {first} fails.",
                first=first_method,
            ),
            **facts,
        )
    if user != first:
        text = say("Logged in as {user}; {first} was refused.", user=user, first=first)
        fix = say("{user} is the user name that mail programs must use here.", user=user)
        return replace(passed(text, **facts), fix=fix)
    return passed(say("Logged in as {user}.", user=user), **facts)


def used_up(server: Server) -> Outcome:
    """Another server of the same protocol has had all the attempts of this run."""
    return skipped(
        say("{host} was not tried: another server has refused this login already.", host=server.host),
        say("Mend that login first. More attempts in one run could lock the account."),
    )
