"""Rounding, and the monthly value."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_engine.errors import EngineError
from cn285_engine.money import round_money
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
