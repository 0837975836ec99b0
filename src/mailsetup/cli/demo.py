"""`mailsetup demo`: the whole job against a small mail domain on this machine."""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailsetup.cli.console import Console
from mailsetup.cli.options import talk_options
from mailsetup.errors import CheckFailed, say

if TYPE_CHECKING:
    from mailsetup.demo.world import World


@click.command()
@click.option(
    "--serve", is_flag=True, help="Keep the servers running, and show the options to use them with."
)
@talk_options
def demo(serve: bool, console: Console) -> None:
    """Run the whole job against a small mail domain on this machine.

    Real DNS, HTTPS, IMAP, POP3 and submission servers on the loopback interface, a throw-away CA, a mailbox
    of five messages: nothing leaves this machine, and your own mail program is not touched.

    \b
    Examples:
      mailsetup demo
      mailsetup demo --serve
    """
    from mailsetup.demo.world import require_installed, start

    require_installed()
    console.note(say("Starting a mail domain of its own on this machine: example.org."))
    with start() as world:
        if serve:
            _serve(console, world)
        else:
            _show_all(console, world)


def _show_all(console: Console, world: "World") -> None:
    with tempfile.TemporaryDirectory(prefix="mailsetup-demo-") as folder:
        profile = Path(folder) / "profile"
        profile.mkdir()
        for told, words in (
            (say("1. Find the servers of {address}.", address=world.address), ["discover", world.address]),
            (
                say("2. Check that they work, and that POP3 can leave mail on the server."),
                ["check", world.address, "--password-stdin"],
            ),
            (
                say("3. Write a Thunderbird profile: POP3, and mail stays on the server for 30 days."),
                [
                    *("setup", world.address, "--client", "thunderbird", "--profile", str(profile)),
                    *("--protocol", "pop3", "--leave-days", "30", "--name", "Ada Lovelace"),
                    *("--password-stdin", "--no-input", "--yes"),
                ],
            ),
        ):
            console.line()
            console.say(told, style="title")
            _run(console, world, words, folder)
    console.line()
    console.say(
        say(
            "That was the whole job. The server still holds {count} messages: nothing was fetched or "
            "removed. The servers, the mail and the profile are gone now.",
            count=len(world.messages()),
        )
    )
    console.say(say("For your own mail: mailsetup setup YOUR-ADDRESS"))


def _run(console: Console, world: "World", words: list[str], folder: str) -> None:
    """One command as a person would run it, in a process of its own. Raises CheckFailed."""
    console.line("$ mailsetup " + shlex.join(words), style="skip")
    sys.stdout.flush()
    command = [sys.executable, "-P", "-m", "mailsetup.cli.main", *words, *world.options()]
    command += ["--ispdb", world.ispdb]
    # Nothing of the user's own: no note of what is written here, no keyring, no settings.
    home = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_STATE_HOME"), folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILSETUP_")}
    environment |= {**home, "MAILSETUP_CONFIG": "", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    # The arguments are our own, and the password goes by stdin.
    ended = subprocess.run(  # noqa: S603
        command, input=world.password.reveal() + "\n", text=True, check=False, env=environment
    )
    if ended.returncode != 0:
        raise CheckFailed(
            say(
                "The demo's step “{step}” ended with exit code {code}.", step=words[0], code=ended.returncode
            ),
            say("Run it again with --debug, and report what it shows."),
        )


def _serve(console: Console, world: "World") -> None:
    console.say(say("The servers run until you press Ctrl-C."))
    console.say(
        say(
            "The address is {address}. Its password, for this run only: {password}",
            address=world.address,
            password=world.password.reveal(),
        )
    )
    console.line()
    console.say(say("Use them with these options:"))
    console.line(" ".join([*world.options(), "--ispdb", world.ispdb]))
    console.line()
    console.say(say("For example, in another terminal:"))
    console.line(f"mailsetup check {world.address} OPTIONS")
    sys.stdout.flush()
    _wait_for_interruption()


def _wait_for_interruption() -> None:
    import threading

    threading.Event().wait()
