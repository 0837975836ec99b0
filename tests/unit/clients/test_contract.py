"""What every mail program in the registry must do, whatever its files look like."""

import json
import os
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.unit.clients.samples import account, imap_account, linux, make_profile, pop_account, server

from mailsetup.account import Account, Auth, Protocol, Retention, Secret, Security
from mailsetup.clients.apply import apply
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.folders import BACKUPS
from mailsetup.clients.registry import CLIENTS, plan_export
from mailsetup.clients.undo import plan_undo
from mailsetup.errors import MailsetupError, Message, Unsafe

EVERY_CLIENT = pytest.mark.parametrize("client", CLIENTS)
PASSWORD = 'p4ss "wörd" \\ {0}<&>'
STARTTLS = account(
    server(Protocol.IMAP, "imap.example.org", port=143, security=Security.STARTTLS),
    outgoing=server(Protocol.SMTP, "smtp.example.org", port=587, security=Security.STARTTLS),
)
ACCOUNTS = {
    "IMAP": imap_account(),
    "IMAP by STARTTLS": STARTTLS,
    "all mail stays": pop_account(),
    "mail stays for days": pop_account(Retention(days=14)),
    "mail stays until deleted": pop_account(Retention(until_deleted=True)),
    "mail stays for days or until deleted": pop_account(Retention(days=365, until_deleted=True)),
    "no mail stays": pop_account(Retention(keep=False)),
    **{f"login by {auth.value}": imap_account(auth=(auth,)) for auth in Auth},
    "a name of other letters": replace(imap_account(), name="Ада Лавлейс \N{SNOWMAN}"),
    "a name that is code": replace(imap_account(), name='"); user_pref("x", [General]%s\\'),
    "a user who is a path": imap_account(username="../../ada;$(id)"),
}


class Desk:
    """A home with a profile of Thunderbird's, the folder we are in, and our own state."""

    def __init__(self, root: Path) -> None:
        self.home, self.state = root / "home", root / "state"
        self.root = root
        profile = self.home / ".thunderbird/x.default"
        make_profile(profile, b'// caf\xe9\r\nuser_pref("mine", 1);\r\n')
        (profile / "compatibility.ini").touch()
        listed = "[Profile0]\nName=default\nIsRelative=1\nPath=x.default\n"
        (profile.parent / "profiles.ini").write_text(listed)
        self.state.mkdir()

    def plan(self, client: str, account: Account, password: str | None = None) -> ChangeSet:
        secret = None if password is None else Secret(password)
        return plan_export(client, account, machine=linux(self.home, **os.environ), password=secret)

    def everything(self) -> dict[str, tuple[int, int, int, bytes]]:
        """All that is there: mode, links, time of change and content of each thing."""
        found = {}
        for path in sorted([self.root, *self.root.rglob("*")]):
            about = path.lstat()
            content = b"" if path.is_dir() else path.read_bytes()
            found[str(path)] = (about.st_mode, about.st_ino, about.st_mtime_ns, content)
        return found

    def files(self) -> dict[str, tuple[int, bytes]]:
        """The person's own files, with their modes."""
        return {
            str(path): (path.stat().st_mode, path.read_bytes())
            for path in self.root.rglob("*")
            if path.is_file() and BACKUPS not in path.parts and self.state not in path.parents
        }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)


def expressible(desk: Desk, client: str) -> list[tuple[str, Account]]:
    """The accounts that this mail program can have."""
    found = []
    for name, each in ACCOUNTS.items():
        with suppress(MailsetupError):
            desk.plan(client, each)
            found.append((name, each))
    assert len(found) > 4, "hardly anything can be said in its files"
    return found


def refusal(desk: Desk, client: str, account: Account) -> tuple[Message, ...]:
    """What is said where this account cannot be planned, nothing where it can."""
    try:
        desk.plan(client, account, PASSWORD)
    except MailsetupError as refused:
        return refused.happened, refused.fix
    return ()


