import os
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.clients.samples import linux, make_profile

from mailsetup.clients.client import Machine
from mailsetup.clients.thunderbird.profiles import choose, find, register
from mailsetup.clients.thunderbird.roots import roots
from mailsetup.errors import ProfileRefused


def write_ini(root: Path, text: str) -> None:
    """A profiles.ini in a root."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "profiles.ini").write_text(text)


def used_at(profile: Path, seconds: int) -> None:
    """Let a profile look as last used then."""
    os.utime(profile / "prefs.js", (seconds, seconds))


def plain(home: Path) -> Path:
    return home / ".thunderbird"


_TWO = """[Profile0]
Name=old
IsRelative=1
Path=a.old
Default=1

[Profile1]
Name=new
IsRelative=1
Path=b.new
"""


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A home with two profiles, the first of which is marked as the default."""
    for name in ("a.old", "b.new"):
        make_profile(plain(tmp_path) / name)
    write_ini(plain(tmp_path), _TWO)
    return tmp_path


def test_linux_keeps_profiles_in_four_kinds_of_places(tmp_path):
    found = [str(root.folder.relative_to(tmp_path)) for root in roots(linux(tmp_path))]

    assert found == [
        ".thunderbird",
        ".var/app/org.mozilla.thunderbird/.thunderbird",
        ".var/app/org.mozilla.thunderbird_esr/.thunderbird",
        ".var/app/net.thunderbird.Thunderbird/.thunderbird",
        ".var/app/org.mozilla.Thunderbird/.thunderbird",
        "snap/thunderbird/common/.thunderbird",
    ]


def test_macos_keeps_them_in_the_library(tmp_path):
    machine = Machine(system="darwin", home=tmp_path, environment={})

    assert [root.folder for root in roots(machine)] == [tmp_path / "Library/Thunderbird"]


def test_windows_keeps_them_with_the_roaming_data_and_in_the_store_package(tmp_path):
    package = tmp_path / "Local/Packages/MozillaThunderbird.MZLA_h5892qc0xkpca"
    package.mkdir(parents=True)
    environment = {"APPDATA": str(tmp_path / "Roaming"), "LOCALAPPDATA": str(tmp_path / "Local")}
    machine = Machine(system="windows", home=tmp_path, environment=environment)

    assert [root.folder for root in roots(machine)] == [
        tmp_path / "Roaming/Thunderbird",
        package / "LocalCache/Roaming/Thunderbird",
    ]


def test_moz_app_data_is_looked_in_instead(tmp_path):
    assert [root.folder for root in roots(linux(tmp_path, MOZ_APP_DATA="/srv/mail"))] == [Path("/srv/mail")]


def test_a_machine_without_a_home_says_so():
    with pytest.raises(ProfileRefused, match="no home folder"):
        find(Machine(system="linux", home=None, environment={}))


def test_without_thunderbird_nothing_is_found(tmp_path):
    assert find(linux(tmp_path)) == ()


def test_profiles_are_found_with_the_default_first(two):
    write_ini(plain(two), _TWO + "[Install4F96D1932A9F858E]\nDefault=b.new\nLocked=1\n")

    assert [(profile.name, profile.default) for profile in find(linux(two))] == [
        ("new", True),
        ("old", False),
    ]


def test_without_an_installs_choice_the_marked_profile_is_the_default(two):
    assert choose(linux(two), None).path == plain(two) / "a.old"


def test_a_snap_knows_no_choice_of_an_install(tmp_path):
    root = tmp_path / "snap/thunderbird/common/.thunderbird"
    for name in ("a.old", "b.new"):
        make_profile(root / name)
    write_ini(root, _TWO + "[Install4F96D1932A9F858E]\nDefault=b.new\n")

    assert choose(linux(tmp_path), None).path == root / "a.old"


def test_of_two_installations_the_one_used_last_is_meant(two):
    write_ini(plain(two), _TWO + "[InstallAA]\nDefault=a.old\n[InstallBB]\nDefault=b.new\n")
    used_at(plain(two) / "a.old", 1000)
    used_at(plain(two) / "b.new", 2000)

    assert choose(linux(two), None).path == plain(two) / "b.new"


def test_of_two_ways_of_installing_the_one_used_last_is_meant_and_the_other_named(two):
    flatpak = two / ".var/app/org.mozilla.thunderbird/.thunderbird"
    make_profile(flatpak / "a.old")
    write_ini(flatpak, _TWO)
    used_at(plain(two) / "a.old", 1000)
    used_at(flatpak / "a.old", 2000)
    place = choose(linux(two), None)

    assert place.path == flatpak / "a.old"
    assert [note.fields["folders"].split(", ")[0] for note in place.notes] == [str(plain(two) / "a.old")]


def test_other_profiles_that_are_in_use_are_named_beside_the_default(two):
    [note] = choose(linux(two), None).notes

    assert (note.fields["name"], note.fields["folders"]) == ("old", str(plain(two) / "b.new"))


