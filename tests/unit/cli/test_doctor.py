"""`mailsetup doctor`: each look at the machine by itself, then the command as a person has it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring as keyring_library
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from tests.unit import rings
from tests.unit.cli.alone import alone

from mailsetup import __version__
from mailsetup.account import Account, Secret, Server
from mailsetup.checks.report import Verdict
from mailsetup.cli import exams
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.client import Client, Machine, Profile
from mailsetup.clients.registry import CLIENTS
from mailsetup.demo.world import World
from mailsetup.errors import Message, ProfileRefused, say

MACHINE = Machine(system="linux", home=Path("/home/ada"), environment={})
SECONDS = 20.0


class FakeClient:
    """A mail program with these profiles, of which some are open."""

    name = "courier"
    most = 2

    def __init__(self, *profiles: str, running: str | None = None, broken: bool = False) -> None:
        self.profiles = profiles
        self.running = running
        self.broken = broken
        self.looked_at: list[Machine] = []

    def find(self, machine: Machine) -> tuple[Profile, ...]:
        self.looked_at.append(machine)
        if self.broken:
            raise ProfileRefused(say("The list of profiles is broken."), say("Mend it."))
        return tuple(
            Profile(path=Path("/profiles", name), name=name, exists=True, default=number == 0, root=None)
            for number, name in enumerate(self.profiles)
        )

    def prospect(self, machine: Machine) -> Message | None:
        if len(self.profiles) > self.most:
            raise ProfileRefused(say("Which one is meant is not known."), say("Name one."))
        return say("An account would go to the shelf.")

    def plan(
        self,
        account: Account,
        machine: Machine,
        *,
        profile: str | None = None,
        password: Secret | None = None,
    ) -> ChangeSet:
        raise AssertionError("a doctor plans nothing")

    def keeps_passwords(self, machine: Machine) -> bool:
        raise AssertionError("a doctor stores nothing")

    def signs_in(self, server: Server) -> bool:
        raise AssertionError("a doctor logs in nowhere")

    @contextmanager
    def hold(self, profile: Path) -> Iterator[None]:
        if profile.name == self.running:
            raise ProfileRefused(say("Courier is running."), say("Close it, then try again."))
        yield


@pytest.fixture
def use() -> Iterator[Callable[[KeyringBackend], None]]:
    before = keyring_library.get_keyring()
    yield keyring_library.set_keyring
    keyring_library.set_keyring(before)


@pytest.fixture
def silent() -> Iterator[str]:
    """A name server that takes questions and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{server.getsockname()[1]}"


def programs(client: Client) -> list[exams.Exam]:
    return list(exams.mail_programs({"courier": client}, MACHINE))


def test_the_versions_are_told() -> None:
    exam = exams.versions()
    assert exam.facts["mailsetup"] == __version__
    assert exam.text.render().startswith(f"mailsetup {__version__} on Python 3.")


@pytest.mark.parametrize(
    ("ring", "verdict", "place"),
    [
        (rings.Works, Verdict.PASS, "a keyring for tests"),
        (rings.Plaintext, Verdict.WARN, None),
        (fail.Keyring, Verdict.WARN, None),
    ],
)
def test_the_keyring_is_judged_and_not_opened(
    ring: type[KeyringBackend],
    verdict: Verdict,
    place: str | None,
    use: Callable[[KeyringBackend], None],
) -> None:
    backend = ring()
    use(backend)
    exam = exams.keyring(SECONDS)
    assert (exam.verdict, exam.facts["place"]) == (verdict, place)
    assert getattr(backend, "asked", []) == []


def test_every_profile_is_told() -> None:
    found = programs(FakeClient("home", "work"))
    assert [(exam.name, exam.verdict) for exam in found] == [("courier", Verdict.PASS)] * 3
    assert [exam.facts["profile"] for exam in found[:2]] == ["/profiles/home", "/profiles/work"]
    assert [exam.facts["default"] for exam in found[:2]] == [True, False]


def test_the_default_profile_is_named_as_that() -> None:
    told = [exam.text.render() for exam in programs(FakeClient("home", "work"))]
    assert told[0] == "Its default profile, “home”, is in /profiles/home."
    assert told[1] == "Its profile “work” is in /profiles/work."


def test_what_would_be_written_is_told_last() -> None:
    assert programs(FakeClient("home"))[-1].text.render() == "An account would go to the shelf."


def test_where_an_export_would_be_refused_it_is_told_why() -> None:
    exam = programs(FakeClient("home", "work", "club"))[-1]
    assert (exam.verdict, exam.text.render()) == (Verdict.WARN, "Which one is meant is not known.")


