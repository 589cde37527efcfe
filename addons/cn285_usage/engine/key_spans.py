"""Which months are open for usage events, and which spans of their keys may be dropped.

An event is counted once because its key (a hash of who sent it and under which number) is kept.
Keys are kept in spans by the time at which their events *arrived*. A span can go once no event that
would still be taken can have arrived in it: an event is taken from ``FUTURE`` before it occurs, and
no more once it lies before the horizon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

# Events are taken this long before they occur: clocks differ.
FUTURE = timedelta(days=1)
# Months of companies begin up to a day before those of UTC, in which events are stored.
ZONES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Keys of the events that arrived in ``[begins, ends)``, numbered from ``first`` on.

    ``begins`` is None where all that came before was kept, ``ends`` where it still goes on.
    """

    first: int
    begins: datetime | None = None
    ends: datetime | None = None


def month_of(moment: datetime) -> datetime:
    """The first instant of the month."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def horizon(now: datetime, months: int, spans: Sequence[Span]) -> datetime | None:
    """Events that occurred before this instant are refused; None: however old, they are taken.

    :param months: so many whole months before the running one are open; 0: all
    :param spans: those that are kept, in order. What was dropped stays closed, whatever is set.

    >>> horizon(datetime(2026, 3, 20), 2, [Span(0)])
    datetime.datetime(2025, 12, 31, 0, 0)
    """
    limits = [month_of(now) - relativedelta(months=months) - ZONES] if months else []
    if spans and spans[0].begins:
        limits.append(spans[0].begins + FUTURE)
    return max(limits, default=None)


def droppable(spans: Sequence[Span], earliest: datetime | None) -> list[Span]:
    """Spans none of whose events would be taken again, given the horizon."""
    if earliest is None:
        return []
    return [span for span in spans if span.ends and span.ends + FUTURE <= earliest]


def is_over(last: Span, now: datetime, months: int) -> bool:
    """Whether the running span has lasted for ``months``: the next one begins.

    Where all arrivals so far are in one span, a new one begins at once; then with a month.
    """
    return not last.begins or month_of(last.begins) <= month_of(now) - relativedelta(months=months)
