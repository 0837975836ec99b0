"""Many addresses at once: read from the command line or stdin, told as one line of JSON each."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from threading import Thread
from typing import TypeVar

import anyio
from anyio import from_thread, to_thread
from anyio.lowlevel import EventLoopToken, current_token

from mailsetup import schema
from mailsetup.cli import running
from mailsetup.cli.console import Console
from mailsetup.cli.flow import nothing_found
from mailsetup.cli.main import EXIT_CODES, exit_code
from mailsetup.cli.options import Asking, Network
from mailsetup.cli.words import STDIN
from mailsetup.discovery.finding import Discovery
from mailsetup.discovery.ispdb import DEFAULT
from mailsetup.discovery.many import Settled, discover_many
from mailsetup.errors import (
    CheckFailed,
    MailsetupError,
    Message,
    NetworkFailed,
    NothingFound,
    WrongUsage,
    say,
)
from mailsetup.net.door import Internet

_SECONDS_EACH = 10.0
_CHUNK = 1 << 16
# The longest address has 254 octets; what is longer is cut, and so is no address still.
_LONGEST_LINE = 1000

T = TypeVar("T")


def discover_all(
    console: Console,
    network: Network,
    asking: Asking,
    subjects: Sequence[str],
    *,
    wait_for_all: bool,
    keep_empty: bool,
) -> int:
    """Discover all of them, one line of JSON each, in their order; the exit code.

    subjects: `-` stands for the lines of stdin. keep_empty: tell a discovery that brought nothing as what it
    is, with all that was asked, and not as an error.
    """
    settings = network.settings()
    total = None if STDIN in subjects else len(subjects)
    codes: set[int] = set()

    async def run() -> None:
        async with (
            Internet(settings) as net,
            discover_many(
                _read(console, subjects),
                net,
                ispdb=asking.ispdb or DEFAULT,
                only=frozenset(asking.only),
                skip=frozenset(asking.skip),
                send_address=not asking.no_send_address,
                timeout=network.timeout or _SECONDS_EACH,
                wait_for_all=wait_for_all,
                offline=asking.offline,
            ) as settled,
        ):
            count = 0
            async for one in settled:
                line, code = _tell(asking, one, keep_empty=keep_empty)
                # In a thread, so that whoever reads slowly does not make answers late that came in time.
                await to_thread.run_sync(console.document_line, line)
                codes.add(code)
                count += 1
                show(_progress(count, total))

    with console.counting() as show:
        running.run(run)
    return _sum_up(codes)


def _progress(count: int, total: int | None) -> Message:
    if total is None:
        return say("{count} done", count=count)
    return say("{count} of {total} done", count=count, total=total)


def _tell(asking: Asking, one: Settled, *, keep_empty: bool) -> tuple[str, int]:
    """The line of one subject, and the exit code that it would have had alone."""
    found = one.found
    failure = found if isinstance(found, MailsetupError) else nothing_found(asking, found)
    code = 0 if failure is None else exit_code(failure)
    if isinstance(found, Discovery) and (failure is None or keep_empty):
        return schema.encode_line(schema.discovery_form(found)), code
    assert failure is not None
    return schema.encode_line(schema.error_form(failure, code, str(one.subject))), code


def _sum_up(codes: set[int]) -> int:
    """The exit code of all together; see the help of `discover`."""
    answered = codes & {0, EXIT_CODES[NothingFound]}
    for kind in (CheckFailed, NetworkFailed):
        if EXIT_CODES[kind] in codes and not (kind is NetworkFailed and answered):
            return EXIT_CODES[kind]
    return EXIT_CODES[WrongUsage] if EXIT_CODES[WrongUsage] in codes else 0


async def _read(console: Console, subjects: Sequence[str]) -> AsyncIterator[str]:
    """The subjects, where `-` stands for the lines of stdin: read when they are wanted, and no sooner."""
    for subject in subjects:
        if subject != STDIN:
            yield subject
            continue
        if console.asked_stdin.isatty():
            console.note(say("Type addresses or domains, one a line; Ctrl-D after the last."))
        async for line in _lines(console.asked_stdin.fileno()):
            text = line.decode("utf-8", "surrogateescape").strip().removeprefix("\ufeff")
            if text and not text.startswith("#"):
                yield text


async def _lines(file: int) -> AsyncIterator[bytes]:
    """The lines of a file or pipe; of a very long one only its beginning."""
    line = b""
    while chunk := await _in_thread(lambda: os.read(file, _CHUNK)):
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            yield (line + end[:_LONGEST_LINE])[:_LONGEST_LINE]
            line = b""
        line = (line + rest[:_LONGEST_LINE])[:_LONGEST_LINE]
    yield line


async def _in_thread(call: Callable[[], T]) -> T:
    """Run what may block for ever, in a thread that nobody waits for when the program ends."""
    outcome: list[T | WrongUsage] = []
    done = anyio.Event()

    def run(token: EventLoopToken) -> None:
        try:
            outcome.append(call())
        except OSError as fault:
            outcome.append(_unreadable(fault))
        with suppress(RuntimeError):
            # The program may have ended meanwhile.
            from_thread.run_sync(done.set, token=token)

    Thread(target=run, args=(current_token(),), daemon=True).start()
    await done.wait()
    if isinstance(outcome[0], WrongUsage):
        raise outcome[0]
    return outcome[0]


def _unreadable(fault: OSError) -> WrongUsage:
    return WrongUsage(
        say("stdin cannot be read: {reason}.", reason=fault.strerror),
        say("Give it addresses or domains, one a line: mailsetup discover - < addresses"),
    )
