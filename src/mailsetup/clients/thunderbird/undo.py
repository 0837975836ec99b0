"""Taking an export back out of a Thunderbird profile: reads, decides, and writes nothing.

A file that nobody has written since gets its old bytes back. prefs.js, logins.json and profiles.ini, which
Thunderbird rewrites, lose what is ours and keep the rest. The key database stays as soon as Thunderbird has
been there: what it has sealed since needs that key. Mail is never touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailsetup.clients.changes import FileChange, TakenBack, Written
from mailsetup.clients.folders import BACKUPS, LEFTOVER
from mailsetup.clients.reading import names_in, read_file
from mailsetup.clients.thunderbird import logins, prefs, profiles
from mailsetup.clients.thunderbird.book import ACCOUNTS, SMTP_SERVERS, Book
from mailsetup.clients.thunderbird.reading import mail_folder, read_prefs
from mailsetup.clients.thunderbird.retention import deletion, rule_of
from mailsetup.clients.thunderbird.withdraw import withdraw
from mailsetup.errors import Message, ProfileRefused, say

_PREFS, _LOGINS, _COMPATIBILITY = "prefs.js", "logins.json", "compatibility.ini"
_KEYS = ("key4.db", "cert9.db")
_NO_MAIL = (".msf", ".dat", ".html", ".json")
_SCHEMES = {"pop3": "mailbox", "imap": "imap"}


@dataclass(frozen=True, slots=True)
class _Prefs:
    """The prefs before the export, as it left them, now, and as they are to be."""

    before: Mapping[str, prefs.Value]
    ours: Mapping[str, prefs.Value]
    now: Mapping[str, prefs.Value]
    then: Mapping[str, prefs.Value]


def take_back(profile: Path, files: Sequence[Written], moment: float) -> TakenBack:
    """See SharingClient. moment: now, in seconds since 1970."""
    by_name = _known(profile, files)
    settings = by_name.get(_PREFS)
    registration = by_name.get(profiles.INI)
    inside = [file for file in files if file is not registration]
    used = registration is not None and (_used(profile, inside) or _claimed(registration, profile))
    changes: list[FileChange] = []
    notes: list[Message] = []
    if registration is not None:
        changes.append(_registration(registration, profile, used))
        if used:
            notes.append(
                say(
                    "Thunderbird has used {profile} since, or something else lies in it. So it stays in "
                    "Thunderbird's list of profiles; only the account is taken out.",
                    profile=profile,
                )
            )
    compared = _Prefs({}, {}, {}, {})
    if settings is not None:
        change, compared, told = _settings(settings)
        changes.append(change)
        notes += told
    notes += _mail(profile, compared)
    if _LOGINS in by_name:
        change, told = _passwords(by_name[_LOGINS], compared)
        changes.append(change)
        notes += told
    # Sealed with that key may be more than what we know of: OpenPGP's, what an add-on keeps.
    untouched = not used and all(file.untouched or file.back for file in inside)
    for name in (_COMPATIBILITY, *_KEYS):
        if name in by_name:
            file = by_name[name]
            changes.append(file.becomes(file.before if untouched else file.now, secret=name in _KEYS))
    return TakenBack(changes=tuple(changes), deletes=_deletion(profile, compared, moment), notes=tuple(notes))


def trace(change: FileChange) -> str:
    """See SharingClient."""
    if change.path.name != _LOGINS or change.after is None:
        return ""
    return logins.trace(change.before, change.after)


def _known(profile: Path, files: Sequence[Written]) -> dict[str, Written]:
    """The files by name. Refused where one is none that an export writes: then the notes are not ours."""
    names = (_PREFS, _LOGINS, _COMPATIBILITY, *_KEYS)
    for file in files:
        inside = file.path.parent == profile and file.path.name in names
        above = file.path.name == profiles.INI and file.path.parent in profile.parents
        if not inside and not above:
            raise ProfileRefused(
                say("{path} is no file of Thunderbird's that mailsetup writes.", path=file.path),
                say("The notes in the backup were changed by someone; nothing can be taken back by them."),
            )
    return {file.path.name: file for file in files}


def _used(profile: Path, inside: Sequence[Written]) -> bool:
    """Whether more is in the profile than one export has left there."""
    known = {file.path.name for file in inside} | {BACKUPS}
    others = {name for name in names_in(profile) if LEFTOVER not in name} - known
    return bool(others) or any(not (file.untouched or file.back or file.now is None) for file in inside)


def _claimed(file: Written, profile: Path) -> bool:
    """Whether an installation of Thunderbird has taken the profile for its own since."""
    relative = profile.relative_to(file.path.parent).as_posix()
    return not profiles.claimed_by(file.now or b"", relative) <= profiles.claimed_by(file.ours, relative)


def _registration(file: Written, profile: Path, used: bool) -> FileChange:
    if used or file.now is None or file.untouched or file.back:
        return file.becomes(file.now if used or file.now is None else file.before)
    relative = profile.relative_to(file.path.parent).as_posix()
    return file.becomes(profiles.unregister(file.now, file.before, relative))


def _settings(file: Written) -> tuple[FileChange, _Prefs, list[Message]]:
    before, ours, now = (read_prefs(file.path, content) for content in (file.before, file.ours, file.now))
    if file.untouched or file.back:
        return file.becomes(file.before), _Prefs(before, ours, now, before), []
    if file.now is None:
        gone = say("{path} is not there any more, so nothing is taken out of it.", path=file.path)
        return file.becomes(None), _Prefs(before, ours, now, now), [gone]
    found = withdraw(before, ours, now)
    after = prefs.edit(file.now, found.prefs)
    return file.becomes(after), _Prefs(before, ours, now, prefs.read(after)), list(found.notes)


def _passwords(file: Written, compared: _Prefs) -> tuple[FileChange, list[Message]]:
    made = _logins_of(compared.ours) - _logins_of(compared.before)
    kept = {uri for uri, _ in made & _logins_of(compared.then)}
    if file.now is None or ((file.untouched or file.back) and not kept):
        return file.becomes(None if file.now is None else file.before, secret=True), []
    try:
        return file.becomes(logins.take_out(file.now, file.before, file.ours, kept), secret=True), []
    except logins.BrokenLogins:
        return file.becomes(file.now, secret=True), [
            say(
                "{path} cannot be understood any more, so a stored password may still be in it.",
                path=file.path,
            )
        ]


def _logins_of(there: Mapping[str, prefs.Value]) -> set[tuple[str, str]]:
    """Whose passwords these prefs can ask for: the server, as `accounts.store_uri` names it, and the user."""
    book = Book(there, lambda path: False)
    found = set()
    for branch in _servers(book).values():
        scheme = _SCHEMES.get(str(branch.get("type")))
        if scheme:
            found.add((f"{scheme}://{branch.get('hostname')}", str(branch.get("userName"))))
    for key in book.keys(SMTP_SERVERS):
        server = book.below(f"mail.smtpserver.{key}")
        found.add((f"smtp://{server.get('hostname')}", str(server.get("username"))))
    return found


def _servers(book: Book) -> dict[str, dict[str, prefs.Value]]:
    """The servers of all accounts, by their keys."""
    keys = (book.server_of(account) for account in book.keys(ACCOUNTS))
    return {key: book.below(f"mail.server.{key}") for key in keys if key}


def _mail(profile: Path, compared: _Prefs) -> list[Message]:
    """Where the mail of accounts lies that go: it is nobody's to delete."""
    now, then = (_servers(Book(side, lambda path: False)) for side in (compared.now, compared.then))
    folders = [mail_folder(profile, now[key]) for key in now if key not in then]
    return [
        say("The mail that was fetched stays on this disk, in {folder}.", folder=folder)
        for folder in folders
        if any(_is_mail(path) for path in folder.rglob("*"))
    ]


def _is_mail(path: Path) -> bool:
    """Whether a file may hold messages: Thunderbird's indexes, filters and lists have an ending."""
    return path.suffix not in _NO_MAIL and path.is_file() and path.stat().st_size > 0


def _deletion(profile: Path, compared: _Prefs, moment: float) -> Message | None:
    """What goes on the server because an account that stays gets its old rule back."""
    now, then = (_servers(Book(side, lambda path: False)) for side in (compared.now, compared.then))
    for key in now.keys() & then.keys():
        if now[key].get("type") == "pop3":
            popstate = read_file(mail_folder(profile, now[key]) / "popstate.dat") or b""
            host = str(now[key].get("hostname"))
            deletes = deletion(rule_of(now[key]), rule_of(then[key]), popstate, host, moment)
            if deletes is not None:
                return deletes
    return None
