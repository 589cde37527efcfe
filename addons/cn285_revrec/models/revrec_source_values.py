"""Values that pass between the steps from invoice lines to recognition schedules."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..engine.recognition import Pattern

# Invoice lines read, spread and stored at a time: bounds the memory, whatever there is to do.
CHUNK = 5000


@dataclass
class Source:
    """An invoice line, a row's share of one, or a row not yet invoiced."""

    columns: dict  # of the schedule
    pattern: Pattern
    amount: Decimal
    amount_currency: Decimal
    currency: object
    earliest: date  # last day of the first month that it may be recognised in
    schedule_id: int = 0  # the one that exists already
    origin: object = None  # Origin: what a credit note takes back
    credited: object = None  # Credited: where to look for that, for credits of days
    lines: list = field(default_factory=list)


@dataclass
class Origin:
    """What a credit takes back of a schedule, by month.

    Without ``days``: what is not recognised yet. With them: all that it earns, and which of its
    days, ``[start, end)`` like its ``service``, are given back.
    """

    schedule_id: int
    parts: list
    parts_currency: list
    service: tuple = ()
    days: tuple = ()


@dataclass
class Credited:
    """A billing row or an invoice line of which days are given back."""

    row_id: int = 0
    line_id: int = 0


class Missing(Exception):
    """An account that is needed and not set; says which and where."""


def unit_of(currency):
    """The currency's rounding unit, as a decimal."""
    return Decimal(repr(currency.rounding))


def next_day(day):
    return date.fromordinal(day.toordinal() + 1)


def day_before(day):
    return date.fromordinal(day.toordinal() - 1)
