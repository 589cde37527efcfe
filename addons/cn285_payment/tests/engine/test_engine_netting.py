"""What customers have to their credit pays what they owe, before anything is charged."""

from datetime import date
from decimal import Decimal

import pytest
from cn285_payment_house.cn285_payment.engine.netting import Entry, Match, net
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def entry(key, amount, day=JANUARY, *contracts):
    return Entry(key, day, D(amount), frozenset(contracts))


@pytest.mark.parametrize(
    ("debts", "credits", "expected"),
    [
        # An invoice of 100.00 and a credit note of 30.00: 70.00 is left.
        ([entry(1, "100.00")], [entry(9, "30.00")], [(1, 9, "30.00")]),
        ([entry(1, "30.00")], [entry(9, "100.00")], [(1, 9, "30.00")]),
        ([entry(1, "100.00")], [], []),
        ([], [entry(9, "30.00")], []),
        # The oldest credit first.
        (
            [entry(1, "100.00")],
            [entry(8, "30.00", MARCH), entry(9, "80.00", FEBRUARY)],
            [(1, 9, "80.00"), (1, 8, "20.00")],
        ),
        # What is due first is settled first.
        (
            [entry(1, "50.00", MARCH), entry(2, "50.00", FEBRUARY)],
            [entry(9, "70.00")],
            [(2, 9, "50.00"), (1, 9, "20.00")],
        ),
        # A contract's own credit is its own, though another one's invoice is due before.
        (
            [entry(1, "50.00", JANUARY, 4), entry(2, "50.00", FEBRUARY, 5)],
            [entry(8, "50.00", JANUARY, 5), entry(9, "10.00", MARCH, 4)],
            [(1, 9, "10.00"), (2, 8, "50.00")],
        ),
        # What is left of it pays others.
        (
            [entry(1, "50.00", JANUARY, 4), entry(2, "20.00", FEBRUARY, 5)],
            [entry(8, "50.00", JANUARY, 5)],
            [(2, 8, "20.00"), (1, 8, "30.00")],
        ),
    ],
)
def test_net(debts, credits, expected):
    assert net(debts, credits) == [Match(*match[:2], D(match[2])) for match in expected]


amounts = st.decimals("0.01", "999.99", places=2)
entries = st.lists(
    st.tuples(amounts, st.dates(JANUARY, MARCH), st.frozensets(st.integers(1, 3))), max_size=6
).map(lambda rows: [Entry(key, day, amount, own) for key, (amount, day, own) in enumerate(rows)])


@given(entries, entries)
def test_never_more_than_there_is(debts, credits):
    matches = net(debts, credits)
    for side, those in (("debt", debts), ("credit", credits)):
        for one in those:
            used = sum((match.amount for match in matches if getattr(match, side) == one.key), D(0))
            assert used <= one.amount
    # One side is used up.
    assert sum((match.amount for match in matches), D(0)) == min(
        sum((one.amount for one in debts), D(0)), sum((one.amount for one in credits), D(0))
    )


@given(entries, entries)
def test_the_order_in_which_they_are_read_says_nothing(debts, credits):
    assert net(debts, credits) == net(reversed(debts), reversed(credits))
