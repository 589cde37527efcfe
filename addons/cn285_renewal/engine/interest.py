"""Legal interest on what is paid late, by the rate of each half-year.

Source: Code monétaire et financier, article L313-2: the rate is set for each half-year. Interest is
simple, by days over 365, and each day bears the rate of its own half-year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.calendar import add_days
from ...cn285_contract.engine.errors import AmountError, PeriodError
from ...cn285_contract.engine.money import CENT, round_money

DAYS_IN_YEAR = 365


@dataclass(frozen=True, slots=True)
class LegalRate:
    """A yearly rate in percent, in force from ``start``, for as long as its half-year lasts."""

    start: date
    percent: Decimal

    @property
    def end(self) -> date:
        """Return the first day of the next half-year."""
        return (
            date(self.start.year, 7, 1) if self.start.month < 7 else date(self.start.year + 1, 1, 1)
        )


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
        raise AmountError("bad_principal", principal=principal)
    parts: list[InterestPart] = []
    day, stop = add_days(due, 1), add_days(paid, 1)
    while day < stop:
        rate = next((rate for rate in rates if rate.start <= day < rate.end), None)
        if rate is None:
            raise PeriodError("no_legal_rate", day=day)
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
