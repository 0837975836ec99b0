"""The published attacks on STARTTLS, one by one, each by a server that would take any login in plain text.

Poddebniak and others, "Why TLS is better without STARTTLS", USENIX Security 2021; the letters are those of
its test cases. A table of what each attack got stands at the end of the test report.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext

import pytest
from tests.unit.checks.scripted import AUTH_PLAIN_ADA, PASSWORD, Checked, imap, pop3, smtp
from tests.unit.checks.table import PROPERTY
from tests.unit.checks.trap import Says, Trap, check_trap, exits, shown

from mailsetup.account import Protocol, Security
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
IMAP, POP3, SMTP = Protocol
MAKE = {IMAP: imap, POP3: pop3, SMTP: smtp}
TLS, GREETING = StepName.TLS, StepName.GREETING

ASKED = {IMAP: b"a1 STARTTLS\r\n", POP3: b"STLS\r\n", SMTP: b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n"}
"""All that may ever come in plain text."""

SECRETS = [
    form.encode()
    for form in (
        PASSWORD,
        AUTH_PLAIN_ADA,
        *(base64.b64encode(text.encode()).decode() for text in (PASSWORD, "ada@example.org", "ada")),
        "ada",
    )
]
"""A login, in whole and in part, in the forms in which it is sent."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One attack. before: what is said to STARTTLS or STLS. tls: TLS follows that, and a good server in it.

    fails: the step at which the check must fail, how, and with which exit code; None: nothing was taken in by
    it, and the check over TLS ends as if there had been no attack.
    """

    kind: str
    protocol: Protocol
    variant: str
    before: Says
    greeting: Says | None = None
    others: Mapping[str, Says] = field(default_factory=dict)
    tls: bool = False
    after_hello: Says = b""
    fails: tuple[StepName, Fault, int] | None = (TLS, Fault.UNSAFE, 6)
    timeout: float = 10.0

    def trap(self, context: SSLContext) -> Trap:
        asks = "STLS" if self.protocol is POP3 else "STARTTLS"
        good = MAKE[self.protocol](Security.STARTTLS)
        if "EHLO" in self.others:
            # Its first answer would be the one before TLS.
            good.answers["EHLO"] = good.answers["EHLO"][1:]
        return Trap(
            good,
            greeting=self.greeting,
            answers={asks: self.before, **self.others},
            tls=context if self.tls else None,
            after_hello=self.after_hello,
        )

    @property
    def name(self) -> str:
        return f"{self.protocol.value}: {self.kind}, {self.variant}"


AWAY = (GREETING, Fault.OTHER, 1)
CUT_OFF = (TLS, Fault.NETWORK, 4)
HELLO = b"250-smtp\r\n"


def stripping() -> list[Attack]:
    """N_O: STARTTLS is not offered, or refused."""

    def one(protocol: Protocol, variant: str, before: Says, **more: object) -> Attack:
        return Attack(kind="N_O stripping", protocol=protocol, variant=variant, before=before, **more)

    return [
        one(
            IMAP,
            "not offered",
            b"{tag} BAD what\r\n",
            greeting=b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n",
        ),
        one(IMAP, "NO", b"{tag} NO not now\r\n"),
        one(IMAP, "BAD", b"{tag} BAD what\r\n"),
        one(IMAP, "+", b"+ go ahead\r\n"),
        one(IMAP, "BYE", b"* BYE busy\r\n<close>"),
        one(IMAP, "another tag", b"a2 OK begin\r\n"),
        one(IMAP, "untagged OK alone", b"* OK begin\r\n{tag} NO no\r\n"),
        one(IMAP, "PREAUTH for an answer", b"* PREAUTH hi\r\n{tag} NO no\r\n"),
        one(IMAP, "closed", b"<close>", fails=CUT_OFF),
        one(IMAP, "silence", b"", fails=CUT_OFF, timeout=0.5),
        one(POP3, "not offered", b"-ERR what\r\n", others={"CAPA": b"+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n"}),
        one(POP3, "-ERR", b"-ERR not now\r\n"),
        one(POP3, "+", b"+ \r\n"),
        one(POP3, "+ERR", b"+ERR no\r\n"),
        one(POP3, "closed", b"<close>", fails=CUT_OFF),
        one(POP3, "silence", b"", fails=CUT_OFF, timeout=0.5),
        one(SMTP, "not offered", b"220 go\r\n", others={"EHLO": HELLO + b"250 AUTH PLAIN LOGIN\r\n"}),
        *(
            one(SMTP, str(code), f"{code} x\r\n".encode())
            for code in (221, 235, 250, 334, 354, 421, 454, 500, 501, 502, 503, 530, 554)
        ),
        one(SMTP, "no code", b"go ahead\r\n"),
        one(SMTP, "closed", b"<close>", fails=CUT_OFF),
        one(SMTP, "silence", b"", fails=CUT_OFF, timeout=0.5),
    ]


def downgrade() -> list[Attack]:
    """N_D: the server plays one that is too old for it."""

    def one(protocol: Protocol, variant: str, before: Says, **more: object) -> Attack:
        return Attack(kind="N_D downgrade", protocol=protocol, variant=variant, before=before, **more)

    bad = b"{tag} BAD what\r\n"
    return [
        one(IMAP, "no CAPABILITY", bad, greeting=b"* OK hi\r\n", others={"CAPABILITY": bad}),
        one(IMAP, "IMAP4 only", bad, greeting=b"* OK [CAPABILITY IMAP4] hi\r\n"),
        one(IMAP, "IMAP2bis", bad, greeting=b"* OK IMAP2bis Service hi\r\n", others={"CAPABILITY": bad}),
        one(POP3, "no CAPA", b"-ERR what\r\n", others={"CAPA": b"-ERR what\r\n"}),
        one(POP3, "APOP instead", b"-ERR what\r\n", greeting=b"+OK hi <1896.697170952@example.org>\r\n"),
        one(
            SMTP,
            "EHLO 500, HELO 250",
            b"220 go\r\n",
            others={"EHLO": b"500 what\r\n", "HELO": b"250 smtp\r\n"},
        ),
        one(SMTP, "EHLO 502", b"220 go\r\n", others={"EHLO": b"502 what\r\n", "HELO": b"250 smtp\r\n"}),
        one(SMTP, "EHLO without a list", b"220 go\r\n", others={"EHLO": b"250 smtp\r\n"}),
    ]


def preauth() -> list[Attack]:
    """N_P: somebody is logged in already, so that there is no STARTTLS any more."""

    def one(variant: str, greeting: bytes) -> Attack:
        return Attack(kind="N_P PREAUTH", protocol=IMAP, variant=variant, before=b"", greeting=greeting)

    return [
        one("bare", b"* PREAUTH EVIL\r\n"),
        one("in small letters", b"* preauth EVIL\r\n"),
        one("with STARTTLS in its list", b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] EVIL\r\n"),
        one("and a mailbox", b'* PREAUTH EVIL\r\n* 666 EXISTS\r\n* LIST () "/" EVIL\r\n'),
    ]


def referral() -> list[Attack]:
    """N_L, N_M: another server is named, to be logged in to instead (RFC 2193, RFC 2221)."""

    def one(variant: str, before: Says, **more: object) -> Attack:
        return Attack(kind="N_L/N_M referral", protocol=IMAP, variant=variant, before=before, **more)

    to = b"[REFERRAL imap://EVIL;AUTH=*@evil.example.net/]"
    return [
        one("BYE for a greeting", b"", greeting=b"* BYE %b gone\r\n" % to, fails=AWAY),
        one("in a good greeting", b"{tag} OK go\r\n", greeting=b"* OK %b hi\r\n" % to, tls=True, fails=None),
        one("refusing STARTTLS", b"{tag} NO %b gone\r\n" % to),
        one("of the mailbox, before TLS", b"* NO %b moved\r\n{tag} OK go\r\n" % to, tls=True, fails=None),
        one("in the answer to STARTTLS", b"{tag} OK %b go\r\n" % to, tls=True, fails=None),
    ]


def injection() -> list[Attack]:
    """B: plain bytes behind the answer to STARTTLS, to be read as if they had come in TLS."""

    def one(protocol: Protocol, variant: str, before: Says, **more: object) -> Attack:
        kind = "B injection"
        return Attack(kind=kind, protocol=protocol, variant=variant, before=before, tls=True, **more)

    go = {IMAP: b"{tag} OK go\r\n", POP3: b"+OK go\r\n", SMTP: b"220 go\r\n"}
    words = {
        IMAP: {
            "a list": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN EVIL\r\n",
            "answers to come": b"a2 OK [CAPABILITY EVIL] x\r\na3 OK EVIL\r\na4 OK x\r\n",
            "half a line": b"* OK EVIL",
            "PREAUTH": b"* PREAUTH EVIL\r\n",
        },
        POP3: {
            "an answer": b"+OK EVIL\r\n",
            "answers to come": b"+OK\r\nEVIL\r\n.\r\n+OK EVIL\r\n+OK 666 666\r\n",
            "half a line": b"+OK EVIL",
        },
        SMTP: {
            "an answer": b"250 EVIL\r\n",
            "answers to come": b"250-EVIL\r\n250 AUTH PLAIN\r\n235 EVIL\r\n250 x\r\n",
            "half a line": b"250-EVIL",
        },
    }
    both = {"the same segment": lambda first, more: first + more, "a segment after": lambda *parts: parts}
    return [
        *(
            one(protocol, f"{variant} in {where}", join(go[protocol], more))
            for protocol in Protocol
            for variant, more in {**words[protocol], "one byte": b"\0", "a line end": b"\r\n"}.items()
            for where, join in both.items()
        ),
        one(SMTP, "220 in two segments, and more", (b"220-g", b"o\r\n220 on\r\n250 EVIL\r\n")),
    ]


def tampering() -> list[Attack]:
    """T: answers of a mailbox, or capabilities, before TLS; they must be as if never said."""

    def one(protocol: Protocol, variant: str, before: Says, **more: object) -> Attack:
        kind = "T tampering"
        return Attack(
            kind=kind, protocol=protocol, variant=variant, before=before, tls=True, fails=None, **more
        )

    def imap_says(variant: str, said: bytes) -> Attack:
        return one(IMAP, variant, said + b"{tag} OK go\r\n")

    return [
        imap_says("EXISTS", b"* 666 EXISTS\r\n"),
        imap_says("LIST", b'* LIST (\\Sent) "/" EVIL\r\n* LIST (\\Trash) "/" {4}\r\nEVIL\r\n'),
        imap_says("FETCH", b"* 1 FETCH (FLAGS (\\Seen) BODY[] {6}\r\n\r\nEVIL)\r\n"),
        imap_says(
            "STATUS, QUOTA, NAMESPACE", b'* STATUS INBOX (UNSEEN 666)\r\n* QUOTA "" (STORAGE 666 667)\r\n'
        ),
        imap_says("CAPABILITY", b"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=EVIL QUOTA ID\r\n"),
        one(IMAP, "a list with OK", b"{tag} OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=EVIL] go\r\n"),
        one(IMAP, "a list in the greeting", b"{tag} OK go\r\n", greeting=b"* OK [CAPABILITY EVIL] hi\r\n"),
        one(POP3, "a stamp for APOP", b"+OK go\r\n", greeting=b"+OK EVIL <1896.697170952@example.org>\r\n"),
        one(POP3, "a code with OK", b"+OK [EVIL] go\r\n"),
        one(
            SMTP,
            "a list before TLS",
            b"220 go\r\n",
            others={"EHLO": b"250-EVIL\r\n250-STARTTLS\r\n250-SIZE 666\r\n250 AUTH CRAM-MD5 XOAUTH2\r\n"},
        ),
        one(SMTP, "a code with 220", b"220 2.0.0 EVIL\r\n"),
    ]


def spoofing() -> list[Attack]:
    """U: words before TLS that are meant for the person."""

    def one(protocol: Protocol, variant: str, before: Says, **more: object) -> Attack:
        return Attack(kind="U spoofing", protocol=protocol, variant=variant, before=before, **more)

    call = b"EVIL: call +1 555 0100 \x1b[2J\x1b]0;EVIL\x07"
    passes = {"tls": True, "fails": None}
    return [
        one(
            IMAP,
            "ALERT in the greeting",
            b"{tag} OK go\r\n",
            greeting=b"* OK [ALERT] %b\r\n" % call,
            **passes,
        ),
        one(IMAP, "ALERT before OK", b"* OK [ALERT] %b\r\n{tag} OK go\r\n" % call, **passes),
        one(IMAP, "ALERT with OK", b"{tag} OK [ALERT] %b\r\n" % call, **passes),
        one(IMAP, "ALERT with NO", b"{tag} NO [ALERT] %b\r\n" % call),
        one(IMAP, "BYE for a greeting", b"", greeting=b"* BYE [ALERT] %b\r\n" % call, fails=AWAY),
        one(POP3, "in the greeting", b"+OK go\r\n", greeting=b"+OK %b\r\n" % call, **passes),
        one(POP3, "with +OK", b"+OK %b\r\n" % call, **passes),
        one(POP3, "with -ERR", b"-ERR [SYS/PERM] %b\r\n" % call),
        one(POP3, "-ERR for a greeting", b"", greeting=b"-ERR [AUTH] %b\r\n" % call, fails=AWAY),
        one(SMTP, "in the greeting", b"220 go\r\n", greeting=b"220-%b\r\n220 x\r\n" % call, **passes),
        one(SMTP, "with 220", b"220 %b\r\n" % call, **passes),
        one(SMTP, "with 454", b"454-%b\r\n454 4.7.0 %b\r\n" % (call, call)),
        one(SMTP, "554 for a greeting", b"", greeting=b"554 %b\r\n" % call, fails=AWAY),
        one(SMTP, "421 for a greeting", b"", greeting=b"421 4.7.0 %b\r\n" % call, fails=AWAY),
    ]


def early() -> list[Attack]:
    """The yes to STARTTLS comes before the question, so that a client believes in TLS where there is none."""

    def one(protocol: Protocol, variant: str, before: Says, greeting: bytes, **more: object) -> Attack:
        return Attack(
            kind="early yes", protocol=protocol, variant=variant, before=before, greeting=greeting, **more
        )

    ehlo = {"EHLO": b"250-x\r\n250 STARTTLS\r\n220 EVIL\r\n"}
    said = {
        IMAP: (
            b"* OK hi\r\na1 OK EVIL\r\n",
            b"{tag} OK go\r\n",
            b"* OK EVIL\r\na2 OK [CAPABILITY EVIL] x\r\n",
            {},
        ),
        POP3: (b"+OK hi\r\n+OK EVIL\r\n", b"+OK go\r\n", b"+OK\r\nEVIL\r\n.\r\n+OK\r\n", {}),
        SMTP: (b"220 hi\r\n", b"220 go\r\n", b"250 EVIL\r\n235 EVIL\r\n", {"others": ehlo}),
    }
    return [
        attack
        for protocol, (greeting, go, plain, more) in said.items()
        for attack in (
            one(protocol, "then plain text", b"", greeting, after_hello=plain, **more),
            one(protocol, "then silence", b"", greeting, timeout=0.5, fails=CUT_OFF, **more),
            one(protocol, "then the real one, and TLS", go, greeting, tls=True, **more),
            one(protocol, "then TLS", b"", greeting, tls=True, fails=None, **more),
        )
    ]


ATTACKS = [
    *stripping(),
    *downgrade(),
    *preauth(),
    *referral(),
    *injection(),
    *tampering(),
    *spoofing(),
    *early(),
]
EVERY = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def told(checked: Checked) -> list[object]:
    """The steps without what differs from one run to the next."""
    return [
        (step.name, step.verdict, step.text.template, {**step.facts, "port": 0})
        for step in checked.report.steps
    ]


@EVERY
async def test_an_attack_gets_nothing_and_changes_nothing(
    attack: Attack, context: SSLContext, ca_file: Path, record_property: Callable[[str, object], None]
) -> None:
    trap = attack.trap(context)
    checked = await check_trap(trap, ca_file, timeout=attack.timeout)
    decided = next((step for step in checked.report.steps if step.verdict is Verdict.FAIL), None)
    verdict = "all is well" if decided is None else f"{decided.name.value} fails"
    row = [attack.kind, attack.protocol.value, attack.variant, trap.saw, f"{verdict}, exit {exits(checked)}"]
    record_property(PROPERTY, row)

    # No byte of a login in plain text, and none at all where TLS did not come about.
    for heard in trap.heard:
        assert ASKED[attack.protocol].startswith(heard.clear)
        assert [secret for secret in SECRETS if secret in heard.clear] == []
        assert attack.fails is None or not heard.sealed
    # Nothing that was said before TLS is believed, or shown.
    assert "EVIL" not in shown(checked)
    assert "\x1b" not in shown(checked)
    if attack.fails is None:
        honest = await check_trap(Trap(MAKE[attack.protocol](Security.STARTTLS), tls=context), ca_file)
        assert told(checked) == told(honest)
        assert decided is None
        assert AUTH_PLAIN_ADA.encode() in trap.heard[0].sealed
    else:
        assert decided is not None
        assert (decided.name, decided.fault, exits(checked)) == attack.fails
        assert checked.report.logins_tried == 0
        assert all(step.verdict is Verdict.SKIP for step in checked.report.steps[5:])
    # Nobody else was spoken to.
    assert len(trap.heard) == 1


async def test_plain_text_after_the_yes_to_starttls_is_told_as_tampering(context, ca_file):
    attack = next(one for one in early() if one.variant == "then plain text")
    tls = (await check_trap(attack.trap(context), ca_file))[TLS]
    assert "STARTTLS" not in tls.fix.render()
    assert "tampering" in tls.fix.render()


async def test_the_trap_would_have_taken_a_login_in_plain_text(context, ca_file):
    trap = Trap(imap(Security.STARTTLS))
    assert trap.good.answer(f"a1 AUTHENTICATE PLAIN {AUTH_PLAIN_ADA}").startswith("a1 OK")
