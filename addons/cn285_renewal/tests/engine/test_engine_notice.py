"""Loi Chatel: the windows of the notice, and what follows where it failed."""

from datetime import date, timedelta

import pytest
from cn285_renewal_house.cn285_contract.engine.errors import EngineError
from cn285_renewal_house.cn285_renewal.engine.notice import (
    NoticeStatus,
    Sending,
    free_exit_from,
    notice_status,
    notice_window,
    refund_due,
)
from cn285_renewal_house.cn285_renewal.engine.term import Duration
from hypothesis import given
from hypothesis import strategies as st
from renewal_strategies import anchors


@pytest.mark.parametrize(
    ("last_day", "notice", "refuse_by", "earliest", "latest"),
    [
        (date(2026, 3, 14), 1, date(2026, 2, 14), date(2025, 11, 14), date(2026, 1, 14)),
        (date(2026, 3, 14), 0, date(2026, 3, 14), date(2025, 12, 14), date(2026, 2, 14)),
        (date(2026, 3, 30), 1, date(2026, 2, 28), date(2025, 11, 28), date(2026, 1, 28)),
        (date(2026, 12, 31), 2, date(2026, 10, 31), date(2026, 7, 31), date(2026, 9, 30)),
        (date(2025, 2, 27), 1, date(2025, 1, 27), date(2024, 10, 27), date(2024, 12, 27)),
    ],
)
def test_windows(last_day, notice, refuse_by, earliest, latest):
    window = notice_window(last_day, Duration(notice))
    assert window.last_day_to_refuse == refuse_by
    assert (window.earliest, window.latest) == (earliest, latest)
    assert window.renewal_day == last_day + timedelta(days=1)


def test_own_window_outside_the_law():
    window = notice_window(
        date(2026, 12, 31), Duration(3), opens=Duration(60, "day"), closes=Duration(15, "day")
    )
    assert window.last_day_to_refuse == date(2026, 9, 30)
    assert (window.earliest, window.latest) == (date(2026, 8, 1), date(2026, 9, 15))
    with pytest.raises(EngineError) as caught:
        notice_window(date(2026, 12, 31), Duration(1), opens=Duration(1), closes=Duration(2))
    assert caught.value.code == "notice_window_reversed"


WINDOW = notice_window(date(2026, 3, 14), Duration(1))
EARLIEST, LATEST = WINDOW.earliest, WINDOW.latest
AFTER = LATEST + timedelta(days=1)


@pytest.mark.parametrize(
    ("sendings", "today", "expected"),
    [
        ([], EARLIEST - timedelta(days=1), "planned"),
        ([], EARLIEST, "due"),
        ([], LATEST, "due"),
        ([], AFTER, "missed"),
        ([Sending(EARLIEST)], EARLIEST, "on_time"),
        ([Sending(LATEST)], AFTER, "on_time"),
        ([Sending(date(2026, 1, 20))], date(2026, 1, 20), "late"),
        ([Sending(EARLIEST - timedelta(days=1))], AFTER, "early"),
        # An early or failed one can be repeated while the window is open.
        ([Sending(EARLIEST - timedelta(days=1))], EARLIEST, "due"),
        ([Sending(EARLIEST - timedelta(days=1)), Sending(LATEST)], AFTER, "on_time"),
        ([Sending(EARLIEST, well_formed=False)], LATEST, "due"),
        ([Sending(EARLIEST, well_formed=False)], AFTER, "malformed"),
        ([Sending(EARLIEST, bounced=True)], AFTER, "malformed"),
        ([Sending(EARLIEST, bounced=True), Sending(AFTER)], AFTER, "late"),
        ([Sending(EARLIEST, bounced=True), Sending(LATEST)], AFTER, "on_time"),
    ],
)
def test_status(sendings, today, expected):
    assert notice_status(WINDOW, sendings, today) is NoticeStatus(expected)


@pytest.mark.parametrize("status", list(NoticeStatus))
def test_consequence(status):
    failed = status in ("early", "late", "missed", "malformed")
    expected = date(2026, 3, 15) if failed else None
    assert free_exit_from(WINDOW, status) == expected


def test_refund_within_thirty_days():
    assert refund_due(date(2026, 6, 15)) == date(2026, 7, 15)


@given(anchors, st.integers(0, 12), st.integers(-200, 200))
def test_one_good_sending_decides_by_its_day_alone(last_day, notice, offset):
    window = notice_window(last_day, Duration(notice))
    assert window.earliest < window.latest < window.last_day_to_refuse < window.renewal_day
    day = window.latest + timedelta(days=offset)
    status = notice_status(window, [Sending(day)], date(2099, 1, 1))
    in_time = window.earliest <= day <= window.latest
    assert (status is NoticeStatus.on_time) == in_time
    assert status.frees_customer != in_time
