"""From events to a quantity: golden cases 10 and 11, every aggregation, corrections, durations."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_contract.engine.errors import EngineError
from cn285_house.cn285_usage.engine.aggregation import (
    Aggregation,
    Event,
    Metric,
    PropertyFilter,
    Rounding,
    aggregate,
    in_force,
    measure,
    round_units,
)
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import signed

MARCH = datetime(2023, 3, 1), datetime(2023, 4, 1)


def at(day, hour=0):
    return datetime(2023, 3, day, hour)


@pytest.mark.parametrize(
    ("value", "mode", "decimals", "expected"),
    [
        # Golden 10.
        ("123.456", "half_up", 2, "123.46"),
        ("123.456", "up", 0, "124"),
        ("123.456", "down", -2, "100"),
        ("123.456", "up", -2, "200"),
        ("123.456", "half_up", 0, "123"),
        ("123.456", "half_up", -1, "120"),
        ("123.456", "down", 2, "123.45"),
        ("123.456", "up", 3, "123.456"),
        ("123.456", "half_up", 5, "123.45600"),
        # Ties go away from zero; up and down mirror for what is taken back.
        ("0.5", "half_up", 0, "1"),
        ("2.5", "half_up", 0, "3"),
        ("-2.5", "half_up", 0, "-3"),
        ("150", "half_up", -2, "200"),
        ("149.999", "half_up", -2, "100"),
        ("-123.456", "up", 0, "-124"),
        ("-123.456", "down", 0, "-123"),
        ("-0.4", "half_up", 0, "0"),
        ("0", "up", -2, "0"),
        ("200", "up", -2, "200"),
        ("200.001", "up", -2, "300"),
    ],
)
def test_round_units(value, mode, decimals, expected):
    assert str(round_units(Decimal(value), mode, decimals)) == expected
    assert str(round_units(Fraction(value), mode, decimals)) == expected


@given(signed, st.sampled_from(["half_up", "up", "down"]), st.integers(-3, 14))
def test_decimals_are_rounded_as_fractions_are(value, mode, decimals):
    exact = round_units(Fraction(value), mode, decimals)
    assert str(round_units(value, mode, decimals)) == str(exact)


@given(st.fractions(-(10**6), 10**6), st.integers(-4, 6))
def test_rounded_units_lie_next_to_the_exact_ones(value, decimals):
    unit = Fraction(10) ** -decimals
    down, half, up = (round_units(value, mode, decimals) for mode in ("down", "half_up", "up"))
    assert abs(down) <= abs(value) <= abs(up)
    assert abs(Fraction(up) - Fraction(down)) == (0 if value % unit == 0 else unit)
    assert half in (down, up)
    assert abs(Fraction(half) - value) * 2 <= unit


EVENTS = [
    Event(Decimal(5), at(3), {"user": "ann", "zone": "eu", "vip": True, "port": 80}),
    Event(Decimal("2.5"), at(1), {"user": "bob", "zone": "us", "vip": False, "port": "80"}),
    Event(Decimal(-1), at(9), {"user": "ann", "zone": "eu"}),
    Event(Decimal(4), at(9), {"user": None, "zone": "asia"}),
]


@pytest.mark.parametrize(
    ("kind", "expected", "empty"),
    [
        ("sum", "10.5", "0"),
        ("count", "4", "0"),
        ("unique_count", "2", "0"),
        ("max", "5", "0"),
        ("min", "-1", "0"),
        ("average", "21/8", "0"),
        # Two at the same time: the one that came last.
        ("last", "4", "0"),
    ],
)
def test_aggregations(kind, expected, empty):
    metric = Metric(kind, "user")
    assert str(aggregate(metric, EVENTS)) == expected
    assert str(aggregate(metric, [])) == empty
    if kind != "last":
        assert str(aggregate(metric, EVENTS[::-1])) == expected


def test_all_aggregations_are_known():
    names = "sum count unique_count max min average last weighted_sum"
    assert [one.value for one in Aggregation] == names.split()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("zone", {"eu"}, False)], "4"),
        ([("zone", {"eu", "us"}, False)], "6.5"),
        ([("zone", {"eu"}, True)], "6.5"),
        ([("zone", {"eu"}, False), ("user", {"ann"}, True)], "0"),
        ([("vip", {"true"}, False)], "5"),
        ([("port", {"80"}, False)], "7.5"),
        ([("user", {"ann", "bob"}, True)], "4"),
        ([("user", {"None"}, False)], "0"),
        ([("unknown", {"x"}, False)], "0"),
        ([("unknown", {"x"}, True)], "10.5"),
        ([("zone", set(), False)], "0"),
    ],
)
def test_filters(filters, expected):
    some = tuple(PropertyFilter(name, frozenset(values), no) for name, values, no in filters)
    assert str(aggregate(Metric("sum", filters=some), EVENTS)) == expected


def test_unique_values_are_compared_as_text():
    values = [1, "1", True, "true", None, "", 1]
    events = [Event(properties={"x": value}) for value in values]
    assert aggregate(Metric("unique_count", "x"), [*events, Event()]) == 3


def test_last_starts_from_the_value_carried_in():
    assert aggregate(Metric("last"), [], initial=Decimal(7)) == 7
    assert aggregate(Metric("last"), EVENTS, initial=Decimal(7)) == 4


def test_measure_rounds_by_the_metric():
    third = [Event(Decimal(1)), Event(Decimal(0)), Event(Decimal(0))]
    assert str(measure(Metric("average"), third)) == "0.333333333333"
    assert str(measure(Metric("average", rounding=Rounding("up", 1)), third)) == "0.4"
    usage = [Event(Decimal("123.456"))]
    assert str(measure(Metric("sum"), usage)) == "123.456"
    assert str(measure(Metric("sum", rounding=Rounding("up", -2)), usage)) == "200"


@pytest.mark.parametrize(
    ("events", "initial", "reading", "expected"),
    [
        # Golden 11: 27 of 31 days.
        ([(at(5), 2500)], 0, "change", Fraction(2500 * 27, 31)),
        ([(at(5), 2500)], 0, "level", Fraction(2500 * 27, 31)),
        ([], 100, "change", 100),
        ([], 0, "change", 0),
        ([(at(1), 31)], 0, "change", 31),
        ([(at(16), -31)], 31, "change", 15),
        ([(at(16), 62)], 31, "level", 15 + 32),
        ([(at(16), 62)], 31, "change", 15 + 48),
        # In any order; what lies before the period is carried in, what lies after it is not.
        ([(at(16), 31), (at(1), 31)], 0, "change", 31 + 16),
        ([(datetime(2023, 2, 1), 31)], 0, "change", 31),
        ([(datetime(2023, 2, 1), 31)], 5, "level", 31),
        ([(MARCH[1], 31)], 5, "level", 5),
        # At the same time: all changes count, the last level does.
        ([(at(16), 31), (at(16), 62)], 0, "change", 48),
        ([(at(16), 31), (at(16), 62)], 0, "level", 32),
        ([(MARCH[1] - timedelta(microseconds=1), 31 * 86400 * 10**6)], 0, "change", 1),
    ],
)
def test_weighted_sum(events, initial, reading, expected):
    metric = Metric("weighted_sum", reading=reading)
    given_events = [Event(Decimal(value), moment) for moment, value in events]
    assert aggregate(metric, given_events, *MARCH, Decimal(initial)) == expected


def test_golden_11_rounded_and_over_a_change_of_the_clock():
    metric = Metric("weighted_sum", rounding=Rounding("half_up", 4))
    assert str(measure(metric, [Event(Decimal(2500), at(5))], *MARCH)) == "2177.4194"
    # March in Paris has 743 hours, from 23:00 UTC to 22:00 UTC.
    start = datetime(2023, 2, 28, 23, tzinfo=timezone.utc)
    end = datetime(2023, 3, 31, 22, tzinfo=timezone.utc)
    event = Event(Decimal(743), end - timedelta(hours=10))
    assert aggregate(metric, [event], start, end) == 10


@given(st.lists(st.tuples(st.integers(0, 30), signed), max_size=6), signed, st.integers(1, 30))
def test_a_weighted_sum_of_two_parts_weighs_to_the_whole(changes, initial, day):
    metric = Metric("weighted_sum")
    events = [Event(value, at(number + 1)) for number, value in changes]
    middle = at(day + 1)
    carried = initial + sum(value for number, value in changes if at(number + 1) < middle)
    later = [event for event in events if event.at >= middle]
    parts = aggregate(metric, events, MARCH[0], middle, initial) * day
    parts += aggregate(metric, later, middle, MARCH[1], carried) * (31 - day)
    assert parts == aggregate(metric, events, *MARCH, initial) * 31


def test_corrections():
    first = Event(Decimal(5), at(1), key="a")
    other = Event(Decimal(3), at(2), key="b")
    back = Event(Decimal(5), at(3), key="c", reverses="a")
    instead = Event(Decimal(7), at(1), key="d", replaces="b")
    again = Event(Decimal(8), at(1), key="e", replaces="d")
    unback = Event(key="f", reverses="c")
    undone = Event(key="g", reverses="e")
    assert in_force([first, other]) == [first, other]
    assert in_force([first, other, back]) == [other]
    assert in_force([first, other, instead]) == [first, instead]
    assert in_force([first, other, instead, again]) == [first, again]
    assert in_force([again, instead, other]) == [again]
    assert in_force([first, back, unback]) == [first]
    assert in_force([other, instead, again, undone]) == [instead]
    assert in_force([back, instead]) == [instead]
    anonymous = Event(Decimal(1), reverses="b")
    assert in_force([first, other, anonymous]) == [first]
    assert aggregate(Metric("max"), [first, other, back]) == 3
    assert aggregate(Metric("count"), [first, other, back, instead]) == 1


def test_long_chains_of_corrections():
    chain = [Event(Decimal(0), key="0")]
    chain += [Event(Decimal(n), key=str(n), replaces=str(n - 1)) for n in range(1, 5000)]
    assert in_force(chain) == chain[-1:]
    assert in_force(chain[::-1]) == chain[-1:]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: in_force([Event(key="a"), Event(key="a")]), "duplicate_event"),
        (
            lambda: in_force([Event(key="a", replaces="b"), Event(key="b", replaces="a")]),
            "correction_loop",
        ),
        (lambda: in_force([Event(key="a", reverses="a")]), "correction_loop"),
        (lambda: Event(key="a", reverses="b", replaces="c"), "two_corrections"),
        (lambda: Metric("unique_count"), "property_needed"),
        (lambda: Metric("median"), "unknown_choice"),
        (lambda: Metric("weighted_sum", reading="x"), "unknown_choice"),
        (lambda: Rounding("half_even"), "unknown_choice"),
        (lambda: Rounding("up", 21), "bad_decimals"),
        (lambda: Rounding("up", Decimal(1)), "bad_decimals"),
        (lambda: round_units(Fraction(10**31)), "result_too_large"),
        (lambda: aggregate(Metric("sum"), [Event(key="a")]), "quantity_needed"),
        (lambda: aggregate(Metric("sum"), [Event(Decimal("NaN"))]), "not_a_number"),
        (lambda: aggregate(Metric("last"), [Event(Decimal(1))]), "time_needed"),
        (lambda: aggregate(Metric("weighted_sum"), []), "period_needed"),
        (lambda: aggregate(Metric("weighted_sum"), [], *MARCH[::-1]), "end_before_start"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code
    assert str(refusal.value)


def test_a_quantity_is_no_float():
    with pytest.raises(TypeError):
        aggregate(Metric("sum"), [Event(1.5)])
