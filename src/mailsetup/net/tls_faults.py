"""What went wrong while TLS was set up, as sentences. The numbers are OpenSSL's (X509_V_ERR_...)."""

import ssl

from mailsetup.errors import Message, say
from mailsetup.net.failures import StreamClosed, TlsFailed

WRONG_NAME = 62

NOT_TLS = "WRONG_VERSION_NUMBER"
"""The reason of a TlsFailed where the answer was no TLS at all."""
# The same in other versions of OpenSSL.
_SAYS_NOT_TLS = ("PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "record layer failure")
# The server chose an older version, or says by an alert that it has no other (RFC 8446, section 6.2).
_OLD_VERSION = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "SSLV3_ALERT_PROTOCOL_VERSION")
_TOO_OLD = (
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY",
    "NO_PROTOCOLS_AVAILABLE",
    "DH_KEY_TOO_SMALL",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",
)

# Windows and macOS judge by their own codes (winerror.h, CERT_E_...; SecBase.h, errSec...).
_BY_SYSTEM = {
    0x800B0101: 10,  # CERT_E_EXPIRED
    0x800B0109: 19,  # CERT_E_UNTRUSTEDROOT
    0x800B010A: 20,  # CERT_E_CHAINING
    0x800B010F: WRONG_NAME,  # CERT_E_CN_NO_MATCH
    0x800B0110: 26,  # CERT_E_WRONG_USAGE
    -67818: 10,  # errSecCertificateExpired
    -67843: 19,  # errSecNotTrusted
    -67602: WRONG_NAME,  # errSecHostNameMismatch
}


def _reason(error: ssl.SSLError) -> str:
    # Newer versions of OpenSSL have words that Python does not know; those end up in the text alone.
    # An error that was raised in Python, as by truststore on Windows and macOS, has no reason at all.
    reason = getattr(error, "reason", None) or str(error.args[-1] if error.args else "").split(" (")[
        0
    ].removeprefix("[SSL] ")
    return NOT_TLS if reason in _SAYS_NOT_TLS else reason


def tls_failed(error: ssl.SSLError, host: str, port: int) -> TlsFailed:
    """The failure that an error of OpenSSL stands for."""
    reason = _reason(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _BY_SYSTEM.get(error.verify_code, error.verify_code)
        happened, fix = _certificate(error, code, host)
        return TlsFailed(happened, fix, verify_code=code, reason=reason)
    happened, fix = _handshake(reason, host, port)
    return TlsFailed(happened, fix, reason=reason)


def wrong_name(host: str, certificate: bytes | None = None) -> TlsFailed:
    """A certificate that may be believed, and names others than this host."""
    happened, fix = _other_names(host)
    return TlsFailed(
        happened, fix, verify_code=WRONG_NAME, reason="CERTIFICATE_VERIFY_FAILED", certificate=certificate
    )


def cut_off(host: str, port: int) -> StreamClosed:
    """A connection that ended in the middle of the handshake."""
    return StreamClosed(
        say("{host} closed the connection on port {port} while TLS was being set up.", host=host, port=port),
        say("A firewall may stand in between, or the port may begin in plain text; try another port."),
    )


def _other_names(host: str) -> tuple[Message, Message]:
    return (
        say("The certificate that was shown for {host} does not name it.", host=host),
        say("Use the host name that the provider gives for mail; this may be somebody else's server."),
    )


def _certificate(error: ssl.SSLCertVerificationError, code: int, host: str) -> tuple[Message, Message]:
    match code:
        case 9:
            return (
                say("The certificate of {host} is not valid yet.", host=host),
                say("Check this computer's date and time. If they are right, the provider must act."),
            )
        case 10:
            return (
                say("The certificate of {host} has expired.", host=host),
                say("Check this computer's date and time. If they are right, the provider must renew it."),
            )
        case 18 | 19:
            return (
                say("The certificate of {host} was signed by nobody this computer trusts.", host=host),
                say(
                    "An antivirus program or a proxy may stand in between. If the server is your own, "
                    "name its CA with --ca-file."
                ),
            )
        case 20 | 21:
            return (
                say(
                    "The certificate of {host} was issued by a CA that this computer does not know.",
                    host=host,
                ),
                say(
                    "The server may have left out its intermediate certificate; tell the provider. "
                    "If it has a CA of its own, name it with --ca-file."
                ),
            )
        case 62 | 64:
            return _other_names(host)
        case _:
            return (
                say(
                    "The certificate of {host} is faulty: {fault}.",
                    host=host,
                    fault=error.verify_message or _reason(error),
                ),
                say("Only the provider can mend it; tell them what this says."),
            )


def _handshake(reason: str, host: str, port: int) -> tuple[Message, Message]:
    if reason == NOT_TLS:
        return (
            say("Port {port} of {host} does not begin with TLS; it speaks plain text.", host=host, port=port),
            say("Use STARTTLS on this port, or the port that begins with TLS."),
        )
    if reason in _OLD_VERSION:
        return (
            say("{host} knows only TLS 1.1 or older, which is not safe any more (RFC 8996).", host=host),
            say("No password was sent. Ask the provider for a server with TLS 1.2 or later."),
        )
    if reason in _TOO_OLD:
        return (
            say("{host} offers no encryption that is safe today.", host=host),
            say("No password was sent. Ask the provider for a server with TLS 1.2 or later."),
        )
    return (
        say(
            "No TLS connection to port {port} of {host} came about ({reason}).",
            port=port,
            host=host,
            reason=reason,
        ),
        say("Try again later; if it lasts, tell the provider what this says."),
    )
