"""An account as Thunderbird's prefs, in place of one that is there already or beside the others. Pure.

What is written, and under which keys, follows Thunderbird's own account wizard (CreateInBackend.sys.mjs)
and its account manager (nsMsgAccountManager), which drops what it finds inconsistent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from mailsetup.account import Account, Auth, Protocol, Security, Server
from mailsetup.clients.thunderbird.book import (
    ACCOUNTS,
    DEFAULT_ACCOUNT,
    DEFAULT_SMTP,
    LOCAL_FOLDERS,
    SMTP_SERVERS,
    Book,
)
from mailsetup.clients.thunderbird.prefs import Value
from mailsetup.clients.thunderbird.retention import retention_prefs
from mailsetup.clients.thunderbird.signin import knows_page
from mailsetup.errors import Unsafe, say

# nsMsgSocketType; 1, "TLS if available", is gone from it.
_SOCKET_TYPES = {Security.STARTTLS: 2, Security.TLS: 3}
# nsMsgAuthMethod.
_AUTH_METHODS = {
    Auth.NONE: 1,
    Auth.PASSWORD: 3,
    Auth.ENCRYPTED_PASSWORD: 4,
    Auth.GSSAPI: 5,
    Auth.NTLM: 6,
    Auth.CLIENT_CERTIFICATE: 7,
    Auth.OAUTH2: 10,
}
_WITH_PASSWORD = (Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD, Auth.NTLM)
_TYPES = {Protocol.POP3: "pop3", Protocol.IMAP: "imap"}
# How Thunderbird names what it stores: the scheme of its URIs, and the folder in the profile.
_SCHEMES = {Protocol.POP3: "mailbox", Protocol.IMAP: "imap", Protocol.SMTP: "smtp"}
_FOLDERS = {Protocol.POP3: "Mail", Protocol.IMAP: "ImapMail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an account becomes in prefs.js.

    prefs: all that must stand there.
    existing: what the prefs of its server are now, by their names below it; None where it is new.
    beside: names of other accounts for the same address, which a new one joins.
    """

    prefs: Mapping[str, Value]
    existing: Mapping[str, Value] | None
    beside: tuple[str, ...] = ()


def enter(
    prefs: Mapping[str, Value],
    account: Account,
    *,
    has_password: bool = False,
    on_disk: Callable[[str], bool] = lambda path: False,
) -> Entry:
    """Find an account's place among the prefs that are there, and say what must be written.

    The same protocol, host and user is the same account: of it only the connection, what is left on the
    server and the way out are changed.

    has_password: one will be at hand, so that a way to log in that uses it goes before one that does not.
    on_disk: whether a path, relative to the profile, is taken already.
    Raises Unsafe for a server without TLS.
    """
    for server in (account.incoming, account.outgoing):
        if server.security is Security.PLAIN:
            raise Unsafe(
                say("{host} would be used without TLS: password and mail could be read.", host=server.host),
                say("Choose a server with TLS or STARTTLS."),
            )
    book = Book(prefs, on_disk)
    smtp = _enter_outgoing(book, account, has_password)
    incoming = account.incoming
    key = next((key for key in book.keys(ACCOUNTS) if _is_same(book, key, incoming)), None)
    if key is None:
        beside = _same_address(book, account)
        _add(book, account, smtp, has_password)
        return Entry(prefs=book.wanted, existing=None, beside=beside)
    server_key = book.server_of(key)
    existing = book.below(f"mail.server.{server_key}")
    book.put(f"mail.server.{server_key}", _connection(incoming, existing, has_password) | _retention(account))
    _enter_identity(book, key, account, smtp)
    return Entry(prefs=book.wanted, existing=existing)


def uses_password(server: Server, *, has_password: bool) -> bool:
    """Whether Thunderbird will log in to this server with a password."""
    return _method(server, has_password) in _WITH_PASSWORD


def signs_in(server: Server, *, has_password: bool) -> bool:
    """Whether Thunderbird will log in to this server by the provider's own sign-in page."""
    return _method(server, has_password) is Auth.OAUTH2


def store_uri(server: Server) -> str:
    """Under which URI Thunderbird files a server's password: "mailbox://host", "imap://host", "smtp://host"."""
    return f"{_SCHEMES[server.protocol]}://{server.host}"


def _add(book: Book, account: Account, smtp: str, has_password: bool) -> None:
    """Enter a new account, and Local Folders where they are missing."""
    incoming = account.incoming
    listed = book.keys(ACCOUNTS)
    server = book.free_key("server")
    fresh: dict[str, Value] = {
        "type": _TYPES[incoming.protocol],
        "hostname": incoming.host,
        "userName": incoming.username or "",
        "name": book.free_name(str(account.address), incoming.protocol.label),
        "directory-rel": book.free_folder(_FOLDERS[incoming.protocol], incoming.host),
        "check_new_mail": True,
        "check_time": 10,
        "login_at_startup": True,
    }
    if incoming.protocol is Protocol.POP3:
        # Without it Thunderbird looks for new mail by itself and leaves it there.
        fresh["download_on_biff"] = True
    book.put(f"mail.server.{server}", fresh | _connection(incoming, {}, has_password) | _retention(account))
    key = book.new_account_key(listed)
    book.wanted[f"mail.account.{key}.server"] = server
    _enter_identity(book, key, account, smtp)
    # Where no default is set it is the first account that can be it (nsMsgAccountManager), and stays that.
    if all(book.type_of(other) in ("", "none") for other in listed):
        book.wanted[DEFAULT_ACCOUNT] = key
    listed.append(key)
    if not any(book.type_of(other) == "none" for other in listed):
        listed.append(_add_local_folders(book, listed))
    book.wanted[ACCOUNTS] = ",".join(listed)


