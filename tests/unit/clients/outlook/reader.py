"""A reader of .prf files that knows nothing of their writer.

It goes the way Outlook goes: from the list of accounts to an account's section, from there to the map of its
type, and from the map to properties, which are told by their published tags alone. Of a value it believes the
worst that any known reader of such files does to it.
"""

import re
from dataclasses import dataclass

from mailsetup.account import Account, Address, Auth, Protocol, Retention, Security, Server

# "Constants (Account management API)" and the PROP_* pages: the tag's identifier, and what it holds.
DISPLAY_NAME = ("PT_UNICODE", 0x000B)
EMAIL_ADDRESS = ("PT_UNICODE", 0x000C)
INCOMING_HOST = ("PT_UNICODE", 0x0100)
INCOMING_USER = ("PT_UNICODE", 0x0101)
INCOMING_PORT = ("PT_LONG", 0x0104)
INCOMING_SSL = ("PT_LONG", 0x0105)
INCOMING_SPA = ("PT_LONG", 0x0108)
SMTP_HOST = ("PT_UNICODE", 0x0200)
SMTP_PORT = ("PT_LONG", 0x0201)
SMTP_LOGIN = ("PT_LONG", 0x0203)
SMTP_USER = ("PT_UNICODE", 0x0204)
SMTP_SPA = ("PT_LONG", 0x0207)
SMTP_LOGIN_AS = ("PT_LONG", 0x0208)
SMTP_ENCRYPTION = ("PT_LONG", 0x020A)
POP3_LEAVE_ON_SERVER = ("PT_LONG", 0x1000)

# Words of section 5 that speak to Outlook itself and are no properties of the account.
DIRECTIVES = {"uniqueservice", "defaultaccount"}

Property = tuple[str, int]
Sections = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Found:
    """What Outlook would know. login: whether sending needs one."""

    account: Account
    general: dict[str, str]
    services: dict[str, str]
    properties: dict[Property, str]


def read(content: bytes) -> Found:
    """The one account of a file."""
    sections = parse(content)
    [(key, kind)] = sections["internet account list"].items()
    mapping = dict(sections[kind.lower()])
    protocol = Protocol(mapping.pop("accounttype").lower())
    tags = {name: _tag(tag) for name, tag in mapping.items()}
    values = sections[key]
    unmapped = values.keys() - tags.keys() - DIRECTIVES
    assert not unmapped, f"Outlook drops {unmapped} without a word"
    properties = {tags[name]: value for name, value in values.items() if name in tags}
    return Found(
        account=_account(protocol, properties),
        general=sections["general"],
        services=sections["service list"],
        properties=properties,
    )


def parse(content: bytes) -> Sections:
    """Sections and keys, their names in lower case, since Windows does not tell case apart."""
    assert not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    *lines, rest = content.split(b"\r\n")
    assert rest == b"", "the last line has no end"
    sections: Sections = {}
    current: dict[str, str] | None = None
    for line in (raw.decode("cp1252") for raw in lines):
        assert "\n" not in line
        assert "\r" not in line
        line = line.split(";")[0].strip()
        if line.startswith("["):
            name = line.strip("[]").lower()
            assert name not in sections
            current = sections.setdefault(name, {})
        elif line:
            assert current is not None
            name, equals, value = line.partition("=")
            assert equals
            assert name.lower() not in current
            current[name.lower()] = _value(value)
    return sections


def _value(text: str) -> str:
    text = text.strip()
    if text[:1] in ("'", '"'):
        text = text.strip(text[0])
    return re.sub("%[^%]*%", "(a variable)", text)


def _tag(text: str) -> Property:
    kind, identifier = text.split(",")
    return kind, int(identifier, 16)


def _account(protocol: Protocol, properties: dict[Property, str]) -> Account:
    def number(tag: Property) -> int:
        return int(properties[tag], 0)

    assert number(INCOMING_SPA) == number(SMTP_SPA) == 0
    assert number(INCOMING_SSL) == 1
    user = properties[INCOMING_USER]
    return Account(
        address=Address.parse(properties[EMAIL_ADDRESS]),
        name=properties[DISPLAY_NAME],
        incoming=Server(
            protocol=protocol,
            host=properties[INCOMING_HOST],
            port=number(INCOMING_PORT),
            security=Security.TLS,
            auth=(Auth.PASSWORD,),
            username=user,
        ),
        outgoing=Server(
            protocol=Protocol.SMTP,
            host=properties[SMTP_HOST],
            port=number(SMTP_PORT),
            security={1: Security.TLS, 2: Security.STARTTLS}[number(SMTP_ENCRYPTION)],
            auth=(Auth.PASSWORD if number(SMTP_LOGIN) else Auth.NONE,),
            username={0: user, 1: properties.get(SMTP_USER)}[number(SMTP_LOGIN_AS)],
        ),
        retention=_retention(number(POP3_LEAVE_ON_SERVER)) if POP3_LEAVE_ON_SERVER in properties else None,
    )


def _retention(value: int) -> Retention:
    leave, after_days, on_nuke = value & 0x1, value & 0x2, value & 0x4
    assert value & 0xFFF8 == 0
    assert value < 1 << 31
    days = value >> 16
    assert bool(days) == bool(after_days)
    return Retention(keep=bool(leave), days=days or None, until_deleted=bool(on_nuke))
