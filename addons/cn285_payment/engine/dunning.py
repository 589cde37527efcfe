"""Which step a debtor is at, which comes next, and on which day.

A policy is a list of steps by days after the due date of the oldest overdue debt. Deactivation
comes on the day after the last day of grace, not before, and only so many days after the customer
was told; termination some time after the deactivation, and after a notice of its own (Code civil,
1226: a debtor is told before a contract is ended for what he owes). Both need more than the
threshold to be overdue, and spare exempt customers. A promise to pay holds all of it until its day.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...cn285_contract.engine.calendar import add_days

# Steps by which customers are told.
TOLD_BY = ("mail", "letter")
DEACTIVATE, TERMINATE = "deactivate", "terminate"
# What a customer is spared who owes little, or is exempt.
HARD = (DEACTIVATE, TERMINATE)
# Ages of debts: names, and up to how many days after the due date.
AGES = (("not_due", 0), ("age_30", 30), ("age_60", 60), ("age_90", 90), ("age_more", None))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a policy: what is done so many days after the due date."""

    key: Hashable
    days: int
    action: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules; steps of one day are taken in their order.

    ``notice_days``: so long after the customer was told comes a deactivation at the earliest.
    ``terminate_after``: so long after a deactivation; 0: it is for good without an end.
    ``end_notice_days``: so long after the customer was told comes a termination at the earliest.
    """

    steps: Sequence[Step]
    grace_days: int = 0
    grace_least: int = 0
    grace_most: int | None = None
    threshold: Decimal = Decimal(0)
    notice_days: int = 0
    terminate_after: int = 0
    end_notice_days: int = 0

    def grace(self, own: int | None = None) -> int:
        """Return the days of grace of a customer: its own, or the usual ones, within the bounds.

        >>> Policy((), grace_days=15, grace_least=5, grace_most=30).grace(45)
        30
        """
        days = self.grace_days if own is None else own
        most = days if self.grace_most is None else self.grace_most
        return max(min(days, most), self.grace_least, 0)


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a customer owes that is overdue, and since when the oldest of it is."""

    amount: Decimal
    due: date


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done about a debtor.

    ``done``: step → day on which it was done, or left out. ``suspended``: since when it is
    deactivated. ``promised``: day until which the customer promised to pay.
    """

    done: Mapping[Hashable, date] = field(default_factory=dict)
    told: Sequence[date] = ()
    suspended: date | None = None
    promised: date | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A step that is to come, and the day on which it does."""

    step: Step
    day: date


def last_day_of_grace(due: date, grace: int) -> date:
    """Return the last day on which nothing is deactivated.

    >>> last_day_of_grace(date(2026, 2, 10), 15)
    datetime.date(2026, 2, 25)
    """
    return add_days(due, grace)


def age(due: date, today: date) -> str:
    """Return the name of a debt's age.

    >>> age(date(2026, 3, 1), date(2026, 3, 31)), age(date(2026, 3, 1), date(2026, 4, 1))
    ('age_30', 'age_60')
    """
    days = (today - due).days
    return next(name for name, most in AGES if most is None or days <= most)


def net_debts(
    debts: Iterable[tuple[date, Decimal]], credit: Decimal = Decimal(0)
) -> list[tuple[date, Decimal]]:
    """Return what is owed by due date, oldest first, after credit that was given to no debt yet.

    Nobody is dunned for what has been paid, or credited, and was not matched.

    >>> net_debts([(date(2026, 3, 1), Decimal(60)), (date(2026, 2, 1), Decimal(50))], Decimal(70))
    [(datetime.date(2026, 3, 1), Decimal('40'))]
    """
    left = []
    for due, amount in sorted(debts):
        used = min(amount, max(credit, Decimal(0)))
        credit -= used
        if amount > used:
            left.append((due, amount - used))
    return left


def overdue(debts: Iterable[tuple[date, Decimal]], today: date) -> Overdue | None:
    """Return what of net debts is overdue: from the day after the due date on. None: nothing."""
    late = [(due, amount) for due, amount in debts if due < today]
    if not late:
        return None
    return Overdue(sum((amount for _due, amount in late), start=Decimal(0)), min(late)[0])


