"""Proven TLS, and every way in which it is not, over real sockets."""

import asyncio
import socket
import ssl
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
import trustme
from cryptography import x509
from tests.unit.net.certificates import serving, srv_id
from tests.unit.net.servers import listening, says, serving_context

from mailsetup.errors import WrongUsage
from mailsetup.net.door import Internet, NetSettings
from mailsetup.net.failures import StreamClosed, TlsFailed
from mailsetup.net.stream import Identity, Proof, Stream, TlsFacts
from mailsetup.net.tls import Trust
from mailsetup.net.tls_faults import tls_failed

pytestmark = pytest.mark.anyio
HOST = "imap.example.org"
BY_SRV = Identity(host=HOST, mail_domain="example.net", service="imaps")
ContextFor = Callable[..., ssl.SSLContext]


def leading_to(port: int, ca_file: Path | None) -> Internet:
    return Internet(NetSettings.parse(connect_to=[f"::127.0.0.1:{port}"], ca_file=ca_file))


async def prove(context: ssl.SSLContext, ca_file: Path, identity: Identity) -> TlsFacts:
    async with listening(says(b"hello\r\n"), context) as port, leading_to(port, ca_file) as net:
        stream = await net.connect(HOST, 993, identity)
        assert await stream.line() == b"hello"
        assert stream.tls is not None
        await stream.aclose()
        return stream.tls


