"""Proration: golden cases 14 and 15, both bases, the rules for partial periods, and splits."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from cn285_engine.calendar import MONTHS
from cn285_engine.errors import EngineError
from cn285_engine.periods import Period, Rhythm, boundary, index_at, iter_periods
from cn285_engine.proration import (
    Basis,
    PartialPolicy,
    Proration,
    overlap,
    prorate,
)
from engine_strategies import days, rhythms, spans
from hypothesis import assume, given
from hypothesis import strategies as st

bases = st.sampled_from(tuple(Basis))
# Those by which a day counts the same, wherever the item's life begins and ends.
by_date = st.sampled_from([basis for basis in Basis if basis.follows_dates])
policies = st.sampled_from(tuple(PartialPolicy))


def test_table_of_bases():
    assert [(basis.value, basis.label) for basis in Basis] == [
        ("actual", "Actual Days"),
        ("30_360", "30/360"),
        ("actual_30", "Actual Days over 30"),
        ("actual_365", "Actual Days over 365"),
    ]
    assert [Basis(basis.value) for basis in Basis] == list(Basis)
    assert len({basis.label for basis in Basis}) == len(Basis)


def calendar(unit, day=1, month=1):
    return Rhythm(1, unit, "calendar", date(2010, 1, 1), day, month)


def shares(rhythm, start, end, **rules):
    prorations = [prorate(period, **rules) for period in iter_periods(rhythm, start, end)]
    return [(share.numerator, share.denominator) for share in prorations]


@pytest.mark.parametrize(
    ("rhythm", "start", "end", "expected"),
    [
        # Golden 14 (ends are exclusive).
        (calendar("month", 13), date(2011, 2, 1), date(2011, 2, 13), [(12, 31)]),
        (calendar("month", 17), date(2010, 6, 17), date(2010, 7, 25), [(30, 30), (8, 31)]),
        # Golden 15.
        (calendar("month"), date(2012, 2, 1), date(2012, 2, 15), [(14, 29)]),
        (
            calendar("year", 17),
            date(2011, 1, 10),
            date(2012, 3, 4),
            [(7, 365), (365, 365), (47, 366)],
        ),
        # Golden 16: 5 March and 10 days of trial.
        (calendar("month"), date(2024, 3, 15), date(2024, 4, 1), [(17, 31)]),
        # Clipped on both sides.
        (calendar("month"), date(2024, 3, 5), date(2024, 3, 21), [(16, 31)]),
        (calendar("week"), date(2024, 5, 15), date(2024, 5, 20), [(5, 7)]),
    ],
)
def test_golden_shares_of_actual_days(rhythm, start, end, expected):
    assert shares(rhythm, start, end) == expected


def test_golden_14_and_15_as_sums():
    def total(rhythm, start, end):
        return sum(Fraction(*share) for share in shares(rhythm, start, end))

    assert total(calendar("month", 17), date(2010, 6, 17), date(2010, 7, 25)) == 1 + Fraction(8, 31)
    assert total(calendar("year", 17), date(2011, 1, 10), date(2012, 3, 4)) == (
        Fraction(7, 365) + 1 + Fraction(47, 366)
    )


@pytest.mark.parametrize(
    ("rhythm", "start", "end", "expected"),
    [
        (calendar("month"), date(2024, 3, 16), date(2024, 4, 1), [(15, 30)]),
        (calendar("month"), date(2024, 3, 1), date(2024, 3, 31), [(29, 30)]),
        (calendar("month"), date(2024, 2, 16), date(2024, 3, 1), [(15, 30)]),
        (calendar("month"), date(2023, 2, 28), date(2023, 3, 1), [(3, 30)]),
        # The 31st is the 30th: it costs nothing by itself.
        (calendar("month", 30), date(2024, 1, 30), date(2024, 1, 31), [(0, 30)]),
        # Boundaries clamped to 28 or 29 February count as the 30th.
        (calendar("month", 31), date(2023, 2, 28), date(2023, 3, 10), [(10, 30)]),
        (calendar("month", 30), date(2024, 2, 20), date(2024, 2, 29), [(10, 30)]),
        (calendar("quarter"), date(2024, 2, 15), date(2024, 4, 1), [(46, 90)]),
        (calendar("semester"), date(2024, 1, 1), date(2024, 1, 31), [(29, 180)]),
        (calendar("year"), date(2024, 1, 1), date(2024, 2, 1), [(30, 360)]),
        # Rhythms without months have no 30/360.
        (calendar("week"), date(2024, 5, 15), date(2024, 5, 20), [(5, 7)]),
    ],
)
def test_shares_of_30_360(rhythm, start, end, expected):
    assert shares(rhythm, start, end, basis="30_360") == expected


@pytest.mark.parametrize(
    ("unit", "start", "end", "basis", "expected"),
    [
        # 35.00 a month, 18 to 31 August: 16.33 over 30 days, 16.11 over 365 days a year.
        ("month", date(2026, 8, 18), date(2026, 9, 1), "actual_30", Fraction(14, 30)),
        ("month", date(2026, 8, 18), date(2026, 9, 1), "actual_365", Fraction(14 * 12, 365)),
        ("month", date(2026, 8, 1), date(2026, 8, 18), "actual_30", Fraction(17, 30)),
        ("month", date(2026, 8, 1), date(2026, 8, 18), "actual_365", Fraction(17 * 12, 365)),
        # Never more than the full period: 30 days of 31.
        ("month", date(2026, 8, 2), date(2026, 9, 1), "actual_30", Fraction(1)),
        ("month", date(2026, 8, 2), date(2026, 9, 1), "actual_365", Fraction(30 * 12, 365)),
        ("month", date(2026, 2, 2), date(2026, 3, 1), "actual_30", Fraction(27, 30)),
        ("month", date(2026, 2, 1), date(2026, 3, 1), "actual_30", Fraction(1)),
        ("month", date(2026, 2, 1), date(2026, 3, 1), "actual_365", Fraction(1)),
        ("quarter", date(2026, 8, 18), date(2026, 10, 1), "actual_30", Fraction(44, 90)),
        ("quarter", date(2026, 8, 18), date(2026, 10, 1), "actual_365", Fraction(44 * 4, 365)),
        ("semester", date(2026, 8, 18), date(2027, 1, 1), "actual_30", Fraction(136, 180)),
        ("year", date(2026, 8, 18), date(2027, 1, 1), "actual_30", Fraction(136, 360)),
        ("year", date(2026, 8, 18), date(2027, 1, 1), "actual_365", Fraction(136, 365)),
        ("year", date(2024, 1, 2), date(2025, 1, 1), "actual_365", Fraction(1)),
        # Rhythms without months have neither.
        ("week", date(2024, 5, 15), date(2024, 5, 20), "actual_30", Fraction(5, 7)),
        ("week", date(2024, 5, 15), date(2024, 5, 20), "actual_365", Fraction(5, 7)),
    ],
)
def test_shares_of_actual_days_over_30_and_365(unit, start, end, basis, expected):
    [period] = iter_periods(calendar(unit), start, end)
    assert prorate(period, basis=basis).ratio == expected


@given(rhythms(), spans(longest=400), bases, policies, policies, st.data())
def test_parts_of_a_period_add_up_on_any_basis(rhythm, span, basis, first, last, data):
    """However an item's period is cut, and whatever is owed of it, its parts come to it."""
    # Cut alike: a draw for each of a thousand days would be more than an example may hold.
    percents = data.draw(st.sets(st.integers(1, 99), max_size=4))
    for own in iter_periods(rhythm, *span):
        cuts = sorted({own.start + timedelta(own.days * n // 100) for n in percents} - {own.start})
        parts = list(pairwise([own.start, *cuts, own.end]))
        rules = {"basis": basis, "first": first, "last": last}
        shares = [prorate(own, **rules, part=part).ratio for part in parts]
        assert sum(shares) == prorate(own, **rules).ratio
        assert min(shares) >= 0


def test_in_full_each_day_served_costs_the_same():
    """16 to 31 January in full: 8 of these 16 days are half of the period."""
    own = next(iter_periods(calendar("month"), date(2026, 1, 16)))
    part = date(2026, 1, 16), date(2026, 1, 24)
    for basis in Basis:
        share = prorate(own, basis=basis, first="full", part=part)
        expected = Fraction(8, 15) if basis is Basis.d30_360 else Fraction(1, 2)
        assert share.ratio == expected, basis
    assert prorate(own, first="full", part=part).explain() == "8/16 days"


@pytest.mark.parametrize(
    ("start", "end", "first", "last", "expected"),
    [
        # Only the start is clipped (27 of 31 days): last has no say.
        ((3, 5), (4, 1), "prorate", "free", (27, 31)),
        ((3, 5), (4, 1), "full", "free", (31, 31)),
        ((3, 5), (4, 1), "free", "prorate", (0, 31)),
        # Only the end is clipped (20 of 31 days).
        ((3, 1), (3, 21), "free", "prorate", (20, 31)),
        ((3, 1), (3, 21), "free", "full", (31, 31)),
        ((3, 1), (3, 21), "full", "free", (0, 31)),
        # Both: 4 days missing at the start, 11 at the end.
        ((3, 5), (3, 21), "prorate", "prorate", (16, 31)),
        ((3, 5), (3, 21), "full", "prorate", (20, 31)),
        ((3, 5), (3, 21), "prorate", "full", (27, 31)),
        ((3, 5), (3, 21), "full", "full", (31, 31)),
        ((3, 5), (3, 21), "full", "free", (0, 31)),
        ((3, 5), (3, 21), "free", "full", (0, 31)),
        # A full period is owed whatever the rules for partial ones.
        ((3, 1), (4, 1), "free", "free", (31, 31)),
    ],
)
def test_rules_for_partial_periods(start, end, first, last, expected):
    span = date(2024, *start), date(2024, *end)
    assert shares(calendar("month"), *span, first=first, last=last) == [expected]


@pytest.mark.parametrize("first", ["prorate", "full", "free"])
def test_a_resumed_period_is_prorated_whatever_the_first_rule(first):
    period = next(iter_periods(calendar("month"), date(2024, 3, 5), None, date(2024, 3, 11)))
    assert prorate(period, first=first).ratio == Fraction(21, 31)


@pytest.mark.parametrize(
    ("first", "expected"),
    [("prorate", "27/31 days"), ("full", "31/31 days, full"), ("free", "0/31 days, free")],
)
def test_explain(first, expected):
    period = next(iter_periods(calendar("month"), date(2024, 3, 5)))
    assert prorate(period, first=first).explain() == expected


def test_explain_whole_and_30_360():
    whole, part = iter_periods(calendar("month"), date(2024, 3, 1), date(2024, 4, 16))
    assert prorate(whole).explain() == "full period"
    assert prorate(part, basis=Basis.d30_360).explain() == "15/30 days (30/360)"
    said = prorate(part, basis="actual_365").explain()
    assert said == "15 × 12/365 days (Actual Days over 365)"
    week = next(iter_periods(calendar("week"), date(2024, 5, 15)))
    assert prorate(week, basis=Basis.d30_360).explain() == "5/7 days"


@given(rhythms(), spans(), bases, policies, policies)
def test_shares_lie_between_nothing_and_all(rhythm, span, basis, first, last):
    for period in iter_periods(rhythm, *span):
        share = prorate(period, basis=basis, first=first, last=last)
        assert 0 <= share.ratio <= 1
        if period.is_full:
            assert share.ratio == 1


@given(rhythms(units=tuple(MONTHS)), days)
def test_a_month_of_30_360_has_30_days(rhythm, day):
    period = next(iter_periods(rhythm, boundary(rhythm, index_at(rhythm, day))))
    months = MONTHS[rhythm.unit] * rhythm.interval
    assert prorate(period, basis=Basis.d30_360).denominator == 30 * months


@given(rhythms(), days, by_date, st.data())
def test_parts_of_a_split_sum_to_the_whole(rhythm, day, basis, data):
    """However a period is cut, the prorated parts cost what the uncut period costs."""
    whole = next(iter_periods(rhythm, day))
    inside = st.integers(1, max(whole.days - 1, 1)).map(lambda n: whole.start + timedelta(n))
    cuts = sorted(data.draw(st.sets(inside, max_size=4)) - {whole.end})
    bounds = [whole.start, *cuts, whole.end]
    parts = [replace(whole, start=one, end=two) for one, two in pairwise(bounds)]
    shares = [prorate(part, basis=basis).ratio for part in parts]
    assert sum(shares) == prorate(whole, basis=basis).ratio


@given(rhythms(), days, by_date, policies, policies, st.data())
def test_billing_in_two_goes_costs_what_one_go_costs(rhythm, day, basis, first, last, data):
    """The part billed before plus the resumed rest is the whole, ``free`` aside."""
    assume(PartialPolicy.free not in (first, last))
    (whole, *_rest) = iter_periods(rhythm, day, day + timedelta(data.draw(st.integers(2, 60))))
    assume(whole.days > 1)
    after = whole.start + timedelta(data.draw(st.integers(1, whole.days - 1)))
    before = replace(whole, end=after)
    rest = replace(whole, start=after, resumed=True)
    assert (
        prorate(before, basis=basis, first=first).ratio
        + prorate(rest, basis=basis, first=first, last=last).ratio
        == prorate(whole, basis=basis, first=first, last=last).ratio
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2024, 3, 1), None, 27),
        (date(2024, 3, 10), None, 22),
        (date(2024, 1, 1), date(2024, 3, 5), 0),
        (date(2024, 1, 1), date(2024, 3, 6), 1),
        (date(2024, 3, 31), date(2024, 5, 1), 1),
        (date(2024, 4, 1), None, 0),
    ],
)
def test_billed_days_in_a_window(start, end, expected):
    period = next(iter_periods(calendar("month"), date(2024, 3, 5)))
    covered = overlap(period, start, end)
    assert ((covered[1] - covered[0]).days if covered else 0) == expected


PERIOD = Period(0, date(2024, 3, 1), date(2024, 3, 9), date(2024, 3, 1), date(2024, 4, 1))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: prorate(PERIOD, basis="banker"), "unknown_basis"),
        (lambda: prorate(PERIOD, first="half"), "unknown_policy"),
        (lambda: prorate(PERIOD, last="half"), "unknown_policy"),
        (lambda: Proration(2, 1), "bad_proration"),
        (lambda: Proration(-1, 1), "bad_proration"),
        (lambda: Proration(0, 0), "bad_proration"),
    ],
)
def test_refusals(call, code):
    with pytest.raises(EngineError) as refusal:
        call()
    assert refusal.value.code == code
