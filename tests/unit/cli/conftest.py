"""One world for each file of tests, one home for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.cli.program import Program

from mailsetup.demo.world import World, start


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running
        assert running.faults() == ()


@pytest.fixture
def program(world: World, tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    return Program(world, home)
