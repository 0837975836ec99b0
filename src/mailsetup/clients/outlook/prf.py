"""The .prf file: an account in the form in which classic Outlook takes one in at a start.

Section numbers are Microsoft's ("Customize Outlook profiles by using an Outlook Profile (PRF) file",
https://learn.microsoft.com/previous-versions/office/office-2010/cc179062(v=office.14)). Section 7 maps each
key of an account to a property of Outlook's account manager ("Constants (Account management API)",
https://learn.microsoft.com/office/client-developer/outlook/auxiliary/constants-account-management-api); a
key without a mapping is dropped without a word, so all mappings are always written.

What the file leaves out, and why:

- No data file (`Unicode Personal Folders` among the services, `DefaultStore`): with them Outlook 2024 made
  the account and left it without a place for its mail; without them it used the profile's default data file,
  or made one. Measured by others on 16.0.17932, as was that an append leaves the accounts that are there
  alone: https://github.com/SixFive7/OutlookAI, Docs/research/pop3-account-routes.md, section A.5, and
  Testbed/guest/identity-account.prf.
- No services at all: a profile that has them could get them twice (the same file, section 2).
- No password: the format has no key for one. Outlook asks.
- No STARTTLS for incoming mail: there is only UseSSL, yes or no, in every file found.
"""

from collections.abc import Iterable, Mapping

from mailsetup.account import Account, Auth, Protocol, Retention, Security, Server
from mailsetup.clients.outlook.text import ENCODING, carry
from mailsetup.errors import Message, ProfileRefused, Unsafe, say

_LEAVE_ON_SERVER = 0x1
_REMOVE_AFTER_DAYS = 0x2
_REMOVE_WHEN_DELETED = 0x4
_DAYS_SHIFT = 16
# ENCRYPT_CONN_SSL and ENCRYPT_CONN_TLS of PROP_SMTP_SECURE_CONNECTION.
_SMTP_SECURITY = {Security.TLS: 1, Security.STARTTLS: 2}
_SAME_AS_INCOMING, _OWN_USER = 0, 1
_SECONDS = 60

_TYPES = {Protocol.POP3: "I_Mail", Protocol.IMAP: "IMAP_I_Mail"}
_BY_HAND = say("Add this account in Outlook by hand: File, Add Account.")

_SERVICE_MAPS: Mapping[str, Mapping[str, str]] = {
    # The password of the data file would be mapped here too; it is left out, since none is ever written.
    "Unicode Personal Folders": {
        "ServiceName": "MSUPST MS",
        "Name": "PT_UNICODE,0x3001",
        "PathToPersonalFolders": "PT_STRING8,0x6700",
        "EncryptionType": "PT_LONG,0x6702",
    },
    "Outlook Address Book": {"ServiceName": "CONTAB"},
}


def _account_map(protocol: str, account_type: str, own: Mapping[str, str]) -> dict[str, str]:
    return {
        "AccountType": account_type,
        "AccountName": "PT_UNICODE,0x0002",
        "DisplayName": "PT_UNICODE,0x000B",
        "EmailAddress": "PT_UNICODE,0x000C",
        f"{protocol}Server": "PT_UNICODE,0x0100",
        f"{protocol}UserName": "PT_UNICODE,0x0101",
        f"{protocol}UseSPA": "PT_LONG,0x0108",
        "Organization": "PT_UNICODE,0x0107",
        "ReplyEmailAddress": "PT_UNICODE,0x0103",
        f"{protocol}Port": "PT_LONG,0x0104",
        f"{protocol}UseSSL": "PT_LONG,0x0105",
        "SMTPServer": "PT_UNICODE,0x0200",
        "SMTPUseAuth": "PT_LONG,0x0203",
        "SMTPAuthMethod": "PT_LONG,0x0208",
        "SMTPUserName": "PT_UNICODE,0x0204",
        "SMTPUseSPA": "PT_LONG,0x0207",
        "ConnectionType": "PT_LONG,0x000F",
        "ConnectionOID": "PT_UNICODE,0x0010",
        "SMTPPort": "PT_LONG,0x0201",
        # In place of SMTPUseSSL, which cannot say STARTTLS; no file seen maps both.
        "SMTPSecureConnection": "PT_LONG,0x020A",
        "ServerTimeOut": "PT_LONG,0x0209",
        **own,
    }


_ACCOUNT_MAPS: Mapping[str, Mapping[str, str]] = {
    "I_Mail": _account_map("POP3", "POP3", {"LeaveOnServer": "PT_LONG,0x1000"}),
    "IMAP_I_Mail": _account_map(
        "IMAP", "IMAP", {"CheckNewImap": "PT_LONG,0x1100", "RootFolder": "PT_UNICODE,0x1101"}
    ),
}


