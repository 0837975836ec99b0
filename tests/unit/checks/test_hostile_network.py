"""Servers that cannot be reached, fall silent or drop the line, on real sockets."""

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.unit.checks.scripted import ADA, PASSWORD, imap, pop3, smtp
from tests.unit.checks.sockets import listening
from tests.unit.checks.trap import Trap, check_port, check_served, check_trap, exits, shown
from tests.unit.net.servers import answering, zone
from tests.unit.net.servers import listening as talking

from mailsetup.account import Secret, Security
from mailsetup.checks.check import Target, check
from mailsetup.checks.report import Fault, StepName, Verdict
from mailsetup.net.connect_to import ConnectTo
from mailsetup.net.door import Internet, NetSettings

pytestmark = pytest.mark.anyio
STARTTLS = Security.STARTTLS
CONNECT, TLS, GREETING = StepName.CONNECT, StepName.TLS, StepName.GREETING
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses, or takes more")
EVERY = pytest.mark.parametrize("make", [imap, pop3, smtp])


@pytest.fixture
def anyio_backend():
    return "asyncio"


@contextmanager
def deaf(family: socket.AddressFamily, address: str, port: int = 0) -> Iterator[int]:
    """An address that answers nothing, as behind a firewall: its queue of connections is full. Linux."""
    with socket.socket(family) as listener, socket.socket(family) as first:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(0)
        first.connect(listener.getsockname()[:2])
        yield listener.getsockname()[1]


@LINUX
async def test_a_dead_ipv6_address_costs_less_than_a_second_and_is_named(context, ca_file):
    records = {"AAAA imap.example.org": ["::1"], "A imap.example.org": ["127.0.0.1"]}
    scripted = imap()
    async with listening(scripted, context) as port, answering(zone(records)) as names:
        with deaf(socket.AF_INET6, "::1", port):
            began = time.monotonic()
            checked = await check_port(scripted, port, ca_file, nameserver=names.word)
            took = time.monotonic() - began
    assert took < 1.5
    assert checked[StepName.LOGIN].verdict is Verdict.PASS
    assert (checked[CONNECT].verdict, "IPv6 does not work" in checked[CONNECT].text.render()) == (
        Verdict.WARN,
        True,
    )


@LINUX
async def test_filtered_and_refused_and_no_such_host_are_told_apart(ca_file):
    records = {"A imap.example.org": ["127.0.0.1"], "A smtp.example.org": ["127.0.0.1"]}
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()[1]
    with deaf(socket.AF_INET, "127.0.0.1") as filtered:
        rules = (ConnectTo(None, 993, None, filtered), ConnectTo(None, 465, None, closed))
        async with answering(zone(records)) as names:
            settings = NetSettings(nameserver=names.word, connect_to=rules, ca_file=ca_file)
            async with Internet(settings) as net:
                reports = await check(
                    [Target(server=make().server()) for make in (imap, smtp, pop3)],
                    ADA,
                    net,
                    credential=Secret(PASSWORD),
                )
    failed = [next(step for step in report.steps if step.verdict is Verdict.FAIL) for report in reports]
    assert [step.name.value for step in failed] == ["connect", "connect", "resolve"]
    assert {step.fault for step in failed} == {Fault.NETWORK}
    assert [step.facts["addresses"][0]["failure"] for step in failed[:2]] == ["filtered", "refused"]
    for step, words in zip(failed, ("does not answer", "refuses connections", "no host"), strict=True):
        assert words in step.text.render()


@EVERY
@pytest.mark.parametrize("security", [Security.TLS, STARTTLS])
async def test_a_server_that_is_silent_after_it_took_the_connection_costs_the_time_given(
    make, security, ca_file
):
    async def silent(reader, writer):
        while await reader.read(65536):
            pass

    began = time.monotonic()
    async with talking(silent) as port:
        checked = await check_port(make(security), port, ca_file, timeout=0.4)
        assert time.monotonic() - began < 2
    step = checked[TLS if security is Security.TLS else GREETING]
    assert (step.fault, step.facts["timed_out"], exits(checked)) == (Fault.NETWORK, True, 4)


@EVERY
async def test_a_server_that_is_silent_after_its_yes_to_starttls_costs_the_time_given(make, ca_file):
    began = time.monotonic()
    checked = await check_trap(Trap(make(STARTTLS)), ca_file, timeout=0.4)
    assert time.monotonic() - began < 2
    assert (checked[TLS].fault, checked[TLS].facts["timed_out"]) == (Fault.NETWORK, True)


@EVERY
async def test_a_server_that_is_silent_inside_tls_costs_the_time_given(make, context, ca_file):
    began = time.monotonic()
    checked = await check_served(make(greeting=None), context, ca_file, timeout=0.4)
    assert time.monotonic() - began < 2
    assert (checked[GREETING].fault, checked.report.logins_tried) == (Fault.NETWORK, 0)


async def resets(reader, writer):
    """Drop the connection at once, as a server does that shuts somebody out."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    await asyncio.sleep(0)


@EVERY
@pytest.mark.parametrize("security", [Security.TLS, STARTTLS])
async def test_a_reset_right_after_the_connection_is_told_as_one_that_may_be_a_ban(make, security, ca_file):
    async with talking(resets) as port:
        checked = await check_port(make(security), port, ca_file)
    assert exits(checked) == 4
    failed = next(step for step in checked.report.steps if step.verdict is Verdict.FAIL)
    assert "closed the connection" in failed.text.render()
    assert any(words in failed.fix.render() for words in ("shut out", "too many tries", "firewall"))


@EVERY
async def test_a_greeting_byte_by_byte_costs_the_time_given_and_no_more(make, ca_file):
    async def drips(reader, writer):
        for byte in make().greeting.encode():
            writer.write(bytes([byte]))
            await asyncio.sleep(0.1)

    began = time.monotonic()
    async with talking(drips) as port:
        checked = await check_port(make(STARTTLS), port, ca_file, timeout=0.5)
        took = time.monotonic() - began
    assert took < 2
    assert (checked[GREETING].fault, exits(checked)) == (Fault.NETWORK, 4)


async def test_nothing_of_a_login_is_told_where_the_server_was_not_reached(ca_file):
    async with talking(resets) as port:
        checked = await check_port(imap(), port, ca_file)
    assert (checked.report.logins_tried, checked.report.username) == (0, None)
    assert PASSWORD not in shown(checked)
