"""Minimum and maximum amount of a period."""

from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.pricing import Step
from .errors import UsageError
from .exact import EXACT, ZERO, as_input, as_share, not_negative
from .rating import Rating, draft, extend


def apply_bounds(
    rating: Rating,
    *,
    minimum: Decimal | None = None,
    maximum: Decimal | None = None,
    share: Fraction | int = 1,
    counted: Decimal = ZERO,
    rounding: Decimal = CENT,
) -> Rating:
    """Return the rating with a line that brings its amount within the period's bounds.

    ``share`` is the part of the full period that is billed: a bound times its share is money, and
    rounded as such. ``counted`` is what else is billed for the period and counts towards both
    bounds, such as a subscription fee. The line is ``maximum`` (negative; it never takes more than
    the rating) or ``minimum`` (the true-up); a note ``bound`` has the figures. Raises
    ``bad_bounds``, ``bad_share``, ``negative_price``.
    """
    for bound in (minimum, maximum):
        if bound is not None:
            not_negative(bound, "negative_price")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise UsageError("bad_bounds", minimum=minimum, maximum=maximum)
    share, counted = as_share(share), as_input(counted)
    amount = EXACT.add(rating.amount, counted)
    if maximum is not None:
        bound = round_money(share * Fraction(maximum), rounding)
        if amount > bound and rating.amount > 0:
            excess = min(EXACT.subtract(amount, bound), rating.amount)
            return _bounded(rating, "maximum", bound, counted, EXACT.minus(excess), rounding)
    if minimum is not None:
        bound = round_money(share * Fraction(minimum), rounding)
        if amount < bound:
            missing = EXACT.subtract(bound, amount)
            return _bounded(rating, "minimum", bound, counted, missing, rounding)
    return rating


def _bounded(
    rating: Rating, kind: str, bound: Decimal, counted: Decimal, change: Decimal, rounding: Decimal
) -> Rating:
    # What rounding left over goes into the line, so that the bound is met exactly.
    left_over = EXACT.subtract(rating.amount, rating.unrounded)
    note = Step("bound", {"kind": kind, "bound": bound, "counted": counted})
    return extend(rating, [draft(kind, flat=EXACT.add(change, left_over))], rounding, [note])
