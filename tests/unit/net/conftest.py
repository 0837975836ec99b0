"""Real sockets on loopback, and an authority of our own for the certificates."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from tests.unit.net.servers import serving_context


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA(organization_name="Our own")


@pytest.fixture(scope="session")
def ca_file(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def context_for(ca: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """A server's context with a certificate of our authority for these names."""
    return lambda *names: serving_context(ca.issue_cert(*names))


@pytest.fixture
def context(context_for: Callable[..., ssl.SSLContext]) -> ssl.SSLContext:
    return context_for("autoconfig.example.org", "autodiscover.example.org", "example.org", "www.example.net")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
