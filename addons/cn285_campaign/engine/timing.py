"""On which day a step is due, and at which hours nobody is told anything."""

from collections.abc import Callable
from datetime import date, timedelta

IsWorking = Callable[[date], bool]
# Longer than any row of holidays.
_FAR = 30


def due_day(anchor: date, delay: int, is_working: IsWorking | None = None) -> date:
    """Return the day on which a step is due: so many days after ``anchor``, or before it.

    :param delay: days after the anchor; below zero, before it
    :param is_working: tells working days, where only these count; None: every day does

    A day that is none is moved to the next working day. What comes before a date stays before it:
    where the next working day would not, it is the last one before.

    >>> due_day(date(2026, 3, 10), -3)
    datetime.date(2026, 3, 7)
    >>> due_day(date(2026, 3, 10), -3, lambda day: day.weekday() < 5)
    datetime.date(2026, 3, 9)
    >>> due_day(date(2026, 3, 9), -1, lambda day: day.weekday() < 5)
    datetime.date(2026, 3, 6)
    """
    day = anchor + timedelta(days=delay)
    if is_working is None or is_working(day):
        return day
    later = _next(day, 1, is_working)
    if delay < 0 and later >= anchor:
        return _next(day, -1, is_working)
    return later


def _next(day: date, step: int, is_working: IsWorking) -> date:
    moved = day
    for _number in range(_FAR):
        moved += timedelta(days=step)
        if is_working(moved):
            return moved
    return day


def is_quiet(hour: float, start: float, end: float) -> bool:
    """Tell whether nobody is told anything at an hour of the day (0 to 24, 21.5 is half past nine).

    From ``start`` until before ``end``, over midnight where it starts later than it ends; alike,
    there are no quiet hours.

    >>> is_quiet(22.0, 20.0, 8.0), is_quiet(8.0, 20.0, 8.0), is_quiet(3.0, 0.0, 0.0)
    (True, False, False)
    """
    if start == end:
        return False
    if start < end:
        return start <= hour < end
    return hour >= start or hour < end


def is_too_late(due: date, today: date, late_days: int) -> bool:
    """Tell whether a step that was due is left out, as it comes more than so many days late.

    >>> is_too_late(date(2026, 3, 1), date(2026, 3, 8), 7)
    False
    """
    return (today - due).days > late_days
