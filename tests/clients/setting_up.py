"""`mailsetup setup` for the real Thunderbird, as a script would run it, and the profile it makes."""

import configparser
from pathlib import Path

from tests.clients.thunderbird import trust
from tests.world.world import PASSWORD, Outcome, World


def set_up(world: World, home: Path, address: str, *words: str, store_password: bool = True) -> Outcome:
    """Set up an address in the Thunderbird of a home, with all answers given beforehand.

    The world's authority is then made known to the profile, which only a test world needs.
    """
    command = ["setup", address, "--client", "thunderbird", "--name", "Ada Lovelace", *words]
    command += ["--no-input", "--yes", "--password-stdin"]
    if store_password:
        command.append("--client-password")
    outcome = world.mailsetup(*command, home=home, given=PASSWORD + "\n")
    outcome.done()
    trust(profile_of(home), world.ca_file)
    return outcome


def profile_of(home: Path) -> Path:
    """The profile that Thunderbird takes by itself: its own choice, or the only one."""
    ini = _profiles_ini(home)
    chosen = [ini[section]["Default"] for section in ini.sections() if section.startswith("Install")]
    if chosen:
        return home / ".thunderbird" / chosen[0]
    [profile] = profiles_of(home)
    return profile


def profiles_of(home: Path) -> list[Path]:
    """The folders of all profiles that Thunderbird knows of."""
    ini = _profiles_ini(home)
    paths = [ini[section]["Path"] for section in ini.sections() if section.startswith("Profile")]
    return [home / ".thunderbird" / path for path in paths]


def _profiles_ini(home: Path) -> configparser.ConfigParser:
    ini = configparser.ConfigParser()
    ini.read(home / ".thunderbird/profiles.ini")
    return ini


def mail_preferences(profile: Path) -> set[str]:
    """Every line of prefs.js that is about accounts, identities and servers."""
    lines = (profile / "prefs.js").read_text().splitlines()
    return {line for line in lines if line.startswith('user_pref("mail.')}
