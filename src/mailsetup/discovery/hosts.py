"""The host of a mail server as a stranger names it. Pure."""

from mailsetup.account import host_name
from mailsetup.net import suffixes


def read_host(text: str) -> str:
    """A host that a mail server can have, in A-labels.

    Raises ValueError where the text is no host name, or one that is nobody's ("co.uk") or this machine's own
    ("localhost"): no stranger may lead us there.
    """
    host = host_name(text)
    if suffixes.is_public_suffix(host) or host.endswith(".localhost"):
        raise ValueError("nobody's host")
    return host
