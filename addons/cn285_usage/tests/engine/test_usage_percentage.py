"""Percentages of events: golden case 4, what is free, bounds per event."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_contract.engine.errors import EngineError
from cn285_house.cn285_usage.engine.percentage import Percentage
from cn285_house.cn285_usage.engine.rating import explain
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import check_rating, dec, money, roundings

EVENTS = (50, 100, 250, 400)


def percentage(percent="1.3", fixed="2", **values):
    free = {name: values.pop(name) for name in ("free", "free_events") if name in values}
    return Percentage(dec(percent), dec(fixed), **{k: dec(v) for k, v in values.items()}, **free)


def owed(model, *amounts):
    return str(check_rating(model.rate(map(dec, amounts))).exact)


def test_golden_4():
    model = percentage()
    assert str(model.rate(map(Decimal, EVENTS)).amount) == "18.40"
    bounded = percentage("2.99", "0", minimum="1.75", maximum=12)
    rating = check_rating(bounded.rate(map(Decimal, (10, 80, 10000))))
    assert rating.exact == Fraction("16.142")
    assert str(rating.amount) == "16.14"
    assert [(line.code, str(line.exact)) for line in rating.lines] == [
        ("percent", "301.6910"),
        ("event_minimum", "1.4510"),
        ("event_maximum", "-287.0000"),
    ]


@pytest.mark.parametrize(
    ("values", "amounts", "expected"),
    [
        ({}, (), "0"),
        ({}, (0,), "2"),
        ({}, (50, -50), "0"),
        ({"fixed": 0}, EVENTS, "10.4"),
        ({"percent": 0}, EVENTS, "8"),
        # Free events are free of the rate and of the fixed fee.
        ({"free_events": 3}, EVENTS, "7.2"),
        ({"free_events": 4}, EVENTS, "0"),
        ({"free_events": 9}, EVENTS, "0"),
        ({"free_events": 0}, EVENTS, "18.4"),
        # Free units: the event that crosses them pays for the rest, and its fee.
        ({"free_units": 250}, EVENTS, "11.15"),
        ({"free_units": 150}, EVENTS, "12.45"),
        ({"free_units": "150.01"}, EVENTS, "12.44987"),
        ({"free_units": 800}, EVENTS, "0"),
        ({"free_units": "799.99"}, EVENTS, "2.00013"),
        ({"free_units": 0}, EVENTS, "18.4"),
        # Both: whichever ends first.
        ({"free_events": 3, "free_units": 250}, EVENTS, "11.15"),
        ({"free_events": 2, "free_units": 250}, EVENTS, "12.45"),
        ({"free_events": 3, "free_units": 400}, EVENTS, "7.2"),
        ({"free_events": 3, "free_units": 1000}, EVENTS, "7.2"),
        # Apart: units off the rate, events off the fee.
        ({"free_events": 3, "free": "separate"}, EVENTS, "12.4"),
        ({"free_units": 250, "free": "separate"}, EVENTS, "15.15"),
        ({"free_events": 3, "free_units": 250, "free": "separate"}, EVENTS, "9.15"),
        # Bounds hold for an event with its fee; free events owe none.
        ({"minimum": 3}, EVENTS, "18.75"),
        ({"minimum": 3, "free_events": 2}, EVENTS, "12.45"),
        ({"maximum": 5}, EVENTS, "15.95"),
        ({"minimum": 5, "maximum": 5}, EVENTS, "20"),
        ({"minimum": "2.65"}, (50,), "2.65"),
        ({"maximum": "2.65"}, (50,), "2.65"),
        # A reversal takes back what its event costs.
        ({"minimum": 3}, (50, -50), "0"),
        ({"maximum": 5}, (400, -400, -400), "-5"),
        ({"free_units": 60}, (50, -50, 50), "0"),
        ({"free_units": 60}, (70, -70), "0"),
    ],
)
def test_amount(values, amounts, expected):
    assert Fraction(owed(percentage(**values), *amounts)) == Fraction(expected)


def test_the_free_part_is_noted():
    rating = percentage(free_events=3, free_units=250).rate(map(Decimal, EVENTS))
    assert [(note.code, note.values) for note in rating.notes] == [
        ("free", {"units": Decimal(250), "events": Decimal(2)})
    ]
    assert explain(rating).splitlines() == [
        "2 events and 250 units are free",
        "550 x 0.013 = 7.15",
        "2 events x 2 = 4.00",
        "in all = 11.15",
    ]
    apart = percentage(free_events=5, free_units=900, free="separate").rate(map(Decimal, EVENTS))
    assert apart.notes[0].values == {"units": Decimal(800), "events": Decimal(4)}
    assert (apart.lines, apart.amount) == ((), 0)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"percent": "-1"}, "negative_price"),
        ({"fixed": "-1"}, "negative_price"),
        ({"minimum": "-1"}, "negative_price"),
        ({"maximum": "-1"}, "negative_price"),
        ({"minimum": 2, "maximum": 1}, "bad_bounds"),
        ({"free_events": -1}, "bad_count"),
        ({"free_events": 1.5}, "bad_count"),
        ({"free_units": "-1"}, "negative_units"),
        ({"free": "neither"}, "unknown_choice"),
    ],
)
def test_refusals(values, code):
    with pytest.raises(EngineError) as refusal:
        percentage(**values)
    assert refusal.value.code == code
    assert str(refusal.value)


def plain_event(model, amount):
    """What one event costs without anything free."""
    cost = Fraction(model.percent) * Fraction(amount) / 100 + Fraction(model.fixed)
    if model.minimum is not None:
        cost = max(cost, Fraction(model.minimum))
    return cost if model.maximum is None else min(cost, Fraction(model.maximum))


bounds = st.tuples(st.none() | money, st.none() | money).map(
    lambda pair: pair if None in pair else tuple(sorted(pair))
)


@given(st.lists(money, max_size=8), money, money, bounds, st.none() | st.integers(0, 9), roundings)
def test_bounds_hold_for_each_event(amounts, percent, fixed, limits, free_events, rounding):
    model = Percentage(percent, fixed, *limits, free_events=free_events)
    rating = check_rating(model.rate(amounts, rounding), rounding)
    charged = amounts[free_events or 0 :]
    assert rating.exact == sum(plain_event(model, amount) for amount in charged)


@given(st.lists(money, max_size=8), st.none() | st.integers(0, 9), st.none() | money)
def test_free_units_never_cost_and_a_list_with_its_reversals_is_nothing(amounts, events, units):
    model = Percentage(Decimal(2), Decimal(1), free_events=events, free_units=units)
    rating = model.rate(amounts)
    plain = Percentage(Decimal(2), Decimal(1)).rate(amounts)
    assert 0 <= rating.exact <= plain.exact
    assert plain.exact == Fraction(sum(amounts)) * 2 / 100 + len(amounts)
    alone = Percentage(Decimal(2), Decimal(1), free_units=units)
    back = [-amount for amount in reversed(amounts) if amount]
    assert alone.rate([amount for amount in amounts if amount] + back).exact == 0
