from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.clients.samples import (
    account,
    imap_account,
    linux,
    make_profile,
    pop_account,
    server,
    snapshot,
    thunderbird_on,
)

from mailsetup.account import Auth, Protocol, Retention, Secret, Security
from mailsetup.clients.changes import Action
from mailsetup.clients.client import Machine
from mailsetup.clients.registry import CLIENTS, plan_export
from mailsetup.clients.thunderbird.accounts import enter
from mailsetup.clients.thunderbird.prefs import edit, read
from mailsetup.errors import ProfileRefused, Unsafe, WrongUsage

POPSTATE = b"# POP3 State File\n\n*pop.example.org ada@example.org\nk one 1700000000\nk two 1700000000\n"


def plan(home: Path, wished=None, **options):
    return plan_export("thunderbird", wished or pop_account(), machine=linux(home), **options)


def named(changes):
    return [(change.path.name, change.action) for change in changes.changes]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose Thunderbird has one profile, in use since long, without an account."""
    profile = make_profile(tmp_path / ".thunderbird/x.default", b'user_pref("mine", 1);\n')
    (profile / "compatibility.ini").write_text("[Compatibility]\n")
    (tmp_path / ".thunderbird/profiles.ini").write_text(
        "[InstallAA]\nDefault=x.default\n[Profile0]\nName=default\nIsRelative=1\nPath=x.default\nDefault=1\n"
    )
    return tmp_path


def profile_of(home: Path) -> Path:
    return home / ".thunderbird/x.default"


def carry_out(changes):
    """Write a plan without ceremony."""
    for change in changes.changes:
        change.path.parent.mkdir(parents=True, exist_ok=True)
        change.path.write_bytes(change.after)


def test_a_first_profile_is_listed_last_so_that_nothing_before_it_counts(tmp_path):
    assert named(plan(tmp_path)) == [
        ("compatibility.ini", Action.CREATE),
        ("prefs.js", Action.CREATE),
        ("profiles.ini", Action.CREATE),
    ]


def test_an_existing_profile_has_its_prefs_changed_and_nothing_else(home):
    changes = plan(home)

    assert named(changes) == [("prefs.js", Action.EDIT)]
    assert changes.changes[0].after.startswith(b'user_pref("mine", 1);\n')


def test_planning_writes_nothing(home):
    before = snapshot(home)
    plan(home)

    assert snapshot(home) == before


def test_a_second_plan_is_empty(home):
    carry_out(plan(home))

    assert plan(home).empty


def test_a_second_plan_after_a_first_profile_is_empty(tmp_path):
    carry_out(plan(tmp_path))

    assert plan(tmp_path).empty


def test_a_default_profile_that_was_never_opened_is_made_one_that_thunderbird_takes(home):
    (home / ".thunderbird/profiles.ini").write_text(
        "[Profile0]\nName=n\nIsRelative=1\nPath=x.default\nDefault=1\n"
    )
    (profile_of(home) / "compatibility.ini").unlink()

    assert named(plan(home)) == [("compatibility.ini", Action.CREATE), ("prefs.js", Action.EDIT)]


def test_a_new_folder_is_not_listed_anywhere(home):
    (home / "demo").mkdir()
    changes = plan(home, profile=str(home / "demo"))

    assert [change.path for change in changes.changes] == [home / "demo/prefs.js"]


def test_a_running_thunderbird_is_refused(home):
    with thunderbird_on(profile_of(home)), pytest.raises(ProfileRefused, match="running"):
        plan(home)


def test_a_server_without_tls_is_refused_as_unsafe(home):
    with pytest.raises(Unsafe):
        plan(home, pop_account(security=Security.PLAIN))


def test_lines_of_user_js_that_would_undo_the_account_are_refused(home):
    (profile_of(home) / "user.js").write_bytes(edit(b"", {"mail.accountmanager.accounts": "account7"}))
    with pytest.raises(ProfileRefused, match=r"user\.js sets mail\.accountmanager\.accounts anew"):
        plan(home)


def test_other_lines_of_user_js_do_no_harm(home):
    (profile_of(home) / "user.js").write_bytes(edit(b"", {"mail.identity.default.compose_html": False}))

    assert named(plan(home)) == [("prefs.js", Action.EDIT)]


def test_an_account_that_user_js_makes_is_known_by_its_own_keys(home):
    made = enter({"mail.account.lastKey": 6, "mail.server.server1.port": 1}, pop_account()).prefs
    (profile_of(home) / "user.js").write_bytes(edit(b"", made))

    assert plan(home).empty


def test_a_broken_prefs_js_is_refused_with_its_line(home):
    (profile_of(home) / "prefs.js").write_bytes(b'user_pref("a", 1);\nuser_pref("open')
    with pytest.raises(ProfileRefused, match=r"prefs\.js is broken from line 2"):
        plan(home)


def test_a_prefs_js_that_is_a_folder_is_refused(home):
    (profile_of(home) / "prefs.js").unlink()
    (profile_of(home) / "prefs.js").mkdir()
    with pytest.raises(ProfileRefused, match=r"prefs\.js cannot be read"):
        plan(home)


def test_removing_mail_that_was_left_so_far_is_told_with_its_number(home):
    carry_out(plan(home))
    folder = profile_of(home) / "Mail/pop.example.org"
    folder.mkdir(parents=True)
    (folder / "popstate.dat").write_bytes(POPSTATE)
    deletes = plan(home, pop_account(Retention(keep=False))).deletes

    assert deletes is not None
    assert deletes.fields["count"] == 2


def test_a_new_account_that_leaves_nothing_empties_the_mailbox_and_says_so(home):
    deletes = plan(home, pop_account(Retention(keep=False))).deletes
    assert "every message" in deletes.render()


@pytest.mark.parametrize("retention", [Retention(), Retention(days=1), Retention(until_deleted=True)])
def test_a_new_account_that_leaves_mail_deletes_nothing(home, retention):
    assert plan(home, pop_account(retention)).deletes is None


def test_an_account_beside_another_for_the_same_address_is_said(home):
    carry_out(plan(home))
    notes = plan(home, imap_account()).notes

    assert [note.fields for note in notes] == [{"name": "ada@example.org"}]


@pytest.mark.parametrize("system", ["darwin", "windows"])
def test_where_a_password_cannot_be_stored_the_rest_is_still_planned(tmp_path, system):
    machine = Machine(system=system, home=tmp_path, environment={})
    changes = plan_export("thunderbird", pop_account(), machine=machine, password=Secret("geheim"))

    assert [note.render().split(":")[0] for note in changes.notes] == [
        "The password was not put into Thunderbird's store"
    ]
    assert not changes.empty


def test_an_unreadable_store_is_told_and_the_rest_is_still_planned(home):
    (profile_of(home) / "key4.db").mkdir()
    changes = plan(home, password=Secret("geheim"))

    assert named(changes) == [("prefs.js", Action.EDIT)]
    assert [note.fields["reason"].fields["path"] for note in changes.notes] == [profile_of(home) / "key4.db"]


def signing_in_at(host):
    return account(server(Protocol.IMAP, host, auth=(Auth.OAUTH2,)))


def test_of_the_providers_own_sign_in_it_is_said_when_it_comes(home):
    changes = plan(home, signing_in_at("imap.gmail.com"))
    [note] = changes.notes

    assert changes.signs_in
    assert "sign-in page (OAuth2)" in note.template


def test_where_thunderbird_has_no_sign_in_page_it_is_said_that_it_will_not_get_in(home):
    changes = plan(home, signing_in_at("imap.example.org"))
    [note] = changes.notes

    assert not changes.signs_in
    assert "It will not work as it is: imap.example.org takes no password" in note.render()


def test_turning_leaving_off_before_anything_was_fetched_empties_the_mailbox_and_says_so(home):
    carry_out(plan(home))
    deletes = plan(home, pop_account(Retention(keep=False))).deletes

    assert "every message" in deletes.render()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (Retention(days=7), Retention(), True),
        (Retention(keep=False), Retention(days=7), True),
        (Retention(days=7), Retention(days=30), True),
        (Retention(), Retention(), False),
        (Retention(), Retention(days=7), False),
        (Retention(days=7), Retention(days=7), False),
    ],
)
def test_where_more_mail_stays_than_before_it_is_said(home, before, after, told):
    carry_out(plan(home, pop_account(before)))
    notes = plan(home, pop_account(after)).notes

    assert [note.fields for note in notes] == ([{"host": "pop.example.org"}] if told else [])


def test_the_plan_knows_whose_account_it_is(home):
    assert str(plan(home).address) == "ada@example.org"


def test_it_can_be_told_beforehand_what_would_be_written(home):
    told = CLIENTS["thunderbird"].prospect(linux(home))

    assert told.fields == {"prefs": profile_of(home) / "prefs.js"}


def test_it_can_be_told_beforehand_where_a_first_profile_would_be_made(tmp_path):
    told = CLIENTS["thunderbird"].prospect(linux(tmp_path))

    assert told.fields == {
        "folder": tmp_path / ".thunderbird",
        "ini": tmp_path / ".thunderbird/profiles.ini",
    }


def test_a_hostile_name_stays_one_text(home):
    hostile = '");user_pref("mail.server.server1.hostname","evil.example");("'
    wished = replace(pop_account(), name=hostile)

    assert read(plan(home, wished).changes[0].after)["mail.identity.id1.fullName"] == hostile


def test_a_shown_plan_never_holds_the_password(tmp_path):
    shown = "".join(change.diff for change in plan(tmp_path, password=Secret("geheim")).changes)

    assert "geheim" not in shown


def test_an_unknown_mail_program_is_wrong_usage_with_those_that_are_known(home):
    with pytest.raises(WrongUsage, match=r"“mutt”.*thunderbird"):
        plan_export("mutt", pop_account(), machine=linux(home))


def test_every_client_is_registered_under_its_own_name():
    assert [client.name for client in CLIENTS.values()] == list(CLIENTS)
