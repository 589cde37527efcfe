"""Rounding of money."""

from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from .errors import AmountError

CENT = Decimal("0.01")
# Enough digits that no amount of money is ever rounded by the arithmetic itself.
_WIDE = Context(prec=60)


def round_money(x: Decimal | Fraction | int, rounding: Decimal = CENT) -> Decimal:
    """Return the multiple of ``rounding`` nearest to ``x``, ties away from zero.

    That is Odoo's HALF-UP. ``rounding`` is the currency's unit, such as 0.01, 1 or 0.05. The result
    has the unit's decimals (none for 10), and zero has no sign. Raises ``bad_rounding`` and
    ``not_a_number``.

    >>> round_money(Decimal("-2.675")), round_money(Decimal("1.025"), Decimal("0.05"))
    (Decimal('-2.68'), Decimal('1.05'))
    """
    if isinstance(x, float):
        raise TypeError("money is Decimal or Fraction, not float")
    unit, unit_numerator, unit_denominator = _unit(rounding)
    if isinstance(x, Decimal) and not x.is_finite():
        raise AmountError("not_a_number", value=x)
    # In whole numbers: several times faster than dividing fractions, and just as exact.
    numerator, denominator = x.as_integer_ratio()
    denominator *= unit_numerator
    count = (2 * abs(numerator) * unit_denominator + denominator) // (2 * denominator)
    return _WIDE.multiply(unit, -count if numerator < 0 else count)


@lru_cache(maxsize=64)
def _unit(rounding: Decimal) -> tuple[Decimal, int, int]:
    """Return the unit without spare zeros (10, not 1E+1), its numerator and its denominator."""
    if not rounding.is_finite() or rounding <= 0:
        raise AmountError("bad_rounding", rounding=rounding)
    unit = rounding.normalize(_WIDE)
    if unit == unit.to_integral_value():
        unit = unit.quantize(Decimal(1), context=_WIDE)
    return unit, *unit.as_integer_ratio()
