"""First profiles taken back, and passwords and keys that Thunderbird has used since."""

import json

import pytest
from tests.unit.clients.samples import linux, pop_account
from tests.unit.clients.undoing import GRACE, Desk

from mailsetup.clients.apply import apply
from mailsetup.clients.changes import Action, ChangeSet, FileChange
from mailsetup.clients.registry import plan_export
from mailsetup.clients.thunderbird.ini import read as read_ini
from mailsetup.clients.undo import plan_undo


@pytest.fixture
def desk(tmp_path) -> Desk:
    """Grace's account is there, and Thunderbird has written it."""
    desk = Desk.at(tmp_path)
    desk.export(GRACE)
    desk.used()
    return desk


def notes_of(changes: ChangeSet) -> list[str]:
    return [note.render() for note in changes.notes]


def test_keys_made_in_a_profile_that_was_used_since_stay(desk):
    planned = desk.plan(pop_account())
    keys = FileChange(path=desk.profile / "key4.db", before=None, after=b"keys", secret=True)
    both = ChangeSet(client="thunderbird", profile=desk.profile, changes=(keys, *planned.changes))
    apply(both, state=desk.state)
    desk.used()
    desk.undo()

    assert keys.path.read_bytes() == b"keys"


def test_keys_made_in_a_profile_that_nobody_used_since_go(desk):
    planned = desk.plan(pop_account())
    keys = FileChange(path=desk.profile / "key4.db", before=None, after=b"keys", secret=True)
    both = ChangeSet(client="thunderbird", profile=desk.profile, changes=(keys, *planned.changes))
    apply(both, state=desk.state)
    desk.undo()

    assert not keys.path.exists()


def test_a_password_stored_for_an_account_that_was_there_goes_and_the_account_stays(desk):
    path = desk.profile / "logins.json"
    stored = {"nextId": 2, "logins": [login("g", "mailbox://pop.example.org")]}
    change = FileChange(path=path, before=None, after=json.dumps(stored).encode(), secret=True)
    prefs_js = desk.prefs_js.read_bytes()
    note = FileChange(path=desk.prefs_js, before=prefs_js, after=prefs_js + b"// ours\n")
    both = ChangeSet(client="thunderbird", profile=desk.profile, changes=(change, note))
    apply(both, state=desk.state)
    desk.used()
    stored["logins"].append(login("later", "imap://imap.mine.example"))
    path.write_text(json.dumps(stored))
    desk.undo()

    assert [each["guid"] for each in json.loads(path.read_text())["logins"]] == ["later"]
    assert desk.prefs()["mail.server.server1.userName"] == "grace@example.org"


class FirstProfile:
    """The first profile of a home, with a key store, as an export made it."""

    def __init__(self, folder) -> None:
        self.home, self.state = folder / "home", folder / "state"
        self.home.mkdir()
        planned = plan_export("thunderbird", pop_account(), machine=linux(self.home))
        self.profile = planned.profile
        self.logins = {
            "nextId": 2,
            "logins": [
                login("ours", "mailbox://pop.example.org"),
                login("ours too", "smtp://smtp.example.org"),
            ],
        }
        stored = [
            FileChange(path=self.profile / name, before=None, after=content, secret=True)
            for name, content in (
                ("key4.db", b"keys"),
                ("cert9.db", b"certificates"),
                ("logins.json", json.dumps(self.logins).encode()),
            )
        ]
        apply(
            ChangeSet(client="thunderbird", profile=self.profile, changes=(*stored, *planned.changes)),
            state=self.state,
        )
        self.desk = Desk(self.home, self.state)
        self.ini = self.home / ".thunderbird/profiles.ini"

    def undo(self) -> ChangeSet:
        changes = plan_undo(state=self.state)
        apply(changes, state=self.state)
        return changes

    def store(self, *logins: dict[str, object]) -> None:
        (self.profile / "logins.json").write_text(json.dumps(self.logins | {"logins": logins}))

    def guids(self) -> list[str]:
        return [each["guid"] for each in json.loads((self.profile / "logins.json").read_text())["logins"]]


def login(guid: str, uri: str, sealed: str = "sealed") -> dict[str, object]:
    return {
        "hostname": uri,
        "httpRealm": uri,
        "guid": guid,
        "encryptedUsername": sealed,
        "encryptedPassword": sealed,
        "timePasswordChanged": 1,
    }


