"""Work that is run from the command line: its result, its errors, and Ctrl-C."""

import os
import signal
import subprocess
import sys

import anyio
import anyio.lowlevel
import pytest

from mailsetup.cli.running import run
from mailsetup.errors import NetworkFailed, say


async def answer() -> int:
    await anyio.lowlevel.checkpoint()
    return 42


def test_what_the_work_gives_comes_back():
    assert run(answer) == 42


def test_what_it_raises_comes_as_it_is():
    async def fail() -> None:
        raise NetworkFailed(say("Gone."), say("Try later."))

    with pytest.raises(NetworkFailed):
        run(fail)


def test_ctrl_c_ends_it():
    async def interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.sleep(30)

    async def later() -> None:
        await anyio.sleep(0.05)
        await interrupted()

    with pytest.raises(KeyboardInterrupt):
        run(later)


def test_ctrl_c_ends_work_that_takes_the_first_word_of_it_for_something_else():
    async def deaf() -> None:
        await anyio.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await anyio.sleep(30)
        except anyio.get_cancelled_exc_class():
            pass
        await anyio.sleep(30)

    with pytest.raises(KeyboardInterrupt):
        run(deaf)


def test_a_second_ctrl_c_ends_what_the_first_could_not():
    script = """
import os, signal, time, anyio
from mailsetup.cli.running import run

async def stubborn():
    await anyio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)
    with anyio.CancelScope(shield=True):
        await anyio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.sleep(30)

try:
    run(stubborn)
except KeyboardInterrupt:
    raise SystemExit(130)
"""
    done = subprocess.run([sys.executable, "-c", script], timeout=20, capture_output=True, text=True)
    assert done.returncode == 130, done.stderr


def test_the_usual_way_to_hear_ctrl_c_is_back_afterwards():
    before = signal.getsignal(signal.SIGINT)
    run(answer)
    assert signal.getsignal(signal.SIGINT) is before
