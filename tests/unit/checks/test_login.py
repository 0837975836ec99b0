import pytest
from tests.unit.checks.scripted import (
    ADA,
    CLOSE,
    PASSWORD,
    ScriptedNet,
    check_one,
    imap,
    pop3,
    smtp,
)

from mailsetup.account import Address, Auth, Secret
from mailsetup.checks.check import Target, check
from mailsetup.checks.report import Fault, StepName, Verdict
from mailsetup.errors import say

pytestmark = pytest.mark.anyio
LOGIN = StepName.LOGIN

WRONG = [
    pytest.param(
        lambda **a: imap(**{"AUTHENTICATE_PLAIN": "{tag} NO [AUTHENTICATIONFAILED] no\r\n", **a}), id="imap"
    ),
    pytest.param(lambda **a: pop3(**{"AUTH_PLAIN": "-ERR [AUTH] no\r\n", **a}), id="pop3"),
    pytest.param(lambda **a: smtp(**{"AUTH_PLAIN": "535 5.7.8 no\r\n", **a}), id="smtp"),
]
NOT_NOW = [
    pytest.param(lambda: imap(AUTHENTICATE_PLAIN="{tag} NO [UNAVAILABLE] later\r\n"), id="imap-unavailable"),
    pytest.param(lambda: imap(AUTHENTICATE_PLAIN="* BYE restarting\r\n"), id="imap-bye"),
    pytest.param(lambda: pop3(AUTH_PLAIN="-ERR [SYS/TEMP] later\r\n"), id="pop3-temporary"),
    pytest.param(lambda: pop3(AUTH_PLAIN="-ERR [IN-USE] locked\r\n"), id="pop3-in-use"),
    pytest.param(lambda: pop3(AUTH_PLAIN="-ERR [LOGIN-DELAY] too soon\r\n"), id="pop3-too-soon"),
    pytest.param(lambda: smtp(AUTH_PLAIN="454 4.7.0 later\r\n"), id="smtp-454"),
    pytest.param(lambda: smtp(AUTH_PLAIN="421 4.7.0 too many logins\r\n"), id="smtp-421"),
]


@pytest.mark.parametrize("make", WRONG)
async def test_a_wrong_password_is_a_refused_login(make):
    checked = await check_one(make())
    assert (checked[LOGIN].verdict, checked[LOGIN].fault) == (Verdict.FAIL, Fault.LOGIN)


@pytest.mark.parametrize("make", WRONG)
async def test_a_published_user_name_is_the_only_one_tried(make):
    assert (await check_one(make())).report.logins_tried == 1


@pytest.mark.parametrize("make", WRONG)
async def test_where_none_is_published_both_usual_forms_are_tried_and_no_more(make):
    checked = await check_one(make(), username=None)
    assert (checked.report.logins_tried, checked.report.username) == (2, None)


@pytest.mark.parametrize("make", WRONG)
async def test_the_local_part_is_tried_after_the_full_address(make):
    checked = await check_one(make(), username=None)
    assert checked[LOGIN].facts["tried"] == ["ada@example.org", "ada"]


@pytest.mark.parametrize("make", WRONG)
async def test_whoever_may_have_mistyped_it_is_asked_before_the_other_name_is_tried(make):
    checked = await check_one(make(), username=None, can_retype=True)
    assert (checked[LOGIN].fault, checked[LOGIN].facts["tried"]) == (Fault.LOGIN, ["ada@example.org"])


@pytest.mark.parametrize("make", WRONG)
async def test_no_more_logins_are_sent_than_are_left(make):
    assert (await check_one(make(), username=None, logins=1)).report.logins_tried == 1


async def test_the_form_that_worked_is_told():
    scripted = imap(AUTHENTICATE_PLAIN=["{tag} NO [AUTHENTICATIONFAILED] no\r\n", "{tag} OK welcome\r\n"])
    checked = await check_one(scripted, username=None)
    assert checked.report.username == "ada"
    assert checked[LOGIN].fix.render() == "ada is the user name that mail programs must use here."


