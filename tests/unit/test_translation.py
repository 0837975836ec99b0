"""Every sentence has its translation, whole and well set, and what is installed is what was translated."""

import gettext
import re
from string import Formatter

import pytest
from tools.messages import Forms, catalogues, compile_catalogue, read, sentences, write

WANTED = sentences()
PO = {language: path.read_text(encoding="utf-8") for language, path in catalogues().items()}
TRANSLATED = {language: read(po) for language, po in PO.items()}
ENTRIES = [(language, *entry) for language, known in TRANSLATED.items() for entry in known.items()]
# U+00A0: French puts one before these signs and within its quotation marks, and no line may end there.
_LOOSE = re.compile(r"(?<=[^\s]) [;?!»](?=\W|$)| :(?=\s|$)|« ")
_BARE = re.compile(r"\w[;?!]|\w:(?=\s|$)|«(?!\u00a0)|(?<!\u00a0)»|[“”]")

languages = pytest.mark.parametrize("language", TRANSLATED)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_is_french() -> None:
    assert list(TRANSLATED) == ["fr"]


@languages
def test_no_sentence_lacks_its_translation_and_none_is_left_over(language: str) -> None:
    known = TRANSLATED[language]
    assert [forms for forms in WANTED if forms not in known] == [], "translate it, and say make locale"
    assert [forms for forms in known if forms not in WANTED] == [], "say make locale"


@languages
def test_a_translation_has_the_fields_of_its_sentence(language: str) -> None:
    wrong = [
        (given, said)
        for forms, translated in TRANSLATED[language].items()
        for given, said in zip(forms, translated, strict=True)
        if _fields(given) != _fields(said)
    ]
    assert wrong == []


@languages
def test_what_is_installed_is_what_was_translated(language: str) -> None:
    path = catalogues()[language].with_suffix(".mo")
    assert path.read_bytes() == compile_catalogue(language, TRANSLATED[language]), "say make locale"


@languages
def test_the_catalogue_is_in_the_order_of_the_code(language: str) -> None:
    assert PO[language] == write(language, WANTED, TRANSLATED[language]), "say make locale"


@languages
def test_the_compiled_catalogue_says_what_the_readable_one_does(language: str) -> None:
    with catalogues()[language].with_suffix(".mo").open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    for forms, translated in TRANSLATED[language].items():
        if len(forms) == 1:
            assert spoken.gettext(*forms) == translated[0]
        else:
            assert tuple(spoken.ngettext(*forms, count) for count in (1, 2)) == translated


@pytest.mark.parametrize("at_which", ["start", "end"])
@languages
def test_a_translation_begins_and_ends_as_its_sentence_does(language: str, at_which: str) -> None:
    def edge(text: str) -> str:
        found = re.search(r"^ *" if at_which == "start" else r"[ .:?]*$", text.replace("\u00a0", ""))
        assert found is not None
        return found[0].replace(" ", "") if at_which == "end" else found[0]

    wrong = [
        (given, said)
        for forms, translated in TRANSLATED[language].items()
        for given, said in zip(forms, translated, strict=True)
        if edge(given) != edge(said)
    ]
    assert wrong == []


def test_french_signs_stay_with_their_words() -> None:
    wrong = [
        said
        for translated in TRANSLATED["fr"].values()
        for said in translated
        if _LOOSE.search(said) or _BARE.search(re.sub(r"\{[^}]*\}|https?://\S+", "x", said))
    ]
    assert wrong == []


def test_options_and_commands_are_the_same_in_every_language() -> None:
    def words(text: str) -> list[str]:
        return sorted(re.findall(r"--[a-z][a-z-]+|[A-Z]+_[A-Z_]+|mailsetup [a-z]+ --?[a-z]+", text))

    wrong: list[Forms] = [
        (*forms, *translated)
        for _, forms, translated in ENTRIES
        if [words(text) for text in forms] != [words(text) for text in translated]
    ]
    assert wrong == []


def test_a_catalogue_is_read_as_it_was_written() -> None:
    known = {('a "b"\n\tc\\d',): ("é «\u00a0x\u00a0»",), ("{n} one", "{n} many"): ("{n} un", "{n} des")}
    assert read(write("xx", {forms: ["a file"] for forms in known}, known)) == known


def test_what_is_not_translated_yet_is_no_translation() -> None:
    assert read(write("xx", {("one",): ["a file"], ("a", "b"): ["a file"]}, {})) == {}
