"""Why a login was refused, told apart by codes first and by words only where a code leaves it open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Refusal(Enum):
    """What a server means by refusing a login."""

    CREDENTIALS = "credentials"
    """User name or password are wrong, as far as the server says."""
    CREDENTIALS_OR_OAUTH = "credentials-or-oauth2"
    """Microsoft's servers say the same to a wrong password and to any password where only OAuth2 will do."""
    TOKEN = "token"
    """The token is not taken: run out, or for another account or use."""
    APP_PASSWORD = "app-password"
    """It wants a password made for mail programs."""
    WEB_LOGIN = "web-login"
    """It wants the person to log in by a browser first."""
    EXPIRED = "expired"
    """The password must be changed first."""
    LOCKED = "locked"
    """The account is locked or blocked."""
    SWITCHED_OFF = "switched-off"
    """This account may not log in this way; the provider or an administrator decided so."""
    OAUTH_ONLY = "oauth-only"
    """It takes no passwords from mail programs any more."""
    OTHER_WAY = "other-way"
    """It wants another mechanism."""
    TEMPORARY = "temporary"
    """The server cannot say now."""
    LIMITED = "limited"
    """Too many logins or connections."""
    TOO_SOON = "too-soon"
    """POP3 LOGIN-DELAY has not passed (RFC 2449, section 8.1.1)."""
    IN_USE = "in-use"
    """The password was right, and another program holds the mailbox (RFC 2449, section 8.1.2)."""

    @property
    def passing(self) -> bool:
        """Whether it says nothing against user name and password."""
        return self in _PASSING

    @property
    def puts_off(self) -> bool:
        """Whether it says nothing of user name and password; a mailbox in use says that both are right."""
        return self.passing and self is not Refusal.IN_USE

    @property
    def wrong(self) -> bool:
        """Whether another form of the user name may be right. A token says itself for whom it is."""
        return self in _WRONG


_PASSING = frozenset({Refusal.TEMPORARY, Refusal.LIMITED, Refusal.TOO_SOON, Refusal.IN_USE})
_WRONG = frozenset({Refusal.CREDENTIALS, Refusal.CREDENTIALS_OR_OAUTH})


@dataclass(frozen=True, slots=True)
class Refused:
    """A login that was refused. reply: the server's words, which may repeat what was sent.

    judged: whether it had got what it needs to judge the secret. told: facts from inside the mechanism.
    """

    why: Refusal
    reply: str
    judged: bool = True
    told: Mapping[str, str] = field(default_factory=dict)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# The first that fits decides. Where nothing is said of its source, the words are of more servers than one.
_WORDS: tuple[tuple[Refusal, re.Pattern[str]], ...] = (
    # Google, iCloud, Fastmail; mail.ru ("Application password is REQUIRED"); QQ ("authorization code");
    # Yahoo and AOL for the right main password ("(#MBR1212) Incorrect username or password").
    (
        Refusal.APP_PASSWORD,
        _any(
            r"application[- ](specific )?password",
            r"\bapp[- ](specific )?password",
            r"authorization code",
            r"#MBR1212\b",
        ),
    ),
    # Google: "Please log in via your web browser", "Web login required".
    (Refusal.WEB_LOGIN, _any(r"log ?in (via|with) your web browser", r"web login required")),
    (
        Refusal.EXPIRED,
        _any(r"password (has |is )?expired", r"must change (the |your )?password", r"password transition"),
    ),
    # Microsoft: "basic authentication is disabled", "Basic authentication is not supported".
    (Refusal.OAUTH_ONLY, _any(r"basic auth(entication)? is (disabled|not supported)")),
    # Yandex says both in one: "Invalid credentials or IMAP is disabled". Microsoft: "user credentials were
    # incorrect", under the code of basic authentication being off.
    (Refusal.CREDENTIALS, _any(r"credentials or (imap|pop3?) is disabled", r"credentials were incorrect")),
    (
        Refusal.LOCKED,
        _any(
            r"\b(account|user|mailbox) (is |has been )?(temporarily )?"
            r"(locked|blocked|suspended|disabled|deactivated|frozen)",
            r"locked out",
        ),
    ),
    # Orange: "OFR_104", "OFR004_104" with "Too many connections"; with "_305" it is the password.
    (
        Refusal.LIMITED,
        _any(
            r"too many",
            r"rate limit",
            r"connection limit",
            r"limit exceeded",
            r"maximum number of connections",
            r"\bOFR[0-9]{0,9}_104\b",
        ),
    ),
    (Refusal.IN_USE, _any(r"(mailbox|maildrop) (is )?(already )?(in use|locked)", r"already locked")),
    (
        Refusal.TEMPORARY,
        _any(r"temporar", r"try again later", r"unavailable", r"internal (server )?error", r"at present"),
    ),
    # Cyrus, of a mechanism that it announces and cannot go through with: "bad protocol / cancel".
    (Refusal.OTHER_WAY, _any(r"bad protocol")),
    # Microsoft: "SmtpClientAuthentication is disabled for the Tenant". Google: "not enabled for POP access".
    # Yandex: "does not have access rights to this service". Zoho: "You are yet to enable IMAP".
    (
        Refusal.SWITCHED_OFF,
        _any(r"is disabled", r"not enabled for", r"yet to enable", r"not have access rights"),
    ),
    # Exchange in its three protocols; Outlook.com says it to every password.
    (
        Refusal.CREDENTIALS_OR_OAUTH,
        _any(
            r"\A(AUTHENTICATE|LOGIN) failed\.?\Z",
            r"\ALogon failure: unknown user name or bad password",
            r"5\.7\.3 Authentication unsuccessful",
        ),
    ),
)
# A reason stands in the first lines or nowhere.
_MAX_WORDS = 4096
# What words may still add where a code has said that user name or password are wrong.
_FINER = frozenset(
    {
        *(Refusal.APP_PASSWORD, Refusal.WEB_LOGIN, Refusal.EXPIRED, Refusal.LOCKED, Refusal.OAUTH_ONLY),
        *(Refusal.SWITCHED_OFF, Refusal.CREDENTIALS_OR_OAUTH, Refusal.LIMITED, Refusal.OTHER_WAY),
    }
)


def by_words(text: str) -> Refusal | None:
    """What a refusal says in words, or None where they name no reason that is known here."""
    beginning = text[:_MAX_WORDS]
    return next((why for why, pattern in _WORDS if pattern.search(beginning)), None)


def finer(text: str) -> Refusal:
    """Why, where a code says that user name or password are wrong: the words may say what is wrong."""
    why = by_words(text)
    return why if why in _FINER else Refusal.CREDENTIALS
