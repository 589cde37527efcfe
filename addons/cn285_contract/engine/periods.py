"""Billing periods: which stretch of time does each row of a billing schedule stand for.

A rhythm cuts the whole time line into full periods at its boundaries; a service's start and end
clip the first and the last. Every boundary is computed from the rhythm's origin in closed form,
never from the boundary before, so the anchor's day (the 31st) survives short months.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from .calendar import DAYS, MONTHS, Unit, as_unit, month_date
from .errors import PeriodError, RhythmError

Alignment = Literal["anniversary", "calendar"]
Timing = Literal["advance", "arrears"]

# Calendar weeks start on Mondays (ISO 8601). Cycles of several weeks are counted from this Monday
# whatever the item, so that all fortnightly items of a company are billed in the same weeks.
FIRST_MONDAY = date(2000, 1, 3)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and aligned on what, a service is billed.

    ``anniversary``: boundaries lie ``interval`` units apart from ``anchor``, on its day, or on the
    month's last day where the month is shorter. ``calendar``: on ``billing_day`` (clamped alike) of
    the months that lie a multiple of the interval from ``billing_month``, counted from year 0, or
    on Mondays (see ``FIRST_MONDAY``); days have no calendar and count from the anchor.

    Boundary 0 is the last one that is not after the anchor. Raises :class:`RhythmError`.
    """

    interval: int
    unit: Unit
    alignment: Alignment
    anchor: date
    billing_day: int = 1
    billing_month: int = 1
    # Months, or days where _months is 0, between two boundaries; where boundary 0 lies, as a
    # month's number (12 * year + month - 1) or a day's ordinal; the day wanted in a month.
    _months: int = field(init=False, repr=False, compare=False)
    _days: int = field(init=False, repr=False, compare=False)
    _origin: int = field(init=False, repr=False, compare=False)
    _day: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        unit = as_unit(self.unit)
        if not isinstance(self.interval, int) or self.interval < 1:
            raise RhythmError("interval_not_positive", interval=self.interval)
        if self.alignment not in ("anniversary", "calendar"):
            raise RhythmError("unknown_alignment", alignment=self.alignment)
        if not 1 <= self.billing_day <= 31:
            raise RhythmError("billing_day_out_of_range", billing_day=self.billing_day)
        if not 1 <= self.billing_month <= 12:
            raise RhythmError("billing_month_out_of_range", billing_month=self.billing_month)
        months = MONTHS.get(unit, 0) * self.interval
        days = DAYS.get(unit, 0) * self.interval
        on_calendar = self.alignment == "calendar"
        day = self.billing_day if on_calendar else self.anchor.day
        if months:
            origin = 12 * self.anchor.year + self.anchor.month - 1
            if on_calendar:
                origin -= (origin - (self.billing_month - 1)) % months
                if _month_boundary(origin, day) > self.anchor:
                    origin -= months
        else:
            origin = self.anchor.toordinal()
            if on_calendar and unit is Unit.week:
                origin -= (origin - FIRST_MONDAY.toordinal()) % days
        for name, value in (
            ("unit", unit),
            ("_months", months),
            ("_days", days),
            ("_origin", origin),
            ("_day", day),
        ):
            object.__setattr__(self, name, value)

    @property
    def nominal_day(self) -> int:
        """Return the day of the month that boundaries aim at, 0 for rhythms of days and weeks."""
        return self._day if self._months else 0


@dataclass(frozen=True, slots=True)
class Period:
    """The billed part ``[start, end)`` of the full period ``[full_start, full_end)``.

    ``resumed``: what is missing at the start was billed before (see :func:`iter_periods`), or at
    periods of another length; ``continued``: what is missing at the end is billed at such ones.
    ``nominal_day``: the day that the full period's bounds aim at before they were clamped to a
    month's end, 0 for days and weeks; 30/360 needs it.
    """

    index: int
    start: date
    end: date
    full_start: date
    full_end: date
    resumed: bool = False
    nominal_day: int = 0
    continued: bool = False

    def __post_init__(self) -> None:
        if not self.full_start <= self.start < self.end <= self.full_end:
            raise PeriodError(
                "bad_period",
                start=self.start,
                end=self.end,
                full_start=self.full_start,
                full_end=self.full_end,
            )

    @property
    def last_day(self) -> date:
        """Return the last day billed, the one that users see."""
        return date.fromordinal(self.end.toordinal() - 1)

    @property
    def days(self) -> int:
        """Return the number of days billed."""
        return self.end.toordinal() - self.start.toordinal()

    @property
    def starts_late(self) -> bool:
        """Tell whether days are missing at the start."""
        return self.start > self.full_start

    @property
    def ends_early(self) -> bool:
        """Tell whether days are missing at the end."""
        return self.end < self.full_end

    @property
    def is_full(self) -> bool:
        """Tell whether the whole of the full period is billed."""
        return self.start == self.full_start and self.end == self.full_end


