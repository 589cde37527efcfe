"""Bundles: rules of choosing, and prices to the cent, by tables and over anything."""

import doctest
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_sale_house.cn285_sale.engine import bundle
from cn285_sale_house.cn285_sale.engine.bundle import (
    Choice,
    Component,
    Problem,
    Slot,
    broken_rules,
    by_default,
    spread,
    times_in,
)
from hypothesis import given
from hypothesis import strategies as st

# A telephone line that has to be taken; one or two of two routers; up to three options without
# order, of which the last needs the second router and goes not with the first option.
SLOTS = [Slot(1, 1, 1), Slot(2, 1, 2), Slot(3, 0, 3), Slot(4, 0, 0)]
CHOICES = [
    Choice(10, 1, 100),
    Choice(20, 2, 200),
    Choice(21, 2, 201),
    Choice(30, 3, 300),
    Choice(31, 3, 301, frozenset({201}), frozenset({300})),
    Choice(40, 4, 400),
]


@pytest.mark.parametrize(
    ("taken", "problems"),
    [
        ({10: 1, 20: 1}, []),
        ({10: 1, 20: 1, 21: 1, 30: 3}, []),
        ({10: 1, 21: 1, 31: 2}, []),
        ({10: 1, 20: 1, 40: 500}, []),
        ({20: 1}, [Problem("too_few", 1)]),
        ({10: 2, 20: 1}, [Problem("too_many", 1, count=2)]),
        ({10: 1}, [Problem("too_few", 2)]),
        ({10: 1, 20: 2, 21: 1}, [Problem("too_many", 2, count=3)]),
        ({10: 1, 20: 1, 30: 4}, [Problem("too_many", 3, count=4)]),
        ({10: 1, 20: 1, 31: 1}, [Problem("requires", 301, frozenset({201}))]),
        ({10: 1, 21: 1, 30: 1, 31: 1}, [Problem("excludes", 301, frozenset({300}))]),
        ({10: 1, 20: 1, 99: 1}, [Problem("foreign", 99)]),
        ({10: 1, 20: 1, 30: -1}, [Problem("bad_count", 30, count=-1)]),
        ({}, [Problem("too_few", 1), Problem("too_few", 2)]),
    ],
)
def test_rules(taken, problems):
    assert broken_rules(SLOTS, CHOICES, taken) == problems


def test_excluding_holds_whoever_says_so():
    slots, one = [Slot(1, 0, 0)], Choice(1, 1, 10, excludes=frozenset({20}))
    other = Choice(2, 1, 20)
    for choices in ([one, other], [other, one]):
        [problem] = broken_rules(slots, choices, {1: 1, 2: 1})
        assert problem.kind == "excludes"


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ({}, {10: 1}),
        ({20: 1}, {10: 1, 20: 1}),
        ({20: 1, 30: 2}, {10: 1, 20: 1, 30: 2}),
        ({10: 0, 21: -1}, {10: 1}),
    ],
)
def test_defaults(wanted, taken):
    assert by_default(SLOTS, CHOICES, wanted) == taken


@pytest.mark.parametrize(
    ("price", "components", "shares"),
    [
        # 35 × 20/45 = 15.555…, 35 × 10/45 = 7.777…, 35 × 15/45 = 11.666…: rounded down they make
        # 34.98, and the two cents go to the largest remainders, .777 and .666.
        ("35.00", [("20", "0"), ("10", "0"), ("15", "0")], ["15.55", "7.78", "11.67"]),
        ("35.00", [("20", "0"), ("10", "12.00"), ("15", "0")], ["15.55", "19.78", "11.67"]),
        ("0.01", [("1", "0"), ("1", "0")], ["0.01", "0.00"]),
        ("10.00", [("0", "0"), ("0", "0"), ("0", "0")], ["3.34", "3.33", "3.33"]),
        ("10.00", [("0", "0"), ("5", "0")], ["0.00", "10.00"]),
        ("0.00", [("20", "0"), ("10", "3.50")], ["0.00", "3.50"]),
        ("35.00", [("20", "-5")], ["30.00"]),
    ],
)
def test_spread(price, components, shares):
    parts = [
        Component(number, Decimal(alone), Decimal(extra))
        for number, (alone, extra) in enumerate(components)
    ]
    found = spread(Decimal(price), parts)
    assert [str(found[number]) for number in range(len(parts))] == shares


def test_nothing_to_spread_over():
    assert spread(Decimal(35), []) == {}


def test_units_of_other_currencies():
    parts = [Component(1, Decimal(1)), Component(2, Decimal(2))]
    assert spread(Decimal(1000), parts, Decimal(1)) == {1: Decimal(333), 2: Decimal(667)}


money = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)
extras = st.integers(-(10**6), 10**6).map(lambda cents: Decimal(cents) / 100)
components = st.lists(st.tuples(money, extras), min_size=1, max_size=8).map(
    lambda pairs: [Component(key, *pair) for key, pair in enumerate(pairs)]
)


@given(money, components)
def test_nothing_is_lost(price, parts):
    shares = spread(price, parts)
    assert sum(shares.values()) == price + sum(part.extra for part in parts)


@given(money, components)
def test_each_share_is_within_a_cent_of_its_part(price, parts):
    shares, whole = spread(price, parts), sum(part.stand_alone for part in parts)
    for part in parts:
        exact = Fraction(price) / len(parts)
        if whole:
            exact = Fraction(price) * Fraction(part.stand_alone) / Fraction(whole)
        assert abs(Fraction(shares[part.key] - part.extra) - exact) < Fraction(1, 100)


@given(st.integers(1, 500), st.integers(1, 1000), st.integers(1, 20))
def test_quantities_tell_how_often(count, bundles, each):
    assert times_in(Decimal(count * bundles * each), Decimal(bundles), Decimal(each)) == count


@pytest.mark.parametrize(("quantity", "bundles", "each"), [("5", "2", "1"), ("1", "0", "1")])
def test_quantities_that_do_not_fit(quantity, bundles, each):
    assert times_in(Decimal(quantity), Decimal(bundles), Decimal(each)) is None


def test_examples():
    results = doctest.testmod(bundle)
    assert results.attempted
    assert not results.failed
