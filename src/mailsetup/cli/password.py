"""`mailsetup password`: the passwords that mailsetup keeps in the keyring of this machine."""

import click

from mailsetup.account import Address, Secret
from mailsetup.cli.console import Console
from mailsetup.cli.options import talk_options
from mailsetup.cli.words import AddressType
from mailsetup.errors import say


@click.group()
def password() -> None:
    """Keep the password of an address in this machine's keyring, so that nobody has to type it.

    The other commands find it there by themselves. It goes into no file of mailsetup's own, and is never
    shown.

    \b
    Example:
      mailsetup password set ada@example.org
    """


@password.command("set")
@click.argument("address", type=AddressType())
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@talk_options
def set_(address: Address, password_stdin: bool, console: Console) -> None:
    """Store the password of ADDRESS, in place of the one stored before.

    \b
    Examples:
      mailsetup password set ada@example.org
      pass show mail | mailsetup password set ada@example.org --password-stdin
    """
    from mailsetup import passwords
    from mailsetup.cli.secrets import unlocking

    # Before anybody types a password that could not be kept.
    with unlocking(console) as seconds:
        passwords.judge(seconds)
    secret = console.first_line_of_stdin() if password_stdin else _typed_twice(console, address)
    with unlocking(console) as seconds:
        place = passwords.store(address, secret, seconds)
    console.note(
        say("The password of {address} is now stored in the keyring ({place}).", address=address, place=place)
    )


@password.command()
@click.argument("address", type=AddressType())
@talk_options
def delete(address: Address, console: Console) -> None:
    """Forget the password of ADDRESS. That none is stored is no error.

    \b
    Example:
      mailsetup password delete ada@example.org
    """
    from mailsetup import passwords
    from mailsetup.cli.secrets import unlocking

    with unlocking(console) as seconds:
        place = passwords.delete(address, seconds)
    if place is None:
        console.note(say("No password of {address} is stored.", address=address))
    else:
        console.note(
            say(
                "The password of {address} was deleted from the keyring ({place}).",
                address=address,
                place=place,
            )
        )


@password.command()
@click.argument("address", type=AddressType())
@talk_options
def status(address: Address, console: Console) -> int:
    """Say whether the password of ADDRESS is stored, and where.

    The password is not shown. The exit code is 0 where it is, 1 where it is not.

    \b
    Example:
      mailsetup password status ada@example.org
    """
    from mailsetup import passwords
    from mailsetup.cli.secrets import unlocking

    with unlocking(console) as seconds:
        stored = passwords.find(address, seconds)
    if stored is not None:
        console.say(
            say(
                "The password of {address} is stored in the keyring ({place}).",
                address=address,
                place=stored.place,
            )
        )
        return 0
    with unlocking(console) as seconds:
        place = passwords.judge(seconds)
    console.say(
        say("No password of {address} is stored in the keyring ({place}).", address=address, place=place)
    )
    return 1


def _typed_twice(console: Console, address: Address) -> Secret:
    """A password, typed the same twice. Raises WrongUsage where nobody is there to type."""
    while True:
        typed = console.ask_secret(say("Password for {address}", address=address))
        if console.ask_secret(say("The same once more")) == typed:
            return typed
        console.note(say("The two were not the same. Once more, please."))
