"""What an item is worth in a month, on a day."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_engine.changes import Price, cut_out
from cn285_engine.mrr import full_price, monthly_on, next_day, per_month, stretch_on
from cn285_engine.periods import Rhythm
from cn285_engine.plan import ItemTerms, Stretch
from cn285_engine.pricing import DiscountWindow

JAN = date(2026, 1, 1)


def stretches(start=JAN, end=None, unit="month", count=0, interval=1):
    rhythm = Rhythm(interval=interval, unit=unit, alignment="anniversary", anchor=start)
    terms = ItemTerms("fixed", start, end, rhythm, period_count=count)
    return [Stretch(start, None, terms)]


def price(unit="100", quantity="1", discount="0", *windows):
    return Price(Decimal(quantity), Decimal(unit), Decimal(discount), tuple(windows))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 12, 31), 0),
        (JAN, 100),
        (date(2026, 6, 30), 100),
        (date(2026, 7, 1), 0),
    ],
)
def test_from_the_first_billed_day_to_the_last(day, expected):
    assert monthly_on(stretches(end=date(2026, 7, 1)), price(), day) == expected


def test_a_number_of_periods_ends_it():
    three = stretches(count=3)
    assert monthly_on(three, price(), date(2026, 3, 31)) == 100
    assert monthly_on(three, price(), date(2026, 4, 1)) == 0


def test_days_that_are_not_owed_are_worth_nothing():
    paused = cut_out(stretches(), [(date(2026, 2, 1), date(2026, 3, 1))])
    days = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [monthly_on(paused, price(), day) for day in days] == [100, 0, 0, 100]


def test_a_one_time_fee_is_no_recurring_revenue():
    terms = ItemTerms("one_shot", JAN, None)
    assert stretch_on([Stretch(JAN, None, terms)], JAN) is None
    assert stretch_on([], JAN) is None


def test_three_times_2000_a_year_is_500_a_month():
    yearly = stretches(unit="year")
    assert sum(monthly_on(yearly, price("2000"), JAN) for _ in range(3)) == 500
    assert per_month(Decimal(2000), 1, "year") == Fraction(500, 3)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (DiscountWindow(JAN, date(2026, 4, 1), percent=Decimal(100)), 0),
        (DiscountWindow(JAN, date(2026, 4, 1), percent=Decimal(20)), 72),
        (DiscountWindow(JAN, None, amount=Decimal(15)), 75),
        (DiscountWindow(JAN, None, amount=Decimal(500)), 0),
        (DiscountWindow(date(2026, 3, 2), None, amount=Decimal(15)), 90),
        (DiscountWindow(JAN, date(2026, 3, 1), amount=Decimal(15)), 90),
    ],
)
def test_the_discounts_of_the_day(window, expected):
    """100.00 less 10 %, on 1 March."""
    assert full_price(price("100", "1", "10", window), date(2026, 3, 1)) == expected


def test_a_credit_stays_a_credit():
    window = DiscountWindow(JAN, None, amount=Decimal(15))
    assert full_price(price("-100", "2", "0", window), JAN) == -185
    assert full_price(price("-1", "2", "0", window), JAN) == 0


def test_an_amount_off_a_year_is_a_twelfth_of_it_a_month():
    window = DiscountWindow(JAN, None, amount=Decimal(600))
    assert monthly_on(stretches(unit="year"), price("1200", "1", "0", window), JAN) == 50


def test_the_next_day_on_which_time_changes_it():
    """Every day on which it is worth something else is foretold by the one before it."""
    window = DiscountWindow(date(2026, 2, 10), date(2026, 3, 5), Decimal(50), Decimal(0), "")
    history = cut_out(stretches(count=6), [(date(2026, 4, 3), date(2026, 4, 20))])
    off = price("100", "1", "0", window)
    day, changes = date(2025, 12, 1), []
    for number in range(300):
        following = day + timedelta(days=number + 1)
        before = monthly_on(history, off, following - timedelta(days=1))
        if monthly_on(history, off, following) != before:
            changes.append(following)
    told = []
    while (found := next_day(history, off.windows, day, False)) is not None:
        told.append(found)
        day = found
    assert changes == told
    assert told == [
        JAN,
        date(2026, 2, 10),
        date(2026, 3, 5),
        date(2026, 4, 3),
        date(2026, 4, 20),
        date(2026, 7, 1),
    ]


def test_a_pricelist_is_asked_again_in_the_next_period():
    assert next_day(stretches(), (), date(2026, 1, 31), False) is None
    assert next_day(stretches(), (), date(2026, 1, 31), True) == date(2026, 2, 1)
    assert next_day(stretches(end=date(2026, 1, 20)), (), JAN, True) == date(2026, 1, 20)
    assert next_day(stretches(), (), date(2025, 12, 1), True) == JAN
