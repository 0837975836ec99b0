"""Every form of a secret, planted wherever a server can put words, for every protocol and mechanism."""

import base64
from urllib.parse import quote, quote_plus

import pytest
from tests.unit.checks.scram_server import CHALLENGE, NO, YES, ScramServer, offering
from tests.unit.checks.scripted import CLOSE, PASSWORD, check_one

from mailsetup.account import Protocol, Security
from mailsetup.checks.report import StepName

pytestmark = pytest.mark.anyio
TOKEN = "ya29.a0Af-B_y~t0ken/of+some=length=="
NAME = "ada@example.org"


@pytest.fixture
def anyio_backend():
    return "asyncio"


def coded(text):
    return base64.b64encode(text.encode()).decode()


def forms_of(secret):
    """All that may come back of a secret."""
    sent = [
        secret,
        coded(secret),
        coded(f"\0{NAME}\0{secret}"),
        coded(f"user={NAME}\1auth=Bearer {secret}\1\1"),
        coded(f"n,a={NAME},\1auth=Bearer {secret}\1\1"),
    ]
    urlsafe = [form.replace("+", "-").replace("/", "_") for form in sent[1:]]
    forms = [*sent, *urlsafe, *map(quote, sent), *map(quote_plus, sent)]
    return [*forms, *(form.upper() for form in forms), *(form.lower() for form in forms)]


def command(protocol, mechanism):
    return f"{'AUTHENTICATE' if protocol is Protocol.IMAP else 'AUTH'} {mechanism}"


def places(protocol, echo):
    """What a server may say in each place, by the command it answers; "" is the greeting."""
    words = " ".join(echo)
    if protocol is Protocol.IMAP:
        refusal, more = (
            f"{{tag}} NO {words}\r\n",
            f"* OK [ALERT] {words}\r\n* NO {words}\r\n* {echo[1]} x\r\n",
        )
        return {
            "": f"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH={{}} {words}] {words}\r\n",
            "login": refusal,
            "login-code": f"{{tag}} NO [{echo[0]} {words}] {words}\r\n",
            "login-untagged": f"{more}{{tag}} NO x\r\n",
            "login-yes": f"{more}{{tag}} OK [CAPABILITY IMAP4rev1 QUOTA {words}] {words}\r\n",
            "login-challenge": f"+ {words}\r\n",
            "EXAMINE": refusal,
            "GETQUOTAROOT": f"{more}{{tag}} NO {words}\r\n",
            "LOGOUT": f"* BYE {words}\r\n{CLOSE}",
        }
    if protocol is Protocol.POP3:
        return {
            "": f"+OK {words}\r\n",
            "CAPA": f"+OK {words}\r\n{words}\r\nUIDL\r\nSASL {{}} {words}\r\n.\r\n",
            "login": f"-ERR {words}\r\n",
            "login-code": f"-ERR [{echo[0]} x] {words}\r\n",
            "login-yes": f"+OK {words}\r\n",
            "login-challenge": f"+ {words}\r\n",
            "STAT": f"+OK {words}\r\n",
            "LIST": f"-ERR {words}\r\n",
            "UIDL": f"+OK {words}\r\n" + "".join(f"{n} {form}\r\n" for n, form in enumerate(echo)) + ".\r\n",
            "QUIT": f"+OK {words}\r\n",
        }
    lines = "".join(f"535-5.7.8 {form}\r\n" for form in echo)
    return {
        "": f"220-{words}\r\n220 {words}\r\n",
        "EHLO": f"250-{words}\r\n250-{echo[0]}\r\n250 AUTH {{}} {words}\r\n",
        "login": f"{lines}535 5.7.8 {words}\r\n",
        "login-yes": f"235 {words}\r\n",
        "login-challenge": f"334 {words}\r\n",
        "MAIL FROM": f"553-{words}\r\n553 {words}\r\n",
        "RCPT TO": f"550 {words}\r\n",
        "RSET": f"250 {words}\r\n",
    }


def planted(protocol, mechanism, place, said):
    answers = {}
    if mechanism.startswith("SCRAM"):
        answers = ScramServer(protocol, mechanism).answers()
    elif mechanism == "LOGIN":
        answers[command(protocol, mechanism)] = CHALLENGE[protocol].format("VXNlcjo=")
        answers[coded(NAME)] = CHALLENGE[protocol].format("UGFzczo=")
        answers[coded(PASSWORD)] = YES[protocol].format("a1")
    elif mechanism == "own":
        answers = {"LOGIN": "{tag} OK x\r\n"} if protocol is Protocol.IMAP else {}
    else:
        answers[command(protocol, mechanism)] = lambda line: YES[protocol].format(line.split(" ")[0])
    if place.startswith("login"):
        own = "LOGIN" if protocol is Protocol.IMAP else "PASS"
        answers[own if mechanism == "own" else command(protocol, mechanism)] = said
    elif place:
        answers[place] = said.replace("{}", mechanism)
    scripted = offering(protocol, *([] if mechanism == "own" else [mechanism]), **answers)
    if not place:
        scripted.greeting = said.replace("{}", mechanism)
    if mechanism == "own" and protocol is Protocol.IMAP:
        scripted.greeting = scripted.greeting.replace(" LOGINDISABLED", "")
    scripted.answers["*"] = [said.replace("{tag}", "a1") if place == "login" else NO[protocol].format("a1")]
    return scripted


CASES = [
    pytest.param(protocol, mechanism, place, id=f"{protocol.value}-{mechanism}-{place or 'greeting'}")
    for protocol in Protocol
    for mechanism in ("SCRAM-SHA-256", "PLAIN", "LOGIN", "own", "XOAUTH2", "OAUTHBEARER")
    if mechanism != "own" or protocol is not Protocol.SMTP
    for place in places(protocol, ["x", "y"])
]


@pytest.mark.parametrize(("protocol", "mechanism", "place"), CASES)
async def test_no_form_of_a_secret_is_shown(protocol, mechanism, place):
    token = TOKEN if "OAUTH" in mechanism else None
    forms = forms_of(token or PASSWORD)
    scripted = planted(protocol, mechanism, place, places(protocol, forms)[place])
    checked = await check_one(scripted, token=token)
    shown = checked.everything.lower()
    assert [form for form in forms if form.lower() in shown] == []
    # The place was reached: else nothing is tested here.
    assert "***" in checked.everything


@pytest.mark.parametrize("protocol", list(Protocol))
async def test_an_answer_to_starttls_with_the_secret_in_it_is_not_shown(protocol):
    forms = forms_of(PASSWORD)
    scripted = offering(
        protocol, "PLAIN", STARTTLS=f"{{tag}} 454 NO {' '.join(forms)}\r\n", STLS=f"-ERR {forms}\r\n"
    )
    scripted.security = Security.STARTTLS
    shown = (await check_one(scripted)).everything.lower()
    assert [form for form in forms if form.lower() in shown] == []


async def test_what_the_provider_is_known_to_want_is_masked_no_more_than_it_must_be():
    from mailsetup.errors import say

    scripted = offering(Protocol.SMTP, "PLAIN", AUTH_PLAIN="535 5.7.8 no\r\n")
    checked = await check_one(scripted, advice=say("See {url}", url="https://example.org/help"))
    assert checked[StepName.LOGIN].fix.render().endswith(" See https://example.org/help")
