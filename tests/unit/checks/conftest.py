"""Virtual time, and, where a test has real sockets, an authority of our own for the certificates."""

import ssl
from pathlib import Path

import pytest
import trustme
from tests.unit.checks.sockets import serving_context
from trio.testing import MockClock

HOSTS = ("imap.example.org", "pop3.example.org", "smtp.example.org")


@pytest.fixture
def anyio_backend():
    """Virtual time: what takes seconds takes none."""
    return "trio", {"clock": MockClock(autojump_threshold=0)}


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA(organization_name="Our own")


@pytest.fixture(scope="session")
def ca_file(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def context(ca: trustme.CA) -> ssl.SSLContext:
    """That of a server with a good certificate for all three hosts."""
    return serving_context(ca.issue_cert(*HOSTS))
