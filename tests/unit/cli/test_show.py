"""How a discovery looks to people."""

import io
from dataclasses import replace

from tests.unit.words import candidate, discovery

from mailsetup.account import Protocol, Retention
from mailsetup.cli.console import Console
from mailsetup.cli.show import show_discovery, show_in_vain
from mailsetup.discovery.finding import Discovery, Finding, Outcome, Trust
from mailsetup.errors import say


def shown(found: Discovery) -> list[str]:
    """What `discover` shows of it, line by line."""
    out = io.StringIO()
    show_discovery(Console(out=out), found)
    return out.getvalue().splitlines()


def test_a_providers_own_wish_for_pop3_is_shown() -> None:
    out = io.StringIO()
    show_discovery(Console(out=out), discovery(candidate(Protocol.POP3, retention=Retention(days=14))))
    told = " ".join(out.getvalue().split())
    assert (
        "The provider suggests: Mail is downloaded here, and a copy stays on the server for 14 days" in told
    )


def test_what_is_said_of_servers_in_a_row_is_said_once_below_them() -> None:
    lines = shown(discovery(candidate(Protocol.IMAP), candidate(Protocol.POP3), candidate(Protocol.SMTP)))
    at = lines.index("Fetching mail")
    assert lines[at + 1 : at + 5] == [
        "  IMAP  imap.example.org:993 (TLS)",
        "  POP3  pop.example.org:995 (TLS)",
        "        User name: the whole address.",
        "        The domain itself says so, over a proven channel. (autoconfig)",
    ]


def test_what_is_said_of_one_server_alone_stands_below_that_one() -> None:
    guessed = candidate(Protocol.POP3, trust=Trust.GUESSED, username=None)
    lines = shown(discovery(candidate(Protocol.IMAP), guessed))
    at = lines.index("  POP3  pop.example.org:995 (TLS)")
    assert lines[at - 1].strip().startswith("The domain itself says so")
    assert lines[at + 1].strip().startswith("This is a guess")


def test_a_provider_that_is_known_is_named() -> None:
    assert "Provider: Gmail" in shown(replace(discovery(candidate(Protocol.IMAP)), provider="Gmail"))


def test_of_many_reasons_some_are_told_and_the_others_counted() -> None:
    refused = Finding(source="pacc", question="x", outcome=Outcome.REFUSED)
    findings = tuple(replace(refused, detail=say("Reason {number}.", number=at // 2)) for at in range(10))
    err = io.StringIO()
    show_in_vain(Console(err=err), replace(discovery(), findings=findings))
    assert err.getvalue() == "Reason 0.\nReason 1.\nReason 2.\nQuestions that failed besides: 2.\n"


def test_with_verbose_all_that_was_asked_in_vain_is_told() -> None:
    guess = Finding(source="guess", question="IMAP x", outcome=Outcome.NOTHING, detail=say("No host."))
    err = io.StringIO()
    show_in_vain(Console(err=err, verbose=True), replace(discovery(), findings=(guess, guess)))
    assert err.getvalue() == "IMAP x: No host.\n" * 2
