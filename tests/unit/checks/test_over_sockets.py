"""The whole way: the real door, loopback, TLS of an authority of our own."""

from datetime import UTC, datetime, timedelta

import pytest
import trustme
from tests.unit.checks.scripted import CLOSE, imap, pop3, smtp
from tests.unit.checks.sockets import check_at, check_real, listening, serving_context

from mailsetup.account import Security
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
TLS = StepName.TLS
HOSTS = ("imap.example.org", "pop3.example.org", "smtp.example.org")
YEAR = timedelta(days=365)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def ca():
    return trustme.CA(organization_name="Our own")


@pytest.fixture(scope="module")
def ca_file(ca, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="module")
def good(ca):
    return serving_context(ca.issue_cert(*HOSTS))


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_all_is_well_over_real_tls(make, security, good, ca_file):
    checked = await check_real(make(security), good, ca_file)
    assert set(checked.verdicts.split()) == {"pass"}


async def test_tls_and_certificate_are_told(good, ca_file):
    facts = (await check_real(imap(), good, ca_file))[TLS].facts
    assert facts["version"] == "TLSv1.3"
    assert facts["names"] == list(HOSTS)
    assert "Our own" in facts["issuer"]
    assert facts["days_left"] > 0


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_a_certificate_for_another_host_is_refused_and_its_names_told(make, security, ca, ca_file):
    other = serving_context(ca.issue_cert("mx7.hoster.example.net"))
    tls = (await check_real(make(security), other, ca_file))[TLS]
    assert (tls.fault, tls.facts["faults"]) == (Fault.UNSAFE, ["name"])
    assert "mx7.hoster.example.net" in tls.text.render()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_refused_certificate_ends_without_a_login(security, ca, ca_file):
    scripted = imap(security)
    await check_real(scripted, serving_context(ca.issue_cert("other.example.net")), ca_file)
    assert not any("AUTHENTICATE" in line or "LOGIN" in line for line in scripted.sent)


async def test_a_certificate_of_an_unknown_authority_is_refused_and_its_issuer_named(ca_file):
    stranger = serving_context(trustme.CA(organization_name="Strangers").issue_cert(*HOSTS))
    tls = (await check_real(imap(), stranger, ca_file))[TLS]
    assert tls.facts["faults"] == ["issuer"]
    assert "Strangers" in tls.text.render()


async def test_an_expired_certificate_is_told_with_its_date(ca, ca_file):
    now = datetime.now(UTC)
    old = ca.issue_cert(*HOSTS, not_before=now - 2 * YEAR, not_after=now - YEAR)
    tls = (await check_real(imap(), serving_context(old), ca_file))[TLS]
    assert tls.facts["faults"] == ["date"]
    assert (now - YEAR).date().isoformat() in tls.text.render()


async def test_all_faults_of_a_certificate_are_told_at_once(ca_file):
    now = datetime.now(UTC)
    bad = trustme.CA().issue_cert("other.example.net", not_before=now - 2 * YEAR, not_after=now - YEAR)
    tls = (await check_real(imap(), serving_context(bad), ca_file))[TLS]
    assert tls.facts["faults"] == ["date", "issuer", "name"]


async def test_a_certificate_that_names_the_host_only_as_its_common_name_is_refused(ca, ca_file):
    named = ca.issue_cert("other.example.net", common_name="imap.example.org")
    tls = (await check_real(imap(), serving_context(named), ca_file))[TLS]
    assert (tls.fault, tls.facts["faults"]) == (Fault.UNSAFE, ["name"])


async def test_a_certificate_for_the_mail_domain_is_a_warning_where_srv_named_the_server(ca, ca_file):
    domain = serving_context(ca.issue_cert("example.org"))
    checked = await check_real(imap(), domain, ca_file, from_srv="imaps")
    assert (checked[TLS].verdict, checked[StepName.LOGIN].verdict) == (Verdict.WARN, Verdict.PASS)


async def test_a_certificate_for_the_mail_domain_is_refused_where_srv_did_not(ca, ca_file):
    domain = serving_context(ca.issue_cert("example.org"))
    assert (await check_real(imap(), domain, ca_file))[TLS].fault is Fault.UNSAFE


