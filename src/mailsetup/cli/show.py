"""How results look to people, at 80 columns, with or without colour."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from mailsetup.account import Account, Protocol, Retention, Server, Subject, domain_of
from mailsetup.checks.report import Verdict
from mailsetup.cli.console import Console, clean, sentence
from mailsetup.cli.labels import MARKS, SECURITY
from mailsetup.clients.changes import Action, ChangeSet
from mailsetup.discovery.finding import Candidate, Discovery, Hint, Outcome, Trust
from mailsetup.errors import Message, say

_TRUST = {
    Trust.VERIFIED: say("The domain itself says so, over a proven channel."),
    Trust.CURATED: say("A maintained list of providers says so."),
    Trust.UNSIGNED: say("Only unsigned DNS or an unproven page says so."),
    Trust.GUESSED: say("This is a guess by the usual names: nobody says so."),
}
_USERNAMES = {
    "%EMAILADDRESS%": say("User name: the whole address."),
    "%EMAILLOCALPART%": say("User name: the part of the address before the @."),
}
"""Of a domain alone no address is known yet."""
_FEW = 3


def place(server: Server) -> Message:
    """A server on one line: host, port and encryption, the host whole."""
    return say(
        "{host}:{port} ({security})", host=server.host, port=server.port, security=SECURITY[server.security]
    )


def show_discovery(console: Console, found: Discovery) -> None:
    """The candidates, best first, with what speaks for each."""
    console.say(say("Mail servers of {subject}, best first", subject=found.subject), style="title")
    if found.provider:
        console.say(say("Provider: {provider}", provider=found.provider))
    for title, candidates in (
        (say("Fetching mail"), found.incoming),
        (say("Sending mail"), found.outgoing),
    ):
        console.line()
        console.say(title, style="title")
        _show_candidates(console, candidates, found.subject)
        if not candidates:
            console.say(say("nothing found"), indent="  ")
    for hint in found.hints:
        console.line()
        console.say(hint_sentence(hint))
    show_warnings(console, found)


def hint_sentence(hint: Hint) -> Message:
    """What to do first, and its page: in our words, or in the provider's."""
    if isinstance(hint.text, Message):
        return say("{advice} See {url}", advice=hint.text, url=hint.url)
    return say("The provider says: {text} {url}", text=hint.text, url=hint.url)


def _show_candidates(console: Console, candidates: Iterable[Candidate], subject: Subject) -> None:
    """Each on a line; what is to be said of several in a row is said once, below them."""
    remarked = ((candidate, list(_remark(candidate, subject))) for candidate in candidates)
    for remarks, alike in groupby(remarked, key=lambda one: one[1]):
        for candidate, _ in alike:
            server = candidate.server
            console.line(f"  {server.protocol.label:5} {sentence(place(server))}")
        for text, style in remarks:
            console.say(text, style=style, indent=" " * 8)


def _remark(found: Candidate, subject: Subject) -> Iterator[tuple[Message, str | None]]:
    """What is to be said of a server, each with its style."""
    server = found.server
    if server.username is not None:
        yield _USERNAMES.get(server.username, say("User name: {user}.", user=server.username)), None
    yield say("{trust} ({sources})", trust=_TRUST[found.trust], sources=", ".join(found.sources)), None
    if found.retention is not None:
        # Shown, and never applied silently.
        yield say("The provider suggests: {what}", what=retention_sentence(found.retention)), None
    if found.needs_consent:
        text = say(
            "{host} does not belong to {domain}: it is used only after your yes.",
            host=server.host,
            domain=domain_of(subject),
        )
        yield text, "warn"
    for warning in found.warnings:
        yield warning.text, "warn"


def found_sentence(found: Discovery) -> Message:
    """The best server of each protocol, in one sentence."""
    best = {one.server.protocol: one.server.host for one in reversed((*found.incoming, *found.outgoing))}
    servers = ", ".join(f"{protocol.label} {best[protocol]}" for protocol in Protocol if protocol in best)
    return say("Found for {domain}: {servers}.", domain=domain_of(found.subject), servers=servers)


