"""Top-ups by rule: when a wallet is filled up, and by how much.

A rule fills up after each interval, counted from its first day, or as soon as the balance is down
to a threshold. It adds a fixed amount, or what is missing to a target. One top-up waits at a time,
and a calendar month has a cap.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from ...cn285_contract.engine.calendar import Unit, add_days, add_months

ZERO = Decimal(0)


class Trigger(str, Enum):
    """When a rule fills up."""

    interval = "interval"
    threshold = "threshold"


class Amount(str, Enum):
    """How much a rule adds."""

    fixed = "fixed"
    target = "target"


class No(str, Enum):
    """Why a rule does nothing today."""

    pending = "pending"
    not_due = "not_due"
    above = "above"
    enough = "enough"
    cap = "cap"


@dataclass(frozen=True, slots=True)
class Rule:
    """A customer's standing order. ``cap`` of None: a month has none."""

    trigger: Trigger
    amount: Amount
    value: Decimal
    threshold: Decimal = ZERO
    first_day: date | None = None
    every: int = 1
    unit: Unit = Unit.month
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a wallet stands.

    ``balance``: what can be drawn; ``pending``: a top-up waits for its payment; ``last_day``: the
    day of the rule's last top-up; ``this_month``: what was topped up, or waits, in this calendar
    month, by any way.
    """

    balance: Decimal
    pending: bool = False
    last_day: date | None = None
    this_month: Decimal = ZERO


def due_day(rule: Rule, last_day: date | None) -> date | None:
    """Return the day on which an interval's next top-up is due, from the rule's first day.

    31 January, 28 February, 31 March: each is counted from the first day. Missed ones are not made
    up for: what is due is the first day after the last top-up.

    >>> rule = Rule(Trigger.interval, Amount.fixed, Decimal(50), first_day=date(2026, 1, 31))
    >>> due_day(rule, None), due_day(rule, date(2026, 1, 31)), due_day(rule, date(2026, 2, 28))
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    """
    if rule.trigger is not Trigger.interval or rule.first_day is None:
        return None
    if last_day is None or last_day < rule.first_day:
        return rule.first_day
    number = 1
    while True:
        day = _after(rule, number)
        if day > last_day:
            return day
        number += 1


def top_up(rule: Rule, standing: Standing, today: date) -> Decimal | No:
    """Return how much is to be topped up today, above zero, or why nothing is.

    >>> rule = Rule(Trigger.threshold, Amount.target, Decimal(100), threshold=Decimal(20))
    >>> top_up(rule, Standing(Decimal("19.50")), date(2026, 1, 1))
    Decimal('80.50')
    >>> top_up(rule, Standing(Decimal("20.01")), date(2026, 1, 1))
    <No.above: 'above'>
    """
    if standing.pending:
        return No.pending
    if rule.trigger is Trigger.interval:
        day = due_day(rule, standing.last_day)
        if day is None or day > today:
            return No.not_due
    elif standing.balance > rule.threshold:
        return No.above
    wish = rule.value
    if rule.amount is Amount.target:
        wish = rule.value - standing.balance
    if wish <= 0:
        return No.enough
    if rule.cap is not None:
        wish = min(wish, rule.cap - standing.this_month)
    return wish if wish > 0 else No.cap


def _after(rule, number):
    count = number * rule.every
    months = {Unit.month: 1, Unit.quarter: 3, Unit.semester: 6, Unit.year: 12}
    if rule.unit in months:
        return add_months(rule.first_day, count * months[rule.unit])
    return add_days(rule.first_day, count * {Unit.day: 1, Unit.week: 7}[rule.unit])
