"""Withdrawal: how long a customer may renounce a contract that was concluded at a distance.

How many days there are, and whether a period ends on working days only, is the law's business: see
``models/law``. The first day is not counted.
"""

from dataclasses import dataclass
from datetime import date

from ...cn285_contract.engine.calendar import add_days, add_months
from .holidays import WorkingDays


@dataclass(frozen=True, slots=True)
class WithdrawalPeriod:
    """How long a right of withdrawal lasts.

    ``days``: from the conclusion. ``uninformed_months``: by how much it is longer at most where the
    customer was not told of it. ``working_days``: where given, a period that would end on another
    day ends on the next of these.
    """

    days: int
    uninformed_months: int = 0
    working_days: WorkingDays | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Whether the service was to begin before the period is over, and what is known of that.

    ``requested``: the customer expressly asked for it; ``proved``: the request is kept, with its
    day and words (L221-25); ``last_day``: the last day of what is served, None where it goes on.
    """

    requested: bool = False
    proved: bool = False
    last_day: date | None = None

    @property
    def is_owed(self) -> bool:
        """Return whether days served before a withdrawal are owed: only by a request on record."""
        return self.requested and self.proved


def right_is_lost(start: Start, today: date) -> bool:
    """Tell whether a service was fully performed, so that there is no right any more (L221-28, 1°).

    Only where it began by the customer's request, which says that the right is lost then; a last
    day is served when it is over.

    >>> right_is_lost(Start(True, True, date(2026, 1, 5)), date(2026, 1, 6))
    True
    """
    return start.is_owed and start.last_day is not None and start.last_day < today


def withdrawal_deadline(
    concluded: date, period: WithdrawalPeriod, informed: date | None = None
) -> date:
    """Return the last day on which the customer may renounce.

    ``informed``: the day on which the customer was told of the right, where that was after the
    conclusion; ``date.max`` where that never was. The period then runs from that day, and ends so
    many months after its normal end at the latest.

    >>> withdrawal_deadline(date(2025, 3, 15), WithdrawalPeriod(14, working_days=WorkingDays()))
    datetime.date(2025, 3, 31)
    """
    last = add_days(concluded, period.days)
    if informed is not None and informed > concluded:
        latest = add_months(last, period.uninformed_months)
        last = min(latest, add_days(informed, period.days)) if informed < latest else latest
    return last if period.working_days is None else period.working_days.from_(last)
