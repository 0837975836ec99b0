"""The rules of the house that no linter knows."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailsetup

SOURCE = Path(mailsetup.__file__).parent
FILES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
# Calls of these change a disk. Opening counts only with a mode or flags that write.
WRITING = {
    *("write_text", "write_bytes", "touch", "mkdir", "makedirs", "rename", "renames", "unlink", "rmdir"),
    *(
        "rmtree",
        "copy",
        "copy2",
        "copyfile",
        "copytree",
        "move",
        "symlink",
        "link",
        "chmod",
        "chown",
        "truncate",
    ),
    *("mkdtemp", "mkstemp", "NamedTemporaryFile", "TemporaryDirectory"),
}
MAY_WRITE = {
    "clients/apply.py": "the only file that decides to write to a profile",
    "clients/disk.py": "the steps of writing, for apply alone",
    "clients/folders.py": "a lock on Windows, gone with its handle",
    "clients/thunderbird/lock.py": "opens Thunderbird's own lock file to hold it",
    "clients/thunderbird/nss.py": "a private copy of the key store, to encrypt with",
    "demo/servers.py": "the throw-away CA",
    "demo/world.py": "the folder of that CA, if its process could not remove it",
    "cli/demo.py": "the temporary profile",
    "cli/console.py": "the null device, in place of a stream that takes nothing more",
    "cli/main.py": "the null device, in place of a closed stream",
}


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _writes(call: ast.Call) -> bool:
    if _name(call) in WRITING:
        return True
    if _name(call) == "replace":
        return ast.unparse(call.func) == "os.replace"
    if _name(call) not in ("open", "fdopen"):
        return False
    told = " ".join(
        ast.unparse(argument) for argument in (*call.args, *(word.value for word in call.keywords))
    )
    return re.search(r"'[rb]*[wax+]|O_WRONLY|O_RDWR|O_CREAT|\bflags\b", told) is not None


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"demo/__main__.py"}))
def test_every_module_can_be_imported(name: str) -> None:
    importlib.import_module(
        "mailsetup." + name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_at_most_400_lines_and_says_what_it_is_for(name: str) -> None:
    text = FILES[name].read_text()
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("name", FILES)
def test_every_public_function_and_class_has_a_docstring(name: str) -> None:
    tree = ast.parse(FILES[name].read_text())
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


@pytest.mark.parametrize("name", FILES)
def test_only_the_console_prints(name: str) -> None:
    printing = [call.lineno for call in _calls(FILES[name]) if _name(call) in ("print", "echo", "secho")]
    assert printing == [] or name == "cli/console.py"


@pytest.mark.parametrize("name", FILES)
def test_only_apply_writes(name: str) -> None:
    writing = [call.lineno for call in _calls(FILES[name]) if _writes(call)]
    assert bool(writing) == (name in MAY_WRITE), writing


def test_what_counts_as_writing() -> None:
    def writes(code: str) -> bool:
        return any(_writes(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))

    assert writes("open(path, 'w')")
    assert writes("path.open(mode='ab')")
    assert writes("os.open(path, os.O_RDWR)")
    assert writes("os.replace(a, b)")
    assert writes("shutil.rmtree(path)")
    assert not writes("path.open('rb')")
    assert not writes("open(path)")
    assert not writes("text.replace('a', 'b')")


@pytest.mark.parametrize("name", mailsetup.__all__)
def test_every_name_that_the_package_promises_is_there(name: str) -> None:
    assert getattr(mailsetup, name) is not None


def test_there_is_a_changelog() -> None:
    # Only in a checkout: an installed package has none beside it.
    assert (Path(__file__).parents[2] / "CHANGELOG.md").read_text().startswith("# ")
