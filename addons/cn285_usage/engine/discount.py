"""Discounts on what usage costs: the item's own, and those of a stretch of days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.pricing import DiscountWindow
from .exact import EXACT, ZERO
from .rating import Rating, draft, extend

HUNDRED = 100

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Discounts:
    """The discounts of an item over time.

    ``percents`` are the item's own, each from a day on (the first from None), in order; ``windows``
    those of stretches of days, which do not overlap.
    """

    percents: tuple[tuple[date | None, Decimal], ...] = ((None, ZERO),)
    windows: tuple[DiscountWindow, ...] = ()

    @property
    def count(self) -> bool:
        """Tell whether anything is taken off, on any day."""
        return bool(self.windows) or any(percent for _since, percent in self.percents)

    def to_data(self) -> dict[str, object]:
        """Return them as JSON values, to be kept with what was rated by them."""
        return {
            "percents": [[_iso(since), str(percent)] for since, percent in self.percents],
            "windows": [
                [
                    _iso(window.start),
                    _iso(window.end),
                    str(window.percent),
                    str(window.amount),
                    window.label,
                ]
                for window in self.windows
            ],
        }

    @classmethod
    def from_data(cls, data: Mapping) -> "Discounts":
        """Return what :meth:`to_data` wrote."""
        return cls(
            tuple((_date(since), Decimal(percent)) for since, percent in data["percents"]),
            tuple(
                DiscountWindow(_date(start), _date(end), Decimal(percent), Decimal(amount), label)
                for start, end, percent, amount, label in data["windows"]
            ),
        )

    def changes_within(self, days: Days) -> list[date]:
        """Return the days after the first of a period on which another percentage begins."""
        start, end = days
        candidates = {since for since, _percent in self.percents if since}
        for window in self.windows:
            if window.percent:
                candidates |= {window.start, window.end}
        inside = sorted(day for day in candidates - {None} if start < day < end)
        known, result = self._left(start), []
        for day in inside:
            if self._left(day) != known:
                result.append(day)
                known = self._left(day)
        return result

    def left_of(self, days: Days) -> Fraction:
        """Return what is charged of an amount of these days, each of which counts alike."""
        start, end = days
        bounds = [start, *self.changes_within(days), end]
        left = sum(self._left(first) * (last - first).days for first, last in pairwise(bounds))
        return Fraction(left) / (end - start).days

    def _left(self, day: date) -> Fraction:
        """Return what is charged of an amount on a day."""
        percent = ZERO
        for since, one in self.percents:
            if since is None or since <= day:
                percent = one
        left = 1 - Fraction(percent) / HUNDRED
        for window in self.windows:
            if window.start <= day and (window.end is None or day < window.end):
                left *= 1 - Fraction(window.percent) / HUNDRED
        return left


def discount_rating(
    rating: Rating,
    *,
    percent: Decimal = ZERO,
    windows: Iterable[DiscountWindow] = (),
    discounts: Discounts | None = None,
    days: Days,
    share: Fraction | int = 1,
    rounding: Decimal = CENT,
    parts: Sequence[tuple[Days, Decimal]] = (),
) -> Rating:
    """Return the rating with a line ``discount`` that takes off what is not charged.

    As for subscriptions (``cn285_contract/engine/pricing.py``): the item's own ``percent``, then
    windows in percent on what is left, then windows in amounts, for their share of a full period. A
    charge is never turned into a credit. Percentages are those of the days of the usage: of each of
    ``parts``, which have one percentage each. What no part has, such as a minimum, and a rating
    without parts, has each percentage for its share of the days.

    :param discounts: instead of ``percent`` and ``windows``: the discounts over time
    :param days: the period ``[start, end)``; ``share`` is the part of a full one that it is
    :param parts: days and exact amount of each part of the rating
    """
    if discounts is None:
        discounts = Discounts(((None, percent),), tuple(windows))
    rest, value = Fraction(rating.unrounded), Fraction(0)
    for part, exact in parts:
        value += Fraction(exact) * discounts.left_of(part)
        rest -= Fraction(exact)
    value += rest * discounts.left_of(days)
    sign = -1 if value < 0 else 1
    for window in discounts.windows:
        off = Fraction(window.amount) * _covered(window, days) * share
        value = sign * max(abs(value) - off, Fraction(0))
    net = round_money(value, rounding)
    if net == rating.amount:
        return rating
    return extend(rating, [draft("discount", flat=EXACT.subtract(net, rating.unrounded))], rounding)


def _covered(window: DiscountWindow, days: Days) -> Fraction:
    """Return the share of the days that lie in the window."""
    start, end = days
    first, last = max(start, window.start), end if window.end is None else min(end, window.end)
    return Fraction(max((last - first).days, 0), (end - start).days)


def _iso(day: date | None) -> str | None:
    return day and day.isoformat()


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
