"""The servers that only some tests of the world want."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.world.world import World

if TYPE_CHECKING:
    from tests.world.others import Cyrus, Exim


@pytest.fixture(scope="session")
def cyrus(world: World) -> Iterator["Cyrus"]:
    """One Cyrus for all tests of a process; none of them changes its mailbox."""
    from tests.world.others import Cyrus

    opened = Cyrus(world)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def exim(world: World) -> Iterator["Exim"]:
    """One Exim for all tests of a process."""
    from tests.world.others import Exim

    opened = Exim(world)
    yield opened
    opened.close()
