"""SCRAM over real TLS: the binding is that of the certificate which the server really showed."""

import hashlib

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.checks.scram_server import ScramServer, offering
from tests.unit.checks.sockets import check_real, serving_context

from mailsetup.account import Protocol
from mailsetup.checks.report import Fault, StepName, Verdict

pytestmark = pytest.mark.anyio
EVERY = pytest.mark.parametrize("protocol", list(Protocol), ids=lambda protocol: protocol.value)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def ca():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(ca, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="module")
def leaf(ca):
    return ca.issue_cert("imap.example.org", "pop3.example.org", "smtp.example.org")


def binding_of(leaf):
    read = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    return hashlib.sha256(read.public_bytes(Encoding.DER)).digest()


@EVERY
async def test_a_bound_login_passes_over_the_tls_session_it_is_bound_to(protocol, leaf, ca_file):
    server = ScramServer(protocol, "SCRAM-SHA-256-PLUS", binding=binding_of(leaf))
    scripted = offering(protocol, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", **server.answers())
    login = (await check_real(scripted, serving_context(leaf), ca_file))[StepName.LOGIN]
    assert (login.verdict, login.facts["method"]) == (Verdict.PASS, "SCRAM-SHA-256-PLUS")


@EVERY
async def test_a_trusted_server_in_between_cannot_pass_a_bound_login_on(protocol, ca, leaf, ca_file):
    # It has a certificate of its own that we believe, and the real server's words.
    between = ca.issue_cert(f"{protocol.value}.example.org")
    server = ScramServer(protocol, "SCRAM-SHA-256-PLUS", binding=binding_of(leaf))
    scripted = offering(protocol, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", **server.answers())
    checked = await check_real(scripted, serving_context(between), ca_file)
    assert (checked[StepName.LOGIN].fault, checked.report.logins_tried) == (Fault.LOGIN, 1)
