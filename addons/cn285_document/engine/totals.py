"""What the lines of a contract come to: by their rhythms, and by the month."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

# Months in a unit of a rhythm; days and weeks by the year of 365 days.
MONTHS = {
    "day": Decimal(12) / 365,
    "week": Decimal(12) * 7 / 365,
    "month": Decimal(1),
    "quarter": Decimal(3),
    "semester": Decimal(6),
    "year": Decimal(12),
}


class Line(NamedTuple):
    """What a line costs each time: every ``count`` ``unit``; unit None: once."""

    rhythm: str
    count: int
    unit: str | None
    amount: float


def by_rhythm(lines: Sequence[Line]) -> list[tuple[str, float]]:
    """Return ``(rhythm, total)`` in the order in which rhythms come; to the cent of the lines.

    >>> by_rhythm([Line("Monthly", 1, "month", 10.1), Line("Monthly", 1, "month", 0.2)])
    [('Monthly', 10.3)]
    """
    totals: dict[str, Decimal] = {}
    for line in lines:
        totals[line.rhythm] = totals.get(line.rhythm, Decimal(0)) + _exact(line.amount)
    return [(rhythm, float(total)) for rhythm, total in totals.items()]


def per_month(lines: Sequence[Line]) -> float | None:
    """Return what all that recurs comes to by the month, unrounded.

    None where the rhythms tell it already: all lines that recur do so monthly, or none does.

    >>> per_month([Line("Yearly", 1, "year", 120.0), Line("Monthly", 1, "month", 5.0)])
    15.0
    """
    recurring = [line for line in lines if line.unit]
    if all((line.count, line.unit) == (1, "month") for line in recurring):
        return None
    return float(
        sum(
            (_exact(line.amount) / (MONTHS[line.unit] * line.count) for line in recurring),
            Decimal(0),
        )
    )


def _exact(amount: float) -> Decimal:
    return Decimal(repr(amount))
