"""The asynchronous rooms, run from the command line so that Ctrl-C ends them for good."""

import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run it to its end. Raises KeyboardInterrupt after Ctrl-C, and what it raises itself.

    asyncio alone tells of a Ctrl-C once, and whoever is at that moment ending a race of connections takes
    the word for an end of the race. A scope that is cancelled stays so until all in it has ended.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        # There is no such signal for a loop there.
        return anyio.run(work)
    try:
        return anyio.run(_run_until_interrupted, work)
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


async def _run_until_interrupted(work: Callable[[], Awaitable[T]]) -> T:
    results: list[T] = []
    fault: Exception | None = None
    interrupted = False

    async def listen() -> None:
        nonlocal interrupted
        with anyio.open_signal_receiver(signal.SIGINT) as signals:
            async for _ in signals:
                interrupted = True
                group.cancel_scope.cancel()
                # A second one finds Python's own handler, which ends everything at once.
                return

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        try:
            results.append(await work())
        except Exception as error:
            # Inside the group it would become a group of exceptions.
            fault = error
        group.cancel_scope.cancel()
    if interrupted:
        raise KeyboardInterrupt
    if fault is not None:
        raise fault
    return results[0]
