"""TLS that is none, too old, or badly proven, on real sockets. More of it is in test_over_sockets."""

import socket
import ssl
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import anyio
import pytest
import trustme
from tests.unit.checks.scripted import imap, pop3, smtp
from tests.unit.checks.sockets import serving_context
from tests.unit.checks.trap import Trap, check_port, check_served, check_trap, exits
from tests.unit.net.servers import listening as talking

from mailsetup.account import Protocol, Security
from mailsetup.checks.report import Fault, StepName

pytestmark = pytest.mark.anyio
TLS = StepName.TLS
HOSTS = ("imap.example.org", "pop3.example.org", "smtp.example.org")
EVERY = pytest.mark.parametrize("make", [imap, pop3, smtp])
BOTH = pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
GO = {Protocol.IMAP: b"a1 OK go\r\n", Protocol.POP3: b"+OK go\r\n", Protocol.SMTP: b"220 go\r\n"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


def signed_by_itself(tmp_path):
    """The context of a server with a certificate for one of the hosts that nobody else has signed."""
    lonely = trustme.CA(organization_name="Lonely")
    (tmp_path / "own.pem").write_bytes(lonely.private_key_pem.bytes() + lonely.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    return context


@EVERY
@BOTH
async def test_a_certificate_signed_by_itself_gets_no_login_and_is_told_as_that(
    make, security, tmp_path, ca_file
):
    scripted = make(security)
    checked = await check_served(scripted, signed_by_itself(tmp_path), ca_file)
    assert (checked[TLS].fault, exits(checked), checked.report.logins_tried) == (Fault.UNSAFE, 6, 0)
    assert "issuer" in checked[TLS].facts["faults"]
    assert "nobody but itself" in checked[TLS].text.render()


@BOTH
async def test_a_missing_intermediate_is_told_with_its_name_and_gets_no_login(security, ca, ca_file):
    between = ca.create_child_ca()
    leaf = between.issue_cert(*HOSTS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as alone:
        context.load_cert_chain(alone, key)
    checked = await check_served(imap(security), context, ca_file)
    assert (checked[TLS].fault, checked[TLS].facts["verify_code"]) == (Fault.UNSAFE, 20)
    assert checked[TLS].facts["issuer"] in checked[TLS].text.render()
    assert checked.report.logins_tried == 0


@EVERY
async def test_all_faults_of_a_certificate_are_told_at_once_after_starttls(make, ca_file):
    now, year = datetime.now(UTC), timedelta(days=365)
    bad = trustme.CA().issue_cert("other.example.net", not_before=now - 2 * year, not_after=now - year)
    tls = (await check_served(make(Security.STARTTLS), serving_context(bad), ca_file))[TLS]
    assert tls.facts["faults"] == ["date", "issuer", "name"]


@EVERY
@BOTH
async def test_a_server_that_knows_only_tls_1_1_gets_no_login_and_is_told_as_that(
    make, security, ca, ca_file
):
    scripted = make(security)
    old = serving_context(ca.issue_cert(*HOSTS))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    def serve(listener):
        # In a thread: asyncio closes before it sends the alert that real servers send.
        with listener.accept()[0] as raw, suppress(OSError):
            if security is Security.STARTTLS:
                raw.sendall(scripted.greeting.encode())
                while not raw.recv(1000).endswith(b"TLS\r\n") and scripted.protocol is Protocol.SMTP:
                    raw.sendall(b"250-smtp\r\n250 STARTTLS\r\n")
                raw.sendall(GO[scripted.protocol])
            old.wrap_socket(raw, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, serve, listener)
            checked = await check_port(scripted, listener.getsockname()[1], ca_file)
    assert (checked[TLS].fault, exits(checked), checked.report.logins_tried) == (Fault.UNSAFE, 6, 0)
    assert "TLS 1.1 or older" in checked[TLS].text.render()


@EVERY
async def test_a_line_that_ends_at_the_hello_of_tls_is_a_matter_of_the_network(make, ca_file):
    async def hangs_up(reader, writer):
        await reader.read(1)

    async with talking(hangs_up) as port:
        checked = await check_port(make(), port, ca_file)
    assert (checked[TLS].fault, exits(checked)) == (Fault.NETWORK, 4)
    assert "while TLS was being set up" in checked[TLS].text.render()


@EVERY
async def test_a_line_that_ends_at_the_hello_after_starttls_is_a_matter_of_the_network(make, ca_file):
    trap = Trap(make(Security.STARTTLS), after_hello=b"<close>")
    checked = await check_trap(trap, ca_file)
    assert (checked[TLS].fault, exits(checked)) == (Fault.NETWORK, 4)
    assert trap.heard[0].hello
