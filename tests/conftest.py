"""The rule of the second layer: it runs where it can, says so where it cannot, and must run where told to."""

import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world.world import World

# No test may see the passwords of whoever runs it; programs that tests start inherit this.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
# Nor the settings.
os.environ["MAILSETUP_CONFIG"] = ""
# Nor be spoken to in their language.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)


@cache
def _obstacle(marker: str) -> str | None:
    """Why tests with this marker cannot run on this machine, or None where they can."""
    if sys.platform != "linux":
        return "private networks are a thing of Linux"
    from tests.clients import thunderbird
    from tests.world import world

    return {"world": world.missing, "thunderbird": thunderbird.missing}[marker]()


def _absent(program: str, package: str) -> str | None:
    """The same, for a test that needs one program of the system, in this Debian package."""
    return None if shutil.which(program) else f"not installed: {package}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here; where MAILSETUP_REQUIRE_ALL is set, fail it."""
    obstacles = [
        *(_obstacle(marker) for marker in ("world", "thunderbird") if item.get_closest_marker(marker)),
        *(_absent(*marker.args) for marker in item.iter_markers("needs")),
    ]
    for obstacle in filter(None, obstacles):
        if os.environ.get("MAILSETUP_REQUIRE_ALL"):
            pytest.fail(f"MAILSETUP_REQUIRE_ALL is set, and {obstacle}", pytrace=False)
        pytest.skip(obstacle)


@pytest.fixture(scope="session")
def world() -> Iterator["World"]:
    """One world for all tests of a process (it starts in a fifth of a second); each fills its own mailbox."""
    from tests.world.world import World

    opened = World()
    yield opened
    opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each attack on STARTTLS got, if any was tried."""
    from tests.unit.checks.table import show

    show(terminalreporter)
