"""One person's profile, exports into it, and a Thunderbird that goes on writing there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.unit.clients.samples import account, linux, make_profile, server

from mailsetup.account import Account, Protocol, Retention
from mailsetup.clients.apply import Applied, Disk, apply
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.registry import plan_export
from mailsetup.clients.thunderbird import prefs
from mailsetup.clients.thunderbird.prefs import Value
from mailsetup.clients.undo import plan_undo

FIRST = "// Mozilla User Preferences\n\n"
GRACE = account(
    server(Protocol.POP3, "pop.example.org", username="grace@example.org"),
    address="grace@example.org",
    name="Grace Hopper",
    outgoing=server(Protocol.SMTP, "smtp.example.org", port=465, username="grace@example.org"),
    retention=Retention(),
)
"""Another person's account on the same hosts."""


@dataclass(frozen=True)
class Desk:
    """A home whose Thunderbird has one profile, and the folder of our own state."""

    home: Path
    state: Path

    @classmethod
    def at(cls, folder: Path, there: bytes = b'user_pref("mine", 1);\n') -> "Desk":
        desk = cls(folder / "home", folder / "state")
        make_profile(desk.profile, there)
        (desk.profile / "compatibility.ini").write_text("[Compatibility]\nLastVersion=1\n")
        (desk.home / ".thunderbird/profiles.ini").write_text(
            "[Profile0]\nName=default\nIsRelative=1\nPath=x.default\nDefault=1\n"
        )
        return desk

    @property
    def profile(self) -> Path:
        return self.home / ".thunderbird/x.default"

    @property
    def prefs_js(self) -> Path:
        return self.profile / "prefs.js"

    def plan(self, account: Account) -> ChangeSet:
        return plan_export("thunderbird", account, machine=linux(self.home))

    def export(self, account: Account, *, deletion_agreed: bool = False) -> str:
        """Write an account; the id to take it back by."""
        undo = apply(self.plan(account), state=self.state, deletion_agreed=deletion_agreed).undo
        assert undo is not None
        return undo

    def plan_undo(self, id: str | None = None) -> ChangeSet:
        return plan_undo(id, state=self.state)

    def undo(self, id: str | None = None, *, disk: Disk | None = None, agreed: bool = False) -> Applied:
        return apply(self.plan_undo(id), state=self.state, disk=disk, deletion_agreed=agreed)

    def prefs(self) -> dict[str, Value]:
        return prefs.read(self.prefs_js.read_bytes())

    def used(self, changed: Mapping[str, Value | None] | None = None) -> None:
        """Thunderbird ran: it writes all prefs anew, in its own order, with what was changed in it."""
        there = self.prefs()
        for name in list(there):
            branch, _, last = name.rpartition(".")
            if branch.startswith("mail.server.") and last == "directory-rel":
                relative = str(there[name]).removeprefix("[ProfD]")
                there[f"{branch}.directory"] = str(self.profile / relative)
                there[f"{branch}.storeContractID"] = "@mozilla.org/msgstore/berkeleystore;1"
        there["app.update.lastUpdateTime"] = 1700000000
        for name, value in (changed or {}).items():
            if value is None:
                del there[name]
            else:
                there[name] = value
        self.prefs_js.write_bytes(prefs.edit(FIRST.encode(), dict(sorted(there.items()))))
        (self.profile / ".parentlock").touch()

    def keep_mail(self, host: str, *downloaded: int) -> Path:
        """Let Thunderbird have fetched messages from a server, and left them there."""
        folder = self.profile / "Mail" / host
        folder.mkdir(parents=True)
        (folder / "Inbox").write_text("From - \n\nHello\n")
        (folder / "Inbox.msf").write_text("an index")
        lines = [f"k uidl{number} {moment}" for number, moment in enumerate(downloaded)]
        (folder / "popstate.dat").write_text("\n".join([f"*{host} ada@example.org", *lines, ""]))
        return folder


def mail_prefs(found: Mapping[str, Value]) -> dict[str, Value]:
    """What is about accounts, identities and servers; not the count of accounts there ever were."""
    return {
        name: value
        for name, value in found.items()
        if name.startswith("mail.") and name != "mail.account.lastKey"
    }
