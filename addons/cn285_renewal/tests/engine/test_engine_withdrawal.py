"""Withdrawal: fourteen days, moved to a working day, with the holidays of France."""

from datetime import date, timedelta

import pytest
from cn285_renewal_house.cn285_renewal.engine.holidays import WorkingDays
from cn285_renewal_house.cn285_renewal.engine.withdrawal import (
    Start,
    WithdrawalPeriod,
    right_is_lost,
    withdrawal_deadline,
)
from hypothesis import given
from renewal_strategies import ALSACE, FRENCH, days

PERIOD = WithdrawalPeriod(14, 12, WorkingDays.but(FRENCH))
LOCAL = WithdrawalPeriod(14, 12, WorkingDays.but(FRENCH + ALSACE))


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
    assert withdrawal_deadline(concluded, PERIOD) == expected


def test_alsace_has_more_holidays():
    assert withdrawal_deadline(date(2025, 12, 12), PERIOD) == date(2025, 12, 26)
    # 26 December 2025 is a Friday.
    assert withdrawal_deadline(date(2025, 12, 12), LOCAL) == date(2025, 12, 29)


@pytest.mark.parametrize(
    ("informed", "expected"),
    [
        (date(2026, 1, 5), date(2026, 1, 21)),
        # 14 days from the day of being told: 15 April; never told: a year after 21 January.
        (date(2026, 4, 1), date(2026, 4, 15)),
        (date.max, date(2027, 1, 21)),
        (date(2027, 1, 20), date(2027, 1, 21)),
    ],
)
def test_not_informed(informed, expected):
    assert withdrawal_deadline(date(2026, 1, 7), PERIOD, informed) == expected


@given(days)
def test_never_shorter_and_on_a_working_day(concluded):
    for period in (PERIOD, LOCAL):
        deadline = withdrawal_deadline(concluded, period)
        assert concluded + timedelta(days=14) <= deadline <= concluded + timedelta(days=19)
        assert period.working_days.has(deadline)


def test_thirty_days_that_end_on_any_day():
    period = WithdrawalPeriod(30)
    assert withdrawal_deadline(date(2025, 12, 12), period) == date(2026, 1, 11)
    # Nothing is said of customers who were not told.
    assert withdrawal_deadline(date(2025, 12, 12), period, date.max) == date(2026, 1, 11)


FIFTH = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("start", "today", "lost"),
    [
        (Start(True, True, FIFTH), date(2026, 1, 6), True),
        (Start(True, True, FIFTH), FIFTH, False),
        (Start(True, True, None), date(2026, 1, 6), False),
        (Start(True, False, FIFTH), date(2026, 1, 6), False),
        (Start(False, True, FIFTH), date(2026, 1, 6), False),
        (Start(), date(2026, 1, 6), False),
    ],
)
def test_a_right_is_lost_by_a_service_fully_performed(start, today, lost):
    assert right_is_lost(start, today) is lost


@given(days, days)
def test_nothing_is_lost_without_a_request_on_record(last_day, today):
    for requested, proved in ((False, False), (True, False), (False, True)):
        start = Start(requested, proved, last_day)
        assert not start.is_owed
        assert not right_is_lost(start, today)
