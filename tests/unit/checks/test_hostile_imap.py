"""IMAP servers that lie or are broken, over real sockets and real TLS."""

import time

import pytest
from tests.unit.checks.scripted import CLOSE, PASSWORD, imap
from tests.unit.checks.trap import check_served, exits, shown

from mailsetup.account import Security
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
GREETING, LOGIN, MAILBOX = StepName.GREETING, StepName.LOGIN, StepName.MAILBOX
BOTH = pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_preauth_over_tls_proves_no_password_and_gets_none(context, ca_file):
    scripted = imap(greeting="* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")
    checked = await check_served(scripted, context, ca_file)
    assert (checked[GREETING].fault, exits(checked), scripted.sent) == (Fault.OTHER, 1, [])


@pytest.mark.parametrize(
    "answer",
    [
        "{tag} NO [REFERRAL imap://ada@evil.example.net/] gone\r\n",
        "* BYE [REFERRAL imap://ada@evil.example.net/] gone\r\n",
        "{tag} OK [REFERRAL imap://ada@evil.example.net/] come\r\n",
    ],
)
async def test_a_referral_in_the_login_leads_nowhere(answer, context, ca_file):
    scripted = imap(AUTHENTICATE_PLAIN=answer)
    checked = await check_served(scripted, context, ca_file)
    assert (scripted.connections, checked.report.logins_tried) == (1, 1)
    assert "evil.example.net" not in str([step.fix for step in checked.report.steps])


async def test_a_referral_for_the_inbox_leads_nowhere(context, ca_file):
    scripted = imap(EXAMINE="{tag} NO [REFERRAL imap://ada@evil.example.net/INBOX] moved\r\n")
    checked = await check_served(scripted, context, ca_file)
    assert (scripted.connections, checked[MAILBOX].fault, exits(checked)) == (1, Fault.OTHER, 1)


@BOTH
async def test_logindisabled_with_xoauth2_alone_gets_no_password(security, context, ca_file):
    capabilities = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2"
    scripted = imap(
        security,
        greeting=f"* OK [CAPABILITY {capabilities}] hi\r\n",
        CAPABILITY=f"* CAPABILITY {capabilities}\r\n{{tag}} OK done\r\n",
    )
    checked = await check_served(scripted, context, ca_file)
    assert (checked[LOGIN].verdict, checked.report.logins_tried, exits(checked)) == (Verdict.SKIP, 0, 0)
    assert not {"LOGIN", "AUTHENTICATE"} & set(scripted.commands)
    assert PASSWORD not in "".join(scripted.sent)


@pytest.mark.parametrize("size", [2**32, 2**63, 10**19, 300_000])
@pytest.mark.parametrize("word", ["CAPABILITY", "EXAMINE", "GETQUOTAROOT"])
async def test_a_literal_past_the_cap_is_not_waited_for(word, size, context, ca_file):
    said = f'* LIST () "/" {{{size}}}\r\n'
    scripted = imap(greeting="* OK hi\r\n", **{word: said})
    began = time.monotonic()
    checked = await check_served(scripted, context, ca_file)
    assert time.monotonic() - began < 3
    failed = next(step for step in checked.report.steps if step.verdict is Verdict.FAIL)
    assert (failed.fault, "does not end" in failed.text.render()) == (Fault.OTHER, True)


@pytest.mark.parametrize("word", ["greeting", "CAPABILITY", "AUTHENTICATE_PLAIN", "EXAMINE"])
async def test_a_line_without_end_is_cut(word, context, ca_file):
    scripted = imap(**{"greeting": "* OK hi\r\n", word: "* OK " + "x" * 200_000})
    began = time.monotonic()
    checked = await check_served(scripted, context, ca_file)
    assert time.monotonic() - began < 3
    failed = next(step for step in checked.report.steps if step.verdict is Verdict.FAIL)
    assert (failed.fault, exits(checked)) == (Fault.OTHER, 1)
    assert "longer than" in failed.text.render()
    assert len(repr(checked.report)) < 20_000


async def test_responses_without_end_are_cut(context, ca_file):
    checked = await check_served(imap(EXAMINE="* 1 EXISTS\r\n" * 20_000), context, ca_file)
    assert (checked[MAILBOX].fault, exits(checked)) == (Fault.OTHER, 1)


@BOTH
@pytest.mark.parametrize("broken", ["OK hi", "* ", "hi", "+ hi", "a1 OK hi", "*OK hi", "* NO hi", "\0"])
async def test_a_broken_greeting_ends_it_though_a_good_one_follows(broken, security, context, ca_file):
    greeting = f"{broken}\r\n* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"
    scripted = imap(security, greeting=greeting)
    checked = await check_served(scripted, context, ca_file)
    assert (checked[GREETING].fault, exits(checked)) == (Fault.OTHER, 1)
    assert scripted.sent == []


@pytest.mark.parametrize(
    "answer",
    [f"* BYE going down\r\n{CLOSE}", f"* OK wait\r\n* BYE going down\r\n{CLOSE}", "* BYE going down\r\n"],
)
async def test_a_bye_in_the_middle_of_the_login_is_no_word_on_the_password(answer, context, ca_file):
    checked = await check_served(imap(AUTHENTICATE_PLAIN=answer), context, ca_file, username=None)
    assert (checked[LOGIN].fault, checked.report.logins_tried, exits(checked)) == (Fault.OTHER, 1, 1)
    assert "going down" in checked[LOGIN].text.render()


@pytest.mark.parametrize(
    "words",
    [
        "[UNAVAILABLE] Temporary authentication failure",
        "[LIMIT] enough",
        "[INUSE] in use",
        "[SERVERBUG] oh",
        "Too many simultaneous connections. (Failure)",
        "[ALERT] Too many simultaneous connections.",
        "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    ],
)
async def test_a_server_that_is_busy_is_not_told_as_a_wrong_password(words, context, ca_file):
    scripted = imap(AUTHENTICATE_PLAIN=f"{{tag}} NO {words}\r\n")
    checked = await check_served(scripted, context, ca_file, username=None)
    assert (checked[LOGIN].fault, checked.report.logins_tried, exits(checked)) == (Fault.OTHER, 1, 1)
    assert "Check user name and password" not in checked[LOGIN].fix.render()


@BOTH
async def test_an_inbox_that_does_not_open_after_a_good_login_fails_alone(security, context, ca_file):
    scripted = imap(security, EXAMINE="{tag} NO [NONEXISTENT] no such mailbox\r\n")
    checked = await check_served(scripted, context, ca_file)
    assert [checked[LOGIN].verdict, checked[MAILBOX].verdict] == [Verdict.PASS, Verdict.FAIL]
    assert (exits(checked), checked.report.username) == (1, "ada@example.org")
    assert "no such mailbox" in checked[MAILBOX].text.render()


@pytest.mark.parametrize("answer", ["{tag} NO broken\r\n", "{tag} BAD what\r\n"])
async def test_a_quota_that_cannot_be_told_is_a_warning(answer, context, ca_file):
    checked = await check_served(imap(GETQUOTAROOT=answer), context, ca_file)
    assert (checked[MAILBOX].verdict, exits(checked)) == (Verdict.WARN, 0)
    assert checked[MAILBOX].facts["messages"] == 5


async def test_the_words_of_a_refusal_are_quoted_and_no_longer_than_is_good(context, ca_file):
    scripted = imap(AUTHENTICATE_PLAIN=f"{{tag}} NO {'x' * 5_000}\r\n")
    assert len(shown(await check_served(scripted, context, ca_file))) < 4_000