def by_age(debts: Iterable[tuple[date, Decimal]], today: date) -> dict[str, Decimal]:
    """Return what is owed by the names of :data:`AGES`."""
    sums = {name: Decimal(0) for name, _most in AGES}
    for due, amount in debts:
        sums[age(due, today)] += amount
    return sums


def coming(
    policy: Policy,
    debt: Overdue,
    progress: Progress,
    today: date,
    grace: int | None = None,
    exempt: bool = False,
) -> list[Coming]:
    """Return the steps that are still to come, in order, each with its day, which may be past.

    A step counts as done only where that was after the due date of what is overdue now: what was
    done about an older debt, paid since, was not about this one. What comes before a step that was
    done is over too. Nothing comes before the day after a promise.

    :param grace: the customer's own days of grace, within the policy's bounds
    :param exempt: the customer is spared deactivation and termination
    """
    spared = exempt or debt.amount <= policy.threshold
    done = {key for key, day in progress.done.items() if day > debt.due}
    first = add_days(progress.promised, 1) if progress.promised else None
    # Termination is counted from the deactivation, which has to be known by then.
    steps = sorted(policy.steps, key=lambda step: (step.action == TERMINATE, step.days))
    told_after = [day for day in progress.told if day > debt.due]
    told_next = _next_told(steps, done, debt, max(today, first or today))
    result = []
    for step in steps:
        day = add_days(debt.due, step.days)
        if step.key in done or (step.action in TOLD_BY and _is_over(step, steps, done)):
            continue
        if step.action in HARD:
            if spared:
                continue
            day = _hard_day(policy, step, debt, progress, grace, told_after, told_next, result)
            if day is None:
                continue
        result.append(Coming(step, max(day, first) if first else day))
    return sorted(result, key=lambda one: one.day)


def take(steps: Iterable[Coming], today: date) -> tuple[list[Step], list[Step]]:
    """Return the steps to take today, and those to leave out as a later one says more.

    Where days were missed, several letters would leave at once: only the last of them does.
    """
    due = [one.step for one in steps if one.day <= today]
    telling = [step for step in due if step.action in TOLD_BY]
    left_out = telling[:-1]
    return [step for step in due if step not in left_out], left_out


def may_reactivate(debt: Overdue | None, threshold: Decimal, to_the_threshold: bool) -> bool:
    """Return whether what was deactivated for a debt is activated again.

    :param to_the_threshold: it is enough that no more than the threshold is overdue; otherwise
        nothing is
    """
    if debt is None:
        return True
    return to_the_threshold and debt.amount <= threshold


def _is_over(step: Step, steps: Sequence[Step], done: set[Hashable]) -> bool:
    """Return whether a later letter was sent already."""
    later = steps[steps.index(step) + 1 :]
    return any(other.action in TOLD_BY and other.key in done for other in later)


def _next_told(
    steps: Sequence[Step], done: set[Hashable], debt: Overdue, earliest: date
) -> date | None:
    """Return the day on which the customer is told next; None where no step does it."""
    days = [
        max(add_days(debt.due, step.days), earliest)
        for step in steps
        if step.action in TOLD_BY and step.key not in done and not _is_over(step, steps, done)
    ]
    return min(days, default=None)


def _hard_day(policy, step, debt, progress, grace, told_after, told_next, before) -> date | None:
    """Return the day of a deactivation or termination; None where it does not come."""
    day = add_days(debt.due, step.days)
    if step.action == DEACTIVATE:
        if progress.suspended:
            return None
        day = max(day, add_days(last_day_of_grace(debt.due, policy.grace(grace)), 1))
        notice = policy.notice_days
    else:
        planned = [one.day for one in before if one.step.action == DEACTIVATE]
        suspended = progress.suspended or min(planned, default=None)
        if not policy.terminate_after or not suspended:
            return None
        day = max(day, add_days(suspended, policy.terminate_after))
        notice = policy.end_notice_days
    if not notice:
        return day
    told = min(told_after, default=told_next)
    return max(day, add_days(told, notice)) if told else None
