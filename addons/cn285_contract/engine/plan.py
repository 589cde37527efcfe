"""Planning: which rows does an item's billing schedule hold, and when is each one due.

A plan is derived from the item's terms alone, from its first billed day on. What was invoiced
already is given as covered stretches of days, and is left out: no day is planned twice, whatever
was changed in between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .calendar import add_days
from .errors import PeriodError
from .limits import LARGEST_PLAN
from .periods import Period, Timing, boundary, index_at, iter_periods
from .proration import WHOLE, Proration, prorate
from .spans import Span, subtract
from .stretches import ItemTerms, Kind, Run, Stretch, end_of_terms, runs_of


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row: the days ``[start, end)`` it stands for, when it is due, and its share.

    ``period`` is the part of the item's period ``own`` that the row stands for. Where it starts
    after ``piece_start``, the days between were billed ahead of it at the same terms, and the row
    costs what is missing to the price of both (see ``changes.part_amount``). ``stretch`` is the
    number of the row's stretch among those given.
    """

    kind: Kind
    start: date
    end: date
    billing_date: date
    proration: Proration = WHOLE
    period: Period | None = None
    stretch: int = 0
    own: Period | None = None
    piece_start: date | None = None


def timing_day(timing: Timing, start: date, end: date) -> date:
    """Return the day on which the days ``[start, end)`` are billed, before :func:`due_date`.

    ``advance``: their first one, ``arrears``: the day after their last. Raises ``unknown_timing``.
    """
    if timing == "advance":
        return start
    if timing == "arrears":
        return end
    raise PeriodError("unknown_timing", timing=timing)


def due_date(terms: ItemTerms, day: date) -> date:
    """Return the day on which what is billed on ``day`` is due: the one place that decides it.

    What a rule needs to know goes into ``ItemTerms``. A later day must not be due before an earlier
    one: planning stops where its horizon is reached. Which day is a business day is no matter of
    the terms: see ``cn285.contract.item._invoice_day``.
    """
    return add_days(day, terms.offset)


def plan_stretches(
    stretches: Sequence[Stretch],
    until: date,
    covered: Sequence[Span] = (),
    since: date | None = None,
) -> tuple[list[PlannedRow], bool]:
    """Return the rows of an item due before ``until``, and whether no other will ever follow.

    ``stretches`` (the days under one set of terms) are in order and do not overlap; without any,
    nothing is owed. Where the item counts its periods, the first stretch's rhythm says how long it
    lives. ``covered``: the stretches of days, half-open and in order, whose rows were invoiced.
    ``since``: what is due before that day was planned already and is left out; of ``covered``, then
    only what reaches beyond :func:`needed_from` matters.

    Raises ``too_many_rows`` beyond ``LARGEST_PLAN``: a slip in a date, not a schedule.
    """
    if not stretches:
        return [], True
    first = stretches[0].terms
    if first.rhythm is None:
        rows, finished = _plan_one_shot(first, until, covered)
    else:
        rows, finished = [], True
        alone = len(stretches) == 1
        for number, (stretch, run) in enumerate(zip(stretches, runs_of(stretches), strict=True)):
            if not stretch.owed:
                continue
            after = None if since is None else _resume(stretch, since, alone)
            found, complete = _plan_stretch(stretch, number, run, until, covered, after, since)
            rows += found
            finished = finished and complete
    if since is not None:
        rows = [row for row in rows if row.billing_date >= since]
    return rows, finished


def needed_from(stretches: Sequence[Stretch], since: date) -> date | None:
    """Return the first day of all periods of which anything may be due on ``since`` or later.

    What was invoiced of days before it does not matter to what is due from ``since`` on; without
    stretches nothing does (None). However long an item has run, few of its periods are left.
    """
    if not stretches:
        return None
    first = stretches[0].terms
    if first.rhythm is None:
        return min(first.start, first.one_shot_date or first.start)
    alone = len(stretches) == 1
    days = [
        day
        for stretch in stretches
        if stretch.owed and ((day := _resume(stretch, since, alone)) < (stretch.end or date.max))
    ]
    return min(days, default=None)


def _resume(stretch: Stretch, since: date, alone: bool) -> date:
    """Return the first day of the stretch's periods of which anything may be due on ``since``.

    Where parts of a period wait for an invoice of something else, periods long past may have a rest
    that is due later. It is due with the item's own next period at the latest where its terms never
    changed and it has no end.
    """
    terms, rhythm = stretch.terms, stretch.terms.rhythm
    assert rhythm is not None
    start = max(stretch.start, terms.start)
    if stretch.at_once:
        in_order = stretch.not_before is None or stretch.not_before < since
    else:
        in_order = stretch.not_before is None and alone and end_of_terms(terms) is None
    if not in_order:
        return start
    first = index_at(rhythm, start)
    index = index_at(rhythm, add_days(since, -terms.offset))
    # Where the rule of due dates adds days, the ones before are due.
    while index > first and due_date(terms, boundary(rhythm, index)) >= since:
        index -= 1
    return max(start, boundary(rhythm, index)) if index > first else start


def _plan_one_shot(
    terms: ItemTerms, until: date, covered: Sequence[Span]
) -> tuple[list[PlannedRow], bool]:
    day = terms.one_shot_date or terms.start
    if covered or (terms.end is not None and day >= terms.end):
        return [], True
    due = due_date(terms, day)
    if due >= until:
        return [], False
    return [PlannedRow("one_shot", day, add_days(day, 1), due)], True


