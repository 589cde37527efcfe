"""How a contract starts: what is asked for before, and whether what was paid is enough.

A contract that is *paid first* asks for what would be billed if it were confirmed today. The
customer agrees to the amount that he is shown when he begins to pay. Until the contract is
confirmed time may pass, and somebody may edit the draft:

- what was paid is enough for what is due: it is confirmed, and more than enough stays as credit;
- it is not enough, but was on the day on which he agreed: only time has passed; it is confirmed,
  and the rest is open on its invoices;
- it is not enough for that day either: what he agreed to is not what the draft says. Somebody has
  to decide; nothing is confirmed by itself, and nothing of the payment is undone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)
# How long a link can be used, where nothing else is set, in days.
LINK_DAYS = 14


class Verdict(Enum):
    """What follows from a payment: the contract is confirmed, or somebody decides."""

    start = "start"
    decide = "decide"


@dataclass(frozen=True, slots=True)
class Due:
    """An invoice that a confirmation would make: its day, and its total with tax."""

    day: date
    total: Decimal


def due_at_start(invoices: Iterable[Due]) -> Decimal:
    """Return what invoices come to that are due at the start; credits never ask for less than 0.

    >>> due_at_start([Due(date(2026, 1, 1), Decimal("120.00"))])
    Decimal('120.00')
    """
    return max(sum((one.total for one in invoices), ZERO), ZERO)


def still_to_pay(due: Decimal, paid: Decimal) -> Decimal:
    """Return what of an amount is not paid yet, never below zero."""
    return max(due - paid, ZERO)


def verdict(paid: Decimal, due_now: Decimal, due_when_agreed: Decimal) -> Verdict:
    """Say whether a contract starts by what was paid.

    >>> verdict(Decimal(120), Decimal(240), Decimal(120))
    <Verdict.start: 'start'>
    >>> verdict(Decimal(120), Decimal(150), Decimal(150))
    <Verdict.decide: 'decide'>
    """
    if paid >= due_now or paid >= due_when_agreed:
        return Verdict.start
    return Verdict.decide


def last_day(asked: date, days: int) -> date:
    """Return the last day on which a link can be used: so many days after it was sent.

    >>> last_day(date(2026, 1, 31), 14)
    datetime.date(2026, 2, 14)
    """
    return asked + timedelta(days=max(days, 0))


def is_over(last: date | None, today: date) -> bool:
    """Return whether a link's last day is past; one without a last day never is.

    >>> is_over(date(2026, 2, 14), date(2026, 2, 14)), is_over(date(2026, 2, 14), date(2026, 2, 15))
    (False, True)
    """
    return last is not None and last < today
