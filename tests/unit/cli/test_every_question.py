"""Whatever a person is asked, a script can say by an option, and is never asked."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.cli.program import Program

from mailsetup.cli import config, console
from mailsetup.cli.main import all_commands

# Each function that asks, and the options that answer: "command option...".
ANSWERS = {
    "advising._ask_devices": "advise devices",
    "advising._ask_space": "advise space",
    "advising._ask_keeping": "advise keep-on-server no-keep-on-server",
    "advising._ask_offline": "advise offline-reading no-offline-reading",
    "credentials.PasswordSource.ask": "setup password-stdin password-command no-login",
    "flow.get_consent": "setup accept",
    "manual.offer_typing": "setup imap pop3 smtp",
    "manual._ask_protocol": "setup imap pop3",
    "manual._ask_server": "setup imap pop3 smtp",
    "manual._with_security": "setup imap pop3 smtp",
    "manual._ask_username": "setup username",
    "password._typed_twice": "password set password-stdin",
    "planning.ask_profile": "setup profile",
    "setup._goes_on": "setup imap pop3 smtp",
    "setup._wants_another_try": "setup profile",
    "trial.Trial._try_again": "setup password-stdin password-command",
    "trial.Trial._means_other_name": "setup password-stdin password-command username",
    "undo._take_back": "undo yes",
    "undo._deletion_agreed": "undo remove-from-server",
    "wizard._choose_protocol": "setup protocol",
    "wizard._agree_to": "setup accept",
    "wizard._ask_retention": "setup leave-on-server leave-until-deleted remove-from-server",
    "wizard._ask_days": "setup leave-days",
    "wizard._ask_client": "setup client",
    "wizard._ask_name": "setup name",
    "wizard._ask_way": "setup no-login client-password",
    "wizard._ask_client_password": "setup client-password no-client-password",
    "writing._agreed": "setup yes",
    "writing._deletion_agreed": "setup remove-from-server leave-days leave-until-deleted",
}
ASKING = {"ask", "ask_secret", "choose", "agree"}


def _asking(tree: ast.AST, path: str) -> Iterator[str]:
    """The functions of a module in which the console asks something."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from _asking(node, f"{path}.{node.name}")
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ASKING
            and ast.unparse(node.func.value) in ("console", "self.console")
        ):
            yield path
        yield from () if isinstance(node, ast.FunctionDef | ast.ClassDef) else _asking(node, path)


def questions() -> set[str]:
    folder = Path(console.__file__).parent
    return {
        name
        for file in folder.glob("*.py")
        if file.name != "console.py"
        for name in _asking(ast.parse(file.read_text()), file.stem)
    }


def test_every_question_is_in_the_table_of_answers() -> None:
    assert questions() - ANSWERS.keys() == set(), "a new question needs an option, and a line in the table"


def test_no_answer_is_without_its_question() -> None:
    assert ANSWERS.keys() - questions() == set()


@pytest.mark.parametrize("answer", sorted(set(ANSWERS.values())))
def test_the_options_that_answer_are_there(answer: str) -> None:
    leaves = dict(leaf for word, command in all_commands().items() for leaf in config.leaves(word, command))
    words = answer.split()
    path = next(path for path in leaves if words[: len(path.split())] == path.split())
    assert set(words[len(path.split()) :]) <= config.options_of(leaves[path]).keys()


@pytest.mark.parametrize(
    "words",
    [
        ("setup", "ada@example.org"),
        ("setup", "ada@example.org", "--client", "thunderbird"),
        ("setup", "ada@nowhere.example"),
        ("setup", "ada@foreign.example", "--client", "thunderbird"),
        ("check", "ada@example.org"),
        ("check", "ada@foreign.example"),
        ("export", "thunderbird", "ada@example.org"),
        ("advise",),
        ("advise", "ada@example.org"),
        ("undo",),
    ],
)
def test_without_input_a_terminal_is_asked_nothing_and_nothing_hangs(
    words: tuple[str, ...], program: Program
) -> None:
    with program.at_terminal(*words, "--no-input") as terminal:
        code = terminal.end()
    assert "Traceback" not in terminal.screen
    assert code in range(8)


def test_without_input_not_even_a_password_is_asked_for(program: Program) -> None:
    with program.at_terminal("password", "set", "ada@example.org", "--no-input") as terminal:
        assert terminal.end() != 0
