"""Where a login's password or token comes from, and the options that say so."""

from dataclasses import dataclass

import click

from mailsetup.account import Address, Secret, Token
from mailsetup.cli.console import Console
from mailsetup.cli.options import bundle
from mailsetup.errors import WrongUsage, say


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Where the password comes from; without a word of it, the keyring is asked, then a person.

    token_command: a token is used in place of a password, and no password is asked for.
    """

    password_stdin: bool
    password_command: str | None
    no_login: bool
    token_command: str | None = None

    def __post_init__(self) -> None:
        if self.password_stdin and self.password_command is not None:
            raise WrongUsage(
                say("--password-stdin and --password-command both give the password."),
                say("Use one of them."),
            )
        if self.token_command is not None and (self.password_stdin or self.password_command is not None):
            raise WrongUsage(
                say("--token-command gives a token, and another option gives a password."),
                say("Use one of them: a login takes either."),
            )

    @property
    def wants_password(self) -> bool:
        """Whether a login is wanted, and a password for it."""
        return not self.no_login and self.token_command is None

    def token(self) -> Token | None:
        """The token that --token-command prints, or None where there is no such option. Raises WrongUsage."""
        from mailsetup.cli.secrets import first_line_of

        if self.no_login or self.token_command is None:
            return None
        return Token(first_line_of("--token-command", self.token_command))

    def read(self, console: Console, address: Address) -> Secret | None:
        """The password, or None where none is wanted. Raises WrongUsage, and Back as the console does."""
        return (self.known(console, address) or self.ask(console, address)) if self.wants_password else None

    def known(self, console: Console, address: Address) -> Secret | None:
        """The password that nobody need be asked for, or None. Raises WrongUsage."""
        from mailsetup.cli.secrets import first_line_of, stored_password

        if self.password_stdin:
            return console.first_line_of_stdin()
        if self.password_command is not None:
            return Secret(first_line_of("--password-command", self.password_command))
        return stored_password(console, address)

    def ask(self, console: Console, address: Address) -> Secret:
        """The password from a person. Raises WrongUsage where there is none, and Back as the console does."""
        if not console.interactive:
            raise WrongUsage(
                say("There is no password for {address}, and nobody to ask for it.", address=address),
                say(
                    "Store it once with mailsetup password set, or give it by --password-stdin or "
                    "--password-command. --no-login does without."
                ),
            )
        return console.ask_secret(say("Password for {address}", address=address))


_password_options = (
    click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin."),
    click.option(
        "--password-command",
        metavar="CMD",
        help="Run CMD, without a shell, and take the first line it prints as the password.",
    ),
    click.option("--no-login", is_flag=True, help="Check everything that needs no password."),
)


def _password_alone(password_stdin: bool, password_command: str | None, no_login: bool) -> PasswordSource:
    return PasswordSource(password_stdin, password_command, no_login)


password_options = bundle("secrets", _password_alone, *_password_options)
"""For commands that only store the password."""

login_options = bundle(
    "secrets",
    PasswordSource,
    *_password_options,
    click.option(
        "--token-command",
        metavar="CMD",
        help="Run CMD, without a shell, and log in with the OAuth2 token it prints first, not a password.",
    ),
)