@EVERY_CLIENT
def test_it_is_known_by_the_word_it_is_listed_under(client: str) -> None:
    assert CLIENTS[client].name == client


@EVERY_CLIENT
@pytest.mark.parametrize("account", ACCOUNTS.values(), ids=ACCOUNTS)
def test_planning_changes_nothing_and_refuses_only_in_a_sentence(
    desk: Desk, client: str, account: Account
) -> None:
    before = desk.everything()
    told = refusal(desk, client, account)

    assert all(message.render().endswith((".", "?")) for message in told)
    assert desk.everything() == before


@EVERY_CLIENT
def test_the_same_input_makes_the_same_plan(desk: Desk, client: str) -> None:
    for name, each in expressible(desk, client):
        assert desk.plan(client, each) == desk.plan(client, each), name


@EVERY_CLIENT
def test_once_applied_there_is_nothing_more_to_plan(desk: Desk, client: str) -> None:
    for name, each in expressible(desk, client):
        apply(desk.plan(client, each), deletion_agreed=True, state=desk.state)
        assert desk.plan(client, each).empty, name


@EVERY_CLIENT
def test_an_undo_brings_back_every_byte(desk: Desk, client: str) -> None:
    before = desk.files()
    for name, each in expressible(desk, client):
        apply(desk.plan(client, each), deletion_agreed=True, state=desk.state)
        assert desk.files() != before, name
        apply(plan_undo(state=desk.state), deletion_agreed=True, state=desk.state)
        assert desk.files() == before, name


@EVERY_CLIENT
@pytest.mark.parametrize(
    "account",
    [
        imap_account(port=143, security=Security.PLAIN),
        pop_account(port=110, security=Security.PLAIN),
        replace(
            imap_account(),
            outgoing=server(Protocol.SMTP, "smtp.example.org", port=25, security=Security.PLAIN),
        ),
    ],
    ids=["IMAP", "POP3", "SMTP"],
)
def test_a_server_without_tls_is_refused(desk: Desk, client: str, account: Account) -> None:
    with pytest.raises(Unsafe):
        desk.plan(client, account, PASSWORD)


@EVERY_CLIENT
def test_no_password_is_in_clear_in_a_plan_or_in_what_is_written(desk: Desk, client: str) -> None:
    for name, each in expressible(desk, client):
        changes = desk.plan(client, each, PASSWORD)
        shown = [repr(changes), *(note.render() for note in changes.notes)]
        shown += [change.diff for change in changes.changes]
        for text in shown:
            assert PASSWORD not in text, name
        apply(changes, deletion_agreed=True, state=desk.state)
        written = [change.after or b"" for change in changes.changes]
        written += [path.read_bytes() for path in desk.root.rglob("*") if path.is_file()]
        for form in forms_of_the_password():
            assert not [content for content in written if form in content], (name, form)


def forms_of_the_password() -> set[bytes]:
    """The password as text, and as the usual encodings of a text make it, which anyone can turn back."""
    texts = [PASSWORD, PASSWORD[::-1], json.dumps(PASSWORD)[1:-1], quote(PASSWORD)]
    raw = {text.encode(encoding) for text in texts for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    raw.add(PASSWORD.encode("cp1252"))
    # Base64 of it anywhere within more text: cut where the text around it has no part.
    coded = {b64encode(b"\0" * shift + form)[(4 if shift else 0) : -4] for form in raw for shift in range(3)}
    return raw | {form.hex().encode() for form in raw} | {form for form in coded if len(form) >= 8}


def test_the_search_for_a_password_finds_it_within_a_login() -> None:
    """The counter-proof: AUTH PLAIN (RFC 4616) holds the password, whatever the user's length."""
    for user in (b"a", b"ab", b"abc"):
        login = b64encode(b"\0" + user + b"\0" + PASSWORD.encode())
        assert [form for form in forms_of_the_password() if form in login]
