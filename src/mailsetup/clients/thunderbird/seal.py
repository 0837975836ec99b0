"""Encrypt passwords with the NSS library of a Thunderbird. A program of its own: run it, never import it.

It stands alone (standard library only) because it runs isolated, so that a crash inside the foreign library,
or its state, cannot touch us. One JSON document on standard input, one on standard output:

    {"library": "/usr/lib/thunderbird/libnss3.so", "folder": "/tmp/...",
     "logins": [{"user": "...", "password": "...", "there": [["<sealed user>", "<sealed password>"], ...]}]}

folder: a private copy of the profile's key database, which NSS opens and may change.
there: what the profile has stored for this server already. The answer says for each login which of them is
for this user, whether its password is the same, and if not, both texts sealed:

    {"outcome": "sealed", "logins": [{"match": 0, "same": false, "user": "...", "password": "..."}]}

or {"outcome": "locked"} where a Primary Password protects the profile, {"outcome": "failed", "code": -8152}.
"""

import base64
import binascii
import ctypes
import json
import sys
from pathlib import Path
from typing import Any

# What libnss3 needs, in this order: loaded beforehand they are found without LD_LIBRARY_PATH.
_NEEDED = ("libnspr4.so", "libplc4.so", "libplds4.so", "libmozsqlite3.so", "libnssutil3.so")


class _Item(ctypes.Structure):
    """SECItem: some bytes."""

    _fields_ = (
        ("type", ctypes.c_uint),
        ("data", ctypes.POINTER(ctypes.c_ubyte)),
        ("len", ctypes.c_uint),
    )


class _Failed(Exception):
    """NSS refused. The argument is its error code."""


class _Nss:
    """The few functions of NSS that are needed here (nss.h, pk11pub.h, pk11sdr.h)."""

    def __init__(self, library: Path) -> None:
        for name in _NEEDED:
            if (library.parent / name).exists():
                ctypes.CDLL(str(library.parent / name), mode=ctypes.RTLD_GLOBAL)
        self._nss = ctypes.CDLL(str(library))
        pointer, text, item = ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(_Item)
        self._declare("NSS_InitReadWrite", text)
        self._declare("NSS_Shutdown")
        self._declare("PK11_GetInternalKeySlot", result=pointer)
        self._declare("PK11_NeedUserInit", pointer)
        self._declare("PK11_InitPin", pointer, text, text)
        self._declare("PK11_CheckUserPassword", pointer, text)
        self._declare("PK11SDR_Encrypt", item, item, item, pointer)
        self._declare("PK11SDR_Decrypt", item, item, pointer)
        self._declare("PORT_GetError")

    def _declare(self, name: str, *arguments: Any, result: Any = ctypes.c_int) -> None:
        function = getattr(self._nss, name)
        function.argtypes = arguments
        function.restype = result

    def open(self, folder: str) -> bool:
        """Open a key database; False where a Primary Password keeps us out."""
        self._must(self._nss.NSS_InitReadWrite(f"sql:{folder}".encode()))
        slot = self._nss.PK11_GetInternalKeySlot()
        if not slot:
            raise _Failed(self._nss.PORT_GetError())
        if self._nss.PK11_NeedUserInit(slot):
            self._must(self._nss.PK11_InitPin(slot, None, b""))
        return bool(self._nss.PK11_CheckUserPassword(slot, b"") == 0)

    def close(self) -> None:
        self._nss.NSS_Shutdown()

    def encrypt(self, text: str) -> str:
        sealed = _Item()
        clear = _item(text.encode())
        default_key = _Item()
        pointers = [ctypes.byref(item) for item in (default_key, clear, sealed)]
        self._must(self._nss.PK11SDR_Encrypt(*pointers, None))
        return base64.b64encode(_bytes(sealed)).decode()

    def decrypt(self, sealed: str) -> str | None:
        """The text, or None where this profile's key does not open it."""
        try:
            closed = _item(base64.b64decode(sealed))
        except binascii.Error:
            return None
        clear = _Item()
        if self._nss.PK11SDR_Decrypt(ctypes.byref(closed), ctypes.byref(clear), None) != 0:
            return None
        return _bytes(clear).decode("utf-8", "replace")

    def _must(self, status: int) -> None:
        if status != 0:
            raise _Failed(self._nss.PORT_GetError())


def _item(content: bytes) -> _Item:
    buffer = (ctypes.c_ubyte * len(content)).from_buffer_copy(content)
    return _Item(0, buffer, len(content))


def _bytes(item: _Item) -> bytes:
    return ctypes.string_at(item.data, item.len)


def _seal(nss: _Nss, login: dict[str, Any]) -> dict[str, Any]:
    match = None
    for index, (user, password) in enumerate(login["there"]):
        if nss.decrypt(user) == login["user"]:
            match = index
            if nss.decrypt(password) == login["password"]:
                return {"match": match, "same": True}
    return {
        "match": match,
        "same": False,
        "user": nss.encrypt(login["user"]),
        "password": nss.encrypt(login["password"]),
    }


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question; both as described above."""
    try:
        nss = _Nss(Path(question["library"]))
    except (OSError, AttributeError):
        return {"outcome": "failed", "code": 0}
    try:
        if not nss.open(question["folder"]):
            return {"outcome": "locked"}
        return {"outcome": "sealed", "logins": [_seal(nss, login) for login in question["logins"]]}
    except _Failed as failure:
        return {"outcome": "failed", "code": failure.args[0]}
    finally:
        nss.close()


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
