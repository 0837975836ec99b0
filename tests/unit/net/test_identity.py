"""Certificates and names from which no proof can be had: none is given, and nothing breaks."""

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from tests.unit.net.certificates import misshapen

from mailsetup.net.identity import prove
from mailsetup.net.stream import Identity, Proof

HOST = "imap.example.org"


def naming(*names: str) -> bytes:
    pem = trustme.CA().issue_cert(*names).cert_chain_pems[0].bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("how", ["version", "twice", "kind"])
def test_a_certificate_against_the_standard_proves_nothing(how: str):
    assert prove(misshapen(how), Identity(host=HOST)) is None


@pytest.mark.parametrize("service", ["b ä.d", "\ud800", "", "é" * 300])
def test_a_service_that_is_no_label_leaves_the_other_proofs(service: str):
    identity = Identity(host=HOST, mail_domain="example.org", service=service)
    assert prove(naming("example.org"), identity) is Proof.MAIL_DOMAIN
    assert prove(naming("other.net"), identity) is None


@pytest.mark.parametrize("host", ["", "192.0.2.1", "b ä.d", "\ud800"])
def test_a_host_that_is_no_name_is_proven_by_nothing(host: str):
    assert prove(naming(HOST), Identity(host=host)) is None
