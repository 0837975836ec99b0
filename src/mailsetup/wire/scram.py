"""SCRAM (RFC 5802, RFC 7677): a login in which the password is never sent, and the server proves itself too.

scramp does the arithmetic; it has no types, and only this file knows it.
"""

import re
from collections.abc import Mapping
from typing import Any

import anyio.to_thread

from mailsetup.errors import say
from mailsetup.wire.faults import LoginBroken, Unproven
from mailsetup.wire.sasl import require_sendable

MECHANISMS = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1")
"""Best first. -PLUS binds the login to the TLS session: whoever sits in between cannot pass it on."""
MIN_ROUNDS = 4096
"""RFC 7677, section 4. With fewer, our proof would make the password cheap to guess."""
MAX_ROUNDS = 1_000_000
"""About a second of work: it cannot be stopped once it has begun, and a hostile server may ask for any."""

_ROUNDS = re.compile(r"(?:^|,)i=([0-9]{1,10})(?:,|$)")
# RFC 5802, section 7: the server sees another TLS session than we do, or was kept from offering -PLUS.
_NOT_BOUND = frozenset({"channel-bindings-dont-match", "server-does-support-channel-binding"})


def end_point(certificate: bytes) -> bytes | None:
    """The tls-server-end-point binding of a certificate in DER (RFC 5929, section 4.1).

    None where none is defined for it: its signature uses no hash of its own, as with Ed25519.
    """
    # Imported late: it takes a tenth of a second to load, and few servers offer -PLUS.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import load_der_x509_certificate

    try:
        read = load_der_x509_certificate(certificate)
        algorithm = read.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    if algorithm is None:
        return None
    weak = isinstance(algorithm, (hashes.MD5, hashes.SHA1))
    return read.fingerprint(hashes.SHA256() if weak else algorithm)


def can_carry(*texts: str) -> bool:
    """Whether SCRAM can carry these names and passwords.

    SASLprep (RFC 4013) refuses characters that Unicode 3.2 does not know, as emoji, and writing in both
    directions; what it takes for nothing at all is no name and no password either.
    """
    from scramp.utils import ScramException, saslprep  # type: ignore[import-untyped]

    try:
        return all(saslprep(text) for text in texts)
    except ScramException:
        return False


class Scram:
    """One run of a SCRAM mechanism; see sasl.Mechanism. Raises Unsendable.

    name: one of MECHANISMS. binding: the end_point of the TLS session, for -PLUS. flag_stripping: the server
    offers no -PLUS, and is told that we could do it: it ends the login if it did offer it, because then
    somebody took the offer away (RFC 5802, section 6). Call can_carry first.
    """

    def __init__(
        self,
        name: str,
        username: str,
        password: str,
        *,
        binding: bytes | None = None,
        flag_stripping: bool = False,
        nonce: str | None = None,
    ) -> None:
        from scramp import ScramClient  # type: ignore[import-untyped]

        require_sendable(username, password)
        self.name = name
        # With the flag alone the data are never used, but scramp wants some.
        data = b"unused" if binding is None and flag_stripping else binding
        bound = None if data is None else ("tls-server-end-point", data)
        self._client: Any = ScramClient([name], username, password, channel_binding=bound, c_nonce=nonce)
        self.first = str(self._client.get_client_first()).encode()
        self.judged = False
        self._proven = False
        self._error = ""

    @property
    def told(self) -> Mapping[str, str]:
        """The server's own word for the error (RFC 5802, section 7, server-error-value)."""
        return {"scram_error": self._error} if self._error else {}

    async def answer(self, challenge: bytes) -> bytes | None:
        """Our proof to the server's salt, nothing to its signature once that is found right."""
        try:
            text = challenge.decode()
        except UnicodeDecodeError:
            raise LoginBroken.of(self.name) from None
        if self._proven or self._error:
            return None
        if text.startswith("e="):
            return self._failed(text[2:])
        if self.judged:
            return self._verify(text)
        return await self._prove(text)

    async def _prove(self, text: str) -> bytes:
        from scramp import ScramException

        # Before anything else: scramp takes up to ten million.
        found = _ROUNDS.search(text)
        if found is not None and not MIN_ROUNDS <= int(found[1]) <= MAX_ROUNDS:
            raise LoginBroken(
                say(
                    "The server asks for {rounds} rounds of {mechanism}; no proof of the password was sent.",
                    rounds=int(found[1]),
                    mechanism=self.name,
                ),
                say(
                    "From {least} to {most} are safe. Tell whoever runs the server.",
                    least=MIN_ROUNDS,
                    most=MAX_ROUNDS,
                ),
            )
        try:
            self._client.set_server_first(text)
        except (ScramException, ValueError):
            raise LoginBroken.of(self.name) from None
        # In a thread, so that the other servers and the deadline do not wait for it.
        final = await anyio.to_thread.run_sync(self._client.get_client_final, abandon_on_cancel=True)
        self.judged = True
        return str(final).encode()

    def _verify(self, text: str) -> bytes:
        from scramp import ScramException

        try:
            self._client.set_server_final(text)
        except (ScramException, ValueError):
            raise Unproven.of_server() from None
        self._proven = True
        return b""

    def _failed(self, error: str) -> bytes:
        self._error = error[:40]
        if error in _NOT_BOUND:
            raise Unproven.of_channel()
        return b""

    def finish(self) -> None:
        """Raises Unproven where the server says yes and has not shown that it knows the password."""
        if not self._proven:
            raise Unproven.of_server()
