"""The JSON form of the words: versioned, always in English, and its JSON Schema.

Reading back (`--from`) is strict about types and takes nothing on trust: what a document says of
consent is not read at all.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mailsetup.account import (
    Account,
    Address,
    Auth,
    Domain,
    Protocol,
    Retention,
    Security,
    Server,
    Subject,
    domain_of,
)
from mailsetup.checks.report import Report, Step, worst
from mailsetup.clients.changes import ChangeSet
from mailsetup.discovery.finding import Candidate, Discovery, Finding, Trust, Warn
from mailsetup.errors import MailsetupError, Message, WrongUsage, say


class RetentionForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=False):
    """What POP3 leaves on the server."""

    keep: bool
    days: int | None = None
    until_deleted: bool = False


class ServerForm(msgspec.Struct, kw_only=True):
    """One server and how to log in."""

    protocol: Protocol
    host: str
    port: int
    security: Security
    auth: list[Auth] = []
    username: str | None = None


class WarningForm(msgspec.Struct, kw_only=True):
    """Something a person should know; `code` is for programs."""

    code: str
    text: str


class CandidateForm(ServerForm, kw_only=True):
    """A server with what is known of it."""

    trust: str
    foreign: bool = False
    needs_consent: bool = False
    sources: list[str] = []
    srv_service: str | None = None
    retention: RetentionForm | None = None
    warnings: list[WarningForm] = []


class EvidenceForm(msgspec.Struct, kw_only=True):
    """What was asked on the way, and what was answered."""

    asked: str
    answer: str
    secure: bool


class FindingForm(msgspec.Struct, kw_only=True):
    """One question to a source, and what it brought."""

    source: str
    outcome: str
    question: str
    detail: str | None
    trust: str
    seconds: float
    evidence: list[EvidenceForm]


class HintForm(msgspec.Struct, kw_only=True):
    """What the provider tells the person to do."""

    text: str
    url: str


class ProviderForm(msgspec.Struct, kw_only=True):
    """Who runs the mail, by its own settings."""

    name: str
    hints: list[HintForm]


class DiscoveryForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup discover --json`."""

    kind: str = "mailsetup/discovery/1"
    address: str | None = None
    domain: str
    incoming: list[CandidateForm]
    outgoing: list[CandidateForm]
    findings: list[FindingForm] = []
    provider: ProviderForm | None = None
    warnings: list[WarningForm] = []


class StepForm(msgspec.Struct, kw_only=True):
    """One step of a check."""

    step: str
    verdict: str
    text: str
    fix: str | None
    seconds: float
    facts: dict[str, Any]


class ReportForm(msgspec.Struct, kw_only=True):
    """All the steps of one server."""

    server: ServerForm
    verdict: str
    logins_tried: int
    steps: list[StepForm]


class CheckForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup check --json`."""

    kind: str = "mailsetup/check/1"
    address: str
    verdict: str
    servers: list[ReportForm]


class ChangeForm(msgspec.Struct, kw_only=True):
    """One file of an export."""

    path: str
    action: str
    diff: str


class ExportForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup export --json`."""

    kind: str = "mailsetup/export/1"
    client: str
    profile: str
    applied: bool
    undo: str | None
    changes: list[ChangeForm]
    notes: list[str] = []


class AccountForm(msgspec.Struct, kw_only=True):
    """What the mail program is set up with."""

    address: str
    name: str
    incoming: ServerForm
    outgoing: ServerForm
    retention: RetentionForm | None


class SetupForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup setup --json`."""

    kind: str = "mailsetup/setup/1"
    account: AccountForm
    discovery: DiscoveryForm
    check: CheckForm
    export: ExportForm


class ErrorForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """What stands on stdout in place of a result when a command fails."""

    kind: str = "mailsetup/error/1"
    error: str
    fix: str
    exit: int


