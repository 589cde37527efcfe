"""How much of a trial is left where it is granted once."""

from collections.abc import Iterable
from datetime import date, timedelta


def trial_left(start: date, days: int, granted: Iterable[tuple[date, int]]) -> int:
    """Days of trial of a service that starts on ``start``, where trials are granted once.

    Services that start together share the trial. One that starts later has what is left of the one
    that began first, and never more than its own ``days``.

    :param granted: first day and days of the trials that were granted before
    """
    earlier = [(first, length) for first, length in granted if length and first < start]
    if not days or not earlier:
        return days
    first = min(earlier)[0]
    length = max(length for begun, length in earlier if begun == first)
    return min(days, max((first + timedelta(days=length) - start).days, 0))
