"""Letting classic Outlook take a .prf file in at its next start: one value of the registry, used once.

`ImportPRF` below `Outlook\\Setup` names the file; Outlook ignores it while `FirstRun` or `First-Run` stand
beside it, and removes it when it has taken the file in (measured by others on 16.0.17932, see prf.py).
"""

from pathlib import Path

from mailsetup.clients.windows_registry import Registry, RegistryChange

_IMPORT = "ImportPRF"
_IN_THE_WAY = ("FirstRun", "First-Run")


def import_at_start(registry: Registry, key: str, file: Path) -> tuple[RegistryChange, ...]:
    """What must change so that Outlook takes this file in; empty where it is waiting for that already.

    key: where this Outlook keeps its settings (`Installed.key`).
    """
    setup = f"{key}\\Setup"
    wanted = {**dict.fromkeys(_IN_THE_WAY), _IMPORT: str(file)}
    changes = (
        RegistryChange(key=setup, name=name, before=registry.value(setup, name), after=after)
        for name, after in wanted.items()
    )
    return tuple(change for change in changes if change.before != change.after)
