"""Renewal notices: when must customers be told, and what follows where they were not.

The last day to refuse D is the term's last day less the notice period. The notice is in time
within a window before D that the law sets, or the contract, both days included. Where it is
missing, early, late or does not say what it has to, the customer may leave at any time from the
renewal on, free of charge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ...cn285_contract.engine.calendar import add_days
from .errors import RenewalError
from .term import Duration


@dataclass(frozen=True, slots=True)
class NoticeWindow:
    """The days that decide about a notice, all inclusive. ``renewal_day``: the new term's first."""

    last_day_to_refuse: date
    earliest: date
    latest: date
    renewal_day: date

    def reminder_day(self, days_left: int) -> date:
        """Return the day to chase a notice: so many days before the last one to send it."""
        return max(self.earliest, add_days(self.latest, -days_left))


def notice_window(
    term_last_day: date,
    notice: Duration,
    opens: Duration,
    closes: Duration,
) -> NoticeWindow:
    """Return when a term that ends on ``term_last_day`` can be refused, and announced.

    ``notice`` is the customer's notice period. ``opens`` and ``closes`` say how long before the
    last day to refuse the announcement may come. Raises ``notice_window_reversed``.

    >>> window = notice_window(date(2026, 3, 14), Duration(1), Duration(3), Duration(1))
    >>> [str(day) for day in (window.last_day_to_refuse, window.earliest, window.latest)]
    ['2026-02-14', '2025-11-14', '2026-01-14']
    """
    refuse_by = notice.before(term_last_day)
    earliest, latest = opens.before(refuse_by), closes.before(refuse_by)
    if earliest > latest:
        raise RenewalError("notice_window_reversed", earliest=earliest, latest=latest)
    return NoticeWindow(refuse_by, earliest, latest, add_days(term_last_day, 1))


class NoticeStatus(str, Enum):
    """What became of a notice. The last four set the customer free after the renewal."""

    planned = "planned"  # its window has not opened
    due = "due"  # may be sent now
    on_time = "on_time"
    early = "early"
    late = "late"
    malformed = "malformed"  # in time, but without what it must say, or never delivered
    missed = "missed"

    @property
    def frees_customer(self) -> bool:
        """Tell whether the customer may leave free of charge once the contract has renewed."""
        return self in _FAILED


_FAILED = frozenset(
    {NoticeStatus.early, NoticeStatus.late, NoticeStatus.malformed, NoticeStatus.missed}
)


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt: the day it left, whether it said what it must, whether it came back."""

    day: date
    well_formed: bool = True
    bounced: bool = False

    @property
    def counts(self) -> bool:
        """Tell whether the customer was informed by it."""
        return self.well_formed and not self.bounced


def notice_status(window: NoticeWindow, sendings: Sequence[Sending], today: date) -> NoticeStatus:
    """Return what the attempts come to on ``today``: one good one in time is enough.

    While the window is still open, a failed or early attempt leaves the notice due: it can be
    repeated in the window. Only once that has closed is the customer free, and the status says why.
    """
    good = [sending.day for sending in sendings if sending.counts]
    if any(window.earliest <= day <= window.latest for day in good):
        return NoticeStatus.on_time
    if today < window.earliest:
        return NoticeStatus.planned
    if today <= window.latest:
        return NoticeStatus.due
    if any(day > window.latest for day in good):
        return NoticeStatus.late
    if len(good) < len(sendings):
        return NoticeStatus.malformed
    return NoticeStatus.early if good else NoticeStatus.missed


def free_exit_from(window: NoticeWindow, status: NoticeStatus) -> date | None:
    """Return the day from which the customer may leave at any time, free of charge, if any."""
    return window.renewal_day if status.frees_customer else None


def refund_due(termination_day: date, days: int) -> date:
    """Return the last day on which advances are refunded without interest.

    >>> refund_due(date(2026, 6, 15), 30)
    datetime.date(2026, 7, 15)
    """
    return add_days(termination_day, days)
