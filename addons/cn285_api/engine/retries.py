"""When a message that was not taken is sent again, and when a receiver is given up."""

from datetime import datetime, timedelta

#: Seconds after each failure, as Standard Webhooks has it: three days and three hours in all.
SCHEDULE = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: So long nothing was taken at all: nobody listens there.
GIVEN_UP_AFTER = timedelta(days=5)
SPREAD_PERCENT = 10


def wait_seconds(failures: int, chance: float = 0.5) -> int | None:
    """Seconds until the next try after so many failures in a row; None: there is none.

    :param chance: 0 to 1, random: moves it by up to 10 % either way, so that messages that failed
        together do not come back together

    >>> [wait_seconds(failures) for failures in (1, 2, 9, 10)]
    [5, 300, 86400, None]
    """
    if failures > len(SCHEDULE):
        return None
    moved = 100 - SPREAD_PERCENT + 2 * SPREAD_PERCENT * chance
    return round(SCHEDULE[failures - 1] * moved / 100)


def is_given_up(failing_since: datetime | None, now: datetime) -> bool:
    """Whether a receiver has failed for so long that nothing is sent to it any more."""
    return failing_since is not None and now - failing_since >= GIVEN_UP_AFTER


def is_taken(status: int | None) -> bool:
    """Whether a receiver has taken a message: only 2xx says so; redirects are not followed."""
    return status is not None and 200 <= status < 300
