"""Planning: which rows an item has, and that no day is planned twice whatever was invoiced."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from cn285_engine import plan
from cn285_engine.calendar import add_days
from cn285_engine.errors import EngineError
from cn285_engine.periods import Rhythm
from cn285_engine.plan import ItemTerms, Stretch, plan_stretches, timing_day
from cn285_engine.proration import PartialPolicy
from hypothesis import given
from hypothesis import strategies as st

MONTHLY = Rhythm(1, "month", "calendar", date(2026, 1, 1))
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
FAR = date(2030, 1, 1)


def terms(**values):
    return ItemTerms(
        **{"kind": "fixed", "start": YEAR[0], "end": YEAR[1], "rhythm": MONTHLY, **values}
    )


def plan_rows(terms, until, covered=()):
    """The rows of an item whose terms never changed."""
    return plan_stretches((Stretch(terms.start, None, terms),), until, covered)


def days(rows):
    """Days that the rows stand for, each as often as it is planned."""
    return sorted(
        row.start + timedelta(days=offset)
        for row in rows
        for offset in range((row.end - row.start).days)
    )


def test_year_of_months():
    rows, finished = plan_rows(terms(), FAR)
    assert [row.start.month for row in rows] == list(range(1, 13))
    assert finished


@pytest.mark.parametrize(
    ("timing", "offset", "expected"),
    [
        ("advance", 0, date(2024, 2, 1)),
        ("advance", -10, date(2024, 1, 22)),
        ("arrears", 0, date(2024, 3, 1)),
        ("arrears", 5, date(2024, 3, 6)),
        ("arrears", -1, date(2024, 2, 29)),
    ],
)
def test_invoice_date(timing, offset, expected):
    rows, _finished = plan_rows(
        terms(start=date(2024, 2, 1), end=date(2024, 3, 1), timing=timing, offset=offset), FAR
    )
    assert [row.billing_date for row in rows] == [expected]
    assert add_days(timing_day(timing, date(2024, 2, 1), date(2024, 3, 1)), offset) == expected


def test_no_such_timing():
    with pytest.raises(EngineError) as refusal:
        plan_rows(terms(timing="later"), FAR)
    assert refusal.value.code == "unknown_timing"


def test_due_dates_have_one_place(monkeypatch):
    """A rule that moves invoice dates, here to Mondays, holds for all that is planned."""

    def on_mondays(item_terms, day):
        due = add_days(day, item_terms.offset)
        return add_days(due, -due.weekday() % 7)

    monkeypatch.setattr(plan, "due_date", on_mondays)
    covered = [(date(2026, 1, 10), date(2026, 1, 20))]
    late = Stretch(date(2026, 3, 11), None, terms(), "b", not_before=date(2026, 3, 15))
    rows = plan_rows(terms(offset=3), FAR, covered)[0]
    rows += plan_rows(terms(timing="arrears", offset=-2), FAR, covered)[0]
    rows += plan_rows(terms(kind="one_shot", rhythm=None), FAR)[0]
    rows += plan_stretches([late], FAR, [(date(2026, 3, 1), date(2026, 3, 20))])[0]
    assert len(rows) > 36
    assert {row.billing_date.weekday() for row in rows} == {0}


def test_next_invoice_by_another_rule_of_due_dates(monkeypatch):
    """Where periods are due 45 days late, the next invoice from a day on is still the first."""
    monkeypatch.setattr(plan, "due_date", lambda _terms, day: add_days(day, 45))
    assert plan._next_invoice(terms(), date(2026, 2, 15)) == date(2026, 2, 15)
    assert plan._next_invoice(terms(), date(2026, 2, 16)) == date(2026, 3, 18)


def test_rows_due_before_the_horizon_only():
    rows, finished = plan_rows(terms(), date(2026, 4, 1))
    assert len(rows) == 3
    assert not finished
    rows, _finished = plan_rows(terms(timing="arrears"), date(2026, 4, 1))
    assert [row.billing_date for row in rows] == [date(2026, 2, 1), date(2026, 3, 1)]


def test_period_count_includes_a_partial_first_one():
    rows, finished = plan_rows(terms(start=date(2026, 1, 20), period_count=2), FAR)
    assert [(row.start, row.end) for row in rows] == [
        (date(2026, 1, 20), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
    ]
    assert finished


def test_what_was_invoiced_is_left_out_of_the_middle():
    covered = [(date(2026, 1, 10), date(2026, 1, 20))]
    rows, _finished = plan_rows(terms(last=PartialPolicy.full), date(2026, 1, 31), covered)
    assert [(row.start.day, row.end.day, row.proration.ratio) for row in rows] == [
        (1, 10, Fraction(9, 31)),
        (20, 1, Fraction(12, 31)),
    ]


def test_rest_that_is_due_after_the_horizon_is_not_forgotten():
    """The period is due on the 1st, its rest on the 20th: the item is not planned to its end."""
    covered = [(date(2026, 1, 1), date(2026, 1, 5)), (date(2026, 1, 10), date(2026, 1, 20))]
    short = terms(end=date(2026, 2, 1))
    rows, finished = plan_rows(short, date(2026, 1, 15), covered)
    assert [row.start.day for row in rows] == [5]
    assert not finished
    rows, finished = plan_rows(short, date(2026, 1, 21), covered)
    assert [row.start.day for row in rows] == [5, 20]
    assert finished


@pytest.mark.parametrize(
    ("values", "until", "expected"),
    [
        ({}, FAR, (date(2026, 1, 1), date(2026, 1, 1), True)),
        ({"one_shot_date": date(2026, 3, 1)}, FAR, (date(2026, 3, 1), date(2026, 3, 1), True)),
        ({"offset": 10}, FAR, (date(2026, 1, 1), date(2026, 1, 11), True)),
        ({"offset": 10}, date(2026, 1, 11), (None, None, False)),
        ({"one_shot_date": date(2027, 1, 1)}, FAR, (None, None, True)),
    ],
)
def test_one_shot(values, until, expected):
    rows, finished = plan_rows(terms(kind="one_shot", rhythm=None, **values), until)
    row = rows[0] if rows else None
    assert (row and row.start, row and row.billing_date, finished) == expected
    assert plan_rows(terms(kind="one_shot", rhythm=None), FAR, [YEAR]) == ([], True)


@st.composite
def covered_spans(draw):
    bounds = sorted(draw(st.sets(st.integers(0, 400), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return [
        (YEAR[0] + timedelta(days=start), YEAR[0] + timedelta(days=end)) for start, end in pairs
    ]


@given(
    covered=covered_spans(),
    unit=st.sampled_from(["day", "week", "month", "quarter", "year"]),
    alignment=st.sampled_from(["anniversary", "calendar"]),
    interval=st.integers(1, 5),
    timing=st.sampled_from(["advance", "arrears"]),
)
def test_every_day_is_invoiced_or_planned_once(covered, unit, alignment, interval, timing):
    rhythm = Rhythm(interval, unit, alignment, YEAR[0], 17, 4)
    rows, finished = plan_rows(terms(rhythm=rhythm, timing=timing), FAR, covered)
    invoiced = {
        start + timedelta(days=offset)
        for start, end in covered
        for offset in range((end - start).days)
    }
    whole = [YEAR[0] + timedelta(days=offset) for offset in range(365)]
    assert days(rows) == [day for day in whole if day not in invoiced]
    assert finished