async def refusal(
    context: ssl.SSLContext, ca_file: Path | None, identity: Identity | None = None
) -> TlsFailed:
    """Why TLS with this server fails; nothing that the server could read may have come through."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    async with listening(talk, context) as port, leading_to(port, ca_file) as net:
        with pytest.raises(TlsFailed) as caught:
            await net.connect(HOST, 993, identity or Identity(host=HOST))
        await asyncio.sleep(0.05)
    assert heard in ([], [b""])
    return caught.value


async def test_the_host_name_proves_a_server(context_for: ContextFor, ca_file: Path):
    facts = await prove(context_for(HOST), ca_file, Identity(host=HOST))
    assert (facts.version, facts.proof) == ("TLSv1.3", Proof.HOST)
    names = x509.load_der_x509_certificate(facts.certificate).extensions
    assert HOST in str(names.get_extension_for_class(x509.SubjectAlternativeName))


async def test_a_wildcard_stands_for_one_label(context_for: ContextFor, ca_file: Path):
    assert (await prove(context_for("*.example.org"), ca_file, BY_SRV)).proof is Proof.HOST
    assert (await refusal(context_for("*.org"), ca_file, BY_SRV)).verify_code == 62


async def test_a_server_found_by_srv_may_prove_itself_by_the_host(context_for: ContextFor, ca_file: Path):
    assert (await prove(context_for(HOST, "example.net"), ca_file, BY_SRV)).proof is Proof.HOST


async def test_a_server_found_by_srv_may_prove_itself_by_the_mail_domain(
    context_for: ContextFor, ca_file: Path
):
    assert (await prove(context_for("example.net"), ca_file, BY_SRV)).proof is Proof.MAIL_DOMAIN


async def test_a_server_found_by_srv_may_prove_itself_by_an_srv_id(
    ca: trustme.CA, ca_file: Path, tmp_path: Path
):
    context = serving(ca, tmp_path, srv_id("_imaps.example.net"))
    assert (await prove(context, ca_file, BY_SRV)).proof is Proof.SRV_ID


@pytest.mark.parametrize("name", ["_pop3s.example.net", "_imaps.example.com"])
async def test_an_srv_id_for_another_service_or_domain_proves_nothing(
    name: str, ca: trustme.CA, ca_file: Path, tmp_path: Path
):
    assert (await refusal(serving(ca, tmp_path, srv_id(name)), ca_file, BY_SRV)).verify_code == 62


async def test_the_mail_domain_proves_nothing_where_it_was_not_asked_by_srv(
    context_for: ContextFor, ca_file: Path
):
    assert (await refusal(context_for("example.net"), ca_file)).verify_code == 62


@pytest.mark.parametrize("identity", [None, BY_SRV])
async def test_a_certificate_for_another_name_is_refused(
    identity: Identity | None, context_for: ContextFor, ca_file: Path
):
    failure = await refusal(context_for("www.hoster.example"), ca_file, identity)
    assert failure.verify_code == 62
    assert str(failure).startswith("The certificate that was shown for imap.example.org does not name it.")


async def test_where_we_compared_the_names_ourselves_the_certificate_comes_along(
    context_for: ContextFor, ca_file: Path
):
    failure = await refusal(context_for("www.hoster.example"), ca_file, BY_SRV)
    assert failure.certificate is not None
    assert b"www.hoster.example" in failure.certificate


@pytest.mark.parametrize("identity", [None, BY_SRV])
async def test_the_common_name_is_no_name(
    identity: Identity | None, ca: trustme.CA, ca_file: Path, tmp_path: Path
):
    other = serving(ca, tmp_path, x509.RFC822Name("ada@example.org"), common_name=HOST)
    assert (await refusal(other, ca_file, identity)).verify_code == 62
    none = serving(ca, tmp_path, common_name=HOST)
    assert (await refusal(none, ca_file, identity)).verify_code == 62


@pytest.mark.parametrize("identity", [None, BY_SRV])
async def test_an_expired_certificate_is_refused(identity: Identity | None, ca: trustme.CA, ca_file: Path):
    expired = ca.issue_cert(HOST, not_after=datetime.now(UTC) - timedelta(days=1))
    failure = await refusal(serving_context(expired), ca_file, identity)
    assert failure.verify_code == 10
    assert str(failure).startswith("The certificate of imap.example.org has expired.")


async def test_a_certificate_of_tomorrow_is_refused(ca: trustme.CA, ca_file: Path):
    early = ca.issue_cert(HOST, not_before=datetime.now(UTC) + timedelta(days=1))
    assert (await refusal(serving_context(early), ca_file)).verify_code == 9


@pytest.mark.parametrize("identity", [None, BY_SRV])
async def test_a_stranger_s_authority_is_refused(identity: Identity | None, ca_file: Path):
    failure = await refusal(serving_context(trustme.CA().issue_cert(HOST)), ca_file, identity)
    assert failure.verify_code in (19, 20)


async def test_a_certificate_without_its_intermediate_is_refused(ca: trustme.CA, ca_file: Path):
    leaf = ca.create_child_ca().issue_cert(HOST)
    # Only the first of the chain is sent.
    alone = trustme.LeafCert(leaf.private_key_pem.bytes(), leaf.cert_chain_pems[0].bytes(), [])
    failure = await refusal(serving_context(alone), ca_file)
    assert failure.verify_code == 20
    assert "intermediate" in str(failure)


async def test_our_own_authority_is_not_trusted_unless_it_is_given(context_for: ContextFor):
    assert (await refusal(context_for(HOST), None)).verify_code in (19, 20)


@pytest.mark.parametrize(
    ("of_the_system", "of_openssl"),
    [(0x800B0109, 19), (0x800B010F, 62), (0x800B0101, 10), (-67602, 62), (-67843, 19), (10, 10), (85, 85)],
)
def test_what_windows_and_macos_say_of_a_certificate_is_told_in_openssls_codes(
    of_the_system: int, of_openssl: int
):
    error = ssl.SSLCertVerificationError("No.")
    error.verify_code, error.verify_message = of_the_system, "No."
    assert tls_failed(error, HOST, 993).verify_code == of_openssl


async def test_tls_1_1_is_refused(context_for: ContextFor, ca_file: Path):
    context = context_for(HOST)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    def serve(listener: socket.socket) -> None:
        # asyncio closes before it sends the alert that real servers send.
        with listener.accept()[0] as raw, suppress(ssl.SSLError):
            context.wrap_socket(raw, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with anyio.create_task_group() as group, leading_to(listener.getsockname()[1], ca_file) as net:
            group.start_soon(anyio.to_thread.run_sync, serve, listener)
            with pytest.raises(TlsFailed, match=r"knows only TLS 1\.1 or older") as caught:
                await net.connect(HOST, 993, Identity(host=HOST))
    assert (caught.value.verify_code, caught.value.reason) == (0, "TLSV1_ALERT_PROTOCOL_VERSION")


@pytest.mark.parametrize(
    "greeting", [b"* OK IMAP4rev1 ready\r\n", b"+OK\r\n", b"220 smtp.example.org ESMTP\r\n"]
)
async def test_plain_text_where_tls_should_begin_is_told_from_everything_else(greeting: bytes, ca_file: Path):
    async with listening(says(greeting, then_silent=True)) as port, leading_to(port, ca_file) as net:
        with pytest.raises(
            TlsFailed, match=r"Port 993 of imap\.example\.org does not begin with TLS"
        ) as caught:
            await net.connect(HOST, 993, Identity(host=HOST))
    assert caught.value.reason == "WRONG_VERSION_NUMBER"


async def test_a_tls_server_spoken_to_in_plain_text_says_nothing(context_for: ContextFor, ca_file: Path):
    async with listening(says(b"* OK\r\n"), context_for(HOST)) as port, leading_to(port, ca_file) as net:
        stream = await net.connect(HOST, 143, None)
        with anyio.move_on_after(0.2) as waited:
            await stream.line()
        await stream.aclose()
    assert waited.cancelled_caught


async def test_a_connection_cut_off_at_the_hello_is_a_closed_one(ca_file: Path):
    async with listening(says()) as port, leading_to(port, ca_file) as net:
        with pytest.raises(StreamClosed, match="while TLS was being set up"):
            await net.connect(HOST, 993, Identity(host=HOST))


async def test_a_silent_handshake_costs_the_deadline_and_closes_the_connection(ca_file: Path):
    ended = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async with listening(talk) as port, leading_to(port, ca_file) as net:
        with anyio.move_on_after(0.2) as waited:
            await net.connect(HOST, 993, Identity(host=HOST))
        with anyio.fail_after(1):
            await ended.wait()
    assert waited.cancelled_caught


@pytest.mark.parametrize("content", [None, b"no certificate\n", b"\xff\xfe\x00"])
async def test_a_ca_file_that_is_none_is_wrong_usage_before_anything_connects(
    content: bytes | None, tmp_path: Path
):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongUsage, match=r"ca\.pem"):
        async with Internet(NetSettings(ca_file=path)):
            pass


def test_nothing_is_shared_between_the_web_and_mail():
    trust = Trust()
    assert trust.web is trust.web
    assert len({id(trust.web), id(trust.mail), id(trust.mail_by_domain)}) == 3


def test_every_context_verifies():
    trust = Trust()
    for context in (trust.web, trust.mail, trust.mail_by_domain):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        assert not context.hostname_checks_common_name


async def test_a_refused_certificate_can_be_looked_at_and_nothing_is_sent(ca: trustme.CA, ca_file: Path):
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            heard.append(await reader.read(100))

    expired = ca.issue_cert(HOST, not_after=datetime.now(UTC) - timedelta(days=1))
    async with listening(talk, serving_context(expired)) as port, leading_to(port, ca_file) as net:
        der = await net.certificate(HOST, 993, None)
        await asyncio.sleep(0.05)
    assert b"".join(heard) == b""
    assert der == ssl.PEM_cert_to_DER_cert(expired.cert_chain_pems[0].bytes().decode())


async def test_a_certificate_behind_starttls_can_be_looked_at(context_for: ContextFor, ca_file: Path):
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+OK hello\r\n")
        assert await reader.readline() == b"STLS\r\n"
        writer.write(b"+OK begin\r\n")
        await writer.start_tls(context_for("pop.hoster.example"))
        await reader.read()

    async def start(stream: Stream) -> None:
        await stream.line()
        await stream.send(b"STLS\r\n")
        await stream.line()

    async with listening(talk) as port, leading_to(port, ca_file) as net:
        der = await net.certificate(HOST, 110, start)
    assert der is not None
    assert b"pop.hoster.example" in der


async def test_a_certificate_that_cannot_be_seen_is_none(ca_file: Path):
    async with listening(says(b"* OK\r\n")) as port, leading_to(port, ca_file) as net:
        assert await net.certificate(HOST, 993, None) is None
    async with leading_to(port, ca_file) as net:
        assert await net.certificate(HOST, 993, None) is None
