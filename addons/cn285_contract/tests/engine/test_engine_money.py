"""Rounding, and the monthly value."""

from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

import pytest
from cn285_engine.errors import EngineError
from cn285_engine.money import allocate, allocate_running, nearest, round_money, running_totals
from cn285_engine.mrr import monthly_value
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("x", "rounding", "expected"),
    [
        (Decimal("2.675"), "0.01", "2.68"),
        (Decimal("-2.675"), "0.01", "-2.68"),
        (Decimal("2.6749999"), "0.01", "2.67"),
        (Decimal("-0.004"), "0.01", "0.00"),
        (Fraction(-1, 1000), "0.01", "0.00"),
        (Fraction(1, 200), "0.01", "0.01"),
        (Fraction(-1, 200), "0.01", "-0.01"),
        (Fraction(200, 3), "0.01", "66.67"),
        (Decimal("1.025"), "0.05", "1.05"),
        (Decimal("1.0249"), "0.05", "1.00"),
        (Decimal("-1.075"), "0.05", "-1.10"),
        (Decimal("2.5"), "1", "3"),
        (Decimal("2.5"), "1.00", "3"),
        (Decimal("123.456"), "0.010000", "123.46"),
        (Decimal("149.99"), "100", "100"),
        (Fraction(150), "100", "200"),
        (7, "0.01", "7.00"),
        (Decimal("123456789012345678901234567.895"), "0.01", "123456789012345678901234567.90"),
    ],
)
def test_round_money(x, rounding, expected):
    # As text: the number of decimals and the sign of zero count, too.
    assert str(round_money(x, Decimal(rounding))) == expected


@given(
    st.fractions(-(10**9), 10**9, max_denominator=10**6),
    st.sampled_from(["0.01", "0.05", "1", "0.001", "10", "0.25"]),
)
def test_rounding_is_nearest_with_ties_away_from_zero(x, rounding):
    unit = Decimal(rounding)
    result = Fraction(round_money(x, unit))
    assert (result / Fraction(unit)).denominator == 1
    assert abs(result - x) * 2 <= unit
    if abs(result - x) * 2 == unit:
        assert abs(result) > abs(x)
    assert round_money(-x, unit) == -round_money(x, unit)


@given(st.decimals(-(10**6), 10**6, places=5))
def test_decimals_and_fractions_round_alike(x):
    assert round_money(x) == round_money(Fraction(x))


@pytest.mark.parametrize("rounding", [Decimal(0), Decimal("-0.01"), Decimal("NaN")])
def test_bad_rounding_units_are_refused(rounding):
    with pytest.raises(EngineError) as refusal:
        round_money(Decimal(1), rounding)
    assert refusal.value.code == "bad_rounding"


def test_what_is_no_money_is_refused():
    with pytest.raises(EngineError) as refusal:
        round_money(Decimal("NaN"))
    assert refusal.value.code == "not_a_number"
    with pytest.raises(TypeError):
        round_money(0.1)


# === PARTS THAT ADD UP === #

units = st.sampled_from([Decimal(unit) for unit in ("0.01", "0.05", "1", "0.001", "10")])
totals = st.decimals(-(10**7), 10**7, places=4)
amounts = st.decimals(0, 10**4, places=3)
weights = st.lists(st.integers(0, 400) | amounts, min_size=1, max_size=30).filter(any)


def exact_shares(total, weights):
    whole = sum(map(Fraction, weights))
    return [Fraction(total) * Fraction(weight) / whole for weight in weights]


@pytest.mark.parametrize(
    ("total", "weights", "unit", "expected"),
    [
        ("100", [1, 1, 1], "0.01", ["33.34", "33.33", "33.33"]),
        ("-1.00", [1, 1, 1], "0.01", ["-0.34", "-0.33", "-0.33"]),
        ("0.01", [1, 1], "0.01", ["0.01", "0.00"]),
        ("100", [31, 28, 31], "1", ["35", "31", "34"]),
        ("10", [0, 5, 0], "0.01", ["0.00", "10.00", "0.00"]),
        ("1.00", [1, 2, 4], "0.05", ["0.15", "0.30", "0.55"]),
        ("99.999", [1, 2], "0.01", ["33.33", "66.67"]),
        ("0.00", [3, 7], "0.01", ["0.00", "0.00"]),
        ("1", [Fraction(1, 3), Decimal("0.5")], "0.01", ["0.40", "0.60"]),
    ],
)
def test_allocate(total, weights, unit, expected):
    parts = allocate(Decimal(total), weights, Decimal(unit))
    assert [str(part) for part in parts] == expected


