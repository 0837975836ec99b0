"""mailsetup: from an email address to a mail program that fetches its mail.

The library behind the command line. Plain data in, plain data out, each step usable alone:

    from mailsetup import Address, Internet, discover

    async def servers(address: str) -> None:
        async with Internet() as net:
            found = await discover(Address.parse(address), net)
        for candidate in (*found.incoming, *found.outgoing):
            print(candidate.server, candidate.trust.word)

`discover` finds candidates, `discover_many` those of many addresses at once, `check` tries servers and
reports, `plan_export` plans a profile's changes and `apply` carries them out. Every name is imported when it
is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailsetup.account import Account as Account
    from mailsetup.account import Address as Address
    from mailsetup.account import Auth as Auth
    from mailsetup.account import Domain as Domain
    from mailsetup.account import Protocol as Protocol
    from mailsetup.account import Retention as Retention
    from mailsetup.account import Secret as Secret
    from mailsetup.account import Security as Security
    from mailsetup.account import Server as Server
    from mailsetup.account import Token as Token
    from mailsetup.checks.check import Target as Target
    from mailsetup.checks.check import check as check
    from mailsetup.checks.report import Report as Report
    from mailsetup.checks.report import Step as Step
    from mailsetup.checks.report import Verdict as Verdict
    from mailsetup.clients.apply import apply as apply
    from mailsetup.clients.changes import ChangeSet as ChangeSet
    from mailsetup.clients.registry import plan_export as plan_export
    from mailsetup.discovery.discover import discover as discover
    from mailsetup.discovery.finding import Candidate as Candidate
    from mailsetup.discovery.finding import Discovery as Discovery
    from mailsetup.discovery.finding import Finding as Finding
    from mailsetup.discovery.finding import Trust as Trust
    from mailsetup.discovery.many import discover_many as discover_many
    from mailsetup.errors import MailsetupError as MailsetupError
    from mailsetup.net.door import Internet as Internet
    from mailsetup.net.door import NetSettings as NetSettings

__version__ = "0.1.0"

_HOMES = {
    "Account": "account",
    "Address": "account",
    "Auth": "account",
    "Candidate": "discovery.finding",
    "ChangeSet": "clients.changes",
    "Discovery": "discovery.finding",
    "Domain": "account",
    "Finding": "discovery.finding",
    "Internet": "net.door",
    "MailsetupError": "errors",
    "NetSettings": "net.door",
    "Protocol": "account",
    "Report": "checks.report",
    "Retention": "account",
    "Secret": "account",
    "Security": "account",
    "Server": "account",
    "Step": "checks.report",
    "Target": "checks.check",
    "Token": "account",
    "Trust": "discovery.finding",
    "Verdict": "checks.report",
    "apply": "clients.apply",
    "check": "checks.check",
    "discover": "discovery.discover",
    "discover_many": "discovery.many",
    "plan_export": "clients.registry",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    """Import a public name from its home when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"mailsetup.{_HOMES[name]}"), name)
