from datetime import date

import pytest
from cn285_engine.trial import trial_left


@pytest.mark.parametrize(
    ("start", "days", "granted", "left"),
    [
        (date(2026, 1, 10), 30, [], 30),
        (date(2026, 1, 10), 0, [(date(2026, 1, 1), 30)], 0),
        # 1 to 30 January: from the 10th on, 21 days.
        (date(2026, 1, 10), 30, [(date(2026, 1, 1), 30)], 21),
        (date(2026, 1, 10), 5, [(date(2026, 1, 1), 30)], 5),
        (date(2026, 1, 31), 30, [(date(2026, 1, 1), 30)], 0),
        # What starts on the same day shares the trial.
        (date(2026, 1, 1), 30, [(date(2026, 1, 1), 10)], 30),
        # The first trial counts, not a later one.
        (date(2026, 3, 1), 30, [(date(2026, 1, 1), 30), (date(2026, 2, 20), 30)], 0),
        (date(2026, 1, 10), 30, [(date(2026, 1, 1), 0)], 30),
        # Of several that began together, the longest.
        (date(2026, 1, 21), 30, [(date(2026, 1, 1), 10), (date(2026, 1, 1), 30)], 10),
    ],
)
def test_trial_left(start, days, granted, left):
    assert trial_left(start, days, granted) == left
