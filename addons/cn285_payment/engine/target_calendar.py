"""Days on which banks settle in euro, and what is counted in them.

Source: ECB, *TARGET closing days*: Saturdays, Sundays, 1 January, Good Friday, Easter Monday,
1 May, 25 and 26 December. National holidays such as 14 July are not among them.
"""

from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

_DAY = timedelta(days=1)
# Month and day of what is closed each year.
_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}
# Good Friday and Easter Monday, from Easter Sunday.
_AROUND_EASTER = (-2, 1)


@lru_cache(maxsize=64)
def _easter_days(year: int) -> frozenset[date]:
    sunday = easter(year)
    return frozenset(sunday + timedelta(days=offset) for offset in _AROUND_EASTER)


def is_target_day(day: date) -> bool:
    """Whether TARGET settles on a day.

    >>> is_target_day(date(2026, 7, 14)), is_target_day(date(2026, 4, 3))
    (True, False)
    """
    return (
        day.weekday() < 5
        and (day.month, day.day) not in _FIXED
        and day not in _easter_days(day.year)
    )


def next_target_day(day: date) -> date:
    """The day itself where TARGET settles on it, else the first one after it.

    >>> next_target_day(date(2026, 12, 25))
    datetime.date(2026, 12, 28)
    """
    while not is_target_day(day):
        day += _DAY
    return day


def add_target_days(day: date, count: int) -> date:
    """The TARGET day so many TARGET days after a day, before it where the count is negative.

    The day itself need not be one; it is not counted. With a count of 0: :func:`next_target_day`.

    >>> add_target_days(date(2026, 12, 30), 5)
    datetime.date(2027, 1, 7)
    >>> add_target_days(date(2026, 12, 28), -2)
    datetime.date(2026, 12, 23)
    """
    if not count:
        return next_target_day(day)
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_target_day(day):
            day += step
    return day
