"""The way to a server: its name, its addresses, the connection, and what answers there."""

import anyio
import pytest
from tests.unit.checks.scripted import CLOSE, check_one, imap, pop3, smtp

from mailsetup.account import Protocol, Security
from mailsetup.checks.report import Fault, StepName, Verdict
from mailsetup.errors import say
from mailsetup.net.failures import ConnectFailed, NameFailed, TlsFailed
from mailsetup.net.stream import Attempt

pytestmark = pytest.mark.anyio
RESOLVE, CONNECT, TLS, GREETING = (StepName(name) for name in ("resolve", "connect", "tls", "greeting"))
WHY = say("It did not work."), say("Do something else.")
SIX, FOUR = "2001:db8::1", "192.0.2.1"


def tried(*attempts):
    """An IMAP server that was reached like this; the last attempt has no failure."""
    scripted = imap()
    scripted.attempts = tuple(Attempt(*attempt) for attempt in attempts)
    return scripted


def unreached(*attempts):
    scripted = imap()
    scripted.refuses_to_connect = ConnectFailed(*WHY, tuple(Attempt(*attempt) for attempt in attempts))
    return scripted


async def test_the_addresses_of_a_host_are_told_by_family():
    resolve = (await check_one(imap()))[RESOLVE]
    assert resolve.facts["addresses"] == [
        {"address": SIX, "family": "IPv6"},
        {"address": FOUR, "family": "IPv4"},
    ]
    assert f"{SIX} (IPv6) and {FOUR} (IPv4)" in resolve.text.render()


@pytest.mark.parametrize(("address", "family"), [(SIX, "IPv6"), (FOUR, "IPv4")])
async def test_a_host_of_one_family_is_told_as_that(address, family):
    scripted = imap()
    scripted.named = (address,)
    assert f"{address} ({family} only)" in (await check_one(scripted))[RESOLVE].text.render()


async def test_a_name_that_cannot_be_asked_for_fails_at_resolve():
    scripted = imap()
    scripted.named = NameFailed(*WHY)
    checked = await check_one(scripted)
    assert checked.verdicts == "fail skip skip skip skip skip skip"
    assert checked[RESOLVE].fault is Fault.NETWORK


@pytest.mark.parametrize(("exists", "words"), [(False, "There is no host"), (True, "has no address")])
async def test_no_such_host_and_a_host_without_addresses_are_told_apart(exists, words):
    scripted = imap()
    scripted.named, scripted.exists = (), exists
    resolve = (await check_one(scripted))[RESOLVE]
    assert words in resolve.text.render()
    assert (resolve.fault, resolve.facts["exists"], scripted.connections) == (Fault.NETWORK, exists, 0)


async def test_a_connection_led_to_another_address_asks_for_no_name_and_tells_the_port():
    scripted = tried(("127.0.0.1", ""))
    scripted.led_to = ("127.0.0.1", 10993)
    scripted.named = NameFailed(*WHY)
    checked = await check_one(scripted)
    assert "--connect-to leads to 127.0.0.1" in checked[RESOLVE].text.render()
    assert "port 10993" in checked[CONNECT].text.render()
    assert checked[CONNECT].facts["port"] == 10993


async def test_a_connection_led_to_another_host_asks_for_that_one():
    scripted = imap()
    scripted.led_to = ("new.example.net", 993)
    scripted.named = NameFailed(*WHY)
    resolve = (await check_one(scripted))[RESOLVE]
    assert resolve.facts["host"] == "new.example.net"
    assert "new.example.net in place of imap.example.org" in resolve.text.render()


async def test_looking_up_and_connecting_take_their_own_time():
    scripted = imap()
    scripted.latency = 0.25
    checked = await check_one(scripted)
    assert (checked[RESOLVE].seconds, checked[CONNECT].seconds) == (0, 0.25)


@pytest.mark.parametrize("failure", ["refused", "filtered", "slow"])
@pytest.mark.parametrize(("dead", "alive", "family"), [(SIX, FOUR, "IPv6"), (FOUR, SIX, "IPv4")])
async def test_a_family_that_does_not_work_is_a_warning_that_names_it(failure, dead, alive, family):
    connect = (await check_one(tried((dead, failure), (alive, ""))))[CONNECT]
    assert connect.verdict is Verdict.WARN
    assert f"{family} does not work: {dead}" in connect.text.render()


async def test_a_computer_without_ipv6_is_no_fault_of_the_server():
    connect = (await check_one(tried((SIX, "unreachable"), (FOUR, ""))))[CONNECT]
    assert connect.verdict is Verdict.PASS
    assert "no way to IPv6" in connect.text.render()