@pytest.mark.parametrize(
    "make",
    [
        lambda: imap(Security.STARTTLS, STARTTLS="{tag} OK go\r\n* OK [CAPABILITY AUTH=PLAIN] x\r\n"),
        lambda: imap(Security.STARTTLS, STARTTLS="{tag} OK go\r\n* OK x"),
        lambda: pop3(Security.STARTTLS, STLS="+OK go\r\n+OK x\r\n"),
        lambda: smtp(Security.STARTTLS, STARTTLS="220 go\r\n250-x\r\n250 AUTH PLAIN\r\n"),
    ],
)
async def test_plain_bytes_slipped_in_before_tls_end_it(make, good, ca_file):
    scripted = make()
    checked = await check_real(scripted, good, ca_file)
    assert checked[TLS].fault is Fault.UNSAFE
    assert scripted.sent[-1].split(" ")[-1] in ("STARTTLS", "STLS")


@pytest.mark.parametrize(("make", "port"), [(imap, 143), (pop3, 110), (smtp, 587)])
async def test_plain_text_where_tls_was_meant_is_told_with_the_right_port(make, port, ca_file):
    scripted = make(Security.STARTTLS)
    scripted.server = lambda: make(Security.TLS).server()
    tls = (await check_real(scripted, None, ca_file))[TLS]
    assert (tls.fault, tls.fix.fields["port"]) == (Fault.UNSAFE, port)


async def test_tls_where_plain_text_was_meant_is_told_with_the_right_port(good, ca_file):
    scripted = imap()
    scripted.server = lambda: imap(Security.STARTTLS).server()
    checked = await check_real(scripted, good, ca_file, timeout=0.4)
    assert checked[StepName.GREETING].fix.fields["port"] == 993


async def test_a_connection_that_ends_in_the_handshake_is_a_network_failure(ca_file):
    scripted = imap(Security.STARTTLS, greeting=CLOSE)
    scripted.server = lambda: imap().server()
    assert (await check_real(scripted, None, ca_file))[TLS].fault is Fault.NETWORK


async def test_a_line_without_end_is_cut(good, ca_file):
    checked = await check_real(smtp(greeting="2" * 200_000), good, ca_file)
    assert checked[StepName.GREETING].fault is Fault.OTHER


async def test_a_port_where_nobody_listens_fails_at_connect(ca_file):
    scripted = imap()
    async with listening(scripted, None) as port:
        pass
    checked = await check_at(scripted, port, ca_file)
    assert checked.verdicts.startswith("pass fail skip")
    assert checked[StepName.CONNECT].facts["addresses"] == [
        {"address": "127.0.0.1", "family": "IPv4", "failure": "refused"}
    ]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_server_of_another_protocol_is_named_over_real_tls(security, good, ca_file):
    checked = await check_real(imap(security, greeting="+OK ready\r\n"), good, ca_file)
    assert checked[StepName.GREETING].facts["speaks"] == "pop3"


async def test_plain_text_of_another_protocol_is_named_over_real_sockets(ca_file):
    scripted = smtp(Security.STARTTLS)
    scripted.server = lambda: imap(Security.TLS).server()
    tls = (await check_real(scripted, None, ca_file))[TLS]
    assert tls.facts["speaks"] == "smtp"


async def test_a_certificate_that_runs_out_is_a_warning_over_real_tls(ca, ca_file):
    now = datetime.now(UTC)
    old = ca.issue_cert(*HOSTS, not_before=now - YEAR, not_after=now + timedelta(days=5))
    checked = await check_real(imap(), serving_context(old), ca_file)
    assert (checked[TLS].verdict, checked[StepName.LOGIN].verdict) == (Verdict.WARN, Verdict.PASS)


async def test_a_program_in_between_is_named_over_real_tls(ca_file):
    between = trustme.CA(organization_name="Avast Web/Mail Shield").issue_cert(*HOSTS)
    tls = (await check_real(imap(), serving_context(between), ca_file))[TLS]
    assert (tls.fault, tls.facts["interceptor"]) == (Fault.UNSAFE, "Avast")


async def test_the_facts_of_a_step_are_all_there_when_it_is_told(good, ca_file):
    checked = await check_real(imap(), good, ca_file)
    assert [step.facts for step in checked.watched] == [step.facts for step in checked.report.steps]
