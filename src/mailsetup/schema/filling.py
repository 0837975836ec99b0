"""The words put into the documents, every sentence in English."""

from collections.abc import Iterable

import msgspec

from mailsetup.account import Account, Address, Protocol, Retention, Server, domain_of
from mailsetup.checks.report import Report, Step, worst
from mailsetup.clients.changes import ChangeSet, Export
from mailsetup.discovery.explain import weigh
from mailsetup.discovery.finding import Candidate, Discovery, Finding, Warn
from mailsetup.discovery.mend import mend
from mailsetup.errors import MailsetupError, Message
from mailsetup.schema.forms import (
    AccountForm,
    CandidateForm,
    ChangeForm,
    CheckForm,
    DiscoveryForm,
    ErrorForm,
    EvidenceForm,
    ExportForm,
    ExportsForm,
    FindingForm,
    HintForm,
    ListedForm,
    ProviderForm,
    ReportForm,
    RetentionForm,
    ServerForm,
    StepForm,
    WarningForm,
)


def english(message: Message) -> str:
    """A message as JSON carries it."""
    return message.render()


def _in_english(text: Message | str) -> str:
    return english(text) if isinstance(text, Message) else text


def discovery_form(found: Discovery) -> DiscoveryForm:
    """A discovery as JSON."""
    subject = found.subject
    known = found.provider or found.hints
    return DiscoveryForm(
        address=str(subject) if isinstance(subject, Address) else None,
        domain=domain_of(subject).name,
        incoming=[_candidate_form(candidate) for candidate in found.incoming],
        outgoing=[_candidate_form(candidate) for candidate in found.outgoing],
        findings=[
            _finding_form(finding, why) for finding, why in zip(found.findings, weigh(found), strict=True)
        ],
        provider=ProviderForm(
            name=found.provider,
            hints=[HintForm(text=_in_english(hint.text), url=hint.url) for hint in found.hints],
        )
        if known
        else None,
        warnings=_warning_forms(found.warnings),
        mend=[english(advice.whole) for advice in mend(found)],
    )


def _candidate_form(found: Candidate) -> CandidateForm:
    return CandidateForm(
        **msgspec.structs.asdict(server_form(found.server)),
        trust=found.trust.word,
        foreign=found.foreign,
        needs_consent=found.needs_consent,
        sources=list(found.sources),
        srv_service=found.from_srv,
        retention=retention_form(found.retention),
        warnings=_warning_forms(found.warnings),
    )


def _finding_form(finding: Finding, why: Message) -> FindingForm:
    return FindingForm(
        source=finding.source,
        outcome=finding.outcome.value,
        question=finding.question,
        detail=english(finding.detail) if finding.detail else None,
        trust=finding.trust.word,
        started=round(finding.started, 3),
        seconds=round(finding.seconds, 3),
        why=english(why),
        servers=[server_form(offer.server) for offer in finding.offers],
        absent=sorted(finding.absent, key=list(Protocol).index),
        missing=sorted(finding.missing),
        evidence=[EvidenceForm(asked=e.asked, answer=e.answer, secure=e.secure) for e in finding.evidence],
    )


def _warning_forms(warnings: Iterable[Warn]) -> list[WarningForm]:
    return [WarningForm(code=warning.code, text=english(warning.text)) for warning in warnings]


def retention_form(retention: Retention | None) -> RetentionForm | None:
    """What POP3 leaves on the server as JSON; None for IMAP."""
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
        deletes=english(changes.deletes) if changes.deletes else None,
        notes=[english(note) for note in changes.notes],
    )


def exports_form(exports: Iterable[Export]) -> ExportsForm:
    """What can be taken back, as JSON."""
    return ExportsForm(
        exports=[
            ListedForm(
                id=export.id,
                made=export.made.isoformat(timespec="seconds"),
                client=export.client,
                profile=str(export.profile),
                taken_back=export.taken_back,
                address=export.address,
            )
            for export in exports
        ]
    )


def account_form(account: Account) -> AccountForm:
    """An account as JSON."""
    return AccountForm(
        address=str(account.address),
        name=account.name,
        incoming=server_form(account.incoming),
        outgoing=server_form(account.outgoing),
        retention=retention_form(account.retention),
    )


def error_form(error: MailsetupError, exit_code: int, subject: str | None = None) -> ErrorForm:
    """A failure as JSON. subject: of many the one that it is about, as it was given."""
    return ErrorForm(subject=subject, error=english(error.happened), fix=english(error.fix), exit=exit_code)
