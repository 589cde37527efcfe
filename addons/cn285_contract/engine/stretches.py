"""An item's history: its terms by stretches of days, and the runs of equal periods in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from .periods import Period, Rhythm, Timing, boundary, index_at, same_periods
from .proration import Basis, PartialPolicy

Kind = Literal["one_shot", "fixed", "usage"]


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """What decides the rows of an item. ``start`` is its first billed day, ``end`` is exclusive.

    ``rhythm`` is None for a one-shot, which is due on ``one_shot_date`` or else on ``start``.
    ``period_count`` ends the item after so many periods, a partial first one included; 0 does not.
    """

    kind: Kind
    start: date
    end: date | None
    rhythm: Rhythm | None = None
    first: PartialPolicy = PartialPolicy.prorate
    last: PartialPolicy = PartialPolicy.prorate
    basis: Basis = Basis.actual
    timing: Timing = "advance"
    offset: int = 0
    one_shot_date: date | None = None
    period_count: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The terms in force on the days ``[start, end)`` of an item; ``end`` None is open.

    ``terms`` have the rhythm of these days, and the start and end of the item's whole life. ``key``
    tells terms apart: days of two stretches with equal keys cost the same. Where ``owed`` is False
    (a pause), nothing is. Rows are not due before ``not_before``; a part of a period is due
    ``at_once``, or else with the next invoice: of this item, or of those ``beside`` it.
    """

    start: date
    end: date | None
    terms: ItemTerms
    key: object = None
    owed: bool = True
    not_before: date | None = None
    at_once: bool = True
    beside: tuple[ItemTerms, ...] = ()


def end_of_terms(terms: ItemTerms) -> date | None:
    """Return the day after the item's last one, by its end and its number of periods."""
    if not terms.period_count or terms.rhythm is None:
        return terms.end
    first = index_at(terms.rhythm, terms.start)
    counted = boundary(terms.rhythm, first + terms.period_count)
    return counted if terms.end is None else min(terms.end, counted)


@dataclass(frozen=True, slots=True)
class Run:
    """The days ``[start, end)`` of an item's life that are cut into periods by one rhythm.

    What the policies for a partial first and last period are about: those at the ends of the item's
    life. A run that begins or ends where periods of another length meet it has days missing there
    that are billed by these.
    """

    start: date
    end: date | None
    begins_life: bool = True
    ends_life: bool = True

    def own(self, period: Period) -> Period:
        """Return the full period of ``period`` as the run clips it."""
        start = max(period.full_start, self.start)
        end = period.full_end if self.end is None else min(period.full_end, self.end)
        return replace(
            period,
            start=start,
            end=end,
            resumed=not self.begins_life and start > period.full_start,
            continued=not self.ends_life and end < period.full_end,
        )


def runs_of(stretches: Sequence[Stretch]) -> list[Run]:
    """Return the run of each of an item's stretches; for a pause, that of the days around it."""
    if not stretches:
        return []
    life = stretches[0].terms
    life_end = end_of_terms(life)
    starts: list[date] = []
    previous: Stretch | None = None
    for stretch in stretches:
        one, two = previous and previous.terms.rhythm, stretch.terms.rhythm
        if one is None or two is None or not same_periods(one, two):
            starts.append(max(stretch.start, life.start) if previous else life.start)
        else:
            starts.append(starts[-1])
        previous = stretch
    runs: list[Run] = []
    for start in starts:
        later = [other for other in starts if other > start]
        within = [day for day in later if life_end is None or day < life_end]
        end = min(within, default=life_end)
        runs.append(Run(start, end, start <= life.start, not within))
    return runs
