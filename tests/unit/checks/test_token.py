"""A token is used where tokens are taken, and nowhere else; so is a password."""

import base64

import pytest
from tests.unit.checks.scram_server import CHALLENGE, NO, YES, offering
from tests.unit.checks.scripted import check_one

from mailsetup.account import Auth, Protocol, Secret, Token
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
LOGIN = StepName.LOGIN
TOKEN = "ya29.t0ken"
EVERY = pytest.mark.parametrize("protocol", list(Protocol), ids=lambda protocol: protocol.value)
BOTH = pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
BEARER = "bixhPWFkYUBleGFtcGxlLm9yZywBYXV0aD1CZWFyZXIgeWEyOS50MGtlbgEB"
"""base64 of what OAUTHBEARER makes of ada@example.org and the token."""


def command(protocol, mechanism):
    return f"{'AUTHENTICATE' if protocol is Protocol.IMAP else 'AUTH'} {mechanism}"


def yes(protocol):
    return lambda line: YES[protocol].format(line.split(" ")[0])


def taking(protocol, *mechanisms):
    answers = {command(protocol, name): yes(protocol) for name in mechanisms}
    return offering(protocol, *mechanisms, **answers)


@EVERY
@BOTH
async def test_a_token_logs_in_where_one_is_taken(protocol, mechanism):
    checked = await check_one(taking(protocol, "PLAIN", mechanism), token=TOKEN)
    assert (checked[LOGIN].verdict, checked[LOGIN].facts["method"]) == (Verdict.PASS, mechanism)


@EVERY
async def test_the_standard_goes_before_the_older_form(protocol):
    checked = await check_one(taking(protocol, "XOAUTH2", "OAUTHBEARER"), token=TOKEN)
    assert checked[LOGIN].facts["method"] == "OAUTHBEARER"


async def test_the_token_is_sent_with_the_user_name():
    scripted = taking(Protocol.IMAP, "OAUTHBEARER")
    await check_one(scripted, token=TOKEN)
    assert scripted.sent[0] == f"a1 AUTHENTICATE OAUTHBEARER {BEARER}"


@EVERY
async def test_a_token_is_used_where_the_settings_name_only_oauth2(protocol):
    checked = await check_one(taking(protocol, "PLAIN", "XOAUTH2"), token=TOKEN, auth=(Auth.OAUTH2,))
    assert checked[LOGIN].verdict is Verdict.PASS


@EVERY
async def test_a_token_is_never_sent_in_the_place_of_a_password(protocol):
    scripted = taking(protocol, "SCRAM-SHA-256", "PLAIN", "LOGIN")
    checked = await check_one(scripted, token=TOKEN)
    assert (checked[LOGIN].fault, checked.report.logins_tried) == (Fault.OTHER, 0)
    assert not {"AUTH", "AUTHENTICATE", "LOGIN", "USER", "PASS"} & set(scripted.commands)
    assert "--token-command" in checked[LOGIN].fix.render()


@EVERY
@BOTH
async def test_a_password_is_never_sent_in_the_place_of_a_token(protocol, mechanism):
    scripted = taking(protocol, mechanism)
    checked = await check_one(scripted)
    assert (checked[LOGIN].verdict, checked.report.logins_tried) == (Verdict.SKIP, 0)


REFUSAL = base64.b64encode(b'{"status":"invalid_token","scope":"mail"}').decode()


@EVERY
@BOTH
async def test_a_refused_token_is_told_as_one_with_what_the_server_says_of_it(protocol, mechanism):
    scripted = offering(
        protocol,
        mechanism,
        **{
            command(protocol, mechanism): CHALLENGE[protocol].format(REFUSAL),
            **dict.fromkeys(("AQ==", ""), NO[protocol].format("a1")),
        },
    )
    checked = await check_one(scripted, token=TOKEN)
    facts = checked[LOGIN].facts
    assert checked[LOGIN].fault is Fault.LOGIN
    assert (facts["refusal"], facts["oauth_status"], facts["oauth_scope"]) == (
        "token",
        "invalid_token",
        "mail",
    )
    assert scripted.sent[-1] == ("" if mechanism == "XOAUTH2" else "AQ==")


@EVERY
async def test_a_refused_token_is_not_tried_with_another_name(protocol):
    refusing = {command(protocol, "XOAUTH2"): lambda line: NO[protocol].format(line.split(" ")[0])}
    checked = await check_one(offering(protocol, "XOAUTH2", **refusing), token=TOKEN, username=None)
    assert checked.report.logins_tried == 1


@pytest.mark.parametrize("bad", ["", "a b\r\nQUIT", "a\1b"])
async def test_a_token_that_cannot_be_sent_is_not_sent(bad):
    scripted = taking(Protocol.SMTP, "XOAUTH2")
    checked = await check_one(scripted, token=bad)
    assert (checked[LOGIN].fault, checked.report.logins_tried) == (Fault.LOGIN, 0)
    assert "--token-command" in checked[LOGIN].fix.render()


async def test_token_and_password_are_equal_to_nothing_of_the_other_kind_and_print_as_stars():
    assert Token("x") != Secret("x")
    assert [str(Token("x")), repr(Secret("x"))] == ["Token(***)", "Secret(***)"]
