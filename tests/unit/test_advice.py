"""POP or IMAP for many kinds of people; every row is one of them."""

import pytest

from mailsetup.account import Protocol, Retention
from mailsetup.advice import Advice, Case, Measured, advise

IMAP, POP3 = Protocol.IMAP, Protocol.POP3
MB, GB = 10**6, 10**9
WEEK_OF_12_MB = 12 * MB / 7


def told(advice: Advice) -> str:
    """All that the advice says."""
    return " ".join(message.render() for message in (*advice.reasons, *advice.cautions))


@pytest.mark.parametrize(
    ("case", "measured", "protocol", "retention"),
    [
        (Case(), Measured(), IMAP, None),
        (Case(devices=3), Measured(), IMAP, None),
        (Case(devices=3, space=15 * GB), Measured(), IMAP, None),
        (Case(devices=1), Measured(), POP3, Retention()),
        (Case(devices=1, space=15 * GB), Measured(), POP3, Retention()),
        (Case(devices=1, keep_on_server=True), Measured(), IMAP, None),
        (Case(devices=1, keep_on_server=False), Measured(), POP3, Retention()),
        (Case(offline=True), Measured(), IMAP, None),
        (Case(space=GB), Measured(), POP3, Retention(days=30)),
        (Case(devices=3, space=500 * MB), Measured(), POP3, Retention(days=30)),
        (Case(devices=3, space=2 * GB), Measured(), IMAP, None),
        (Case(space=GB, keep_on_server=True), Measured(), IMAP, None),
        # What was measured is believed before what was said.
        (Case(space=GB), Measured(limit=50 * GB, used=GB), IMAP, None),
        (Case(space=50 * GB), Measured(limit=GB), POP3, Retention(days=30)),
    ],
)
def test_habits_and_space_decide(
    case: Case, measured: Measured, protocol: Protocol, retention: Retention | None
) -> None:
    advice = advise(case, measured)
    assert (advice.protocol, advice.retention) == (protocol, retention)


@pytest.mark.parametrize(
    ("limit", "used", "weekly", "protocol", "days"),
    [
        (GB, 0, 12 * MB, POP3, 60),
        (GB, 0, 60 * MB, POP3, 30),
        (GB, 0, 200 * MB, POP3, 14),
        (GB, 0, 400 * MB, POP3, 7),
        (GB, 0, 5 * GB, POP3, 7),
        # What is there already needs room, too.
        (GB, 950 * MB, 12 * MB, POP3, 14),
        # A small mailbox that little comes to lasts for years.
        (GB, 0, 1 * MB, IMAP, None),
        (GB, 0, 0, IMAP, None),
        # A large one may be nearly full.
        (15 * GB, 14 * GB, 12 * MB, POP3, 60),
        (15 * GB, 5 * GB, 12 * MB, IMAP, None),
    ],
)
def test_the_days_fit_the_space_at_the_measured_rate(
    limit: int, used: int, weekly: int, protocol: Protocol, days: int | None
) -> None:
    advice = advise(Case(), Measured(limit=limit, used=used, per_day=weekly / 7))
    assert (advice.protocol, advice.retention and advice.retention.days) == (protocol, days)


def test_the_numbers_are_told() -> None:
    advice = advise(Case(), Measured(limit=GB, used=100 * MB, per_day=WEEK_OF_12_MB))
    reasons = " ".join(reason.render() for reason in advice.reasons)
    assert "Of 1 GB on the server 100 MB are taken." in reasons
    assert "About 12 MB a week, 1 GB: leaving mail there for 60 days keeps you under half of it." in reasons
    assert "full in about 17 months" in reasons


def test_where_even_a_week_does_not_fit_nothing_is_promised() -> None:
    advice = advise(Case(), Measured(limit=GB, used=0, per_day=GB))
    assert "under half" not in told(advice)
    assert "short even so" in told(advice)


@pytest.mark.parametrize("only", [IMAP, POP3])
def test_what_is_not_offered_is_not_advised(only: Protocol) -> None:
    for case in (Case(), Case(devices=1), Case(space=GB), Case(keep_on_server=True)):
        advice = advise(case, offered=frozenset({only, Protocol.SMTP}))
        assert advice.protocol is only
        assert f"offers {only.label} only" in told(advice)


@pytest.mark.parametrize("measured", [Measured(uidl=False), Measured(expire=0)])
@pytest.mark.parametrize("case", [Case(devices=1), Case(space=GB)])
def test_where_pop3_can_leave_nothing_imap_is_advised(case: Case, measured: Measured) -> None:
    assert advise(case, measured).protocol is IMAP


def test_mail_is_removed_at_once_only_where_the_server_allows_nothing_else() -> None:
    advice = advise(Case(), Measured(uidl=False), frozenset({POP3}))
    assert advice.retention == Retention(keep=False)
    assert "Make backups" in told(advice)


@pytest.mark.parametrize(("space", "days"), [(None, 10), (GB, 10), (20 * GB, 10)])
def test_no_more_days_are_advised_than_the_server_keeps_mail(space: int | None, days: int) -> None:
    advice = advise(Case(devices=1, space=space), Measured(expire=10))
    assert advice.retention == Retention(days=days)
    assert "EXPIRE" in told(advice)


def test_what_pop3_will_not_do_is_a_caution_of_every_pop3() -> None:
    for case in (Case(devices=1), Case(space=GB)):
        assert "read or answered" in advise(case).cautions[0].render()


def test_mail_that_would_be_removed_from_the_server_is_told_of() -> None:
    advice = advise(Case(devices=2), Measured(limit=GB, used=100 * MB))
    assert "30 days after this computer has fetched a message, it is on this computer only" in told(advice)
    assert "the 100 MB there now" in told(advice)
    assert "Other devices see the last 30 days of mail only" in told(advice)


def test_a_mailbox_that_will_fill_up_is_a_caution_of_imap() -> None:
    assert "fill up" in told(advise(Case(space=GB, keep_on_server=True)))
    assert "fill up" not in told(advise(Case()))


def test_a_wait_between_two_logins_is_told() -> None:
    assert "600 seconds" in told(advise(Case(devices=1), Measured(login_delay=600)))


def test_reading_without_a_network_is_answered_for_both() -> None:
    assert "without a network" in told(advise(Case(offline=True)))
    assert "without a network" in told(advise(Case(devices=1, offline=True)))
    assert "without a network" not in told(advise(Case()))


def test_all_mail_is_kept_on_the_server_where_that_is_a_must_and_pop3_is_all_there_is() -> None:
    case = Case(devices=3, space=GB, keep_on_server=True)
    advice = advise(case, offered=frozenset({POP3}))
    assert (advice.protocol, advice.retention) == (POP3, Retention())
    assert "The mailbox will fill up" in told(advice)
    assert "as you want it" not in told(advice)


def test_where_the_provider_lets_nobody_keep_all_mail_there_it_is_said() -> None:
    advice = advise(Case(keep_on_server=True), Measured(expire=30), frozenset({POP3}))
    assert advice.retention == Retention(days=30)
    assert "So not all mail is kept on the server, as you want it" in told(advice)
