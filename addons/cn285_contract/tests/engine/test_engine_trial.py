from datetime import date, timedelta

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
        # Recorded after one that starts later: its 30 days were given already, none is left.
        (date(2026, 1, 1), 30, [(date(2026, 3, 1), 30)], 0),
        (date(2026, 1, 1), 30, [(date(2026, 1, 31), 30)], 0),
        # 10 of the 30 were given.
        (date(2026, 1, 1), 30, [(date(2026, 3, 1), 10)], 20),
        # 10 January to 8 February were given, 9 days beyond 1 to 30 January.
        (date(2026, 1, 1), 30, [(date(2026, 1, 10), 30)], 21),
        # What lies within its days was theirs anyway.
        (date(2026, 1, 1), 30, [(date(2026, 1, 10), 21), (date(2026, 1, 20), 5)], 30),
        # The one that reaches farthest, not the sum of all.
        (date(2026, 1, 1), 30, [(date(2026, 1, 10), 30), (date(2026, 1, 15), 30)], 16),
        (date(2026, 1, 1), 10, [(date(2026, 3, 1), 30)], 0),
        # Over a leap day: 15 February to 15 March, and 1 to 30 March given: 15 beyond.
        (date(2028, 2, 15), 30, [(date(2028, 3, 1), 30)], 15),
        # It is not the first: the first of all counts.
        (date(2026, 1, 10), 30, [(date(2026, 3, 1), 30), (date(2026, 1, 1), 30)], 21),
        (date(2026, 1, 1), 0, [(date(2026, 3, 1), 30)], 0),
    ],
)
def test_trial_left(start, days, granted, left):
    assert trial_left(start, days, granted) == left


def test_the_order_of_recording_changes_no_total():
    """Of two services, whichever is recorded first: as many free days in all."""
    day = date(2028, 1, 1)
    for gap in range(1, 50):
        for first in (1, 10, 30):
            for second in (1, 10, 30):
                later = day + timedelta(days=gap)
                in_order = first + trial_left(later, second, [(day, first)])
                given = second + trial_left(day, first, [(later, second)])
                assert given == max(in_order, second), (gap, first, second)
