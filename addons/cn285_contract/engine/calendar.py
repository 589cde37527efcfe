"""Arithmetic of months on local dates."""

from calendar import monthrange
from datetime import date, timedelta
from enum import Enum

from .errors import PeriodError, RhythmError


class Unit(str, Enum):
    """Units of a recurrence, with the names that the database uses."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    semester = "semester"
    year = "year"


MONTHS = {Unit.month: 1, Unit.quarter: 3, Unit.semester: 6, Unit.year: 12}
DAYS = {Unit.day: 1, Unit.week: 7}


def as_unit(unit: Unit | str) -> Unit:
    """Return the :class:`Unit` of that name; raise ``unknown_unit``."""
    try:
        return Unit(unit)
    except ValueError:
        raise RhythmError("unknown_unit", unit=unit) from None


def month_date(year: int, month: int, day: int) -> date:
    """Return that day, or the month's last day where the month is shorter.

    >>> month_date(2024, 2, 31)
    datetime.date(2024, 2, 29)
    """
    if day > 28:
        if not 1 <= year <= 9999:
            raise PeriodError("date_out_of_range", year=year)
        day = min(day, monthrange(year, month)[1])
    try:
        return date(year, month, day)
    except ValueError:
        raise PeriodError("date_out_of_range", year=year) from None


def add_months(anchor: date, n: int, anchor_day: int | None = None) -> date:
    """Return the day ``n`` months after the anchor, clamped to its month's end.

    ``anchor_day`` is the day wanted where the anchor itself was clamped already, so that
    31 January, 28 February, 31 March stays a sequence of last days.

    >>> add_months(date(2023, 2, 28), 1, 31)
    datetime.date(2023, 3, 31)
    """
    year, month = divmod(12 * anchor.year + anchor.month - 1 + n, 12)
    return month_date(year, month + 1, anchor_day or anchor.day)


def add_days(day: date, n: int) -> date:
    """Return the day ``n`` days later; raise ``date_out_of_range`` outside the years 1 to 9999."""
    try:
        return day + timedelta(n)
    except OverflowError:
        year = day.year + n // 365
        raise PeriodError("date_out_of_range", year=year) from None


def add_units(day: date, n: int, unit: Unit | str) -> date:
    """Return the day ``n`` units later (months and longer: clamped to the month's end)."""
    unit = as_unit(unit)
    if unit in DAYS:
        return add_days(day, n * DAYS[unit])
    return add_months(day, n * MONTHS[unit])
