"""Which web proxy is meant, if any: by the environment or the system, for HTTP and HTTPS alone."""

import ssl
import urllib.request
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

import httpcore2

from mailsetup.errors import say
from mailsetup.net.failures import PageFailed
from mailsetup.net.urls import Url


class Proxies:
    """The proxies of this machine.

    by_scheme: "https" -> the proxy's URL. bypass: says of which hosts pages are fetched directly.
    """

    def __init__(self, by_scheme: Mapping[str, str], bypass: Callable[[str], bool]) -> None:
        self._by_scheme = by_scheme
        self._bypass = bypass

    @classmethod
    def of_this_machine(cls) -> "Proxies":
        """As urllib.request finds them: HTTPS_PROXY and its kin, or the system's settings."""
        return cls(urllib.request.getproxies(), lambda host: bool(urllib.request.proxy_bypass(host)))

    @classmethod
    def none(cls) -> "Proxies":
        """No proxy at all."""
        return cls({}, lambda host: True)

    def proxy_for(self, url: Url) -> str | None:
        """The URL of the proxy that a page is fetched through, or None."""
        found = self._by_scheme.get(url.scheme) or self._by_scheme.get("all")
        return None if found is None or self._bypass(url.host) else found


def read_proxy(text: str, context: ssl.SSLContext) -> httpcore2.Proxy:
    """A proxy as people write it, "http://user:word@proxy:3128" or "proxy:3128"; raises PageFailed.

    context: for a proxy that is itself asked over HTTPS.
    """
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        # The text is not shown: it may hold a password.
        raise PageFailed(
            say("The web proxy that this computer is set to is none that can be used."),
            say("Set HTTPS_PROXY to an address such as http://proxy.example.org:3128."),
        )
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    secure = parts.scheme == "https"
    return httpcore2.Proxy(
        f"{parts.scheme}://{host}:{port or (443 if secure else 80)}",
        auth=auth,
        ssl_context=context if secure else None,
    )