async def test_a_full_address_that_works_is_the_only_attempt():
    checked = await check_one(imap(), username=None)
    assert (checked.report.username, checked.report.logins_tried) == ("ada@example.org", 1)


@pytest.mark.parametrize("make", NOT_NOW)
async def test_a_refusal_for_another_reason_is_no_word_on_the_password(make):
    assert (await check_one(make()))[LOGIN].fault is Fault.OTHER


@pytest.mark.parametrize("make", NOT_NOW)
async def test_a_refusal_for_another_reason_is_not_tried_again(make):
    assert (await check_one(make(), username=None)).report.logins_tried == 1


async def test_a_password_that_must_be_an_app_password_is_not_tried_with_another_name():
    scripted = smtp(AUTH_PLAIN="534 5.7.9 Application-specific password required\r\n")
    checked = await check_one(scripted, username=None)
    assert (checked.report.logins_tried, checked[LOGIN].facts["refusal"]) == (1, "app-password")


@pytest.mark.parametrize("make", WRONG)
async def test_a_server_that_hangs_up_after_a_refusal_has_refused_the_login(make):
    word = {"imap": "AUTHENTICATE_PLAIN", "pop3": "AUTH_PLAIN", "smtp": "AUTH_PLAIN"}[make().protocol.value]
    refusal = make().answers[word.replace("_", " ")][0]
    checked = await check_one(make(**{word: [refusal + CLOSE]}), username=None)
    assert checked[LOGIN].fault is Fault.LOGIN


async def test_a_connection_cut_off_in_the_login_is_a_network_failure():
    assert (await check_one(imap(AUTHENTICATE_PLAIN=CLOSE)))[LOGIN].fault is Fault.NETWORK


async def test_a_connection_cut_off_in_the_login_counts_as_an_attempt():
    assert (await check_one(imap(AUTHENTICATE_PLAIN=CLOSE))).report.logins_tried == 1


async def test_two_servers_of_one_protocol_share_the_two_attempts():
    one = imap(AUTHENTICATE_PLAIN="{tag} NO [AUTHENTICATIONFAILED] no\r\n")
    targets = [Target(server=one.server(username=None)), Target(server=one.server(username=None))]
    reports = await check(targets, ADA, ScriptedNet(one), credential=Secret(PASSWORD))
    assert sum(report.logins_tried for report in reports) == 2


@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_without_a_password_nothing_is_sent_that_logs_in(make):
    scripted = make()
    await check_one(scripted, password=None)
    assert not {"AUTH", "AUTHENTICATE", "LOGIN", "USER", "PASS"} & set(scripted.commands)


@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_without_a_password_login_and_what_needs_it_are_skipped_and_all_is_well(make):
    checked = await check_one(make(), password=None)
    assert set(checked.verdicts.split()[5:]) == {"skip"}
    assert checked.report.verdict is Verdict.PASS


@pytest.mark.parametrize("bad", ["secret\r\nQUIT", "secret\n", "sec\0ret", ""])
@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_a_password_that_cannot_be_sent_is_not_sent(make, bad):
    scripted = make()
    checked = await check_one(scripted, password=bad)
    assert checked[LOGIN].fault is Fault.LOGIN
    assert checked.report.logins_tried == 0
    assert not {"AUTH", "AUTHENTICATE", "LOGIN", "USER", "PASS"} & set(scripted.commands)


OAUTH_ONLY = [
    pytest.param(
        lambda: imap(greeting="* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2] hi\r\n"), id="imap"
    ),
    pytest.param(lambda: pop3(CAPA="+OK\r\nSASL XOAUTH2\r\nUIDL\r\n.\r\n"), id="pop3"),
    pytest.param(lambda: smtp(EHLO="250-x\r\n250 AUTH XOAUTH2 OAUTHBEARER\r\n"), id="smtp"),
]


