"""Outlook on the machine that it is set up on: found, told apart, and made to take the file in."""

from pathlib import Path

import pytest
from tests.unit.clients.outlook.windows import (
    OUTLOOK,
    SETUP,
    FakeRegistry,
    account_key,
    used,
    windows,
)
from tests.unit.clients.samples import imap_account, linux, pop_account

import mailsetup
from mailsetup.account import Auth, Retention, Security
from mailsetup.clients.client import Machine
from mailsetup.clients.outlook.installed import Installed, look
from mailsetup.clients.outlook.plan import Outlook
from mailsetup.clients.windows_registry import carry_out, undoing
from mailsetup.errors import ProfileRefused, Unsafe, WrongUsage

STORED = {"Email": "Ada@example.org", "POP3 Server": "pop.example.org"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is where files go."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def plan(machine: Machine, wished=None, **options):
    return Outlook().plan(wished or pop_account(), machine, **options)


def arrange(machine: Machine, wished=None):
    """What --apply would change."""
    wished = wished or pop_account()
    return Outlook().plan_import(plan(machine, wished), wished, machine)


def page_of(changes) -> str:
    [page] = [change.after.decode() for change in changes.changes if change.path.suffix == ".txt"]
    return " ".join(page.split())


def test_one_file_alone_reaches_the_real_registry():
    source = Path(mailsetup.__file__).parent
    reaching = [path.name for path in source.rglob("*.py") if "import winreg" in path.read_text()]

    assert reaching == ["windows_registry.py"]


def test_without_outlook_nothing_is_found(tmp_path):
    assert look(windows(tmp_path)) == Installed()


def test_on_another_system_nothing_is_looked_for(tmp_path):
    assert look(linux(tmp_path)) == Installed()


def test_classic_outlook_is_found_with_its_default_profile_first(tmp_path):
    found = look(windows(tmp_path, used("Home", "Work", default="Work")))

    assert found == Installed(version="16.0", profiles=("Work", "Home"), default="Work")


def test_a_default_that_is_gone_is_none(tmp_path):
    assert look(windows(tmp_path, used("Home", default="Gone"))).default is None


def test_outlook_2013_keeps_its_names_in_utf_16(tmp_path):
    key = OUTLOOK.replace("16.0", "15.0")
    registry = FakeRegistry(
        {key: {"DefaultProfile": "Home\0".encode("utf-16-le")}, f"{key}\\Profiles\\Home": {}}
    )

    assert look(windows(tmp_path, registry)) == Installed(version="15.0", profiles=("Home",), default="Home")


@pytest.mark.parametrize("folder", ["Microsoft Office/root/Office16", "Microsoft Office/Office16"])
def test_classic_outlook_that_was_never_started_is_found_by_its_program(tmp_path, folder):
    program = tmp_path / "Programs" / folder / "OUTLOOK.EXE"
    program.parent.mkdir(parents=True)
    program.touch()

    assert look(windows(tmp_path)) == Installed(version="16.0")


def test_the_new_outlook_is_told_apart(tmp_path):
    found = look(windows(tmp_path, new=True))

    assert (found.only_new, found.version) == (True, None)


def test_where_both_are_the_classic_one_is_set_up(tmp_path):
    assert not look(windows(tmp_path, used("Outlook"), new=True)).only_new


def test_its_profiles_are_found_as_those_of_any_program(tmp_path):
    found = Outlook().find(windows(tmp_path, used("Home", "Work", default="Work")))

    assert [(profile.name, profile.default) for profile in found] == [("Work", True), ("Home", False)]


@pytest.mark.parametrize(
    ("registry", "new", "told"),
    [
        (used("Home"), False, "Classic Outlook is here, with the default profile “Home”"),
        (used("Home", default="Gone"), False, "Classic Outlook is here, without a default profile"),
        (FakeRegistry(), True, "Only the new Outlook is here"),
    ],
)
def test_it_can_be_told_beforehand_what_would_be_written(tmp_path, registry, new, told):
    message = Outlook().prospect(windows(tmp_path, registry, new=new))

    assert message.render().startswith(told)


def test_of_an_outlook_that_is_not_there_nothing_is_told(tmp_path):
    assert Outlook().prospect(windows(tmp_path)) is None


def test_an_unknown_profile_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(ProfileRefused, match=r"no profile named “Wrok”.*: Home, Work\."):
        plan(windows(tmp_path, used("Home", "Work")), profile="Wrok")


def test_the_default_profile_is_named_and_the_others_with_it(tmp_path):
    [note] = plan(windows(tmp_path, used("Home", "Work"))).notes

    assert note.fields == {"name": "Home", "others": "Work"}


def test_an_account_that_is_there_already_is_told_in_the_plan(tmp_path):
    registry = used("Home")
    registry.keys[account_key("Home")] = STORED
    [note] = plan(windows(tmp_path, registry)).notes

    assert note.fields == {"profile": "Home"}


def test_outlook_takes_the_file_in_at_its_next_start(tmp_path, here):
    registry = used("Home", FirstRun=b"\x01\0", **{"First-Run": b"\x02"})
    machine = windows(tmp_path, registry)
    carry_out(registry, arrange(machine))

    assert registry.keys[SETUP] == {"ImportPRF": str(here / "ada@example.org.prf")}


def test_a_file_that_outlook_waits_for_already_changes_nothing(tmp_path, here):
    machine = windows(tmp_path, used("Home", ImportPRF=str(here / "ada@example.org.prf")))

    assert arrange(machine) == ()


def test_it_is_said_how_to_call_it_off(tmp_path):
    machine = windows(tmp_path, used("Home", FirstRun=b"\x01\0"))

    assert undoing(arrange(machine)) == (
        f'reg delete "HKCU\\{SETUP}" /v ImportPRF /f',
        f'reg add "HKCU\\{SETUP}" /v FirstRun /t REG_BINARY /d 0100 /f',
    )


def test_what_another_had_set_there_can_be_set_again(tmp_path):
    machine = windows(tmp_path, used("Home", ImportPRF="C:\\old.prf", **{"First-Run": 1}))

    assert undoing(arrange(machine)) == (
        f'reg add "HKCU\\{SETUP}" /v ImportPRF /t REG_SZ /d "C:\\old.prf" /f',
        f'reg add "HKCU\\{SETUP}" /v First-Run /t REG_DWORD /d 1 /f',
    )


def test_a_registry_that_refuses_stays_as_it_was(tmp_path):
    registry = used("Home", FirstRun=b"\x01")
    changes = arrange(windows(tmp_path, registry))
    registry.refuses = 1
    with pytest.raises(PermissionError):
        carry_out(registry, changes)

    assert registry.keys[SETUP] == {"FirstRun": b"\x01"}


def test_planning_changes_nothing_in_the_registry(tmp_path):
    registry = used("Home", FirstRun=b"\x01")
    arrange(windows(tmp_path, registry))

    assert registry.changed == []


@pytest.mark.parametrize("address", ["ada@example.org", "ADA@EXAMPLE.ORG"])
def test_an_account_that_is_there_already_is_not_taken_in_a_second_time(tmp_path, address):
    registry = used("Home", "Work")
    registry.keys[account_key("Work")] = {**STORED, "Email": address}
    with pytest.raises(ProfileRefused, match=r"has ada@example\.org at pop\.example\.org.*“Work”"):
        arrange(windows(tmp_path, registry))


@pytest.mark.parametrize(
    "other", [{"Email": "bob@example.org"}, {"POP3 Server": "pop.example.net"}, {"POP3 Server": b"\0"}]
)
def test_another_account_does_not_stand_in_the_way(tmp_path, other):
    registry = used("Home")
    registry.keys[account_key("Home")] = STORED | other

    assert arrange(windows(tmp_path, registry))


def test_elsewhere_than_on_windows_there_is_nothing_to_apply_to(tmp_path):
    with pytest.raises(WrongUsage, match="this is not Windows"):
        arrange(linux(tmp_path))


@pytest.mark.parametrize("new", [True, False])
def test_without_classic_outlook_there_is_nothing_to_apply_to(tmp_path, new):
    with pytest.raises(WrongUsage, match="needs classic Outlook"):
        arrange(windows(tmp_path, new=new))


def test_for_the_new_outlook_alone_there_is_a_page_and_no_file(tmp_path, here):
    changes = plan(windows(tmp_path, new=True))

    assert [change.path for change in changes.changes] == [here / "ada@example.org - how to use it.txt"]


@pytest.mark.parametrize(
    "value",
    [
        *("Ada Lovelace", "ada@example.org", "POP3", "pop.example.org", "110", "STARTTLS"),
        *("smtp.example.org", "465", "SSL/TLS", "after 14 days"),
    ],
)
def test_the_page_for_the_new_outlook_has_every_value(tmp_path, value):
    wished = pop_account(Retention(days=14), port=110, security=Security.STARTTLS)

    assert value in page_of(plan(windows(tmp_path, new=True), wished))


def test_the_new_outlook_can_have_what_a_file_cannot_say(tmp_path):
    assert plan(windows(tmp_path, new=True), imap_account(auth=(Auth.OAUTH2,))).changes


def test_the_new_outlook_gets_no_server_without_tls_either(tmp_path):
    with pytest.raises(Unsafe):
        plan(windows(tmp_path, new=True), imap_account(security=Security.PLAIN))


def test_the_new_outlook_has_no_profiles_to_be_named(tmp_path):
    with pytest.raises(ProfileRefused, match="it has no profiles"):
        plan(windows(tmp_path, new=True), profile="Home")


def test_the_page_beside_a_file_says_how_the_new_outlook_gets_the_account(tmp_path):
    text = page_of(plan(linux(tmp_path)))

    assert "In the new Outlook, by hand" in text
    assert "Settings (the gear), Accounts, Your accounts, Add account" in text
