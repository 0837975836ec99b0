"""The Source `ispdb`: a database of providers, asked about the domain and nothing else.

Either on the web (a URL to which the domain is added), or a folder: a checkout of the database, or files
named DOMAIN or DOMAIN.xml.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mailsetup.account import Protocol, Subject, domain_of, host_name
from mailsetup.discovery.finding import Evidence, Outcome, Trust
from mailsetup.discovery.question import EVERY_PROTOCOL, Question, Reply, Request
from mailsetup.discovery.webfile import Origin, WebFile
from mailsetup.discovery.xmltree import MAX_BYTES, Unreadable, read_tree
from mailsetup.errors import WrongUsage, say
from mailsetup.net.door import Net

SOURCE = "ispdb"

DEFAULT = "https://live.thunderbird.net/autoconfig/v1.1/"
"""Thunderbird's public database, at the address that every Thunderbird on a desktop asks (its setting
`mailnews.auto_config_url`): the one that cannot fall behind unnoticed. The draft names
https://v1.ispdb.net/, which no mail program known to us asks."""


def check_place(ispdb: str) -> None:
    """Raises WrongUsage where an `--ispdb` value is neither a web address nor a folder."""
    if not _is_url(ispdb) and not (ispdb and Path(ispdb).is_dir()):
        raise WrongUsage(
            say("“{place}” is neither a web address nor a folder.", place=ispdb),
            say(
                "Give --ispdb a URL such as {example}, or the folder of a provider database.", example=DEFAULT
            ),
        )


def questions(request: Request) -> tuple[Question, ...]:
    """One question: what the database says of the mail domain."""
    domain = domain_of(request.subject).ascii
    return (entry(request.ispdb, domain, request.subject, source=SOURCE),)


def entry(
    ispdb: str,
    domain: str,
    subject: Subject,
    *,
    source: str,
    limit: Trust = Trust.CURATED,
    before: tuple[Evidence, ...] = (),
) -> Question:
    """The question for one domain's entry. limit: the trust of what led to that domain."""
    best = min(limit, Trust.CURATED)
    if _is_url(ispdb):
        text = entry_url(ispdb, domain)
        return WebFile(source=source, text=text, domain=domain, subject=subject, best=best, before=before)
    text = str(Path(ispdb) / domain)
    return FolderEntry(source=source, text=text, domain=domain, subject=subject, best=best, before=before)


def entry_url(prefix: str, domain: str) -> str:
    """https://live.thunderbird.net/autoconfig/v1.1/example.org; a missing final slash is added."""
    return prefix + domain if prefix.endswith("/") or "?" in prefix else f"{prefix}/{domain}"


def _is_url(ispdb: str) -> bool:
    return ispdb.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderEntry(Origin):
    """One domain's entry in a local folder. What the user keeps there counts as curated."""

    best: Trust
    about: frozenset[Protocol] = EVERY_PROTOCOL
    local: bool = True

    async def ask(self, net: Net) -> Reply:
        """Look the domain up; the network is left alone."""
        folder = Path(self.text).parent
        try:
            found = find_entry(folder, self.domain)
        except OSError as fault:
            place = fault.filename or folder
            why = say("{place} cannot be read: {reason}.", place=place, reason=fault.strerror)
            return Reply(replace(self.nothing(why), outcome=Outcome.FAILED))
        if found is None:
            why = say("{folder} has no entry for {domain}.", folder=folder, domain=self.domain)
            return Reply(self.nothing(why))
        path, body = found
        seen = Evidence(asked=str(path), answer=f"{len(body)} bytes", secure=True)
        return Reply(self.read(body, self.best, seen))


def find_entry(folder: Path, domain: str) -> tuple[Path, bytes] | None:
    """The file for a domain (A-labels): by its name, else by the <domain> elements in it. Raises OSError."""
    for path in (folder / domain, folder / f"{domain}.xml"):
        if path.is_file():
            return path, _read(path)
    listed = index_folder(folder).get(domain)
    return None if listed is None else (listed, _read(listed))


@cache
def index_folder(folder: Path) -> Mapping[str, Path]:
    """The file for each domain that some file in a folder lists, the domains of MX hosts too.

    Read once for each folder and process. Where files list the same domain the first counts, by name, and
    those in the folder itself before those in its `ispdb`. Raises OSError, for a single file too: else its
    domains would be missing without a word.
    """
    index: dict[str, Path] = {}
    for path in _all_entries(folder):
        for name in _names(_read(path)):
            index.setdefault(name, path)
    return index


def _all_entries(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / "ispdb"):
        # glob() would take a folder that cannot be read for an empty one.
        if place == folder or place.is_dir():
            yield from sorted(path for path in place.iterdir() if path.suffix == ".xml" and path.is_file())


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_DOMAIN = re.compile(rb"<domain(?:\s[^>]*)?>([^<]*)<")


def _names(body: bytes) -> set[str]:
    """The domains that a file lists: from its bytes, and parsed only where they are written in an odd way."""
    try:
        found = _DOMAIN.findall(_COMMENT.sub(b"", body))
        if found:
            return {host_name(name.decode("ascii")) for name in found}
    except ValueError:
        pass
    # An odd encoding, or a name that is written in an odd way.
    names = set()
    with suppress(Unreadable):
        for element in read_tree(body).iterfind("emailProvider/domain"):
            with suppress(ValueError):
                names.add(host_name(element.text or ""))
    return names
