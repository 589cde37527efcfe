"""Price revision at a renewal: by a percentage, or as an index has moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import round_money
from .errors import RenewalError


@dataclass(frozen=True, slots=True)
class IndexValue:
    """The value of an index that counts from ``start`` until the next one."""

    start: date
    value: Decimal


def index_at(values: Sequence[IndexValue], day: date) -> IndexValue:
    """Return the value in force on ``day``; raise ``no_index_value``."""
    known = [value for value in values if value.start <= day]
    if not known:
        raise RenewalError("no_index_value", day=day)
    return max(known, key=lambda value: value.start)


def percent_factor(percent: Decimal) -> Fraction:
    """Return the factor of a revision by ``percent`` (2 raises by 2 %); raise ``bad_revision``."""
    if percent <= -100:
        raise RenewalError("bad_revision", percent=percent)
    return 1 + Fraction(percent) / 100


def index_factor(base: IndexValue, current: IndexValue, cap: Decimal | None = None) -> Fraction:
    """Return current over base, P1 = P0 × S1 / S0, raised by ``cap`` percent at most.

    Raises ``bad_index_value``.
    """
    for value in (base, current):
        if value.value <= 0:
            raise RenewalError("bad_index_value", value=value.value)
    factor = Fraction(current.value) / Fraction(base.value)
    return factor if cap is None else min(factor, percent_factor(cap))


def revised_price(price: Decimal, factor: Fraction, digits: int = 2) -> Decimal:
    """Return the new price of one unit, rounded once to ``digits`` decimals.

    >>> revised_price(Decimal("100"), index_factor(
    ...     IndexValue(date(2025, 1, 1), Decimal("312.4")),
    ...     IndexValue(date(2026, 1, 1), Decimal("319.8"))))
    Decimal('102.37')
    """
    return round_money(Fraction(price) * factor, Decimal(1).scaleb(-digits))
