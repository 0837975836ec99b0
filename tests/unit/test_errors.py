"""Messages stay templates until they are shown; errors carry two of them."""

import pytest

from mailsetup import errors
from mailsetup.errors import MailsetupError, Message, WrongUsage, say

CHILDREN = MailsetupError.__subclasses__()


def test_a_message_is_its_template_and_its_fields_until_it_is_shown() -> None:
    message = say("{host} did not answer.", host="imap.example.org")
    assert message == Message("{host} did not answer.", {"host": "imap.example.org"})
    assert message.render() == "imap.example.org did not answer."


def test_the_template_is_translated_and_the_fields_are_not() -> None:
    german = {"{host} did not answer.": "{host} antwortet nicht."}
    message = say("{host} did not answer.", host="{host} did not answer.")
    assert message.render(translate=german.__getitem__) == "{host} did not answer. antwortet nicht."


def test_the_fields_are_cleaned_and_the_template_is_not() -> None:
    message = say("HOST {host}", host="evil")
    assert message.render(clean=str.upper) == "HOST EVIL"
    assert say("host {host}", host="evil").render(clean=str.upper) == "host EVIL"


def test_a_message_in_a_message_is_translated_and_cleaned_as_well() -> None:
    inner = say("no answer from {host}", host="evil")
    shown = say("Failed: {why}", why=inner).render(translate=lambda text: text.lower(), clean=str.upper)
    assert shown == "failed: no answer from EVIL"


def test_braces_that_a_stranger_sent_are_only_text() -> None:
    assert say("It said {reply}.", reply="{host.__class__} {0}").render() == "It said {host.__class__} {0}."


@pytest.mark.parametrize("kind", CHILDREN)
def test_an_error_says_what_happened_and_then_what_to_do(kind: type[MailsetupError]) -> None:
    error = kind(say("{what} happened.", what="It"), say("Do that."))
    assert str(error) == "It happened. Do that."
    assert (error.happened.template, error.fix.template) == ("{what} happened.", "Do that.")


def test_whoever_catches_the_parent_catches_every_error_of_this_file() -> None:
    named = [
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)
    ]
    assert all(issubclass(kind, MailsetupError) for kind in named)
    assert WrongUsage in named
