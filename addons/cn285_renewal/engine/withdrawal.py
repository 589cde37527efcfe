"""Withdrawal: how long a consumer may renounce a contract concluded at a distance.

Source: Code de la consommation, L221-18 to L221-20 and L221-25. Fourteen days from the conclusion
of a service contract; the first day is not counted; a period that would end on a Saturday, a Sunday
or a public holiday ends on the next working day.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from ...cn285_contract.engine.calendar import add_days, add_months
from ...cn285_contract.engine.money import CENT, round_money

WITHDRAWAL_DAYS = 14
# L221-24: the price comes back within fourteen days of the renunciation.
REFUND_DAYS = 14
# L221-20: without the information the period ends twelve months later.
UNINFORMED_MONTHS = 12
_FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))


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


@lru_cache(maxsize=256)
def french_holidays(year: int, alsace_moselle: bool = False) -> frozenset[date]:
    """Return the public holidays of a year (Code du travail, L3133-1), with the local ones."""
    sunday = easter(year)
    # Easter Monday, Ascension, Whit Monday.
    days = {add_days(sunday, offset) for offset in (1, 39, 50)}
    days |= {date(year, month, day) for month, day in _FIXED_HOLIDAYS}
    if alsace_moselle:
        days |= {add_days(sunday, -2), date(year, 12, 26)}
    return frozenset(days)


def is_working_day(day: date, alsace_moselle: bool = False) -> bool:
    """Tell whether a legal period may end on that day."""
    return day.weekday() < 5 and day not in french_holidays(day.year, alsace_moselle)


def next_working_day(day: date, alsace_moselle: bool = False) -> date:
    """Return the day itself where it is a working day, else the next one."""
    while not is_working_day(day, alsace_moselle):
        day = add_days(day, 1)
    return day


def withdrawal_deadline(
    concluded: date,
    *,
    days: int = WITHDRAWAL_DAYS,
    alsace_moselle: bool = False,
    informed: date | None = None,
) -> date:
    """Return the last day on which the customer may renounce.

    ``informed``: the day on which he was told of his right, where that was after the conclusion;
    pass ``date.max`` where he was never told. The period then ends so many days after he was told,
    and twelve months after its normal end at the latest.

    >>> withdrawal_deadline(date(2025, 3, 15))
    datetime.date(2025, 3, 31)
    """
    normal = add_days(concluded, days)
    if informed is not None and informed > concluded:
        latest = add_months(normal, UNINFORMED_MONTHS)
        normal = min(latest, add_days(informed, days)) if informed < latest else latest
    return next_working_day(normal, alsace_moselle)


def owed_for_performance(
    price: Decimal,
    start: date,
    end: date,
    withdrawn: date,
    *,
    expressly_requested: bool,
    rounding: Decimal = CENT,
) -> Decimal:
    """Return what a withdrawn contract owes of the price of ``[start, end)``.

    Nothing, unless the customer expressly asked that the service begin before the end of the
    withdrawal period; then the days served until he renounced, that day included (L221-25).
    """
    if not expressly_requested or withdrawn < start:
        return Decimal(0)
    served = min(add_days(withdrawn, 1), end)
    share = Fraction((served - start).days, (end - start).days)
    return round_money(Fraction(price) * share, rounding)
