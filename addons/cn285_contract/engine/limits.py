"""Bounds of what is entered: beyond them lies a slip of the keyboard or of a file, not a price.

Within them a double, by which the invoice's lines are calculated, is exact to well below a cent.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from math import isfinite

#: Units of an item in a period.
LARGEST_QUANTITY = 10**9
#: Units of usage in a bound or an allowance; bytes count among them.
LARGEST_UNITS = 10**15
#: Price of a unit, a fee or a fixed discount, in any currency, in either direction.
LARGEST_PRICE = 10**9
#: Quantity times price: a thousand billion.
LARGEST_AMOUNT = 10**12
#: A revision of prices may multiply them by eleven at most.
LARGEST_RISE = 1000
#: Days and periods that are counted: a hundred years of days.
LARGEST_COUNT = 36_525
#: Seconds, and minutes, that a machine waits: a year of seconds.
LARGEST_SECONDS = 366 * 86_400
#: What a column of whole numbers holds.
LARGEST_WHOLE = 2**31 - 1
#: Rows that an item may have planned at a time: more than thirty years of days.
LARGEST_PLAN = 12_000
#: The first and the last year of which dates are taken for dates of a contract.
FIRST_YEAR, LAST_YEAR = 1900, 2199
#: From this year on, an end stands for "no end", as 9999-12-31 does in many systems.
ENDLESS_YEAR = 2900


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number, or a text that says one.

    >>> [is_number(one) for one in (1, "2.5", Decimal("NaN"), float("inf"), "1e", True)]
    [True, True, False, False, False, False]
    """
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return isfinite(value)
    try:
        return Decimal(str(value).strip()).is_finite()
    except InvalidOperation:
        return False


def is_whole(value: object) -> bool:
    """Tell whether a whole number can be read from a value; of a float, what is before its point.

    >>> [is_whole(one) for one in (5, 5.5, " 5 ", "5.0", "5.5", None)]
    [True, True, True, False, False, False]
    """
    if isinstance(value, str):
        try:
            int(value)
        except ValueError:
            return False
    return is_number(value)


def is_within(value: object, most: int, least: int | None = None) -> bool:
    """Tell whether a value is a number from ``least`` (default: minus ``most``) to ``most``.

    >>> is_within(-5, 10), is_within(-5, 10, 0), is_within("1e30", 10**9)
    (True, False, False)
    """
    if not is_number(value):
        return False
    number = Decimal(str(value).strip())
    return (-most if least is None else least) <= number <= most


def real_end(day: date | None) -> date | None:
    """Return an end, or None where it only says that there is none: 9999-12-31 and the like.

    >>> real_end(date(9999, 12, 31)), real_end(date(2030, 6, 30))
    (None, datetime.date(2030, 6, 30))
    """
    return None if day is None or day.year >= ENDLESS_YEAR else day


def is_date_of_contract(day: date) -> bool:
    """Tell whether a day lies in the centuries in which contracts run."""
    return FIRST_YEAR <= day.year <= LAST_YEAR
