"""POP3 servers that lie or are broken, over real sockets and real TLS."""

import pytest
from tests.unit.checks.scripted import PASSWORD, pop3
from tests.unit.checks.trap import check_served, exits

from mailsetup.account import Retention, Security
from mailsetup.checks.report import Fault, StepName, Verdict
from mailsetup.cli.console import clean

pytestmark = pytest.mark.anyio
GREETING, LOGIN, MAILBOX, RETENTION = StepName.GREETING, StepName.LOGIN, StepName.MAILBOX, StepName.RETENTION
BOTH = pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
FOR_EVER = Retention()


@pytest.fixture
def anyio_backend():
    return "asyncio"


def capa(*lines):
    return "".join(f"{line}\r\n" for line in ("+OK", "USER", "UIDL", "SASL PLAIN", *lines, "."))


@BOTH
async def test_where_capa_is_not_known_identifiers_are_asked_for_all_the_same(security, context, ca_file):
    scripted = pop3(security, CAPA="-ERR what\r\n")
    checked = await check_served(scripted, context, ca_file, wish=FOR_EVER)
    assert (checked[RETENTION].verdict, checked[RETENTION].facts["uidl"]) == (Verdict.PASS, True)
    assert (scripted.commands.count("UIDL"), exits(checked)) == (1, 0)


@pytest.mark.parametrize(("wish", "verdict", "code"), [(FOR_EVER, Verdict.FAIL, 1), (None, Verdict.WARN, 0)])
async def test_identifiers_that_are_announced_and_refused_promise_nothing(
    wish, verdict, code, context, ca_file
):
    checked = await check_served(pop3(UIDL="-ERR what\r\n"), context, ca_file, wish=wish)
    assert (checked[RETENTION].verdict, exits(checked)) == (verdict, code)
    assert checked[RETENTION].facts["uidl"] is False


@pytest.mark.parametrize(
    "listed", ["1 same\r\n2 same\r\n", f"1 {'x' * 71}\r\n2 b\r\n", "1 a\x07b\r\n2 b\r\n", "1 é\r\n2 b\r\n"]
)
async def test_identifiers_that_are_not_unique_or_too_long_promise_nothing(listed, context, ca_file):
    checked = await check_served(pop3(UIDL=f"+OK\r\n{listed}.\r\n"), context, ca_file, wish=FOR_EVER)
    assert (checked[RETENTION].verdict, checked[RETENTION].facts["identifiers_sound"]) == (
        Verdict.WARN,
        False,
    )


@pytest.mark.parametrize(
    ("expire", "wish", "verdict"),
    [
        ("EXPIRE 0", None, Verdict.WARN),
        ("EXPIRE 0", FOR_EVER, Verdict.FAIL),
        ("EXPIRE 7", Retention(days=30), Verdict.FAIL),
        ("EXPIRE 7", None, Verdict.WARN),
        ("EXPIRE 30", Retention(days=30), Verdict.PASS),
    ],
)
async def test_mail_that_the_server_deletes_before_its_time_is_told(expire, wish, verdict, context, ca_file):
    scripted = pop3(CAPA=capa(expire))
    checked = await check_served(scripted, context, ca_file, wish=wish)
    assert checked[RETENTION].verdict is verdict
    assert not {"RETR", "TOP", "DELE"} & set(scripted.commands)


async def test_under_expire_that_depends_on_the_user_the_last_word_counts(context, ca_file):
    scripted = pop3(CAPA=[capa("EXPIRE 30 USER"), capa("EXPIRE 0")])
    checked = await check_served(scripted, context, ca_file, wish=FOR_EVER)
    assert (checked[RETENTION].facts["expire"], exits(checked)) == (0, 1)


async def test_a_server_that_wants_a_pause_gets_one_login(context, ca_file):
    scripted = pop3(AUTH_PLAIN="-ERR [LOGIN-DELAY] minimum time between logins not reached\r\n")
    checked = await check_served(scripted, context, ca_file, username=None)
    assert (checked.report.logins_tried, checked[LOGIN].fault, exits(checked)) == (1, Fault.OTHER, 1)
    assert "pause" in checked[LOGIN].fix.render()


@pytest.mark.parametrize(
    "later", ["-ERR [LOGIN-DELAY] too soon\r\n", "-ERR [SYS/TEMP] later\r\n", "-ERR too many failures\r\n"]
)
async def test_a_second_login_that_is_put_off_does_not_hide_that_the_first_was_refused(
    later, context, ca_file
):
    scripted = pop3(AUTH_PLAIN=["-ERR [AUTH] wrong\r\n", later])
    checked = await check_served(scripted, context, ca_file, username=None)
    assert (checked.report.logins_tried, checked[LOGIN].fault, exits(checked)) == (2, Fault.LOGIN, 5)
    assert "wrong" in checked[LOGIN].text.render()


@pytest.mark.parametrize("step", [LOGIN, MAILBOX])
async def test_a_mailbox_that_another_program_holds_is_told_as_that(step, context, ca_file):
    word = "AUTH_PLAIN" if step is LOGIN else "STAT"
    scripted = pop3(**{word: "-ERR [IN-USE] lock\r\n"})
    checked = await check_served(scripted, context, ca_file, username=None)
    assert (checked[step].fault, checked[step].facts["refusal"]) == (Fault.OTHER, "in-use")
    assert (checked.report.logins_tried, exits(checked)) == (1, 1)
    assert "password was right" in checked[step].fix.render()


async def test_pop_that_is_switched_off_shows_at_stat_and_is_no_wrong_password(context, ca_file):
    scripted = pop3(STAT="-ERR [SYS/PERM] Your account is not enabled for POP access.\r\n")
    checked = await check_served(scripted, context, ca_file)
    assert (checked[LOGIN].verdict, checked[MAILBOX].facts["refusal"]) == (Verdict.PASS, "switched-off")
    assert exits(checked) == 1


@pytest.mark.parametrize("word", ["greeting", "AUTH_PLAIN", "USER", "PASS", "STAT", "UIDL"])
@pytest.mark.parametrize("said", ["+ERR no", "+OKAY", "+ok", "OK", "+-OK", "ERR"])
async def test_what_is_no_ok_is_no_success(word, said, context, ca_file):
    more = {"CAPA": "-ERR what\r\n"} if word in ("USER", "PASS") else {}
    scripted = pop3(**{**more, word: f"{said}\r\n"})
    checked = await check_served(scripted, context, ca_file, timeout=5)
    failed = next(step for step in checked.report.steps if step.verdict is Verdict.FAIL)
    assert (failed.fault, exits(checked)) == (Fault.OTHER, 1)
    if word == "greeting":
        assert scripted.sent == []
    if word == "USER":
        assert PASSWORD not in "".join(scripted.sent)


async def test_escape_codes_in_a_greeting_do_no_harm_where_they_are_shown(context, ca_file):
    scripted = pop3(greeting="+OK \x1b[2J\x1b]0;owned\x07\u202e\x9b31m hello\r\n")
    checked = await check_served(scripted, context, ca_file)
    assert checked[GREETING].verdict is Verdict.PASS
    told = clean(str(checked[GREETING].facts["greeting"]))
    assert "hello" in told
    assert not set("\x1b\x07\u202e\x9b") & set(told)
