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
from mailsetup.account import Account, Secret
from mailsetup.checks.report import Verdict
from mailsetup.cli import exams
from mailsetup.clients.changes import ChangeSet
from mailsetup.clients.client import Client, Machine, Profile
from mailsetup.demo.world import World
from mailsetup.errors import ProfileRefused, say

MACHINE = Machine(system="linux", home=Path("/home/ada"), environment={})
SECONDS = 20.0


class FakeClient:
    """A mail program with these profiles, of which some are open."""

    name = "courier"

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

    @contextmanager
    def hold(self, profile: Path) -> Iterator[None]:
        if profile.name == self.running:
            raise ProfileRefused(say("Courier is running."), say("Close it, then try again."))
        yield


class FakeFileClient(FakeClient):
    """A mail program that is only handed a file."""

    def writing_to(self, output: Path) -> "FakeFileClient":
        return self


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


def option(world: World, name: str) -> str:
    """What the world gives an option."""
    words = world.options()
    return words[words.index(name) + 1]


def programs(client: Client) -> list[exams.Exam]:
    return list(exams.mail_programs({"courier": client}, MACHINE))


def test_the_versions_are_told() -> None:
    exam = exams.versions()
    assert exam.facts["mailsetup"] == __version__
    assert exam.text.render().startswith(f"mailsetup {__version__} on Python 3.")


def test_a_name_server_that_answers_is_well(world: World) -> None:
    exam = exams.resolver(option(world, "--nameserver"), SECONDS)
    assert (exam.verdict, exam.facts) == (
        Verdict.PASS,
        {"nameservers": ["127.0.0.1"], "answered": True},
    )


def test_a_silent_name_server_is_warned_of_in_time(silent: str) -> None:
    exam = exams.resolver(silent, 0.2)
    assert (exam.verdict, exam.facts["answered"]) == (Verdict.WARN, False)
    assert silent in exam.text.render()


def test_the_authorities_of_a_file_are_counted(world: World) -> None:
    path = Path(option(world, "--ca-file"))
    exam = exams.trust_store(path)
    assert (exam.verdict, exam.facts) == (Verdict.PASS, {"authorities": 1, "place": str(path)})


def test_a_file_without_authorities_fails(tmp_path: Path) -> None:
    exam = exams.trust_store(tmp_path / "none.pem")
    assert exam.verdict is Verdict.FAIL
    assert "none.pem" in exam.text.render()


def test_the_authorities_of_ssl_cert_file_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = option(world, "--ca-file")
    monkeypatch.setenv("SSL_CERT_FILE", path)
    exam = exams.trust_store(None)
    assert (exam.verdict, exam.facts) == (Verdict.PASS, {"authorities": 1, "place": path})


def test_an_ssl_cert_file_that_is_not_there_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("01234567.0", "01234567.1", "README", "ca.pem"):
        (tmp_path / name).touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    exam = exams.trust_store(None)
    assert (exam.verdict, exam.facts["authorities"]) == (Verdict.WARN, 2)
    assert "SSL_CERT_FILE names" in exam.text.render()


def test_no_authority_at_all_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert exams.trust_store(None).verdict is Verdict.FAIL


@pytest.mark.parametrize(("files", "verdict"), [(["01234567.0"], Verdict.PASS), ([], Verdict.FAIL)])
def test_the_authorities_of_a_folder_are_counted(
    files: list[str], verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in files:
        (tmp_path / name).touch()
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    exam = exams.trust_store(None)
    assert (exam.verdict, exam.facts) == (verdict, {"authorities": len(files), "place": str(tmp_path)})


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
    assert [(exam.name, exam.verdict) for exam in found] == [("courier", Verdict.PASS)] * 2
    assert [exam.facts["profile"] for exam in found] == ["/profiles/home", "/profiles/work"]
    assert [exam.facts["default"] for exam in found] == [True, False]


def test_the_machine_that_is_meant_is_looked_at() -> None:
    client = FakeClient()
    programs(client)
    assert client.looked_at == [MACHINE]


def test_a_profile_in_use_is_warned_of() -> None:
    found = programs(FakeClient("home", "work", running="work"))
    assert [(exam.verdict, exam.facts["running"]) for exam in found] == [
        (Verdict.PASS, False),
        (Verdict.WARN, True),
    ]


def test_a_program_without_a_profile_is_no_fault() -> None:
    assert [exam.verdict for exam in programs(FakeClient())] == [Verdict.SKIP]


def test_profiles_that_cannot_be_read_fail() -> None:
    (exam,) = programs(FakeClient(broken=True))
    assert (exam.verdict, exam.text.render()) == (Verdict.FAIL, "The list of profiles is broken.")


def test_a_program_that_is_handed_a_file_has_no_profile_to_be_found() -> None:
    assert programs(FakeFileClient("home")) == []


NAMES = ["mailsetup", "resolver", "trust-store", "keyring", "thunderbird"]


def test_a_machine_with_warnings_ends_with_0(world: World, tmp_path: Path) -> None:
    ended = alone(tmp_path, None).run("doctor", *world.options())
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert [line.split()[:2] for line in lines if line[2:3].strip()] == [
        ["ok", "mailsetup"],
        ["ok", "resolver"],
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
    assert document["checks"][-1]["facts"]["profile"] == str(thunderbird / "a.default")


def test_a_failure_ends_with_1_and_the_rest_is_told_all_the_same(tmp_path: Path, silent: str) -> None:
    words = ("--ca-file", str(tmp_path / "none.pem"), "--nameserver", silent, "--timeout", "0.2")
    ended = alone(tmp_path).run("doctor", *words, "--json")
    document = ended.document("doctor")
    assert (ended.code, document["verdict"]) == (1, "fail")
    assert [(check["name"], check["verdict"]) for check in document["checks"]] == list(
        zip(NAMES, ["pass", "warn", "fail", "pass", "skip"], strict=True)
    )
    assert all(check["fix"] for check in document["checks"] if check["verdict"] in ("warn", "fail"))


def test_a_failure_stands_out_without_colour(tmp_path: Path, silent: str) -> None:
    words = ("--ca-file", str(tmp_path / "none.pem"), "--nameserver", silent, "--timeout", "0.2")
    assert "\n  FAIL  trust-store   The CA file" in alone(tmp_path).run("doctor", *words).out


def test_a_keyring_that_hangs_holds_the_doctor_up_for_no_longer_than_it_is_waited_for(
    tmp_path: Path, silent: str
) -> None:
    words = ("doctor", "--nameserver", silent, "--timeout", "0.2", "--json")
    checks = alone(tmp_path, "HangsAtOnce").run(*words).document("doctor")["checks"]
    assert checks[3]["text"].startswith("The keyring did not answer in time")


def test_a_wrong_name_server_is_wrong_usage_and_nothing_is_looked_at(tmp_path: Path) -> None:
    ended = alone(tmp_path).run("doctor", "--nameserver", "not a server")
    assert (ended.code, ended.out) == (2, "")


def test_a_doctor_changes_nothing(world: World, tmp_path: Path) -> None:
    person = alone(tmp_path)
    (tmp_path / ".thunderbird").mkdir()
    before = person.tree()
    person.run("doctor", *world.options())
    assert person.tree() == before
