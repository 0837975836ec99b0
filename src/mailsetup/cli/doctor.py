"""`mailsetup doctor`: what mailsetup finds on this machine, and what would hinder it."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from mailsetup.checks.report import Verdict, worst
from mailsetup.cli.console import Console
from mailsetup.cli.options import Network, network_options, output_options
from mailsetup.errors import say

if TYPE_CHECKING:
    from mailsetup.cli.exams import Exam
    from mailsetup.schema import DoctorForm

_DNS_SECONDS = 6.0


@click.command()
@network_options
@output_options
def doctor(network: Network, console: Console) -> int:
    """Look at this machine: settings, name servers, trust store, keyring, mail programs.

    Each line says ok, warn or FAIL, and what to do about it. Nothing is changed. The exit code is 1 where
    something FAILs, and 0 with warnings.

    \b
    Examples:
      mailsetup doctor
      mailsetup doctor --json
    """
    from mailsetup import schema
    from mailsetup.cli.labels import exam as label
    from mailsetup.cli.show import show_verdict

    # Wrong options end the command before anything is looked at.
    network.settings()
    exams = []
    for exam in _look(network, console):
        exams.append(exam)
        show_verdict(console, exam.verdict, label(exam.name), exam.text, exam.fix)
    if console.as_json:
        console.document(schema.encode(_form(exams)))
    return 1 if worst(exam.verdict for exam in exams) is Verdict.FAIL else 0


def _look(network: Network, console: Console) -> "Iterable[Exam]":
    from mailsetup.cli import exams, exams_network, exams_settings
    from mailsetup.cli.main import all_commands
    from mailsetup.cli.secrets import unlocking
    from mailsetup.clients.client import Machine
    from mailsetup.clients.registry import CLIENTS
    from mailsetup.net.proxy import Proxies

    yield exams.versions()
    yield from exams_settings.settings(all_commands(), os.environ)
    with console.waiting(say("Asking the name server")):
        answers = exams_network.name_servers(network.nameserver, network.timeout or _DNS_SECONDS)
    yield from answers
    yield exams_network.ip()
    yield exams_network.proxy(Proxies.of_this_machine(), used=network.nameserver is None)
    yield exams_network.trust_store(network.ca_file)
    with unlocking(console) as seconds:
        kept = exams.keyring(seconds)
    yield kept
    yield from exams.mail_programs(CLIENTS, Machine.this())


def _form(exams: "Iterable[Exam]") -> "DoctorForm":
    from mailsetup.schema import DoctorForm, ExamForm, english

    return DoctorForm(
        verdict=worst(exam.verdict for exam in exams).value,
        checks=[
            ExamForm(
                name=exam.name,
                verdict=exam.verdict.value,
                text=english(exam.text),
                fix=english(exam.fix) if exam.fix else None,
                facts=dict(exam.facts),
            )
            for exam in exams
        ],
    )
