"""Exports taken back from a prefs.js that Thunderbird, and a person in it, have written since."""

import pytest
from tests.unit.clients.samples import account, imap_account, pop_account, server
from tests.unit.clients.undoing import GRACE, Desk, mail_prefs

from mailsetup.account import Protocol, Retention
from mailsetup.clients.apply import apply
from mailsetup.clients.changes import ChangeSet
from mailsetup.errors import ProfileRefused


@pytest.fixture
def desk(tmp_path) -> Desk:
    """Grace's account is there, and Thunderbird has written it."""
    desk = Desk.at(tmp_path)
    desk.export(GRACE)
    desk.used()
    return desk


def notes_of(changes: ChangeSet) -> list[str]:
    return [note.render() for note in changes.notes]


def test_an_account_goes_with_all_that_thunderbird_added_to_it(desk):
    before = mail_prefs(desk.prefs())
    desk.export(pop_account())
    desk.used()
    desk.undo()

    assert mail_prefs(desk.prefs()) == before


def test_every_other_line_stays_as_thunderbird_wrote_it(desk):
    desk.export(pop_account())
    desk.used()
    written = desk.prefs_js.read_bytes().splitlines()
    desk.undo()
    left = desk.prefs_js.read_bytes().splitlines()

    assert {line for line in left if line not in written} == {
        b'user_pref("mail.accountmanager.accounts", "account1,account2");',
        b'user_pref("mail.smtpservers", "smtp1");',
    }
    assert [line for line in written if line in left] == [line for line in left if line in written]


def test_of_two_accounts_on_one_host_only_ours_goes(desk):
    desk.export(pop_account())
    desk.used()
    desk.undo()
    there = desk.prefs()

    assert there["mail.server.server1.hostname"] == "pop.example.org"
    assert there["mail.server.server1.userName"] == "grace@example.org"
    assert there["mail.server.server1.directory-rel"] == "[ProfD]Mail/pop.example.org"


def test_no_number_of_an_account_is_given_twice(desk):
    desk.export(pop_account())
    desk.used()
    desk.undo()

    assert desk.prefs()["mail.account.lastKey"] == 3


def test_an_account_that_a_person_added_since_stays(desk):
    desk.export(pop_account())
    added = {
        "mail.accountmanager.accounts": "account1,account2,account3,account4",
        "mail.account.account4.server": "server4",
        "mail.account.account4.identities": "id3",
        "mail.server.server4.type": "imap",
        "mail.server.server4.hostname": "imap.mine.example",
        "mail.server.server4.userName": "me",
        "mail.identity.id3.useremail": "me@mine.example",
        "mail.identity.id3.smtpServer": "smtp3",
        "mail.smtpservers": "smtp1,smtp2,smtp3",
        "mail.smtpserver.smtp3.hostname": "smtp.mine.example",
    }
    desk.used(added)
    desk.undo()
    there = desk.prefs()
    added |= {"mail.accountmanager.accounts": "account1,account2,account4", "mail.smtpservers": "smtp1,smtp3"}

    assert {name: there.get(name) for name in added} == added
    assert "mail.server.server3.type" not in there


def test_our_account_goes_also_where_a_person_has_changed_its_connection(desk):
    before = mail_prefs(desk.prefs())
    desk.export(pop_account())
    desk.used({"mail.server.server3.port": 110, "mail.server.server3.hostname": "other.example.org"})
    desk.undo()

    assert mail_prefs(desk.prefs()) == before


def test_an_account_that_took_our_place_is_not_touched(desk):
    """A person removed ours; Thunderbird gave the keys of its server and identity to another."""
    desk.export(pop_account())
    theirs = {
        "mail.accountmanager.accounts": "account1,account2,account9",
        "mail.account.account9.server": "server3",
        "mail.account.account9.identities": "id2",
        "mail.server.server3.hostname": "pop.mine.example",
        "mail.identity.id2.useremail": "me@mine.example",
        "mail.smtpserver.smtp2.hostname": "smtp.mine.example",
    }
    gone = {"mail.account.account3.server": None, "mail.account.account3.identities": None}
    desk.used({**theirs, **gone})
    there = desk.prefs()
    changes = desk.plan_undo()

    assert changes.empty
    assert desk.prefs() == there
    assert notes_of(changes) == [
        "The outgoing server smtp.mine.example stays: it was changed since, or another address sends "
        "through it."
    ]


def test_an_address_that_a_person_added_to_our_account_is_named(desk):
    desk.export(pop_account())
    desk.used(
        {
            "mail.account.account3.identities": "id2,id3",
            "mail.identity.id3.useremail": "alias@example.org",
        }
    )
    changes = desk.plan_undo()

    assert notes_of(changes) == [
        "The address alias@example.org was added to the account since, and goes with it."
    ]


