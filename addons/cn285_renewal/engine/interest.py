"""Legal interest on what is paid late, by rates that are set for some months each.

Interest is simple, by days over 365, and each day bears the rate that is in force on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.calendar import add_days, add_months
from ...cn285_contract.engine.money import CENT, round_money
from .errors import RenewalError

DAYS_IN_YEAR = 365


@dataclass(frozen=True, slots=True)
class LegalRate:
    """A yearly rate in percent, in force from ``start`` for so many months."""

    start: date
    percent: Decimal
    months: int = 6

    @property
    def end(self) -> date:
        """Return the first day of the next rate."""
        return add_months(self.start, self.months)


def period_start(day: date, months: int) -> date:
    """Return the first day of the months for which one rate is set, that a day lies in.

    >>> period_start(date(2026, 11, 30), 6)
    datetime.date(2026, 7, 1)
    """
    return date(day.year, day.month - (day.month - 1) % months, 1)


@dataclass(frozen=True, slots=True)
class InterestPart:
    """The days ``[start, end)`` that bear one rate, and the exact interest of them."""

    start: date
    end: date
    percent: Decimal
    amount: Fraction

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.end - self.start).days


def interest_parts(
    principal: Decimal, due: date, paid: date, rates: Sequence[LegalRate]
) -> list[InterestPart]:
    """Return the interest on ``principal`` by rate, for each day after ``due`` up to ``paid``.

    Nothing where it was paid in time. Raises ``no_legal_rate`` naming the first day without one,
    and ``bad_principal``.
    """
    if principal < 0:
        raise RenewalError("bad_principal", principal=principal)
    parts: list[InterestPart] = []
    day, stop = add_days(due, 1), add_days(paid, 1)
    while day < stop:
        rate = next((rate for rate in rates if rate.start <= day < rate.end), None)
        if rate is None:
            raise RenewalError("no_legal_rate", day=day)
        end = min(stop, rate.end)
        share = Fraction((end - day).days, DAYS_IN_YEAR)
        amount = Fraction(principal) * Fraction(rate.percent) / 100 * share
        parts.append(InterestPart(day, end, rate.percent, amount))
        day = end
    return parts


def late_interest(
    principal: Decimal,
    due: date,
    paid: date,
    rates: Sequence[LegalRate],
    rounding: Decimal = CENT,
) -> Decimal:
    """Return the interest owed on ``paid`` for ``principal`` due on ``due``, rounded once.

    >>> rates = [LegalRate(date(2026, 1, 1), Decimal("6.67"))]
    >>> late_interest(Decimal("273.00"), date(2026, 5, 1), date(2026, 5, 31), rates)
    Decimal('1.50')
    """
    parts = interest_parts(principal, due, paid, rates)
    return round_money(sum((part.amount for part in parts), start=Fraction(0)), rounding)