def _plan_stretch(
    stretch: Stretch,
    number: int,
    run: Run,
    until: date,
    covered: Sequence[Span],
    after: date | None = None,
    since: date | None = None,
) -> tuple[list[PlannedRow], bool]:
    terms, rhythm = stretch.terms, stretch.terms.rhythm
    assert rhythm is not None
    start = max(stretch.start, terms.start)
    ends = [day for day in (stretch.end, run.end) if day is not None]
    end = min(ends, default=None)
    if end is not None and end <= start:
        return [], True
    rows: list[PlannedRow] = []
    complete = True
    whole_life = run.begins_life and run.ends_life
    plain = not covered and whole_life and (start, end) == (terms.start, run.end)
    reached = [day for day in (_covered_until(start, covered), after) if day is not None]
    for period in iter_periods(rhythm, start, end, max(reached, default=None)):
        if _earliest(period, terms, covered) >= until:
            complete = False
            break
        if len(rows) > LARGEST_PLAN:
            raise PeriodError("too_many_rows", rows=LARGEST_PLAN)
        # The same period as the item's whole life clips it, whatever changed within.
        own = period if plain else run.own(period)
        bounds = (period.start, period.end)
        for part in [bounds] if plain else subtract([bounds], covered):
            due = _due(stretch, own, part)
            if since is None or due >= since:
                rows.append(_row(stretch, number, own, part, due))
    # What is left of a period that was invoiced in part may be due later than the period itself.
    in_time = [row for row in rows if row.billing_date < until]
    return in_time, complete and len(in_time) == len(rows)


def _covered_until(start: date, covered: Sequence[Span]) -> date | None:
    """Return the day up to which all is invoiced without a gap: where planning may start."""
    reached = start
    for covered_start, covered_end in covered:
        if covered_start > reached:
            break
        reached = max(reached, covered_end)
    return reached if reached > start else None


def _earliest(period: Period, terms: ItemTerms, covered: Sequence[Span]) -> date:
    """Return the first day on which a part of the period may be due."""
    last = period.start if covered else period.end
    return due_date(terms, timing_day(terms.timing, period.start, last))


def _row(stretch: Stretch, number: int, own: Period, part: Span, due: date) -> PlannedRow:
    terms = stretch.terms
    period, share = part_share(terms, own, part)
    return PlannedRow(
        terms.kind,
        *part,
        due,
        share,
        period,
        number,
        own,
        max(own.start, stretch.start),
    )


def part_share(terms: ItemTerms, own: Period, part: Span) -> tuple[Period, Proration]:
    """Return a part of an item's period as a period, and the share of the price that it costs.

    ``own`` is the period as the item's life clips it. Shares of parts add up to the whole's; see
    :func:`proration.prorate` for what a policy for partial periods means for a part.
    """
    share = prorate(own, basis=terms.basis, first=terms.first, last=terms.last, part=part)
    start, end = part
    if part == (own.start, own.end):
        return own, share
    period = replace(
        own,
        start=start,
        end=end,
        resumed=own.resumed or start > own.start,
        continued=own.continued or end < own.end,
    )
    return period, share


def _due(stretch: Stretch, own: Period, part: Span) -> date:
    """Return the day on which a part of a period is due."""
    terms = stretch.terms
    whole = part == (own.start, own.end)
    at_once = whole or stretch.at_once
    start = due_date(terms, part[0])
    if terms.timing == "advance" and not at_once and part[0] != own.start:
        # The rest of a period that was invoiced up to here at other terms: a difference.
        return settling_day((terms, *stretch.beside), max(start, stretch.not_before or start))
    due = due_date(terms, timing_day(terms.timing, part[0], part[1] if at_once else own.end))
    if stretch.not_before is None or due >= stretch.not_before:
        return due
    if stretch.at_once:
        return stretch.not_before
    return settling_day((terms, *stretch.beside), stretch.not_before)


def settling_day(terms: Iterable[ItemTerms], day: date) -> date:
    """Return on which day, from ``day`` on, differences are due that wait for the next invoice.

    That is the first on which any of these items is invoiced in its life; where none is any more,
    the last day of the last of them: at the end everything is settled.
    """
    terms = tuple(terms)
    days = [found for one in terms if (found := _next_in_life(one, day)) is not None]
    if days:
        return min(days)
    ends = [add_days(one.end, -1) for one in terms if one.end is not None]
    return max([day, *ends])


def _next_in_life(terms: ItemTerms, day: date) -> date | None:
    """Return the first day from ``day`` on, on which an item is invoiced, None if never again."""
    if terms.rhythm is None:
        due = terms.one_shot_date or terms.start
        return due if due >= day else None
    if terms.start > day:
        first = due_date(terms, terms.start) if terms.timing == "advance" else None
        return first if first is not None and first >= day else None
    found = _next_invoice(terms, day)
    if terms.end is None:
        return found
    last = due_date(terms, terms.end)
    if terms.timing == "advance":
        return found if found < last else None
    return min(found, last) if last >= day else None


def _next_invoice(terms: ItemTerms, day: date) -> date:
    """Return the first day from ``day`` on, on which the item's periods are invoiced."""
    assert terms.rhythm is not None
    index = index_at(terms.rhythm, add_days(day, -terms.offset))
    # From about there to the first: where the rule of due dates adds days, the ones before are due.
    while index > 0 and due_date(terms, boundary(terms.rhythm, index - 1)) >= day:
        index -= 1
    found = due_date(terms, boundary(terms.rhythm, index))
    while found < day:
        index += 1
        found = due_date(terms, boundary(terms.rhythm, index))
    return found
