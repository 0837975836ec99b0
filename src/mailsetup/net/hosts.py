"""The hosts file: names that this computer knows without asking (hosts(5))."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from mailsetup.net.nameserver import is_address


def read_hosts(text: str) -> Mapping[str, tuple[str, ...]]:
    """Host names in lower case, and the addresses that a hosts file gives them."""
    known: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        address, *names = line.split("#", 1)[0].split() or [""]
        # An address with a zone ("fe80::1%lo0") is for one interface of this machine.
        if is_address(address) and "%" not in address:
            for name in names:
                known[name.lower()] = (*known.get(name.lower(), ()), address)
    return known


def hosts_of_this_machine() -> Mapping[str, tuple[str, ...]]:
    """What the system's own hosts file says; nothing where there is none."""
    if sys.platform == "win32":
        path = Path(os.environ.get("SYSTEMROOT", "C:\\Windows")) / "System32" / "drivers" / "etc" / "hosts"
    else:
        path = Path("/etc/hosts")
    try:
        return read_hosts(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return {}
