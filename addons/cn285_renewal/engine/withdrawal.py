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
