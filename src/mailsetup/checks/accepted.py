"""A certificate that was accepted: what it says, and what is worth a warning all the same."""

from datetime import UTC, datetime, timedelta

from mailsetup.account import Server
from mailsetup.checks.certificate import Certificate, read
from mailsetup.checks.outcome import Outcome, passed, warned
from mailsetup.errors import say
from mailsetup.net.stream import Proof, TlsFacts

# Whoever renews by a program does so with a third of the lifetime left: Let's Encrypt's own advice, 30 days
# of 90. With less than half of that something has stopped, and 14 days are enough to mend it by hand.
_SOON = timedelta(days=14)
_PART_OF_LIFETIME = 6


def accepted(server: Server, tls: TlsFacts) -> Outcome:
    """TLS stands, and the certificate is right."""
    now = datetime.now(UTC)
    seen = read(tls.certificate)
    version = tls.version.replace("TLSv", "TLS ")
    facts: dict[str, object] = {"version": tls.version, "cipher": tls.cipher, "proof": tls.proof.value}
    if seen is not None:
        facts |= seen.facts(now)
    if tls.proof is not Proof.HOST:
        return warned(
            say(
                "{version}; the certificate names the mail domain, not {host}.",
                version=version,
                host=server.host,
            ),
            say(
                "This is proof enough here, but Thunderbird and other mail programs look for {host} and will "
                "refuse it. Ask whoever runs the server for a certificate that names it.",
                host=server.host,
            ),
            **facts,
        )
    if seen is None:
        return passed(say("{version}; the certificate is right.", version=version), **facts)
    between = seen.interceptor
    if between is not None:
        return warned(
            say(
                "{version}, and {product} reads along: the certificate is its own (“{issuer}”), which this "
                "computer trusts.",
                version=version,
                product=between,
                issuer=seen.issuer,
            ),
            say(
                "It sees your password and your mail. If you do not want that, switch off its scanning of "
                "encrypted connections for mail."
            ),
            interceptor=between,
            **facts,
        )
    if runs_out(seen, now):
        return warned(
            say(
                "{version}; the certificate is right, and expires on {until}.",
                version=version,
                until=seen.until.date().isoformat(),
            ),
            say("Whoever runs the server must renew it before: after that day mail programs refuse it."),
            **facts,
        )
    return passed(
        say(
            "{version}; the certificate is right, until {until}.",
            version=version,
            until=seen.until.date().isoformat(),
        ),
        **facts,
    )


def runs_out(seen: Certificate, now: datetime) -> bool:
    """Whether a certificate should long have been renewed."""
    return seen.until - now < min(_SOON, (seen.until - seen.since) / _PART_OF_LIFETIME)
