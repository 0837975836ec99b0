"""What `mailsetup doctor` looks at around the network: name server, DNSSEC, trust store, proxy, IP."""

import os
import re
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio

from mailsetup.checks.report import Verdict, worst
from mailsetup.cli import running
from mailsetup.cli.exams import Exam
from mailsetup.errors import NetworkFailed, WrongUsage, say
from mailsetup.net.door import Internet, NetSettings
from mailsetup.net.nameserver import Nameserver
from mailsetup.net.proxy import Proxies, read_proxy
from mailsetup.net.resolver import Resolver
from mailsetup.net.tls import Trust
from mailsetup.net.urls import Url

# openssl-rehash(1): in a folder of CAs each stands under its hash.
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
# Addresses for documents (RFC 5737, RFC 3849); whether there is a way there is asked, and nothing is sent.
_FAR_AWAY = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


def name_servers(nameserver: str | None, seconds: float) -> list[Exam]:
    """Whether a name server answers, the named one or the system's own, and what it says of DNSSEC.

    It is asked for DNS's root, which is signed: once, and once more where its word would not count.
    """
    return running.run(partial(_ask_nameserver, nameserver, seconds))


async def _ask_nameserver(nameserver: str | None, seconds: float) -> list[Exam]:
    answered = counts = comes = False
    async with Internet(NetSettings(nameserver=nameserver)) as net:
        try:
            servers = await net.nameservers()
        except NetworkFailed as failure:
            return [Exam(name="resolver", verdict=Verdict.WARN, text=failure.happened, fix=failure.fix)]
        with suppress(NetworkFailed), anyio.move_on_after(seconds):
            counts = comes = (await net.txt(".")).signed
            answered = True
            if not counts:
                named = (Nameserver.parse(nameserver),) if nameserver else None
                comes = (await Resolver(named, trusted=True).txt(".")).signed
    # The port is told only where it was named.
    told = nameserver or ", ".join(servers)
    facts = {"nameservers": list(servers), "answered": answered}
    if not answered:
        silent = Exam(
            name="resolver",
            verdict=Verdict.WARN,
            text=say("No name server answers ({servers}), so no mail server can be found.", servers=told),
            fix=say("Check the network connection, or name another with --nameserver."),
            facts=facts,
        )
        return [silent]
    answers = Exam(
        name="resolver",
        verdict=Verdict.PASS,
        text=say("The name server answers: {servers}.", servers=told),
        facts=facts,
    )
    return [answers, dnssec(told, comes=comes, counts=counts)]


def dnssec(servers: str, *, comes: bool, counts: bool) -> Exam:
    """Whether signed DNS is of use here (pure).

    comes: the name server says that it has proven answers (its AD bit). counts: it may be believed
    (RFC 6840, section 5.8).
    """
    facts = {"proven": comes, "believed": counts}
    if counts:
        told = say("DNSSEC is checked by {servers}, whose word counts.", servers=servers)
        return Exam(name="dnssec", verdict=Verdict.PASS, text=told, facts=facts)
    if comes:
        return Exam(
            name="dnssec",
            verdict=Verdict.SKIP,
            text=say(
                "{servers} says that DNSSEC is checked, but is not on this computer: on the way here anybody "
                "could say so.",
                servers=servers,
            ),
            fix=say(
                "Run a name server that checks DNSSEC on this computer, such as unbound. Where the way is "
                "safe, resolv.conf can say so: options trust-ad."
            ),
            facts=facts,
        )
    return Exam(
        name="dnssec",
        verdict=Verdict.SKIP,
        text=say(
            "{servers} does not check DNSSEC, so a host of somebody else that only DNS names needs a yes.",
            servers=servers,
        ),
        fix=say("A name server that checks DNSSEC on this computer, such as unbound, would spare you that."),
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


def proxy(proxies: Proxies, *, used: bool) -> Exam:
    """Through which web proxy pages are fetched, if any. used: not where a name server was named."""
    found = proxies.proxy_for(Url.parse("https://autoconfig.example.org/"))
    if found is None:
        told = say("No web proxy is set; web pages are fetched directly.")
        return Exam(name="proxy", verdict=Verdict.PASS, text=told, facts={"proxy": None})
    try:
        url = read_proxy(found, ssl.create_default_context()).url
    except NetworkFailed as fault:
        return Exam(name="proxy", verdict=Verdict.WARN, text=fault.happened, fix=fault.fix)
    # Without its user and password.
    place = f"{url.host.decode()}:{url.port}"
    facts = {"proxy": place, "used": used}
    if not used:
        told = say("The web proxy {proxy} is passed by, because a name server was named.", proxy=place)
        return Exam(name="proxy", verdict=Verdict.SKIP, text=told, facts=facts)
    told = say(
        "Web pages are fetched through the proxy {proxy}; mail servers are reached directly.", proxy=place
    )
    return Exam(name="proxy", verdict=Verdict.PASS, text=told, facts=facts)


def has_way(family: socket.AddressFamily) -> bool:
    """Whether this computer knows a way to far-away addresses of a family. Nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_FAR_AWAY[family], 9))
    except OSError:
        return False
    return True


def ip(has_way: Callable[[socket.AddressFamily], bool] = has_way) -> Exam:
    """Which of IPv6 and IPv4 lead out of this computer."""
    families = {"IPv6": socket.AF_INET6, "IPv4": socket.AF_INET}
    ways = [name for name, family in families.items() if has_way(family)]
    facts = {"ways": ways}
    match ways:
        case []:
            return Exam(
                name="ip",
                verdict=Verdict.SKIP,
                text=say("There is no way out of this computer, neither by IPv6 nor by IPv4."),
                fix=say("Connect it to a network."),
                facts=facts,
            )
        case ["IPv4"]:
            return Exam(
                name="ip",
                verdict=Verdict.PASS,
                text=say("This computer reaches others by IPv4 only; nearly all mail servers have that."),
                facts=facts,
            )
        case ["IPv6"]:
            return Exam(
                name="ip",
                verdict=Verdict.SKIP,
                text=say("This computer reaches others by IPv6 only, and some mail servers have only IPv4."),
                fix=say(
                    "If a mail server cannot be reached, ask whoever runs the network for NAT64 or IPv4."
                ),
                facts=facts,
            )
    told = say("This computer reaches others by IPv6 and by IPv4.")
    return Exam(name="ip", verdict=Verdict.PASS, text=told, facts=facts)
