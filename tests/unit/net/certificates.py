"""Certificates that trustme does not make: with an SRV-ID, or with nothing but a common name."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

_ID_ON_DNS_SRV = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")


def srv_id(name: str) -> x509.OtherName:
    """RFC 4985: "_imaps.example.org" as an IA5String."""
    return x509.OtherName(_ID_ON_DNS_SRV, b"\x16" + bytes([len(name)]) + name.encode())


def serving(ca: trustme.CA, folder: Path, *names: x509.GeneralName, common_name: str = "x") -> ssl.SSLContext:
    """A server's context with a certificate of this authority for these names."""
    authority = x509.load_pem_x509_certificate(ca.cert_pem.bytes())
    ca_key = serialization.load_pem_private_key(ca.private_key_pem.bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    made = builder.sign(ca_key, hashes.SHA256())
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def leaf_with(
    *names: str,
    issuer: str = "Strangers",
    bits: int | None = None,
    digest: str = "sha256",
    use: str = "server",
    fetch: str | None = None,
    self_signed: bool = False,
) -> bytes:
    """A certificate (DER) with what trustme does not make. bits: of an RSA key; fetch: the issuer's URL.

    With "sha1" the signature says that it is one, and is none: nothing here makes such any more.
    """
    key = rsa.generate_private_key(65537, bits or 2048)
    signer = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer)])
    subject = signer if self_signed else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    uses = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=60))
        .add_extension(x509.ExtendedKeyUsage([uses[use]]), False)
    )
    if names:
        listed = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(listed, False)
    if fetch is not None:
        place = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(fetch)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([place]), False)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    # sha256WithRSAEncryption as sha1WithRSAEncryption (RFC 8017, appendix A.2.4).
    rsa_with = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01"
    return der.replace(rsa_with + b"\x0b", rsa_with + b"\x05") if digest == "sha1" else der


def misshapen(how: str) -> bytes:
    """A certificate (DER) that no standard allows, though its frame is whole.

    "version": 30; "twice": two lists of names; "kind": a name of a kind nobody uses; "subject": a name part
    of the wrong type. Its signature is not valid any more.
    """
    made = trustme.CA().issue_cert("imap.example.org", "ada@example.org").cert_chain_pems[0].bytes()
    der = x509.load_pem_x509_certificate(made).public_bytes(serialization.Encoding.DER)
    before, after = {
        # [0] INTEGER 2; the OIDs 2.5.29.19 and 2.5.29.17; rfc822Name [1] as x400Address [3];
        # a UTF8String as a BIT STRING.
        "version": (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x1e"),
        "twice": (b"\x06\x03\x55\x1d\x13", b"\x06\x03\x55\x1d\x11"),
        "kind": (b"\x81\x0fada@example.org", b"\xa3\x0fada@example.org"),
        "subject": (b"\x06\x03\x55\x04\x0a\x0c", b"\x06\x03\x55\x04\x0a\x03"),
    }[how]
    assert before in der
    return der.replace(before, after)
