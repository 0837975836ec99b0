"""The documents this program prints: their fields, their JSON Schema, their text."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from mailsetup.account import Auth, Protocol, Security
from mailsetup.schema.facts import FACTS


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
    """One question to a source, and what it brought.

    started: seconds since the discovery began. seconds: from there to the answer. why: what it counts for,
    or why it does not. servers: those that it names. absent: protocols that are decidedly not offered.
    missing: hosts that do not exist.
    """

    source: str
    outcome: str
    question: str
    detail: str | None
    trust: str
    started: float = 0.0
    seconds: float
    why: str = ""
    servers: list[ServerForm] = []
    absent: list[Protocol] = []
    missing: list[str] = []
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
    """The output of `mailsetup discover --json`. mend: what the owner of the domain could mend."""

    kind: str = "mailsetup/discovery/1"
    address: str | None = None
    domain: str
    incoming: list[CandidateForm]
    outgoing: list[CandidateForm]
    findings: list[FindingForm] = []
    provider: ProviderForm | None = None
    warnings: list[WarningForm] = []
    mend: list[str] = []


class StepForm(msgspec.Struct, kw_only=True):
    """One step of a check. fix: what to do, or to know. facts: those that are known, by their names."""

    step: str
    verdict: str
    text: str
    fix: str | None
    seconds: float
    facts: Annotated[dict[str, Any], msgspec.Meta(extra_json_schema={"properties": FACTS})]


class ReportForm(msgspec.Struct, kw_only=True):
    """All the steps of one server. logins_tried: every attempt to log in that was sent to it."""

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
    """The output of `mailsetup export --json`.

    deletes: what mail the program will remove from the server because of this; null: none.
    """

    kind: str = "mailsetup/export/1"
    client: str
    profile: str
    applied: bool
    undo: str | None
    changes: list[ChangeForm]
    deletes: str | None = None
    notes: list[str] = []


class ListedForm(msgspec.Struct, kw_only=True):
    """One export that was carried out. made: when, as ISO 8601 has it."""

    id: str
    made: str
    client: str
    profile: str
    taken_back: bool
    address: str | None = None


class ExportsForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup undo --list --json`: the last export first."""

    kind: str = "mailsetup/exports/1"
    exports: list[ListedForm]


class AccountForm(msgspec.Struct, kw_only=True):
    """What the mail program is set up with."""

    address: str
    name: str
    incoming: ServerForm
    outgoing: ServerForm
    retention: RetentionForm | None


class CaseForm(msgspec.Struct, kw_only=True):
    """A person's habits as advice takes them; null is what nobody said."""

    devices: int | None
    space_bytes: int | None
    keep_on_server: bool | None
    offline_reading: bool | None


class MeasuredForm(msgspec.Struct, kw_only=True):
    """What a check measured of the mailbox; null is what it could not tell.

    messages: in the inbox. bytes_per_day: what came lately. uidl, expire_days, login_delay (seconds): POP3.
    """

    messages: int | None
    used_bytes: int | None
    limit_bytes: int | None
    bytes_per_day: int | None
    uidl: bool | None
    expire_days: int | None
    login_delay: int | None


class AdviceForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup advise --json`. measured: null where no check was made."""

    kind: str = "mailsetup/advice/1"
    address: str | None
    protocol: Protocol
    retention: RetentionForm | None
    reasons: list[str]
    cautions: list[str]
    case: CaseForm
    measured: MeasuredForm | None


class SetupForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup setup --json`.

    advice: what the measured mailbox suggests, chosen or not. export: null where a check failed, so that
    nothing was planned.
    """

    kind: str = "mailsetup/setup/1"
    account: AccountForm
    advice: AdviceForm
    discovery: DiscoveryForm
    check: CheckForm
    export: ExportForm | None


class ExamForm(msgspec.Struct, kw_only=True):
    """One thing about this machine that was looked at."""

    name: str
    verdict: str
    text: str
    fix: str | None
    facts: dict[str, Any]


class DoctorForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """The output of `mailsetup doctor --json`."""

    kind: str = "mailsetup/doctor/1"
    verdict: str
    checks: list[ExamForm]


class ErrorForm(msgspec.Struct, kw_only=True, rename={"kind": "schema"}):
    """What stands on stdout in place of a result when a command fails.

    subject: of many addresses or domains the one that it is about, as it was given.
    """

    kind: str = "mailsetup/error/1"
    subject: str | None = None
    error: str
    fix: str
    exit: int


FORMS: Mapping[str, type[msgspec.Struct]] = {
    "discovery": DiscoveryForm,
    "check": CheckForm,
    "export": ExportForm,
    "setup": SetupForm,
    "advice": AdviceForm,
    "exports": ExportsForm,
    "doctor": DoctorForm,
    "error": ErrorForm,
}
"""Every document this program prints, by the name in its `schema` field."""


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one document of FORMS."""
    return msgspec.json.schema(FORMS[name])


def encode(document: msgspec.Struct) -> str:
    """One document as indented JSON text: ASCII, so that it is right wherever and however it is printed."""
    return json.dumps(msgspec.to_builtins(document), indent=2)


def encode_line(document: msgspec.Struct) -> str:
    """The same on one line, for many in a row."""
    return json.dumps(msgspec.to_builtins(document))
