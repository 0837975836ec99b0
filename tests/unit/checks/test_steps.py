import pytest
from tests.unit.checks.scripted import ADA, CLOSE, PASSWORD, ScriptedNet, check_one, imap, pop3, smtp

from mailsetup.account import Protocol, Secret, Security
from mailsetup.checks.check import Target, check
from mailsetup.checks.report import Fault, Report, Step, StepName, Verdict
from mailsetup.errors import say
from mailsetup.net.failures import TlsFailed
from mailsetup.net.stream import Proof

pytestmark = pytest.mark.anyio

FIRST = ["resolve", "connect", "tls", "greeting", "capabilities", "login"]
ALL = {
    Protocol.IMAP: [*FIRST, "mailbox"],
    Protocol.POP3: [*FIRST, "mailbox", "retention"],
    Protocol.SMTP: [*FIRST, "send"],
}
WHY = say("It did not work."), say("Do something else.")


def named(steps):
    return [step.name.value for step in steps]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_a_server_with_which_all_is_well_passes_every_step(make, security):
    assert set((await check_one(make(security))).verdicts.split()) == {"pass"}


@pytest.mark.parametrize("greeting", [None, "* BYE no\r\n", "rubbish\r\n", CLOSE, ""])
@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_every_report_tells_all_its_steps_in_order(make, security, greeting):
    scripted = make(security, greeting=greeting)
    assert named((await check_one(scripted)).report.steps) == ALL[scripted.protocol]


@pytest.mark.parametrize("greeting", [None, "* BYE no\r\n", ""])
@pytest.mark.parametrize("security", Security)
async def test_steps_are_told_as_they_end_just_as_they_are_reported(security, greeting):
    checked = await check_one(imap(security, greeting=greeting))
    assert [(s.name, s.verdict) for s in checked.watched] == [
        (s.name, s.verdict) for s in checked.report.steps
    ]


@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_the_connection_is_closed_at_the_end(make):
    scripted = make()
    await check_one(scripted)
    assert scripted.closed == 1


async def test_the_connection_is_closed_after_a_failure():
    scripted = imap(EXAMINE="{tag} NO gone\r\n")
    await check_one(scripted)
    assert scripted.closed == 1


async def test_tls_that_fails_is_unsafe():
    scripted = imap()
    scripted.refuses_tls = TlsFailed(*WHY, reason="SSLV3_ALERT_HANDSHAKE_FAILURE")
    checked = await check_one(scripted)
    assert (checked[StepName.TLS].verdict, checked[StepName.TLS].fault) == (Verdict.FAIL, Fault.UNSAFE)


@pytest.mark.parametrize(("make", "port"), [(imap, 143), (pop3, 110), (smtp, 587)])
async def test_plain_text_on_a_port_for_tls_is_told_with_the_port_for_starttls(make, port):
    scripted = make()
    scripted.refuses_tls = TlsFailed(*WHY, reason="WRONG_VERSION_NUMBER")
    assert (await check_one(scripted))[StepName.TLS].fix.fields["port"] == port


@pytest.mark.parametrize("proof", [Proof.MAIL_DOMAIN, Proof.SRV_ID])
async def test_a_certificate_for_the_mail_domain_alone_is_a_warning_that_names_who_refuses_it(proof):
    scripted = imap()
    scripted.proof = proof
    tls = (await check_one(scripted, from_srv="imaps"))[StepName.TLS]
    assert tls.verdict is Verdict.WARN
    assert "Thunderbird" in tls.fix.render()


async def test_a_server_named_by_srv_may_prove_itself_by_the_mail_domain():
    scripted = imap()
    await check_one(scripted, from_srv="imaps")
    identity = scripted.identities[0]
    assert (identity.host, identity.mail_domain, identity.service) == (
        "imap.example.org",
        "example.org",
        "imaps",
    )


async def test_a_server_named_otherwise_must_prove_itself_by_its_host():
    scripted = imap()
    await check_one(scripted)
    assert scripted.identities[0].mail_domain is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: imap(greeting="* BYE overloaded\r\n"),
        lambda: pop3(greeting="-ERR overloaded\r\n"),
        lambda: smtp(greeting="421 4.3.2 overloaded\r\n"),
        lambda: smtp(greeting="554 overloaded\r\n"),
    ],
)
async def test_a_server_that_turns_us_away_is_quoted(make):
    greeting = (await check_one(make()))[StepName.GREETING]
    assert greeting.fault is Fault.OTHER
    assert "overloaded" in greeting.text.render()


@pytest.mark.parametrize(
    "make",
    [
        lambda: imap(greeting="220 smtp\r\n"),
        lambda: pop3(greeting="+ERR fine\r\n"),
        lambda: smtp(greeting="* OK IMAP\r\n"),
    ],
)
async def test_a_server_that_speaks_something_else_fails_at_its_greeting(make):
    assert (await check_one(make()))[StepName.GREETING].fault is Fault.OTHER


async def test_preauth_over_tls_proves_no_password():
    greeting = (await check_one(imap(greeting="* PREAUTH hi\r\n")))[StepName.GREETING]
    assert greeting.fault is Fault.OTHER


async def test_a_refused_ehlo_fails_at_capabilities():
    assert (await check_one(smtp(EHLO="500 what\r\n")))[StepName.CAPABILITIES].fault is Fault.OTHER


async def test_a_line_without_end_is_not_a_matter_of_the_network():
    greeting = (await check_one(imap(greeting="x" * 100_000)))[StepName.GREETING]
    assert greeting.fault is Fault.OTHER


async def test_a_server_that_does_not_say_goodbye_is_well_all_the_same():
    assert (await check_one(imap(LOGOUT=CLOSE))).report.verdict is Verdict.PASS


def test_a_step_that_could_not_be_done_makes_the_report_a_warning():
    def report(fix):
        step = Step(name=StepName.LOGIN, verdict=Verdict.SKIP, text=say("Skipped."), fix=fix)
        return Report(server=imap().server(), steps=(step,))

    assert report(None).verdict is Verdict.PASS
    assert report(say("Do something.")).verdict is Verdict.WARN


@pytest.mark.parametrize("told", ["watch", "talk"])
async def test_what_the_listener_raises_comes_out_as_it_is(told):
    def gone(*_):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        await check(
            [Target(server=imap().server()), Target(server=smtp(Security.STARTTLS).server())],
            ADA,
            ScriptedNet(imap(), smtp(Security.STARTTLS)),
            credential=Secret(PASSWORD),
            **{told: gone},
        )


async def test_before_the_login_a_server_may_keep_to_itself_that_it_tells_new_mail():
    greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n"
    welcome = "{tag} OK [CAPABILITY IMAP4rev1 IDLE] welcome\r\n"
    checked = await check_one(imap(greeting=greeting, AUTHENTICATE_PLAIN=welcome))
    idle = [checked[name].facts["idle"] for name in (StepName.CAPABILITIES, StepName.MAILBOX)]
    assert idle == [None, True]
