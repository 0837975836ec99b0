"""`mailsetup doctor` where there is no network at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.world.world import environment

pytestmark = pytest.mark.world


def test_a_machine_without_a_network_is_told_so_and_looked_at_all_the_same(tmp_path: Path) -> None:
    alone = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-current-user"]), "--net"]
    ended = subprocess.run(
        [*alone, sys.executable, "-P", "-m", "mailsetup.cli.main", "doctor"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        timeout=30,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    marks = {line.split()[1]: line.split()[0] for line in ended.stdout.splitlines() if line[2:3].strip()}
    assert marks["resolver"] == "warn"
    assert marks["trust-store"] == "ok"
