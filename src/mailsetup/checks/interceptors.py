"""Programs that open encrypted connections and show certificates of their own, known by those."""

import re

# What they write as the issuer, organisation and common name; antivirus first, then what companies use.
_KNOWN: tuple[tuple[str, str], ...] = (
    ("Avast", r"avast!? (web/mail|web|mail) shield|avast trusted ca"),
    ("AVG", r"avg (web/mail|web|mail) shield|avg technologies"),
    ("Avira", r"avira (web/mail|web|mail) shield"),
    ("Norton", r"norton (web/mail|web|mail) shield"),
    ("Kaspersky", r"kaspersky"),
    ("ESET", r"eset ssl filter|\beset,? spol"),
    ("Bitdefender", r"bitdefender"),
    ("G DATA", r"g data (mail|internet|antivirus|software)"),
    ("Dr.Web", r"dr\.?web"),
    ("AdGuard", r"adguard"),
    ("McAfee", r"mcafee"),
    ("Trend Micro", r"trend micro"),
    ("Sophos", r"sophos"),
    ("Fortinet", r"fortinet|fortigate|fortiguard"),
    ("Zscaler", r"zscaler"),
    ("Netskope", r"netskope|goskope"),
    ("Cisco Umbrella", r"cisco umbrella"),
    ("SonicWall", r"sonicwall"),
    ("WatchGuard", r"watchguard|fireware"),
    ("Barracuda", r"barracuda"),
    ("Check Point", r"check ?point"),
    ("Blue Coat", r"blue ?coat"),
)
_PATTERNS = tuple((product, re.compile(words, re.IGNORECASE)) for product, words in _KNOWN)


def interceptor(issuer: str) -> str | None:
    """The product whose certificates have such an issuer ("Avast"), or None where none is known."""
    return next((product for product, pattern in _PATTERNS if pattern.search(issuer)), None)
