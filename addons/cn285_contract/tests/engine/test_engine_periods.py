"""Rhythms and periods: golden cases 12 to 15, and the properties that hold for every rhythm."""

import itertools
from datetime import date, timedelta

import pytest
from cn285_engine.calendar import MONTHS, Unit
from cn285_engine.errors import EngineError, RhythmError
from cn285_engine.periods import (
    Period,
    Rhythm,
    boundary,
    index_at,
    iter_periods,
)
from engine_strategies import anchors, days, rhythms, spans
from hypothesis import example, given
from hypothesis import strategies as st


def calendar(unit, day=1, month=1, interval=1, anchor=date(2012, 1, 1)):
    return Rhythm(interval, unit, "calendar", anchor, day, month)


def anniversary(unit, anchor, interval=1):
    return Rhythm(interval, unit, "anniversary", anchor)


def spelled(rhythm, start, end, after=None):
    return [(p.start, p.end) for p in iter_periods(rhythm, start, end, after)]


def periods_until(rhythm, start, end, horizon):
    """The periods that start before the horizon."""
    periods = iter_periods(rhythm, start, end)
    return list(itertools.takewhile(lambda period: period.start < horizon, periods))


def full_days(period):
    """How many days the full period has, of which the period may be a part."""
    return (period.full_end - period.full_start).days


def next_boundary(rhythm, day):
    return boundary(rhythm, index_at(rhythm, day) + 1)


@pytest.mark.parametrize(
    ("rhythm", "day", "expected"),
    [
        (calendar("month", 30), date(2012, 2, 16), date(2012, 2, 29)),
        (calendar("month", 30), date(2012, 1, 31), date(2012, 2, 29)),
        (calendar("month", 31), date(2012, 4, 30), date(2012, 5, 31)),
        (calendar("month", 30), date(2012, 2, 29), date(2012, 3, 30)),
        (anniversary("quarter", date(2022, 1, 31)), date(2022, 1, 31), date(2022, 4, 30)),
        (anniversary("quarter", date(2022, 1, 31)), date(2022, 4, 30), date(2022, 7, 31)),
        (anniversary("year", date(2024, 2, 29)), date(2024, 2, 29), date(2025, 2, 28)),
        (anniversary("year", date(2024, 2, 29)), date(2025, 2, 28), date(2026, 2, 28)),
        (anniversary("year", date(2024, 2, 29)), date(2027, 2, 28), date(2028, 2, 29)),
        # Calendar alignment of the longer units, and several of a unit.
        (calendar("quarter"), date(2024, 2, 10), date(2024, 4, 1)),
        (calendar("quarter", 15, 2), date(2024, 2, 14), date(2024, 2, 15)),
        (calendar("quarter", 15, 2), date(2024, 2, 15), date(2024, 5, 15)),
        (calendar("semester"), date(2024, 2, 10), date(2024, 7, 1)),
        (calendar("year", 1, 4), date(2024, 3, 31), date(2024, 4, 1)),
        (calendar("year", 1, 4), date(2024, 4, 1), date(2025, 4, 1)),
        (calendar("year", 31, 12), date(2024, 12, 30), date(2024, 12, 31)),
        (calendar("month", 1, 1, 2), date(2024, 1, 10), date(2024, 3, 1)),
        (calendar("month", 1, 2, 2), date(2024, 1, 10), date(2024, 2, 1)),
        # Weeks begin on Mondays; fortnights count from 2000-01-03, wherever the anchor lies.
        (calendar("week"), date(2024, 5, 15), date(2024, 5, 20)),
        (calendar("week", interval=2), date(2000, 1, 3), date(2000, 1, 17)),
        (calendar("week", interval=2), date(2024, 5, 15), date(2024, 5, 20)),  # 636 fortnights
        (
            calendar("week", interval=2, anchor=date(2024, 5, 27)),
            date(2024, 5, 20),
            date(2024, 6, 3),
        ),
        (anniversary("week", date(2024, 5, 15)), date(2024, 5, 21), date(2024, 5, 22)),
        (anniversary("day", date(2024, 5, 15), 10), date(2024, 5, 24), date(2024, 5, 25)),
        (
            calendar("day", interval=10, anchor=date(2024, 5, 15)),
            date(2024, 5, 24),
            date(2024, 5, 25),
        ),
    ],
)
def test_next_boundary(rhythm, day, expected):
    assert next_boundary(rhythm, day) == expected


def test_golden_12_first_full_period_of_the_30th():
    periods = periods_until(calendar("month", 30), date(2012, 2, 16), None, date(2012, 3, 1))
    assert [(p.start, p.end, p.is_full) for p in periods] == [
        (date(2012, 2, 16), date(2012, 2, 29), False),
        (date(2012, 2, 29), date(2012, 3, 30), True),
    ]


