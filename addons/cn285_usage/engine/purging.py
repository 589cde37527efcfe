"""Up to which day the usage of a contract may be purged, and what keeps the rest.

Storage limitation (GDPR, article 5-1-e) ends where data is still needed: nothing goes that was not
billed yet, or that a rating of the past may still ask for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hold:
    """Something that still needs the usage of ``since`` and of later days.

    ``code`` says what, for the words of the shell.
    """

    since: date
    code: str


@dataclass(frozen=True)
class Horizon:
    """``day``: the last one whose usage may go. ``code``: what keeps later days, "age" alone."""

    day: date
    code: str


def last_old_day(today: date, months: int) -> date:
    """The last day that is older than ``months`` on ``today``.

    >>> last_old_day(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 27)
    """
    return today - relativedelta(months=months) - ONE_DAY


def horizon(limit: date, holds: Iterable[Hold], periods: Iterable[tuple[date, date]]) -> Horizon:
    """The last day whose usage may go: not above ``limit``, before all holds, between periods.

    :param limit: the last day that is old enough
    :param holds: what still needs usage; the earliest counts
    :param periods: ``(first day, last day)`` of what bills usage: a period goes as a whole, when
        its last day may go
    """
    day, code = limit, "age"
    first = min(holds, key=lambda hold: (hold.since, hold.code), default=None)
    if first and first.since <= day:
        day, code = first.since - ONE_DAY, first.code
    known = list(periods)
    while True:
        # Kept periods of different lengths may cut each other: again until none is cut.
        cut = [start for start, end in known if start <= day < end]
        if not cut:
            return Horizon(day, code)
        day, code = min(cut) - ONE_DAY, "period" if code == "age" else code
