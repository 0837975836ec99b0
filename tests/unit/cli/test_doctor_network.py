"""What the doctor sees of the network around this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import dns.flags
import dns.message
import pytest

from mailsetup.checks.report import Verdict
from mailsetup.cli import exams_network
from mailsetup.demo.world import World
from mailsetup.net.proxy import Proxies

SECONDS = 20.0


@contextmanager
def validating() -> Iterator[str]:
    """A name server that says of every answer that it has proven it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            while (came := server.recvfrom(4096))[0]:
                reply = dns.message.make_response(dns.message.from_wire(came[0]), recursion_available=True)
                reply.flags |= dns.flags.AD
                server.sendto(reply.to_wire(), came[1])

        thread = Thread(target=answer)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.sendto(b"", server.getsockname())
            thread.join()


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


def test_a_name_server_that_answers_is_well(world: World) -> None:
    exam = exams_network.name_servers(option(world, "--nameserver"), SECONDS)[0]
    assert (exam.verdict, exam.facts) == (
        Verdict.PASS,
        {"nameservers": ["127.0.0.1"], "answered": True},
    )


def test_a_silent_name_server_is_warned_of_in_time(silent: str) -> None:
    exam = exams_network.name_servers(silent, 0.2)[0]
    assert (exam.verdict, exam.facts["answered"]) == (Verdict.WARN, False)
    assert silent in exam.text.render()


def test_the_authorities_of_a_file_are_counted(world: World) -> None:
    path = Path(option(world, "--ca-file"))
    exam = exams_network.trust_store(path)
    assert (exam.verdict, exam.facts) == (Verdict.PASS, {"authorities": 1, "place": str(path)})


def test_a_file_without_authorities_fails(tmp_path: Path) -> None:
    exam = exams_network.trust_store(tmp_path / "none.pem")
    assert exam.verdict is Verdict.FAIL
    assert "none.pem" in exam.text.render()


def test_the_authorities_of_ssl_cert_file_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = option(world, "--ca-file")
    monkeypatch.setenv("SSL_CERT_FILE", path)
    exam = exams_network.trust_store(None)
    assert (exam.verdict, exam.facts) == (Verdict.PASS, {"authorities": 1, "place": path})


def test_an_ssl_cert_file_that_is_not_there_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("01234567.0", "01234567.1", "README", "ca.pem"):
        (tmp_path / name).touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    exam = exams_network.trust_store(None)
    assert (exam.verdict, exam.facts["authorities"]) == (Verdict.WARN, 2)
    assert "SSL_CERT_FILE names" in exam.text.render()


def test_no_authority_at_all_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert exams_network.trust_store(None).verdict is Verdict.FAIL


@pytest.mark.parametrize(("files", "verdict"), [(["01234567.0"], Verdict.PASS), ([], Verdict.FAIL)])
def test_the_authorities_of_a_folder_are_counted(
    files: list[str], verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in files:
        (tmp_path / name).touch()
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    exam = exams_network.trust_store(None)
    assert (exam.verdict, exam.facts) == (verdict, {"authorities": len(files), "place": str(tmp_path)})


def test_a_name_server_on_this_machine_may_vouch_for_dnssec() -> None:
    with validating() as nameserver:
        exam = exams_network.name_servers(nameserver, SECONDS)[1]
    assert (exam.verdict, exam.facts) == (Verdict.PASS, {"proven": True, "believed": True})
    assert nameserver in exam.text.render()


def test_a_name_server_that_proves_nothing_is_told_without_a_warning(world: World) -> None:
    exam = exams_network.name_servers(option(world, "--nameserver"), SECONDS)[1]
    assert (exam.verdict, exam.facts) == (Verdict.SKIP, {"proven": False, "believed": False})
    assert exam.fix is not None


def test_a_name_server_elsewhere_is_not_believed_whatever_it_says() -> None:
    exam = exams_network.dnssec("192.0.2.53", comes=True, counts=False)
    assert exam.verdict is Verdict.SKIP
    assert "anybody could say so" in exam.text.render()
    assert exam.fix is not None
    assert "trust-ad" in exam.fix.render()


@pytest.mark.parametrize(
    ("ways", "verdict"),
    [
        ({socket.AF_INET, socket.AF_INET6}, Verdict.PASS),
        ({socket.AF_INET}, Verdict.PASS),
        ({socket.AF_INET6}, Verdict.SKIP),
        (set(), Verdict.SKIP),
    ],
)
def test_the_ways_out_of_this_machine(ways: set[socket.AddressFamily], verdict: Verdict) -> None:
    exam = exams_network.ip(ways.__contains__)
    assert exam.verdict is verdict
    assert (exam.fix is None) == (verdict is Verdict.PASS)


def proxies(url: str) -> Proxies:
    return Proxies({"https": url}, lambda host: False)


def test_no_proxy_is_no_fault() -> None:
    exam = exams_network.proxy(Proxies.none(), used=True)
    assert (exam.verdict, exam.facts) == (Verdict.PASS, {"proxy": None})


def test_a_proxy_is_told_without_its_password() -> None:
    exam = exams_network.proxy(proxies("http://ada:sesame@proxy.example:3128"), used=True)
    assert (exam.verdict, exam.facts) == (Verdict.PASS, {"proxy": "proxy.example:3128", "used": True})
    assert "sesame" not in exam.text.render()


def test_a_proxy_that_a_named_name_server_passes_by_is_told_as_that() -> None:
    exam = exams_network.proxy(proxies("proxy.example:3128"), used=False)
    assert (exam.verdict, exam.facts["used"]) == (Verdict.SKIP, False)


def test_a_proxy_that_is_none_is_warned_of() -> None:
    exam = exams_network.proxy(proxies("socks5://ada:sesame@proxy.example"), used=True)
    assert exam.verdict is Verdict.WARN
    assert "sesame" not in exam.text.render()
