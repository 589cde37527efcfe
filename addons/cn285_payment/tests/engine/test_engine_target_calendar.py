"""Days on which banks settle in euro."""

import doctest
from datetime import date, timedelta

import pytest
from cn285_payment_engine import target_calendar
from cn285_payment_engine.target_calendar import add_target_days, is_target_day, next_target_day
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


def test_examples():
    results = doctest.testmod(target_calendar)
    assert results.attempted and not results.failed


@pytest.mark.parametrize(
    ("wished", "expected"),
    [
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2026, 4, 3), date(2026, 4, 7)),
        (date(2026, 5, 1), date(2026, 5, 4)),
        (date(2027, 3, 28), date(2027, 3, 30)),
        (date(2026, 7, 14), date(2026, 7, 14)),
        (date(2027, 12, 24), date(2027, 12, 24)),
        (date(2028, 1, 1), date(2028, 1, 3)),
    ],
)
def test_next_day(wished, expected):
    assert next_target_day(wished) == expected


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 12, 28), -1, date(2026, 12, 24)),
        (date(2026, 12, 28), -2, date(2026, 12, 23)),
        (date(2026, 4, 7), -1, date(2026, 4, 2)),
        (date(2026, 12, 28), 5, date(2027, 1, 5)),
        (date(2026, 12, 28), 3, date(2026, 12, 31)),
        (date(2026, 12, 30), 5, date(2027, 1, 7)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 11, 29), 0, date(2026, 11, 30)),
    ],
)
def test_counted(day, count, expected):
    assert add_target_days(day, count) == expected


@given(DAYS, st.integers(1, 30))
def test_there_and_back(day, count):
    """What is counted on from a TARGET day is counted back, and each day between counts."""
    start = next_target_day(day)
    end = add_target_days(start, count)
    assert add_target_days(end, -count) == start
    between = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert sum(map(is_target_day, between)) == count
