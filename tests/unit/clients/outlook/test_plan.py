"""The files that an export to Outlook plans: where they go, what the page says, what a person is told."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.clients.outlook.reader import read
from tests.unit.clients.samples import account, imap_account, linux, pop_account, server, snapshot

from mailsetup.account import Account, Auth, Protocol, Retention, Secret
from mailsetup.clients.apply import apply
from mailsetup.clients.changes import Action, ChangeSet
from mailsetup.clients.client import Machine, System
from mailsetup.clients.registry import CLIENTS, plan_export
from mailsetup.errors import Message, ProfileRefused, WrongUsage

PRF = "ada@example.org.prf"
PAGE = "ada@example.org - how to use it.txt"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, and nothing in it."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def plan(wished: Account | None = None, *, system: System = "linux", **options) -> ChangeSet:
    machine = replace(linux(Path("/home/ada")), system=system)
    return plan_export("outlook", wished or pop_account(), machine=machine, **options)


def page_of(changes: ChangeSet) -> str:
    [page] = [change.after.decode() for change in changes.changes if change.path.suffix == ".txt"]
    return page


def words(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def told(notes: tuple[Message, ...]) -> str:
    return " ".join(note.render() for note in notes)


def test_the_file_and_its_page_go_into_the_current_folder_the_file_last(folder):
    changes = plan()

    assert [change.path for change in changes.changes] == [folder / PAGE, folder / PRF]
    assert changes.profile == folder


def test_an_output_path_moves_both(folder):
    changes = plan(output=Path("mail/work.prf"))

    assert [change.path for change in changes.changes] == [
        folder / "mail/work - how to use it.txt",
        folder / "mail/work.prf",
    ]


def test_planning_writes_nothing(folder):
    plan()

    assert snapshot(folder) == {}


def test_a_second_run_changes_nothing(folder, tmp_path):
    apply(plan(), state=tmp_path / "state")

    assert plan().empty


def test_another_file_in_its_place_is_shown_as_an_edit_and_kept_in_the_backup(folder, tmp_path):
    (folder / PRF).write_bytes(b"[General]\r\nProfileName=Mine\r\n")
    changes = plan()
    applied = apply(changes, state=tmp_path / "state")

    assert changes.changes[-1].action is Action.EDIT
    assert "-ProfileName=Mine" in changes.changes[-1].diff
    assert [copy.read_bytes() for copy in applied.backup.glob("*.prf")] == [
        b"[General]\r\nProfileName=Mine\r\n"
    ]


def test_a_folder_in_its_place_is_refused(folder):
    (folder / PRF).mkdir()
    with pytest.raises(ProfileRefused, match=r"\.prf cannot be read"):
        plan()


def test_an_address_that_means_something_to_a_shell_or_a_path_makes_a_harmless_name(folder):
    wished = account(
        server(Protocol.POP3, "pop.example.org"), address="a/b&c%d@example.org", retention=Retention()
    )

    assert plan(wished).changes[-1].path == folder / "a_b_c_d@example.org.prf"


@pytest.mark.parametrize("name", ['a".prf', "a\nb.prf"])
def test_a_name_that_would_break_the_line_to_paste_is_refused(folder, name):
    with pytest.raises(ProfileRefused, match="--output"):
        plan(output=Path(name))


def test_what_cannot_be_said_is_refused_before_anything_is_planned(folder):
    with pytest.raises(ProfileRefused, match="alphabet"):
        plan(replace(pop_account(), name="Ада"))


def test_the_diff_shows_letters_as_they_are(folder):
    changes = plan(replace(pop_account(), name="Zoë"))

    assert "+DisplayName=Zoë" in changes.changes[-1].diff


def test_a_person_is_told_that_outlook_does_not_have_the_account_yet(folder):
    remaining = plan().remaining

    assert remaining is not None
    assert f"does not have the account yet: it takes in {PRF}. What to do is in {PAGE}." in remaining.render()


def test_a_usual_pop3_account_needs_no_remark(folder):
    assert plan(pop_account(Retention(days=14))).notes == ()


@pytest.mark.parametrize(
    ("wished", "options", "remark"),
    [
        (imap_account(), {}, "Nobody is known to have brought an IMAP account"),
        (pop_account(Retention(until_deleted=True)), {}, "deleted from “Deleted Items”"),
        (replace(pop_account(), name="Zoë"), {}, "letters beyond ASCII"),
        (pop_account(), {"password": Secret("geheim")}, "no place for a password"),
    ],
)
def test_what_is_not_quite_as_wished_is_remarked(folder, wished, options, remark):
    [note] = plan(wished, **options).notes

    assert remark in note.render()


def test_the_password_is_in_no_file_and_no_remark(folder):
    changes = plan(password=Secret("geheim"))

    assert b"geheim" not in b"".join(change.after for change in changes.changes)
    assert "geheim" not in told(changes.notes)


def test_a_named_profile_is_told_to_outlook_and_to_the_person(folder):
    changes = plan(profile="Work")

    assert read(changes.changes[-1].after).general["profilename"] == "Work"
    assert "The account is in the profile “Work”" in words(page_of(changes))


def test_elsewhere_the_page_brings_the_file_to_windows_first(folder):
    page = page_of(plan())

    assert "1. Bring the file to the Windows computer" in page
    assert f'\r\n   outlook.exe /importprf "%USERPROFILE%\\Downloads\\{PRF}"\r\n' in page


def test_on_windows_the_page_names_the_file_where_it_lies(folder):
    page = page_of(plan(system="windows"))

    assert "1. Close Outlook." in page
    assert f'\r\n   outlook.exe /importprf "{folder / PRF}"\r\n' in page


def test_the_line_to_paste_is_never_cut(folder):
    long = f"{'long-name-' * 15}.prf"

    assert f'outlook.exe /importprf "%USERPROFILE%\\Downloads\\{long}"\r\n' in page_of(
        plan(output=Path(long))
    )


@pytest.mark.parametrize(
    ("wished", "lines"),
    [
        (
            pop_account(Retention(days=14)),
            [
                "Your name Ada Lovelace",
                "Account type POP3",
                "Incoming mail server pop.example.org Port 995 Encryption SSL/TLS User name ada@example.org",
                "Leave a copy of messages on the server yes Remove from server after 14 days "
                "Remove when deleted from “Deleted Items” no",
            ],
        ),
        (
            pop_account(Retention(keep=False)),
            ["Leave a copy of messages on the server no Remove from server no"],
        ),
        (imap_account(), ["Account type IMAP", "Incoming mail server imap.example.org Port 993"]),
    ],
)
def test_the_page_has_every_value_in_outlooks_words(folder, wished, lines):
    page = words(page_of(plan(wished)))

    assert [line for line in lines if line not in page] == []


def test_the_page_says_where_sending_needs_no_login(folder):
    smtp = server(Protocol.SMTP, "smtp.example.org", port=465, auth=(Auth.NONE,))
    page = words(page_of(plan(replace(pop_account(), outgoing=smtp))))

    assert "Requires authentication no Leave a copy" in page


@pytest.mark.parametrize(
    ("wished", "careful"),
    [(pop_account(), True), (pop_account(Retention(keep=False)), False), (imap_account(), False)],
)
def test_who_wants_mail_to_stay_looks_before_outlook_first_fetches_it(folder, wished, careful):
    assert ("press Cancel, and see" in words(page_of(plan(wished)))) is careful


@pytest.mark.parametrize(
    ("wished", "doubt"),
    [(pop_account(), "Others have brought POP3 accounts"), (imap_account(), "Nobody is known")],
)
def test_the_page_says_what_is_not_proven(folder, wished, doubt):
    page = words(page_of(plan(wished)))

    assert "mailsetup was never tried with a real Outlook." in page
    assert doubt in page


def test_every_line_of_the_page_ends_as_windows_wants_it(folder):
    page = page_of(plan())

    assert page.count("\n") == page.count("\r\n")
    assert page.endswith("\r\n")


@pytest.mark.parametrize("system", ["linux", "darwin", "windows"])
def test_outlook_is_found_on_no_machine(tmp_path, system):
    machine = Machine(system=system, home=tmp_path, environment={})

    assert CLIENTS["outlook"].find(machine) == ()


def test_thunderbird_is_handed_no_file(tmp_path):
    with pytest.raises(WrongUsage, match=r"--output is for programs that are handed a file"):
        plan_export("thunderbird", pop_account(), machine=linux(tmp_path), output=tmp_path / "x")


@pytest.mark.parametrize(
    ("retention", "deletes"),
    [(Retention(), False), (Retention(days=7), False), (Retention(keep=False), True)],
)
def test_that_nothing_stays_on_the_server_needs_a_yes(retention, deletes):
    assert (plan(pop_account(retention)).deletes is not None) is deletes
