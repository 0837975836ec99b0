"""logins.json: Thunderbird's stored passwords, sealed elsewhere; here they only get their place. Pure."""

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

_EMPTY: dict[str, Any] = {
    "nextId": 1,
    "logins": [],
    "potentiallyVulnerablePasswords": [],
    "dismissedBreachAlertsByLoginGUID": {},
    "version": 3,
}


_SEALED = ("encryptedUsername", "encryptedPassword")
_OURS = (*_SEALED, "timePasswordChanged")
"""What `put` changes in a login that is there already."""


class BrokenLogins(Exception):
    """The file is not what Thunderbird writes."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry of the file: where it stands in the list, and its sealed user name and password."""

    index: int
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A user name and password to be stored for a server. replaces: the entry they replace, or None."""

    uri: str
    user: str
    password: str
    replaces: int | None


def stored_for(content: bytes | None, uri: str) -> list[Stored]:
    """What is stored for a server, named as `accounts.store_uri` does. Raises BrokenLogins."""
    return [
        Stored(index, login["encryptedUsername"], login["encryptedPassword"])
        for index, login in enumerate(_read(content)["logins"])
        if login.get("hostname") == uri and login.get("httpRealm") == uri
    ]


def trace(before: bytes | None, after: bytes) -> str:
    """What `take_out` must know of the logins that `put` has made or changed: GUIDs, and hashes of the rest.

    Sealed texts are salted and keyed, so a hash of one tells nothing. Raises BrokenLogins.
    """
    old, new = _by_guid(before), _by_guid(after)
    hashes = {str(guid): _hashes(login) for guid, login in new.items() if login != old.get(guid)}
    return json.dumps(hashes, ensure_ascii=True)


def _hashes(login: dict[str, Any]) -> list[str]:
    return [sha256(login[key].encode("utf-8", "surrogatepass")).hexdigest() for key in _SEALED]


def take_out(content: bytes, before: bytes | None, trace: bytes, kept: Collection[str]) -> bytes:
    """The file without the logins that we put into it; a password we replaced is the old one again.

    before: the file as `put` found it; trace: of what it did (see `trace`). What was stored since stays.
    kept: the servers whose logins are to stay, named as `accounts.store_uri` does. Raises BrokenLogins.
    """
    document = _read(content)
    old, new = _by_guid(before), _read_trace(trace)
    left = []
    for login in document["logins"]:
        guid = login.get("guid")
        if guid not in new or login.get("hostname") in kept:
            left.append(login)
        elif guid in old and _hashes(login) == new[guid]:
            left.append(login | {key: old[guid][key] for key in _OURS if key in old[guid]})
        elif guid in old:
            left.append(login)
    if left == document["logins"]:
        return content
    return _write(document | {"logins": left})


def _read_trace(trace: bytes) -> dict[object, object]:
    try:
        found = json.loads(trace)
    except (ValueError, RecursionError):
        raise BrokenLogins from None
    if not isinstance(found, dict):
        raise BrokenLogins
    return found


def _by_guid(content: bytes | None) -> dict[object, dict[str, Any]]:
    logins = _read(content)["logins"]
    return {login["guid"]: login for login in logins if isinstance(login.get("guid"), str)}


def put(content: bytes | None, sealed: Sequence[Sealed], now: float) -> bytes:
    """The file with these entries in it; all others stay. now: seconds since 1970. Raises BrokenLogins."""
    document = _read(content)
    moment = int(now * 1000)
    for login in sealed:
        if login.replaces is not None:
            document["logins"][login.replaces] |= {
                "encryptedUsername": login.user,
                "encryptedPassword": login.password,
                "timePasswordChanged": moment,
            }
            continue
        document["logins"].append(
            {
                "id": document["nextId"],
                "hostname": login.uri,
                "httpRealm": login.uri,
                "formSubmitURL": None,
                "usernameField": "",
                "passwordField": "",
                "encryptedUsername": login.user,
                "encryptedPassword": login.password,
                "guid": f"{{{uuid.uuid4()}}}",
                "encType": 1,
                "timeCreated": moment,
                "timeLastUsed": moment,
                "timePasswordChanged": moment,
                "timesUsed": 1,
            }
        )
        document["nextId"] += 1
    return _write(document)


def _write(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _read(content: bytes | None) -> dict[str, Any]:
    if not content:
        return {**_EMPTY, "logins": []}
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise BrokenLogins from None
    if not isinstance(document, dict) or not isinstance(document.setdefault("logins", []), list):
        raise BrokenLogins
    if not isinstance(document.setdefault("nextId", len(document["logins"]) + 1), int):
        raise BrokenLogins
    if not all(_is_login(login) for login in document["logins"]):
        raise BrokenLogins
    return document


def _is_login(login: object) -> bool:
    return isinstance(login, dict) and all(isinstance(login.get(key), str) for key in _SEALED)
