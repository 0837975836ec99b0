"""The language in which a person is spoken to: English, or another that has a catalogue, as the locale says.

The rules are those of GNU gettext: LC_ALL, else LC_MESSAGES, else LANG is the locale; where it is not C,
LANGUAGE may list what its owner reads, the best first.
"""

import gettext
import os
import sys
from copy import copy as duplicate
from functools import cache
from inspect import cleandoc
from typing import TextIO

import click

from mailsetup.errors import Translate

DOMAIN = "mailsetup"
FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_ENGLISH = "en"
_LANGUAGES = frozenset({_ENGLISH, "fr"})
# Letters and signs that French cannot do without; a terminal that lacks one is spoken to in English.
_SAMPLE = "éœÀ«»\u00a0"


def language() -> str:
    """The language of this person, of those we have; English where it is unknown or cannot be shown."""
    named = next((value for word in _VARIABLES if (value := os.environ.get(word))), "C")
    if named in ("C", "POSIX"):
        return _ENGLISH
    wished = (_tongue(one) for one in (os.environ.get("LANGUAGE") or named).split(":"))
    best = next((one for one in wished if one in _LANGUAGES), _ENGLISH)
    return best if best == _ENGLISH or (_shows(sys.stdout) and _shows(sys.stderr)) else _ENGLISH


def learn_from_system() -> None:
    """Where no variable names a locale because the system keeps its language elsewhere, let LANG name it."""
    if sys.platform == "win32" and not any(os.environ.get(word) for word in _VARIABLES):
        import ctypes

        os.environ["LANG"] = of_windows(ctypes.windll.kernel32.GetUserDefaultUILanguage())


def of_windows(number: int) -> str:
    """The locale of a language of Windows ([MS-LCID])."""
    import locale

    return locale.windows_locale.get(number, "C")


def _tongue(tag: str) -> str:
    return tag.partition("_")[0].partition("-")[0].partition(".")[0].lower()


def _shows(stream: TextIO) -> bool:
    try:
        _SAMPLE.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def translate(text: str) -> str:
    """A template or a text in the language of this person; itself where it has no translation."""
    spoken = language()
    # The translation of nothing is the head of a catalogue.
    return text if spoken == _ENGLISH or not text else _catalogue(spoken).gettext(text)


@cache
def _catalogue(spoken: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, FOLDER, [spoken], fallback=True)


def teach_click(*, documents: bool) -> None:
    """Let click's own words be in that language too.

    documents: not where its words go into a JSON document, which is English in every language.
    """
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain("messages" if documents or language() == _ENGLISH else DOMAIN)


def with_spoken_help(command: click.Command) -> click.Command:
    """A command with its help in the language of this person; in English, the command itself."""
    return command if language() == _ENGLISH else with_help_in(command, translate)


def with_help_in(command: click.Command, said: Translate) -> click.Command:
    """A command, and all below it, with its help translated by `said`; the command itself stays as it is."""
    told = duplicate(command)
    told.help = None if command.help is None else translated_help(command.help, said)
    told.params = [_option_with_help(option, said) for option in command.params]
    if isinstance(command, click.Group) and isinstance(told, click.Group):
        told.commands = {name: with_help_in(one, said) for name, one in command.commands.items()}
    return told


def _option_with_help(option: click.Parameter, said: Translate) -> click.Parameter:
    if not isinstance(option, click.Option) or not option.help:
        return option
    told = duplicate(option)
    told.help = said(option.help)
    return told


def translated_help(text: str, said: Translate) -> str:
    """A command's help, translated paragraph by paragraph; of the examples only their title."""
    return "\n\n".join(_paragraph(one, said) for one in cleandoc(text).split("\n\n"))


def _paragraph(text: str, said: Translate) -> str:
    if not text.startswith("\b\n"):
        return said(" ".join(text.split()))
    mark, title, *lines = text.split("\n")
    return "\n".join((mark, said(title), *lines))