def _add_local_folders(book: Book, accounts: list[str]) -> str:
    server = book.free_key("server")
    name = "Local Folders"
    book.put(
        f"mail.server.{server}",
        {
            "type": "none",
            "hostname": name,
            "userName": "nobody",
            "name": name,
            "directory-rel": book.free_folder("Mail", name),
        },
    )
    key = book.new_account_key(accounts)
    book.wanted[f"mail.account.{key}.server"] = server
    book.wanted[LOCAL_FOLDERS] = server
    return key


def _enter_identity(book: Book, key: str, account: Account, smtp: str) -> None:
    """Give an account this address as one of its identities, sending through this server."""
    listed = book.keys(f"mail.account.{key}.identities")
    for identity in listed:
        if _is_identity(book, identity, account):
            used = book.text(f"mail.identity.{identity}.smtpServer") or book.text(DEFAULT_SMTP)
            if used != smtp:
                book.wanted[f"mail.identity.{identity}.smtpServer"] = smtp
            return
    identity = book.free_key("id")
    folders = _folder_uri(account.incoming)
    book.put(
        f"mail.identity.{identity}",
        {
            "useremail": account.address.ascii,
            "fullName": account.name,
            "smtpServer": smtp,
            "valid": True,
            "reply_on_top": 1,
            "fcc_folder": f"{folders}/Sent",
            "fcc_folder_picker_mode": "0",
            "draft_folder": f"{folders}/Drafts",
            "drafts_folder_picker_mode": "0",
            "stationery_folder": f"{folders}/Templates",
            "tmpl_folder_picker_mode": "0",
        },
    )
    book.wanted[f"mail.account.{key}.identities"] = ",".join([*listed, identity])


def _enter_outgoing(book: Book, account: Account, has_password: bool) -> str:
    """Enter the outgoing server, or find it by host and user. Its key."""
    server = account.outgoing
    # To Thunderbird a server without a login has no user.
    user = "" if _method(server, has_password) is Auth.NONE else server.username or ""
    listed = book.keys(SMTP_SERVERS)
    for key in listed:
        known = book.below(f"mail.smtpserver.{key}")
        if (
            known.get("type", "smtp") == "smtp"
            and str(known.get("hostname", "")).lower() == server.host
            and known.get("username", "") == user
        ):
            book.put(f"mail.smtpserver.{key}", _smtp_connection(server, known, has_password))
            return key
    key = book.free_key("smtp")
    fresh: dict[str, Value] = {
        "type": "smtp",
        "hostname": server.host,
        "description": account.address.domain.name,
    }
    if user:
        fresh["username"] = user
    book.put(f"mail.smtpserver.{key}", fresh | _smtp_connection(server, {}, has_password))
    book.wanted[SMTP_SERVERS] = ",".join([*listed, key])
    # Where no default is set it is the first in the list (OutgoingServerService), and stays that.
    if not listed:
        book.wanted[DEFAULT_SMTP] = key
    return key


def _is_same(book: Book, key: str, incoming: Server) -> bool:
    there = book.below(f"mail.server.{book.server_of(key)}")
    return (
        there.get("type") == _TYPES[incoming.protocol]
        and str(there.get("hostname", "")).lower() == incoming.host
        and there.get("userName") == incoming.username
    )


def _is_identity(book: Book, identity: str, account: Account) -> bool:
    spellings = {str(account.address).casefold(), account.address.ascii.casefold()}
    return book.text(f"mail.identity.{identity}.useremail").casefold() in spellings


def _same_address(book: Book, account: Account) -> tuple[str, ...]:
    """The names of accounts whose identities have this address."""
    return tuple(
        book.text(f"mail.server.{book.server_of(key)}.name") or str(account.address)
        for key in book.keys(ACCOUNTS)
        if any(_is_identity(book, each, account) for each in book.keys(f"mail.account.{key}.identities"))
    )


def _connection(server: Server, known: Mapping[str, Value], has_password: bool) -> dict[str, Value]:
    """Port, TLS and login. known: what is set now, for the login where nobody said anything of it."""
    method: Value = _AUTH_METHODS[_method(server, has_password)]
    if not server.auth:
        method = known.get("authMethod", method)
    return {"port": server.port, "socketType": _SOCKET_TYPES[server.security], "authMethod": method}


def _smtp_connection(server: Server, known: Mapping[str, Value], has_password: bool) -> dict[str, Value]:
    settings = _connection(server, known, has_password)
    settings["try_ssl"] = settings.pop("socketType")
    return settings


def _retention(account: Account) -> dict[str, Value]:
    return {} if account.retention is None else retention_prefs(account.retention)


def _method(server: Server, has_password: bool) -> Auth:
    by_password = [method for method in server.auth if method in _WITH_PASSWORD]
    if has_password and by_password:
        return by_password[0]
    usable = [method for method in server.auth if method is not Auth.OAUTH2 or knows_page(server)]
    return next(iter((*usable, *server.auth)), Auth.PASSWORD)


def _folder_uri(incoming: Server) -> str:
    """The URI of a server's folders: "mailbox://pat%40example.org@pop.example.org"."""
    user = quote(incoming.username or "", safe="*").replace("~", "%7E")
    return f"{_SCHEMES[incoming.protocol]}://{user}@{incoming.host}"
