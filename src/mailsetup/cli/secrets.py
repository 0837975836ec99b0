"""Where a secret comes from before anybody is asked: a command of the person's own, or the keyring."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mailsetup import passwords
from mailsetup.account import Address, Secret
from mailsetup.cli.console import Console
from mailsetup.errors import MailsetupError, WrongUsage, say

# Password managers print the password first, and notes after it.
_MAX_OUTPUT = 1 << 16


@contextmanager
def unlocking(console: Console) -> Iterator[float]:
    """How long the keyring is waited for (seconds): longer where a person can unlock it, who is told so."""
    with console.waiting(say("Looking into the keyring, which may have to be unlocked")):
        yield passwords.PERSON_SECONDS if console.interactive else passwords.ALONE_SECONDS


def stored_password(console: Console, address: Address) -> Secret | None:
    """The password that the keyring has for an address, or None; why there is none to be had is told.

    Of no keyring at all a person at a terminal is not told: they are asked for the password, as they expect.
    """
    try:
        with unlocking(console) as seconds:
            stored = passwords.find(address, seconds)
    except MailsetupError as failure:
        if console.interactive and isinstance(failure, passwords.NoKeyring):
            return None
        why = failure.happened
        if console.interactive:
            why = say("{reason} Where a password is needed, you will be asked for it.", reason=why)
        console.note(why)
        return None
    if stored is None:
        return None
    console.note(
        say(
            "Using the password of {address} stored in the keyring ({place}).",
            address=address,
            place=stored.place,
        )
    )
    return stored.password


def first_line_of(option: str, command: str) -> str:
    """The first line that the command of an option ("--password-command") prints: a password or a token.

    It runs without a shell and without a stdin. Raises WrongUsage, which tells nothing of the command or its
    output: both may hold a secret.
    """
    try:
        output, status = _run(command)
    except OSError as failure:
        raise WrongUsage(
            say(
                "The command of {option} could not be started: {reason}.",
                option=option,
                reason=failure.strerror,
            ),
            say("Give a program and its arguments; for a pipe or a variable, sh -c '...'."),
        ) from None
    except ValueError:
        raise WrongUsage(
            say("The command of {option} is empty, or a quote in it is never closed.", option=option),
            say("Give a program and its arguments, such as: {option} 'pass show mail'", option=option),
        ) from None
    if len(output) > _MAX_OUTPUT:
        raise WrongUsage(
            say("The command of {option} printed far more than a password or a token.", option=option),
            say("It must print just that, alone on the first line."),
        )
    if status != 0:
        raise WrongUsage(
            say("The command of {option} ended with exit status {status}.", option=option, status=status),
            say("Run it by itself to see why."),
        )
    first = output.partition(b"\n")[0].removesuffix(b"\r")
    try:
        secret = first.decode()
    except UnicodeDecodeError:
        secret = ""
    if not secret:
        raise WrongUsage(
            say("The first line that {option} printed is empty, or is no UTF-8 text.", option=option),
            say("It must print the password or the token, alone on the first line."),
        )
    return secret


def _run(command: str) -> tuple[bytes, int]:
    """What a command printed, one byte past the cap at most, and its status. Raises OSError, ValueError."""
    # Windows programs split their command line themselves.
    words = command if sys.platform == "win32" else shlex.split(command)
    if not words:
        raise ValueError("no command")
    # It is the person's own, and their stderr shows them what it has to say.
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        output = process.stdout.read(_MAX_OUTPUT + 1)
        if len(output) > _MAX_OUTPUT:
            process.kill()
    return output, process.returncode
