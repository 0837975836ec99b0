"""The world's own certificate authority, and which certificate a client is shown."""

import trustme
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.internet.ssl import CertificateOptions
from zope.interface import implementer  # type: ignore[import-untyped]

from mailsetup.demo.domains import ISPDB, PLACES


@implementer(IOpenSSLServerConnectionCreator)
class Certificates:
    """TLS 1.2 or later for every server, the certificate chosen by the name that the client asks for (SNI).

    One certificate names every host; the hosts of a Place with its own certificate show that instead.
    """

    def __init__(self) -> None:
        authority = trustme.CA(organization_name="mailsetup demo", organization_unit_name="Throw-away CA")
        self.authority_pem: bytes = authority.cert_pem.bytes()
        everywhere = {name for place in PLACES for name in (*place.names, place.domain)}
        everywhere.add(ISPDB.split("/")[2])
        self._context = _context(authority, everywhere)
        self._odd: dict[str, SSL.Context] = {}
        for place in PLACES:
            if place.certificate:
                context = _context(authority, place.certificate)
                self._odd |= dict.fromkeys(place.mail_hosts, context)
        self._context.set_tlsext_servername_callback(self._choose)

    def serverConnectionForTLS(self, protocol: object) -> SSL.Connection:
        """A connection with the certificate for everywhere, until the client has said whom it wants."""
        return SSL.Connection(self._context, None)

    def _choose(self, connection: SSL.Connection) -> None:
        context = self._odd.get(server_name(connection))
        if context is not None:
            connection.set_context(context)


def server_name(connection: SSL.Connection) -> str:
    """The name that the client asked for in its hello (RFC 6066, section 3), or ""."""
    return (connection.get_servername() or b"").decode("ascii", "replace")


def _context(authority: trustme.CA, names: set[str] | tuple[str, ...]) -> SSL.Context:
    context: SSL.Context = CertificateOptions().getContext()
    authority.issue_cert(*sorted(names), organization_name="mailsetup demo").configure_cert(context)
    return context
