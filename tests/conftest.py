"""The rule of the second layer: it runs where it can, says so where it cannot, and must run where told to."""

import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world.world import World


@cache
def _obstacle(marker: str) -> str | None:
    """Why tests with this marker cannot run on this machine, or None where they can."""
    if sys.platform != "linux":
        return "private networks are a thing of Linux"
    from tests.clients import thunderbird
    from tests.world import world

    return {"world": world.missing, "thunderbird": thunderbird.missing}[marker]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here; where MAILSETUP_REQUIRE_ALL is set, fail it."""
    for marker in ("world", "thunderbird"):
        obstacle = _obstacle(marker) if item.get_closest_marker(marker) else None
        if obstacle is not None:
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
