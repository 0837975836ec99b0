"""What it means for the person that a login was refused, or that nothing was sent."""

from collections.abc import Iterable, Mapping, Sequence

from mailsetup.account import Server
from mailsetup.checks.mechanisms import NoWay
from mailsetup.checks.outcome import Outcome, Quoted, failed, skipped
from mailsetup.checks.report import Fault
from mailsetup.errors import Message, say
from mailsetup.wire.refusals import Refusal, Refused


def nothing_sent(why: NoWay, server: Server, mechanisms: Iterable[str]) -> Outcome:
    """What to say where no credential is sent."""
    offered = sorted(mechanisms)
    host, listed = server.host, ", ".join(offered) or "-"
    match why:
        case NoWay.OPEN:
            return skipped(say("The settings say that {host} wants no login.", host=host), open=True)
        case NoWay.OAUTH_ONLY:
            return skipped(
                say("{host} takes only OAuth2, no password; none was sent.", host=host),
                say("Sign in from within the mail program: it opens the provider's own page for it."),
                mechanisms=offered,
            )
        case NoWay.NO_TOKENS:
            return failed(
                Fault.OTHER,
                say("{host} takes no OAuth2 token; none was sent.", host=host),
                say(
                    "It offers: {mechanisms}. Leave out --token-command to use a password.", mechanisms=listed
                ),
                mechanisms=offered,
            )
        case NoWay.NOT_CARRIED:
            return failed(
                Fault.LOGIN,
                say(
                    "{host} takes passwords by SCRAM alone, which cannot carry every character of this one.",
                    host=host,
                ),
                say("Choose a password of ordinary letters, figures and signs at the provider."),
                mechanisms=offered,
            )
        case NoWay.UNKNOWN:
            return failed(
                Fault.OTHER,
                say("{host} offers no way to log in that is known here.", host=host),
                say(
                    "It offers: {mechanisms}. Ask the provider which mail programs it supports.",
                    mechanisms=listed,
                ),
                mechanisms=offered,
            )


def refused(
    refused: Refused, server: Server, sent: Sequence[tuple[str, str]], advice: Message | None
) -> Outcome:
    """The step that ends with a refusal. sent: user name and method of each login that was refused, in order.

    advice: what our own table of providers knows.
    """
    host, reply = server.host, Quoted(refused.reply)
    (first, first_method), (user, method) = sent[0], sent[-1]
    facts: Mapping[str, object] = {
        "tried": [name for name, _ in sent],
        "method": method,
        "refusal": refused.why.value,
        **refused.told,
    }
    fix = FIXES[refused.why]
    if refused.why.passing:
        text = say("{host} cannot let {user} in now: “{reply}”", host=host, user=user, reply=reply)
        return failed(Fault.OTHER, text, fix, **facts)
    if user != first:
        text = say(
            "{host} refused the logins of {first} and of {user}: “{reply}”",
            host=host,
            first=first,
            user=user,
            reply=reply,
        )
    elif method != first_method:
        text = say(
            "{host} refused the login of {user}, by {first} and by {method}: “{reply}”",
            host=host,
            user=user,
            first=first_method,
            method=method,
            reply=reply,
        )
    else:
        text = say("{host} refused the login of {user}: “{reply}”", host=host, user=user, reply=reply)
    if advice is not None and refused.why is Refusal.CREDENTIALS:
        # What some providers want is of no interest where it is known what this one wants.
        fix = say("Check user name and password. {advice}", advice=advice)
    elif advice is not None:
        fix = say("{fix} {advice}", fix=fix, advice=advice)
    return failed(Fault.LOGIN, text, fix, **facts)


FIXES: Mapping[Refusal, Message] = {
    Refusal.CREDENTIALS: say(
        "Check user name and password. Some providers want an app password here, "
        "or the access by mail programs to be switched on in their settings."
    ),
    Refusal.CREDENTIALS_OR_OAUTH: say(
        "Check user name and password. A Microsoft server says the same where it takes no passwords from "
        "mail programs: then sign in from within the mail program, with OAuth2."
    ),
    Refusal.TOKEN: say(
        "Fetch a new token: most serve for an hour. It must be for this account, and for mail by this "
        "protocol."
    ),
    Refusal.APP_PASSWORD: say("Make an app password in the provider's security settings, and use that."),
    Refusal.WEB_LOGIN: say(
        "Log in on the provider's web page, agree there that it is you, and try again a little later."
    ),
    Refusal.EXPIRED: say("Change the password on the provider's web page, then use the new one."),
    Refusal.LOCKED: say(
        "Log in on the provider's web page, or ask whoever runs the server, to have the account opened "
        "again. More tries may keep it locked."
    ),
    Refusal.SWITCHED_OFF: say(
        "It is not the password. Switch on the access by mail programs in the provider's settings, "
        "or ask whoever runs the server."
    ),
    Refusal.OAUTH_ONLY: say(
        "It is not the password: this server takes none from mail programs any more. Sign in from within "
        "the mail program, with OAuth2."
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
"""What to do about each."""