def test_golden_13_yearly_from_a_leap_day():
    rhythm = anniversary("year", date(2024, 2, 29))
    periods = periods_until(rhythm, date(2024, 2, 29), None, date(2028, 3, 1))
    assert [(p.start, p.last_day) for p in periods] == [
        (date(2024, 2, 29), date(2025, 2, 27)),
        (date(2025, 2, 28), date(2026, 2, 27)),
        (date(2026, 2, 28), date(2027, 2, 27)),
        (date(2027, 2, 28), date(2028, 2, 28)),
        (date(2028, 2, 29), date(2029, 2, 27)),
    ]


def test_monthly_from_the_31st_keeps_the_31st():
    rhythm = anniversary("month", date(2023, 1, 31))
    assert [boundary(rhythm, k) for k in range(-2, 5)] == [
        date(2022, 11, 30),
        date(2022, 12, 31),
        date(2023, 1, 31),
        date(2023, 2, 28),
        date(2023, 3, 31),
        date(2023, 4, 30),
        date(2023, 5, 31),
    ]


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        # Golden 14: the days missing lie outside, the full period is the one of the rhythm.
        (date(2011, 2, 1), date(2011, 3, 13), (12, 31), (28, 28)),
        (date(2011, 2, 13), date(2011, 3, 14), (28, 28), (1, 31)),
    ],
)
def test_partial_periods_know_their_full_period(start, end, first, last):
    periods = list(iter_periods(calendar("month", 13), start, end))
    assert [(p.days, full_days(p)) for p in periods] == [first, last]


def test_flags_of_a_period_clipped_on_both_sides():
    (period,) = iter_periods(calendar("month"), date(2024, 3, 5), date(2024, 3, 21))
    assert (period.starts_late, period.ends_early, period.is_full) == (True, True, False)
    assert (period.days, full_days(period), period.last_day) == (16, 31, date(2024, 3, 20))
    whole = next(iter_periods(calendar("month"), date(2024, 3, 1)))
    assert (whole.starts_late, whole.ends_early, whole.is_full) == (False, False, True)


def test_after_leaves_out_what_was_billed_and_resumes_inside_a_period():
    rhythm = calendar("month")
    start, end = date(2024, 1, 10), date(2024, 4, 1)
    march = (date(2024, 3, 1), date(2024, 4, 1))
    assert spelled(rhythm, start, end, date(2024, 3, 1)) == [march]
    assert not next(iter_periods(rhythm, start, end, date(2024, 3, 1))).resumed
    resumed, tail = iter_periods(rhythm, start, end, date(2024, 2, 11))
    assert (resumed.start, resumed.end, resumed.resumed) == (
        date(2024, 2, 11),
        date(2024, 3, 1),
        True,
    )
    assert (tail.start, tail.end, tail.resumed) == (*march, False)
    # A day before the start changes nothing: the first period starts late, it is not resumed.
    early = next(iter_periods(rhythm, start, end, date(2023, 12, 1)))
    assert (early.start, early.resumed) == (start, False)
    assert not next(iter_periods(rhythm, start, end, start)).resumed
    assert spelled(rhythm, start, end, end) == []


def test_open_end_is_lazy_and_the_horizon_is_exclusive():
    rhythm = anniversary("month", date(2024, 1, 1))
    assert len(list(itertools.islice(iter_periods(rhythm, date(2024, 1, 1)), 100))) == 100
    assert len(periods_until(rhythm, date(2024, 1, 1), None, date(2025, 1, 1))) == 12
    assert len(periods_until(rhythm, date(2024, 1, 1), None, date(2025, 1, 2))) == 13
    assert periods_until(rhythm, date(2024, 1, 1), date(2024, 1, 1), date(2025, 1, 1)) == []


@given(rhythms(), spans())
def test_periods_tile_the_time(rhythm, span):
    start, end = span
    periods = list(iter_periods(rhythm, start, end))
    assert bool(periods) == (start < end)
    if periods:
        assert (periods[0].start, periods[-1].end) == span
    for one, two in itertools.pairwise(periods):
        assert one.end == two.start
        assert one.full_end == two.full_start
        assert two.index == one.index + 1
        assert not one.ends_early
        assert not two.starts_late
    for period in periods:
        assert period.full_start == boundary(rhythm, period.index)
        assert period.full_end == boundary(rhythm, period.index + 1)
        assert not period.resumed


@given(rhythms(), days)
def test_index_at_finds_the_period_around_a_day(rhythm, day):
    k = index_at(rhythm, day)
    assert boundary(rhythm, k) <= day < boundary(rhythm, k + 1)


