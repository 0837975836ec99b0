"""The keyring: one entry an address, only where passwords are safe, and no call that hangs.

Which keyring a machine has is found by the `keyring` library: Secret Service, KWallet, macOS Keychain,
Windows Credential Locker. It is imported only when it is needed, for that takes a tenth of a second.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from mailsetup.account import Address, Secret
from mailsetup.errors import CheckFailed, MailsetupError, Unsafe, say

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "mailsetup"
"""The name that all our entries are under; the user of each is the address as servers know it."""

ALONE_SECONDS = 5.0
"""How long a keyring is waited for where nobody is there to unlock it."""

PERSON_SECONDS = 60.0
"""How long it is waited for where it may ask a person to unlock it."""

_NAMES = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Locker",
}

T = TypeVar("T")


class KeyringFailed(CheckFailed):
    """There is no keyring, it is locked, or it does not do what is asked of it."""


class NoKeyring(KeyringFailed):
    """There is none."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A password from the keyring. place: which keyring, by the name that people know."""

    password: Secret
    place: str


def judge(seconds: float) -> str:
    """The keyring that passwords go to on this machine, by the name that people know.

    seconds: how long to wait for it at most. Raises KeyringFailed where there is none, and Unsafe where
    there is one that passwords would not be safe in.
    """
    return _within(seconds, lambda: _name(_safe_backends()[0]))


def find(address: Address, seconds: float) -> Stored | None:
    """The password stored for an address, or None. Waits and raises as `judge` does."""

    def search() -> Stored | None:
        for backend in _safe_backends():
            password = backend.get_password(SERVICE, address.ascii)
            if password:
                return Stored(Secret(password), _name(backend))
        return None

    return _within(seconds, search)


def store(address: Address, password: Secret, seconds: float) -> str:
    """Keep a password for an address in place of the one stored before; in which keyring.

    Waits and raises as `judge` does.
    """

    def keep() -> str:
        for backend in _safe_backends():
            try:
                backend.set_password(SERVICE, address.ascii, password.reveal())
            except NotImplementedError:
                # Some only lend passwords of their own, and stand before the keyring itself.
                continue
            return _name(backend)
        raise _none()

    return _within(seconds, keep)


def delete(address: Address, seconds: float) -> str | None:
    """Forget the password of an address; in which keyring it was, or None where none was stored.

    Waits and raises as `judge` does.
    """

    def forget() -> str | None:
        for backend in _safe_backends():
            if backend.get_password(SERVICE, address.ascii) is not None:
                backend.delete_password(SERVICE, address.ascii)
                return _name(backend)
        return None

    return _within(seconds, forget)


def _within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns. It runs in a thread that is left behind when it takes too long.

    A locked keyring waits for a person, and no library call can be told for how long.
    """
    outcome: SimpleQueue[tuple[T] | BaseException] = SimpleQueue()

    def run() -> None:
        try:
            outcome.put((work(),))
        except BaseException as failure:
            outcome.put(failure)

    Thread(target=run, name="keyring", daemon=True).start()
    try:
        ended = outcome.get(timeout=seconds)
    except Empty:
        raise KeyringFailed(
            say("The keyring did not answer in time; it may be waiting to be unlocked."),
            say("Unlock the keyring, then try again."),
        ) from None
    if isinstance(ended, BaseException):
        raise _told(ended) from None
    return ended[0]


def _told(failure: BaseException) -> MailsetupError:
    """What a person is told of a failure. The text of a foreign one may hold anything, a password too."""
    from keyring.errors import KeyringLocked, NoKeyringError

    match failure:
        case MailsetupError():
            return failure
        case NoKeyringError():
            return _none()
        case KeyringLocked():
            return KeyringFailed(
                say("The keyring is locked."),
                say("Unlock it, which logging in to the desktop usually does, then try again."),
            )
    return KeyringFailed(
        say("The keyring failed ({kind}).", kind=type(failure).__name__),
        say("See that the keyring works, then try again."),
    )


def _safe_backends() -> "list[KeyringBackend]":
    """The backends that passwords may be kept in, at least one, best first. Raises as `judge` does."""
    # A plugin that cannot be loaded is logged, with its traceback, on stderr.
    logging.getLogger("keyring").addHandler(logging.NullHandler())
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        chosen = keyring.get_keyring()
    except Exception as failure:
        raise KeyringFailed(
            say("The keyring that is set up here cannot be used ({kind}).", kind=type(failure).__name__),
            say("Look at PYTHON_KEYRING_BACKEND and at keyringrc.cfg, which name it."),
        ) from None
    # A chain would use its unsafe members too.
    backends = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    faults = [_fault_of(backend) for backend in backends]
    safe = [backend for backend, fault in zip(backends, faults, strict=True) if fault is None]
    if not safe:
        raise next((fault for fault in faults if fault is not None), _none())
    return safe


def _fault_of(backend: "KeyringBackend") -> MailsetupError | None:
    """Why no password goes there, or None where it is safe."""
    modules = {kind.__module__ for kind in type(backend).__mro__}
    if "keyring.backends.fail" in modules:
        return _none()
    if "keyring.backends.null" in modules:
        return KeyringFailed(
            say("The keyring is switched off on this machine: it would forget every password."),
            say("Look at PYTHON_KEYRING_BACKEND and at keyringrc.cfg, which switch it off."),
        )
    if any(module.startswith("keyrings.alt.") for module in modules) or not _recommended(backend):
        return Unsafe(
            say("The keyring of this machine ({place}) does not keep passwords safe.", place=_name(backend)),
            say("Use a keyring such as GNOME Keyring or KWallet; until then the password is asked for."),
        )
    return None


def _recommended(backend: "KeyringBackend") -> bool:
    """As keyring.core.recommended has it: below 1 a backend is suitable, but not recommended."""
    return float(type(backend).priority) >= 1


def _name(backend: "KeyringBackend") -> str:
    return _NAMES.get(type(backend).__module__, str(backend.name))


def _none() -> NoKeyring:
    return NoKeyring(
        say("This machine has no keyring that a password could be kept in."),
        say(
            "Type the password when setup or check asks for it, or give them --password-stdin or "
            "--password-command. GNOME Keyring and KWallet are keyrings."
        ),
    )
