"""Holidays: on a day of the year, or around Easter."""

from datetime import date

import pytest
from cn285_renewal_house.cn285_renewal.engine.holidays import (
    FixedHoliday,
    WorkingDays,
    easter,
    holidays_of,
)
from renewal_strategies import ALSACE, FRENCH


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2000, date(2000, 4, 23)), (2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)),
     (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25)), (1818, date(1818, 3, 22))],
)  # fmt: skip
def test_easter(year, expected):
    assert easter(year) == expected


def test_holidays_of_2026():
    holidays = holidays_of(frozenset(FRENCH), 2026)
    assert sorted(holidays) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]
    local = holidays_of(frozenset(FRENCH + ALSACE), 2026)
    assert local - holidays == {date(2026, 4, 3), date(2026, 12, 26)}


def test_a_leap_day_is_a_holiday_of_leap_years():
    rules = frozenset({FixedHoliday(2, 29)})
    assert holidays_of(rules, 2028) == {date(2028, 2, 29)}
    assert holidays_of(rules, 2026) == frozenset()


def test_next_working_day_skips_weekend_and_holidays():
    days = WorkingDays.but(FRENCH)
    assert days.from_(date(2026, 12, 25)) == date(2026, 12, 28)
    assert days.from_(date(2026, 12, 28)) == date(2026, 12, 28)
    assert WorkingDays().from_(date(2026, 12, 25)) == date(2026, 12, 25)
