"""The door: what it says, and that nothing stays behind."""

import poplib
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailsetup.demo.domains import PLACES
from mailsetup.demo.world import World, start
from mailsetup.errors import NetworkFailed


def test_the_options_are_those_one_would_type(world: World) -> None:
    options = world.options()
    assert options[:2] == ["--nameserver", world.nameserver]
    assert options[-2:] == ["--ca-file", str(world.ca_file)]
    mapped = options[3:-2:2]
    assert options[2:-2:2] == ["--connect-to"] * 7
    assert {int(mapping.split(":")[1]) for mapping in mapped} == {443, 993, 143, 995, 110, 465, 587}
    # An empty name is kept, and asked of the name server: so a host that is not there stays unknown.
    assert all(mapping.split(":")[0] == mapping.split(":")[2] == "" for mapping in mapped)


def test_every_server_listens_on_loopback_only(world: World) -> None:
    assert world.nameserver.startswith("127.0.0.1:")


def test_the_password_is_made_anew_and_does_not_show(world: World) -> None:
    with start() as other:
        assert other.password != world.password
    assert world.password.reveal() not in repr(world)


def test_the_same_world_can_be_seen_from_every_domain(world: World) -> None:
    assert {world.at(place.domain).address for place in PLACES} == {place.address for place in PLACES}
    assert world.at("short-name.example").address == "grace@short-name.example"


def test_every_person_has_five_messages(world: World) -> None:
    assert {len(world.at(place.domain).messages()) for place in PLACES} == {5}


def test_the_world_and_its_files_end_with_the_block() -> None:
    with start() as running:
        ca_file = running.ca_file
        assert ca_file.exists()
    assert not ca_file.parent.exists()


def test_an_exception_in_the_block_ends_the_world_too() -> None:
    with pytest.raises(KeyError), start() as running:
        raise KeyError
    assert not running.ca_file.exists()


def test_the_world_ends_when_its_parent_is_killed() -> None:
    script = (
        "import time\n"
        "from mailsetup.demo.world import start\n"
        "with start() as world:\n"
        "    print(world.ca_file, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        ca_file = Path(parent.stdout.readline().strip())
        assert ca_file.exists()
        parent.kill()
    # A real process with real files: only the wall clock can tell.
    deadline = time.monotonic() + 5
    while ca_file.parent.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not ca_file.parent.exists()


def test_a_module_of_the_current_folder_is_not_taken_for_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trustme.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    with start() as running:
        assert running.ca_file.exists()


def test_servers_that_have_ended_are_told_in_a_sentence() -> None:
    with start() as running:
        running._servers._process.kill()
        running._servers._process.wait()
        with pytest.raises(NetworkFailed, match="ended by themselves"):
            running.messages()


def test_without_its_packages_the_demo_says_what_to_install() -> None:
    script = (
        "import sys\n"
        "sys.modules['trustme'] = None\n"
        "from mailsetup.demo.world import DemoNotInstalled, start\n"
        "try:\n"
        "    start().__enter__()\n"
        "except DemoNotInstalled as fault:\n"
        "    print(fault)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "pipx install '.[demo]'" in ran.stdout


def test_the_servers_have_nothing_to_complain_of() -> None:
    with start() as running:
        running.messages()
        assert running._servers.end() == ""
        assert running._servers._process.returncode == 0


def test_a_password_in_the_wrong_place_is_masked(
    world: World, verified: Callable[[str], ssl.SSLContext]
) -> None:
    password = world.password.reveal()
    client = poplib.POP3_SSL("127.0.0.1", world.ports[995], context=verified("pop.example.org"), timeout=5)
    client.user(password)
    with pytest.raises(poplib.error_proto):
        client.pass_(world.address)
    client.quit()
    assert [command.detail for command in world.commands("pop3")] == ["***", "", ""]
    assert [login.user for login in world.logins("pop3")] == ["***"]
