"""How long the program takes to say its version, as a ratio to a bare `import click`.

Run it with `python tests/bench/startup.py`. Both are run in turn, so that a busy machine slows both; the
medians are compared. The budget is 1.5.
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

ROUNDS = 15
COMMANDS = {
    "import click": [sys.executable, "-c", "import click"],
    "mailsetup --version": [sys.executable, "-m", "mailsetup.cli.main", "--version"],
}


def seconds(command: list[str]) -> float:
    """One run, from start to end."""
    began = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began


def main() -> None:
    """Measure and print."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    base, ours = (median(measured) for measured in times.values())
    for name, measured in times.items():
        print(f"{name:20} {median(measured) * 1000:6.1f} ms, median of {ROUNDS}")
    print(f"ratio {ours / base:.2f}, budget 1.5")


if __name__ == "__main__":
    main()
