"""Advice between a person and mailsetup.advice: the questions, what a check measured, how it is told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from mailsetup.account import Address, Protocol
from mailsetup.advice import Advice, Case, Measured
from mailsetup.checks.report import Report, StepName
from mailsetup.cli.console import Console
from mailsetup.cli.questions import Interview
from mailsetup.cli.show import retention_sentence
from mailsetup.cli.words import parse_size
from mailsetup.discovery.finding import Discovery
from mailsetup.errors import WrongUsage, say
from mailsetup.schema import AdviceForm, CaseForm, MeasuredForm, english, retention_form

_DAYS = 30


def offered_by(found: Discovery) -> frozenset[Protocol]:
    """The protocols by which mail can be fetched there."""
    return frozenset(one.server.protocol for one in found.incoming)


def measured_in(reports: Iterable[Report]) -> Measured:
    """What checks of IMAP and POP3 servers tell of a mailbox."""
    steps = {(report.server.protocol, step.name): step.facts for report in reports for step in report.steps}
    imap = steps.get((Protocol.IMAP, StepName.MAILBOX), {})
    pop3 = steps.get((Protocol.POP3, StepName.MAILBOX), {})
    # The capabilities tell it before anybody has logged in; retention has what is true of this user.
    leaving = steps.get((Protocol.POP3, StepName.RETENTION)) or steps.get(
        (Protocol.POP3, StepName.CAPABILITIES), {}
    )
    expire = leaving.get("expire")
    messages = _number(imap, "messages") if "messages" in imap else _number(pop3, "messages")
    octets = _number(imap, "bytes")
    octets = _number(pop3, "bytes") if octets is None else octets
    quota = imap.get("quota")
    quota = quota if isinstance(quota, Mapping) else {}
    used = _number(quota, "used_bytes")
    uidl = leaving.get("uidl")
    return Measured(
        messages=messages,
        used=octets if used is None else used,
        limit=_number(quota, "limit_bytes"),
        per_day=_per_day(imap.get("last_30_days"), messages, octets),
        uidl=uidl if isinstance(uidl, bool) and StepName.RETENTION in {name for _, name in steps} else None,
        expire=expire if isinstance(expire, int) else None,
        login_delay=_number(leaving, "login_delay"),
    )


def _number(facts: Mapping[str, object], name: str) -> int | None:
    value = facts.get(name)
    return value if isinstance(value, int) else None


def _per_day(lately: object, messages: int | None, octets: int | None) -> float | None:
    """Bytes a day: as measured, or by the mean size of all that lies there."""
    if not isinstance(lately, Mapping):
        return None
    count, exact = _number(lately, "messages"), _number(lately, "bytes")
    if exact is not None:
        return exact / _DAYS
    if count is None or not messages or octets is None:
        return None
    return octets * count / messages / _DAYS


def ask_case(
    console: Console, case: Case, measured: Measured, at_first: Callable[[], None] | None = None
) -> Case:
    """Ask what is not known yet of a person's habits.

    at_first: called where they want to go back from the first question; without it Back is raised.
    """
    questions = [
        partial(_ask_devices, console),
        partial(_ask_space, console, measured),
        partial(_ask_keeping, console),
        partial(_ask_offline, console),
    ]
    return Interview(questions, case, at_first=at_first).go()


def _ask_devices(console: Console, case: Case) -> Case | None:
    if case.devices is not None:
        return None
    number = console.choose(
        say("On how many devices (computers, telephones, tablets) do you read this mail?"),
        (say("On several, or soon on several."), say("On one only.")),
    )
    return replace(case, devices=(2, 1)[number])


def _ask_space(console: Console, measured: Measured, case: Case) -> Case | None:
    if case.space is not None or measured.limit is not None:
        return None
    console.introduce(
        say("How much space does your provider give this mailbox?"),
        say("Type a size such as 1 GB or 500 MB. Enter alone: I do not know. b goes back, q quits."),
    )
    while True:
        typed = console.ask(say("Space [not known]"))
        if not typed:
            return case
        try:
            return replace(case, space=parse_size(typed))
        except WrongUsage as wrong:
            console.failure(wrong)


def _ask_keeping(console: Console, case: Case) -> Case | None:
    if case.keep_on_server is not None:
        return None
    number = console.choose(
        say("Must all your mail be kept on the server, for years?"),
        (
            say("No, or I do not know: it is enough that I have it on a computer."),
            say("Yes, all of it must be kept there."),
        ),
    )
    return replace(case, keep_on_server=number == 1)


def _ask_offline(console: Console, case: Case) -> Case | None:
    if case.offline is not None:
        return None
    number = console.choose(
        say("Must you be able to read old mail without a network, on a train for example?"),
        (say("No, or rarely."), say("Yes.")),
    )
    return replace(case, offline=number == 1)


def show_advice(console: Console, advice: Advice) -> None:
    """What is advised, then why, then what to know before."""
    console.say(say("Advice: {protocol}", protocol=advice.protocol.label), style="title")
    console.say(retention_sentence(advice.retention))
    for title, messages in (
        (say("Why"), advice.reasons),
        (say("What to know before you choose it"), advice.cautions),
    ):
        console.line()
        console.say(title, style="title")
        for message in messages:
            console.line(console.fold(message, first="- ", rest="  "))


def option_words(advice: Advice) -> str:
    """The options of setup that do what is advised."""
    if advice.retention is None:
        return "--protocol imap"
    if not advice.retention.keep:
        return "--protocol pop3 --remove-from-server"
    if advice.retention.days is None:
        return "--protocol pop3 --leave-on-server"
    return f"--protocol pop3 --leave-days {advice.retention.days}"


def advice_form(address: Address | None, case: Case, measured: Measured | None, advice: Advice) -> AdviceForm:
    """Advice as JSON. measured: None where nothing was."""
    return AdviceForm(
        address=None if address is None else str(address),
        protocol=advice.protocol,
        retention=retention_form(advice.retention),
        reasons=[english(reason) for reason in advice.reasons],
        cautions=[english(caution) for caution in advice.cautions],
        case=CaseForm(
            devices=case.devices,
            space_bytes=case.space,
            keep_on_server=case.keep_on_server,
            offline_reading=case.offline,
        ),
        measured=None
        if measured is None
        else MeasuredForm(
            messages=measured.messages,
            used_bytes=measured.used,
            limit_bytes=measured.limit,
            bytes_per_day=None if measured.per_day is None else round(measured.per_day),
            uidl=measured.uidl,
            expire_days=measured.expire,
            login_delay=measured.login_delay,
        ),
    )
