"""Where a registrable domain begins: the Public Suffix List (https://publicsuffix.org/list/)."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from mailsetup.account import Domain

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> "PublicSuffixList":
    # Reading the list takes longer than all else at start: only who asks pays for it, and once.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registrable(host: str) -> str | None:
    """The registrable domain that a host (A-labels) is in: its public suffix and one label more.

    None where the host is a public suffix itself.
    """
    found = _suffixes().privatesuffix(host)
    return found if isinstance(found, str) else None


def is_foreign(host: str, domain: Domain) -> bool:
    """Whether a host may belong to somebody else than the mail domain.

    It does not where it is the domain or below it; but below a public suffix anybody can have a name, and
    such a suffix may be the domain itself (`uk.com`) or lie between the two (`hosting.ovh.net` in `ovh.net`).
    """
    if host == domain.ascii:
        return False
    owner = registrable(domain.ascii)
    return not domain.holds(host) or owner is None or registrable(host) != owner


def is_public_suffix(host: str) -> bool:
    """Whether names below a host (A-labels) belong to different owners: `com`, `co.uk`, `github.io`."""
    return registrable(host) is None