def show_warnings(console: Console, found: Discovery) -> None:
    """What the person should know of the discovery as a whole, on stderr."""
    for warning in found.warnings:
        # Where this is so, nothing was found, and the error says it again.
        if warning.code != "no-such-domain":
            console.warn(warning.text)


def show_in_vain(console: Console, found: Discovery) -> None:
    """Which answers were of no use: with --verbose all of them, else the first few reasons."""
    if console.verbose:
        for finding in found.findings:
            if finding.detail is not None:
                console.note(say("{question}: {detail}", question=finding.question, detail=finding.detail))
        return
    told = [part for warning in found.warnings for part in (warning.text, *warning.text.fields.values())]
    reasons: list[Message] = []
    for finding in found.findings:
        # A guess that fails is no fault of anybody's.
        useless = finding.outcome in (Outcome.FAILED, Outcome.REFUSED) and finding.source != "guess"
        if useless and finding.detail is not None and finding.detail not in (*told, *reasons):
            reasons.append(finding.detail)
    for reason in reasons[:_FEW]:
        console.note(reason)
    if len(reasons) > _FEW:
        console.note(say("Questions that failed besides: {count}.", count=len(reasons) - _FEW))


def show_verdict(
    console: Console, verdict: Verdict, name: Message, text: Message, fix: Message | None
) -> None:
    """One thing that was looked at: its verdict in a word, its sentence, and the fix."""
    head = f"  {sentence(MARKS[verdict]):5} {sentence(name):13} "
    style = None if verdict is Verdict.PASS else verdict.value
    console.line(console.fold(text, first=head, rest=" " * len(head)), style=style)
    if fix is not None:
        console.line(console.fold(fix, first=" " * len(head) + "-> ", rest=" " * (len(head) + 3)))


def show_changes(console: Console, changes: ChangeSet) -> None:
    """The planned changes as a diff."""
    for change in changes.changes:
        if change.action is Action.NONE:
            continue
        for line in change.diff.splitlines():
            style = {"+": "add", "-": "remove"}.get(line[:1]) if line[:3] not in ("+++", "---") else "title"
            console.line(clean(line), style=style)


def show_notes(console: Console, changes: ChangeSet) -> None:
    """What a person should know of a plan, on stderr."""
    for note in changes.notes:
        console.warn(note)


def show_account(console: Console, account: Account) -> None:
    """What the mail program will be set up with."""
    console.say(say("Settings for {address}", address=account.address), style="title")
    for server in (account.incoming, account.outgoing):
        console.line(f"  {server.protocol.label:5} {sentence(place(server))}")
        console.say(say("User name: {user}.", user=server.username), indent=" " * 8)
    console.say(retention_sentence(account.retention), indent="  ")


def retention_sentence(retention: Retention | None) -> Message:
    """What becomes of the mail on the server, in plain words."""
    if retention is None:
        return say("All mail stays on the server, and every device shows the same (IMAP).")
    if not retention.keep:
        return say("Mail is removed from the server as soon as this machine has it (POP3).")
    match retention.days, retention.until_deleted:
        case None, False:
            return say("Mail is downloaded here, and a copy stays on the server for ever (POP3).")
        case None, True:
            return say(
                "Mail is downloaded here, and a copy stays on the server until you delete it here (POP3)."
            )
        case 1, False:
            return say("Mail is downloaded here, and a copy stays on the server for one day (POP3).")
        case days, False:
            return say(
                "Mail is downloaded here, and a copy stays on the server for {days} days (POP3).", days=days
            )
        case days, _:
            return say(
                "Mail is downloaded here, and a copy stays on the server for {days} days, or until you "
                "delete it here (POP3).",
                days=days,
            )
