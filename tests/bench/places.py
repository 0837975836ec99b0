"""The mail domains that the benches ask about, each with all that it has in DNS and on the web."""

from dataclasses import dataclass, field
from typing import Self

from delayed import BLACK_HOLE, HERE, World

ISPDB = "https://ispdb.example/v1.1/"
HOSTERS = tuple(f"hoster{number}.example" for number in range(5))

_SERVICES = {
    "imaps": "0 1 993 imap",
    "imap": "10 1 143 imap",
    "pop3s": "20 1 995 pop",
    "pop3": "30 1 110 pop",
    "submissions": "0 1 465 smtp",
    "submission": "10 1 587 smtp",
}


@dataclass
class Map:
    """Records, pages and signed names, collected place by place."""

    records: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    signed: list[str] = field(default_factory=list)

    def world(self, round_trip: float) -> World:
        """All of it, as far away as that (seconds)."""
        return World(round_trip=round_trip, records=self.records, pages=self.pages, signed=tuple(self.signed))

    def host(self, name: str, address: str = HERE) -> None:
        """A host that speaks HTTPS and HTTP."""
        self.records[f"A {name}"] = [address]

    def domain(self, domain: str, mx: str = "") -> Self:
        """A mail domain with a web site, and a mail exchanger of its own or another."""
        self.host(domain)
        self.records[f"MX {domain}"] = [f"10 {mx or 'mail.' + domain}."]
        return self

    def publish_srv(self, domain: str, *, signed: bool = False) -> None:
        """SRV records for all six services, to hosts inside the domain."""
        for service, data in _SERVICES.items():
            name = f"_{service}._tcp.{domain}"
            self.records[f"SRV {name}"] = [f"{data}.{domain}."]
            if signed:
                self.signed.append(name)
        for host in ("imap", "pop", "smtp"):
            self.host(f"{host}.{domain}")

    def publish_file(self, domain: str) -> None:
        """A settings file on the domain's own autoconfig host."""
        self.host(f"autoconfig.{domain}")
        self.pages[f"https://autoconfig.{domain}/mail/config-v1.1.xml"] = _settings(domain)

    def enter_database(self, domain: str) -> None:
        """An entry in the provider database."""
        self.pages[ISPDB + domain] = _settings(domain)

    def lose_packets(self, host: str) -> None:
        """A host that never answers."""
        self.host(host, BLACK_HOLE)


def begin() -> Map:
    """The provider database, and a handful of hosters with a settings file each."""
    map = Map()
    map.host("ispdb.example")
    for hoster in HOSTERS:
        map.domain(hoster).publish_file(hoster)
    return map


def _settings(domain: str) -> str:
    """A clientConfig file (draft-ietf-mailmaint-autoconfig) of the usual length."""
    servers = (
        ("incoming", "imap", "imap", 993, "SSL"),
        ("incoming", "imap", "imap", 143, "STARTTLS"),
        ("incoming", "pop3", "pop", 995, "SSL"),
        ("incoming", "pop3", "pop", 110, "STARTTLS"),
        ("outgoing", "smtp", "smtp", 465, "SSL"),
        ("outgoing", "smtp", "smtp", 587, "STARTTLS"),
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="{domain}">
    <domain>{domain}</domain>
    <displayName>Mail of {domain}</displayName>
    <displayShortName>{domain}</displayShortName>
{"".join(_SERVER.format(*server, domain) for server in servers)}    <documentation url="https://{domain}/help">
      <descr lang="en">How to set up your mail program</descr>
    </documentation>
  </emailProvider>
</clientConfig>
"""


_SERVER = """    <{0}Server type="{1}">
      <hostname>{2}.{5}</hostname>
      <port>{3}</port>
      <socketType>{4}</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </{0}Server>
"""