@given(rhythms(), st.integers(-40, 40))
def test_index_at_inverts_boundary(rhythm, k):
    assert index_at(rhythm, boundary(rhythm, k)) == k
    assert index_at(rhythm, boundary(rhythm, k) - timedelta(1)) == k - 1


@given(rhythms())
@example(calendar("month", 1, anchor=date(2024, 3, 1)))
@example(calendar("month", 31, anchor=date(2024, 2, 29)))
@example(calendar("year", 1, 4, anchor=date(2024, 4, 1)))
@example(calendar("week", anchor=date(2024, 5, 20)))
def test_boundary_zero_is_the_last_that_is_not_after_the_anchor(rhythm):
    assert boundary(rhythm, 0) <= rhythm.anchor < boundary(rhythm, 1)
    if rhythm.alignment == "anniversary":
        assert boundary(rhythm, 0) == rhythm.anchor


@given(rhythms(units=tuple(MONTHS)), st.integers(-40, 40))
def test_the_anchor_is_never_lost(rhythm, k):
    """Each boundary lies on the wanted day or, only where that is missing, on the month's last."""
    wanted = rhythm.billing_day if rhythm.alignment == "calendar" else rhythm.anchor.day
    day = boundary(rhythm, k)
    assert day.day == wanted or (day.day < wanted and (day + timedelta(1)).day == 1)
    number = 12 * day.year + day.month - 1
    first = 12 * rhythm.anchor.year + rhythm.anchor.month - 1
    if rhythm.alignment == "calendar":
        first = rhythm.billing_month - 1
    assert (number - first) % (MONTHS[rhythm.unit] * rhythm.interval) == 0


@given(rhythms(), days, days)
def test_calendar_boundaries_do_not_depend_on_the_anchor(rhythm, anchor, day):
    if rhythm.alignment == "anniversary" or rhythm.unit == Unit.day:
        return
    other = Rhythm(
        rhythm.interval, rhythm.unit, "calendar", anchor, rhythm.billing_day, rhythm.billing_month
    )
    assert next_boundary(rhythm, day) == next_boundary(other, day)


@given(rhythms(), spans(), st.integers(-10, 1600))
def test_resuming_yields_the_same_tail(rhythm, span, offset):
    start, end = span
    after = start + timedelta(offset)
    whole = list(iter_periods(rhythm, start, end))
    resumed = list(iter_periods(rhythm, start, end, after))
    kept = [period for period in whole if period.end > after]
    assert [p.index for p in resumed] == [p.index for p in kept]
    assert resumed[1:] == kept[1:]
    if resumed:
        assert resumed[0].start == max(kept[0].start, after)
        assert resumed[0].end == kept[0].end
        inside = after > max(start, kept[0].full_start)
        assert resumed[0].resumed == inside


@given(anchors, st.sampled_from(tuple(Unit)))
def test_units_may_be_given_by_name(anchor, unit):
    assert Rhythm(1, unit.value, "anniversary", anchor) == Rhythm(1, unit, "anniversary", anchor)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"interval": 0}, "interval_not_positive"),
        ({"interval": -1}, "interval_not_positive"),
        ({"interval": 1.5}, "interval_not_positive"),
        ({"unit": "fortnight"}, "unknown_unit"),
        ({"alignment": "moon"}, "unknown_alignment"),
        ({"billing_day": 0}, "billing_day_out_of_range"),
        ({"billing_day": 32}, "billing_day_out_of_range"),
        ({"billing_month": 0}, "billing_month_out_of_range"),
        ({"billing_month": 13}, "billing_month_out_of_range"),
    ],
)
def test_a_bad_rhythm_is_refused_by_code_and_in_words(values, code):
    good = {"interval": 1, "unit": "month", "alignment": "calendar", "anchor": date(2024, 1, 1)}
    Rhythm(**good)
    with pytest.raises(RhythmError) as refusal:
        Rhythm(**(good | values))
    assert refusal.value.code == code
    assert refusal.value.values == values
    assert str(*values.values()) in str(refusal.value)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        # Refused when called, not when the first period is asked for.
        (
            lambda: iter_periods(calendar("month"), date(2024, 2, 1), date(2024, 1, 31)),
            "end_before_start",
        ),
        (lambda: boundary(calendar("year"), 8000), "date_out_of_range"),
        (lambda: boundary(calendar("week"), -200000), "date_out_of_range"),
        (lambda: boundary(calendar("day"), 10**7), "date_out_of_range"),
        (
            lambda: Period(0, date(2024, 1, 2), date(2024, 1, 2), date(2024, 1, 1), date.max),
            "bad_period",
        ),
        (
            lambda: Period(0, date(2024, 1, 1), date(2024, 1, 9), date(2024, 1, 2), date.max),
            "bad_period",
        ),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code
