"""Until when cards are valid, and when their holders are told."""

import calendar
from collections.abc import Collection, Sequence
from datetime import date, timedelta

# Days before the last valid day on which the holder is told.
NOTICE_DAYS = (30, 15, 7)


def last_valid_day(year: int, month: int) -> date:
    """The last day on which a card with this date is valid: the last one of the month (ISO 7813).

    A year of two digits is one of this century.

    :raises ValueError: where there is no such month
    """
    full = year + 2000 if 0 <= year < 100 else year
    if not 1 <= month <= 12:
        raise ValueError(month)
    return date(full, month, calendar.monthrange(full, month)[1])


def notice_dates(expiry: date, days: Sequence[int] = NOTICE_DAYS) -> list[date]:
    """The days on which the holder is told, in order."""
    return sorted(expiry - timedelta(days=count) for count in days)


def due_notice(
    expiry: date | None,
    today: date,
    told: Collection[int] = (),
    days: Sequence[int] = NOTICE_DAYS,
) -> int | None:
    """Which notice is due on a day: its number of days, or None.

    Where several are due, as after days without a scan, it is the last of them alone. After the
    last valid day there is none: the next refusal tells the customer.

    :param told: numbers of days of the notices that were sent for this date
    """
    if expiry is None or today > expiry:
        return None
    left = (expiry - today).days
    reached = [count for count in days if count >= left]
    if not reached:
        return None
    count = min(reached)
    return None if any(sent <= count for sent in told) else count