async def test_one_of_several_servers_that_is_down_is_a_warning():
    connect = (await check_one(tried(("192.0.2.9", "filtered"), (FOUR, ""))))[CONNECT]
    assert connect.verdict is Verdict.WARN
    assert "192.0.2.9" in connect.text.render()


async def test_a_second_address_that_was_only_quicker_is_no_fault():
    assert (await check_one(tried(("192.0.2.9", "slow"), (FOUR, ""))))[CONNECT].verdict is Verdict.PASS


async def test_a_host_that_takes_no_connection_fails_at_connect_and_says_what_was_tried():
    checked = await check_one(unreached((FOUR, "refused")))
    assert checked.verdicts.startswith("pass fail skip")
    assert checked[CONNECT].facts["addresses"] == [{"address": FOUR, "family": "IPv4", "failure": "refused"}]


async def test_families_that_fail_each_in_its_own_way_are_told_apart():
    text = (await check_one(unreached((SIX, "filtered"), (FOUR, "refused"))))[CONNECT].text.render()
    assert "IPv6 does not answer, IPv4 refuses the connection" in text


@pytest.mark.parametrize(
    ("make", "greeting", "spoken"),
    [
        (imap, "+OK ready\r\n", Protocol.POP3),
        (imap, "220 mail.example.org ESMTP\r\n", Protocol.SMTP),
        (pop3, "* OK IMAP4rev1 ready\r\n", Protocol.IMAP),
        (smtp, "* OK IMAP4rev1 ready\r\n", Protocol.IMAP),
        (smtp, "+OK ready\r\n", Protocol.POP3),
    ],
)
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_server_of_another_protocol_is_named(make, greeting, spoken, security):
    step = (await check_one(make(security, greeting=greeting)))[GREETING]
    assert (step.verdict, step.facts["speaks"]) == (Verdict.FAIL, spoken.value)
    assert f"speaks {spoken.label}, not {make().protocol.label}" in step.text.render()


@pytest.mark.parametrize("make", [imap, pop3, smtp])
async def test_nothing_is_sent_to_a_server_of_another_protocol(make):
    scripted = make(greeting="HTTP/1.1 400 Bad Request\r\n")
    await check_one(scripted)
    assert scripted.sent == []


async def test_plain_text_of_another_protocol_where_tls_was_meant_is_named():
    scripted = imap(greeting="220 mail.example.org ESMTP\r\n")
    scripted.refuses_tls = TlsFailed(*WHY, reason="WRONG_VERSION_NUMBER")
    scripted.security = Security.STARTTLS
    step = (await check_one(scripted, security=Security.TLS, port=993))[TLS]
    assert step.facts["speaks"] == "smtp"


@pytest.mark.parametrize(("make", "usual"), [(imap, 993), (pop3, 995), (smtp, 465)])
async def test_tls_on_a_port_for_starttls_is_found_out_and_told_how_to_write_it(make, usual):
    scripted = make(Security.STARTTLS, greeting=None)
    scripted.shows = b"any certificate"
    step = (await check_one(scripted))[GREETING]
    assert "wants TLS from the first byte" in step.text.render()
    assert (step.fix.fields["port"], f"s://{scripted.host}:" in step.fix.render()) == (usual, True)


async def test_plain_text_on_a_port_of_ones_own_is_told_how_to_write_it():
    scripted = imap()
    scripted.refuses_tls = TlsFailed(*WHY, reason="WRONG_VERSION_NUMBER")
    step = (await check_one(scripted, port=1993))[TLS]
    assert "imap://imap.example.org:1993" in step.fix.render()


async def test_no_more_is_looked_for_than_the_time_of_the_whole_check_allows():
    scripted = imap(Security.STARTTLS, greeting=None)
    scripted.shows = b"any certificate"
    assert (await check_one(scripted, timeout=3))[GREETING].fault is Fault.NETWORK


async def test_a_server_that_wants_tls_is_found_out_long_before_the_patience_for_its_greeting_ends():
    scripted = imap(Security.STARTTLS, greeting=None)
    scripted.shows = b"any certificate"
    began = anyio.current_time()
    await check_one(scripted)
    assert anyio.current_time() - began == pytest.approx(3)


async def test_a_server_that_hangs_up_where_it_should_greet_may_want_tls_too():
    scripted = imap(Security.STARTTLS, greeting=CLOSE)
    scripted.shows = b"any certificate"
    assert (await check_one(scripted))[GREETING].facts["speaks"] == "tls"


async def test_a_server_that_is_slow_to_greet_is_waited_for():
    scripted = imap(Security.STARTTLS)
    scripted.greets_after = 10.0
    assert (await check_one(scripted)).report.verdict is Verdict.PASS
