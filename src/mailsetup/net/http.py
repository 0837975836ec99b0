"""Web pages: what a server answered to one request, everything capped."""

from dataclasses import dataclass

MAX_BODY = 256 * 1024
"""Bytes in a page. The largest file of the ISPDB has under 20 KiB."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a web server answered.

    hops: every URL asked, in order; the last one answered.
    status: its HTTP status. body: unpacked (gzip, deflate), at most MAX_BODY bytes.
    location: where it redirects to (as the server wrote it), where that was not followed; else None.
    """

    hops: tuple[str, ...]
    status: int
    body: bytes
    location: str | None = None

    @property
    def url(self) -> str:
        """The URL that answered."""
        return self.hops[-1]

    @property
    def secure(self) -> bool:
        """Whether every hop was HTTPS: one plain hop is enough for an attacker."""
        return all(hop.startswith("https://") for hop in self.hops)