def test_the_machine_that_is_meant_is_looked_at() -> None:
    client = FakeClient()
    programs(client)
    assert client.looked_at == [MACHINE]


def test_a_profile_in_use_is_warned_of() -> None:
    found = programs(FakeClient("home", "work", running="work"))
    assert [(exam.verdict, exam.facts["running"]) for exam in found[:2]] == [
        (Verdict.PASS, False),
        (Verdict.WARN, True),
    ]


def test_a_program_without_a_profile_is_no_fault() -> None:
    assert [exam.verdict for exam in programs(FakeClient())] == [Verdict.SKIP]


def test_profiles_that_cannot_be_read_fail() -> None:
    (exam,) = programs(FakeClient(broken=True))
    assert (exam.verdict, exam.text.render()) == (Verdict.FAIL, "The list of profiles is broken.")


def test_a_program_that_is_not_on_this_machine_is_not_told_of() -> None:
    assert list(exams.mail_programs({"outlook": CLIENTS["outlook"]}, MACHINE)) == []


NAMES = ["mailsetup", "settings", "resolver", "ip", "proxy", "trust-store", "keyring", "thunderbird"]


def test_a_machine_with_warnings_ends_with_0(world: World, tmp_path: Path) -> None:
    ended = alone(tmp_path, None).run("doctor", *world.options())
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    # Which ways lead out of this machine is its own affair.
    assert [words for line in lines if line[2:3].strip() and (words := line.split()[:2])[1] != "ip"] == [
        ["ok", "mailsetup"],
        ["ok", "settings"],
        ["ok", "resolver"],
        ["skip", "dnssec"],
        ["ok", "proxy"],
        ["ok", "trust-store"],
        ["warn", "keyring"],
        ["skip", "thunderbird"],
    ]


def test_a_machine_that_is_well_passes(world: World, tmp_path: Path) -> None:
    thunderbird = tmp_path / ".thunderbird"
    (thunderbird / "a.default").mkdir(parents=True)
    (thunderbird / "profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=a.default\nDefault=1\n"
    )
    ended = alone(tmp_path).run("doctor", *world.options(), "--json")
    document = ended.document("doctor")
    assert (ended.code, document["verdict"]) == (0, "pass")
    assert document["checks"][-2]["facts"]["profile"] == str(thunderbird / "a.default")
    assert f"would be written to {thunderbird / 'a.default/prefs.js'}" in document["checks"][-1]["text"]


def test_a_failure_ends_with_1_and_the_rest_is_told_all_the_same(tmp_path: Path, silent: str) -> None:
    words = ("--ca-file", str(tmp_path / "none.pem"), "--nameserver", silent, "--timeout", "0.2")
    ended = alone(tmp_path).run("doctor", *words, "--json")
    document = ended.document("doctor")
    assert (ended.code, document["verdict"]) == (1, "fail")
    assert [check["name"] for check in document["checks"]] == NAMES
    assert [check["verdict"] for check in document["checks"] if check["name"] != "ip"] == [
        *("pass", "pass", "warn", "pass", "fail", "pass", "skip")
    ]
    assert all(check["fix"] for check in document["checks"] if check["verdict"] in ("warn", "fail"))


def test_a_failure_stands_out_without_colour(tmp_path: Path, silent: str) -> None:
    words = ("--ca-file", str(tmp_path / "none.pem"), "--nameserver", silent, "--timeout", "0.2")
    assert "\n  FAIL  trust-store   The CA file" in alone(tmp_path).run("doctor", *words).out


def test_a_keyring_that_hangs_holds_the_doctor_up_for_no_longer_than_it_is_waited_for(
    tmp_path: Path, silent: str
) -> None:
    words = ("doctor", "--nameserver", silent, "--timeout", "0.2", "--json")
    checks = alone(tmp_path, "HangsAtOnce").run(*words).document("doctor")["checks"]
    assert checks[NAMES.index("keyring")]["text"].startswith("The keyring did not answer in time")


def test_a_wrong_name_server_is_wrong_usage_and_nothing_is_looked_at(tmp_path: Path) -> None:
    ended = alone(tmp_path).run("doctor", "--nameserver", "not a server")
    assert (ended.code, ended.out) == (2, "")


def test_a_doctor_changes_nothing(world: World, tmp_path: Path) -> None:
    person = alone(tmp_path)
    (tmp_path / ".thunderbird").mkdir()
    before = person.tree()
    person.run("doctor", *world.options())
    assert person.tree() == before
