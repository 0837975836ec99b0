"""What comes before a profile is written, and the writing itself, over described machines."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.clients.outlook.windows import SETUP, FakeRegistry, used, windows
from tests.unit.clients.samples import linux, make_profile, pop_account

from mailsetup.account import Auth, Retention
from mailsetup.choice import Wishes
from mailsetup.cli.console import Console
from mailsetup.cli.credentials import PasswordSource
from mailsetup.cli.options import Writing
from mailsetup.cli.planning import ask_profile, plan, refuse_no_password, show_files
from mailsetup.cli.writing import Written, write
from mailsetup.clients.changes import ChangeSet, FileChange
from mailsetup.clients.client import Machine
from mailsetup.errors import Message, ProfileRefused, WrongUsage

WRITING = Writing(
    name=None, profile=None, output=None, client_password=False, apply=False, dry_run=False, yes=True
)


class Person(Console):
    """Types what it was told to, and remembers what it was offered. alone: nobody is there."""

    def __init__(self, *types: int, alone: bool = False) -> None:
        super().__init__(out=io.StringIO(), err=io.StringIO())
        self.types = list(types)
        self.alone = alone
        self.offered: list[str] = []

    def choose(self, question: Message, answers: "list[Message]") -> int:  # type: ignore[override]
        self.offered += [answer.render() for answer in answers]
        return self.types.pop(0)

    @property
    def interactive(self) -> bool:
        return not self.alone

    @property
    def shown(self) -> str:
        return self.out.getvalue()  # type: ignore[attr-defined, no-any-return]

    @property
    def told(self) -> str:
        return " ".join(self.err.getvalue().split())  # type: ignore[attr-defined]


def profiles(home: Path, *names: str, unused: str = "", root: str = ".thunderbird") -> Machine:
    """A machine whose Thunderbird has these profiles, the first of them its default."""
    sections = []
    for number, name in enumerate([*names, unused] if unused else names):
        folder = make_profile(home / root / f"x.{name}")
        if name == unused:
            (folder / "prefs.js").unlink()
        default = "" if number else "Default=1\n"
        sections.append(f"[Profile{number}]\nName={name}\nIsRelative=1\nPath=x.{name}\n{default}")
    (home / root / "profiles.ini").write_text("\n".join(sections))
    return linux(home)


def export(machine: Machine, console: Console | None = None, account=None, **writing) -> Written:
    """An export to Outlook, to which somebody has said yes."""
    wished = account or pop_account()
    options = replace(WRITING, **{"apply": True, **writing})
    return write(console or Person(alone=True), "outlook", wished, options, Wishes(), None, machine)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, and our own state beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return folder


def test_of_several_profiles_a_person_chooses_one(tmp_path):
    person = Person(1)

    assert ask_profile(person, "thunderbird", profiles(tmp_path, "home", "work"), None) == "work"


def test_the_default_profile_is_offered_first_and_named_as_that(tmp_path):
    person = Person(0)
    ask_profile(person, "thunderbird", profiles(tmp_path, "home", "work"), None)

    assert person.offered == [
        f"home, which opens by itself, in {tmp_path}/.thunderbird/x.home",
        f"work, in {tmp_path}/.thunderbird/x.work",
    ]


def test_a_profile_that_was_never_opened_is_not_offered(tmp_path):
    machine = profiles(tmp_path, "default-release", unused="default")

    assert ask_profile(Person(), "thunderbird", machine, None) is None


def test_a_profile_that_was_named_is_not_asked_for(tmp_path):
    assert ask_profile(Person(), "thunderbird", profiles(tmp_path, "home", "work"), "home") == "home"


def test_where_nobody_is_there_the_default_profile_is_meant(tmp_path):
    person = Person(alone=True)

    assert ask_profile(person, "thunderbird", profiles(tmp_path, "home", "work"), None) is None


@pytest.mark.parametrize("name", ["default", "a/b"])
def test_a_name_that_could_mean_another_profile_stands_as_its_folder(tmp_path, name):
    flatpak = ".var/app/org.mozilla.thunderbird/.thunderbird"
    profiles(tmp_path, "default", root=flatpak)
    machine = profiles(tmp_path, "home", "work")
    ini = tmp_path / ".thunderbird/profiles.ini"
    ini.write_text(ini.read_text().replace("Name=work", f"Name={name}"))
    chosen = ask_profile(Person(2), "thunderbird", machine, None)

    assert chosen == str(tmp_path / ".thunderbird/x.work")


def test_outlook_offers_its_profiles_too(tmp_path):
    machine = windows(tmp_path, used("Home", "Work", default="Work"))

    assert ask_profile(Person(1), "outlook", machine, None) == "Home"


@pytest.mark.parametrize("without", [{"no_login": True}, {"token_command": "print-token"}])
def test_a_password_cannot_be_stored_where_another_option_leaves_none(without):
    secrets = PasswordSource(
        **{"password_stdin": False, "password_command": None, "no_login": False} | without
    )
    with pytest.raises(WrongUsage, match="--client-password"):
        refuse_no_password(replace(WRITING, client_password=True), secrets)


def test_every_file_is_named_before_the_question_an_empty_one_too(tmp_path):
    person = Person()
    files = (
        FileChange(path=Path("/p/compatibility.ini"), before=None, after=b""),
        FileChange(path=Path("/p/prefs.js"), before=b"a", after=b"b"),
        FileChange(path=Path("/p/same"), before=b"a", after=b"a"),
    )
    show_files(person, ChangeSet(client="thunderbird", profile=Path("/p"), changes=files))

    assert person.shown.splitlines() == [
        "",
        "  new      /p/compatibility.ini (empty)",
        "  changed  /p/prefs.js",
        "Files: 2; new: 1, changed: 1.",
    ]


def test_a_file_that_is_removed_is_counted_apart():
    person = Person()
    files = (FileChange(path=Path("/p/key4.db"), before=b"a", after=None, secret=True),)
    show_files(person, ChangeSet(client="thunderbird", profile=Path("/p"), changes=files))

    assert person.shown.splitlines()[-1] == "Files: 1; new: 0, changed: 0, removed: 1."


def test_to_apply_is_for_outlook_alone(tmp_path):
    with pytest.raises(WrongUsage, match="--apply is for programs that are handed a file"):
        plan("thunderbird", pop_account(), replace(WRITING, apply=True), linux(tmp_path))


def test_applied_outlook_takes_the_file_in_at_its_next_start(tmp_path, here):
    registry = used("Home", FirstRun=b"\x01")
    export(windows(tmp_path, registry))

    assert registry.keys[SETUP] == {"ImportPRF": str(here / "ada@example.org.prf")}
    assert (here / "ada@example.org.prf").is_file()


def test_what_is_set_in_the_registry_is_shown_with_the_files(tmp_path, here):
    person = Person(alone=True)
    export(windows(tmp_path, used("Home", FirstRun=b"\x01")), person)

    assert f"  registry HKCU\\{SETUP}\n           FirstRun: removed\n" in person.shown
    assert f"           ImportPRF: {here / 'ada@example.org.prf'}\n" in person.shown


def test_how_to_call_it_off_is_said_whole(tmp_path, here):
    person = Person(alone=True)
    export(windows(tmp_path, used("Home")), person).finish(person)

    assert f'\nreg delete "HKCU\\{SETUP}" /v ImportPRF /f\n' in person.err.getvalue()
    assert "Outlook takes the account in when it next starts" in person.told


def test_how_to_call_it_off_stands_in_the_document_too(tmp_path, here):
    written = export(windows(tmp_path, used("Home")))

    assert written.form.notes[-1].endswith(f'reg delete "HKCU\\{SETUP}" /v ImportPRF /f')


def test_a_second_time_nothing_is_written(tmp_path, here):
    machine = windows(tmp_path, used("Home"))
    export(machine)
    registry = machine.registry
    assert isinstance(registry, FakeRegistry)
    registry.changed.clear()
    export(machine)

    assert registry.changed == []


def test_files_that_are_there_already_are_taken_in_as_well(tmp_path, here):
    export(windows(tmp_path), apply=False)
    registry = used("Home")
    written = export(windows(tmp_path, registry))

    assert "ImportPRF" in registry.keys[SETUP]
    assert written.told.render() == f"The files are there already, in {here}."


@pytest.mark.parametrize("without", [{"dry_run": True}, {"yes": False}])
def test_without_a_yes_the_registry_stays_as_it_was(tmp_path, here, without):
    registry = used("Home", FirstRun=b"\x01")
    export(windows(tmp_path, registry), **without)

    assert registry.changed == []


def test_a_registry_that_refuses_is_told_with_what_to_do_instead(tmp_path, here):
    registry = used("Home")
    registry.refuses = 0
    with pytest.raises(ProfileRefused, match=r"files are written.*Access is denied.*page beside the file"):
        export(windows(tmp_path, registry))


def test_where_no_server_takes_a_password_it_is_said_that_none_is_stored(tmp_path):
    person = Person(alone=True)
    wished = pop_account(Retention(), auth=(Auth.OAUTH2,))
    options = replace(WRITING, client_password=True, dry_run=True)
    write(person, "thunderbird", wished, options, Wishes(), None, linux(tmp_path))

    assert "No password is stored" in person.told
