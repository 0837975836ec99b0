import pytest
from tests.unit.checks.scripted import check_one, pop3

from mailsetup.account import Retention
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
RETENTION = StepName.RETENTION
FOR_EVER, NOTHING = Retention(), Retention(keep=False)


def days(count):
    return Retention(days=count)


def capa(*lines):
    return "".join(f"{line}\r\n" for line in ("+OK", "USER", "UIDL", *lines, "."))


@pytest.mark.parametrize(
    ("expire", "wish", "verdict"),
    [
        ([], FOR_EVER, Verdict.PASS),
        ([], days(30), Verdict.PASS),
        ([], None, Verdict.PASS),
        (["EXPIRE NEVER"], FOR_EVER, Verdict.PASS),
        (["EXPIRE 0"], FOR_EVER, Verdict.FAIL),
        (["EXPIRE 0"], days(1), Verdict.FAIL),
        (["EXPIRE 0"], None, Verdict.WARN),
        (["EXPIRE 0"], NOTHING, Verdict.PASS),
        (["EXPIRE 7"], FOR_EVER, Verdict.FAIL),
        (["EXPIRE 7"], Retention(until_deleted=True), Verdict.FAIL),
        (["EXPIRE 7"], days(8), Verdict.FAIL),
        (["EXPIRE 7"], days(7), Verdict.PASS),
        (["EXPIRE 7"], None, Verdict.WARN),
        (["EXPIRE soon"], FOR_EVER, Verdict.PASS),
        (["EXPIRE"], FOR_EVER, Verdict.PASS),
    ],
)
async def test_the_wish_is_judged_by_what_the_server_announces(expire, wish, verdict):
    assert (await check_one(pop3(CAPA=capa(*expire)), wish=wish))[RETENTION].verdict is verdict


async def test_a_wish_that_cannot_be_met_is_a_failure_of_its_own_kind():
    assert (await check_one(pop3(CAPA=capa("EXPIRE 7")), wish=days(30)))[RETENTION].fault is Fault.OTHER


async def test_what_the_server_does_not_say_is_called_unknown():
    step = (await check_one(pop3(), wish=FOR_EVER))[RETENTION]
    assert "unknown" in step.text.render()
    assert step.facts["expire"] is None


@pytest.mark.parametrize(("delay", "unknown"), [([], True), (["LOGIN-DELAY 60"], False)])
async def test_how_often_mail_may_be_asked_for_is_called_unknown_only_where_it_is(delay, unknown):
    text = (await check_one(pop3(CAPA=capa(*delay)), wish=FOR_EVER))[RETENTION].text.render()
    assert ("how often" in text) is unknown


@pytest.mark.parametrize(
    ("expire", "fact"), [("EXPIRE NEVER", "never"), ("EXPIRE 7", 7), ("EXPIRE 0", 0), ("EXPIRE x", None)]
)
async def test_the_promise_of_the_server_is_a_fact(expire, fact):
    assert (await check_one(pop3(CAPA=capa(expire))))[RETENTION].facts["expire"] == fact


async def test_a_server_that_lists_nothing_is_asked_for_identifiers_all_the_same():
    step = (await check_one(pop3(CAPA="-ERR what\r\n"), wish=FOR_EVER))[RETENTION]
    assert (step.verdict, step.facts["uidl"]) == (Verdict.PASS, True)


@pytest.mark.parametrize(("wish", "verdict"), [(FOR_EVER, Verdict.FAIL), (None, Verdict.WARN)])
async def test_identifiers_that_are_announced_and_refused_are_none(wish, verdict):
    step = (await check_one(pop3(UIDL="-ERR what\r\n"), wish=wish))[RETENTION]
    assert (step.verdict, step.facts["uidl"]) == (verdict, False)


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param("+OK\r\n1 same\r\n2 same\r\n.\r\n", id="twice-the-same"),
        pytest.param(f"+OK\r\n1 {'x' * 71}\r\n2 b\r\n.\r\n", id="71-characters"),
        pytest.param("+OK\r\n1 é\r\n2 b\r\n.\r\n", id="not-ascii"),
    ],
)
async def test_identifiers_that_will_not_serve_are_no_promise(listing):
    step = (await check_one(pop3(UIDL=listing), wish=FOR_EVER))[RETENTION]
    assert (step.verdict, step.facts["identifiers_sound"]) == (Verdict.WARN, False)


async def test_identifiers_of_just_70_characters_will_serve():
    step = (await check_one(pop3(UIDL=f"+OK\r\n1 {'x' * 70}\r\n2 b\r\n.\r\n"), wish=FOR_EVER))[RETENTION]
    assert step.verdict is Verdict.PASS


async def test_a_listing_that_is_none_fails():
    assert (await check_one(pop3(UIDL="+OK\r\nrubbish\r\n.\r\n")))[RETENTION].fault is Fault.OTHER


async def test_an_empty_mailbox_shows_no_identifiers_and_fails_nothing():
    scripted = pop3(STAT="+OK 0 0\r\n", UIDL="+OK\r\n.\r\n")
    step = (await check_one(scripted, wish=FOR_EVER))[RETENTION]
    assert (step.verdict, step.facts["identifiers_sound"]) == (Verdict.PASS, None)
    assert "No message is there to show its identifier" in step.text.render()


async def test_a_mailbox_too_large_to_list_is_not_listed_and_nothing_promised():
    scripted = pop3(STAT="+OK 100001 9000000\r\n")
    step = (await check_one(scripted, wish=FOR_EVER))[RETENTION]
    assert step.verdict is Verdict.WARN
    assert not {"LIST", "UIDL"} & set(scripted.commands)


async def test_the_pause_between_two_logins_is_told():
    step = (await check_one(pop3(CAPA=capa("LOGIN-DELAY 900")), wish=FOR_EVER))[RETENTION]
    assert step.facts["login_delay"] == 900
    assert "900" in step.fix.render()


async def test_the_pause_between_two_logins_is_no_fault():
    assert (await check_one(pop3(CAPA=capa("LOGIN-DELAY 900"))))[RETENTION].verdict is Verdict.PASS


@pytest.mark.parametrize("personal", ["EXPIRE 7 USER", "LOGIN-DELAY 60 USER"])
async def test_what_depends_on_the_user_is_asked_for_again_after_the_login(personal):
    scripted = pop3(CAPA=[capa(personal), capa("EXPIRE NEVER", "LOGIN-DELAY 120")])
    facts = (await check_one(scripted, wish=FOR_EVER))[RETENTION].facts
    assert (facts["expire"], facts["login_delay"]) == ("never", 120)


async def test_what_does_not_depend_on_the_user_is_asked_for_once():
    scripted = pop3(CAPA=capa("EXPIRE 7"))
    await check_one(scripted)
    assert scripted.commands.count("CAPA") == 1


async def test_the_mailbox_is_told_with_it():
    facts = (await check_one(pop3()))[RETENTION].facts
    assert (facts["messages"], facts["bytes"]) == (2, 3000)


async def test_where_nothing_is_to_be_kept_nothing_else_is_judged():
    step = (await check_one(pop3(UIDL="-ERR what\r\n"), wish=NOTHING))[RETENTION]
    assert step.verdict is Verdict.PASS
