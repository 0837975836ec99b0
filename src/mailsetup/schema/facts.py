"""The facts of a check's steps, one by one: what each means, for the JSON Schema.

A step has those that are known; which they are depends on its protocol and on how far it came.
"""

from collections.abc import Mapping
from typing import Any

_LIST = {"type": "array", "items": {"type": "string"}}
_TEXT, _NUMBER, _TRUTH = ({"type": kind} for kind in ("string", "integer", "boolean"))


def _or_null(form: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [form, {"type": "null"}]}


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_ADDRESS = _object(address=_TEXT, family=_TEXT, failure=_TEXT)
_FORMS: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("timed_out", _TRUTH, "Any step: true where it ended because its time was over."),
    ("host", _TEXT, "resolve: the name that was looked up, or the address that --connect-to leads to."),
    ("exists", _TRUTH, "resolve: whether DNS knows the name, where it has no address."),
    (
        "addresses",
        {"type": "array", "items": _ADDRESS},
        "resolve: all that DNS has. connect: those that were tried, in order; failure is empty for the one "
        "that answered, else refused, filtered (no answer at all), unreachable (no way there from here) or "
        "slow (another answered first). family: IPv4 or IPv6.",
    ),
    ("address", _TEXT, "connect: the IP address that answered. send: the sender and recipient."),
    ("family", _TEXT, "connect: IPv4 or IPv6."),
    ("port", _NUMBER, "connect: the port that was connected to, after --connect-to."),
    ("version", _TEXT, "tls: such as TLSv1.3."),
    ("cipher", _TEXT, "tls: the cipher suite, by OpenSSL's name."),
    ("proof", _TEXT, "tls: by which name the certificate proves the server: host, srv-id or mail-domain."),
    ("names", _LIST, "tls: the DNS names in the certificate."),
    ("issuer", _TEXT, "tls: who signed the certificate."),
    ("valid_from", _TEXT, "tls: the certificate's first moment, ISO 8601."),
    ("valid_until", _TEXT, "tls: its last moment."),
    ("days_left", _NUMBER, "tls: whole days until then; negative where it has expired."),
    (
        "faults",
        _LIST,
        "tls: all that is wrong with the certificate: name, date, issuer, chain, weak, purpose, form.",
    ),
    ("verify_code", _NUMBER, "tls: OpenSSL's number for the first fault that it met."),
    ("reason", _TEXT, "tls: OpenSSL's word for a handshake that failed."),
    ("interceptor", _or_null(_TEXT), "tls: the product that made the certificate in the server's place."),
    ("names_meant", _LIST, "tls: names in the certificate that may be those of the right server."),
    ("speaks", _TEXT, "tls, greeting: what the port speaks instead: plain text, tls, imap, pop3 or smtp."),
    ("greeting", _TEXT, "greeting: what the server said; never what came before TLS."),
    ("capabilities", _or_null(_LIST), "capabilities: as listed over TLS. login: as listed to the user."),
    ("mechanisms", _LIST, "capabilities, login: the SASL mechanisms that are offered."),
    (
        "idle",
        _or_null(_TRUTH),
        "IMAP tells new mail at once. capabilities: null where it is not listed yet. mailbox: for certain.",
    ),
    ("uidl", _or_null(_TRUTH), "capabilities: UIDL is announced. retention: it works; null: not tried."),
    ("top", _TRUTH, "capabilities: TOP is announced (POP3)."),
    (
        "expire",
        _or_null({"type": ["integer", "string"]}),
        "capabilities, retention: days for which POP3 keeps mail, or never (it deletes none); null: unknown.",
    ),
    ("login_delay", _or_null(_NUMBER), "Seconds that POP3 wants between two logins; null: unknown."),
    ("identifiers_sound", _or_null(_TRUTH), "retention: all UIDL identifiers differ and keep to the rules."),
    ("size_limit", _or_null(_NUMBER), "capabilities: bytes that a message may have (SMTP); null: unknown."),
    ("eight_bit", _TRUTH, "capabilities: 8BITMIME."),
    ("smtputf8", _TRUTH, "capabilities: SMTPUTF8."),
    ("username", _TEXT, "login: the user name that worked."),
    ("tried", _LIST, "login: the user names of all logins that were sent, in order."),
    ("method", _TEXT, "login: the last mechanism, or the protocol's own command (LOGIN, USER)."),
    ("open", _TRUTH, "login: true where the settings say that nobody needs to log in."),
    (
        "refusal",
        _TEXT,
        "login, mailbox: why the server refused, as far as it says: credentials, credentials-or-oauth2, "
        "token, app-password, web-login, expired, locked, switched-off, oauth-only, other-way, temporary, "
        "limited, too-soon, in-use.",
    ),
    ("oauth_status", _TEXT, "login: the status in the refusal of a token (RFC 7628)."),
    ("oauth_scope", _TEXT, "login: the scope that the token ought to have."),
    ("scram_error", _TEXT, "login: the server's word for an error inside SCRAM (RFC 5802)."),
    ("messages", _NUMBER, "mailbox, retention: how many messages the inbox holds."),
    ("unread", _or_null(_NUMBER), "mailbox: how many of them are unread; null: unknown."),
    ("bytes", _or_null(_NUMBER), "mailbox, retention: their size; null: unknown."),
    ("largest", _NUMBER, "mailbox: bytes of the largest message (POP3)."),
    (
        "last_30_days",
        _or_null(_object(messages=_NUMBER, bytes=_or_null(_NUMBER))),
        "mailbox: what came in thirty days and is still there; bytes by the mean size; null: unknown.",
    ),
    (
        "special_folders",
        _or_null({"type": "object", "additionalProperties": _TEXT}),
        "mailbox: the folders for a use (sent, drafts, ...), named as on the wire; null: not told.",
    ),
    (
        "namespace",
        _or_null(_object(prefix=_TEXT, separator=_or_null(_TEXT))),
        "mailbox: how the names of one's own folders begin, and what stands between their levels.",
    ),
    (
        "quota",
        _or_null(_object(used_bytes=_NUMBER, limit_bytes=_NUMBER)),
        "mailbox: the space that is taken, and the most there may be; null: no limit, or none told.",
    ),
    ("quota_messages", _object(used=_NUMBER, limit=_NUMBER), "mailbox: the same counted in messages."),
    ("code", _NUMBER, "send: the SMTP reply code of a refusal."),
    ("enhanced", _or_null(_TEXT), "send: its enhanced status code (RFC 3463)."),
)

FACTS: Mapping[str, Mapping[str, Any]] = {name: {**form, "description": text} for name, form, text in _FORMS}
"""The JSON Schema of each fact, by its name."""
