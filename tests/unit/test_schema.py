"""The JSON form: the fields of every document, that it fits its own schema, and what is believed of one."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.words import ADA, candidate, discovery, server

from mailsetup import schema
from mailsetup.account import Account, Address, Domain, Protocol, Retention, Security, Subject
from mailsetup.checks.report import Fault, Report, Step, StepName, Verdict
from mailsetup.clients.changes import ChangeSet, Export, FileChange
from mailsetup.discovery.finding import Discovery, Evidence, Finding, Hint, Offer, Outcome, Trust, Warn
from mailsetup.errors import LoginRefused, MailsetupError, NetworkFailed, NothingFound, WrongUsage, say

FINDING = Finding(
    source="srv",
    question="SRV _imaps._tcp.example.org",
    outcome=Outcome.NOTHING,
    detail=say("There is no such record."),
    trust=Trust.UNSIGNED,
    evidence=(Evidence(asked="SRV _imaps._tcp.example.org", answer="NXDOMAIN", secure=False),),
    started=0.25,
    seconds=0.0123456,
)
ANSWER = Finding(
    source="autoconfig",
    question="https://autoconfig.example.org/mail/config-v1.1.xml",
    outcome=Outcome.FOUND,
    offers=(Offer(server=server(Protocol.IMAP)),),
    absent=frozenset({Protocol.SMTP, Protocol.POP3}),
    missing=frozenset({"b.example.org", "a.example.org"}),
    trust=Trust.VERIFIED,
)
FOUND = replace(
    discovery(
        replace(candidate(Protocol.IMAP), from_srv="imaps", warnings=(Warn("plain", say("Beware.")),)),
        candidate(Protocol.POP3, retention=Retention(days=14)),
        candidate(Protocol.SMTP, host="smtp.mail-host.example", trust=Trust.UNSIGNED),
    ),
    findings=(FINDING, ANSWER),
    provider="Example Mail",
    hints=(Hint(text="Switch IMAP on first.", url="https://example.org/help"),),
    warnings=(Warn("disagreement", say("The sources disagree.")),),
)
STEPS = (
    Step(
        name=StepName.CONNECT,
        verdict=Verdict.PASS,
        text=say("Connected to {host}.", host="imap.example.org"),
        facts={"address": "192.0.2.1", "addresses": [{"address": "192.0.2.1", "failure": ""}]},
    ),
    Step(
        name=StepName.LOGIN,
        verdict=Verdict.FAIL,
        text=say("Refused."),
        fix=say("Try again."),
        fault=Fault.LOGIN,
    ),
)
REPORT = Report(server=server(Protocol.IMAP), steps=STEPS, logins_tried=2)
CHANGES = ChangeSet(
    client="thunderbird",
    profile=Path("/home/ada/profile"),
    changes=(
        FileChange(path=Path("/home/ada/profile/prefs.js"), before=b"a\n", after=b"b\n"),
        FileChange(path=Path("/home/ada/profile/logins.json"), before=None, after=b"sesame", secret=True),
        FileChange(path=Path("/home/ada/profiles.ini"), before=b"a\n", after=b"a\n"),
    ),
    notes=(say("Another profile was not chosen."),),
)
ACCOUNT = Account(
    address=ADA,
    name="Ada",
    incoming=server(Protocol.POP3, username="ada"),
    outgoing=server(Protocol.SMTP, username="ada"),
    retention=Retention(days=30),
)


def _advice(*, measured: bool) -> schema.AdviceForm:
    return schema.AdviceForm(
        address="ada@example.org",
        protocol=Protocol.POP3,
        retention=schema.retention_form(Retention(days=60)),
        reasons=["The mailbox is small."],
        cautions=["Make backups."],
        case=schema.CaseForm(devices=2, space_bytes=10**9, keep_on_server=None, offline_reading=False),
        measured=schema.MeasuredForm(
            messages=5,
            used_bytes=100,
            limit_bytes=None,
            bytes_per_day=7,
            uidl=True,
            expire_days=None,
            login_delay=60,
        )
        if measured
        else None,
    )


def _setup() -> schema.SetupForm:
    return schema.SetupForm(
        account=schema.account_form(ACCOUNT),
        advice=_advice(measured=True),
        discovery=schema.discovery_form(FOUND),
        check=schema.check_form(ADA, [REPORT]),
        export=schema.export_form(CHANGES, "20260101-120000-abcd", applied=True),
    )


EXPORT = Export(
    id="20260301-140501-ab12",
    client="thunderbird",
    profile=Path("/home/ada/.thunderbird/x.default"),
    backup=Path("/home/ada/.thunderbird/x.default/mailsetup-backup/20260301-140501-ab12"),
    made=datetime(2026, 3, 1, 14, 5, 1, tzinfo=UTC),
    taken_back=True,
)

DOCUMENTS = {
    "discovery": [
        schema.discovery_form(FOUND),
        schema.discovery_form(discovery()),
        schema.discovery_form(discovery(subject=Domain.parse("bücher.example"))),
    ],
    "check": [schema.check_form(ADA, [REPORT]), schema.check_form(ADA, [])],
    "export": [
        schema.export_form(CHANGES, "20260101-120000-abcd", applied=True),
        schema.export_form(replace(CHANGES, notes=()), None, applied=False),
    ],
    "setup": [_setup()],
    "advice": [_advice(measured=True), _advice(measured=False)],
    "exports": [schema.exports_form([EXPORT])],
    "doctor": [
        schema.DoctorForm(
            verdict="warn",
            checks=[
                schema.ExamForm(
                    name="keyring", verdict="warn", text="There is none.", fix="Get one.", facts={}
                )
            ],
        )
    ],
    "error": [
        schema.error_form(LoginRefused(say("Refused."), say("Try again.")), 5),
        schema.error_form(WrongUsage(say("No address."), say("Mend it.")), 2, "bad@@line"),
    ],
}

SERVER_KEYS = {"protocol", "host", "port", "security", "auth", "username"}
# Every object of every document, by the path to it; [] stands for the items of a list.
KEYS = {
    "discovery": {
        "": {
            *("schema", "address", "domain", "incoming", "outgoing", "findings", "provider", "warnings"),
            "mend",
        },
        "incoming[]": SERVER_KEYS
        | {"trust", "foreign", "needs_consent", "sources", "srv_service", "retention", "warnings"},
        "outgoing[]": SERVER_KEYS
        | {"trust", "foreign", "needs_consent", "sources", "srv_service", "retention", "warnings"},
        "incoming[].retention": {"keep", "days", "until_deleted"},
        "incoming[].warnings[]": {"code", "text"},
        "findings[]": {
            *("source", "outcome", "question", "detail", "trust", "started", "seconds", "why"),
            *("servers", "absent", "missing", "evidence"),
        },
        "findings[].servers[]": SERVER_KEYS,
        "findings[].evidence[]": {"asked", "answer", "secure"},
        "provider": {"name", "hints"},
        "provider.hints[]": {"text", "url"},
        "warnings[]": {"code", "text"},
    },
    "check": {
        "": {"schema", "address", "verdict", "servers"},
        "servers[]": {"server", "verdict", "logins_tried", "steps"},
        "servers[].server": SERVER_KEYS,
        "servers[].steps[]": {"step", "verdict", "text", "fix", "seconds", "facts"},
    },
    "export": {
        "": {"schema", "client", "profile", "applied", "undo", "changes", "deletes", "notes"},
        "changes[]": {"path", "action", "diff"},
    },
    "setup": {
        "": {"schema", "account", "advice", "discovery", "check", "export"},
        "account": {"address", "name", "incoming", "outgoing", "retention"},
        "account.incoming": SERVER_KEYS,
        "account.outgoing": SERVER_KEYS,
        "account.retention": {"keep", "days", "until_deleted"},
    },
    "advice": {
        "": {"schema", "address", "protocol", "retention", "reasons", "cautions", "case", "measured"},
        "retention": {"keep", "days", "until_deleted"},
        "case": {"devices", "space_bytes", "keep_on_server", "offline_reading"},
        "measured": {
            *("messages", "used_bytes", "limit_bytes", "bytes_per_day"),
            *("uidl", "expire_days", "login_delay"),
        },
    },
    "exports": {
        "": {"schema", "exports"},
        "exports[]": {"id", "made", "client", "profile", "taken_back", "address"},
    },
    "doctor": {
        "": {"schema", "verdict", "checks"},
        "checks[]": {"name", "verdict", "text", "fix", "facts"},
    },
    "error": {"": {"schema", "subject", "error", "fix", "exit"}},
}


def _objects(value: Any, path: str = "") -> list[tuple[str, set[str]]]:
    """Every object in a document, with the path to it; what stands in `facts` is for each step to say."""
    if isinstance(value, list):
        return [found for item in value for found in _objects(item, f"{path}[]")]
    if not isinstance(value, dict):
        return []
    below = [
        found
        for key, item in value.items()
        if key != "facts"
        for found in _objects(item, f"{path}.{key}" if path else key)
    ]
    return [(path, set(value)), *below]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_object_has_the_fields_it_is_known_by(name: str) -> None:
    seen: set[str] = set()
    for form in DOCUMENTS[name]:
        for path, keys in _objects(json.loads(schema.encode(form))):
            if name == "setup" and path.partition(".")[0].partition("[")[0] in (
                "advice",
                "discovery",
                "check",
                "export",
            ):
                continue
            assert keys == KEYS[name][path], path
            seen.add(path)
    assert seen == set(KEYS[name])


@pytest.mark.parametrize("part", ["discovery", "check", "export"])
def test_a_setup_holds_the_other_documents_whole(part: str) -> None:
    assert json.loads(schema.encode(_setup()))[part] == json.loads(schema.encode(DOCUMENTS[part][0]))


@pytest.mark.parametrize("name", schema.FORMS)
def test_every_document_fits_its_json_schema(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema.json_schema(name))
    validator.check_schema(validator.schema)
    for form in DOCUMENTS[name]:
        document = json.loads(schema.encode(form))
        validator.validate(document)
        assert document["schema"] == f"mailsetup/{name}/1"


@pytest.mark.parametrize("name", schema.FORMS)
def test_the_json_schema_refuses_what_does_not_fit(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema.json_schema(name))
    document = json.loads(schema.encode(DOCUMENTS[name][0]))
    optional = {
        *("schema", "address", "findings", "provider", "warnings", "mend", "notes", "subject"),
    }
    required = sorted(KEYS[name][""] - optional)
    assert not validator.is_valid([])
    for key in required:
        assert not validator.is_valid({**document, key: {"a": []} if key != "provider" else 1}), key


def test_a_domain_alone_has_no_address() -> None:
    form = schema.discovery_form(discovery(subject=Domain.parse("bücher.example")))
    assert (form.address, form.domain, form.provider) == (None, "bücher.example", None)


def test_the_words_of_the_enums_are_those_of_the_design() -> None:
    document = json.loads(schema.encode(_setup()))
    first = document["discovery"]["incoming"][0]
    assert (first["protocol"], first["security"], first["auth"], first["trust"]) == (
        "imap",
        "tls",
        ["password"],
        "verified",
    )
    assert document["discovery"]["findings"][0]["outcome"] == "nothing"
    assert [change["action"] for change in document["export"]["changes"]] == ["edit", "create", "none"]
    steps = document["check"]["servers"][0]["steps"]
    assert [(step["step"], step["verdict"]) for step in steps] == [("connect", "pass"), ("login", "fail")]
    assert document["check"]["verdict"] == document["check"]["servers"][0]["verdict"] == "fail"


def test_a_finding_says_when_it_was_asked_what_it_brought_and_why_it_counts() -> None:
    nothing, answer = json.loads(schema.encode(DOCUMENTS["discovery"][0]))["findings"]
    assert (nothing["started"], nothing["seconds"]) == (0.25, 0.012)
    assert nothing["why"] == nothing["detail"] == "There is no such record."
    assert [one["host"] for one in answer["servers"]] == ["imap.example.org"]
    assert (answer["absent"], answer["missing"]) == (["pop3", "smtp"], ["a.example.org", "b.example.org"])
    assert answer["why"]


def test_a_document_of_many_stands_on_one_line_and_is_the_same() -> None:
    form = DOCUMENTS["discovery"][0]
    line = schema.encode_line(form)
    assert "\n" not in line
    assert json.loads(line) == json.loads(schema.encode(form))


def test_what_is_secret_in_a_file_is_not_in_the_diff() -> None:
    assert "sesame" not in schema.encode(DOCUMENTS["export"][0])


@pytest.mark.parametrize("text", ["bücher", "\udcff", "\u202e", "\x1b[2J", "\x7f", "😀", "\u2028"])
def test_json_is_plain_ascii_whatever_the_text(text: str) -> None:
    error = LoginRefused(say("{text}", text=text), say("Try again."))
    shown = schema.encode(schema.error_form(error, 5))
    assert shown.isascii()
    assert all(character.isprintable() or character == "\n" for character in shown.replace("\x7f", ""))
    assert json.loads(shown)["error"] == text


def _read(document: Any, subject: Subject = ADA) -> Discovery:
    return schema.read_discovery(json.dumps(document).encode(), subject)


def _document(subject: Subject = ADA) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        schema.encode(schema.discovery_form(replace(FOUND, subject=subject)))
    )
    return document


def test_a_discovery_comes_back_with_all_that_an_export_needs() -> None:
    read = _read(_document())
    assert read.subject == ADA
    for came, went in zip((*read.incoming, *read.outgoing), (*FOUND.incoming, *FOUND.outgoing), strict=True):
        # What was published for everybody comes back as this person's own.
        assert came.server.username in (went.server.username, "ada@example.org")
        assert (
            replace(came.server, username=went.server.username),
            came.from_srv,
            came.retention,
            came.sources,
            came.foreign,
        ) == (
            went.server,
            went.from_srv,
            went.retention,
            went.sources,
            went.foreign,
        )


def test_the_user_name_of_a_whole_domain_is_filled_in_for_the_address() -> None:
    document = _document()
    document["incoming"][0]["username"] = "%EMAILLOCALPART%"
    assert _read(document).incoming[0].server.username == "ada"


@pytest.mark.parametrize("label", ["", "b ä.d", "imaps._tcp", "x" * 16])
def test_a_service_that_is_no_label_is_wrong_usage(label: str) -> None:
    document = _document()
    document["incoming"][0]["srv_service"] = label
    with pytest.raises(WrongUsage):
        _read(document)


def test_below_a_public_suffix_every_host_is_somebody_elses() -> None:
    document = _document()
    document["domain"] = "uk.com"
    for one in (*document["incoming"], *document["outgoing"]):
        one["host"] = "attacker.uk.com"
    read = schema.read_discovery(json.dumps(document).encode(), Address.parse("ada@uk.com"))
    assert all(one.needs_consent for one in (*read.incoming, *read.outgoing))


def test_a_document_may_hold_more_than_is_known_today() -> None:
    document = {**_document(), "novelty": {"a": 1}}
    document["incoming"][0]["novelty"] = True
    assert _read(document).incoming == _read(_document()).incoming


def test_a_document_with_servers_alone_is_enough() -> None:
    bare = {
        "protocol": "imap",
        "host": "imap.example.org",
        "port": 993,
        "security": "tls",
        "trust": "verified",
    }
    document = {
        "schema": "mailsetup/discovery/1",
        "domain": "example.org",
        "incoming": [bare],
        "outgoing": [],
    }
    [read] = _read(document).incoming
    assert (read.server.auth, read.server.username, read.from_srv) == ((), None, None)


@pytest.mark.parametrize("trust", ["verified", "curated", "unsigned", "guessed", "absolute"])
@pytest.mark.parametrize("claimed", [True, False])
def test_trust_and_consent_in_a_document_are_never_believed(trust: str, claimed: bool) -> None:
    document = _document()
    for one in (*document["incoming"], *document["outgoing"]):
        one.update(trust=trust, foreign=claimed, needs_consent=claimed)
    document["outgoing"][0]["host"] = "smtp.evil.example"
    read = _read(document)
    assert [one.needs_consent for one in read.incoming] == [False, False]
    assert [one.needs_consent for one in read.outgoing] == [True]
    assert {one.trust for one in (*read.incoming, *read.outgoing)} == {Trust.UNSIGNED}


def test_a_document_about_another_domain_is_refused() -> None:
    with pytest.raises(WrongUsage, match=r"about example\.org, not example\.net"):
        _read(_document(), Address.parse("ada@example.net"))


def test_the_same_domain_in_another_spelling_is_the_same() -> None:
    address = Address.parse("ada@bücher.example")
    document = {**_document(address), "domain": "XN--bcher-kva.example"}
    assert _read(document, address).subject == address


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("schema", "mailsetup/discovery/2"),
        ("schema", "mailsetup/check/1"),
        ("schema", 1),
        ("domain", "no domain"),
        ("domain", None),
        ("incoming", None),
        ("incoming", {}),
        ("incoming", ["imap.example.org"]),
        ("incoming.protocol", "smtp"),
        ("incoming.protocol", "nntp"),
        ("outgoing.protocol", "imap"),
        ("incoming.host", "127.0.0.1"),
        ("incoming.host", "IMAP.example.org"),
        ("incoming.host", 'imap.example.org"); evil("'),
        ("incoming.host", ""),
        ("incoming.port", 0),
        ("incoming.port", 65536),
        ("incoming.port", "993"),
        ("incoming.port", 993.5),
        ("incoming.port", True),
        ("incoming.port", 10**30),
        ("incoming.security", "none"),
        ("incoming.auth", ["magic"]),
        ("incoming.auth", "password"),
        ("incoming.username", "ada\r\nA1 LOGOUT"),
        ("incoming.username", ""),
        ("incoming.retention", {"keep": False, "days": 3, "until_deleted": False}),
        ("incoming.retention", {"keep": "yes"}),
        ("incoming.retention", {"keep": True, "days": 0}),
    ],
)
def test_a_document_with_a_wrong_value_is_wrong_usage(where: str, wrong: object) -> None:
    document = _document()
    part, _, field = where.partition(".")
    if field:
        document[part][0][field] = wrong
    else:
        document[part] = wrong
    with pytest.raises(WrongUsage):
        _read(document)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b'{"schema": "mailsetup/discovery/1", "domain": "\xff"}',
        b"[" * 100_000,
        b'{"warnings": ' * 100_000,
        b'{"novelty": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"schema": "mailsetup/discovery/1", "domain": "example.org", "incoming": [], "outgoing": []} {}',
    ],
    ids=lambda junk: repr(junk[:20]),
)
def test_junk_is_wrong_usage(junk: bytes) -> None:
    with pytest.raises(WrongUsage, match="no discovery document"):
        schema.read_discovery(junk, ADA)


@pytest.mark.parametrize(("code", "kind"), [(3, NothingFound), (4, NetworkFailed), (2, WrongUsage)])
def test_a_discovery_that_failed_is_told_as_that(code: int, kind: type[MailsetupError]) -> None:
    failed = schema.error_form(MailsetupError(say("There is none."), say("Ask.")), code)
    with pytest.raises(kind, match=r"has failed: There is none\."):
        schema.read_discovery(schema.encode(failed).encode(), ADA)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
_BENT = st.tuples(
    st.sampled_from(sorted(KEYS["discovery"][""])),
    st.sampled_from([None, *sorted(KEYS["discovery"]["incoming[]"])]),
    _JSON,
).map(lambda bend: _bend(*bend))


def _bend(part: str, field: str | None, value: object) -> bytes:
    """A document that is right but for one value."""
    document = _document()
    if field is None or part not in ("incoming", "outgoing"):
        document[part] = value
    else:
        document[part][0][field] = value
    return json.dumps(document).encode()


@given(st.binary() | _BENT)
@example(schema.encode(DOCUMENTS["discovery"][0]).encode())
def test_any_bytes_are_a_discovery_or_wrong_usage(document: bytes) -> None:
    try:
        read = schema.read_discovery(document, ADA)
    except WrongUsage:
        return
    assert all(one.server.protocol.incoming for one in read.incoming)
    assert {one.server.protocol for one in read.outgoing} <= {Protocol.SMTP}
    assert all(
        one.foreign is not ADA.domain.holds(one.server.host) for one in (*read.incoming, *read.outgoing)
    )


def test_a_plain_server_in_a_document_stays_plain() -> None:
    document = _document()
    document["incoming"][0]["security"] = "plain"
    assert _read(document).incoming[0].server.security is Security.PLAIN
