from datetime import date

import pytest

from mailsetup.account import Retention
from mailsetup.clients.thunderbird.retention import Rule, deletion, emptying, retention_prefs, rule_of

_NOW = 1_800_000_000
_DAY = 86400
_HEAD = b"# POP3 State File\n# This is a generated file!  Do not edit.\n\n*pop.example.org ada@example.org\n"


def popstate(*ages: int) -> bytes:
    """A popstate.dat with a message left on the server for each age in days."""
    return _HEAD + b"".join(b"k uid%d %d\n" % (age, _NOW - age * _DAY) for age in ages)


@pytest.mark.parametrize(
    ("wish", "leave", "by_age", "days", "until_deleted"),
    [
        (Retention(), True, False, None, False),
        (Retention(days=30), True, True, 30, False),
        (Retention(until_deleted=True), True, False, None, True),
        (Retention(days=7, until_deleted=True), True, True, 7, True),
        (Retention(keep=False), False, False, None, False),
    ],
)
def test_each_wish_has_its_settings(wish, leave, by_age, days, until_deleted):
    settings = retention_prefs(wish)

    assert settings == {
        "leave_on_server": leave,
        "delete_by_age_from_server": by_age,
        "delete_mail_left_on_server": until_deleted,
        **({} if days is None else {"num_days_to_leave_on_server": days}),
    }


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({}, Rule(leave=False, days=None)),
        ({"leave_on_server": True}, Rule(leave=True, days=None)),
        ({"leave_on_server": True, "delete_by_age_from_server": True}, Rule(leave=True, days=7)),
        (
            {"leave_on_server": True, "delete_by_age_from_server": True, "num_days_to_leave_on_server": 0},
            Rule(leave=True, days=None),
        ),
        ({"delete_by_age_from_server": True}, Rule(leave=False, days=None)),
    ],
)
def test_settings_mean_what_thunderbird_does_with_them(settings, rule):
    assert rule_of(settings) == rule


def test_leaving_mail_no_more_names_every_message_left_so_far():
    message = deletion(Rule(True, None), Rule(False, None), popstate(1, 400), "pop.example.org", _NOW)

    assert message is not None
    assert message.fields == {"host": "pop.example.org", "count": 2, "oldest": date(2025, 12, 11)}


def test_fewer_days_name_those_that_go_at_once():
    message = deletion(Rule(True, None), Rule(True, 30), popstate(1, 29, 31, 400), "pop.example.org", _NOW)

    assert message is not None
    assert (message.fields["count"], message.fields["days"], message.fields["due"]) == (4, 30, 2)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Rule(True, None), Rule(True, None)),
        (Rule(True, 7), Rule(True, 30)),
        (Rule(True, 7), Rule(True, None)),
        (Rule(False, None), Rule(True, 1)),
        (Rule(False, None), Rule(False, None)),
    ],
)
def test_leaving_as_much_or_more_deletes_nothing(old, new):
    assert deletion(old, new, popstate(1, 400), "pop.example.org", _NOW) is None


def test_where_nothing_was_left_fewer_days_delete_nothing():
    assert deletion(Rule(True, None), Rule(True, 1), _HEAD, "pop.example.org", _NOW) is None


def test_where_nothing_was_left_what_lies_there_goes_as_soon_as_it_is_fetched():
    message = deletion(Rule(True, None), Rule(False, None), _HEAD, "pop.example.org", _NOW)

    assert message == emptying("pop.example.org")


def test_a_message_of_an_unknown_time_goes_at_once():
    message = deletion(Rule(True, None), Rule(True, 5), _HEAD + b"k strange xyz\n", "pop.example.org", _NOW)

    assert message is not None
    assert (message.fields["count"], message.fields["due"]) == (1, 1)
