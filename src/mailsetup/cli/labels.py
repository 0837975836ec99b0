"""The words of tables and lists, as people read them; options and JSON have words of their own."""

from mailsetup.account import Security
from mailsetup.checks.report import StepName, Verdict
from mailsetup.clients.changes import Action
from mailsetup.discovery.finding import Outcome, Trust
from mailsetup.errors import Message, say

MARKS = {
    Verdict.PASS: say("ok"),
    Verdict.WARN: say("warn"),
    Verdict.FAIL: say("FAIL"),
    Verdict.SKIP: say("skip"),
}
"""Each verdict in a word of at most five letters, which needs no colour to be seen."""
STEP_WORDS = {
    StepName.RESOLVE: say("resolve"),
    StepName.CONNECT: say("connect"),
    StepName.TLS: say("tls"),
    StepName.GREETING: say("greeting"),
    StepName.CAPABILITIES: say("capabilities"),
    StepName.LOGIN: say("login"),
    StepName.MAILBOX: say("mailbox"),
    StepName.SEND: say("send"),
    StepName.RETENTION: say("retention"),
}
"""At most thirteen letters each."""
SECURITY = {
    Security.TLS: say("TLS"),
    Security.STARTTLS: say("STARTTLS"),
    Security.PLAIN: say("no encryption"),
}
OUTCOMES = {
    Outcome.FOUND: say("found"),
    Outcome.NOTHING: say("nothing"),
    Outcome.ABSENT: say("absent"),
    Outcome.FAILED: say("failed"),
    Outcome.REFUSED: say("refused"),
    Outcome.SKIPPED: say("skipped"),
    Outcome.CANCELLED: say("cancelled"),
}
"""At most nine letters each."""
TRUST = {
    Trust.VERIFIED: say("verified"),
    Trust.CURATED: say("curated"),
    Trust.UNSIGNED: say("unsigned"),
    Trust.GUESSED: say("guessed"),
}
ACTIONS = {Action.CREATE: say("new"), Action.EDIT: say("changed"), Action.REMOVE: say("removed")}
"""At most eight letters each."""
_EXAMS = {
    "settings": say("settings"),
    "resolver": say("resolver"),
    "dnssec": say("dnssec"),
    "ip": say("ip"),
    "proxy": say("proxy"),
    "trust-store": say("trust-store"),
    "keyring": say("keyring"),
}


def exam(name: str) -> Message:
    """What the doctor looked at, in at most thirteen letters; a program's name is its own."""
    return _EXAMS.get(name, say("{name}", name=name))
