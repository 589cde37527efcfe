"""Rounding of money, and amounts that are parted without a cent lost.

There are two rules for parts that add up. :func:`allocate` rounds each part's exact share down or
up, the spare units going to the largest remainders: for figures that stand beside one another.
:func:`allocate_running` rounds running totals: for parts that follow one another (days, rows,
months), where what was parted so far must be right at every point.
"""

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import lcm

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
    return _WIDE.multiply(unit, nearest(numerator * unit_denominator, denominator * unit_numerator))


def nearest(numerator: int, denominator: int) -> int:
    """Return the whole number nearest to a quotient, ties away from zero; the divisor is positive.

    >>> nearest(-5, 2), nearest(7, 3)
    (-3, 2)
    """
    count = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -count if numerator < 0 else count


def allocate(
    total: Decimal, weights: Sequence[Decimal | Fraction | int], unit: Decimal = CENT
) -> list[Decimal]:
    """Return parts of an amount by weights of zero or more, by the largest remainders.

    The parts are multiples of ``unit`` and add up to ``total`` rounded to it. Each is its exact
    share rounded down or up (towards or away from zero). Among equal remainders the first goes
    first, so the same parts come out each time. Raises ``bad_weights`` where a weight is negative
    or all are zero.

    >>> allocate(Decimal("-1.00"), [1, 1, 1])
    [Decimal('-0.34'), Decimal('-0.33'), Decimal('-0.33')]
    """
    counts, whole = _whole_weights(weights)
    if whole <= 0 or min(counts) < 0:
        raise AmountError("bad_weights")
    unit, numerator, denominator = _units(total, unit)
    count = nearest(numerator, denominator)
    shares = [divmod(abs(count) * weight, whole) for weight in counts]
    parts = [floor for floor, _remainder in shares]
    by_remainder = sorted(range(len(parts)), key=lambda index: -shares[index][1])
    for index in by_remainder[: abs(count) - sum(parts)]:
        parts[index] += 1
    sign = -1 if count < 0 else 1
    return [_WIDE.multiply(unit, sign * part) for part in parts]


def allocate_running(
    total: Decimal, weights: Iterable[Decimal | Fraction | int], unit: Decimal = CENT
) -> list[Decimal]:
    """Return parts of an amount by weights, each the difference of two rounded running totals.

    The parts add up to ``total`` rounded to ``unit``, and so do the first of them to what is due by
    then: no part, and no sum of the first parts, is further than one unit from its exact share.
    Weights may be negative where they do not cancel out. Raises ``bad_weights`` where they add up
    to zero.

    >>> allocate_running(Decimal("10.00"), [1, 1, 1])
    [Decimal('3.33'), Decimal('3.34'), Decimal('3.33')]
    """
    counts, whole = _whole_weights(weights)
    if not whole:
        raise AmountError("bad_weights")
    totals = running_totals(total, accumulate(counts), whole, unit)
    before = [round_money(0, unit), *totals[:-1]]
    return [_WIDE.subtract(until, done) for done, until in zip(before, totals, strict=True)]


def running_totals(
    total: Decimal, running: Iterable[int], whole: int, unit: Decimal = CENT
) -> list[Decimal]:
    """Return the rounded totals of :func:`allocate_running`, for weights in whole numbers.

    :param running: the running sums of the weights
    :param whole: the sum of all weights, not zero
    """
    unit, numerator, denominator = _units(total, unit)
    if whole < 0:
        numerator, whole = -numerator, -whole
    denominator *= whole
    return [_WIDE.multiply(unit, nearest(numerator * until, denominator)) for until in running]


def _whole_weights(weights: Iterable[Decimal | Fraction | int]) -> tuple[list[int], int]:
    """Return weights as whole numbers in the same proportions, and their sum."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*(denominator for _numerator, denominator in ratios))
    counts = [numerator * (common // denominator) for numerator, denominator in ratios]
    return counts, sum(counts)


def _units(total: Decimal, rounding: Decimal) -> tuple[Decimal, int, int]:
    """Return the unit, and how many of it the total is, as a quotient."""
    if isinstance(total, float):
        raise TypeError("money is Decimal or Fraction, not float")
    unit, unit_numerator, unit_denominator = _unit(rounding)
    if isinstance(total, Decimal) and not total.is_finite():
        raise AmountError("not_a_number", value=total)
    numerator, denominator = total.as_integer_ratio()
    return unit, numerator * unit_denominator, denominator * unit_numerator


@lru_cache(maxsize=64)
def _unit(rounding: Decimal) -> tuple[Decimal, int, int]:
    """Return the unit without spare zeros (10, not 1E+1), its numerator and its denominator."""
    if not rounding.is_finite() or rounding <= 0:
        raise AmountError("bad_rounding", rounding=rounding)
    unit = rounding.normalize(_WIDE)
    if unit == unit.to_integral_value():
        unit = unit.quantize(Decimal(1), context=_WIDE)
    return unit, *unit.as_integer_ratio()