def test_another_account_that_keeps_its_mail_in_ours_stops_it(desk):
    desk.export(pop_account())
    desk.used({"mail.server.server1.deferred_to_account": "account3"})
    with pytest.raises(ProfileRefused, match=r"“grace@example.org” keeps its mail in the inbox"):
        desk.plan_undo()


def test_the_default_account_goes_back_to_the_one_of_before(tmp_path):
    desk = Desk.at(tmp_path)
    desk.export(GRACE)
    desk.used()
    desk.export(pop_account())
    desk.used({"mail.accountmanager.defaultaccount": "account3", "mail.smtp.defaultserver": "smtp2"})
    desk.undo()

    assert desk.prefs()["mail.accountmanager.defaultaccount"] == "account1"
    assert desk.prefs()["mail.smtp.defaultserver"] == "smtp1"


def test_a_default_that_a_person_chose_since_stays(tmp_path):
    desk = Desk.at(tmp_path)
    ours = desk.export(pop_account())
    desk.export(GRACE)
    desk.used({"mail.accountmanager.defaultaccount": "account3"})
    desk.undo(ours)

    assert desk.prefs()["mail.accountmanager.defaultaccount"] == "account3"


def test_a_first_account_leaves_local_folders_and_no_default(tmp_path):
    desk = Desk.at(tmp_path)
    desk.export(pop_account())
    desk.used()
    desk.undo()
    there = desk.prefs()

    assert there["mail.accountmanager.accounts"] == "account2"
    assert there["mail.accountmanager.localfoldersserver"] == "server2"
    assert not {"mail.accountmanager.defaultaccount", "mail.smtpservers", "mail.smtp.defaultserver"} & set(
        there
    )


def test_the_same_account_with_another_retention_gets_its_old_one_back(desk):
    desk.export(pop_account(Retention(days=30)))
    desk.used()
    before = mail_prefs(desk.prefs())
    desk.export(pop_account(Retention(until_deleted=True)))
    desk.used()
    desk.undo()

    assert mail_prefs(desk.prefs()) == before


def test_a_number_of_days_that_the_export_added_goes_again(desk):
    desk.export(pop_account())
    desk.used()
    before = mail_prefs(desk.prefs())
    desk.export(pop_account(Retention(days=30)))
    desk.used()
    desk.undo()

    assert mail_prefs(desk.prefs()) == before


def test_retention_that_a_person_has_changed_since_stays_whole(desk):
    """Not one of its settings goes back alone: together with the others it could remove mail."""
    desk.export(pop_account())
    desk.export(pop_account(Retention(days=30)))
    desk.used({"mail.server.server3.num_days_to_leave_on_server": 60})
    changes = desk.plan_undo()

    assert changes.empty
    assert notes_of(changes) == ["What is left on pop.example.org was changed since, and stays as it is now."]


def test_a_connection_that_a_person_has_changed_since_stays_whole(desk):
    desk.export(pop_account())
    desk.export(pop_account(port=1995))
    desk.used({"mail.server.server3.port": 2995})
    changes = desk.plan_undo()

    assert changes.empty
    assert notes_of(changes) == [
        "How pop.example.org is connected to was changed since, and stays as it is now."
    ]


def test_settings_of_an_account_that_a_person_removed_do_not_come_back(desk):
    desk.export(pop_account())
    desk.export(pop_account(port=1995))
    there = desk.prefs()
    ours = {
        name: None for name in there if name.startswith(("mail.server.server3.", "mail.account.account3"))
    }
    desk.used({**ours, "mail.accountmanager.accounts": "account1,account2"})

    assert desk.plan_undo().empty


def test_the_way_out_of_an_account_goes_back(desk):
    desk.export(pop_account())
    desk.used()
    before = mail_prefs(desk.prefs())
    other = server(Protocol.SMTP, "relay.example.org", port=465)
    desk.export(account(pop_account().incoming, outgoing=other, retention=Retention()))
    desk.used()
    assert desk.prefs()["mail.identity.id2.smtpServer"] == "smtp3"
    desk.undo()

    assert mail_prefs(desk.prefs()) == before


def test_an_outgoing_server_stays_where_another_address_sends_through_it(desk):
    first = desk.export(pop_account())
    desk.export(imap_account())
    desk.used()
    changes = desk.plan_undo(first)
    apply(changes, state=desk.state)

    assert desk.prefs()["mail.smtpserver.smtp2.hostname"] == "smtp.example.org"
    assert desk.prefs()["mail.smtpservers"] == "smtp1,smtp2"
    assert "The outgoing server smtp.example.org stays" in notes_of(changes)[0]