@pytest.mark.parametrize("make", OAUTH_ONLY)
async def test_a_server_that_takes_only_oauth2_gets_no_password(make):
    checked = await check_one(make())
    assert (checked[LOGIN].verdict, checked.report.logins_tried) == (Verdict.SKIP, 0)


@pytest.mark.parametrize("make", OAUTH_ONLY)
async def test_a_login_that_only_oauth2_could_do_makes_the_report_a_warning(make):
    assert (await check_one(make())).report.verdict is Verdict.WARN


@pytest.mark.parametrize("make", OAUTH_ONLY)
async def test_a_server_that_takes_only_oauth2_is_told_without_a_password_too(make):
    checked = await check_one(make(), password=None)
    assert "OAuth2" in checked[LOGIN].text.render()
    assert checked.report.verdict is Verdict.WARN


async def test_settings_that_name_only_oauth2_are_told_without_a_password_too():
    checked = await check_one(imap(), auth=(Auth.OAUTH2,), password=None)
    assert "OAuth2" in checked[LOGIN].text.render()
    assert checked.report.verdict is Verdict.WARN


@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_a_login_that_nobody_asked_for_is_told_as_that(make):
    checked = await check_one(make(), password=None)
    assert checked[LOGIN].text.template == "No login was asked for."


async def test_settings_that_name_only_oauth2_are_believed_before_the_server():
    checked = await check_one(imap(), auth=(Auth.OAUTH2,))
    assert (checked[LOGIN].verdict, checked.report.logins_tried) == (Verdict.SKIP, 0)


async def test_a_server_that_disables_login_and_offers_nothing_else_is_no_wrong_password():
    checked = await check_one(imap(greeting="* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n"))
    assert checked[LOGIN].fault is Fault.OTHER


async def test_a_submission_server_that_offers_no_login_fails():
    assert (await check_one(smtp(EHLO="250 x\r\n")))[LOGIN].fault is Fault.OTHER


async def test_settings_that_want_no_login_are_tried_without_one():
    checked = await check_one(smtp(EHLO="250 x\r\n"), auth=(Auth.NONE,))
    assert (checked[LOGIN].verdict, checked[StepName.SEND].verdict) == (Verdict.SKIP, Verdict.PASS)


async def test_imap_uses_its_own_command_where_plain_is_not_announced():
    scripted = imap(greeting="* OK [CAPABILITY IMAP4rev1] hi\r\n")
    await check_one(scripted)
    assert f'a1 LOGIN "ada@example.org" "{PASSWORD}"' in scripted.sent


async def test_pop3_uses_user_and_pass_where_the_server_lists_nothing():
    scripted = pop3(CAPA="-ERR what\r\n")
    await check_one(scripted)
    assert scripted.sent[1:3] == ["USER ada@example.org", f"PASS {PASSWORD}"]


async def test_smtp_uses_login_where_plain_is_not_announced():
    scripted = smtp(
        EHLO="250-x\r\n250 AUTH LOGIN\r\n",
        AUTH_LOGIN="334 VXNlcm5hbWU6\r\n",
        YWRh="334 UGFzc3dvcmQ6\r\n",
        Y29ycmVjdCBob3JzZQ="235 welcome\r\n",
    )
    assert (await check_one(scripted))[LOGIN].facts["method"] == "LOGIN"


async def test_placeholders_in_a_published_user_name_are_filled():
    checked = await check_one(imap(), username="%EMAILLOCALPART%")
    assert checked.report.username == "ada"


async def test_a_domain_with_other_letters_is_sent_in_ascii():
    scripted = pop3(CAPA="-ERR what\r\n")
    await check_one(scripted, address=Address.parse("ada@exämple.org"), username=None)
    assert "USER ada@xn--exmple-cua.org" in scripted.sent


