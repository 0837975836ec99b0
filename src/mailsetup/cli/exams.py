"""What `mailsetup doctor` looks at: each a function that looks and tells, and changes nothing."""

import os
import platform
import re
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio

from mailsetup import __version__, passwords
from mailsetup.checks.report import Verdict, worst
from mailsetup.clients.client import Client, FileClient, Machine, Profile
from mailsetup.errors import Message, NetworkFailed, ProfileRefused, Unsafe, WrongUsage, say
from mailsetup.net.door import Internet, NetSettings
from mailsetup.net.tls import Trust

# openssl-rehash(1): in a folder of CAs each stands under its hash.
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """One thing that was looked at. facts: plain JSON values for programs."""

    name: str
    verdict: Verdict
    text: Message
    fix: Message | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def versions() -> Exam:
    """Which mailsetup runs on which Python."""
    python = platform.python_version()
    return Exam(
        name="mailsetup",
        verdict=Verdict.PASS,
        text=say("mailsetup {version} on Python {python}.", version=__version__, python=python),
        facts={
            "mailsetup": __version__,
            "python": python,
            "openssl": ssl.OPENSSL_VERSION,
            "system": platform.platform(),
        },
    )


def resolver(nameserver: str | None, seconds: float) -> Exam:
    """Whether a name server answers, the named one or the system's own; asks it once, for DNS's root."""
    return anyio.run(_ask_nameserver, nameserver, seconds)


async def _ask_nameserver(nameserver: str | None, seconds: float) -> Exam:
    answered = False
    async with Internet(NetSettings(nameserver=nameserver)) as net:
        try:
            servers = await net.nameservers()
        except NetworkFailed as failure:
            return Exam(name="resolver", verdict=Verdict.WARN, text=failure.happened, fix=failure.fix)
        with suppress(NetworkFailed), anyio.move_on_after(seconds):
            await net.txt(".")
            answered = True
    # The port is told only where it was named.
    named = nameserver or ", ".join(servers)
    facts = {"nameservers": list(servers), "answered": answered}
    if answered:
        told = say("The name server answers: {servers}.", servers=named)
        return Exam(name="resolver", verdict=Verdict.PASS, text=told, facts=facts)
    return Exam(
        name="resolver",
        verdict=Verdict.WARN,
        text=say("No name server answers ({servers}), so no mail server can be found.", servers=named),
        fix=say("Check the network connection, or name another with --nameserver."),
        facts=facts,
    )


def trust_store(ca_file: Path | None) -> Exam:
    """Which CAs are believed: those of one file, or the system's."""
    try:
        loaded = Trust(ca_file).mail.cert_store_stats()["x509"]
    except WrongUsage as fault:
        return Exam(name="trust-store", verdict=Verdict.FAIL, text=fault.happened, fix=fault.fix)
    if ca_file is not None:
        return _trusting(loaded, ca_file)
    if sys.platform in ("win32", "darwin"):
        told = say("The trust store of the system decides which certificates are believed.")
        return Exam(name="trust-store", verdict=Verdict.PASS, text=told)
    paths = ssl.get_default_verify_paths()
    named = os.environ.get(paths.openssl_cafile_env)
    if loaded and paths.cafile:
        return _trusting(loaded, Path(paths.cafile))
    # Those in a folder are loaded one by one, when a server's certificate asks for them.
    exam = _trusting(_count_hashed(paths.capath), Path(paths.capath or paths.openssl_capath))
    if not named:
        return exam
    return replace(
        exam,
        verdict=worst([exam.verdict, Verdict.WARN]),
        text=say("SSL_CERT_FILE names {path}, which is not there or holds no certificate.", path=named),
        fix=say("Correct SSL_CERT_FILE, or unset it to use the CAs of the system."),
    )


def _trusting(count: int, place: Path) -> Exam:
    facts = {"authorities": count, "place": str(place)}
    if count:
        told = say(
            "Certificate authorities that are believed: {count}, from {place}.", count=count, place=place
        )
        return Exam(name="trust-store", verdict=Verdict.PASS, text=told, facts=facts)
    return Exam(
        name="trust-store",
        verdict=Verdict.FAIL,
        text=say("No certificate authority is known in {place}, so no server can prove itself.", place=place),
        fix=say("Install the package ca-certificates, or name a file of CAs with SSL_CERT_FILE."),
        facts=facts,
    )


def _count_hashed(folder: str | None) -> int:
    if folder is None:
        return 0
    try:
        return sum(_HASHED.fullmatch(entry.name) is not None for entry in Path(folder).iterdir())
    except OSError:
        return 0


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
    """Every profile of the mail programs that have some, and whether it is in use."""
    for word, client in clients.items():
        if not isinstance(client, FileClient):
            yield from _profiles(word, client, machine)


def _profiles(word: str, client: Client, machine: Machine) -> Iterator[Exam]:
    try:
        profiles = client.find(machine)
    except ProfileRefused as refused:
        yield Exam(name=word, verdict=Verdict.FAIL, text=refused.happened, fix=refused.fix)
        return
    for profile in profiles:
        yield _profile(word, client, profile)
    if not profiles:
        told = say("It has no profile here yet; mailsetup setup --client {word} makes one.", word=word)
        yield Exam(name=word, verdict=Verdict.SKIP, text=told)


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
        text=say("Its profile “{name}” is in {folder}.", name=profile.name, folder=profile.path),
        facts={**facts, "running": False},
    )
