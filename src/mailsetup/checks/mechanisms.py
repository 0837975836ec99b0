"""Which way to log in: the best that the server and what we have to show allow.

The order is fixed; CRAM-MD5, DIGEST-MD5, NTLM and APOP are not in it, as each gives the password away to
whoever records it or holds it (RFC 6331 for DIGEST-MD5).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from mailsetup.account import Auth, Credential, Protocol, Secret, Server
from mailsetup.wire import bearer, scram
from mailsetup.wire.bearer import Bearer
from mailsetup.wire.sasl import Login, Mechanism, Plain
from mailsetup.wire.scram import Scram, can_carry, end_point

OWN = ""
"""The protocol's own command in place of a mechanism: LOGIN in IMAP, USER and PASS in POP3."""


class NoWay(Enum):
    """Why nothing is sent."""

    OAUTH_ONLY = "oauth-only"
    NO_TOKENS = "no-tokens"
    """There is a token, and the server takes none."""
    OPEN = "open"
    """Its settings say that nobody needs to log in."""
    NOT_CARRIED = "not-carried"
    """Only by SCRAM, and the password holds characters that SCRAM cannot carry."""
    UNKNOWN = "unknown"
    """Only by mechanisms that are not known here."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one server offers: its SASL mechanisms, whether its own command takes a password, its settings.

    certificate: that of the TLS session, in DER.
    """

    server: Server
    mechanisms: Collection[str]
    own_command: bool
    certificate: bytes


def choose(offer: Offer, credential: Credential, usernames: Sequence[str]) -> str | NoWay:
    """The name of the mechanism to use, OWN, or why there is none. usernames: those that may be tried.

    A password that SCRAM cannot carry (scram.can_carry) goes by PLAIN, as if the server had no SCRAM.
    """
    if not isinstance(credential, Secret):
        found = next((name for name in bearer.MECHANISMS if name in offer.mechanisms), None)
        return found or (NoWay.OPEN if _is_open(offer) else NoWay.NO_TOKENS)
    if says_oauth_only(offer.server):
        return NoWay.OAUTH_ONLY
    scrams = _scrams(offer)
    if not scrams:
        return _openly(offer)
    if can_carry(*usernames, credential.reveal()):
        for name in scrams:
            if not name.endswith("-PLUS") or end_point(offer.certificate) is not None:
                return name
    openly = _openly(offer)
    return NoWay.NOT_CARRIED if isinstance(openly, NoWay) else openly


def takes_only_oauth(offer: Offer) -> bool:
    """Whether no password will do, as far as settings and server say: good to know before one is typed."""
    return says_oauth_only(offer.server) or (not _scrams(offer) and _openly(offer) is NoWay.OAUTH_ONLY)


def _scrams(offer: Offer) -> list[str]:
    return [name for name in scram.MECHANISMS if name in offer.mechanisms]


def _openly(offer: Offer) -> str | NoWay:
    """The ways in which the password itself is sent."""
    for name in (Plain.name, Login.name):
        if name in offer.mechanisms:
            return name
    if offer.own_command:
        return OWN
    if set(bearer.MECHANISMS) & set(offer.mechanisms):
        return NoWay.OAUTH_ONLY
    return NoWay.OPEN if _is_open(offer) else NoWay.UNKNOWN


def unbound(refused: str, offer: Offer) -> str | None:
    """The same SCRAM without -PLUS, where the server has it: for one that cannot go through with the binding.

    The password is no less hidden by it, so that whoever may be in between learns nothing.
    """
    name = refused.removesuffix("-PLUS")
    return name if name != refused and name in offer.mechanisms else None


def next_after(refused: str, offer: Offer) -> str | None:
    """What to try after a SCRAM that was refused before the password was judged, or None.

    Servers announce SCRAM and know some passwords only as a hash that PLAIN can be compared with; or -PLUS,
    and bind to something else than the certificate. SCRAM without -PLUS comes after SCRAM with it.
    """
    if refused not in scram.MECHANISMS:
        return None
    if (name := unbound(refused, offer)) is not None:
        return name
    openly = _openly(offer)
    return None if isinstance(openly, NoWay) else openly


def make(name: str, username: str, credential: Credential, offer: Offer) -> Mechanism:
    """One run of a mechanism that was chosen. Raises Unsendable."""
    secret = credential.reveal()
    if not isinstance(credential, Secret):
        return Bearer(name, username, secret)
    if name == Plain.name:
        return Plain(username, secret)
    if name == Login.name:
        return Login(username, secret)
    if name.endswith("-PLUS"):
        return Scram(name, username, secret, binding=end_point(offer.certificate))
    bound = any(one.endswith("-PLUS") for one in offer.mechanisms)
    return Scram(name, username, secret, flag_stripping=not bound)


def says_oauth_only(server: Server) -> bool:
    """Whether the settings name OAuth2 and no way to log in with a password.

    They are believed before the server: Outlook.com announces PLAIN, and refuses it to all.
    """
    return Auth.OAUTH2 in server.auth and not {Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD} & set(server.auth)


def _is_open(offer: Offer) -> bool:
    """Whether nobody needs to log in: by RFC 4954 a server that knows its clients may offer no AUTH."""
    smtp = offer.server.protocol is Protocol.SMTP
    return smtp and offer.server.auth == (Auth.NONE,) and not offer.mechanisms
