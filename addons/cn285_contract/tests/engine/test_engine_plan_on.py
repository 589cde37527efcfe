"""Planning on from where a schedule ends: the same rows as planning the whole life anew."""

from dataclasses import replace
from datetime import date, timedelta

from cn285_engine import plan
from cn285_engine.calendar import add_days
from cn285_engine.periods import Rhythm
from cn285_engine.plan import ItemTerms, Stretch, needed_from, plan_stretches
from cn285_engine.proration import PartialPolicy
from cn285_engine.spans import normalise
from engine_strategies import rhythms
from hypothesis import example, given, settings
from hypothesis import strategies as st

some_day = st.dates(date(2024, 1, 1), date(2027, 12, 31))
MONTHLY = Rhythm(1, "month", "calendar", date(2026, 1, 1))


@st.composite
def lives(draw):
    """An item's stretches: its terms never changed, or did on some days."""
    start = draw(some_day)
    end = draw(st.none() | st.integers(1, 900).map(lambda days: add_days(start, days)))
    terms = ItemTerms(
        kind=draw(st.sampled_from(["fixed", "usage"])),
        start=start,
        end=end,
        rhythm=draw(rhythms()),
        first=draw(st.sampled_from(list(PartialPolicy))),
        last=draw(st.sampled_from(list(PartialPolicy))),
        timing=draw(st.sampled_from(["advance", "arrears"])),
        offset=draw(st.integers(-40, 40)),
        period_count=draw(st.sampled_from([0, 0, 0, 5])),
    )
    changes = sorted(draw(st.sets(some_day.filter(lambda day: day > start), max_size=2)))
    days = [start, *changes]
    stretches = []
    for number, (first, after) in enumerate(zip(days, [*days[1:], None], strict=True)):
        rhythm = terms.rhythm if draw(st.booleans()) else draw(rhythms())
        own = replace(terms, rhythm=rhythm)
        stretches.append(
            Stretch(
                first,
                after,
                own,
                key=number,
                owed=number == 0 or draw(st.sampled_from([True, True, True, False])),
                not_before=draw(st.none() | some_day),
                at_once=draw(st.booleans()),
                beside=(own,),
            )
        )
    return tuple(stretches)


def planned_on(stretches, since, until, invoiced):
    """What is planned from a day on, knowing only what was invoiced from where it matters."""
    first = needed_from(stretches, since)
    known = [span for span in invoiced if first is not None and span[1] > first]
    return plan_stretches(stretches, until, known, since)


@settings(max_examples=400, deadline=None)
@given(
    lives(),
    some_day,
    st.integers(0, 400),
    st.lists(st.tuples(some_day, st.integers(1, 200)), max_size=4),
    st.booleans(),
)
@example(
    (Stretch(date(2026, 1, 1), None, ItemTerms("fixed", date(2026, 1, 1), None, MONTHLY)),),
    date(2026, 6, 1),
    90,
    [],
    True,
)
def test_planned_on_is_planned_anew(stretches, since, ahead, spans, whole):
    until = add_days(since, ahead)
    if whole:
        # What was due by then was invoiced, as it was planned.
        rows = plan_stretches(stretches, since)[0]
        invoiced = normalise((row.start, row.end) for row in rows)
    else:
        # Any days may have been: the rhythm was another one then.
        invoiced = normalise((day, add_days(day, days)) for day, days in spans if day < since)
    rows, finished = plan_stretches(stretches, until, invoiced)
    expected = [row for row in rows if row.billing_date >= since]
    assert planned_on(stretches, since, until, invoiced) == (expected, finished)


def test_few_periods_are_left_of_a_long_life():
    terms = ItemTerms("fixed", date(1996, 1, 1), None, MONTHLY)
    stretches = (Stretch(terms.start, None, terms),)
    assert needed_from(stretches, date(2026, 3, 1)) == date(2026, 2, 1)
    rows, finished = plan_stretches(stretches, date(2026, 4, 1), (), date(2026, 3, 1))
    assert [(row.start, row.billing_date) for row in rows] == [(date(2026, 3, 1),) * 2]
    assert not finished


def test_nothing_of_a_pause_or_of_nothing_matters():
    terms = ItemTerms("fixed", date(2026, 1, 1), None, MONTHLY)
    paused = Stretch(terms.start, None, terms, owed=False)
    assert needed_from((), date(2026, 3, 1)) is None
    assert needed_from((paused,), date(2026, 3, 1)) is None
    assert plan_stretches((paused,), date(2026, 4, 1), (), date(2026, 3, 1)) == ([], True)


def test_a_fee_is_planned_once():
    terms = ItemTerms("one_shot", date(2026, 5, 1), None, one_shot_date=date(2026, 4, 1))
    stretches = (Stretch(terms.start, None, terms),)
    assert needed_from(stretches, date(2026, 3, 1)) == date(2026, 4, 1)
    assert planned_on(stretches, date(2026, 3, 1), date(2026, 5, 1), [])[0]
    assert not planned_on(stretches, date(2026, 5, 1), date(2026, 6, 1), [])[0]


def test_a_rule_that_adds_days_counts(monkeypatch):
    """Where invoice dates are moved on, periods before are not done with."""
    monkeypatch.setattr(plan, "due_date", lambda _terms, day: day + timedelta(45))
    terms = ItemTerms("fixed", date(2025, 1, 1), None, MONTHLY)
    stretches = (Stretch(terms.start, None, terms),)
    since, until = date(2026, 3, 1), date(2026, 4, 1)
    expected = [row for row in plan_stretches(stretches, until)[0] if row.billing_date >= since]
    assert planned_on(stretches, since, until, [])[0] == expected
