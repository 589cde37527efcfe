"""Billing on a threshold, before the period ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ...cn285_contract.engine.money import CENT
from .errors import UsageError
from .exact import EXACT, ZERO, as_choice, as_input, not_negative, positive
from .rating import Rating, close, draft

# What only the end of a period owes: usage to come may still fill it.
_AT_THE_END = "minimum"


class Measure(str, Enum):
    """What is compared with the threshold."""

    quantity = "quantity"
    amount = "amount"


class Repeat(str, Enum):
    """``once`` a period, or at ``each`` multiple of the threshold."""

    once = "once"
    each = "each"


@dataclass(frozen=True, slots=True)
class Running:
    """The usage of a period so far, and what it is rated at (rounded money)."""

    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """An invoice that a threshold calls for: its amount, and the steps that it bills."""

    amount: Decimal
    steps: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """Reached when the running total is at or above ``value``.

    Once a period, the invoice is of the running amount. At each multiple it is of ``step_amount``
    a step (a threshold of amount may leave it out: then a step is the threshold itself); the
    multiples go on over as long as the running totals do, a period or a whole contract.
    """

    value: Decimal
    measure: Measure = Measure.amount
    repeat: Repeat = Repeat.once
    step_amount: Decimal | None = None

    def __post_init__(self) -> None:
        positive(self.value)
        object.__setattr__(self, "measure", as_choice(Measure, self.measure))
        object.__setattr__(self, "repeat", as_choice(Repeat, self.repeat))
        if self.repeat is Repeat.once:
            if self.step_amount is not None:
                raise UsageError("step_amount_not_wanted")
        elif self.step_amount is not None:
            not_negative(self.step_amount, "negative_price")
        elif self.measure is Measure.quantity:
            raise UsageError("step_amount_needed")
        else:
            object.__setattr__(self, "step_amount", self.value)

    def due(self, running: Running, steps: int = 0, invoiced: Decimal = ZERO) -> Due | None:
        """Return the invoice that is due now, if any.

        ``steps`` were billed before, and ``invoiced`` is what was billed of the running amount
        before. Several multiples passed at once make one invoice. A total that falls and rises
        again over a billed step bills nothing: the period's end squares it.
        """
        reached = running.quantity if self.measure is Measure.quantity else running.amount
        reached, invoiced = as_input(reached), as_input(invoiced)
        if reached < self.value:
            return None
        if self.repeat is Repeat.each:
            new = int(EXACT.divide_int(reached, self.value)) - steps
            return Due(EXACT.multiply(new, self.step_amount), new) if new > 0 else None
        open_amount = EXACT.subtract(running.amount, invoiced)
        return None if steps or open_amount <= 0 else Due(open_amount, 1)


def rest(owed: Decimal, invoices: Iterable[Due]) -> Decimal:
    """Return what remains of a period's whole debt after its threshold invoices.

    Negative where they came to more, which is then to be credited.
    """
    remaining = as_input(owed)
    for invoice in invoices:
        remaining = EXACT.subtract(remaining, invoice.amount)
    return remaining


def replay(threshold: Threshold, totals: Iterable[Running], steps: int = 0) -> list[Due]:
    """Return the invoices that running totals, in the order of time, call for.

    ``steps`` were billed before these totals, in a series that goes over several periods.
    """
    invoices: list[Due] = []
    billed = ZERO
    for running in totals:
        due = threshold.due(running, steps, billed)
        if due is not None:
            invoices.append(due)
            steps += due.steps
            billed = EXACT.add(billed, due.amount)
    return invoices


def so_far(rating: Rating) -> Rating:
    """Return the rating of a running period without its minimum, which only its end owes."""
    lines = tuple(line for line in rating.lines if line.code != _AT_THE_END)
    if len(lines) == len(rating.lines):
        return rating
    unrounded, amount = rating.unrounded, rating.amount
    for line in rating.lines:
        if line.code == _AT_THE_END:
            unrounded = EXACT.subtract(unrounded, line.exact)
            amount = EXACT.subtract(amount, line.amount)
    notes = tuple(note for note in rating.notes if note.values.get("kind") != _AT_THE_END)
    return Rating(rating.quantity, unrounded, amount, lines, notes)


def running(ratings: Iterable[Rating]) -> Running:
    """Return what the ratings of a running period, by all its calculators, come to so far."""
    quantity, amount = ZERO, ZERO
    for rating in map(so_far, ratings):
        quantity = EXACT.add(quantity, rating.quantity)
        amount = EXACT.add(amount, rating.amount)
    return Running(quantity, amount)


def billed_before(amount: Decimal, rounding: Decimal = CENT) -> Rating:
    """Return the rating of what thresholds have billed elsewhere: an amount, and no units."""
    return close(ZERO, [draft("threshold_step", Decimal(1), as_input(amount))], rounding)


def step_rating(threshold: Threshold, due: Due, rounding: Decimal = CENT) -> Rating:
    """Return the rating of steps that are billed at a fixed amount each.

    It has no units: those are the period's, whose rest is billed at its end.
    """
    line = draft("threshold_step", Decimal(due.steps), threshold.step_amount)
    return close(ZERO, [line], rounding)
