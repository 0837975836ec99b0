"""Submission servers that lie or are broken, and logins that are made to, over real sockets and real TLS."""

import base64
import time

import pytest
from tests.unit.checks.scram_server import CHALLENGE, ScramServer, offering
from tests.unit.checks.scripted import PASSWORD, imap, pop3, smtp
from tests.unit.checks.trap import check_served, exits

from mailsetup.account import Protocol, Secret, Security
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
GREETING, CAPABILITIES, LOGIN, SEND = (
    StepName.GREETING,
    StepName.CAPABILITIES,
    StepName.LOGIN,
    StepName.SEND,
)
BOTH = pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
EVERY = pytest.mark.parametrize("protocol", list(Protocol), ids=lambda protocol: protocol.value)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@BOTH
@pytest.mark.parametrize("code", [421, 450, 521, 554])
async def test_a_server_that_turns_us_away_gets_nothing(code, security, context, ca_file):
    scripted = smtp(security, greeting=f"{code} 4.3.2 not now\r\n")
    checked = await check_served(scripted, context, ca_file)
    assert (checked[GREETING].fault, exits(checked), scripted.sent) == (Fault.OTHER, 1, [])
    assert ("not now" in checked[GREETING].text.render()) is (security is Security.TLS)


@EVERY
@pytest.mark.parametrize("challenge", ["VXNlcm5hbWU6", "not base64!", "", "=" * 20_000])
async def test_challenges_that_do_not_end_or_make_no_sense_are_ended_with_a_star(
    protocol, challenge, context, ca_file
):
    endless = CHALLENGE[protocol].format(challenge)
    command = "AUTHENTICATE LOGIN" if protocol is Protocol.IMAP else "AUTH LOGIN"
    scripted = offering(protocol, "LOGIN", **{command: endless})
    scripted.answers[""] = [endless]
    scripted.answers["*"] = {
        Protocol.IMAP: ["a1 BAD ended\r\n"],
        Protocol.POP3: ["-ERR ended\r\n"],
        Protocol.SMTP: ["501 ended\r\n"],
    }[protocol]
    began = time.monotonic()
    checked = await check_served(scripted, context, ca_file, username=None)
    assert time.monotonic() - began < 3
    assert "*" in scripted.sent
    assert scripted.sent.count("*") == 1
    assert (checked[LOGIN].verdict, checked.report.logins_tried <= 2) == (Verdict.FAIL, True)
    assert len(scripted.sent) < 15


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_sender_who_is_not_the_owner_is_named_and_all_is_taken_back(pipelining, context, ca_file):
    hello = "250-x\r\n" + "250-PIPELINING\r\n" * pipelining + "250 AUTH PLAIN\r\n"
    scripted = smtp(EHLO=hello, MAIL_FROM="553 5.7.1 not owned by user\r\n", RCPT_TO="503 need MAIL\r\n")
    checked = await check_served(scripted, context, ca_file)
    assert (checked[SEND].fault, checked[SEND].facts["code"], exits(checked)) == (Fault.OTHER, 553, 1)
    assert "ada@example.org" in checked[SEND].text.render()
    assert scripted.commands[-2:] == ["RSET", "QUIT"]
    assert not {"DATA", "BDAT"} & set(scripted.commands)


@BOTH
@pytest.mark.parametrize("word", ["greeting", "EHLO", "AUTH_PLAIN", "MAIL_FROM"])
async def test_a_reply_without_end_is_cut(word, security, context, ca_file):
    code = {"greeting": 220, "EHLO": 250, "AUTH_PLAIN": 235, "MAIL_FROM": 250}[word]
    scripted = smtp(security, **{word: f"{code}-x\r\n" * 20_000})
    began = time.monotonic()
    checked = await check_served(scripted, context, ca_file)
    assert time.monotonic() - began < 3
    failed = next(step for step in checked.report.steps if step.verdict is Verdict.FAIL)
    # STARTTLS is offered in the answer to EHLO: where that has no end, TLS does not come about.
    unsafe = (word, security) == ("EHLO", Security.STARTTLS)
    assert failed.fault is (Fault.UNSAFE if unsafe else Fault.OTHER)
    assert (checked.report.username is None) is (word != "MAIL_FROM")


@EVERY
@pytest.mark.parametrize("rounds", [2**31, 2**63, 1_000_001, 4_095, 0, -1])
async def test_rounds_of_scram_past_the_bounds_are_not_done(protocol, rounds, context, ca_file):
    server = ScramServer(
        protocol, "SCRAM-SHA-256", first=lambda text: text.rpartition(",i=")[0] + f",i={rounds}"
    )
    scripted = offering(protocol, "SCRAM-SHA-256", **server.answers())
    scripted.answers["*"] = ["501 ended\r\n"]
    began = time.monotonic()
    checked = await check_served(scripted, context, ca_file)
    assert time.monotonic() - began < 3
    assert (checked[LOGIN].verdict, server.proofs) == (Verdict.FAIL, 0)


BAD = ["a\r\nQUIT", "a\rb", "a\nb", "a\0b", "a\r\n"]


@pytest.mark.parametrize("make", [imap, pop3, smtp])
@pytest.mark.parametrize("bad", BAD)
async def test_a_password_with_a_line_break_or_nul_is_refused_before_it_is_sent(make, bad, context, ca_file):
    scripted = make()
    checked = await check_served(scripted, context, ca_file, credential=Secret(bad))
    assert (checked[LOGIN].fault, checked.report.logins_tried, exits(checked)) == (Fault.LOGIN, 0, 5)
    assert not {"AUTH", "AUTHENTICATE", "LOGIN", "USER", "PASS"} & set(scripted.commands)
    assert bad not in checked.everything


@pytest.mark.parametrize("make", [imap, pop3, smtp])
@pytest.mark.parametrize("bad", BAD)
async def test_a_user_name_with_a_line_break_or_nul_never_comes_to_a_check(make, bad):
    with pytest.raises(ValueError, match="user name"):
        make().server(username=bad)


@EVERY
async def test_half_an_answer_is_no_yes_to_a_login(protocol, context, ca_file):
    half = {Protocol.IMAP: "{tag} OK<close>", Protocol.POP3: "+OK<close>", Protocol.SMTP: "235 2.7.0<close>"}
    command = "AUTHENTICATE PLAIN" if protocol is Protocol.IMAP else "AUTH PLAIN"
    checked = await check_served(
        offering(protocol, "PLAIN", **{command: half[protocol]}),
        context,
        ca_file,
        credential=Secret(PASSWORD),
    )
    assert (checked[LOGIN].fault, checked.report.username) == (Fault.NETWORK, None)


def test_the_challenge_that_is_played_here_is_the_prompt_of_login():
    assert base64.b64decode("VXNlcm5hbWU6") == b"Username:"
