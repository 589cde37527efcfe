"""Withdrawal: fourteen days, moved to a working day, with the holidays of France."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_renewal_house.cn285_renewal.engine.withdrawal import (
    easter,
    french_holidays,
    is_working_day,
    owed_for_performance,
    withdrawal_deadline,
)
from hypothesis import given
from renewal_strategies import days


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2000, date(2000, 4, 23)), (2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)),
     (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25)), (1818, date(1818, 3, 22))],
)  # fmt: skip
def test_easter(year, expected):
    assert easter(year) == expected


def test_holidays_of_2026():
    holidays = french_holidays(2026)
    assert sorted(holidays) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]
    local = french_holidays(2026, alsace_moselle=True)
    assert local - holidays == {date(2026, 4, 3), date(2026, 12, 26)}


@pytest.mark.parametrize(
    ("concluded", "expected"),
    [
        # 29 March 2025 is a Saturday.
        (date(2025, 3, 15), date(2025, 3, 31)),
        (date(2025, 3, 17), date(2025, 3, 31)),
        # 21 April 2025 is Easter Monday; 1 May 2026, a Friday, is followed by a weekend.
        (date(2025, 4, 7), date(2025, 4, 22)),
        (date(2026, 4, 17), date(2026, 5, 4)),
        (date(2025, 12, 11), date(2025, 12, 26)),
        (date(2026, 1, 7), date(2026, 1, 21)),
    ],
)
def test_deadline(concluded, expected):
    assert withdrawal_deadline(concluded) == expected


def test_alsace_has_more_holidays():
    assert withdrawal_deadline(date(2025, 12, 12)) == date(2025, 12, 26)
    # 26 December 2025 is a Friday.
    assert withdrawal_deadline(date(2025, 12, 12), alsace_moselle=True) == date(2025, 12, 29)


@pytest.mark.parametrize(
    ("informed", "expected"),
    [
        (date(2026, 1, 5), date(2026, 1, 21)),
        # 14 days from the day he was told: 15 April; never told: a year after 21 January.
        (date(2026, 4, 1), date(2026, 4, 15)),
        (date.max, date(2027, 1, 21)),
        (date(2027, 1, 20), date(2027, 1, 21)),
    ],
)
def test_not_informed(informed, expected):
    assert withdrawal_deadline(date(2026, 1, 7), informed=informed) == expected


def owed(withdrawn, expressly_requested=True):
    return owed_for_performance(
        Decimal("31.00"),
        date(2026, 1, 1),
        date(2026, 2, 1),
        withdrawn,
        expressly_requested=expressly_requested,
    )


def test_performance_is_owed_on_request_only():
    assert owed(date(2026, 1, 10)) == Decimal("10.00")
    assert owed(date(2026, 1, 10), expressly_requested=False) == 0
    assert owed(date(2025, 12, 31)) == 0
    assert owed(date(2026, 3, 1)) == Decimal("31.00")


@given(days)
def test_never_shorter_and_on_a_working_day(concluded):
    for local in (False, True):
        deadline = withdrawal_deadline(concluded, alsace_moselle=local)
        assert concluded + timedelta(days=14) <= deadline <= concluded + timedelta(days=19)
        assert is_working_day(deadline, local)
