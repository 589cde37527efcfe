"""From the usage of the days gone by to that of a whole period, if it goes on as it began."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import round_money
from .exact import as_input

# A projected quantity needs no more decimals.
UNIT = Decimal("0.000001")


def pace(start: date, end: date, today: date) -> Fraction:
    """Return what to multiply usage by: days of ``[start, end)`` over those gone, today included.

    A period that is over stays as it is, and so does one that has not begun.

    >>> pace(date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 10))
    Fraction(31, 10)
    """
    gone = min((today - start).days + 1, (end - start).days)
    return Fraction((end - start).days, gone) if gone > 0 else Fraction(1)


def project(quantity: Decimal, factor: Fraction) -> Decimal:
    """Return a quantity at the pace, to six decimals."""
    return round_money(Fraction(as_input(quantity)) * factor, UNIT)
