"""logins.json: Thunderbird's stored passwords, sealed elsewhere; here they only get their place. Pure."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_EMPTY: dict[str, Any] = {
    "nextId": 1,
    "logins": [],
    "potentiallyVulnerablePasswords": [],
    "dismissedBreachAlertsByLoginGUID": {},
    "version": 3,
}


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
    return isinstance(login, dict) and all(
        isinstance(login.get(key), str) for key in ("encryptedUsername", "encryptedPassword")
    )
