"""What lies between a person and the rules of advice: measuring, and reading sizes."""

import pytest
from tests.unit.words import server

from mailsetup.account import Protocol, Retention
from mailsetup.advice import Advice, Measured
from mailsetup.checks.report import Report, Step, StepName, Verdict
from mailsetup.cli.advising import measured_in, option_words
from mailsetup.cli.words import parse_size
from mailsetup.errors import WrongUsage, say

QUOTA = {"used_bytes": 400, "limit_bytes": 1000}


def report(protocol: Protocol, **facts: dict[str, object]) -> Report:
    """A report of these steps, by the facts of each."""
    steps = tuple(
        Step(name=StepName(name), verdict=Verdict.PASS, text=say("Well."), facts=told)
        for name, told in facts.items()
    )
    return Report(server=server(protocol), steps=steps)


def imap(**mailbox: object) -> Report:
    return report(Protocol.IMAP, mailbox=mailbox)


def test_a_quota_tells_used_and_limit() -> None:
    measured = measured_in([imap(messages=3, bytes=300, quota=QUOTA)])
    assert (measured.messages, measured.used, measured.limit) == (3, 400, 1000)


def test_without_a_quota_what_lies_in_the_inbox_is_used() -> None:
    assert measured_in([imap(messages=3, bytes=300, quota=None)]).used == 300


def test_the_rate_is_what_came_in_thirty_days() -> None:
    lately = {"messages": 6, "bytes": 3000}
    assert measured_in([imap(messages=60, bytes=30_000, last_30_days=lately)]).per_day == 100


def test_where_imap_knows_no_size_the_mean_of_pop3_is_taken() -> None:
    lately = {"messages": 6, "bytes": None}
    reports = [
        imap(messages=60, bytes=None, last_30_days=lately),
        report(Protocol.POP3, mailbox={"messages": 60, "bytes": 30_000}),
    ]
    assert measured_in(reports).per_day == 100


@pytest.mark.parametrize("lately", [None, {"messages": 6, "bytes": None}])
def test_a_rate_that_is_not_known_is_not_invented(lately: object) -> None:
    assert measured_in([imap(messages=60, bytes=None, last_30_days=lately)]).per_day is None


def test_what_pop3_permits_is_told_by_the_step_that_tried_it() -> None:
    retention = {"uidl": False, "expire": 30, "login_delay": 600}
    announced = {"uidl": True, "expire": None, "login_delay": None}
    measured = measured_in([report(Protocol.POP3, capabilities=announced, retention=retention)])
    assert (measured.uidl, measured.expire, measured.login_delay) == (False, 30, 600)


def test_before_a_login_uidl_that_is_not_announced_proves_nothing() -> None:
    announced = {"uidl": False, "expire": 0, "login_delay": None}
    measured = measured_in([report(Protocol.POP3, capabilities=announced)])
    assert (measured.uidl, measured.expire) == (None, 0)


def test_a_promise_to_keep_mail_for_ever_is_no_limit() -> None:
    retention = {"uidl": True, "expire": "never", "login_delay": None}
    assert measured_in([report(Protocol.POP3, retention=retention)]).expire is None


def test_of_nothing_nothing_is_known() -> None:
    assert measured_in([]) == Measured()


@pytest.mark.parametrize(
    ("retention", "words"),
    [
        (None, "--protocol imap"),
        (Retention(), "--protocol pop3 --leave-on-server"),
        (Retention(days=60), "--protocol pop3 --leave-days 60"),
        (Retention(keep=False), "--protocol pop3 --remove-from-server"),
    ],
)
def test_advice_is_given_as_options(retention: Retention | None, words: str) -> None:
    protocol = Protocol.IMAP if retention is None else Protocol.POP3
    assert option_words(Advice(protocol=protocol, retention=retention, reasons=(), cautions=())) == words


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("1GB", 10**9),
        ("1 gb", 10**9),
        ("1,5 Go", 1_500_000_000),
        ("500M", 500_000_000),
        (" 0.5GiB ", 536_870_912),
        ("2 Gio", 2**31),
        ("2 TB", 2 * 10**12),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, octets: int) -> None:
    assert parse_size(text) == octets


@pytest.mark.parametrize("text", ["", "1", "GB", "-1GB", "0GB", "1XB", "1GB extra", "9" * 400 + "GB", "١GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        parse_size(text)
