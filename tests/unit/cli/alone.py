"""The real program where it speaks to no server: a home folder, and a keyring made by hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tests.unit.cli.program import Program

from mailsetup.demo.world import World

_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Alone(Program):
    """mailsetup without a world. ring: the name of a keyring of tests.unit.rings, or None for none at all."""

    ring: str | None = "Works"

    def options(self, **instead: str) -> list[str]:
        """None: there is nowhere to lead to."""
        return []

    def _environment(self, more: dict[str, str] | None) -> dict[str, str]:
        return super()._environment({**ring_environment(self.home, self.ring), **(more or {})})


def alone(home: Path, ring: str | None = "Works") -> Alone:
    """mailsetup for a person with this home and this keyring."""
    return Alone(world=cast(World, None), home=home, ring=ring)


def ring_environment(home: Path, ring: str | None) -> dict[str, str]:
    """What makes a keyring of tests.unit.rings the one of a person."""
    if ring is None:
        return {}
    return {
        "PYTHONPATH": str(_ROOT),
        "PYTHON_KEYRING_BACKEND": f"tests.unit.rings.{ring}",
        "RING_FILE": str(home / "ring.json"),
    }
