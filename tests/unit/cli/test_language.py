"""People are spoken to in their language, and programs in English."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.unit.cli.program import Program

from mailsetup.cli import language
from mailsetup.cli.console import Console, sentence
from mailsetup.cli.main import run
from mailsetup.errors import WrongUsage, say

FRENCH = {"LC_ALL": "fr_FR.UTF-8"}
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def speak(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, **FRENCH)


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "fr_CA.UTF-8@variant"}, "fr"),
        ({"LANG": "fy_NL.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr"}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:fr:en"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "en:fr"}, "en"),
        ({"LANGUAGE": "fr"}, "en"),
        ({"LC_ALL": "C", "LANGUAGE": "fr"}, "en"),
        ({"LC_ALL": "POSIX", "LANGUAGE": "fr"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_locale_names_the_language(
    environment: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, **environment)
    assert language.language() == spoken


@pytest.mark.parametrize(("number", "locale"), [(0x040C, "fr_FR"), (0x0409, "en_US"), (0, "C")])
def test_windows_counts_its_languages(number: int, locale: str) -> None:
    assert language.of_windows(number) == locale


@pytest.mark.parametrize(("encoding", "spoken"), [("utf-8", "fr"), ("cp1252", "fr"), ("ascii", "en")])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_terminal_that_cannot_show_french_is_spoken_to_in_english(
    encoding: str, spoken: str, stream: str, french: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, stream, io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert language.language() == spoken


def test_a_sentence_within_a_sentence_is_translated_and_a_field_is_not(french: None) -> None:
    told = say("Warning: {text}", text=say("{host} speaks {protocol}.", host="Options\x1b", protocol="IMAP"))
    assert sentence(say("Warning: {text}", text=say("nothing found"))) == "Attention\u00a0: rien trouvé"
    assert sentence(told).endswith("Options\ufffd speaks IMAP.")


def test_nothing_is_translated_to_nothing(french: None) -> None:
    assert sentence(say("")) == ""


def test_a_word_that_is_known_nowhere_stays_as_it_is(french: None) -> None:
    assert language.translate("no such sentence") == "no such sentence"


def test_an_exception_is_english_in_every_language(french: None) -> None:
    assert str(WrongUsage(say("nothing found"), say("Try again later."))) == "nothing found Try again later."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--help"], "Usage\u00a0: mailsetup [OPTIONS] COMMAND"),
        (["--help"], "\nOptions\u00a0:\n"),
        (["--help"], "\nCommandes\u00a0:\n  setup        Configurer une adresse\u00a0: "),
        (["check", "--help"], "\n  Vérifier étape par étape que les serveurs"),
        (["check", "--help"], "\n  Exemples\u00a0:\n    mailsetup check ada@example.org\n"),
        (["check", "--help"], "Ni progression ni remarques."),
        (["password", "--help"], "\n  set     Enregistrer le mot de passe"),
        (["password", "set", "--help"], "\n  Enregistrer le mot de passe"),
    ],
)
def test_help_is_in_french(
    words: Sequence[str], told: str, french: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 0
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check"], "Il manque l'argument 'ADDRESS'."),
        (["check", "--frob"], "L'option '--frob' n'existe pas."),
        (["frob"], "La commande 'frob' n'existe pas."),
        (["advise", "--devices", "x"], "Valeur incorrecte pour '--devices'\u00a0: "),
        (["check", "frob"], "«\u00a0frob\u00a0» n'est pas une adresse"),
    ],
)
def test_wrong_words_are_told_in_french(
    words: Sequence[str], told: str, french: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    assert told in capsys.readouterr().err


def test_help_is_english_again_afterwards(
    french: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["check", "--help"])
    speak(monkeypatch, LC_ALL="C.UTF-8")
    capsys.readouterr()
    run(["check", "--help"])
    told = capsys.readouterr().out
    assert told.startswith("Usage: ")
    assert "No progress and no remarks." in told


@pytest.mark.parametrize(
    ("typed", "agreed"), [("o", True), ("oui", True), ("y", True), ("O", True), ("n", False), ("non", False)]
)
def test_a_yes_may_be_french(typed: str, agreed: bool, french: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Person(Console):
        def ask(self, question: object) -> str:
            return typed

    assert Person().agree(say("Shall it be?")) is agreed


def _timeless(document: str) -> str:
    """A document without what differs from run to run."""
    return re.sub(r'"(started|seconds)": ?[\d.e-]+', "", document)


OFFLINE = ["--offline", "--json"]


@pytest.mark.parametrize(
    "words",
    [
        ["check", "frob", "--json"],
        ["check", "--json"],
        ["advise", "--devices", "x", "--json"],
        ["discover", "gmail.com", *OFFLINE],
        ["discover", "nothing.example", *OFFLINE],
        ["discover", "gmail.com", "gmial.com", "frob@", *OFFLINE],
        ["advise", "--devices", "1", "--space", "1GB", "--json", "--no-input"],
        ["export", "outlook", "ada@gmx.net", "--output", "ada.prf", "--dry-run", *OFFLINE],
        ["export", "thunderbird", "ada@gmx.net", "--profile", "new", "--dry-run", *OFFLINE],
        ["undo", "--list", "--json"],
        ["undo", "--json"],
    ],
    ids=" ".join,
)
def test_a_document_is_the_same_in_every_language(
    words: Sequence[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    ended = []
    for spoken in ("C.UTF-8", "fr_FR.UTF-8"):
        speak(monkeypatch, LC_ALL=spoken, LANGUAGE="fr" if spoken.startswith("fr") else "")
        code = run(words)
        ended.append((code, _timeless(capsys.readouterr().out)))
    assert ended[0] == ended[1]
    assert '"schema"' in ended[0][1]


def test_the_page_for_outlook_is_in_french(
    french: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["export", "outlook", "ada@gmx.net", "--offline", "--dry-run", "--no-input", "--protocol", "pop3"]
    assert run([*words, "--output", str(tmp_path / "ada.prf")]) == 0
    told = capsys.readouterr().out
    assert "+Laisser une copie des messages sur le serveur" in told
    assert "+Que faire\n+---------\n" in told
    assert "Leave a copy" not in told


def test_a_check_speaks_french_and_its_document_does_not(program: Program) -> None:
    words = ("check", program.world.address, "--password-stdin")
    person = program.run(*words, stdin=program.password + "\n", environment=FRENCH)
    document = program.run(*words, "--json", stdin=program.password + "\n", environment=FRENCH)
    assert "  ok    accès         Identifié comme ada@example.org." in person.out
    assert "Tout va bien (IMAP, POP3, SMTP)." in person.out
    steps = [step for server in document.document("check")["servers"] for step in server["steps"]]
    assert "Logged in as ada@example.org." in [step["text"] for step in steps]


def test_a_whole_setup_is_one_document_in_every_language(program: Program) -> None:
    # Of sources some come too late to be waited for, and not always the same: so the servers are named.
    words = (program.world.address, "--pop3", "pop.example.org", "--smtp", "smtp.example.org")
    ended = [program.setup(*words, "--dry-run", "--json", environment=spoken) for spoken in ({}, FRENCH)]
    assert [one.code for one in ended] == [0, 0]
    assert _timeless(ended[0].out) == _timeless(ended[1].out)
    assert ended[1].document("setup")["advice"]["reasons"]


def test_the_words_of_click_are_french_too(program: Program) -> None:
    ended = program.run("check", "--help", environment=FRENCH)
    assert ended.out.startswith("Usage\u00a0: mailsetup check [OPTIONS] ADDRESS\n")
    assert "-h, --help                      Afficher cette aide, et rien d'autre.\n" in ended.out


def test_the_waterfall_fits_in_french(program: Program) -> None:
    told = program.run("discover", program.world.address, "--explain", environment=FRENCH).out
    assert "trouvé, confiance\u00a0: non signé" in told
    assert "DNS non signé\u00a0: 127.0.0.1" in told
    # An address of the web is never cut.
    assert [line for line in told.splitlines() if len(line) > 80 and "://" not in line] == []


def test_an_ascii_terminal_gets_english_without_a_mark_of_french(program: Program) -> None:
    ended = program.run("check", "--help", environment={**FRENCH, "PYTHONIOENCODING": "ascii"})
    assert ended.out.startswith("Usage: ")
    assert ended.out.isascii()


_WATCH = (
    "import sys\n"
    "opened = []\n"
    "sys.addaudithook(lambda event, given: event == 'open' and opened.append(str(given[0])))\n"
    "from mailsetup.cli.main import run\n"
    "run(sys.argv[1:])\n"
    "print(len([path for path in opened if path.endswith('.mo')]), file=sys.stderr)\n"
)


@pytest.mark.parametrize(
    ("locale", "word", "catalogues"),
    [("en_GB.UTF-8", "--help", 0), ("C", "--version", 0), ("fr_FR.UTF-8", "--help", 1)],
)
def test_no_catalogue_is_opened_for_english(locale: str, word: str, catalogues: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _WATCH, word],
        env={"PATH": os.environ["PATH"], "LC_ALL": locale, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(ended.stderr) == catalogues
