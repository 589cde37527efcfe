"""Months on dates."""

from datetime import date

import pytest
from cn285_engine.calendar import Unit, add_months, add_units, month_date
from cn285_engine.errors import EngineError
from engine_strategies import anchors
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (2024, 2, 31, date(2024, 2, 29)),
        (2023, 2, 29, date(2023, 2, 28)),
        (2100, 2, 29, date(2100, 2, 28)),
        (2024, 4, 31, date(2024, 4, 30)),
        (2024, 12, 31, date(2024, 12, 31)),
        (2024, 5, 1, date(2024, 5, 1)),
    ],
)
def test_month_date_is_clamped_to_the_months_end(year, month, day, expected):
    assert month_date(year, month, day) == expected


@pytest.mark.parametrize(
    ("anchor", "n", "anchor_day", "expected"),
    [
        (date(2024, 1, 31), 1, None, date(2024, 2, 29)),
        (date(2023, 2, 28), 1, None, date(2023, 3, 28)),
        (date(2023, 2, 28), 1, 31, date(2023, 3, 31)),
        (date(2024, 1, 15), -1, None, date(2023, 12, 15)),
        (date(2024, 3, 31), -13, None, date(2023, 2, 28)),
        (date(2024, 11, 30), 1, None, date(2024, 12, 30)),
    ],
)
def test_add_months(anchor, n, anchor_day, expected):
    assert add_months(anchor, n, anchor_day) == expected


@pytest.mark.parametrize(
    ("unit", "n", "expected"),
    [
        ("day", 3, date(2024, 2, 3)),
        ("week", -2, date(2024, 1, 17)),
        ("month", 1, date(2024, 2, 29)),
        ("quarter", 1, date(2024, 4, 30)),
        ("semester", 1, date(2024, 7, 31)),
        (Unit.year, 2, date(2026, 1, 31)),
    ],
)
def test_add_units(unit, n, expected):
    assert add_units(date(2024, 1, 31), n, unit) == expected


@given(anchors, st.integers(-300, 300))
def test_adding_months_moves_by_that_many_months_and_keeps_the_day_if_it_exists(anchor, n):
    moved = add_months(anchor, n)
    assert 12 * moved.year + moved.month == 12 * anchor.year + anchor.month + n
    assert moved.day == anchor.day or (moved.day < anchor.day and moved.day >= 28)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: add_units(date(2024, 1, 1), 1, "fortnight"), "unknown_unit"),
        (lambda: add_months(date(9999, 12, 1), 1), "date_out_of_range"),
        (lambda: add_months(date(9999, 12, 31), 1), "date_out_of_range"),
        (lambda: add_units(date(9999, 12, 31), 1, "day"), "date_out_of_range"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code