@pytest.fixture
def first(tmp_path) -> FirstProfile:
    return FirstProfile(tmp_path)


def test_a_first_profile_that_nobody_used_goes_with_its_keys(first):
    first.undo()

    assert [path.name for path in first.profile.iterdir()] == ["mailsetup-backup"]
    assert not first.ini.exists()


def test_a_first_profile_that_thunderbird_used_stays_in_its_list(first):
    before = first.ini.read_bytes()
    (first.profile / "times.json").write_text("{}")
    changes = first.undo()

    assert first.ini.read_bytes() == before
    assert "only the account is taken out" in notes_of(changes)[0]


def test_the_keys_of_a_profile_that_was_used_stay(first):
    (first.profile / "openpgp.sqlite").write_text("sealed with these keys")
    first.undo()

    assert (first.profile / "key4.db").read_bytes() == b"keys"
    assert (first.profile / "cert9.db").read_bytes() == b"certificates"


def test_a_profile_that_an_installation_has_claimed_stays_in_its_list(first):
    claimed = first.ini.read_text() + f"\n[InstallFDC34C9F024745EB]\nDefault={first.profile.name}\n"
    first.ini.write_text(claimed)
    first.undo()

    assert first.ini.read_text() == claimed


def test_a_profile_that_a_person_made_beside_ours_stays_in_the_list(first):
    first.ini.write_text(first.ini.read_text() + "\n[Profile1]\nName=mine\nIsRelative=0\nPath=/mine\n")
    first.undo()

    assert first.ini.read_text() == (
        "[General]\nStartWithLastProfile=1\nVersion=2\n\n[Profile0]\nName=mine\nIsRelative=0\nPath=/mine\n"
    )


def test_the_default_of_before_is_the_default_again(tmp_path):
    home, state = tmp_path / "home", tmp_path / "state"
    ini = home / ".thunderbird/profiles.ini"
    ini.parent.mkdir(parents=True)
    old = (
        "[InstallFDC34C9F024745EB]\nDefault=gone\nLocked=1\n\n"
        "[Profile0]\nName=old\nIsRelative=1\nPath=gone\nDefault=1\n"
    )
    ini.write_text(old)
    apply(plan_export("thunderbird", pop_account(), machine=linux(home)), state=state)
    ini.write_text("; my note\n" + ini.read_text())
    apply(plan_undo(state=state), state=state)
    before, after = set(old.splitlines()), set(ini.read_text().splitlines())

    assert before <= after
    assert after - before == {"; my note", "[General]", "StartWithLastProfile=1", "Version=2"}


def test_a_default_profile_that_a_person_chose_since_stays_it(tmp_path):
    home, state = tmp_path / "home", tmp_path / "state"
    ini = home / ".thunderbird/profiles.ini"
    ini.parent.mkdir(parents=True)
    ini.write_text("[Profile0]\nName=old\nIsRelative=1\nPath=gone\nDefault=1\n")
    apply(plan_export("thunderbird", pop_account(), machine=linux(home)), state=state)
    ini.write_text(ini.read_text() + "\n[Profile2]\nName=new\nIsRelative=0\nPath=/new\nDefault=1\n")
    apply(plan_undo(state=state), state=state)
    sections = read_ini(ini.read_bytes())

    assert "Default" not in sections["Profile0"]
    assert sections["Profile1"] == {"Name": "new", "IsRelative": "0", "Path": "/new", "Default": "1"}


def test_our_passwords_go_and_others_stay(first):
    first.store(*first.logins["logins"], login("theirs", "imap://imap.mine.example"))
    first.undo()

    assert first.guids() == ["theirs"]


def test_a_password_that_a_remaining_account_needs_stays(first):
    accounts = (first.profile / "prefs.js").read_bytes()
    added = (
        b'user_pref("mail.identity.id9.useremail", "me@mine.example");\n'
        b'user_pref("mail.identity.id9.smtpServer", "smtp1");\n'
    )
    (first.profile / "prefs.js").write_bytes(accounts + added)
    first.undo()

    assert first.guids() == ["ours too"]