def test_a_listed_profile_that_was_never_opened_is_nobodys(two):
    (plain(two) / "b.new/prefs.js").unlink()

    assert choose(linux(two), None).notes == ()


def test_a_profile_is_named_by_its_name_or_its_folder(two):
    assert choose(linux(two), "new").path == plain(two) / "b.new"
    assert choose(linux(two), "b.new").path == plain(two) / "b.new"


def test_an_unknown_name_is_refused_with_those_there_are(two):
    with pytest.raises(ProfileRefused, match=r"no profile named “other”.*: old, new\."):
        choose(linux(two), "other")


def test_a_name_that_two_profiles_have_is_refused_with_their_folders(two):
    snap = two / "snap/thunderbird/common/.thunderbird"
    make_profile(snap / "a.old")
    write_ini(snap, _TWO)
    with pytest.raises(ProfileRefused, match=r"more than one profile named “old”.*a\.old, .*a\.old"):
        choose(linux(two), "old")


def test_several_profiles_without_a_default_are_refused_with_their_names(two):
    write_ini(plain(two), _TWO.replace("Default=1\n", ""))
    with pytest.raises(ProfileRefused, match=r"none of them is the default.*old, new"):
        choose(linux(two), None)


def test_a_default_that_is_gone_is_not_silently_swapped_for_another_profile(two):
    (plain(two) / "a.old/prefs.js").unlink()
    (plain(two) / "a.old").rmdir()
    with pytest.raises(ProfileRefused, match=r"default profile .*/a\.old is not there.*: new\."):
        choose(linux(two), None)


@pytest.mark.parametrize("path", ["../evil", "a/../../evil", "/etc", "C:\\evil", "..\\evil"])
def test_a_profile_outside_of_its_root_is_refused(tmp_path, path):
    write_ini(plain(tmp_path), f"[Profile0]\nName=x\nIsRelative=1\nPath={path}\nDefault=1\n")
    with pytest.raises(ProfileRefused, match="outside of its own folder"):
        choose(linux(tmp_path), None)


def test_a_profile_that_its_owner_put_elsewhere_is_used(tmp_path):
    elsewhere = make_profile(tmp_path / "disk/mail")
    write_ini(plain(tmp_path), f"[Profile0]\nName=x\nIsRelative=0\nPath={elsewhere}\nDefault=1\n")

    assert choose(linux(tmp_path), None).path == elsewhere


def test_a_default_profile_on_a_disk_that_is_not_there_is_not_replaced(tmp_path):
    write_ini(plain(tmp_path), "[Profile0]\nName=x\nIsRelative=0\nPath=/no/such/disk/mail\nDefault=1\n")
    with pytest.raises(ProfileRefused, match=r"/no/such/disk/mail is not there"):
        choose(linux(tmp_path), None)


def test_a_first_profile_is_made_in_the_usual_place(tmp_path):
    place = choose(linux(tmp_path), None)

    assert place.path.parent == plain(tmp_path)
    assert place.register is not None


def test_a_first_profile_is_made_where_a_flatpak_is_the_only_thunderbird(tmp_path):
    (tmp_path / ".var/app/org.mozilla.thunderbird").mkdir(parents=True)

    assert (
        choose(linux(tmp_path), None).path.parent
        == tmp_path / ".var/app/org.mozilla.thunderbird/.thunderbird"
    )


def windows(home: Path, *made: str) -> Machine:
    """A Windows machine with these folders below the home."""
    for folder in made:
        (home / folder).mkdir(parents=True)
    names = {"APPDATA": "Roaming", "LOCALAPPDATA": "Local", "ProgramFiles": "Programs"}
    return Machine(
        system="windows", home=home, environment={name: str(home / at) for name, at in names.items()}
    )


_STORE = "Local/Packages/MozillaThunderbird.MZLA_h5892qc0xkpca"


def test_a_first_profile_on_windows_lies_with_the_roaming_data(tmp_path):
    machine = windows(tmp_path, "Programs/Mozilla Thunderbird", _STORE)

    assert choose(machine, None).path.parent == tmp_path / "Roaming/Thunderbird/Profiles"


def test_a_first_profile_is_made_where_the_store_build_is_the_only_thunderbird(tmp_path):
    machine = windows(tmp_path, _STORE)

    assert choose(machine, None).path.parent == tmp_path / _STORE / "LocalCache/Roaming/Thunderbird/Profiles"


@pytest.mark.parametrize("system", ["darwin", "windows"])
def test_profiles_of_every_system_are_found_from_any(tmp_path, system):
    machine = replace(windows(tmp_path), system=system)
    root = roots(machine)[0].folder
    make_profile(root / "Profiles/a.default-release")
    write_ini(
        root,
        "[Profile0]\nName=default-release\nIsRelative=1\nPath=Profiles/a.default-release\nDefault=1\n"
        "[InstallD78BF5DD33499EC2]\nDefault=Profiles/a.default-release\nLocked=1\n",
    )

    assert [(profile.name, profile.default) for profile in find(machine)] == [("default-release", True)]


