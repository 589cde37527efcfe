"""Ratings of tariffs as text, as many as a month has, without an object for each.

What comes out is equal to what :class:`~.tariff.Tariff` and :class:`~.rating_text.RatingTexts` make
one by one, character by character; models that have no quick way here are rated by these.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from .charge_models import Graduated, PerUnit
from .exact import EXACT, ZERO, as_input
from .rating import Rating, draft
from .rating_text import RatingTexts, line_figures
from .tariff import Tariff, Usage
from .tiers import Tier

PREFIX = "usage_"


class Rated(NamedTuple):
    """What a quantity was rated with.

    ``data`` is ``rating.to_data`` as JSON; ``steps`` those of ``rating.steps_data`` as JSON, with
    commas between them and codes that begin with :data:`PREFIX`; empty for none. ``carried_out``:
    the units of its allowance that are left.
    """

    quantity: Decimal
    amount: Decimal
    data: str
    steps: str
    carried_out: Decimal


class QuickRater:
    """Rates quantities by tariffs; what many of them share is written once."""

    def __init__(self) -> None:
        self._ways: dict[tuple[int, Fraction | int, Decimal], Callable[[Decimal], Rated]] = {}
        self._texts = RatingTexts()
        # Texts are known by the identity of what they are of, which must last as long.
        self._kept: list[object] = []

    def rate(
        self, tariff: Tariff, quantity: Decimal, share: Fraction | int, rounding: Decimal
    ) -> Rated:
        """Rate a quantity by a tariff that is fed with quantities, bounds included.

        :param share: of a full period that is billed
        :raises UsageError: as the tariff does
        """
        key = id(tariff), share, rounding
        way = self._ways.get(key)
        if way is None:
            way = self._ways[key] = self._way(tariff, share, rounding)
            self._kept.append(tariff)
        return way(quantity)

    def _way(
        self, tariff: Tariff, share: Fraction | int, rounding: Decimal
    ) -> Callable[[Decimal], Rated]:
        def one_by_one(quantity: Decimal) -> Rated:
            rating, carried_out = tariff.rate(Usage(quantity), share, rounding, ZERO)
            return self._written(tariff.bound(rating, share, rounding, ZERO), carried_out)

        if tariff.allowance is not None or tariff.is_bounded:
            return one_by_one
        if type(tariff.model) is Graduated:
            return _by_tiers(tariff.model, rounding, self._written)
        if type(tariff.model) is PerUnit:
            return _by_unit(tariff.model, rounding, one_by_one)
        return one_by_one

    def _written(self, rating: Rating, carried_out: Decimal = ZERO) -> Rated:
        self._kept.append(rating)
        steps = self._texts.steps([rating], PREFIX)[1:-1]
        return Rated(rating.quantity, rating.amount, self._texts.data(rating), steps, carried_out)


def _by_tiers(
    model: Graduated, rounding: Decimal, written: Callable[[Rating], Rated]
) -> Callable[[Decimal], Rated]:
    known: dict[tuple[int, int], tuple[str, str, str]] = {}

    def texts(tier: Tier, head: Rating, flat: Decimal) -> tuple[str, str, str]:
        below = written(head)
        lines = below.data[below.data.index("[") + 1 : below.data.rindex(',"notes"') - 1]
        steps = RatingTexts().steps(
            [Rating(head.quantity, head.amount, head.amount, head.lines)], PREFIX
        )[1:-1]
        line = draft("tier", ZERO, tier.unit_price, flat, "", head.quantity, tier.up_to)
        return (
            f"{lines}," if lines else "",
            f"{steps}," if steps else "",
            line_figures(line).partition(",")[2],
        )

    def rate(quantity: Decimal) -> Rated:
        quantity = as_input(quantity)
        tier, head, units, flat, exact, until = model.reach(quantity, rounding)
        if not (units or flat):
            return written(Rating(quantity, exact, until, head.lines))
        key = id(tier), id(flat)
        found = known.get(key)
        if found is None:
            found = known[key] = texts(tier, head, flat)
        lines, steps, figures = found
        amount = EXACT.subtract(until, head.amount)
        return Rated(
            quantity,
            until,
            f'{{"quantity":"{quantity}","unrounded":"{exact}","amount":"{until}","lines":[{lines}'
            f'{{"code":"tier","quantity":"{units}",{figures},"amount":"{amount}"}}],"notes":[]}}',
            f'{steps}["{PREFIX}tier",{{"quantity":"{units}",{figures},"amount":"{until}"}}]'
            f"{_rounded(exact, until)}",
            ZERO,
        )

    return rate


def _by_unit(
    model: PerUnit, rounding: Decimal, one_by_one: Callable[[Decimal], Rated]
) -> Callable[[Decimal], Rated]:
    figures = line_figures(draft("unit", ZERO, model.unit_price)).partition(",")[2]

    def rate(quantity: Decimal) -> Rated:
        quantity = as_input(quantity)
        if not quantity:
            return one_by_one(quantity)
        exact, amount = model.amount(quantity, rounding)
        return Rated(
            quantity,
            amount,
            f'{{"quantity":"{quantity}","unrounded":"{exact}","amount":"{amount}","lines":['
            f'{{"code":"unit","quantity":"{quantity}",{figures},"amount":"{amount}"}}],'
            f'"notes":[]}}',
            f'["{PREFIX}unit",{{"quantity":"{quantity}",{figures},"amount":"{amount}"}}]'
            f"{_rounded(exact, amount)}",
            ZERO,
        )

    return rate


def _rounded(exact: Decimal, amount: Decimal) -> str:
    if exact == amount:
        return ""
    return f',["{PREFIX}rounded",{{"unrounded":"{exact}","amount":"{amount}"}}]'
