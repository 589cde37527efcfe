"""Proration: which share of its price does a partial period cost.

Days are counted in one of these ways, over those of the full period:

- ``actual``: as they are, over the days of the full period;
- ``30_360``: every month has 30 days, the 31st counts as the 30th,
  ``f(y, m, d) = 360y + 30m + min(d, 30)`` on half-open dates, and a boundary that was clamped to a
  month's end counts as the day it aims at;
- ``actual_30``: as they are, over 30 days a month, so a day costs a thirtieth of a month;
- ``actual_365``: as they are, over 365 days a year, so a day costs a 365th of twelve months.

However days are counted, the parts of a period add up to the period, and a full period costs its
price: where the last two count more days than that (31 over 30), the days above are free, and
where they count less, the last part has the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from fractions import Fraction
from math import gcd

from .errors import AmountError, EngineError
from .periods import Period
from .spans import Span


def _actual(_period: Period, start: date, end: date) -> int:
    return end.toordinal() - start.toordinal()


def _day_360(period: Period, day: date) -> int:
    is_boundary = day in (period.full_start, period.full_end)
    number = period.nominal_day if is_boundary else day.day
    return 360 * day.year + 30 * day.month + min(number, 30)


def _30_360(period: Period, start: date, end: date) -> int:
    return _day_360(period, end) - _day_360(period, start)


def _months(period: Period) -> int:
    start, end = period.full_start, period.full_end
    return 12 * (end.year - start.year) + end.month - start.month


def _up_to(period: Period, start: date, end: date, factor: int, full: int) -> int:
    """Return ``factor`` for each day from the period's start on, up to ``full`` in all."""

    def reached(day: date) -> int:
        if day == period.end and period.is_full:
            return full
        return min(factor * _actual(period, period.start, day), full)

    return reached(end) - reached(start)


def _actual_30(period: Period, start: date, end: date) -> int:
    return _up_to(period, start, end, 1, 30 * _months(period))


