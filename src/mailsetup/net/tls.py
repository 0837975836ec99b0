"""TLS: whom to trust, and the handshake. Nothing here can switch verification off."""

import ssl
import sys
from functools import cached_property
from pathlib import Path

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSAttribute, TLSStream

from mailsetup.errors import WrongUsage, say
from mailsetup.net.failures import StreamClosed, TlsFailed
from mailsetup.net.identity import prove
from mailsetup.net.stream import Identity, Proof, TlsFacts
from mailsetup.net.tls_faults import cut_off, tls_failed, wrong_name


class Trust:
    """The certificate authorities that count: the system's, or only those of one PEM file.

    Each context is built once, when it is first needed: reading the system's store takes 20 ms.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file

    def check(self) -> None:
        """Read the CA file now, not at the first connection. Raises WrongUsage."""
        _ = self.mail

    @cached_property
    def web(self) -> ssl.SSLContext:
        """For HTTPS alone: the HTTP library sets its own ALPN on it."""
        return self._build()

    @cached_property
    def mail(self) -> ssl.SSLContext:
        """For mail servers that prove themselves by their host name."""
        return self._build()

    @cached_property
    def mail_by_domain(self) -> ssl.SSLContext:
        """For mail servers that may prove themselves by the mail domain: `handshake` compares the names."""
        context = self._build()
        context.check_hostname = False
        return context

    def _build(self) -> ssl.SSLContext:
        context = self._store()
        # RFC 8314, section 4.1, and RFC 8997. RFC 9525, section 2: the common name is no name of a host.
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.hostname_checks_common_name = False
        return context

    def _store(self) -> ssl.SSLContext:
        if self._ca_file is not None:
            try:
                return ssl.create_default_context(cafile=self._ca_file)
            except (OSError, ValueError):
                raise WrongUsage(
                    say("The CA file {path} cannot be read, or holds no certificate.", path=self._ca_file),
                    say("Give a file with one or more CA certificates in PEM form."),
                ) from None
        if sys.platform in ("win32", "darwin"):
            import truststore

            return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return ssl.create_default_context()


async def handshake(raw: ByteStream, context: ssl.SSLContext, host: str, port: int) -> TLSStream:
    """Begin TLS with a host. Where that fails, `raw` is closed. Raises TlsFailed, StreamClosed."""
    try:
        return await TLSStream.wrap(raw, hostname=host, ssl_context=context, standard_compatible=False)
    except BaseException as error:
        await anyio.aclose_forcefully(raw)
        # Which of these stands for a connection that ended differs between versions of Python.
        if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            raise cut_off(host, port) from None
        if isinstance(error, ssl.SSLError):
            raise tls_failed(error, host, port) from None
        if isinstance(error, (anyio.EndOfStream, anyio.BrokenResourceError, OSError)):
            raise cut_off(host, port) from None
        raise


async def prove_server(
    raw: ByteStream, trust: Trust, identity: Identity, port: int
) -> tuple[TLSStream, TlsFacts]:
    """Begin TLS with a mail server and make it prove who it is. Raises TlsFailed, StreamClosed."""
    by_domain = identity.mail_domain is not None
    context = trust.mail_by_domain if by_domain else trust.mail
    stream = await handshake(raw, context, identity.host, port)
    session = _session(stream)
    certificate = session.getpeercert(binary_form=True) or b""
    proof = prove(certificate, identity) if by_domain else Proof.HOST
    if proof is None:
        await anyio.aclose_forcefully(stream)
        raise wrong_name(identity.host, certificate)
    cipher = session.cipher()
    return stream, TlsFacts(
        version=session.version() or "",
        cipher=cipher[0] if cipher else "",
        certificate=certificate,
        proof=proof,
    )


async def look(raw: ByteStream, host: str, port: int) -> bytes | None:
    """The certificate that a server shows, proven or not, in DER; then the connection is closed.

    For naming what is wrong with it. Nothing is ever sent over a connection made like this.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        stream = await handshake(raw, context, host, port)
    except (TlsFailed, StreamClosed):
        return None
    session = _session(stream)
    certificate = session.getpeercert(binary_form=True)
    await anyio.aclose_forcefully(stream)
    return certificate


def _session(stream: TLSStream) -> ssl.SSLObject:
    session: ssl.SSLObject = stream.extra(TLSAttribute.ssl_object)  # noqa: S610
    return session
