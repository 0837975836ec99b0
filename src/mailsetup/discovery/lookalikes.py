"""Names that look like other names: a mistyped mail domain, a forged one, a server host that mimics it. Pure.

A warning here costs a person a second look, a wrong one their trust in all the others: so only such slips
are looked for as hands and forgers make, and only near domains with very many users. After UTS #39
(https://www.unicode.org/reports/tr39/), sections 4 (skeletons) and 5 (scripts), in small.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from mailsetup.account import Domain
from mailsetup.discovery.finding import Warn
from mailsetup.discovery.providers import find_by_domain
from mailsetup.errors import WrongUsage, say
from mailsetup.net import suffixes

FAMOUS = (
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.fr",
    "hotmail.de",
    "hotmail.it",
    "hotmail.es",
    "hotmail.co.uk",
    "outlook.com",
    "outlook.fr",
    "outlook.de",
    "yahoo.com",
    "yahoo.fr",
    "yahoo.de",
    "yahoo.it",
    "yahoo.es",
    "yahoo.co.uk",
    "icloud.com",
    "protonmail.com",
    "laposte.net",
    "wanadoo.fr",
    "comcast.net",
    "verizon.net",
    "sbcglobal.net",
    "bellsouth.net",
    "btinternet.com",
    "freenet.de",
    "t-online.de",
    "tiscali.it",
)
"""Mail domains with very many users, whose near neighbours are hardly ever anybody else's mail domain."""

_TYPED_ENDS = {
    "com": frozenset({"con", "cmo", "ocm", "comm", "vom", "xom", "cpm", "clm", "coom", "cim", "comn"}),
    "net": frozenset({"nte", "ent", "nett", "neet", "met", "nwt", "nrt"}),
}
"""What hands make of an ending; none of them is a top-level domain (https://data.iana.org/TLD/)."""

_BESIDE = frozenset(pair for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for pair in pairwise(row))

# Lower-case letters that a small font shows as others: the few of UTS #39's list that one meets in names.
_PAIRS = (("rn", "m"), ("vv", "w"))
_SAME = str.maketrans(
    {
        **dict(zip("01ıłøđɡ", "olilodg", strict=True)),
        **dict(zip("аеорсухіјѕһԁԛԝӏгь", "aeopcyxijshdqwlrb", strict=True)),
        **dict(zip("αιονρυ", "aiovpu", strict=True)),
        **dict(zip("օոսցքյհ", "onugpjh", strict=True)),
    }
)

_SHORTEST_HOST_LABEL = 5
_DIGITS = re.compile(r"\d")

# Scripts that are written together (UTS #39, section 5.1), as the first words of their letters' names.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "IDEOGRAPHIC", "HANGUL"}),
)
_LIKE_LATIN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def doubt_names(domain: Domain, named_hosts: Iterable[str]) -> tuple[Warn, ...]:
    """What is odd about a mail domain's name, and about the hosts (A-labels) named for it."""
    warnings = list(_doubt_scripts(domain))
    famous = find_famous(domain)
    if famous is not None:
        text = say(
            "{domain} looks like {famous}, a large provider: check the spelling.",
            domain=_both_names(domain),
            famous=famous,
        )
        warnings.append(Warn("look-alike", text))
    for host in dict.fromkeys(named_hosts):
        if mimics(host, domain):
            text = say(
                "{host} is no server of {domain}, its name only looks like it: use it only if you know it.",
                host=host,
                domain=_both_names(domain),
            )
            warnings.append(Warn("look-alike", text))
    return tuple(warnings)


def find_famous(domain: Domain) -> str | None:
    """The large provider's domain that was probably meant, or is to be taken for this one."""
    near = next((famous for famous in FAMOUS if _is_near(domain.name, famous)), None)
    # The table is asked last: it need not even be loaded for most names.
    return near if near is not None and find_by_domain(domain.ascii) is None else None