def write(account: Account, profile: str | None) -> bytes:
    """The file that adds an account to an Outlook profile: ASCII or Windows-1252, with CRLF.

    profile: the profile's name; None is the default one, or a new one where there is none.
    Raises ProfileRefused for what the format cannot say, and Unsafe for a server without TLS.
    """
    _refuse_what_it_cannot_say(account)
    sections = {
        "General": _profile(profile),
        "Service List": {},
        "Internet Account List": {"Account1": _TYPES[account.incoming.protocol]},
        "Account1": _account(account),
        **_SERVICE_MAPS,
        **_ACCOUNT_MAPS,
    }
    lines = [
        "; An account for classic Outlook on Windows, written by mailsetup. It holds no password.",
        *(line for name, keys in sections.items() for line in _section(name, keys)),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def refuse_plain(account: Account) -> None:
    """Raises Unsafe for a server without TLS."""
    for server in (account.incoming, account.outgoing):
        if server.security is Security.PLAIN:
            raise Unsafe(
                say("{host} would get the password without encryption.", host=server.host),
                say("Ask the provider for a server with TLS."),
            )


def sends_with_login(server: Server) -> bool:
    """Whether an outgoing server is logged in to: as it prefers, and by password where nobody said."""
    known = [method for method in server.auth if method in (Auth.PASSWORD, Auth.NONE)]
    return known[:1] != [Auth.NONE]


def leave_on_server(retention: Retention) -> int:
    """What POP3 leaves on the server, as PROP_POP_LEAVE_ON_SERVER has it: flags, and days in the high word.

    The days fit: Retention ends at 9999, and the sign of the word begins at 32768.
    """
    if not retention.keep:
        return 0
    flags = _LEAVE_ON_SERVER
    if retention.until_deleted:
        flags |= _REMOVE_WHEN_DELETED
    if retention.days is not None:
        flags |= _REMOVE_AFTER_DAYS | retention.days << _DAYS_SHIFT
    return flags


def _section(name: str, keys: Mapping[str, str]) -> Iterable[str]:
    return ["", f"[{name}]", *(f"{key}={value}" for key, value in keys.items())]


def _profile(name: str | None) -> dict[str, str]:
    """Section 1: an account is appended, whatever profile it is, and no copy of the profile is made."""
    if name is None:
        own = {"ProfileName": "Outlook", "DefaultProfile": "Yes", "ModifyDefaultProfileIfPresent": "TRUE"}
    else:
        fix = say("Give the profile's name as Outlook shows it, or leave --profile out for the default one.")
        if not name or set(name) & set("/\\"):
            raise ProfileRefused(
                say("“{name}” is not the name of an Outlook profile; those are not folders.", name=name), fix
            )
        own = {
            "ProfileName": carry(name, say("the profile's name"), fix),
            "DefaultProfile": "No",
            "ModifyDefaultProfileIfPresent": "FALSE",
        }
    return {"Custom": "1", **own, "OverwriteProfile": "Append", "BackupProfile": "No"}


def _account(account: Account) -> dict[str, str]:
    """Section 5. The account that sends by default stays the one it is."""
    incoming = account.incoming
    kind = incoming.protocol.label
    address = carry(account.address.ascii, say("the address"), _BY_HAND)
    keys = {
        "UniqueService": "No",
        "AccountName": address,
        "DisplayName": carry(
            account.name,
            say("the name"),
            say("Write the name with --name in letters that it can hold, and change it in Outlook later."),
        ),
        "EmailAddress": address,
        f"{kind}Server": incoming.host,
        f"{kind}UserName": _user(incoming),
        f"{kind}Port": str(incoming.port),
        f"{kind}UseSSL": "1",
        f"{kind}UseSPA": "0",
        **_sending(account),
        "ServerTimeOut": str(_SECONDS),
        "ConnectionType": "0",
        "DefaultAccount": "FALSE",
    }
    if account.retention is not None:
        keys["LeaveOnServer"] = f"0x{leave_on_server(account.retention):08X}"
    return keys


def _sending(account: Account) -> dict[str, str]:
    outgoing = account.outgoing
    own_user = sends_with_login(outgoing) and outgoing.username != account.incoming.username
    return {
        "SMTPServer": outgoing.host,
        "SMTPPort": str(outgoing.port),
        "SMTPSecureConnection": str(_SMTP_SECURITY[outgoing.security]),
        "SMTPUseAuth": str(int(sends_with_login(outgoing))),
        "SMTPAuthMethod": str(_OWN_USER if own_user else _SAME_AS_INCOMING),
        "SMTPUseSPA": "0",
        **({"SMTPUserName": _user(outgoing)} if own_user else {}),
    }


def _user(server: Server) -> str:
    return carry(server.username or "", say("the user name for {host}", host=server.host), _BY_HAND)


def _refuse_what_it_cannot_say(account: Account) -> None:
    refuse_plain(account)
    for server in (account.incoming, account.outgoing):
        if server.auth and not {Auth.PASSWORD, *_without_login(server)}.intersection(server.auth):
            raise ProfileRefused(_other_login(server), _BY_HAND)
    if account.incoming.security is not Security.TLS:
        raise ProfileRefused(
            say(
                "{host} is encrypted by STARTTLS, which a file for Outlook can say for sending only.",
                host=account.incoming.host,
            ),
            say("Ask the provider for its server with TLS: port 995 for POP3, 993 for IMAP."),
        )


def _without_login(server: Server) -> tuple[Auth, ...]:
    return () if server.protocol.incoming else (Auth.NONE,)


def _other_login(server: Server) -> Message:
    if Auth.OAUTH2 in server.auth:
        return say(
            "{host} takes no password but the provider's own sign-in (OAuth2), which a file for Outlook "
            "cannot say.",
            host=server.host,
        )
    return say(
        "{host} does not take a plain password, and a file for Outlook can say nothing else.",
        host=server.host,
    )