def _month_boundary(number: int, day: int) -> date:
    year, month = divmod(number, 12)
    return month_date(year, month + 1, day)


def boundary(rhythm: Rhythm, k: int) -> date:
    """Return the ``k``-th boundary, ``k`` of any sign, in constant time.

    Raises ``date_out_of_range`` outside the years 1 to 9999.
    """
    if rhythm._months:
        return _month_boundary(rhythm._origin + k * rhythm._months, rhythm._day)
    ordinal = rhythm._origin + k * rhythm._days
    if not 1 <= ordinal <= date.max.toordinal():
        raise PeriodError("date_out_of_range", year=ordinal // 365)
    return date.fromordinal(ordinal)


def index_at(rhythm: Rhythm, day: date) -> int:
    """Return the ``k`` with ``boundary(k) <= day < boundary(k + 1)``, in constant time."""
    if not rhythm._months:
        return (day.toordinal() - rhythm._origin) // rhythm._days
    number = 12 * day.year + day.month - 1
    k, months_in = divmod(number - rhythm._origin, rhythm._months)
    # Only a boundary in the day's own month can lie after the day.
    if not months_in and _month_boundary(number, rhythm._day) > day:
        return k - 1
    return k


def same_periods(one: Rhythm, two: Rhythm) -> bool:
    """Tell whether two rhythms cut the time line at the same days."""
    length = one._months or one._days
    return (one._months, one._days, one.nominal_day) == (
        two._months,
        two._days,
        two.nominal_day,
    ) and (one._origin - two._origin) % length == 0


def period_at(rhythm: Rhythm, day: date, start: date, end: date | None) -> Period:
    """Return the period that the day lies in, clipped by a life ``[start, end)``.

    The full period and the life must share a day, or ``bad_period`` is raised.
    """
    index = index_at(rhythm, day)
    full_start, full_end = boundary(rhythm, index), boundary(rhythm, index + 1)
    first = max(full_start, start)
    after = full_end if end is None else min(full_end, end)
    return Period(index, first, after, full_start, full_end, False, rhythm.nominal_day)


def iter_periods(
    rhythm: Rhythm, start: date, end: date | None = None, after: date | None = None
) -> Iterator[Period]:
    """Yield the periods that tile ``[start, end)`` without gap or overlap, lazily.

    ``end`` is exclusive; ``None`` is open, and yields until the calendar ends in 9999. ``after`` is
    the day up to which (exclusive) was billed: periods before it are left out, and one that it
    falls into starts there and is marked ``resumed``. Raises ``end_before_start`` at once.
    """
    if end is not None and end < start:
        raise PeriodError("end_before_start", start=start, end=end)
    return _iter_periods(rhythm, start, end, after)


def _iter_periods(
    rhythm: Rhythm, start: date, end: date | None, after: date | None
) -> Iterator[Period]:
    clipped = after is not None and after > start
    if after is not None and after > start:
        start = after
    if end is not None and start >= end:
        return
    nominal_day = rhythm.nominal_day
    index = index_at(rhythm, start)
    full_start = boundary(rhythm, index)
    resumed = clipped and start > full_start
    while True:
        full_end = boundary(rhythm, index + 1)
        if end is not None and full_end >= end:
            yield Period(index, start, end, full_start, full_end, resumed, nominal_day)
            return
        yield Period(index, start, full_end, full_start, full_end, resumed, nominal_day)
        index += 1
        start = full_start = full_end
        resumed = False
