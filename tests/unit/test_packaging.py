"""What is built holds what it should, and nothing else."""

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import mailsetup

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
# What a built package is made of, besides the code.
DATA = {
    "share/man/man1/mailsetup.1": "docs/mailsetup.1",
    "share/bash-completion/completions/mailsetup": "completions/mailsetup.bash",
    "share/zsh/site-functions/_mailsetup": "completions/_mailsetup",
    "share/fish/vendor_completions.d/mailsetup.fish": "completions/mailsetup.fish",
}
KINDS = {".py", ".typed", ".toml", ".json", ".mo", ".po", ".pot"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built without any network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Mapping[str, bytes]:
    (path,) = built.glob("*.whl")
    assert path.name == f"mailsetup-{mailsetup.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def sdist(built: Path) -> Mapping[str, bytes]:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        files = {member.name.partition("/")[2]: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in files.items() if file is not None}


def test_the_wheel_holds_the_code_whole_and_as_it_is(wheel: Mapping[str, bytes]) -> None:
    code = {
        path.relative_to(SOURCE).as_posix(): path.read_bytes()
        for path in SOURCE.rglob("*")
        if path.is_file() and path.suffix in KINDS
    }
    assert {name: text for name, text in wheel.items() if name.startswith("mailsetup/")} == code
    assert "mailsetup/py.typed" in code


def test_the_wheel_holds_the_man_page_and_the_completions(wheel: Mapping[str, bytes]) -> None:
    found = {name.partition(".data/data/")[2]: text for name, text in wheel.items() if ".data/" in name}
    assert found == {place: (ROOT / origin).read_bytes() for place, origin in DATA.items()}


def test_the_wheel_holds_nothing_else(wheel: Mapping[str, bytes]) -> None:
    rest = {
        name.partition(".dist-info/")[2]
        for name in wheel
        if not name.startswith("mailsetup/") and ".data/" not in name
    }
    assert rest == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}


def test_the_wheel_wants_no_packages_of_the_developers(wheel: Mapping[str, bytes]) -> None:
    (metadata,) = (text.decode() for name, text in wheel.items() if name.endswith("/METADATA"))
    wanted = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
    assert not [line for line in wanted if "pytest" in line or "mypy" in line]
    assert "Provides-Extra: demo" in metadata
    assert "Requires-Python: >=3.11" in metadata


def test_the_sdist_is_enough_to_test_and_to_build_again(sdist: Mapping[str, bytes]) -> None:
    for name in ("pyproject.toml", "Makefile", "requirements-dev.txt", "tests/conftest.py", "docs/make.py"):
        assert sdist[name] == (ROOT / name).read_bytes()
    assert {name for name in sdist if name.startswith("src/mailsetup/cli/")}


def test_the_sdist_holds_nothing_else(sdist: Mapping[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in sdist}
    assert tops == {
        *("completions", "docs", "src", "tests", "tools", ".gitignore", "PKG-INFO", "pyproject.toml"),
        *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "requirements-dev.txt"),
    }
    assert [name for name in sdist if "__pycache__" in name or name.endswith((".pyc", ".orig"))] == []
