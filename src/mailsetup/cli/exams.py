"""What `mailsetup doctor` looks at: each a function that looks and tells, and changes nothing."""

import platform
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from mailsetup import __version__, passwords
from mailsetup.checks.report import Verdict
from mailsetup.clients.client import Client, Machine, Profile
from mailsetup.errors import Message, ProfileRefused, Unsafe, say

# Those whose version decides how TLS, DNS and the keyring behave.
_PACKAGES = ("anyio", "click", "cryptography", "dnspython", "httpcore2", "keyring", "publicsuffixlist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """One thing that was looked at. facts: plain JSON values for programs."""

    name: str
    verdict: Verdict
    text: Message
    fix: Message | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def versions() -> Exam:
    """Which mailsetup runs on which Python, with which packages."""
    python = platform.python_version()
    return Exam(
        name="mailsetup",
        verdict=Verdict.PASS,
        text=say(
            "mailsetup {version} on Python {python}, with {openssl}.",
            version=__version__,
            python=python,
            openssl=ssl.OPENSSL_VERSION,
        ),
        facts={
            "mailsetup": __version__,
            "python": python,
            "openssl": ssl.OPENSSL_VERSION,
            "system": platform.platform(),
            "packages": {name: _version(name) for name in _PACKAGES},
        },
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def keyring(seconds: float) -> Exam:
    """Whether passwords can be kept on this machine, and where."""
    try:
        place = passwords.judge(seconds)
    except (passwords.KeyringFailed, Unsafe) as fault:
        return Exam(
            name="keyring",
            verdict=Verdict.WARN,
            text=fault.happened,
            fix=fault.fix,
            facts={"place": None},
        )
    return Exam(
        name="keyring",
        verdict=Verdict.PASS,
        text=say("Passwords can be kept safe in the keyring ({place}).", place=place),
        facts={"place": place},
    )


def mail_programs(clients: Mapping[str, Client], machine: Machine) -> Iterator[Exam]:
    """Every profile of the mail programs, whether it is in use, and what would be written where."""
    for word, client in clients.items():
        try:
            profiles = client.find(machine)
        except ProfileRefused as refused:
            yield Exam(name=word, verdict=Verdict.FAIL, text=refused.happened, fix=refused.fix)
            continue
        for profile in profiles:
            yield _profile(word, client, profile)
        yield from _prospect(word, client, machine, used=bool(profiles))


def _prospect(word: str, client: Client, machine: Machine, *, used: bool) -> Iterator[Exam]:
    try:
        told = client.prospect(machine)
    except ProfileRefused as refused:
        yield Exam(name=word, verdict=Verdict.WARN, text=refused.happened, fix=refused.fix)
        return
    if told is not None:
        yield Exam(name=word, verdict=Verdict.PASS if used else Verdict.SKIP, text=told)


def _profile(word: str, client: Client, profile: Profile) -> Exam:
    facts = {"profile": str(profile.path), "name": profile.name, "default": profile.default}
    try:
        with client.hold(profile.path):
            pass
    except ProfileRefused as refused:
        return Exam(
            name=word,
            verdict=Verdict.WARN,
            text=refused.happened,
            fix=say("Close it before you set up an address in it."),
            facts={**facts, "running": True},
        )
    return Exam(
        name=word,
        verdict=Verdict.PASS,
        text=say("Its default profile, “{name}”, is in {folder}.", name=profile.name, folder=profile.path)
        if profile.default
        else say("Its profile “{name}” is in {folder}.", name=profile.name, folder=profile.path),
        facts={**facts, "running": False},
    )