@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_no_password_goes_over_a_stream_that_does_not_say_that_it_is_tls(make):
    scripted = make()
    scripted.forgets_tls = True
    checked = await check_one(scripted)
    assert (checked[LOGIN].fault, checked.report.logins_tried) == (Fault.UNSAFE, 0)


ADVICE = say("Make an app password: {url}", url="https://example.org/app")


@pytest.mark.parametrize("make", WRONG)
async def test_what_is_known_of_the_provider_stands_at_the_end_of_what_to_do(make):
    fix = (await check_one(make(), advice=ADVICE))[LOGIN].fix.render()
    assert fix.startswith("Check user name and password.")
    assert fix.endswith(" Make an app password: https://example.org/app")


async def test_what_some_providers_want_is_left_out_where_it_is_known_what_this_one_wants():
    scripted = imap(AUTHENTICATE_PLAIN="{tag} NO [AUTHENTICATIONFAILED] no\r\n")
    fix = (await check_one(scripted, advice=ADVICE))[LOGIN].fix.render()
    assert fix == "Check user name and password. Make an app password: https://example.org/app"


@pytest.mark.parametrize("make", NOT_NOW)
async def test_what_is_known_of_the_provider_is_no_help_where_the_password_is_not_at_fault(make):
    assert "https://example.org/app" not in (await check_one(make(), advice=ADVICE))[LOGIN].fix.render()


@pytest.mark.parametrize(
    ("said", "refusal", "words"),
    [
        ("535 5.7.139 basic authentication is disabled", "oauth-only", "OAuth2"),
        ("535 5.7.3 Authentication unsuccessful", "credentials-or-oauth2", "Microsoft"),
        ("534 5.7.14 Please log in via your web browser", "web-login", "web page"),
        ("535 5.7.8 account is locked", "locked", "opened again"),
        ("432 4.7.12 A password transition is needed", "expired", "Change the password"),
        ("535 5.7.139 SmtpClientAuthentication is disabled", "switched-off", "not the password"),
        ("534 5.7.9 mechanism is too weak", "other-way", "how mail programs must log in"),
    ],
)
async def test_each_refusal_has_its_own_way_out(said, refusal, words):
    checked = await check_one(smtp(AUTH_PLAIN=f"{said}\r\n"))
    assert (checked[LOGIN].fault, checked[LOGIN].facts["refusal"]) == (Fault.LOGIN, refusal)
    assert words in checked[LOGIN].fix.render()


async def test_pop_that_is_switched_off_shows_at_stat_and_is_told_as_that():
    scripted = pop3(STAT="-ERR [SYS/PERM] Your account is not enabled for POP access.\r\n")
    mailbox = (await check_one(scripted))[StepName.MAILBOX]
    assert (mailbox.facts["refusal"], mailbox.fault) == ("switched-off", Fault.OTHER)


async def test_a_mailbox_that_is_held_shows_at_stat_and_is_told_as_that():
    mailbox = (await check_one(pop3(STAT="-ERR [IN-USE] locked\r\n")))[StepName.MAILBOX]
    assert mailbox.facts["refusal"] == "in-use"


@pytest.mark.parametrize("make", [imap, pop3])
async def test_the_sasl_form_of_login_goes_before_the_own_command(make):
    offered = {
        imap: {"greeting": "* OK [CAPABILITY IMAP4rev1 AUTH=LOGIN] hi\r\n"},
        pop3: {"CAPA": "+OK\r\nUSER\r\nSASL LOGIN\r\n.\r\n"},
    }[make]
    scripted = make(**offered, AUTHENTICATE_LOGIN="+ VXNlcjo=\r\n", AUTH_LOGIN="+ VXNlcjo=\r\n")
    scripted.answers["YWRh"] = ["+ UGFzczo=\r\n"]
    scripted.answers["Y29ycmVjdCBob3JzZQ"] = ["a1 OK yes\r\n" if make is imap else "+OK yes\r\n"]
    assert (await check_one(scripted))[LOGIN].facts["method"] == "LOGIN"
    assert "USER" not in scripted.commands
