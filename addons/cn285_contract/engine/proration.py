"""Proration: which share of its price does a partial period cost.

Days are counted as they are (``actual``), or as 30/360: every month has 30 days, the 31st counts as
the 30th, ``f(y, m, d) = 360y + 30m + min(d, 30)`` on half-open dates, and a boundary that was
clamped to a month's end counts as the day it aims at. So the days of the parts of any split add up
to the days of the whole, in both ways of counting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from .errors import AmountError, EngineError
from .periods import Period


def _actual(_period: Period, start: date, end: date) -> int:
    return end.toordinal() - start.toordinal()


def _day_360(period: Period, day: date) -> int:
    is_boundary = day in (period.full_start, period.full_end)
    number = period.nominal_day if is_boundary else day.day
    return 360 * day.year + 30 * day.month + min(number, 30)


def _30_360(period: Period, start: date, end: date) -> int:
    return _day_360(period, end) - _day_360(period, start)


class Basis(str, Enum):
    """How days are counted: the table of all ways, each with its label and its function.

    A function counts the days of ``[start, end)`` within a period; the days of the parts of any
    split must add up to those of the whole. The field ``proration_basis`` of items offers what
    stands here. Periods of days or weeks are counted ``actual`` in any case.
    """

    actual = "actual", "Actual Days", _actual
    d30_360 = "30_360", "30/360", _30_360

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


class PartialPolicy(str, Enum):
    """What a period costs that is clipped on one side by the service's start or end."""

    prorate = "prorate"
    full = "full"
    free = "free"


@dataclass(frozen=True, slots=True)
class Proration:
    """The share ``numerator / denominator`` of a full period's price, between 0 and 1.

    ``note`` says where it comes from: ``whole`` (a full period), ``prorated``, ``full`` (partial
    but owed in full) or ``free``. Raises ``bad_proration``.
    """

    numerator: int = 1
    denominator: int = 1
    note: str = "whole"
    basis: Basis = Basis.actual

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or not self.denominator:
            raise AmountError(
                "bad_proration", numerator=self.numerator, denominator=self.denominator
            )

    @property
    def ratio(self) -> Fraction:
        """Return the share as a reduced fraction."""
        return Fraction(self.numerator, self.denominator)

    def explain(self) -> str:
        """Return the share in English, such as ``16/31 days``."""
        if self.note == "whole":
            return "full period"
        counted = "days" if self.basis is Basis.actual else f"days ({self.basis.label})"
        share = f"{self.numerator}/{self.denominator} {counted}"
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
    """Return the days of ``[start, end)``, which lies within the full period, on that basis."""
    return effective_basis(period, basis).days_between(period, start, end)


def prorate(
    period: Period,
    *,
    basis: Basis | str = Basis.actual,
    first: PartialPolicy | str = PartialPolicy.prorate,
    last: PartialPolicy | str = PartialPolicy.prorate,
) -> Proration:
    """Return the share of the full period's price that the period costs.

    Days missing at the start follow ``first``, those missing at the end ``last``: ``prorate`` takes
    them off, ``full`` does not, ``free`` makes the whole partial period free. Days missing at the
    start of a resumed period were billed before and are taken off whatever ``first`` says.
    """
    basis = effective_basis(period, basis)
    first = PartialPolicy.prorate if period.resumed else _as_policy(first)
    last = _as_policy(last)
    full = count_days(period, period.full_start, period.full_end, basis)
    if period.is_full:
        return Proration(full, full, "whole", basis)
    policies = {first} if period.starts_late else set()
    if period.ends_early:
        policies.add(last)
    if PartialPolicy.free in policies:
        return Proration(0, full, "free", basis)
    days = full
    if first is PartialPolicy.prorate:
        days -= count_days(period, period.full_start, period.start, basis)
    if last is PartialPolicy.prorate:
        days -= count_days(period, period.end, period.full_end, basis)
    note = "prorated" if PartialPolicy.prorate in policies else "full"
    return Proration(days, full, note, basis)


def overlap(period: Period, start: date, end: date | None) -> tuple[date, date] | None:
    """Return the part of the billed days that lies in ``[start, end)``, or nothing."""
    first = max(period.start, start)
    after = period.end if end is None else min(period.end, end)
    return (first, after) if first < after else None
