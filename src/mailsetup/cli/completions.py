"""`mailsetup completions`: the scripts that teach a shell to complete mailsetup's words."""

import click

from mailsetup.cli.console import Console

SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completions(shell: str) -> None:
    """Print the script that completes mailsetup's words in a shell.

    \b
    Examples, each for all shells started from then on (zsh: a folder of $fpath):
      mailsetup completions bash >> ~/.bashrc
      mailsetup completions zsh > ~/.zfunc/_mailsetup
      mailsetup completions fish > ~/.config/fish/completions/mailsetup.fish
      mailsetup completions powershell >> $PROFILE
    """
    Console().line(script(shell).rstrip("\n"))


def script(shell: str) -> str:
    """The script for one of SHELLS."""
    from click.shell_completion import ShellComplete, get_completion_class

    from mailsetup.cli.main import mailsetup

    kind = get_completion_class(shell)
    assert kind is not None
    # The one of bash would first start a bash, to see how old it is.
    source = ShellComplete.source(kind(mailsetup, {}, "mailsetup", "_MAILSETUP_COMPLETE"))
    # The help of a word may hold commas too, of which only the first parts the fields.
    return source.replace('string split ","', 'string split -m 1 ","') if shell == "fish" else source
