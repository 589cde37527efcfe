"""The days on which an item's value changes: the golden cases of recurring revenue."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_analytics_house.cn285_analytics.engine.steps import (
    cut,
    deltas,
    period_days,
    price_day,
    six_digits,
    steps,
)
from cn285_analytics_house.cn285_contract.engine.changes import Price, cut_out
from cn285_analytics_house.cn285_contract.engine.mrr import monthly_on, per_month
from cn285_analytics_house.cn285_contract.engine.periods import Rhythm
from cn285_analytics_house.cn285_contract.engine.plan import ItemTerms, Stretch
from cn285_analytics_house.cn285_contract.engine.pricing import DiscountWindow
from hypothesis import given
from hypothesis import strategies as st

JAN = date(2026, 1, 1)


def life(start=JAN, end=None, unit="month", count=0, interval=1):
    rhythm = Rhythm(interval=interval, unit=unit, alignment="anniversary", anchor=start)
    terms = ItemTerms("fixed", start, end, rhythm, period_count=count)
    return [Stretch(start, None, terms)]


def priced(unit, quantity="1"):
    price = Price(Decimal(quantity), Decimal(unit))
    return lambda _stretch, _day: price


def told(found):
    return [(step.day.isoformat(), str(step.net), str(step.full), step.cause) for step in found]


def money(value):
    return f"{value}.000000"


@pytest.mark.parametrize(
    ("amount", "interval", "unit", "expected"),
    [
        ("2000", 1, "year", "166.666667"),
        ("100", 1, "week", "433.333333"),
        ("10", 1, "day", "304.166667"),
        ("30", 30, "day", "30.416667"),
        ("90", 1, "quarter", "30.000000"),
        ("400", 1, "semester", "66.666667"),
        ("100", 18, "month", "5.555556"),
    ],
)
def test_what_is_billed_normalised_to_a_month(amount, interval, unit, expected):
    assert str(six_digits(per_month(Decimal(amount), interval, unit))) == expected


def test_three_times_2000_a_year_are_500_and_6000():
    [step] = steps(life(unit="year"), (), priced("2000"))
    assert round(3 * step.net, 2) == Decimal("500.00")
    assert round(12 * 3 * step.net, 2) == Decimal("6000.00")


def test_a_trial_is_worth_nothing_until_it_ends():
    """49 a month from 1 January, 30 days of trial: the terms start on 31 January."""
    assert told(steps(life(date(2026, 1, 31)), (), priced("49"))) == [
        ("2026-01-31", money(49), money(49), "start")
    ]
    # Cancelled on 20 January: it ends before billing starts, and never was.
    never = life(date(2026, 1, 31), end=date(2026, 1, 21))
    assert steps(never, (), priced("49")) == []


def test_half_off_for_three_months():
    start = date(2026, 1, 15)
    for window, first in (
        (DiscountWindow(start, date(2026, 4, 15), percent=Decimal(50)), 50),
        (DiscountWindow(start, date(2026, 4, 15), amount=Decimal(20)), 80),
    ):
        assert told(steps(life(start), [window], priced("100"))) == [
            ("2026-01-15", money(first), money(100), "start"),
            ("2026-04-15", money(100), money(100), "discount_end"),
        ]


def test_the_first_month_is_free():
    window = DiscountWindow(JAN, date(2026, 2, 1), percent=Decimal(100))
    assert told(steps(life(), [window], priced("100"))) == [
        ("2026-01-01", money(0), money(100), "start"),
        ("2026-02-01", money(100), money(100), "discount_end"),
    ]


def test_seats_added_within_a_period():
    start, change = date(2025, 11, 1), date(2025, 11, 16)
    [one] = life(start)
    both = [
        Stretch(start, change, one.terms, "2"),
        Stretch(change, None, one.terms, "5"),
    ]

    def price_on(stretch, _day):
        return Price(Decimal(stretch.key), Decimal(100))

    found = steps(both, (), price_on)
    assert told(found) == [
        ("2025-11-01", money(200), money(200), "start"),
        ("2025-11-16", money(500), money(500), "terms"),
    ]
    assert Fraction(15, 30) * 200 + Fraction(15, 30) * 500 == 350
    assert [str(delta.net) for delta in deltas(found)] == [money(200), money(300)]


def test_a_pause():
    paused = cut_out(life(date(2025, 1, 1)), [(date(2025, 11, 20), date(2025, 12, 21))])
    assert told(steps(paused, (), priced("100"))) == [
        ("2025-01-01", money(100), money(100), "start"),
        ("2025-11-20", money(0), money(0), "pause"),
        ("2025-12-21", money(100), money(100), "resume"),
    ]


def test_prepaid_for_a_year_and_cancelled():
    prepaid = life(date(2026, 3, 1), end=date(2027, 3, 1), unit="year")
    assert told(steps(prepaid, (), priced("1200"))) == [
        ("2026-03-01", money(100), money(100), "start"),
        ("2027-03-01", money(0), money(0), "end"),
    ]
    found = steps(prepaid, (), priced("1200"))
    assert told(cut(found, date(2026, 6, 11), "withdrawal"))[-1] == (
        "2026-06-11",
        money(0),
        money(0),
        "withdrawal",
    )
    assert cut(found, date(2026, 3, 1), "withdrawal") == []


def test_taxes_inside_a_price_are_taken_out():
    [step] = steps(life(), (), priced("120"), untaxed=lambda value: value * 100 / 120)
    assert (str(step.net), str(step.full)) == (money(100), money(100))


def test_a_pricelist_is_asked_at_the_start_of_each_period():
    stretches = life(date(2026, 1, 31))
    asked = period_days(stretches, None, date(2026, 5, 1))
    assert [day.isoformat() for day in asked] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
    ]

    def price_on(stretch, day):
        first = price_day(stretch, day)
        return Price(Decimal(1), Decimal(150 if first >= date(2026, 3, 15) else 100))

    assert told(steps(stretches, (), price_on, asked)) == [
        ("2026-01-31", money(100), money(100), "start"),
        ("2026-03-31", money(150), money(150), "pricelist"),
    ]
    # What was invoiced is not asked again; a stretch in the middle of a period is.
    assert period_days(stretches, date(2026, 4, 30), date(2026, 5, 1)) == [date(2026, 4, 30)]
    assert period_days(life(end=date(2026, 1, 10)), None, date(2026, 5, 1)) == [JAN]


def test_instalments_end_after_their_number():
    assert told(steps(life(count=3), (), priced("10")))[-1][0] == "2026-04-01"


DAYS = st.integers(0, 400).map(lambda number: JAN + timedelta(days=number))
SPANS = st.tuples(DAYS, st.integers(1, 90)).map(lambda one: (one[0], one[0] + timedelta(one[1])))
TERMS = st.sampled_from([("month", 1), ("week", 2), ("year", 1), ("quarter", 1)])


@given(
    start=DAYS,
    length=st.none() | st.integers(1, 500),
    rhythm=TERMS,
    pauses=st.lists(SPANS, max_size=2),
    window=st.none() | st.tuples(SPANS, st.sampled_from([10, 50, 100])),
    price=st.decimals(0, 5000, places=2),
    day=DAYS,
)
def test_the_sum_of_what_changed_is_the_value_of_each_day(
    start, length, rhythm, pauses, window, price, day
):
    unit, interval = rhythm
    end = start + timedelta(days=length) if length else None
    stretches = cut_out(life(start, end, unit, interval=interval), sorted(pauses))
    windows = [DiscountWindow(*window[0], percent=Decimal(window[1]))] if window else []
    plain = Price(Decimal(1), price)
    found = deltas(steps(stretches, windows, lambda _stretch, _day: plain))
    net = sum((one.net for one in found if one.day <= day), start=Decimal(0))
    expected = monthly_on(stretches, Price(Decimal(1), price, windows=tuple(windows)), day)
    assert net == six_digits(expected)
    assert all(one.net or one.full for one in found)
    assert [one.day for one in found] == sorted({one.day for one in found})
