"""All that is printed or asked. Results go to stdout; progress, questions and warnings to stderr.

Nothing that came from a server, a file or a user reaches the terminal but through `clean`.
"""

import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

import click

from mailsetup.cli.language import translate
from mailsetup.errors import MailsetupError, Message, WrongUsage, say

if TYPE_CHECKING:
    from mailsetup.account import Secret

# Terminal controls (C0, DEL, C1), line separators, and the marks that reorder or hide text (Unicode TR 36).
_UNSAFE = {
    code: "\ufffd"
    for low, high in (
        (0x00, 0x1F),
        (0x7F, 0x9F),
        (0x00AD, 0x00AD),
        (0x061C, 0x061C),
        (0x115F, 0x1160),
        (0x180E, 0x180E),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0xD800, 0xDFFF),
        (0x3164, 0x3164),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF9, 0xFFFB),
        (0xE0000, 0xE007F),
    )
    for code in range(low, high + 1)
}
_UNSAFE_JSON = {code: f"\\u{code:04x}" for code in _UNSAFE if 0x1F < code < 0x10000}

_COLOURS = {
    "pass": "32",
    "warn": "33",
    "fail": "1;31",
    "skip": "2",
    "title": "1",
    "add": "32",
    "remove": "31",
}
# A yes and a no, short and whole: the English ones are understood in every language.
_YES = (say("y"), say("yes"))
_NO = (say("n"), say("no"))
_WIDTH = 80
_LEAST_WIDTH = 40


def clean(text: str) -> str:
    """A text that cannot move the cursor, change colours, reorder itself or end its line."""
    return text.translate(_UNSAFE)


def sentence(message: Message) -> str:
    """A message as this person reads it."""
    return message.render(translate, clean)


class OutputLost(OSError):
    """The result cannot be written to stdout, on a full disk or the like; its errno says why."""


class Back(click.Abort):
    """The person wants the question before this one again; where there is none, to stop."""


