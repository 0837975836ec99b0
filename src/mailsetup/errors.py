"""What people are told: messages with named fields, and the errors that carry them.

A sentence stays a template with fields until it is shown. Only the console (in the person's language)
and the JSON form (always English) put the two together, so no sentence is ever built from pieces.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Translate = Callable[[str], str]
"""A text in the language of whoever reads it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for people.

    template: the English sentence, with `{field}` where a value stands (str.format).
    fields: those values. They may come from a stranger: whoever prints them cleans them first.
    """

    template: str
    fields: Mapping[str, object]

    def render(self, translate: Translate = str, clean: Callable[[str], str] = str) -> str:
        """The sentence: the template translated, every field cleaned; a field may be a message too."""
        shown = {
            name: value.render(translate, clean) if isinstance(value, Message) else clean(str(value))
            for name, value in self.fields.items()
        }
        return translate(self.template).format(**shown)


def say(template: str, /, **fields: object) -> Message:
    """A message from its template and fields; the name under which translators' tools find it."""
    return Message(template, fields)


class MailsetupError(Exception):
    """Something a person must be told: what happened, to what, and what to do next.

    Raise one of the children; each child is one exit code (the table is in cli.main).
    No field may ever hold a password or a token.
    """

    def __init__(self, happened: Message, fix: Message) -> None:
        self.happened = happened
        self.fix = fix
        super().__init__(happened, fix)

    def __str__(self) -> str:
        return f"{self.happened.render()} {self.fix.render()}"


class WrongUsage(MailsetupError):
    """The words given make no sense: a wrong address, options that contradict each other."""


class NothingFound(MailsetupError):
    """No server settings are known for this domain."""


class NetworkFailed(MailsetupError):
    """No answer: a name, a connection or a whole network was not there in time."""


class LoginRefused(MailsetupError):
    """The server answered that user name or password are wrong, or that it wants another way in."""


class Unsafe(MailsetupError):
    """Going on would need a yes that was not given, or a channel that could not be proven."""


class CheckFailed(MailsetupError):
    """A server was reached and safe, and still does not do what is asked of it."""


class ProfileRefused(MailsetupError):
    """A mail program's profile is in use, has changed, cannot be written, or was not found."""
