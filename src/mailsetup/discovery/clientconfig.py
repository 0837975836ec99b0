"""The XML in which providers publish settings: config-v1.1.xml and its 1.2 draft. Pure: bytes in, words out.

draft-ietf-mailmaint-autoconfig. Read leniently, as the draft asks: what is unknown is ignored, and a broken
server section drops only itself.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from mailsetup.account import (
    Auth,
    Protocol,
    Retention,
    Security,
    Server,
    Subject,
    domain_of,
    fill_placeholders,
    host_name,
)
from mailsetup.discovery.finding import Hint, Offer
from mailsetup.discovery.reading import MAX_SERVERS, MAX_TEXT, is_word, read_host, read_line
from mailsetup.discovery.xmltree import Unreadable, read_tree
from mailsetup.errors import say

MAX_HINTS = 20

_PROTOCOLS = {
    ("incomingServer", "imap"): Protocol.IMAP,
    ("incomingServer", "pop3"): Protocol.POP3,
    ("outgoingServer", "smtp"): Protocol.SMTP,
}
_SECURITY = {"ssl": Security.TLS, "starttls": Security.STARTTLS, "plain": Security.PLAIN}
_AUTH = {
    "password-cleartext": Auth.PASSWORD,
    "password-encrypted": Auth.ENCRYPTED_PASSWORD,
    "oauth2": Auth.OAUTH2,
    "gssapi": Auth.GSSAPI,
    "ntlm": Auth.NTLM,
    "tls-client-cert": Auth.CLIENT_CERTIFICATE,
    "none": Auth.NONE,
    # In both of these the server knows the client by its IP address: there is nothing to log in with.
    "client-ip-address": Auth.NONE,
    "smtp-after-pop": Auth.NONE,
    # Synonyms: the first two deprecated since 1.1, the last from one list of draft -06.
    "plain": Auth.PASSWORD,
    "secure": Auth.ENCRYPTED_PASSWORD,
    "oauth": Auth.OAUTH2,
    # SASL mechanisms (`system="sasl"` in the 1.2 draft); SCRAM has many.
    "login": Auth.PASSWORD,
    "cram-md5": Auth.ENCRYPTED_PASSWORD,
    "digest-md5": Auth.ENCRYPTED_PASSWORD,
    "xoauth2": Auth.OAUTH2,
    "oauthbearer": Auth.OAUTH2,
    "external": Auth.CLIENT_CERTIFICATE,
}
# Files in use leave out the last percent sign.
_PLACEHOLDER = re.compile(r"%(EMAIL(?:ADDRESS|LOCALPART|DOMAIN))(?:%|(?![A-Z0-9_]))", re.IGNORECASE)
_ANY_PLACEHOLDER = re.compile(r"%\w+%", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """What a file says, in its own order.

    offers: the servers that can be used, with placeholders filled. provider: its display name, or "".
    names: the mail domains it says it is for, mx_names: the domains of their MX hosts (A-labels).
    hints: what it tells the person to do or read.
    """

    offers: tuple[Offer, ...]
    provider: str
    names: tuple[str, ...]
    mx_names: tuple[str, ...]
    hints: tuple[Hint, ...]


def read_config(body: bytes, subject: Subject) -> ClientConfig:
    """Read a file for an address, or for a bare domain (whose user names keep their placeholders).

    Raises Unreadable, and nothing else, where it holds no settings at all.
    """
    root = read_tree(body)
    provider = root.find("emailProvider") if root.tag == "clientConfig" else None
    if provider is None:
        raise Unreadable(say("The answer is XML, but holds no mail settings."))
    offers = (_read_offer(element, subject) for element in provider)
    return ClientConfig(
        offers=tuple(offer for offer in offers if offer is not None)[:MAX_SERVERS],
        provider=read_line(_fill(_text(provider, "displayName"), subject)),
        names=_read_names(provider, subject, mx=False),
        mx_names=_read_names(provider, subject, mx=True),
        hints=(
            *_read_hints(root, "enable", "visiturl"),
            *_read_hints(provider, "enable", "visiturl"),
            *_read_hints(provider, "documentation", "url"),
        )[:MAX_HINTS],
    )


def _read_offer(element: Element, subject: Subject) -> Offer | None:
    protocol = _PROTOCOLS.get((element.tag, element.get("type", "").strip().lower()))
    # Where several are named the first that is known counts.
    security = next((_SECURITY[word] for word in _words(element, "socketType") if word in _SECURITY), None)
    ways = _words(element, "authentication")
    auth = tuple(dict.fromkeys(way for way in map(_read_auth, ways) if way is not None))
    if protocol is None or security is None or (ways and not auth):
        return None
    username = _read_username(_text(element, "username"), subject)
    try:
        server = Server(
            protocol=protocol,
            # The name of a host is no secret, so nothing of the person may stand in it.
            host=read_host(_fill(_text(element, "hostname"), domain_of(subject))),
            port=_number(_text(element, "port")),
            security=security,
            auth=auth,
            username=username,
        )
    except ValueError:
        return None
    if username is not None and len(username) > MAX_TEXT:
        return None
    return Offer(server=server, retention=_read_retention(element) if protocol is Protocol.POP3 else None)


def _read_auth(word: str) -> Auth | None:
    return Auth.ENCRYPTED_PASSWORD if word.startswith("scram-") else _AUTH.get(word)


def _read_username(text: str, subject: Subject) -> str | None:
    # Format 1.1 could make up placeholders and have the person asked for them: then there is no name yet.
    if _ANY_PLACEHOLDER.search(_PLACEHOLDER.sub("", text)):
        return None
    return _fill(text, subject) or None


def _read_retention(element: Element) -> Retention | None:
    block = element.find("pop3")
    keep = _text(block, "leaveMessagesOnServer").lower() if block is not None else ""
    days = _text(block, "daysToLeaveMessagesOnServer") if block is not None else ""
    if keep == "false":
        return Retention(keep=False)
    try:
        return Retention(days=_number(days))
    except ValueError:
        return Retention() if keep == "true" else None


def _read_names(provider: Element, subject: Subject, *, mx: bool) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for element in provider.iterfind("domain"):
        if (element.get("purpose", "").strip().lower() == "mx") is not mx:
            continue
        try:
            names[host_name(_fill(_content(element), subject))] = None
        except ValueError:
            continue
    return tuple(names)


def _read_hints(parent: Element, tag: str, link: str) -> tuple[Hint, ...]:
    hints = []
    for element in parent.iterfind(tag):
        url = element.get(link, "").strip()
        texts = [*element.iterfind("instruction"), *element.iterfind("descr")]
        # English where there is a choice; sorting is stable, so else the provider's first.
        texts.sort(key=lambda text: not text.get("lang", "en").lower().startswith("en"))
        text = read_line(_content(texts[0])) if texts else ""
        if text and _is_link(url):
            hints.append(Hint(text=text, url=url))
    return tuple(hints)


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) <= 4 * MAX_TEXT and is_word(url)


def _fill(text: str, subject: Subject) -> str:
    return fill_placeholders(_PLACEHOLDER.sub(lambda found: f"%{found[1].upper()}%", text), subject)


def _words(element: Element, tag: str) -> list[str]:
    return [_content(child).lower() for child in element.iterfind(tag)]


def _text(element: Element, tag: str) -> str:
    child = element.find(tag)
    return "" if child is None else _content(child)


def _content(element: Element) -> str:
    return (element.text or "").strip()


def _number(text: str) -> int:
    # int() alone would also take signs, underscores, other scripts' digits, and any length.
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError("not a number")
    return int(text)
