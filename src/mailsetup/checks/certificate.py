"""Why a certificate was refused, all its faults at once, and what one that was accepted says.

OpenSSL names only the first fault it meets: an unknown issuer hides a wrong name, a wrong
name hides the date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from mailsetup.account import Address, Server
from mailsetup.checks.outcome import Outcome, failed, failed_with
from mailsetup.checks.report import Fault
from mailsetup.errors import Message, say
from mailsetup.net.failures import TlsFailed
from mailsetup.net.identity import prove
from mailsetup.net.stream import Identity

# verify(1): self-signed leaf, self-signed root, issuer not found (two forms).
_UNKNOWN_ISSUER = frozenset({18, 19, 20, 21})
_WRONG_NAME = frozenset({62, 64})
_WRONG_DATE = frozenset({9, 10})
_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says of itself.

    names: its DNS names. issuer: organisation and common name of whoever signed it.
    """

    names: tuple[str, ...]
    issuer: str
    self_signed: bool
    since: datetime
    until: datetime

    def facts(self, now: datetime) -> dict[str, object]:
        """As plain values. days_left is negative for one that has expired."""
        return {
            "names": list(self.names),
            "issuer": self.issuer,
            "valid_from": self.since.isoformat(),
            "valid_until": self.until.isoformat(),
            "days_left": (self.until - now).days,
        }


def read(der: bytes) -> Certificate | None:
    """Read a certificate in DER; None where it cannot be read."""
    try:
        leaf = x509.load_der_x509_certificate(der)
        issuer = leaf.issuer
        parts = [*issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
        parts += issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
        return Certificate(
            names=_names(leaf),
            issuer=", ".join(str(part.value) for part in parts) or issuer.rfc4514_string(),
            self_signed=issuer == leaf.subject,
            since=leaf.not_valid_before_utc,
            until=leaf.not_valid_after_utc,
        )
    except Exception:
        # It may come from a stranger, and what the parser raises has no parent of its own.
        return None


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        listed = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(listed.value.get_values_for_type(x509.DNSName))


def facts(der: bytes) -> dict[str, object]:
    """What an accepted certificate says, as plain values; nothing where it cannot be read."""
    seen = read(der)
    return {} if seen is None else seen.facts(datetime.now(UTC))


def explain(
    error: TlsFailed, der: bytes | None, server: Server, identity: Identity, address: Address
) -> Outcome:
    """The step that ends with a refused certificate. der: the leaf, where it could be seen."""
    seen = None if der is None else read(der)
    if der is None or seen is None:
        return failed_with(error, verify_code=error.verify_code)
    now = datetime.now(UTC)
    faults = _faults(error.verify_code, seen, prove(der, identity) is None, now)
    told = {"faults": sorted(faults), "verify_code": error.verify_code, **seen.facts(now)}
    if not faults:
        # None of the three: a weak key, or a certificate that was made for something else.
        return failed_with(error, **told)
    return failed(Fault.UNSAFE, _text(faults, seen, server, now), _fix(faults, seen, address), **told)


def _faults(code: int, seen: Certificate, misnamed: bool, now: datetime) -> frozenset[str]:
    """Which of issuer, name and date are wrong: what OpenSSL said, and what it did not come to say."""
    faults = set()
    if code in _UNKNOWN_ISSUER:
        faults.add("issuer")
    if misnamed or code in _WRONG_NAME:
        faults.add("name")
    if code in _WRONG_DATE or not seen.since <= now <= seen.until:
        faults.add("date")
    return frozenset(faults)


def _text(faults: frozenset[str], seen: Certificate, server: Server, now: datetime) -> Message:
    fields = {
        "host": server.host,
        "names": _listed(seen.names),
        "issuer": seen.issuer,
        "since": seen.since.date().isoformat(),
        "until": seen.until.date().isoformat(),
    }
    if faults == {"issuer"} and seen.self_signed:
        return say("The certificate of {host} is signed by nobody but itself.", **fields)
    if faults == {"date"} and now < seen.since:
        return say("The certificate of {host} begins to be valid on {since}.", **fields)
    return {
        frozenset({"date"}): say("The certificate of {host} expired on {until}.", **fields),
        frozenset({"name"}): say("The certificate of {host} is for other names: {names}.", **fields),
        frozenset({"issuer"}): say(
            "The certificate of {host} is signed by “{issuer}”, whom this computer does not trust.", **fields
        ),
        frozenset({"name", "date"}): say(
            "The certificate of {host} is for other names: {names}. "
            "It is valid from {since} to {until} only.",
            **fields,
        ),
        frozenset({"issuer", "date"}): say(
            "The certificate of {host} is signed by “{issuer}”, whom this computer does not trust. "
            "It is valid from {since} to {until} only.",
            **fields,
        ),
        frozenset({"issuer", "name"}): say(
            "The certificate of {host} is for other names: {names}. "
            "It is signed by “{issuer}”, whom this computer does not trust.",
            **fields,
        ),
        frozenset({"issuer", "name", "date"}): say(
            "The certificate of {host} is for other names: {names}. "
            "It is valid from {since} to {until} only. "
            "It is signed by “{issuer}”, whom this computer does not trust.",
            **fields,
        ),
    }[faults]


def _fix(faults: frozenset[str], seen: Certificate, address: Address) -> Message:
    if faults == {"date"}:
        return say(
            "See whether the clock of this computer is right. If it is, whoever runs the server must renew "
            "the certificate."
        )
    if faults == {"issuer"}:
        return say(
            "If this is your own server, give its CA with --ca-file. Otherwise an antivirus program or a "
            "network's login page may stand in between, or the server forgot an intermediate certificate."
        )
    # Only a name of the mail domain is proposed: a stranger's certificate must not tell people where to go.
    own = [name for name in seen.names if address.domain.holds(name.lower())]
    if faults == {"name"} and own:
        return say("Try {name} as the server instead.", name=own[0])
    return say(
        "This may be the wrong server, or somebody in between. Ask the provider for the server's name; "
        "hosting companies often use one of their own."
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN]) or "-"
    return shown + ", …" if len(names) > _NAMES_SHOWN else shown
