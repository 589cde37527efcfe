"""Planning: which rows does an item's billing schedule hold, and when is each one due.

A plan is derived from the item's terms alone, from its first billed day on. What was invoiced
already is given as covered stretches of days, and is left out: no day is planned twice, whatever
was changed in between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from .calendar import add_days
from .periods import Period, Rhythm, Timing, boundary, index_at, invoice_date, iter_periods
from .proration import WHOLE, Basis, PartialPolicy, Proration, prorate

Kind = Literal["one_shot", "fixed", "usage"]
Span = tuple[date, date]


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
class PlannedRow:
    """One row: the days ``[start, end)`` it stands for, when it is due, and its share."""

    kind: Kind
    start: date
    end: date
    billing_date: date
    proration: Proration = WHOLE
    period: Period | None = None


def end_of_terms(terms: ItemTerms) -> date | None:
    """Return the day after the item's last one, by its end and its number of periods."""
    if not terms.period_count or terms.rhythm is None:
        return terms.end
    first = index_at(terms.rhythm, terms.start)
    counted = boundary(terms.rhythm, first + terms.period_count)
    return counted if terms.end is None else min(terms.end, counted)


def plan_rows(
    terms: ItemTerms, until: date, covered: Sequence[Span] = ()
) -> tuple[list[PlannedRow], bool]:
    """Return the rows due before ``until``, and whether no other will ever follow.

    ``covered``: the stretches of days, half-open and in order, whose rows were invoiced.
    """
    if terms.rhythm is None:
        return _plan_one_shot(terms, until, covered)
    end = end_of_terms(terms)
    if end is not None and end <= terms.start:
        return [], True
    rows, finished = [], True
    for period in iter_periods(terms.rhythm, terms.start, end, _covered_until(terms, covered)):
        if invoice_date(period, terms.timing, terms.offset) >= until:
            finished = False
            break
        rows += [_row(terms, period, part) for part in _uncovered(period, covered)]
    # What is left of a period that was invoiced in part may be due later than the period itself.
    due = [row for row in rows if row.billing_date < until]
    return due, finished and len(due) == len(rows)


def _plan_one_shot(
    terms: ItemTerms, until: date, covered: Sequence[Span]
) -> tuple[list[PlannedRow], bool]:
    day = terms.one_shot_date or terms.start
    if covered or (terms.end is not None and day >= terms.end):
        return [], True
    due = add_days(day, terms.offset)
    if due >= until:
        return [], False
    return [PlannedRow("one_shot", day, add_days(day, 1), due)], True


def _covered_until(terms: ItemTerms, covered: Sequence[Span]) -> date | None:
    """Return the day up to which all is invoiced without a gap: where planning may start."""
    reached = terms.start
    for start, end in covered:
        if start > reached:
            break
        reached = max(reached, end)
    return reached if reached > terms.start else None


def _uncovered(period: Period, covered: Sequence[Span]) -> Iterator[Period]:
    """Yield the parts of the period that no covered stretch touches."""
    start, resumed = period.start, period.resumed
    for covered_start, covered_end in covered:
        if covered_end <= start or covered_start >= period.end:
            continue
        if covered_start > start:
            yield replace(period, start=start, end=covered_start, resumed=resumed)
        start, resumed = covered_end, True
        if start >= period.end:
            return
    if start == period.start:
        yield period
    else:
        yield replace(period, start=start, resumed=resumed)


def _row(terms: ItemTerms, period: Period, part: Period) -> PlannedRow:
    # A part that stops where an invoiced one begins is not the item's last period.
    last = terms.last if part.end == period.end else PartialPolicy.prorate
    share = prorate(part, basis=terms.basis, first=terms.first, last=last)
    due = invoice_date(part, terms.timing, terms.offset)
    return PlannedRow(terms.kind, part.start, part.end, due, share, part)