@given(totals, weights, units)
def test_parts_by_the_largest_remainders_add_up(total, weights, unit):
    parts = allocate(total, weights, unit)
    whole = round_money(total, unit)
    assert sum(parts) == whole
    shares = exact_shares(whole, weights)
    for part, share in zip(parts, shares, strict=True):
        assert abs(Fraction(part) - share) < unit
        assert (part / unit) % 1 == 0
    # Whoever got a spare unit had at least the remainder of whoever got none.
    excess = [abs(Fraction(part)) - abs(share) for part, share in zip(parts, shares, strict=True)]
    more = [value for value in excess if value > 0]
    less = [value for value in excess if value < 0]
    assert not more or not less or max(more) - Fraction(unit) <= min(less)
    assert [-part for part in parts] == allocate(-total, weights, unit)


@pytest.mark.parametrize(
    ("total", "weights", "unit", "expected"),
    [
        ("100", [1, 1, 1], "0.01", ["33.33", "33.34", "33.33"]),
        ("0.01", [1, 1], "0.01", ["0.01", "0.00"]),
        ("-100", [1, 1, 1], "0.01", ["-33.33", "-33.34", "-33.33"]),
        ("100", [31, 28, 31], "1", ["34", "32", "34"]),
        ("99.999", [1, 2], "0.01", ["33.33", "66.67"]),
        ("10", [0, 5, 0], "0.01", ["0.00", "10.00", "0.00"]),
        ("10", [-1, -1, -1], "0.01", ["3.33", "3.34", "3.33"]),
        ("10", [2, -1], "0.01", ["20.00", "-10.00"]),
    ],
)
def test_allocate_running(total, weights, unit, expected):
    parts = allocate_running(Decimal(total), weights, Decimal(unit))
    assert [str(part) for part in parts] == expected


@given(totals, weights, units)
def test_parts_by_running_totals_add_up_at_every_point(total, weights, unit):
    parts = allocate_running(total, weights, unit)
    assert sum(parts) == round_money(total, unit)
    given, due = Fraction(0), Fraction(0)
    for part, share in zip(parts, exact_shares(total, weights), strict=True):
        assert abs(Fraction(part) - share) <= unit
        given, due = given + Fraction(part), due + share
        assert given == Fraction(round_money(due, unit))


@given(totals, weights, units)
def test_running_totals_are_those_of_the_parts(total, weights, unit):
    whole = [weight for weight in weights if isinstance(weight, int)]
    if not sum(whole):
        return
    running = list(accumulate(whole))
    parts = allocate_running(total, whole, unit)
    assert running_totals(total, running, running[-1], unit) == list(accumulate(parts))


@given(st.integers(), st.integers(1, 10**9))
def test_the_nearest_whole_number(numerator, denominator):
    assert nearest(numerator, denominator) == round_money(
        Fraction(numerator, denominator), Decimal(1)
    )


@pytest.mark.parametrize("rule", [allocate, allocate_running])
@pytest.mark.parametrize("weights", [[], [0, 0], [3, -3]])
def test_weights_that_part_nothing_are_refused(rule, weights):
    with pytest.raises(EngineError) as refusal:
        rule(Decimal(1), weights)
    assert refusal.value.code == "bad_weights"


def test_negative_weights_have_no_largest_remainder():
    with pytest.raises(EngineError) as refusal:
        allocate(Decimal(1), [3, -1])
    assert refusal.value.code == "bad_weights"


@pytest.mark.parametrize("rule", [allocate, allocate_running])
def test_only_money_is_parted(rule):
    with pytest.raises(EngineError) as refusal:
        rule(Decimal("NaN"), [1])
    assert refusal.value.code == "not_a_number"
    with pytest.raises(TypeError):
        rule(0.1, [1])


@pytest.mark.parametrize(
    ("net", "interval", "unit", "expected"),
    [
        ("2000", 1, "year", "166.67"),
        ("2000", 2, "year", "83.33"),
        ("100", 1, "month", "100.00"),
        ("100", 3, "month", "33.33"),
        ("100", 1, "quarter", "33.33"),
        ("100", 2, "quarter", "16.67"),
        ("100", 1, "semester", "16.67"),
        ("100", 1, "week", "433.33"),
        ("100", 2, "week", "216.67"),
        ("1", 1, "day", "30.42"),
        ("300", 30, "day", "304.17"),
        ("-2000", 1, "year", "-166.67"),
    ],
)
def test_monthly_value(net, interval, unit, expected):
    assert str(monthly_value(Decimal(net), interval, unit)) == expected


@pytest.mark.parametrize(
    ("interval", "unit", "code"),
    [(0, "month", "interval_not_positive"), (1, "moon", "unknown_unit")],
)
def test_monthly_value_of_no_rhythm_is_refused(interval, unit, code):
    with pytest.raises(EngineError) as refusal:
        monthly_value(Decimal(1), interval, unit)
    assert refusal.value.code == code