@dataclass(slots=True)
class Console:
    """One terminal, pipe or file each way.

    as_json: stdout carries one document. quiet: no progress and notes. verbose: the conversation.
    may_ask: whether questions are allowed at all (False with --no-input).
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    may_ask: bool = True
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    asked_stdin: TextIO = field(default_factory=lambda: sys.stdin)

    @property
    def interactive(self) -> bool:
        """Whether there is a person to ask."""
        return self.may_ask and not self.as_json and self.asked_stdin.isatty() and self.err.isatty()

    @property
    def width(self) -> int:
        """The columns that a result may fill."""
        return columns(self.out)

    def line(self, text: str = "", style: str | None = None) -> None:
        """One line of a result, already cleaned, for people."""
        if not self.as_json:
            self._print(self._styled(text, style, self.out))

    def say(self, message: Message, style: str | None = None, indent: str = "") -> None:
        """One sentence of a result, wrapped."""
        self.line(wrapped(sentence(message), indent, width=self.width), style)

    def fold(self, message: Message, first: str, rest: str) -> str:
        """A sentence in a hanging paragraph: how its first line and the others begin."""
        return wrapped(sentence(message), first, rest, self.width)

    def document(self, text: str) -> None:
        """The one JSON document of a command."""
        self._print(text.translate(_UNSAFE_JSON))

    def document_line(self, text: str) -> None:
        """One JSON document of many, on a line of its own: written whole, and at once."""
        self._print(text.translate(_UNSAFE_JSON), flush=True)

    def _print(self, text: str, *, flush: bool = False) -> None:
        try:
            self.out.write(text + "\n")
            if flush:
                self.out.flush()
        except BrokenPipeError:
            raise
        except OSError as failure:
            raise OutputLost(failure.errno, failure.strerror) from None

    def _tell(self, text: str = "", end: str = "\n") -> None:
        """Say something on stderr, as far as anything can be said there: the work goes on without it."""
        try:
            print(text, end=end, file=self.err, flush=True)
        except OSError:
            drop(self.err)

    @contextmanager
    def counting(self) -> Iterator[Callable[[Message], None]]:
        """Progress of a long run on stderr, where that is a terminal that shows nothing else."""
        shown = not self.quiet and self.err.isatty() and not self.out.isatty()

        def show(message: Message) -> None:
            if shown:
                width = columns(self.err) - 1
                self._tell(f"{sentence(message)[:width]:{width}}", end="\r")

        try:
            yield show
        finally:
            show(say(""))

    def note(self, message: Message) -> None:
        """Progress or a remark, on stderr."""
        if not self.quiet:
            self._tell(wrapped(sentence(message), width=columns(self.err)))

    def command(self, text: str) -> None:
        """A command to be copied, on stderr: in one line, however long it is."""
        if not self.quiet:
            self._tell(clean(text))

    def warn(self, message: Message) -> None:
        """What a person should know before going on, on stderr."""
        text = wrapped(sentence(say("Warning: {text}", text=message)), width=columns(self.err))
        self._tell(self._styled(text, "warn", self.err))

    def talk(self, text: str) -> None:
        """One line of a conversation with a server; its secrets are masked by whoever spoke."""
        if self.verbose:
            self._tell(clean(text))

    def failure(self, error: MailsetupError) -> None:
        """Why a command ends without success: what happened, and what to do next."""
        width = columns(self.err)
        happened = wrapped(sentence(error.happened), width=width)
        self._tell(self._styled(happened, "fail", self.err))
        self._tell(wrapped(sentence(error.fix), width=width))

    @contextmanager
    def waiting(self, message: Message) -> Iterator[None]:
        """Show on a terminal what is being waited for, and take it away again."""
        shown = not self.quiet and not self.as_json and not self.verbose and self.err.isatty()
        width = columns(self.err)
        text = sentence(message)[: width - 5]
        if shown:
            self._tell(f"{text} ...", end="\r")
        try:
            yield
        finally:
            if shown:
                self._tell(" " * (len(text) + 4), end="\r")
            self.forget_typed()

    def forget_typed(self) -> None:
        """What was typed before a question was shown is no answer to it: an Enter too early, a paste."""
        if not self.interactive:
            return
        try:
            import termios
        except ImportError:
            # Windows.
            return
        with suppress(OSError, termios.error):
            termios.tcflush(self.asked_stdin.fileno(), termios.TCIFLUSH)

    def ask(self, question: Message) -> str:
        """One line from the person, possibly empty. Raises Back, and click.Abort for quit."""
        return self._answered(question)

    def _answered(self, question: Message, *, hide: bool = False) -> str:
        answer = self._typed(question, hide=hide)
        # Of a password every character counts.
        word = answer if hide else answer.strip().lower()
        if word == "b":
            raise Back
        if word == "q":
            raise click.Abort
        return answer

    def introduce(self, *messages: Message, items: Sequence[Message] = (), apart: bool = True) -> None:
        """What a question is about, on stderr, and never left out: sentences, then the items of a list.

        apart: after an empty line.
        """
        if apart:
            self._tell()
        width = columns(self.err)
        for message in messages:
            self._tell(wrapped(sentence(message), width=width))
        for item in items:
            self._tell(wrapped(sentence(item), "- ", "  ", width))

    def choose(self, question: Message, answers: Sequence[Message]) -> int:
        """The index of one of several answers; Enter alone is the first. Raises as `ask` does."""
        self.introduce(question)
        for number, answer in enumerate(answers, start=1):
            self._tell(wrapped(sentence(answer), f"  {number}  ", "     ", columns(self.err)))
        while True:
            typed = self.ask(say("Number [1], b to go back, q to quit")).strip()
            if not typed:
                return 0
            if typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= len(answers):
                return int(typed) - 1
            self.note(say("Type a number from 1 to {last}.", last=len(answers)))

    def ask_secret(self, question: Message) -> "Secret":
        """A password, typed without being shown; Enter alone, twice, goes back. Raises as `ask` does.

        A password of one letter is nobody's: b and q mean here what they mean at every other question, and
        do not cost one of the few logins.
        """
        typed = self._answered(question, hide=True)
        if not typed:
            # Whoever goes back by mistake would type the password where it is shown.
            self.note(say("No password was typed. Type it now, or press Enter again to go back."))
            typed = self._answered(question, hide=True)
        if not typed:
            raise Back
        return _secret(typed)

    def _typed(self, question: Message, *, hide: bool = False) -> str:
        self._require_person(question)
        prompt = wrapped(sentence(say("{question}:", question=question)), width=columns(self.err))
        try:
            with _not_stopped() if hide else nullcontext():
                typed = click.prompt(
                    prompt, default="", show_default=False, prompt_suffix=" ", hide_input=hide, err=True
                )
            return str(typed)
        except click.Abort:
            # Ctrl-C leaves the cursor behind the question; click ends the line of a hidden one itself.
            if not hide:
                self._tell()
            raise

    def first_line_of_stdin(self) -> "Secret":
        """What a script pipes in as the password: the first line, without its end, else as it is."""
        try:
            line = self.asked_stdin.readline()
            # Bytes that are no text may come as surrogates, and cannot go out again.
            line.encode()
        except UnicodeError:
            raise WrongUsage(
                say("The password on stdin is not UTF-8 text."),
                say("Save it as UTF-8, or type it at the prompt."),
            ) from None
        password = line.removesuffix("\n").removesuffix("\r")
        if not password:
            raise WrongUsage(
                say("--password-stdin was given, and stdin holds no password."),
                say(
                    "Pipe the password in, such as: pass show mail | mailsetup ... --password-stdin. "
                    "Where --from - takes stdin, give the password by --password-command."
                ),
            )
        return _secret(password)

    def agree(self, question: Message) -> bool:
        """A yes or a no; Enter alone is no, and what was typed before is neither. Raises as `ask` does."""
        self.forget_typed()
        while True:
            typed = self.ask(say("{question} [y/N]", question=question)).strip().lower()
            if typed in ("", "n", "no", *_shown(_NO)):
                return False
            if typed in ("y", "yes", *_shown(_YES)):
                return True
            self.note(say("Type y for yes or n for no."))

    def _require_person(self, question: Message) -> None:
        if not self.interactive:
            raise WrongUsage(
                say("An answer is needed and there is nobody to ask: {question}", question=question),
                say("Run the command in a terminal, or give the answer by an option; see --help."),
            )

    def _styled(self, text: str, style: str | None, stream: TextIO) -> str:
        if style is None or not coloured(stream):
            return text
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m"


@contextmanager
def _not_stopped() -> Iterator[None]:
    """Let no Ctrl-Z in: after it the terminal would show what is typed of the password."""
    if not hasattr(signal, "SIGTSTP"):
        yield
        return
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)


def _shown(messages: Sequence[Message]) -> list[str]:
    return [sentence(message) for message in messages]


def _secret(text: str) -> "Secret":
    # Imported late: --version and completion stay fast.
    from mailsetup.account import Secret

    return Secret(text)


def drop(stream: TextIO) -> None:
    """Let a stream lead nowhere: what it holds is written once more at the end, by the interpreter too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def coloured(stream: TextIO) -> bool:
    """Whether colour is welcome there: a terminal, and nobody set NO_COLOR (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns(stream: TextIO) -> int:
    """How wide a text may be there: on a terminal as wide as it is, from 40 to 80."""
    if not stream.isatty():
        return _WIDTH
    return max(_LEAST_WIDTH, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))


def wrapped(text: str, first: str = "", rest: str | None = None, width: int = _WIDTH) -> str:
    """A text cut into lines of a terminal's width; names are never cut."""
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
