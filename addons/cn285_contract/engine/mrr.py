"""Monthly recurring revenue."""

from decimal import Decimal
from fractions import Fraction

from .calendar import DAYS, MONTHS, Unit, as_unit
from .errors import RhythmError
from .money import CENT, round_money

# A year is 12 months, 52 weeks or 365 days, so 100 a week is 433.33 a month.
PER_MONTH = {Unit.week: Fraction(52, 12), Unit.day: Fraction(365, 12)}


def monthly_value(
    net_per_period: Decimal, interval: int, unit: Unit | str, rounding: Decimal = CENT
) -> Decimal:
    """Return what a price per ``interval`` units comes to in a month, rounded.

    >>> monthly_value(Decimal(2000), 1, "year")
    Decimal('166.67')
    """
    unit = as_unit(unit)
    if not isinstance(interval, int) or interval < 1:
        raise RhythmError("interval_not_positive", interval=interval)
    factor = PER_MONTH[unit] if unit in DAYS else Fraction(1, MONTHS[unit])
    return round_money(Fraction(net_per_period) * factor / interval, rounding)
