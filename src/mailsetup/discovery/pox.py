"""Autodiscover's "plain old XML": the request with an address, and what the reply means. Pure.

Microsoft, "POX Autodiscover response XML element for Outlook" and [MS-OXDSCLI], read as publishers write it:
elements are known by their local names, in any case and with any prefix.
"""

import re
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element

from mailsetup.account import WELL_KNOWN_PORTS, Address, Auth, Protocol, Security, Server
from mailsetup.discovery.finding import Offer
from mailsetup.discovery.reading import MAX_SERVERS, MAX_TEXT, read_host, read_line
from mailsetup.discovery.xmltree import WEB_PAGE, Unreadable, read_tree
from mailsetup.errors import WrongUsage, say

MEDIA_TYPE = "text/xml; charset=utf-8"
"""Of a request. Large providers take exactly this and nothing else."""

_SCHEMA = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"
_PROTOCOLS = {"imap": Protocol.IMAP, "pop3": Protocol.POP3, "smtp": Protocol.SMTP}
_EXCHANGE = frozenset({"exch", "expr", "exhttp", "web", "mobilesync", "mapihttp"})
_BY_PORT = {port: security for (_, security), port in WELL_KNOWN_PORTS.items()} | {25: Security.STARTTLS}


@dataclass(frozen=True, slots=True)
class Settings:
    """Servers, in the reply's own order. exchange: whether it names those of Exchange's own protocols."""

    offers: tuple[Offer, ...]
    exchange: bool


@dataclass(frozen=True, slots=True)
class AskAt:
    """A redirect to another URL, as it was written."""

    url: str


@dataclass(frozen=True, slots=True)
class AskFor:
    """A redirect to another address, which the mailbox goes by."""

    address: Address


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error, in the server's own words; either may be empty."""

    code: str
    message: str


def request_body(address: Address) -> bytes:
    """What is posted to learn the settings of an address. Of a person it holds the address, no more."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<Autodiscover xmlns="{_SCHEMA}requestschema/2006"><Request>'
        f"<EMailAddress>{escape(address.ascii, quote=False)}</EMailAddress>"
        f"<AcceptableResponseSchema>{_SCHEMA}responseschema/2006a</AcceptableResponseSchema>"
        "</Request></Autodiscover>"
    ).encode()


def read_reply(body: bytes) -> Settings | AskAt | AskFor | Refusal:
    """Read a reply. Raises Unreadable, and nothing else, where it is none."""
    root = read_tree(body)
    if _name(root) == "html":
        raise Unreadable(WEB_PAGE)
    response = _find(root, "response") if _name(root) == "autodiscover" else None
    error = None if response is None else _find(response, "error")
    account = None if response is None else _find(response, "account")
    if error is not None:
        return Refusal(read_line(_text(error, "errorcode")), read_line(_text(error, "message")))
    if account is None:
        raise Unreadable(say("The answer is XML, but holds no mail settings."))
    action = _text(account, "action").lower()
    if action == "redirecturl":
        return AskAt(_text(account, "redirecturl"))
    if action == "redirectaddr":
        return AskFor(_read_address(_text(account, "redirectaddr")))
    return _read_settings(account)


def _read_address(text: str) -> Address:
    try:
        return Address.parse(text)
    except WrongUsage as fault:
        raise Unreadable(fault.happened) from None


def _read_settings(account: Element) -> Settings:
    protocols = [child for child in account if _name(child) == "protocol"]
    offers = (_read_offer(element) for element in protocols)
    return Settings(
        offers=tuple(offer for offer in offers if offer is not None)[:MAX_SERVERS],
        exchange=any(_type(element) in _EXCHANGE for element in protocols),
    )


def _read_offer(element: Element) -> Offer | None:
    protocol = _PROTOCOLS.get(_type(element))
    username = _read_username(element)
    if protocol is None or ":" in username or len(username) > MAX_TEXT:
        return None
    try:
        port, security = _read_port(element, protocol)
        server = Server(
            protocol=protocol,
            host=read_host(_text(element, "server")),
            port=port,
            security=security,
            auth=_read_auth(element, protocol),
            username=username or None,
        )
    except ValueError:
        return None
    return Offer(server=server)


def _read_port(element: Element, protocol: Protocol) -> tuple[int, Security]:
    """The port, and how the connection is encrypted. Raises ValueError for a port that is none.

    Encryption overrides SSL, which is on where it is left out. By the book its "SSL" is TLS from the first
    byte and its "TLS" is STARTTLS; but publishers write "TLS" for port 993 too and "SSL" for 143, so where
    a port has one usual way, that counts.
    """
    encryption = _text(element, "encryption").lower()
    if encryption in ("none", "ssl", "tls", "auto"):
        plain = encryption == "none"
    else:
        plain = _text(element, "ssl").lower() == "off"
    named = Security.STARTTLS if encryption == "tls" else Security.TLS
    written = _text(element, "port")
    if not written:
        port = WELL_KNOWN_PORTS[protocol, Security.STARTTLS if plain else named]
    elif re.fullmatch("[0-9]{1,5}", written):
        port = int(written)
    else:
        raise ValueError("not a port")
    return port, Security.PLAIN if plain else _BY_PORT.get(port, named)


def _read_auth(element: Element, protocol: Protocol) -> tuple[Auth, ...]:
    """The ways to log in.

    By the book SPA (NTLM, or another way that hides the password) is on where it is left out; but those
    who leave it out mostly know no such way, so nothing is concluded from that.
    """
    if protocol is Protocol.SMTP and _text(element, "authrequired").lower() == "off":
        return (Auth.NONE,)
    ways = {"on": (Auth.NTLM, Auth.ENCRYPTED_PASSWORD), "off": (Auth.PASSWORD,)}
    return ways.get(_text(element, "spa").lower(), ())


def _read_username(element: Element) -> str:
    """The user name, or "". With a domain that is required it is user@domain, as Microsoft has it."""
    name, domain = _text(element, "loginname"), _text(element, "domainname")
    required = _text(element, "domainrequired").lower() == "on"
    return f"{name}@{domain}" if name and domain and required and not {"@", "\\"} & set(name) else name


def _type(protocol: Element) -> str:
    return (_text(protocol, "type") or protocol.get("Type", "")).strip().lower()


def _find(parent: Element, name: str) -> Element | None:
    return next((child for child in parent if _name(child) == name), None)


def _text(parent: Element, name: str) -> str:
    child = _find(parent, name)
    return "" if child is None else (child.text or "").strip()


def _name(element: Element) -> str:
    return element.tag.rpartition(":")[2].lower()
