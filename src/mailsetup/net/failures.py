"""What can go wrong on the way to a server, each told apart."""

from mailsetup.errors import Message, NetworkFailed, Unsafe
from mailsetup.net.stream import Attempt


class NameFailed(NetworkFailed):
    """DNS gave no answer (SERVFAIL, no resolver, time-out). A name that does not exist is an Answer."""


class ConnectFailed(NetworkFailed):
    """No address of a host took the connection. attempts: every address, and why."""

    def __init__(self, happened: Message, fix: Message, attempts: tuple[Attempt, ...]) -> None:
        super().__init__(happened, fix)
        self.attempts = attempts


class StreamClosed(NetworkFailed):
    """The server closed or reset the connection."""


class LineTooLong(NetworkFailed):
    """The server sent a line past the cap."""


class BytesBeforeTls(Unsafe):
    """The server sent plain bytes where TLS should begin."""


class TlsFailed(Unsafe):
    """No proven TLS.

    verify_code: OpenSSL's, 0 where the certificate was not the reason (see verify(1)).
    reason: OpenSSL's name of the fault; "WRONG_VERSION_NUMBER" is an answer that is no TLS at all.
    certificate: the leaf in DER, if it was seen.
    """

    def __init__(
        self,
        happened: Message,
        fix: Message,
        *,
        verify_code: int = 0,
        reason: str = "",
        certificate: bytes | None = None,
    ) -> None:
        super().__init__(happened, fix)
        self.verify_code = verify_code
        self.reason = reason
        self.certificate = certificate


class PageFailed(NetworkFailed):
    """A web server was reached and gave no page: broken HTTP, too large, redirects without end."""


class RedirectRefused(Unsafe):
    """A URL, or a redirect to one, that we do not follow: it leads inside, or to no web server's name."""
