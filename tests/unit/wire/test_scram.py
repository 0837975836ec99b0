"""SCRAM against the examples of its RFCs, and against what is no example."""

import hashlib
import threading

import anyio
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from mailsetup.wire.faults import LoginBroken, Unproven
from mailsetup.wire.scram import Scram, can_carry, end_point

pytestmark = pytest.mark.anyio

# RFC 5802, section 5, and RFC 7677, section 3.
EXAMPLES = {
    "SCRAM-SHA-1": (
        "fyko+d2lbbFgONRv9qkxdawL",
        b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    "SCRAM-SHA-256": (
        "rOprNGfwEbeRWgbNEkqO",
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
}


@pytest.fixture
def anyio_backend():
    return "asyncio"


def example(name):
    nonce, *messages = EXAMPLES[name]
    return Scram(name, "user", "pencil", nonce=nonce), messages


@pytest.mark.parametrize("name", EXAMPLES)
async def test_the_example_of_the_rfc_comes_out_to_the_letter(name):
    scram, (salt, proof, signature) = example(name)
    assert scram.first == f"n,,n=user,r={EXAMPLES[name][0]}".encode()
    assert await scram.answer(salt) == proof
    assert await scram.answer(signature) == b""
    scram.finish()


@pytest.mark.parametrize("name", EXAMPLES)
async def test_success_before_the_signature_is_unproven(name):
    scram, (salt, _, _) = example(name)
    await scram.answer(salt)
    with pytest.raises(Unproven):
        scram.finish()


@pytest.mark.parametrize("name", EXAMPLES)
async def test_another_signature_is_unproven(name):
    scram, (salt, _, signature) = example(name)
    await scram.answer(salt)
    with pytest.raises(Unproven):
        await scram.answer(signature.replace(b"v=", b"v=A")[:-1])


async def test_the_password_counts_as_judged_once_the_proof_is_made():
    scram, (salt, _, _) = example("SCRAM-SHA-256")
    before = scram.judged
    await scram.answer(salt)
    assert (before, scram.judged) == (False, True)


async def test_a_challenge_after_the_signature_has_no_answer():
    scram, (salt, _, signature) = example("SCRAM-SHA-256")
    await scram.answer(salt)
    await scram.answer(signature)
    assert await scram.answer(b"more") is None


async def test_an_error_of_the_server_is_kept_short_and_is_no_success():
    scram, (salt, _, _) = example("SCRAM-SHA-256")
    await scram.answer(salt)
    assert await scram.answer(b"e=" + b"x" * 500) == b""
    assert scram.told == {"scram_error": "x" * 40}
    with pytest.raises(Unproven):
        scram.finish()


@pytest.mark.parametrize(
    "salt", [b"", b"\xff", b"r=", b"i=4096", b"a" * 9000, b"r=x,s=eHh4eHh4eHh4eHh4,i=4096"]
)
async def test_a_first_message_that_makes_no_sense_is_told(salt):
    with pytest.raises(LoginBroken):
        await Scram("SCRAM-SHA-256", "user", "pencil").answer(salt)


async def test_every_login_has_a_nonce_of_its_own():
    firsts = {Scram("SCRAM-SHA-256", "user", "pencil").first for _ in range(20)}
    assert len(firsts) == 20


class Hashing:
    """In place of scramp's client: rounds that last until somebody says that they are over."""

    def __init__(self):
        self.over = threading.Event()

    def set_server_first(self, text):
        pass

    def get_client_final(self):
        self.over.wait(10)
        return "proof"


async def test_long_rounds_hold_up_neither_the_deadline_nor_anybody_else():
    scram = Scram("SCRAM-SHA-256", "user", "pencil")
    scram._client = Hashing()
    with anyio.move_on_after(0.05) as deadline:
        await scram.answer(b"r=x,s=x,i=1000000")
    scram._client.over.set()
    assert deadline.cancelled_caught
    assert not scram.judged


@pytest.mark.parametrize(
    ("password", "carried"),
    [
        ("pencil", True),
        ("pässwörd", True),
        ("I\u00adX", True),
        ("\u00ad", False),
        ("horse 🐴", False),
        ("bell\x07", False),
        ("\u0627\u0031", False),
    ],
)
def test_saslprep_decides_which_password_can_be_carried(password, carried):
    assert can_carry("ada", password) is carried


def issued(algorithm):
    key = ed25519.Ed25519PrivateKey.generate() if algorithm is None else rsa.generate_private_key(65537, 2048)
    name = x509.Name([])
    template = x509.load_pem_x509_certificate(
        trustme.CA().issue_cert("mail.example.org").cert_chain_pems[0].bytes()
    )
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 7, template.not_valid_before_utc, template.not_valid_after_utc
    )
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("signed_with", "hashed_with"),
    [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA512(), "sha512")],
)
def test_the_binding_is_the_hash_of_the_certificate_by_its_own_signature_hash(signed_with, hashed_with):
    der = issued(signed_with)
    assert end_point(der) == hashlib.new(hashed_with, der).digest()


def test_a_signature_without_a_hash_of_its_own_has_no_binding():
    assert end_point(issued(None)) is None


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"\x30\x82"])
def test_what_is_no_certificate_has_no_binding(rubbish):
    assert end_point(rubbish) is None


def test_the_binding_is_in_the_message_that_is_proven():
    bound = Scram("SCRAM-SHA-256-PLUS", "user", "pencil", binding=b"x" * 32)
    assert bound.first.startswith(b"p=tls-server-end-point,,n=user,r=")
