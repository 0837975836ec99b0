"""Planning an account's way into a Thunderbird profile: reads, decides, and writes nothing."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from mailsetup.account import Account, Secret, Server
from mailsetup.clients.changes import ChangeSet, FileChange, TakenBack, Written
from mailsetup.clients.client import Machine, Profile
from mailsetup.clients.reading import read_file
from mailsetup.clients.thunderbird import lock, prefs, profiles, undo
from mailsetup.clients.thunderbird.accounts import Entry, enter, signs_in
from mailsetup.clients.thunderbird.nss import store_password
from mailsetup.clients.thunderbird.profiles import Place
from mailsetup.clients.thunderbird.reading import mail_folder, read_prefs
from mailsetup.clients.thunderbird.retention import deletion, emptying, retention_prefs, rule_of
from mailsetup.clients.thunderbird.signin import knows_page
from mailsetup.errors import Message, ProfileRefused, say

_PREFS = "prefs.js"


class Thunderbird:
    """Thunderbird as a Client."""

    name = "thunderbird"

    def find(self, machine: Machine) -> tuple[Profile, ...]:
        """See Client."""
        return profiles.find(machine)

    def prospect(self, machine: Machine) -> Message | None:
        """See Client."""
        place = profiles.choose(machine, None)
        if place.register is not None:
            return say(
                "Thunderbird has no profile here yet: a first one would be made in {folder}, and listed in "
                "{ini} so that Thunderbird opens it by itself.",
                folder=place.path.parent,
                ini=place.register.folder / profiles.INI,
            )
        return say(
            "An account would be written to {prefs}, and its password, where that is wished for, to "
            "logins.json and key4.db beside it.",
            prefs=place.path / _PREFS,
        )

    def keeps_passwords(self, machine: Machine) -> bool:
        """See Client. Only where its encrypted store was seen to take what we put in."""
        return machine.system == "linux"

    def signs_in(self, server: Server) -> bool:
        """See Client."""
        return signs_in(server, has_password=False) and knows_page(server)

    def hold(self, profile: Path) -> AbstractContextManager[None]:
        """See Client."""
        return lock.hold(profile)

    def trace(self, change: FileChange) -> str:
        """See SharingClient."""
        return undo.trace(change)

    def take_back(self, profile: Path, files: Sequence[Written]) -> TakenBack:
        """See SharingClient."""
        lock.refuse_if_running(profile)
        return undo.take_back(profile, files, time.time())

    def plan(
        self,
        account: Account,
        machine: Machine,
        *,
        profile: str | None = None,
        password: Secret | None = None,
    ) -> ChangeSet:
        """See Client. The last change is the commit point: what is written before it is harmless alone."""
        place = profiles.choose(machine, profile)
        lock.refuse_if_running(place.path)
        path = place.path / _PREFS
        before = read_file(path)
        pinned = read_prefs(place.path / "user.js", read_file(place.path / "user.js"))
        entry = enter(
            {**read_prefs(path, before), **pinned},
            account,
            has_password=password is not None,
            on_disk=lambda relative: os.path.lexists(place.path / relative),
        )
        _refuse_pinned(place.path / "user.js", entry.prefs, pinned)
        now = time.time()
        changes: list[FileChange] = []
        notes = list(place.notes)
        if password is not None:
            store = store_password(place.path, account, password, machine, now)
            changes += store.changes
            notes += [store.refused] if store.refused else []
        notes += [_beside(name) for name in entry.beside]
        notes += _more_stays(account, entry)
        servers = (account.incoming, account.outgoing)
        by_page = [server for server in servers if signs_in(server, has_password=password is not None)]
        without = [server.host for server in by_page if not knows_page(server)]
        notes += [_no_sign_in(without)] if without else [_sign_in()] if by_page else []
        changes += _compatibility(place)
        wanted = {name: value for name, value in entry.prefs.items() if name not in pinned}
        changes.append(FileChange(path=path, before=before, after=prefs.edit(before or b"", wanted)))
        changes += _registration(place)
        return ChangeSet(
            client=self.name,
            profile=place.path,
            changes=tuple(changes),
            deletes=_deletion(place.path, account, entry, now),
            notes=tuple(notes),
            signs_in=bool(by_page) and not without,
            opened_by=place.opened_by,
            address=account.address,
        )


def _refuse_pinned(path: Path, wanted: Mapping[str, prefs.Value], pinned: Mapping[str, prefs.Value]) -> None:
    """user.js goes over prefs.js at every start: what it sets to something else would never take effect."""
    for name, value in wanted.items():
        if name in pinned and not prefs.same(pinned[name], value):
            raise ProfileRefused(
                say(
                    "{path} sets {pref} anew at every start, so this account would not last.",
                    path=path,
                    pref=name,
                ),
                say("Take the lines of mail accounts out of user.js, or add the account there yourself."),
            )


def _beside(name: str) -> Message:
    return say(
        "This profile has the account “{name}” for the same address already; it stays and goes on fetching. "
        "If you want it no more, remove it in Thunderbird.",
        name=name,
    )


def _more_stays(account: Account, entry: Entry) -> list[Message]:
    """What a known account may get that nobody asked for: mail stays unless somebody says otherwise."""
    if account.retention is None or entry.existing is None:
        return []
    after = rule_of({**entry.existing, **retention_prefs(account.retention)})
    if not rule_of(entry.existing).stricter_than(after):
        return []
    return [
        say(
            "Until now this account was set to remove mail from {host}; from now on more of it stays there. "
            "If it is to go on as before, say so with --leave-days or --remove-from-server.",
            host=account.incoming.host,
        )
    ]


def _sign_in() -> Message:
    return say(
        "This account has no password of its own: Thunderbird opens the provider's sign-in page (OAuth2) "
        "when it first fetches or sends mail."
    )


def _no_sign_in(hosts: Sequence[str]) -> Message:
    return say(
        "It will not work as it is: {hosts} takes no password but the provider's own sign-in (OAuth2), and "
        "Thunderbird knows that page of a few large providers only. Ask the provider how Thunderbird can log "
        "in.",
        hosts=", ".join(dict.fromkeys(hosts)),
    )


def _compatibility(place: Place) -> list[FileChange]:
    """An empty compatibility.ini: with it Thunderbird takes a default profile that it has never opened."""
    path = place.path / "compatibility.ini"
    if (place.claimed and place.register is None) or read_file(path) is not None:
        return []
    return [FileChange(path=path, before=None, after=b"")]


def _registration(place: Place) -> list[FileChange]:
    if place.register is None:
        return []
    path = place.register.folder / profiles.INI
    before = read_file(path)
    relative = place.path.relative_to(place.register.folder).as_posix()
    return [FileChange(path=path, before=before, after=profiles.register(before, relative))]


def _deletion(profile: Path, account: Account, entry: Entry, now: float) -> Message | None:
    if account.retention is None:
        return None
    if entry.existing is None:
        return None if account.retention.keep else emptying(account.incoming.host)
    old = rule_of(entry.existing)
    new = rule_of({**entry.existing, **retention_prefs(account.retention)})
    popstate = read_file(mail_folder(profile, entry.existing) / "popstate.dat") or b""
    return deletion(old, new, popstate, account.incoming.host, now)