def test_a_first_profile_on_macos_and_windows_lies_among_the_profiles(tmp_path):
    machine = Machine(system="darwin", home=tmp_path, environment={})

    assert choose(machine, None).path.parent == tmp_path / "Library/Thunderbird/Profiles"


@pytest.mark.parametrize("wish", ["~/new", "{home}/new", "{home}/empty"])
def test_without_a_profile_a_new_folder_can_be_named_and_is_not_registered(tmp_path, wish):
    (tmp_path / "empty").mkdir()
    place = choose(linux(tmp_path), wish.format(home=tmp_path))

    assert (place.path.parent, place.register) == (tmp_path, None)


def test_a_mistyped_folder_is_refused_with_the_profiles_there_are(two):
    with pytest.raises(ProfileRefused, match=r"no folder .*/a\.odl\..*: old, new\."):
        choose(linux(two), str(plain(two) / "a.odl"))


def test_an_empty_folder_that_somebody_made_is_meant(two):
    (two / "made").mkdir()

    assert choose(linux(two), str(two / "made")).path == two / "made"


@pytest.mark.parametrize("wish", ["{home}/else where", "new"])
def test_of_a_profile_that_thunderbird_does_not_open_by_itself_it_is_said_how_it_does(two, wish):
    make_profile(two / "else where")
    place = choose(linux(two), wish.format(home=two))
    [note] = place.notes

    assert shlex.split(place.opened_by) == ["thunderbird", "--profile", str(place.path)]
    assert note.fields["command"] == place.opened_by


def test_on_a_mac_the_command_opens_the_application(tmp_path):
    make_profile(tmp_path / "new")
    mac = Machine(system="darwin", home=tmp_path, environment={})

    assert shlex.split(choose(mac, str(tmp_path / "new")).opened_by) == [
        *("open", "-a", "Thunderbird", "--args"),
        *("--profile", str(tmp_path / "new")),
    ]


def test_the_profile_that_thunderbird_opens_by_itself_needs_no_word_on_that(two):
    place = choose(linux(two), "old")

    assert (place.opened_by, place.notes) == (None, ())


def test_a_listed_profile_named_by_its_folder_is_that_profile(two):
    place = choose(linux(two), f"{plain(two)}/./a.old")

    assert (place.path, place.claimed, place.notes) == (plain(two) / "a.old", False, ())


def test_a_folder_can_be_named_where_the_list_of_profiles_cannot_be_read(two):
    (plain(two) / "profiles.ini").write_bytes(b"\xff\xfe[\0")

    assert choose(linux(two), str(plain(two) / "b.new")).path == plain(two) / "b.new"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("file", "is a file"),
        (".thunderbird", "holds Thunderbird's profiles and is not one itself"),
        ("documents", "is not a Thunderbird profile and holds other files"),
    ],
)
def test_a_folder_that_is_no_profile_is_refused(tmp_path, name, complaint):
    (tmp_path / "file").touch()
    write_ini(plain(tmp_path), _TWO)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/letter.txt").touch()
    with pytest.raises(ProfileRefused, match=complaint):
        choose(linux(tmp_path), str(tmp_path / name))


@pytest.mark.parametrize("name", ["times.json", "user.js", "key4.db"])
def test_a_profile_that_was_never_opened_is_one(tmp_path, name):
    made = tmp_path / "made"
    made.mkdir()
    (made / name).touch()

    assert choose(linux(tmp_path), str(made)).path == made


def test_the_first_profile_makes_a_whole_profiles_ini():
    assert register(None, "x.default") == (
        b"[Profile0]\nName=default\nIsRelative=1\nPath=x.default\nDefault=1\n"
        b"\n[General]\nStartWithLastProfile=1\nVersion=2\n"
    )


def test_a_new_profile_has_a_name_of_its_own():
    assert b"Name=default-2\n" in register(b"[Profile0]\nName=default\nPath=gone\n", "x.default")


def test_a_new_default_takes_over_from_entries_that_lead_nowhere():
    before = (
        b"; kept\n[InstallAA]\nDefault=gone\nLocked=1\n"
        b"\n[Profile0]\nName=gone\nIsRelative=1\nPath=gone\nDefault=1\n"
        b"\n[General]\nStartWithLastProfile=1\nVersion=2\n"
    )

    assert register(before, "x.default") == (
        b"; kept\n[InstallAA]\nDefault=x.default\n\n[Profile0]\nName=gone\nIsRelative=1\nPath=gone\n"
        b"\n[General]\nStartWithLastProfile=1\nVersion=2\n"
        b"\n[Profile1]\nName=default\nIsRelative=1\nPath=x.default\nDefault=1\n"
    )
