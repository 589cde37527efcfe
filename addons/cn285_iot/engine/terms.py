"""For how long an object is served: the plan's term, and what is the least of it."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta


def last_day(start: date, months: int, limit: date | None = None) -> date | None:
    """The last day of a term that begins on a day; None where it has no end.

    Counted from the first day, so that a term from 31 January ends on the 30th of a January.

    :param months: 0: no term of its own
    :param limit: the last day of what it is part of: no term goes beyond

    >>> last_day(date(2026, 4, 14), 12)
    datetime.date(2027, 4, 13)
    >>> last_day(date(2026, 4, 14), 12, date(2026, 12, 31))
    datetime.date(2026, 12, 31)
    >>> last_day(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 27)
    """
    own = start + relativedelta(months=months) - timedelta(days=1) if months else None
    return min((day for day in (own, limit) if day), default=None)
