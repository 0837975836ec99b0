"""How results look to people, at 80 columns, with or without colour."""

from collections.abc import Iterable

from mailsetup.account import Account, Retention, Security, Server, Subject, domain_of
from mailsetup.checks.report import Report, Verdict
from mailsetup.cli.console import Console, clean
from mailsetup.clients.changes import Action, ChangeSet
from mailsetup.discovery.finding import Candidate, Discovery, Finding, Trust
from mailsetup.errors import Message, say

_SECURITY = {
    Security.TLS: "TLS",
    Security.STARTTLS: "STARTTLS",
    Security.PLAIN: "no encryption",
}
_TRUST = {
    Trust.VERIFIED: say("The domain itself says so, over a proven channel."),
    Trust.CURATED: say("A maintained provider database says so."),
    Trust.UNSIGNED: say("Only unsigned DNS or an unproven page says so."),
    Trust.GUESSED: say("This is a guess."),
}
_MARKS = {Verdict.PASS: "ok", Verdict.WARN: "warn", Verdict.FAIL: "FAIL", Verdict.SKIP: "skip"}


def place(server: Server) -> str:
    """A server on one line: host, port and encryption, the host whole."""
    return f"{server.host}:{server.port} ({_SECURITY[server.security]})"


def show_discovery(console: Console, found: Discovery) -> None:
    """The candidates, best first, with what speaks for each."""
    console.say(say("Mail servers of {subject}, best first", subject=found.subject), style="title")
    for title, candidates in (
        (say("Fetching mail"), found.incoming),
        (say("Sending mail"), found.outgoing),
    ):
        console.line()
        console.say(title, style="title")
        for candidate in candidates:
            _show_candidate(console, candidate, found.subject)
        if not candidates:
            console.say(say("nothing found"), indent="  ")
    for hint in found.hints:
        console.line()
        console.say(say("The provider says: {text} {url}", text=hint.text, url=hint.url))
    show_warnings(console, found)


def _show_candidate(console: Console, found: Candidate, subject: Subject) -> None:
    server = found.server
    console.line(f"  {server.protocol.label:5} {clean(place(server))}")
    if server.username is not None:
        console.say(say("User name: {user}.", user=server.username), indent=" " * 8)
    console.say(
        say("{trust} ({sources})", trust=_TRUST[found.trust], sources=", ".join(found.sources)),
        indent=" " * 8,
    )
    if found.needs_consent:
        console.say(
            say(
                "{host} does not belong to {domain}: it is used only after your yes.",
                host=server.host,
                domain=domain_of(subject),
            ),
            style="warn",
            indent=" " * 8,
        )
    for warning in found.warnings:
        console.say(warning.text, style="warn", indent=" " * 8)


def show_warnings(console: Console, found: Discovery) -> None:
    """What the person should know of the discovery as a whole, on stderr."""
    for warning in found.warnings:
        # Where this is so, nothing was found, and the error says it again.
        if warning.code != "no-such-domain":
            console.warn(warning.text)


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """What was asked in vain, and what came of it."""
    for finding in findings:
        if finding.detail is not None:
            console.note(say("{question}: {detail}", question=finding.question, detail=finding.detail))


def show_report(console: Console, report: Report) -> None:
    """All the steps of one server."""
    server = report.server
    console.line(f"{server.protocol.label} {clean(place(server))}", style="title")
    for step in report.steps:
        show_verdict(console, step.verdict, step.name.value, step.text, step.fix)
    console.line()


def show_verdict(console: Console, verdict: Verdict, name: str, text: Message, fix: Message | None) -> None:
    """One thing that was looked at: its verdict in a word, its sentence, and the fix."""
    head = f"  {_MARKS[verdict]:5} {name:13} "
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
    for note in changes.notes:
        console.warn(note)


def show_account(console: Console, account: Account) -> None:
    """What the mail program will be set up with."""
    console.say(say("Settings for {address}", address=account.address), style="title")
    for server in (account.incoming, account.outgoing):
        console.line(f"  {server.protocol.label:5} {clean(place(server))}")
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