def test_a_password_that_the_export_replaced_is_the_old_one_again(desk):
    path = desk.profile / "logins.json"
    old = {"nextId": 2, "logins": [login("g", "mailbox://pop.example.org", "old")]}
    new = {"nextId": 2, "logins": [login("g", "mailbox://pop.example.org", "new")]}
    change = FileChange(
        path=path, before=json.dumps(old).encode(), after=json.dumps(new).encode(), secret=True
    )
    path.write_bytes(change.before or b"")
    apply(ChangeSet(client="thunderbird", profile=desk.profile, changes=(change,)), state=desk.state)
    new["logins"].append(login("later", "imap://imap.mine.example"))
    path.write_text(json.dumps(new))
    desk.undo()

    assert [each["encryptedPassword"] for each in json.loads(path.read_text())["logins"]] == ["old", "sealed"]


def test_a_password_that_a_person_changed_since_stays(desk):
    path = desk.profile / "logins.json"
    old, new, newest = (
        json.dumps({"nextId": 2, "logins": [login("g", "mailbox://pop.example.org", sealed)]}).encode()
        for sealed in ("old", "new", "newest")
    )
    path.write_bytes(old)
    change = FileChange(path=path, before=old, after=new, secret=True)
    apply(ChangeSet(client="thunderbird", profile=desk.profile, changes=(change,)), state=desk.state)
    path.write_bytes(newest)

    assert desk.plan_undo().empty


def test_passwords_that_cannot_be_read_any_more_are_left_and_named(first):
    (first.profile / "logins.json").write_bytes(b"{ broken")
    changes = first.undo()

    assert (first.profile / "logins.json").read_bytes() == b"{ broken"
    assert "a stored password may still be in it" in notes_of(changes)[-1]


def test_what_is_shown_of_passwords_is_only_that_they_change(first):
    (first.profile / "times.json").write_text("{}")
    diffs = [
        change.diff for change in plan_undo(state=first.state).changes if change.action is not Action.NONE
    ]

    assert "logins.json: encrypted content, not shown\n" in diffs
    assert not any("sealed" in diff for diff in diffs)


def store(desk: Desk, before: list[dict[str, object]], after: list[dict[str, object]]) -> str:
    """An export that changes stored passwords; the id to take it back by."""
    path = desk.profile / "logins.json"
    old, new = (json.dumps({"nextId": 9, "logins": each}).encode() for each in (before, after))
    change = FileChange(path=path, before=old if path.exists() else None, after=new, secret=True)
    made = ChangeSet(client="thunderbird", profile=desk.profile, changes=(change,))
    undo = apply(made, state=desk.state).undo
    assert undo is not None
    return undo


def in_backups(desk: Desk, text: bytes) -> list[str]:
    backups = desk.profile / "mailsetup-backup"
    return [path.name for path in backups.rglob("*") if path.is_file() and text in path.read_bytes()]


def test_neither_an_export_nor_its_undo_keeps_a_copy_of_our_password(desk):
    store(desk, [], [login("g", "mailbox://pop.example.org", "OUR-SEALED")])
    after_export = in_backups(desk, b"OUR-SEALED")
    desk.undo()

    assert (after_export, in_backups(desk, b"OUR-SEALED")) == ([], [])


def test_no_copy_of_the_keys_that_an_export_made_outlasts_its_undo(first):
    first.undo()
    there = [path.read_bytes() for path in first.profile.rglob("*") if path.is_file()]

    assert not any(content == b"keys" or b'"encryptedPassword"' in content for content in there)


def test_the_passwords_that_were_there_before_stay_in_the_backup(desk):
    mine = [login("mine", "imap://imap.mine.example", "MY-SEALED")]
    (desk.profile / "logins.json").write_text(json.dumps({"nextId": 9, "logins": mine}))
    store(desk, mine, [*mine, login("g", "mailbox://pop.example.org", "OUR-SEALED")])
    desk.undo()

    assert in_backups(desk, b"MY-SEALED") == ["0-logins.json"]
    assert in_backups(desk, b"OUR-SEALED") == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["older first", "newer first"])
def test_when_two_exports_are_taken_back_no_copy_holds_the_password_of_either(desk, order):
    one, two = (login(g, f"mailbox://{g}.example", f"SEALED-{g}") for g in ("one", "two"))
    ids = [store(desk, [], [one]), store(desk, [one], [one, two])]
    for index in order:
        desk.undo(ids[index])

    assert in_backups(desk, b"SEALED-") == []
