"""The account manager's part of prefs.js: what stands there, what is to be written, which keys are free."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from mailsetup.clients.thunderbird.prefs import Value

ACCOUNTS = "mail.accountmanager.accounts"
DEFAULT_ACCOUNT = "mail.accountmanager.defaultaccount"
LOCAL_FOLDERS = "mail.accountmanager.localfoldersserver"
SMTP_SERVERS = "mail.smtpservers"
DEFAULT_SMTP = "mail.smtp.defaultserver"
PROFILE = "[ProfD]"
"""The profile's own folder, in front of a path."""

_LAST_KEY = "mail.account.lastKey"
_BRANCHES = {"server": "mail.server.", "id": "mail.identity.", "smtp": "mail.smtpserver."}


@dataclass(slots=True)
class Book:
    """The prefs that are there, and those that are wanted on top; a look-up sees both.

    on_disk: whether a path, relative to the profile, is taken.
    """

    there: Mapping[str, Value]
    on_disk: Callable[[str], bool]
    wanted: dict[str, Value] = field(default_factory=dict)

    def put(self, branch: str, values: Mapping[str, Value]) -> None:
        """Want these prefs below a branch such as "mail.server.server3"."""
        self.wanted.update({f"{branch}.{name}": value for name, value in values.items()})

    def text(self, name: str) -> str:
        """A text, empty where it is not set or something else."""
        value = self.wanted.get(name, self.there.get(name))
        return value if isinstance(value, str) else ""

    def keys(self, name: str) -> list[str]:
        """A list of keys, each once."""
        keys = (key.strip() for key in self.text(name).split(","))
        return list(dict.fromkeys(key for key in keys if key))

    def below(self, branch: str) -> dict[str, Value]:
        """What is there below a branch, by the names below it."""
        start = f"{branch}."
        return {name.removeprefix(start): self.there[name] for name in self.there if name.startswith(start)}

    def server_of(self, account: str) -> str:
        """The key of an account's server, empty where the list names an account that is none."""
        return self.text(f"mail.account.{account}.server")

    def type_of(self, account: str) -> str:
        """The type of an account's server: "pop3", "imap", "none" for Local Folders."""
        return self.text(f"mail.server.{self.server_of(account)}.type")

    def free_key(self, kind: str) -> str:
        """The first key of a kind ("server", "id", "smtp") that nothing refers to.

        Nor may a pref belong to it: what a removed account left over would become ours.
        """
        branch = _BRANCHES[kind]
        used = {name.removeprefix(branch).split(".")[0] for name in self._names() if name.startswith(branch)}
        used |= self._referred(".server") | self._referred(".identities") | set(self.keys(SMTP_SERVERS))
        number = 1
        while f"{kind}{number}" in used:
            number += 1
        return f"{kind}{number}"

    def new_account_key(self, accounts: Collection[str]) -> str:
        """One past every account there ever was: Thunderbird gives no number twice."""
        known = " ".join([*accounts, *self._names()])
        numbers = [int(digits) for digits in re.findall(r"\baccount(\d{1,9})\b", known)]
        last = self.wanted.get(_LAST_KEY, self.there.get(_LAST_KEY))
        number = max([0, *numbers, last if isinstance(last, int) else 0]) + 1
        self.wanted[_LAST_KEY] = number
        return f"account{number}"

    def free_folder(self, store: str, name: str) -> str:
        """A folder below "Mail" or "ImapMail" that no other server has: two in one would mix their mail."""
        taken = {
            self.text(pref).casefold()
            for pref in self._names()
            if pref.endswith((".directory-rel", ".directory"))
        }
        number = 0
        while True:
            path = f"{store}/{name}-{number}" if number else f"{store}/{name}"
            if f"{PROFILE}{path}".casefold() not in taken and not self.on_disk(path):
                return PROFILE + path
            number += 1

    def free_name(self, address: str, protocol: str) -> str:
        """A name for the list of accounts; a second one for the same address says its protocol."""
        taken = {
            self.text(name)
            for name in self._names()
            if name.startswith("mail.server.") and name.endswith(".name")
        }
        name = address
        number = 1
        while name in taken:
            name = f"{address} ({protocol})" if number == 1 else f"{address} ({protocol})_{number}"
            number += 1
        return name

    def _names(self) -> Iterator[str]:
        yield from self.there
        yield from self.wanted

    def _referred(self, ending: str) -> set[str]:
        return {
            key
            for name in self._names()
            if name.startswith("mail.account.") and name.endswith(ending)
            for key in self.keys(name)
        }