def mimics(host: str, domain: Domain) -> bool:
    """Whether a host's registrable domain is not the mail domain's, but may be taken for it."""
    mine = domain.ascii.split(".")
    for depth in range(2, len(mine) + 1):
        ours, theirs = ".".join(mine[-depth:]), ".".join(host.split(".")[-depth:])
        if ours != theirs and _may_be_taken_for(_readable(theirs), _readable(ours)):
            # Asked last: the list of public suffixes takes long to load.
            return suffixes.registrable(host) == theirs and suffixes.registrable(domain.ascii) == ours
    return False


def _may_be_taken_for(theirs: str, ours: str) -> bool:
    label, other = theirs.partition(".")[0], ours.partition(".")[0]
    # A word and its plural are two names, and often of one owner.
    return len(other) >= _SHORTEST_HOST_LABEL and label != other[:-1] and _looks_like(theirs, ours)


def _readable(name: str) -> str:
    try:
        return Domain.parse(name).name
    except WrongUsage:
        return name


def _is_near(name: str, famous: str) -> bool:
    label, _, end = name.partition(".")
    meant, _, right_end = famous.partition(".")
    return (label == meant and end in _TYPED_ENDS.get(right_end, ())) or _looks_like(name, famous)


def _looks_like(name: str, meant: str) -> bool:
    """Whether two names with the same ending look alike, or the first is the second mistyped."""
    label, _, end = name.partition(".")
    other, _, right_end = meant.partition(".")
    return end == right_end and (skeleton(label) == skeleton(other) or is_slip(label, other))


def skeleton(label: str) -> str:
    """A label (U-label) as a tired eye sees it: accents off, look-alikes made one."""
    bare = "".join(each for each in unicodedata.normalize("NFD", label) if not unicodedata.combining(each))
    same = bare.translate(_SAME)
    for pair, one in _PAIRS:
        same = same.replace(pair, one)
    return same


def is_slip(typed: str, meant: str) -> bool:
    """Whether one slip of the hand makes one label of the other.

    Two letters that changed places, a letter doubled or left out, or the key beside it. The first letter is
    hardly ever wrong, and where it is, the name is mostly somebody else's. Names with other digits are mostly
    sisters, not slips.
    """
    if _DIGITS.findall(typed) != _DIGITS.findall(meant):
        return False
    at = 0
    while typed[at : at + 1] == meant[at : at + 1] != "":
        at += 1
    match len(typed) - len(meant):
        case 0 if typed[at + 1 :] == meant[at + 1 :]:
            pair = typed[at : at + 1], meant[at : at + 1]
            return at > 0 and (pair in _BESIDE or pair[::-1] in _BESIDE)
        case 0:
            changed = meant[:at] + meant[at + 1 : at + 2] + meant[at : at + 1] + meant[at + 2 :]
            return typed == changed
        case -1:
            return at > 0 and typed == meant[:at] + meant[at + 1 :]
        case 1:
            return at > 0 and typed == meant[:at] + meant[at - 1] + meant[at:]
        case _:
            return False


def _doubt_scripts(domain: Domain) -> Iterator[Warn]:
    for label in domain.name.split("."):
        if mixes_scripts(label):
            text = say(
                "“{label}” in {domain} mixes alphabets whose letters look alike: check where it comes from.",
                label=label,
                domain=_both_names(domain),
            )
            yield Warn("mixed-scripts", text)


def mixes_scripts(label: str) -> bool:
    """Whether a label (U-label) has letters of scripts that nobody writes together."""
    scripts = {unicodedata.name(each, "?").partition(" ")[0] for each in label if each.isalpha()}
    scripts.discard("MODIFIER")
    if len(scripts) <= 1 or any(scripts <= together for together in _TOGETHER):
        return False
    return len(scripts) > 2 or "LATIN" not in scripts or bool(scripts & _LIKE_LATIN)


def _both_names(domain: Domain) -> str:
    """As people write it and, where that is another name, as DNS knows it."""
    return domain.name if domain.name == domain.ascii else f"{domain.name} ({domain.ascii})"