def test_a_second_address_of_an_account_goes_and_the_first_stays(desk):
    alias = account(
        GRACE.incoming, address="admiral@example.org", outgoing=GRACE.outgoing, retention=Retention()
    )
    before = mail_prefs(desk.prefs())
    desk.export(alias)
    desk.used()
    assert desk.prefs()["mail.account.account1.identities"] == "id1,id2"
    desk.undo()

    assert mail_prefs(desk.prefs()) == before


def test_a_second_address_that_is_the_last_one_left_stays(desk):
    alias = account(
        GRACE.incoming, address="admiral@example.org", outgoing=GRACE.outgoing, retention=Retention()
    )
    desk.export(alias)
    desk.used({"mail.account.account1.identities": "id2"})
    changes = desk.plan_undo()

    assert changes.empty
    assert notes_of(changes) == ["The address admiral@example.org stays: its account has no other any more."]


def test_an_account_that_has_another_server_since_stays(desk):
    desk.export(pop_account())
    desk.used({"mail.account.account3.server": "server9", "mail.server.server9.type": "imap"})
    desk.undo()

    assert desk.prefs()["mail.accountmanager.accounts"] == "account1,account2,account3"


def test_an_address_that_another_account_has_too_stays(desk):
    desk.export(pop_account())
    desk.used({"mail.account.account1.identities": "id1,id2"})
    desk.undo()

    assert desk.prefs()["mail.identity.id2.useremail"] == "ada@example.org"


def test_settings_of_an_account_that_another_has_replaced_do_not_come_back(desk):
    desk.export(pop_account())
    desk.export(pop_account(port=1995))
    desk.used({"mail.server.server3.hostname": "pop.mine.example"})

    assert desk.plan_undo().empty


def test_a_way_out_that_is_gone_is_not_the_way_out_again(desk):
    desk.export(pop_account())
    desk.used()
    other = server(Protocol.SMTP, "relay.example.org", port=465)
    desk.export(account(pop_account().incoming, outgoing=other, retention=Retention()))
    there = desk.prefs()
    removed = {name: None for name in there if name.startswith("mail.smtpserver.smtp2.")}
    desk.used({**removed, "mail.smtpservers": "smtp1,smtp3"})
    desk.undo()

    assert desk.prefs()["mail.identity.id2.smtpServer"] == "smtp3"
    assert desk.prefs()["mail.smtpserver.smtp3.hostname"] == "relay.example.org"


def test_an_outgoing_server_that_a_person_has_changed_since_stays(desk):
    desk.export(pop_account())
    desk.used({"mail.smtpserver.smtp2.hostname": "smtp.mine.example"})
    desk.undo()

    assert desk.prefs()["mail.smtpserver.smtp2.hostname"] == "smtp.mine.example"


def test_an_outgoing_server_stays_where_an_address_added_since_has_it_by_default(desk):
    desk.export(pop_account())
    desk.used({"mail.smtp.defaultserver": "smtp2", "mail.identity.id7.useremail": "me@mine.example"})
    desk.undo()

    assert desk.prefs()["mail.smtp.defaultserver"] == "smtp2"
    assert desk.prefs()["mail.smtpserver.smtp2.hostname"] == "smtp.example.org"


def test_an_address_of_before_gets_its_old_default_back(tmp_path):
    there = (
        b'user_pref("mail.identity.id1.useremail", "me@mine.example");\n'
        b'user_pref("mail.smtpservers", "smtp7");\n'
        b'user_pref("mail.smtpserver.smtp7.hostname", "smtp.mine.example");\n'
    )
    desk = Desk.at(tmp_path, there)
    desk.export(pop_account())
    desk.used({"mail.smtp.defaultserver": "smtp1"})
    desk.undo()

    assert desk.prefs()["mail.smtp.defaultserver"] == "smtp7"
    assert desk.prefs()["mail.smtpservers"] == "smtp7"


def test_of_several_accounts_the_default_of_before_is_it_again(desk):
    desk.export(imap_account())
    desk.used({"mail.accountmanager.defaultaccount": "account3"})
    desk.export(pop_account())
    desk.used({"mail.accountmanager.defaultaccount": "account4"})
    desk.undo()

    assert desk.prefs()["mail.accountmanager.defaultaccount"] == "account3"


def test_a_second_address_that_a_person_has_changed_since_stays(desk):
    alias = account(
        GRACE.incoming, address="admiral@example.org", outgoing=GRACE.outgoing, retention=Retention()
    )
    desk.export(alias)
    desk.used({"mail.identity.id2.useremail": "captain@example.org"})

    assert desk.plan_undo().empty


def test_only_the_mail_of_the_account_that_goes_is_named(desk):
    other = desk.keep_mail("pop.example.org")
    desk.export(pop_account())
    mail = desk.keep_mail("pop.example.org-1")
    desk.used()

    assert notes_of(desk.plan_undo()) == [f"The mail that was fetched stays on this disk, in {mail}."]
    assert other.is_dir()
