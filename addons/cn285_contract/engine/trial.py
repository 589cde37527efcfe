"""How much of a trial is left where it is granted once."""

from collections.abc import Iterable
from datetime import date, timedelta


def trial_left(start: date, days: int, granted: Iterable[tuple[date, int]]) -> int:
    """Days of trial of a service that starts on ``start``, where trials are granted once.

    Services that start together share the trial. One that starts later has what is left of the one
    that began first, and never more than its own ``days``. One that began before all others but
    was recorded after them has its own ``days``, less what they were given beyond them: what was
    given stays, and all together have as many days as if it had been recorded first.

    :param granted: first day and days of the trials that were granted before, in any order
    """
    granted = [(first, length) for first, length in granted if length]
    earlier = [one for one in granted if one[0] < start]
    end = start + timedelta(days=days)
    if not earlier:
        # A trial of others that began in this one may reach beyond it, one after it is beyond.
        beyond = [
            min(length, (first + timedelta(days=length) - end).days)
            for first, length in granted
            if first > start
        ]
        return max(days - max([0, *beyond]), 0)
    first = min(earlier)[0]
    length = max(length for begun, length in earlier if begun == first)
    return min(days, max((first + timedelta(days=length) - start).days, 0))
