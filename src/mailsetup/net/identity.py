"""By which name a certificate proves a server (RFC 9525; RFC 7817, section 3; RFC 6186, section 6)."""

from mailsetup.net.stream import Identity, Proof


def prove(certificate: bytes, identity: Identity) -> Proof | None:
    """How a certificate (DER) names a server; None where it does not.

    The host is tried first: it is what every mail program will look for. Whether the certificate may be
    believed at all is not asked here.
    """
    # Late: these take longer to load than a connection to a nearby server takes to open.
    from cryptography.x509 import load_der_x509_certificate
    from service_identity import CertificateError, VerificationError
    from service_identity.cryptography import extract_patterns
    from service_identity.hazmat import DNS_ID, SRV_ID, verify_service_identity

    ways: list[tuple[Proof, type[DNS_ID | SRV_ID], str]] = [(Proof.HOST, DNS_ID, identity.host)]
    if identity.mail_domain is not None:
        if identity.service is not None:
            ways.append((Proof.SRV_ID, SRV_ID, f"_{identity.service}.{identity.mail_domain}"))
        ways.append((Proof.MAIL_DOMAIN, DNS_ID, identity.mail_domain))
    try:
        patterns = extract_patterns(load_der_x509_certificate(certificate))
    except Exception:
        # It may come from a stranger, and what the parser raises has no parent of its own.
        return None
    for proof, kind, name in ways:
        try:
            verify_service_identity(patterns, obligatory_ids=[kind(name)], optional_ids=[])
        except (CertificateError, VerificationError, ValueError):
            continue
        return proof
    return None
