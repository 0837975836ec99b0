import anyio
import pytest
from tests.unit.checks.scripted import ADA, PASSWORD, ScriptedNet, check_one, imap, pop3, smtp

from mailsetup.account import Secret, Security
from mailsetup.checks.check import Target, check
from mailsetup.checks.login import ATTEMPT_SECONDS
from mailsetup.checks.progress import STEP_SECONDS
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_a_silent_server_costs_the_step_time_out_and_no_more(make):
    began = anyio.current_time()
    await check_one(make(greeting=None))
    assert anyio.current_time() - began == pytest.approx(STEP_SECONDS)


@pytest.mark.parametrize(
    ("make", "step"),
    [
        (lambda: imap(greeting=None), StepName.GREETING),
        (lambda: imap(Security.STARTTLS, greeting=None), StepName.GREETING),
        (lambda: imap(Security.STARTTLS, STARTTLS=None), StepName.TLS),
        (lambda: smtp(EHLO=None), StepName.CAPABILITIES),
        (lambda: pop3(AUTH_PLAIN=None), StepName.LOGIN),
        (lambda: pop3(STAT=None), StepName.MAILBOX),
        (lambda: pop3(UIDL=None), StepName.RETENTION),
        (lambda: smtp(RCPT_TO=None), StepName.SEND),
    ],
)
async def test_the_step_in_which_a_server_falls_silent_fails_and_the_later_ones_are_skipped(make, step):
    checked = await check_one(make())
    verdicts = {s.name: s.verdict for s in checked.report.steps}
    assert (checked[step].verdict, checked[step].fault) == (Verdict.FAIL, Fault.NETWORK)
    assert {v for n, v in verdicts.items() if list(verdicts).index(n) > list(verdicts).index(step)} <= {
        Verdict.SKIP
    }


async def test_a_step_that_fails_by_time_tells_how_long_it_was_waited_for():
    checked = await check_one(imap(greeting=None))
    assert checked[StepName.GREETING].text.fields["seconds"] == 15
    assert checked[StepName.GREETING].seconds == pytest.approx(STEP_SECONDS)


async def test_the_whole_check_ends_with_its_time_whatever_the_steps_may_take():
    began = anyio.current_time()
    checked = await check_one(imap(greeting=None), timeout=4)
    assert anyio.current_time() - began == pytest.approx(4)
    assert checked[StepName.GREETING].text.fields["seconds"] == 4


async def test_the_time_of_the_whole_check_is_shared_by_its_steps():
    scripted = imap()
    scripted.latency = 3.0
    began = anyio.current_time()
    checked = await check_one(scripted, timeout=10)
    assert anyio.current_time() - began == pytest.approx(10)
    assert checked.report.verdict is Verdict.FAIL


async def test_three_servers_take_as_long_as_the_slowest():
    servers = [imap(), pop3(), smtp()]
    for scripted, latency in zip(servers, (0.1, 0.5, 0.2), strict=True):
        scripted.latency = latency
    alone = []
    for scripted in servers:
        began = anyio.current_time()
        await check_one(scripted)
        alone.append(anyio.current_time() - began)
    began = anyio.current_time()
    reports = await check(
        [Target(server=s.server()) for s in servers],
        ADA,
        ScriptedNet(*servers),
        credential=Secret(PASSWORD),
    )
    assert anyio.current_time() - began == pytest.approx(max(alone))
    assert [r.verdict for r in reports] == [Verdict.PASS] * 3


async def test_reports_stand_in_the_order_of_the_targets_whoever_is_first():
    servers = [imap(), pop3(), smtp()]
    servers[0].latency = 2.0
    targets = [Target(server=s.server()) for s in servers]
    reports = await check(targets, ADA, ScriptedNet(*servers), credential=Secret(PASSWORD))
    assert [r.server for r in reports] == [t.server for t in targets]


async def test_a_server_may_answer_a_wrong_password_late():
    scripted = imap(AUTHENTICATE_PLAIN="{tag} NO [AUTHENTICATIONFAILED] no\r\n")
    scripted.thinks["AUTHENTICATE"] = 17.0
    checked = await check_one(scripted, username=None)
    assert (checked[StepName.LOGIN].fault, checked.report.logins_tried) == (Fault.LOGIN, 2)


async def test_a_second_login_without_an_answer_leaves_the_refusal_of_the_first():
    scripted = imap(AUTHENTICATE_PLAIN=["{tag} NO [AUTHENTICATIONFAILED] no\r\n", None])
    checked = await check_one(scripted, username=None)
    assert checked[StepName.LOGIN].fault is Fault.LOGIN


async def test_a_login_without_an_answer_costs_twenty_seconds():
    began = anyio.current_time()
    checked = await check_one(imap(AUTHENTICATE_PLAIN=None), username=None)
    assert anyio.current_time() - began == pytest.approx(ATTEMPT_SECONDS)
    assert checked[StepName.LOGIN].text.fields["seconds"] == 20


async def test_a_silent_goodbye_costs_two_seconds_and_fails_nothing():
    began = anyio.current_time()
    checked = await check_one(imap(LOGOUT=None))
    assert anyio.current_time() - began == pytest.approx(2)
    assert checked.report.verdict is Verdict.PASS


async def test_a_check_that_is_cancelled_ends_at_once_and_closes_its_connection():
    scripted = imap(greeting=None)
    with anyio.move_on_after(1) as scope:
        await check_one(scripted)
    assert scope.cancelled_caught
    assert scripted.closed == 1


async def test_each_step_tells_how_long_it_took():
    scripted = imap()
    scripted.latency = 0.25
    assert (await check_one(scripted))[StepName.LOGIN].seconds == pytest.approx(0.25)


async def test_one_pop3_mailbox_is_checked_by_one_after_the_other_as_it_lets_in_only_one():
    scripted = pop3()
    scripted.latency = 0.5
    began = anyio.current_time()
    await check([Target(server=scripted.server())], ADA, ScriptedNet(scripted), credential=Secret(PASSWORD))
    alone = anyio.current_time() - began
    targets = [Target(server=scripted.server(port=port)) for port in (995, 1995)]
    reports = await check(targets, ADA, ScriptedNet(scripted), credential=Secret(PASSWORD))
    assert anyio.current_time() - began == pytest.approx(3 * alone)
    assert [report.verdict for report in reports] == [Verdict.PASS] * 2
    assert scripted.most_at_once == 1


async def test_two_ports_of_an_imap_server_are_checked_side_by_side():
    scripted = imap()
    scripted.latency = 0.5
    targets = [Target(server=scripted.server(port=port)) for port in (993, 1993)]
    await check(targets, ADA, ScriptedNet(scripted), credential=Secret(PASSWORD))
    assert scripted.most_at_once == 2


async def test_a_part_of_a_second_is_told_as_one():
    checked = await check_one(imap(greeting=None), timeout=0.2)
    assert "The 0.2 seconds" in checked[StepName.GREETING].text.render()


async def test_a_port_that_keeps_silent_after_tls_may_be_that_of_something_else():
    fix = (await check_one(imap(greeting=None), port=443))[StepName.GREETING].fix.render()
    assert "whether port 443 is right" in fix
    assert "The usual one is 993" in fix


async def test_the_usual_port_that_keeps_silent_after_tls_is_not_blamed_on_a_firewall():
    assert "overloaded" in (await check_one(imap(greeting=None)))[StepName.GREETING].fix.render()
