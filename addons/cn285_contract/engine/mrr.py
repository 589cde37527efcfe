"""Monthly recurring revenue: what an item is worth in a month, on a day.

On a day, an item is worth what one full period costs by the terms of that day, normalised to a
month: exact, and rounded where it is shown. Days that are not billed (before billing starts, after
the end, in a pause that is not owed) are worth nothing, whatever state a record is in.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .calendar import DAYS, MONTHS, Unit, as_unit
from .changes import Price
from .errors import RhythmError
from .money import CENT, round_money
from .periods import period_at
from .plan import Stretch, end_of_terms
from .pricing import DiscountWindow

# A year is 12 months, 52 weeks or 365 days, so 100 a week is 433.33 a month.
PER_MONTH = {Unit.week: Fraction(52, 12), Unit.day: Fraction(365, 12)}


def per_month(amount: Decimal | Fraction, interval: int, unit: Unit | str) -> Fraction:
    """Return what an amount per ``interval`` units comes to in a month, exactly.

    Raises ``interval_not_positive`` and ``unknown_unit``.

    >>> per_month(Decimal(2000), 1, "year")
    Fraction(500, 3)
    """
    unit = as_unit(unit)
    if not isinstance(interval, int) or interval < 1:
        raise RhythmError("interval_not_positive", interval=interval)
    factor = PER_MONTH[unit] if unit in DAYS else Fraction(1, MONTHS[unit])
    return Fraction(amount) * factor / interval


def monthly_value(
    net_per_period: Decimal, interval: int, unit: Unit | str, rounding: Decimal = CENT
) -> Decimal:
    """Return :func:`per_month` rounded.

    >>> monthly_value(Decimal(2000), 1, "year")
    Decimal('166.67')
    """
    return round_money(per_month(net_per_period, interval, unit), rounding)


def stretch_on(stretches: Sequence[Stretch], day: date) -> Stretch | None:
    """Return the terms by which an item is billed for a day, None where it is not.

    ``stretches``: the item's history, see :func:`plan.plan_stretches`.
    """
    if not stretches or stretches[0].terms.rhythm is None:
        return None
    life_end = end_of_terms(stretches[0].terms)
    for stretch in stretches:
        if not max(stretch.start, stretch.terms.start) <= day:
            continue
        ends = (stretch.end, life_end, stretch.terms.end)
        if all(end is None or day < end for end in ends):
            return stretch if stretch.owed else None
    return None


def next_day(
    stretches: Sequence[Stretch], windows: Sequence[DiscountWindow], day: date, asks: bool
) -> date | None:
    """Return the first day after ``day`` on which an item may be worth something else.

    By the mere passing of time: something begins or ends; where a pricelist is asked (``asks``)
    also the next period. None where nothing is to come.
    """
    days: set[date | None] = set()
    for stretch in stretches:
        terms = stretch.terms
        days |= {stretch.start, stretch.end, terms.start, end_of_terms(terms)}
    for window in windows:
        days |= {window.start, window.end}
    now = stretch_on(stretches, day) if asks else None
    if now is not None and now.terms.rhythm is not None:
        days.add(period_at(now.terms.rhythm, day, now.terms.start, end_of_terms(now.terms)).end)
    return min((found for found in days if found is not None and found > day), default=None)


def full_price(price: Price, day: date) -> Fraction:
    """Return what a full period costs by the price and the discounts of a day, exactly.

    The order is that of an invoice (:mod:`pricing`): the discount in percent, then the discount
    period in force. An amount off never turns a price into a credit.
    """
    value = Fraction(price.quantity) * Fraction(price.price_unit)
    value *= 1 - Fraction(price.discount) / 100
    sign = -1 if value < 0 else 1
    for window in price.windows:
        if _in_force(window, day):
            value *= 1 - Fraction(window.percent) / 100
            value -= sign * Fraction(window.amount)
    return value if value * sign > 0 else Fraction(0)


def _in_force(window: DiscountWindow, day: date) -> bool:
    return window.start <= day and (window.end is None or day < window.end)


def monthly_on(stretches: Sequence[Stretch], price: Price, day: date) -> Fraction:
    """Return an item's monthly recurring revenue on a day, exactly; ``price``: that of the day."""
    stretch = stretch_on(stretches, day)
    if stretch is None:
        return Fraction(0)
    rhythm = stretch.terms.rhythm
    assert rhythm is not None
    return per_month(full_price(price, day), rhythm.interval, rhythm.unit)
