"""Public holidays, and which days a legal period may end on.

Which holidays a country has is data; how a holiday is found in a year stands here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ...cn285_contract.engine.calendar import add_days


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous method of 1876).

    >>> easter(2025)
    datetime.date(2025, 4, 20)
    """
    century, in_century = divmod(year, 100)
    golden = year % 19
    skipped, leap_centuries = century // 4, century % 4
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - skipped - correction + 15) % 30
    weekday = (32 + 2 * leap_centuries + 2 * (in_century // 4) - moon - in_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True, slots=True)
class FixedHoliday:
    """A holiday on the same day of every year that has it."""

    month: int
    day: int

    def in_year(self, year: int) -> date | None:
        """Return the holiday of a year; None for 29 February in a common one."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class EasterHoliday:
    """A holiday so many days after Easter Sunday, before it where the number is negative."""

    offset: int

    def in_year(self, year: int) -> date:
        """Return the holiday of a year."""
        return add_days(easter(year), self.offset)


Holiday = FixedHoliday | EasterHoliday


@lru_cache(maxsize=256)
def holidays_of(rules: frozenset[Holiday], year: int) -> frozenset[date]:
    """Return the days of a year that are holidays by these rules."""
    days = (rule.in_year(year) for rule in rules)
    return frozenset(day for day in days if day is not None)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days but Saturdays, Sundays and holidays."""

    rules: frozenset[Holiday] = frozenset()

    @classmethod
    def but(cls, rules: Iterable[Holiday]) -> "WorkingDays":
        """Return the working days of a country that has these holidays."""
        return cls(frozenset(rules))

    def has(self, day: date) -> bool:
        """Tell whether it is a working day."""
        return day.weekday() < 5 and day not in holidays_of(self.rules, day.year)

    def from_(self, day: date) -> date:
        """Return the day itself where it is a working day, else the next one.

        >>> WorkingDays.but([FixedHoliday(5, 1)]).from_(date(2026, 5, 1))
        datetime.date(2026, 5, 4)
        """
        while not self.has(day):
            day = add_days(day, 1)
        return day
