"""What is owed on top of a refund that comes late, where a law has a scale of its own for it.

Percentages by days of delay, legal interest where the scale says so, and never without words: where
a legal rate is missing, what can be told is told, and the missing rate is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.calendar import add_days, add_months
from ...cn285_contract.engine.money import CENT, round_money
from .errors import RenewalError
from .interest import LegalRate, interest_parts


@dataclass(frozen=True, slots=True)
class Band:
    """So much is owed for a delay of at most ``until`` days (0: of any length).

    ``percent`` of what is refunded; ``legal``: the legal interest instead. ``by_month`` points more
    for each month that begins after the band before it.
    """

    until: int
    percent: Decimal = Decimal(0)
    legal: bool = False
    by_month: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Surcharge:
    """What is owed on top; ``missing``: the first day without a legal rate, from which on none is
    counted, or None.
    """

    amount: Decimal
    missing: date | None = None


def late_surcharge(
    refund: Decimal,
    price: Decimal,
    due: date,
    paid: date,
    bands: Sequence[Band],
    rates: Sequence[LegalRate],
    rounding: Decimal = CENT,
) -> Surcharge:
    """Return what is owed on top of ``refund``, due on ``due`` and paid on ``paid``.

    ``bands`` are in order of their delays. Points that grow by the month stop where they reach
    ``price``, that of what was sold; from the month on in which they would pass it, legal interest
    is added to it.

    >>> scale = [Band(30, Decimal(10)), Band(60, Decimal(20))]
    >>> late_surcharge(Decimal(438), Decimal(438), date(2026, 1, 1), date(2026, 2, 15), scale, [])
    Surcharge(amount=Decimal('87.60'), missing=None)
    """
    delay = (paid - due).days
    if delay <= 0:
        return Surcharge(round_money(0, rounding))
    before = 0
    for band in bands:
        if not band.until or delay <= band.until:
            return _of_band(band, before, refund, price, due, paid, rates, rounding)
        before = band.until
    return Surcharge(round_money(0, rounding))


def _of_band(
    band: Band,
    before: int,
    refund: Decimal,
    price: Decimal,
    due: date,
    paid: date,
    rates: Sequence[LegalRate],
    rounding: Decimal,
) -> Surcharge:
    if band.legal:
        return _legal(refund, due, paid, rates, rounding, Fraction(0))
    start = add_days(due, before)
    share = Fraction(band.percent) / 100
    months = 0
    while band.by_month and add_months(start, months) < paid:
        months += 1
        grown = share + Fraction(band.by_month) * months / 100
        if Fraction(refund) * grown > price:
            # The month in which the price is passed: from its first day on, legal interest.
            reached = max(add_months(start, months - 1), due)
            return _legal(refund, reached, paid, rates, rounding, Fraction(price))
    total = Fraction(refund) * (share + Fraction(band.by_month) * months / 100)
    return Surcharge(round_money(min(total, Fraction(price)) if band.by_month else total, rounding))


def _legal(
    refund: Decimal,
    due: date,
    paid: date,
    rates: Sequence[LegalRate],
    rounding: Decimal,
    on_top_of: Fraction,
) -> Surcharge:
    """Return an amount and the legal interest of the days after ``due``, as far as it is known."""
    missing = None
    try:
        parts = interest_parts(refund, due, paid, rates)
    except RenewalError as error:
        if error.code != "no_legal_rate":
            raise
        missing = error.values["day"]
        assert isinstance(missing, date)
        parts = interest_parts(refund, due, add_days(missing, -1), rates)
    total = on_top_of + sum((part.amount for part in parts), start=Fraction(0))
    return Surcharge(round_money(total, rounding), missing)
