"""Nothing secret before TLS, and nothing believed that came before it (NO STARTTLS, USENIX Security 2021)."""

import pytest
from tests.unit.checks.scripted import AUTH_PLAIN_ADA, CLOSE, PASSWORD, check_one, imap, pop3, smtp

from mailsetup.account import Security
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
STARTTLS = Security.STARTTLS

REFUSED = [
    pytest.param(lambda: imap(STARTTLS, STARTTLS="{tag} NO not now\r\n"), id="imap-no"),
    pytest.param(lambda: imap(STARTTLS, STARTTLS="{tag} BAD what\r\n"), id="imap-bad"),
    pytest.param(lambda: pop3(STARTTLS, STLS="-ERR what\r\n"), id="pop3-err"),
    pytest.param(lambda: smtp(STARTTLS, STARTTLS="454 4.7.0 not now\r\n"), id="smtp-454"),
    pytest.param(lambda: smtp(STARTTLS, STARTTLS="502 what\r\n"), id="smtp-502"),
    pytest.param(lambda: smtp(STARTTLS, STARTTLS="354 go ahead\r\n"), id="smtp-354"),
    pytest.param(lambda: smtp(STARTTLS, STARTTLS="250 ok\r\n"), id="smtp-250"),
    pytest.param(lambda: smtp(STARTTLS, EHLO="250-smtp\r\n250 AUTH PLAIN\r\n"), id="smtp-stripped"),
    pytest.param(lambda: smtp(STARTTLS, EHLO="500 what\r\n", HELO="250 smtp\r\n"), id="smtp-helo-only"),
]
INJECTED = [
    pytest.param(
        lambda: imap(STARTTLS, STARTTLS="{tag} OK go\r\n* CAPABILITY IMAP4rev1\r\n"), id="imap-line"
    ),
    pytest.param(lambda: imap(STARTTLS, STARTTLS="{tag} OK go\r\n* OK x"), id="imap-half-a-line"),
    pytest.param(lambda: pop3(STARTTLS, STLS="+OK go\r\n+OK welcome\r\n"), id="pop3"),
    pytest.param(lambda: smtp(STARTTLS, STARTTLS="220 go\r\n250 AUTH PLAIN\r\n"), id="smtp"),
]


@pytest.mark.parametrize("make", REFUSED)
async def test_starttls_that_is_refused_or_stripped_is_unsafe(make):
    checked = await check_one(make())
    assert (checked[StepName.TLS].verdict, checked[StepName.TLS].fault) == (Verdict.FAIL, Fault.UNSAFE)


@pytest.mark.parametrize("make", REFUSED + INJECTED)
async def test_no_byte_of_a_login_goes_without_tls(make):
    scripted = make()
    await check_one(scripted)
    assert not {"AUTH", "AUTHENTICATE", "LOGIN", "USER", "PASS", "MAIL"} & set(scripted.commands)


@pytest.mark.parametrize("make", INJECTED)
async def test_bytes_sent_ahead_of_tls_end_the_connection_as_unsafe(make):
    checked = await check_one(make())
    assert (checked[StepName.TLS].verdict, checked[StepName.TLS].fault) == (Verdict.FAIL, Fault.UNSAFE)


async def test_preauth_is_unsafe_where_tls_is_yet_to_come():
    checked = await check_one(imap(STARTTLS, greeting="* PREAUTH welcome\r\n"))
    assert (checked[StepName.TLS].verdict, checked[StepName.TLS].fault) == (Verdict.FAIL, Fault.UNSAFE)


async def test_nothing_at_all_is_sent_after_preauth():
    scripted = imap(STARTTLS, greeting="* PREAUTH welcome\r\n")
    await check_one(scripted)
    assert scripted.sent == []


async def test_an_answer_that_comes_before_its_question_does_not_pass_for_tls():
    scripted = imap(STARTTLS, greeting="* OK ready\r\na1 OK done\r\n", STARTTLS="{tag} BAD too late\r\n")
    checked = await check_one(scripted)
    assert checked[StepName.TLS].fault is Fault.UNSAFE


async def test_only_the_request_for_tls_goes_in_plain_text():
    sent = []
    for scripted in (imap(STARTTLS), pop3(STARTTLS), smtp(STARTTLS)):
        await check_one(scripted)
        sent += scripted.sent_plain
    assert sent == ["a1 STARTTLS", "STLS", "EHLO [127.0.0.1]", "STARTTLS"]


async def test_capabilities_announced_before_tls_are_asked_for_again():
    scripted = imap(STARTTLS, greeting="* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN X-EVIL] ready\r\n")
    checked = await check_one(scripted)
    assert "X-EVIL" not in checked[StepName.CAPABILITIES].facts["capabilities"]


async def test_mechanisms_announced_before_tls_are_forgotten():
    hellos = ["250-x\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n", "250-x\r\n250 AUTH PLAIN\r\n"]
    checked = await check_one(smtp(STARTTLS, EHLO=hellos))
    assert checked[StepName.CAPABILITIES].facts["mechanisms"] == ["PLAIN"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: imap(STARTTLS, greeting="* OK [ALERT] call 555-EVIL\r\n", STARTTLS="{tag} NO EVIL\r\n"),
        lambda: imap(STARTTLS, greeting="* BYE EVIL\r\n"),
        lambda: pop3(STARTTLS, greeting="-ERR EVIL\r\n"),
        lambda: smtp(STARTTLS, greeting="554 EVIL\r\n"),
        lambda: smtp(STARTTLS, greeting="220 EVIL\r\n"),
    ],
)
async def test_no_word_that_came_before_tls_reaches_a_person(make):
    checked = await check_one(make())
    assert not any("EVIL" in step.text.render() + str(step.facts) for step in checked.report.steps)


@pytest.mark.parametrize(
    "make",
    [
        lambda: imap(STARTTLS, greeting="* BYE full\r\n"),
        lambda: pop3(STARTTLS, greeting="-ERR full\r\n"),
        lambda: smtp(STARTTLS, greeting="421 full\r\n"),
    ],
)
async def test_a_server_that_turns_us_away_before_tls_fails_at_its_greeting(make):
    assert (await check_one(make())).verdicts.startswith("pass pass skip fail skip skip")


async def test_a_server_that_keeps_silent_on_a_starttls_port_may_be_waiting_for_tls():
    checked = await check_one(imap(STARTTLS, greeting=None))
    assert checked[StepName.GREETING].fix.fields["port"] == 993


async def test_settings_without_encryption_are_unsafe():
    checked = await check_one(imap(Security.PLAIN))
    assert checked[StepName.TLS].fault is Fault.UNSAFE


async def test_a_server_without_encryption_is_not_even_connected_to():
    scripted = imap(Security.PLAIN)
    await check_one(scripted)
    assert scripted.connections == 0


async def test_a_referral_is_not_followed():
    scripted = imap(STARTTLS, greeting="* BYE [REFERRAL imap://evil.example.net/] gone\r\n")
    await check_one(scripted)
    assert scripted.connections == 1


async def test_the_login_goes_over_tls_once_it_stands():
    scripted = smtp(STARTTLS)
    await check_one(scripted)
    assert f"AUTH PLAIN {AUTH_PLAIN_ADA}" in scripted.sent
    assert not any(AUTH_PLAIN_ADA in line or PASSWORD in line for line in scripted.sent_plain)


async def test_a_server_that_closes_after_agreeing_to_tls_has_cut_us_off():
    checked = await check_one(pop3(STARTTLS, STLS=CLOSE))
    assert checked[StepName.TLS].fault is Fault.NETWORK
