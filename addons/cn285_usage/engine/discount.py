"""Discounts on what usage costs: the item's own, and those of a stretch of days."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.pricing import DiscountWindow
from .exact import EXACT, ZERO
from .rating import Rating, draft, extend

HUNDRED = 100


def discount_rating(
    rating: Rating,
    *,
    percent: Decimal = ZERO,
    windows: Iterable[DiscountWindow] = (),
    days: tuple[date, date],
    share: Fraction | int = 1,
    rounding: Decimal = CENT,
) -> Rating:
    """Return the rating with a line ``discount`` that takes off what is not charged.

    As for subscriptions (``cn285_contract/engine/pricing.py``): the item's own ``percent``, then
    windows in percent on what is left, each for its share of the days (which day used how much is
    not looked at), then windows in amounts, for their share of a full period. A charge is never
    turned into a credit.

    :param days: the period ``[start, end)``; ``share`` is the part of a full one that it is
    """
    value = Fraction(rating.unrounded) * (1 - Fraction(percent) / HUNDRED)
    windows = list(windows)
    base = value
    for window in windows:
        value -= base * _covered(window, days) * Fraction(window.percent) / HUNDRED
    sign = -1 if value < 0 else 1
    for window in windows:
        off = Fraction(window.amount) * _covered(window, days) * share
        value = sign * max(abs(value) - off, Fraction(0))
    net = round_money(value, rounding)
    if net == rating.amount:
        return rating
    return extend(rating, [draft("discount", flat=EXACT.subtract(net, rating.unrounded))], rounding)


def _covered(window: DiscountWindow, days: tuple[date, date]) -> Fraction:
    """Return the share of the days that lie in the window."""
    start, end = days
    first, last = max(start, window.start), end if window.end is None else min(end, window.end)
    return Fraction(max((last - first).days, 0), (end - start).days)
