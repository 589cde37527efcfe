"""Until when cards are valid, and the notices before."""

from datetime import date, timedelta

import pytest
from cn285_payment_engine.expiry import due_notice, last_valid_day, notice_dates
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2026, 2, date(2026, 2, 28)),
        (2028, 2, date(2028, 2, 29)),
        (2026, 12, date(2026, 12, 31)),
        (26, 4, date(2026, 4, 30)),
        (2100, 2, date(2100, 2, 28)),
    ],
)
def test_the_last_day_of_its_month(year, month, day):
    assert last_valid_day(year, month) == day


@pytest.mark.parametrize("month", [0, 13, -1])
def test_no_such_month(month):
    with pytest.raises(ValueError):
        last_valid_day(2026, month)


def test_three_notices():
    assert notice_dates(date(2026, 2, 28)) == [
        date(2026, 1, 29),
        date(2026, 2, 13),
        date(2026, 2, 21),
    ]


def scanned(expiry, days, skipped=()):
    told, sent = set(), {}
    for day in days:
        count = None if day in skipped else due_notice(expiry, day, told)
        if count:
            told.add(count)
            sent[day] = count
    return sent


def every_day(first, last):
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_each_notice_once_and_none_after():
    days = every_day(date(2026, 1, 1), date(2026, 3, 10))
    assert scanned(date(2026, 2, 28), days) == {
        date(2026, 1, 29): 30,
        date(2026, 2, 13): 15,
        date(2026, 2, 21): 7,
    }


def test_days_without_a_scan():
    days = every_day(date(2026, 2, 14), date(2026, 3, 10))
    assert scanned(date(2026, 2, 28), days) == {date(2026, 2, 14): 15, date(2026, 2, 21): 7}


def test_a_date_that_is_not_known():
    assert due_notice(None, date(2026, 2, 14)) is None


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sets(st.integers(-60, 5)), st.integers(1, 60)
)
def test_never_twice_and_never_late(expiry, skipped, first):
    days = every_day(expiry - timedelta(days=first), expiry + timedelta(days=5))
    without = {expiry + timedelta(days=number) for number in skipped}
    sent = scanned(expiry, days, without)
    assert len(set(sent.values())) == len(sent) <= 3
    assert all(day <= expiry and (expiry - day).days <= count for day, count in sent.items())
