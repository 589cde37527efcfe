"""Decimal arithmetic that is exact, or says that it cannot be."""

from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from enum import Enum
from fractions import Fraction
from typing import TypeVar

from .errors import UsageError

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
# Numbers up to 10**30 in size with up to 60 digits: so much fits a result exactly. Whatever else
# happens, a result that does not fit raises Inexact instead of being rounded in silence.
LARGEST_EXPONENT = 30
INPUT = Context(prec=60, traps=[Inexact, InvalidOperation])
EXACT = Context(prec=300, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])

Choice = TypeVar("Choice", bound=Enum)


def as_input(value: Decimal | int) -> Decimal:
    """Return a number to calculate with.

    :raises UsageError: ``not_a_number`` (NaN, infinite), ``number_too_long`` (from 10**31, below
        10**-30, or of more than 60 digits)
    :raises TypeError: for a float, whose digits nobody wrote
    """
    if not isinstance(value, Decimal):
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"quantities and prices are Decimal, not {type(value).__name__}")
        value = Decimal(value)
    if not value.is_finite():
        raise UsageError("not_a_number", value=value)
    if value and not -LARGEST_EXPONENT <= value.adjusted() <= LARGEST_EXPONENT:
        raise UsageError("number_too_long", value=value)
    try:
        return INPUT.plus(value)
    except Inexact:
        raise UsageError("number_too_long", value=value) from None


def not_negative(value: Decimal | int, code: str) -> Decimal:
    """Return a number of zero or more; ``code`` is what it is refused with otherwise."""
    value = as_input(value)
    if value < 0:
        raise UsageError(code, value=value)
    return value


def positive(value: Decimal | int) -> Decimal:
    """Return a number above zero; raises ``not_positive``."""
    value = as_input(value)
    if value <= 0:
        raise UsageError("not_positive", value=value)
    return value


def as_share(share: Fraction | int) -> Fraction:
    """Return the share of a period that is billed; raises ``bad_share``."""
    if isinstance(share, float):
        raise TypeError("a share is a Fraction, not float")
    share = Fraction(share)
    if not 0 <= share <= 1:
        raise UsageError("bad_share", share=share)
    return share


def as_choice(kind: type[Choice], value: Choice | str) -> Choice:
    """Return the member of an enumeration; raises ``unknown_choice``."""
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(str(one.value) for one in kind)
        raise UsageError("unknown_choice", value=value, choices=choices) from None


def started(units: Decimal, size: Decimal) -> Decimal:
    """Return how many packages of ``size`` are started: the quotient, rounded up.

    Of a negative quantity that is the number of complete packages given back.

    >>> started(Decimal("10.1"), Decimal(10)), started(Decimal(-15), Decimal(10))
    (Decimal('2'), Decimal('-1'))
    """
    whole, rest = EXACT.divmod(units, size)
    # The quotient is cut towards zero, so only a positive rest starts one more.
    return EXACT.add(whole, ONE) if rest > 0 else EXACT.plus(whole)


def decimals_of(value: Decimal) -> int:
    """Return the decimals that a number has, not counting zeros at its end.

    >>> decimals_of(Decimal("1.250")), decimals_of(Decimal("1E+3"))
    (2, 0)
    """
    exponent = EXACT.normalize(value).as_tuple().exponent if value else 0
    return max(0, -exponent)
