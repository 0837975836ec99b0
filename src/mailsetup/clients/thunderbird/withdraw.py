"""Taking an account out of Thunderbird's prefs: what `accounts.enter` put there, and nothing else. Pure.

Thunderbird has rewritten prefs.js since, and a person has changed settings in it. So three states are
compared: before the export, as the export left it, and now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailsetup.clients.thunderbird.book import (
    ACCOUNTS,
    DEFAULT_ACCOUNT,
    DEFAULT_SMTP,
    SMTP_SERVERS,
    Book,
)
from mailsetup.clients.thunderbird.prefs import Value, same
from mailsetup.errors import Message, ProfileRefused, say

# What is changed together makes sense only together: a port that a person has set must keep its TLS.
_CONNECTION = ("port", "socketType", "try_ssl", "authMethod")
_RETENTION = (
    "leave_on_server",
    "delete_by_age_from_server",
    "delete_mail_left_on_server",
    "num_days_to_leave_on_server",
)
# By these a server or an identity is the one that we wrote, and not another under the same key.
_MARKS = {
    "mail.server": ("type", "hostname", "userName"),
    "mail.smtpserver": ("hostname", "username"),
    "mail.identity": ("useremail",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What becomes of prefs.js: these values, None where a pref goes; and what a person should know of it."""

    prefs: Mapping[str, Value | None]
    notes: tuple[Message, ...]


def withdraw(before: Mapping[str, Value], ours: Mapping[str, Value], now: Mapping[str, Value]) -> Withdrawal:
    """What must change in the prefs of now so that no more of an export is in them.

    before: the prefs as the export found them; ours: as it left them.
    An account that the export made goes with all that Thunderbird has added to it. In an account that was
    there, what a person has changed since stays, and is named. Local Folders stay: they are Thunderbird's.
    Raises ProfileRefused where another account keeps its mail in one that would go.
    """
    run = _Withdrawal(before, ours, now)
    run.accounts()
    run.identities()
    run.settings()
    run.outgoing()
    return Withdrawal(prefs=run.edits, notes=tuple(run.notes))