FORMS: Mapping[str, type[msgspec.Struct]] = {
    "discovery": DiscoveryForm,
    "check": CheckForm,
    "export": ExportForm,
    "setup": SetupForm,
    "error": ErrorForm,
}
"""Every document this program prints, by the name in its `schema` field."""


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one document of FORMS."""
    return msgspec.json.schema(FORMS[name])


def encode(document: msgspec.Struct) -> str:
    """One document as indented JSON text: ASCII, so that it is right wherever and however it is printed."""
    return json.dumps(msgspec.to_builtins(document), indent=2)


def english(message: Message) -> str:
    """A message as JSON carries it."""
    return message.render()


def discovery_form(found: Discovery) -> DiscoveryForm:
    """A discovery as JSON."""
    subject = found.subject
    known = found.provider or found.hints
    return DiscoveryForm(
        address=str(subject) if isinstance(subject, Address) else None,
        domain=domain_of(subject).name,
        incoming=[_candidate_form(candidate) for candidate in found.incoming],
        outgoing=[_candidate_form(candidate) for candidate in found.outgoing],
        findings=[_finding_form(finding) for finding in found.findings],
        provider=ProviderForm(
            name=found.provider, hints=[HintForm(text=hint.text, url=hint.url) for hint in found.hints]
        )
        if known
        else None,
        warnings=_warning_forms(found.warnings),
    )


def _candidate_form(found: Candidate) -> CandidateForm:
    server = found.server
    return CandidateForm(
        protocol=server.protocol,
        host=server.host,
        port=server.port,
        security=server.security,
        auth=list(server.auth),
        username=server.username,
        trust=found.trust.word,
        foreign=found.foreign,
        needs_consent=found.needs_consent,
        sources=list(found.sources),
        srv_service=found.from_srv,
        retention=_retention_form(found.retention),
        warnings=_warning_forms(found.warnings),
    )


def _finding_form(finding: Finding) -> FindingForm:
    return FindingForm(
        source=finding.source,
        outcome=finding.outcome.value,
        question=finding.question,
        detail=english(finding.detail) if finding.detail else None,
        trust=finding.trust.word,
        seconds=round(finding.seconds, 3),
        evidence=[EvidenceForm(asked=e.asked, answer=e.answer, secure=e.secure) for e in finding.evidence],
    )


def _warning_forms(warnings: Iterable[Warn]) -> list[WarningForm]:
    return [WarningForm(code=warning.code, text=english(warning.text)) for warning in warnings]


def _retention_form(retention: Retention | None) -> RetentionForm | None:
    if retention is None:
        return None
    return RetentionForm(keep=retention.keep, days=retention.days, until_deleted=retention.until_deleted)


def server_form(server: Server) -> ServerForm:
    """A server as JSON."""
    return ServerForm(
        protocol=server.protocol,
        host=server.host,
        port=server.port,
        security=server.security,
        auth=list(server.auth),
        username=server.username,
    )


def check_form(address: Address, reports: Iterable[Report]) -> CheckForm:
    """A check as JSON."""
    reports = tuple(reports)
    return CheckForm(
        address=str(address),
        verdict=worst(report.verdict for report in reports).value,
        servers=[
            ReportForm(
                server=server_form(report.server),
                verdict=report.verdict.value,
                logins_tried=report.logins_tried,
                steps=[_step_form(step) for step in report.steps],
            )
            for report in reports
        ],
    )


def _step_form(step: Step) -> StepForm:
    return StepForm(
        step=step.name.value,
        verdict=step.verdict.value,
        text=english(step.text),
        fix=english(step.fix) if step.fix else None,
        seconds=round(step.seconds, 3),
        facts=dict(step.facts),
    )


def export_form(changes: ChangeSet, undo: str | None, *, applied: bool) -> ExportForm:
    """An export, planned or applied, as JSON."""
    return ExportForm(
        client=changes.client,
        profile=str(changes.profile),
        applied=applied,
        undo=undo,
        changes=[
            ChangeForm(path=str(change.path), action=change.action.value, diff=change.diff)
            for change in changes.changes
        ],
        notes=[english(note) for note in changes.notes],
    )


def account_form(account: Account) -> AccountForm:
    """An account as JSON."""
    return AccountForm(
        address=str(account.address),
        name=account.name,
        incoming=server_form(account.incoming),
        outgoing=server_form(account.outgoing),
        retention=_retention_form(account.retention),
    )


def error_form(error: MailsetupError, exit_code: int) -> ErrorForm:
    """A failure as JSON."""
    return ErrorForm(error=english(error.happened), fix=english(error.fix), exit=exit_code)


def read_discovery(document: bytes, subject: Subject) -> Discovery:
    """Read a `mailsetup/discovery/1` document back, for one address or domain.

    Who is foreign is worked out anew from the host names; trust is believed no further than the kind of
    source allows. Raises WrongUsage where the document is not one, or is about another domain.
    """
    try:
        form = msgspec.json.decode(document, type=DiscoveryForm)
        if form.kind != "mailsetup/discovery/1":
            raise ValueError("schema is not mailsetup/discovery/1")
        incoming = tuple(_read_candidate(found, subject) for found in form.incoming)
        outgoing = tuple(_read_candidate(found, subject) for found in form.outgoing)
        if any(not found.server.protocol.incoming for found in incoming):
            raise ValueError("incoming holds an SMTP server")
        if any(found.server.protocol.incoming for found in outgoing):
            raise ValueError("outgoing holds a server that is not SMTP")
        named = Domain.parse(form.domain)
    except (msgspec.DecodeError, ValueError, RecursionError) as fault:
        raise WrongUsage(
            say("What --from gave is no discovery document: {fault}.", fault=fault),
            say("Give it the output of mailsetup discover --json."),
        ) from None
    if named != domain_of(subject):
        raise WrongUsage(
            say(
                "The discovery document is about {named}, not {domain}.",
                named=named,
                domain=domain_of(subject),
            ),
            say("Run mailsetup discover --json for this address."),
        )
    return Discovery(subject=subject, incoming=incoming, outgoing=outgoing, findings=())


def _read_candidate(form: CandidateForm, subject: Subject) -> Candidate:
    retention = form.retention
    server = Server(
        protocol=form.protocol,
        host=form.host,
        port=form.port,
        security=form.security,
        auth=tuple(form.auth),
        username=form.username,
    )
    return Candidate(
        server=server,
        # A file can be edited by anybody: nothing it says makes a host trusted.
        trust=Trust.UNSIGNED,
        foreign=not domain_of(subject).holds(server.host),
        sources=tuple(form.sources),
        from_srv=form.srv_service,
        retention=Retention(keep=retention.keep, days=retention.days, until_deleted=retention.until_deleted)
        if retention
        else None,
    )
