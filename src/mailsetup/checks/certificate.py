"""What a certificate says of itself."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from mailsetup.checks.interceptors import interceptor

# What OpenSSL asks at security level 2, which Python sets: 112 bits (SSL_CTX_set_security_level(3)).
_LEAST_BITS = 2048
_LEAST_CURVE_BITS = 224


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says of itself.

    names: its DNS names. issuer: organisation and common name of whoever signed it. fetchable: it says where
    that one's certificate is to be had (RFC 5280, section 4.2.2.1), as all public authorities let it.
    """

    names: tuple[str, ...]
    issuer: str
    self_signed: bool
    fetchable: bool
    weak: bool
    for_servers: bool
    since: datetime
    until: datetime

    @property
    def interceptor(self) -> str | None:
        """The product that made it in place of the server's own ("Avast"), or None where none is known.

        One that is signed by itself is a device's own, such as a firewall's that is a mail server, too.
        """
        return None if self.self_signed else interceptor(self.issuer)

    def facts(self, now: datetime) -> dict[str, object]:
        """As plain values. days_left is negative for one that has expired."""
        return {
            "names": list(self.names),
            "issuer": self.issuer,
            "valid_from": self.since.isoformat(),
            "valid_until": self.until.isoformat(),
            "days_left": (self.until - now).days,
        }


def read(der: bytes) -> Certificate | None:
    """Read a certificate in DER; None where it cannot be read."""
    try:
        leaf = x509.load_der_x509_certificate(der)
        issuer = leaf.issuer
        parts = [*issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
        parts += issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
        self_signed = issuer == leaf.subject
        return Certificate(
            names=_names(leaf),
            issuer=", ".join(str(part.value) for part in parts) or issuer.rfc4514_string(),
            self_signed=self_signed,
            fetchable=_fetchable(leaf),
            weak=_weak_key(leaf) or (not self_signed and _weak_signature(leaf)),
            for_servers=_for_servers(leaf),
            since=leaf.not_valid_before_utc,
            until=leaf.not_valid_after_utc,
        )
    except Exception:
        # It may come from a stranger, and what the parser raises has no parent of its own.
        return None


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        listed = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(listed.value.get_values_for_type(x509.DNSName))


def _fetchable(leaf: x509.Certificate) -> bool:
    try:
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return False
    return any(one.access_method == AuthorityInformationAccessOID.CA_ISSUERS for one in access.value)


def _weak_key(leaf: x509.Certificate) -> bool:
    key = leaf.public_key()
    if isinstance(key, (rsa.RSAPublicKey, dsa.DSAPublicKey)):
        return key.key_size < _LEAST_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _LEAST_CURVE_BITS


def _weak_signature(leaf: x509.Certificate) -> bool:
    algorithm = leaf.signature_hash_algorithm
    return algorithm is not None and algorithm.name in ("md5", "sha1")


def _for_servers(leaf: x509.Certificate) -> bool:
    """RFC 5280, section 4.2.1.12: whoever lists uses allows no others."""
    try:
        uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.SERVER_AUTH in uses or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in uses
