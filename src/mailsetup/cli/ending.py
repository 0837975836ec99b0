"""The end of `setup`: what will be written in a few words, and what is left to do once it is."""

from collections.abc import Sequence
from dataclasses import replace

from mailsetup.account import Account, Address, Secret
from mailsetup.advice import Advice
from mailsetup.checks.report import Report
from mailsetup.cli.console import Console
from mailsetup.cli.show import retention_sentence, show_account
from mailsetup.cli.writing import Written
from mailsetup.errors import LoginRefused, Message, say


def sum_up(
    console: Console,
    account: Account,
    program: str,
    kept: Secret | None,
    reports: Sequence[Report],
    advices: tuple[Advice, Advice] | None,
) -> None:
    """What the program will do, and where the measured mailbox speaks against it.

    program: the mail program as it calls itself. kept: the password that goes into its own store, or None.
    advices: with the measured numbers and without; None where options have chosen.
    """
    console.line()
    show_account(console, account)
    if account.name:
        console.say(say("Your name, beside the address: {name}", name=account.name), indent="  ")
    if kept is not None:
        console.say(say("{program} keeps the password.", program=program), indent="  ")
    if advices is not None:
        measured, unmeasured = ((one.protocol, one.retention) for one in advices)
        if measured not in (unmeasured, (account.incoming.protocol, account.retention)):
            console.introduce(
                say("To think about, now that the mailbox has been measured:"),
                items=(
                    *advices[0].reasons,
                    say("Better would be: {what}", what=retention_sentence(measured[1])),
                ),
            )
    doubtful = _hosts_with_doubtful_certificate(reports)
    if doubtful:
        console.warn(_will_be_refused(doubtful, program))


def with_what_is_left(
    written: Written, account: Account, reports: Sequence[Report], kept: Secret | None
) -> Written:
    """The same with what the person must do now, and what is not well in spite of all."""
    if not written.form.applied:
        return written
    program = written.form.client.capitalize()
    doubtful = _hosts_with_doubtful_certificate(reports)
    if doubtful:
        return replace(written, remaining=_will_be_refused(doubtful, program))
    if written.remaining is not None:
        return written
    return replace(written, remaining=_next_step(written, account, program, kept))


def _hosts_with_doubtful_certificate(reports: Sequence[Report]) -> Sequence[str]:
    """Those that prove the mail domain and not themselves."""
    hosts = [
        report.server.host
        for report in reports
        for step in report.steps
        if step.facts.get("proof") == "mail-domain"
    ]
    return list(dict.fromkeys(hosts))


def _will_be_refused(hosts: Sequence[str], program: str) -> Message:
    return say(
        "It will not work as it is: the certificate of {hosts} names only the mail domain, and {program} "
        "refuses it. Ask whoever runs the server for one that names the host.",
        hosts=", ".join(hosts),
        program=program,
    )


def _next_step(written: Written, account: Account, program: str, kept: Secret | None) -> Message:
    if written.signs_in:
        comes = say("It opens the sign-in page of the provider when it first fetches mail.")
    elif kept is not None:
        comes = say("It fetches your mail by itself.")
    else:
        comes = say(
            "It asks for the password of {address} when it first fetches mail.", address=account.address
        )
    if written.opened_by is not None:
        # Only that command opens this profile, and it stands above.
        return comes
    return say("Now start {program}. {comes}", program=program, comes=comes)


def login_refused(address: Address) -> LoginRefused:
    """The end of a run whose logins were all refused; the steps have told why."""
    return LoginRefused(
        say("The login was refused, so nothing was written; what to do stands above."),
        say(
            "Is {address} spelt right, and does the password work on the provider's web page? Wait some "
            "minutes before you run it again: more attempts could lock the account.",
            address=address,
        ),
    )
