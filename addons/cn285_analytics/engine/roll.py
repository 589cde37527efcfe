"""Roll-forwards of recurring revenue, and the ratios of them.

A roll-forward is of customers and of a span of days. Those of several customers add up; those of
several spans do not: a span has its own opening, and its own customers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from .movements import Movement

ZERO = Decimal(0)
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Roll:
    """Opening, what moved and closing of some customers, in the company's currency, unrounded.

    ``base_loss`` and ``base_gain`` are losses (contraction, churn) and expansion of those who were
    customers at the opening. Losses are positive numbers. ``logos``: customers.
    """

    opening: Decimal = ZERO
    new: Decimal = ZERO
    reactivation: Decimal = ZERO
    expansion: Decimal = ZERO
    contraction: Decimal = ZERO
    churn: Decimal = ZERO
    transfer: Decimal = ZERO
    pause: Decimal = ZERO
    currency: Decimal = ZERO
    closing: Decimal = ZERO
    base_loss: Decimal = ZERO
    base_gain: Decimal = ZERO
    logos_opening: int = 0
    logos_new: int = 0
    logos_back: int = 0
    logos_lost: int = 0
    logos_closing: int = 0
    logos_paying: int = 0

    def __add__(self, other: "Roll") -> "Roll":
        return Roll(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def arr(self) -> Decimal:
        """Annual recurring revenue: twelve times the unrounded closing."""
        return 12 * self.closing

    @property
    def arpa(self) -> Fraction | None:
        """Closing for each paying customer; None without any."""
        return _ratio(self.closing, self.logos_paying)

    @property
    def logo_churn(self) -> Fraction | None:
        """Customers of the opening that are gone at the end, of those of the opening."""
        return _ratio(self.logos_lost, self.logos_opening)

    @property
    def gross_churn(self) -> Fraction | None:
        """What the opening's customers took away, of the opening."""
        return _ratio(self.base_loss, self.opening)

    @property
    def net_churn(self) -> Fraction | None:
        """The same, less what these customers added."""
        return _ratio(self.base_loss - self.base_gain, self.opening)

    @property
    def grr(self) -> Fraction | None:
        """Gross revenue retention."""
        return None if self.gross_churn is None else 1 - self.gross_churn

    @property
    def nrr(self) -> Fraction | None:
        """Net revenue retention."""
        return None if self.net_churn is None else 1 - self.net_churn

    @property
    def quick_ratio(self) -> Fraction | None:
        """What was won for each unit lost; None where nothing was lost."""
        return _ratio(self.new + self.reactivation + self.expansion, self.contraction + self.churn)


def _ratio(part: Decimal | int, whole: Decimal | int) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole > 0 else None


def roll_of(rows: Iterable[Movement], start: date, end: date) -> Roll:
    """Return the roll-forward of one customer over the days ``[start, end)``."""
    before, within = [], []
    for row in rows:
        if row.day < start:
            before.append(row)
        elif row.day < end:
            within.append(row)
    opening = sum((row.company for row in before), start=ZERO)
    logos = sum(row.logos for row in before)
    return _rolled(opening, logos, _paid(before), within)


def _paid(rows: Iterable[Movement]) -> Decimal:
    return sum((row.amount for row in rows), start=ZERO)


def _rolled(opening: Decimal, logos: int, paid: Decimal, within: Iterable[Movement]) -> Roll:
    sums = dict.fromkeys(
        ("new", "reactivation", "expansion", "contraction", "churn", "transfer", "pause"), ZERO
    )
    sums.update(currency=ZERO, internal=ZERO)
    now, by_transfer, came = logos, False, {"new": 0, "reactivation": 0}
    for row in within:
        sums[row.kind] += row.company
        paid += row.amount
        if row.logos:
            now += row.logos
            by_transfer = row.kind == "transfer"
            if row.kind in came:
                came[row.kind] += 1
    total = sum(sums.values(), start=ZERO)
    loss = -(sums["contraction"] + sums["churn"])
    return Roll(
        opening=opening,
        new=sums["new"],
        reactivation=sums["reactivation"],
        expansion=sums["expansion"],
        contraction=-sums["contraction"],
        churn=-sums["churn"],
        transfer=sums["transfer"],
        pause=sums["pause"],
        currency=sums["currency"] + sums["internal"],
        closing=opening + total,
        base_loss=loss if logos else ZERO,
        base_gain=sums["expansion"] if logos else ZERO,
        logos_opening=logos,
        logos_new=came["new"],
        logos_back=came["reactivation"],
        logos_lost=int(logos > 0 and now <= 0 and not by_transfer),
        logos_closing=now,
        logos_paying=int(paid > 0),
    )


@dataclass(frozen=True, slots=True)
class Month:
    """A customer's month: its first day, the customer's cohort and how many months after it."""

    start: date
    cohort: date
    number: int
    roll: Roll


def months_of(rows: Iterable[Movement], today: date) -> Iterator[Month]:
    """Yield the months of a customer that have something in them, up to that of ``today``.

    Of the current month, what has moved until today. The cohort is the month of the customer's
    first day above zero, and stays.
    """
    ordered = sorted((row for row in rows if row.day <= today), key=lambda row: row.day)
    if not ordered:
        return
    start = ordered[0].day.replace(day=1)
    cohort: date | None = None
    opening, logos, paid, number = ZERO, 0, ZERO, 0
    while start <= today:
        end = start + relativedelta(months=1)
        within = []
        while number < len(ordered) and ordered[number].day < end:
            within.append(ordered[number])
            number += 1
        roll = _rolled(opening, logos, paid, within)
        if cohort is None and (roll.closing > 0 or any(row.company > 0 for row in within)):
            cohort = start
        if cohort and (within or roll.opening or roll.closing or logos):
            yield Month(start, cohort, _months_between(cohort, start), roll)
        opening, logos = roll.closing, roll.logos_closing
        paid += _paid(within)
        if number == len(ordered) and not opening and not logos:
            return
        start = end


def next_month(month: Month) -> Month:
    """Return the month after, in which nothing has moved yet."""
    roll = month.roll
    return Month(
        month.start + relativedelta(months=1),
        month.cohort,
        month.number + 1,
        replace(
            Roll(),
            opening=roll.closing,
            closing=roll.closing,
            logos_opening=roll.logos_closing,
            logos_closing=roll.logos_closing,
            logos_paying=roll.logos_paying,
        ),
    )


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


@dataclass(frozen=True, slots=True)
class Retention:
    """What is left of a cohort after ``number`` months."""

    cohort: date
    number: int
    logos: int
    value: Decimal


def cohorts(months: Iterable[Month]) -> dict[tuple[date, int], Retention]:
    """Return what is left of each cohort, by cohort and number of months after it."""
    found: dict[tuple[date, int], Retention] = {}
    for month in months:
        key = month.cohort, month.number
        known = found.get(key, Retention(*key, 0, ZERO))
        found[key] = replace(
            known,
            logos=known.logos + month.roll.logos_closing,
            value=known.value + month.roll.closing,
        )
    return found