def _actual_365(period: Period, start: date, end: date) -> int:
    months = _months(period)
    factor = days_factor(period)
    return _up_to(period, start, end, factor, 365 * months * factor // 12)


def days_factor(period: Period) -> int:
    """Return by what ``actual_365`` multiplies days and the year, to get whole numbers.

    >>> days_factor(Period(0, date(2026, 8, 1), date(2026, 9, 1), date(2026, 8, 1),
    ...     date(2026, 9, 1)))
    12
    """
    return 12 // gcd(12, _months(period))


class Basis(str, Enum):
    """How days are counted: the table of all ways, each with its label and its function.

    A function counts the days of ``[start, end)`` within a period (the item's, as its life clips
    it), in units of its own; the days of the parts of any split must add up to those of the period.
    The field ``proration_basis`` of items offers what stands here. Periods of days or weeks are
    counted ``actual`` in any case.
    """

    actual = "actual", "Actual Days", _actual
    d30_360 = "30_360", "30/360", _30_360
    actual_30 = "actual_30", "Actual Days over 30", _actual_30
    actual_365 = "actual_365", "Actual Days over 365", _actual_365

    label: str
    days_between: Callable[[Period, date, date], int]

    def __new__(
        cls, code: str, label: str, days_between: Callable[[Period, date, date], int]
    ) -> "Basis":
        basis = str.__new__(cls, code)
        basis._value_ = code
        basis.label = label
        basis.days_between = days_between
        return basis

    @property
    def follows_dates(self) -> bool:
        """Tell whether days count the same wherever the item's life begins or ends."""
        return self in (Basis.actual, Basis.d30_360)


class PartialPolicy(str, Enum):
    """What a period costs that is clipped on one side by the service's start or end."""

    prorate = "prorate"
    full = "full"
    free = "free"


@dataclass(frozen=True, slots=True)
class Proration:
    """The share ``numerator / denominator`` of a full period's price, between 0 and 1.

    ``note`` says where it comes from: ``whole`` (a full period), ``prorated``, ``full`` (partial
    but owed in full) or ``free``. ``factor``: what the numerator's days were multiplied by, to have
    a whole denominator. Raises ``bad_proration``.
    """

    numerator: int = 1
    denominator: int = 1
    note: str = "whole"
    basis: Basis = Basis.actual
    factor: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or not self.denominator:
            raise AmountError(
                "bad_proration", numerator=self.numerator, denominator=self.denominator
            )

    @property
    def ratio(self) -> Fraction:
        """Return the share as a reduced fraction."""
        return Fraction(self.numerator, self.denominator)

    @property
    def text(self) -> str:
        """Return the share as figures: ``16/31``, or ``14 × 12/365`` where days have a factor."""
        if self.factor > 1 and not self.numerator % self.factor:
            return f"{self.numerator // self.factor} × {self.factor}/{self.denominator}"
        return f"{self.numerator}/{self.denominator}"

    def explain(self) -> str:
        """Return the share in English, such as ``16/31 days``."""
        if self.note == "whole":
            return "full period"
        counted = "days" if self.basis is Basis.actual else f"days ({self.basis.label})"
        share = f"{self.text} {counted}"
        return share if self.note == "prorated" else f"{share}, {self.note}"


WHOLE = Proration()


def _as_basis(basis: Basis | str) -> Basis:
    try:
        return Basis(basis)
    except ValueError:
        raise EngineError("unknown_basis", basis=basis) from None


def _as_policy(policy: PartialPolicy | str) -> PartialPolicy:
    try:
        return PartialPolicy(policy)
    except ValueError:
        raise EngineError("unknown_policy", policy=policy) from None


def effective_basis(period: Period, basis: Basis | str) -> Basis:
    """Return the basis that counts for the period: ``actual`` for rhythms of days and weeks."""
    basis = _as_basis(basis)
    return basis if period.nominal_day else Basis.actual


def count_days(period: Period, start: date, end: date, basis: Basis | str = Basis.actual) -> int:
    """Return the days of ``[start, end)``, which lies within the period, on that basis."""
    return effective_basis(period, basis).days_between(period, start, end)


def full_days(period: Period, basis: Basis | str = Basis.actual) -> int:
    """Return the days of the full period on that basis: what a share is of."""
    full = replace(period, start=period.full_start, end=period.full_end)
    return count_days(full, full.start, full.end, basis)


def prorate(
    period: Period,
    *,
    basis: Basis | str = Basis.actual,
    first: PartialPolicy | str = PartialPolicy.prorate,
    last: PartialPolicy | str = PartialPolicy.prorate,
    part: Span | None = None,
) -> Proration:
    """Return the share of the full period's price that the period costs.

    ``period``: as the item's life clips it. Days missing at the start follow ``first``, those
    missing at the end ``last``: ``prorate`` takes them off, ``full`` does not, ``free`` makes the
    whole partial period free. Days missing at the start of a resumed period, or at the end of a
    continued one, are taken off whatever the policies say: they are billed otherwise.

    ``part``: only these days of it, half-open. Shares of parts add up to the whole's. Of a period
    that is owed in full each day that is served costs the same: 8 of 16 days are half of it.
    """
    basis = effective_basis(period, basis)
    first = PartialPolicy.prorate if period.resumed else _as_policy(first)
    last = PartialPolicy.prorate if period.continued else _as_policy(last)
    factor = days_factor(period) if basis is Basis.actual_365 else 1
    bounds = period.start, period.end
    if bounds == (period.full_start, period.full_end) and part in (None, bounds):
        days = count_days(period, *bounds, basis)
        return Proration(days, days, "whole", basis, factor)
    full = full_days(period, basis)
    policies = {first} if period.starts_late else set()
    if period.ends_early:
        policies.add(last)
    if PartialPolicy.free in policies:
        return Proration(0, full, "free", basis)
    owed = replace(
        period,
        start=period.full_start if first is PartialPolicy.full else period.start,
        end=period.full_end if last is PartialPolicy.full else period.end,
    )
    days = count_days(owed, owed.start, owed.end, basis)
    if part in (None, bounds):
        partly = "prorated" if PartialPolicy.prorate in policies else "full"
        return Proration(days, full, partly if policies else "whole", basis, factor)
    of_part, served = _days_of_part(period, part, basis)
    if owed == period and served:
        return Proration(of_part, full, "prorated", basis, factor)
    if days == full:
        return Proration(of_part, served, "prorated", basis)
    return Proration(days * of_part, full * served, "prorated", basis)


def _days_of_part(period: Period, part: Span, basis: Basis) -> tuple[int, int]:
    """Return the days of a part and of the period; actual ones where the basis counts none."""
    served = count_days(period, period.start, period.end, basis)
    if not served:
        basis = Basis.actual
    return (
        count_days(period, *part, basis),
        count_days(period, period.start, period.end, basis),
    )


def overlap(period: Period, start: date, end: date | None) -> tuple[date, date] | None:
    """Return the part of the billed days that lies in ``[start, end)``, or nothing."""
    first = max(period.start, start)
    after = period.end if end is None else min(period.end, end)
    return (first, after) if first < after else None
