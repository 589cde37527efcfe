"""Up to which day usage may go."""

from datetime import date

import pytest
from cn285_house.cn285_usage.engine.purging import Hold, horizon, last_old_day

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
QUARTER = (date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("limit", "holds", "periods", "day", "code"),
    [
        (date(2026, 1, 31), [], [JANUARY], date(2026, 1, 31), "age"),
        (date(2026, 1, 30), [], [JANUARY], date(2025, 12, 31), "period"),
        (date(2026, 2, 28), [Hold(FEBRUARY[0], "x")], [JANUARY, FEBRUARY], JANUARY[1], "x"),
        (date(2026, 2, 28), [Hold(date(2026, 2, 10), "x")], [FEBRUARY], JANUARY[1], "x"),
        # A period that is kept cuts those of other lengths.
        (date(2026, 2, 28), [], [JANUARY, FEBRUARY, QUARTER], date(2025, 12, 31), "period"),
        (date(2026, 2, 28), [Hold(date(2026, 3, 1), "x")], [], date(2026, 2, 28), "age"),
    ],
)
def test_horizon(limit, holds, periods, day, code):
    found = horizon(limit, holds, periods)
    assert (found.day, found.code) == (day, code)


def test_age_counts_by_months():
    assert last_old_day(date(2027, 2, 1), 12) == date(2026, 1, 31)
    assert last_old_day(date(2026, 3, 31), 1) == date(2026, 2, 27)