@dataclass(slots=True)
class _Withdrawal:
    """One withdrawal in the making."""

    before: Mapping[str, Value]
    ours: Mapping[str, Value]
    now: Mapping[str, Value]
    edits: dict[str, Value | None] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)

    def accounts(self) -> None:
        """Take out the accounts that the export made."""
        now, ours = _book(self.now), _book(self.ours)
        listed = now.keys(ACCOUNTS)
        gone = {
            key
            for key in self._made(ACCOUNTS)
            if ours.type_of(key) != "none" and now.server_of(key) == ours.server_of(key) != ""
        }
        if not gone:
            return
        left = [key for key in listed if key not in gone]
        self._refuse_shared_inbox(now, gone, left)
        for key in gone:
            self._remove_identities(now, ours, key, left)
            self._remove(f"mail.server.{now.server_of(key)}")
            self._remove(f"mail.account.{key}")
        self._set_list(ACCOUNTS, left)
        real = [key for key in left if now.type_of(key) not in ("", "none")]
        if now.text(DEFAULT_ACCOUNT) in gone:
            self._set_default(DEFAULT_ACCOUNT, real)

    def identities(self) -> None:
        """Take this address out of the accounts that were there before."""
        now, ours, before = _book(self.now), _book(self.ours), _book(self.before)
        for account in before.keys(ACCOUNTS):
            pref = f"mail.account.{account}.identities"
            listed = now.keys(pref)
            left = listed
            for key in self._made(pref):
                branch = f"mail.identity.{key}"
                if key not in listed or not self._is_ours(branch):
                    continue
                if left == [key]:
                    self.notes.append(
                        say(
                            "The address {address} stays: its account has no other any more.",
                            address=ours.text(f"{branch}.useremail"),
                        )
                    )
                    continue
                left = [other for other in left if other != key]
                self._remove(branch)
            if left != listed:
                self._set_list(pref, left)

    def settings(self) -> None:
        """Set back what the export changed in accounts, identities and servers that were there before."""
        for (branch, what), names in self._changed().items():
            if branch in self.removed or not self._is_ours(branch):
                continue
            old = {name: self.before.get(name) for name in names}
            possible = what != "smtpServer" or self._is_smtp(old[f"{branch}.smtpServer"])
            if possible and all(same(self.now.get(name), self.ours[name]) for name in names):
                self.edits.update(old)
            elif any(not same(self.now.get(name), self.before.get(name)) for name in names):
                self.notes.append(self._kept(branch, what))

    def outgoing(self) -> None:
        """Take out the outgoing servers that the export made, where no other identity sends through them."""
        now = _book(self.now)
        listed = now.keys(SMTP_SERVERS)
        left = listed
        for key in self._made(SMTP_SERVERS):
            branch = f"mail.smtpserver.{key}"
            if key not in listed:
                continue
            if not self._is_ours(branch) or self._sends(key):
                self.notes.append(
                    say(
                        "The outgoing server {host} stays: it was changed since, or another address sends "
                        "through it.",
                        host=now.text(f"{branch}.hostname"),
                    )
                )
                continue
            left = [other for other in left if other != key]
            self._remove(branch)
        if left != listed:
            self._set_list(SMTP_SERVERS, left)
        if now.text(DEFAULT_SMTP) in set(listed) - set(left):
            self._set_default(DEFAULT_SMTP, left)

    def _made(self, pref: str) -> list[str]:
        """The keys that the export put into a list."""
        there = _book(self.before).keys(pref)
        return [key for key in _book(self.ours).keys(pref) if key not in there]

    def _refuse_shared_inbox(self, now: Book, gone: set[str], left: list[str]) -> None:
        for key in left:
            if now.text(f"mail.server.{now.server_of(key)}.deferred_to_account") in gone:
                raise ProfileRefused(
                    say(
                        "The account “{name}” keeps its mail in the inbox of the one that would go.",
                        name=now.text(f"mail.server.{now.server_of(key)}.name"),
                    ),
                    say("Choose another inbox for it in Thunderbird's account settings, then try again."),
                )

    def _remove_identities(self, now: Book, ours: Book, account: str, left: list[str]) -> None:
        elsewhere = {key for other in left for key in now.keys(f"mail.account.{other}.identities")}
        made = ours.keys(f"mail.account.{account}.identities")
        for key in now.keys(f"mail.account.{account}.identities"):
            if key in elsewhere:
                continue
            if key not in made:
                self.notes.append(
                    say(
                        "The address {address} was added to the account since, and goes with it.",
                        address=now.text(f"mail.identity.{key}.useremail"),
                    )
                )
            self._remove(f"mail.identity.{key}")

    def _changed(self) -> dict[tuple[str, str], list[str]]:
        """The prefs that the export changed or added in what was there: by branch, and by what they do."""
        found: dict[tuple[str, str], list[str]] = {}
        for name, value in self.ours.items():
            branch, _, last = name.rpartition(".")
            if same(self.before.get(name), value) or branch.rpartition(".")[0] not in _MARKS:
                continue
            if not _has(self.before, branch):
                continue
            groups = {"connection": _CONNECTION, "retention": _RETENTION}
            what = next((group for group, names in groups.items() if last in names), last)
            found.setdefault((branch, what), []).append(name)
        return found

    def _is_ours(self, branch: str) -> bool:
        marks = _MARKS[branch.rpartition(".")[0]]
        return all(same(self.now.get(f"{branch}.{m}"), self.ours.get(f"{branch}.{m}")) for m in marks)

    def _kept(self, branch: str, what: str) -> Message:
        name = self.now.get(f"{branch}.hostname", self.now.get(f"{branch}.useremail", ""))
        if what == "connection":
            return say("How {name} is connected to was changed since, and stays as it is now.", name=name)
        if what == "retention":
            return say("What is left on {name} was changed since, and stays as it is now.", name=name)
        return say(
            "{pref} of {name} was changed since, and stays as it is now.", pref=f"{branch}.{what}", name=name
        )

    def _sends(self, smtp: str) -> bool:
        """Whether an identity that stays sends through this server, by its name or as the default."""
        default = _book(self.now).text(DEFAULT_SMTP)
        for key in {name.split(".")[2] for name in self.now if name.startswith("mail.identity.")}:
            branch = f"mail.identity.{key}"
            if branch in self.removed:
                continue
            pref = f"{branch}.smtpServer"
            named = self.edits.get(pref, self.now.get(pref))
            # Without a name it is the default, which goes back to what it was for those that were there.
            if named == smtp or (not named and default == smtp and not _has(self.before, branch)):
                return True
        return False

    def _is_smtp(self, key: Value | None) -> bool:
        """Whether an identity can send through this server; without one it takes the default."""
        return not key or key in _book(self.now).keys(SMTP_SERVERS)

    def _remove(self, branch: str) -> None:
        self.removed.add(branch)
        self.edits.update(dict.fromkeys(_below(self.now, branch)))

    def _set_list(self, pref: str, keys: list[str]) -> None:
        self.edits[pref] = ",".join(keys) or None

    def _set_default(self, pref: str, choice: list[str]) -> None:
        """The default of before where it is still there, else the first."""
        old = self.before.get(pref)
        self.edits[pref] = old if old in choice else next(iter(choice), None)


def _book(prefs: Mapping[str, Value]) -> Book:
    return Book(prefs, lambda path: False)


def _below(prefs: Mapping[str, Value], branch: str) -> Iterator[str]:
    return (name for name in prefs if name.startswith(f"{branch}."))


def _has(prefs: Mapping[str, Value], branch: str) -> bool:
    return next(_below(prefs, branch), None) is not None
