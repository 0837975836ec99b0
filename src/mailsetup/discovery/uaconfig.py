"""The JSON in which a domain publishes its servers, and the digest that vouches for it. Pure.

draft-ietf-mailmaint-pacc. Read leniently: what is unknown is ignored, and a broken protocol drops only
itself.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mailsetup.account import WELL_KNOWN_PORTS, Auth, Protocol, Security, Server
from mailsetup.discovery.finding import Hint, Offer
from mailsetup.discovery.reading import MAX_TEXT, is_word, read_host, read_line
from mailsetup.discovery.xmltree import MAX_BYTES, WEB_PAGE, Unreadable
from mailsetup.errors import say

_PROTOCOLS = {
    "imap": Protocol.IMAP,
    "pop3": Protocol.POP3,
    "submit": Protocol.SMTP,
    # Its name up to draft -02.
    "smtp": Protocol.SMTP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UaConfig:
    """What a document says.

    offers: its servers, all with TLS from the first byte. provider: its name, or "". hints: where to read on.
    """

    offers: tuple[Offer, ...]
    provider: str
    hints: tuple[Hint, ...]


def read_digests(records: Iterable[bytes]) -> frozenset[bytes]:
    """The SHA-256 digests that TXT records give: `v=UAAC1; a=sha256; d=BASE64`.

    Several may stand side by side while one takes over from another. Those that cannot be read are skipped.
    """
    return frozenset(digest for record in records if (digest := _read_digest(record)) is not None)


def is_vouched_for(body: bytes, digests: frozenset[bytes]) -> bool:
    """Whether one of the digests is that of a document, byte for byte."""
    return hashlib.sha256(body).digest() in digests


def read_document(body: bytes) -> UaConfig:
    """Read a document. Raises Unreadable, and nothing else, where it is no JSON object."""
    if len(body) > MAX_BYTES:
        raise Unreadable(say("The answer is larger than {limit} bytes.", limit=MAX_BYTES))
    try:
        # No number in it is used, and float() takes one of any length.
        document = json.loads(body, parse_int=float)
    except (ValueError, RecursionError):
        if body.lstrip().startswith(b"<"):
            raise Unreadable(WEB_PAGE) from None
        raise Unreadable(say("The answer is not JSON.")) from None
    if not isinstance(document, dict):
        raise Unreadable(say("The answer is JSON, but holds no mail settings."))
    info = _member(document, "info")
    name = _member(info, "provider").get("name")
    return UaConfig(
        offers=tuple(_read_offers(_member(document, "protocols"), _read_auth(document))),
        provider=read_line(name) if isinstance(name, str) else "",
        hints=tuple(_read_hints(_member(info, "help").get("documentation"))),
    )


def _read_digest(record: bytes) -> bytes | None:
    tags: dict[str, str] = {}
    for part in record.decode("ascii", "replace").split(";"):
        tag, _, value = part.partition("=")
        tags[tag.strip().lower()] = "".join(value.split())
    if tags.get("v", "").lower() != "uaac1" or tags.get("a", "").lower() != "sha256":
        return None
    try:
        digest = base64.b64decode(tags.get("d", ""), validate=True)
    except ValueError:
        return None
    return digest if len(digest) == hashlib.sha256().digest_size else None


def _read_offers(protocols: dict[str, Any], auth: tuple[Auth, ...]) -> Iterable[Offer]:
    named: dict[Server, None] = {}
    for word in protocols:
        host = _member(protocols, word).get("host")
        if word not in _PROTOCOLS or not isinstance(host, str):
            continue
        protocol = _PROTOCOLS[word]
        try:
            server = Server(
                protocol=protocol,
                host=read_host(host),
                port=WELL_KNOWN_PORTS[protocol, Security.TLS],
                security=Security.TLS,
                auth=auth,
            )
        except ValueError:
            continue
        named[server] = None
    return map(_offer, named)


def _offer(server: Server) -> Offer:
    return Offer(server=server)


def _read_auth(document: dict[str, Any]) -> tuple[Auth, ...]:
    """The ways to log in. A password stands first: every mail program can use it."""
    ways = _member(document, "authentication")
    by_password = ways.get("password")
    by_oauth = by_password is False or isinstance(ways.get("oauth-public"), dict)
    return (*([Auth.PASSWORD] if by_password is True else []), *([Auth.OAUTH2] if by_oauth else []))


def _read_hints(url: object) -> Iterable[Hint]:
    if isinstance(url, str) and url.startswith("https://") and len(url) <= MAX_TEXT and is_word(url):
        yield Hint(text=say("The provider has a page about its settings."), url=url)


def _member(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """The object of that name in an object; an empty one where there is none."""
    child = parent.get(name)
    return child if isinstance(child, dict) else {}
