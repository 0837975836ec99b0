"""What holds for any SRV records: of what they give, and of the lots that are drawn (RFC 2782)."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.discovery.finding import Outcome
from mailsetup.discovery.reading import MAX_SERVERS
from mailsetup.discovery.srv import SERVICES, draw_order, read_answer
from mailsetup.net.names import Answer, Srv

NUMBERS = st.integers(0, 65535)
TARGETS = st.one_of(
    st.text(max_size=30), st.sampled_from(["", "a.example.org", "B.example.org.", "com", "ä.example"])
)
RECORDS = st.lists(st.builds(Srv, NUMBERS, NUMBERS, NUMBERS, TARGETS), max_size=80)


@given(st.sampled_from(list(SERVICES)), RECORDS, st.text(max_size=20))
def test_any_records_give_a_finding(service, records, lot):
    finding = read_answer(service, "SRV", Answer("SRV", tuple(records)), lot)
    assert (finding.outcome is Outcome.FOUND) == bool(finding.offers)
    assert len(finding.offers) <= MAX_SERVERS
    assert len({offer.server for offer in finding.offers}) == len(finding.offers)


@given(st.sampled_from(list(SERVICES)), RECORDS)
def test_the_order_of_the_reply_never_counts(service, records):
    one = read_answer(service, "SRV", Answer("SRV", tuple(records)))
    other = read_answer(service, "SRV", Answer("SRV", tuple(reversed(records))))
    assert one.offers == other.offers


@given(RECORDS, st.text(max_size=20))
def test_every_record_is_drawn_once_and_priorities_rise(records, lot):
    ordered = draw_order(records, lot)
    assert Counter(ordered) == Counter(records)
    assert [record.priority for record in ordered] == sorted(record.priority for record in records)


@given(RECORDS, st.text(max_size=20))
def test_the_same_lot_draws_the_same_order(records, lot):
    assert draw_order(records, lot) == draw_order(list(records), lot)


@pytest.mark.parametrize(
    "weights", [(1, 1), (1, 3), (60, 20, 10, 10), (5, 0), (10, 40, 50)], ids=lambda weights: str(weights)
)
def test_many_people_are_spread_as_the_weights_say(weights):
    people = 4000
    records = [Srv(0, weight, 993, f"host{number}") for number, weight in enumerate(weights)]
    first = Counter(draw_order(records, f"user{number}@example.org")[0] for number in range(people))
    # Drawn from 0 to the sum, both included: a weight of 0 has a small chance, as the standard wants it.
    for record, chance in zip(records, chances(weights), strict=True):
        assert first[record] / people == pytest.approx(chance, abs=0.03)


def chances(weights: tuple[int, ...]) -> list[float]:
    """The chance of each record to come first, where those of weight 0 stand before the others."""
    total = sum(weights)
    first = min(range(len(weights)), key=lambda number: (weights[number] > 0, number))
    return [(weight + (number == first)) / (total + 1) for number, weight in enumerate(weights)]


def test_the_second_place_is_drawn_among_those_that_are_left():
    records = [Srv(0, weight, 993, f"host{weight}") for weight in (100, 300, 600)]
    orders = [draw_order(records, f"user{number}") for number in range(4000)]
    second = Counter(order[1].weight for order in orders if order[0].weight == 600)
    assert second[300] / second.total() == pytest.approx(0.75, abs=0.04)
