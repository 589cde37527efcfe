"""Charge models: what a quantity of usage costs.

A model is checked when it is made and rates any number of quantities: ``model.rate(quantity)``.
What all models here have in common:

- the upper bound of a tier is inclusive, and tiers meet without a gap, also between whole numbers;
- a negative quantity (more taken back than used) is priced by the first tier, at its unit price,
  and owes no flat fee that zero usage does not owe;
- ``zero_usage_owes_flat`` says whether a quantity of zero or less owes the first tier's flat fee;
- exact amounts never fall when a quantity rises under per_unit, graduated, package and their
  percentage; under volume and stairstep they may, that is their point.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.pricing import Step
from .errors import TierError, UsageError
from .exact import EXACT, HUNDRED, ZERO, as_input, decimals_of, not_negative, positive, started
from .rating import RatedLine, Rating, close, draft
from .tiers import Tier, check_tiers


class ChargeModel(Protocol):
    """Whatever prices one quantity."""

    def rate(self, quantity: Decimal, rounding: Decimal = CENT) -> Rating:
        """Return what the quantity costs, in multiples of ``rounding``."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a period by what was used: from a running total to the next, of a whole.

    ``first`` and ``last`` are the shares of the period's days that are over when it begins and when
    it ends.
    """

    before: Decimal
    until: Decimal
    whole: Decimal
    first: Fraction
    last: Fraction

    def part_of(self, flat: Decimal) -> Decimal:
        """Return the part of a fee by share of the days; the parts of a period add up to it."""
        unit = Decimal(1).scaleb(-max(6, decimals_of(flat)))
        until, before = (
            round_money(Fraction(flat) * share, unit) for share in (self.last, self.first)
        )
        return EXACT.subtract(until, before)

    def up_to(self, most: Decimal) -> "Stretch":
        """Return the part of it that lies below a total."""
        before, until, whole = (min(one, most) for one in (self.before, self.until, self.whole))
        return Stretch(before, until, whole, self.first, self.last)


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Every unit has the same price; a negative price is a credit per unit."""

    unit_price: Decimal

    def __post_init__(self) -> None:
        as_input(self.unit_price)

    def rate(self, quantity: Decimal, rounding: Decimal = CENT) -> Rating:
        """Return quantity x price: one line, none for zero usage."""
        quantity = as_input(quantity)
        lines = [draft("unit", quantity, self.unit_price)] if quantity else []
        return close(quantity, lines, rounding)

    def amount(self, quantity: Decimal, rounding: Decimal = CENT) -> tuple[Decimal, Decimal]:
        """Return the amount of a quantity alone, exact and rounded, as :meth:`rate` has it."""
        exact = EXACT.fma(quantity, self.unit_price, ZERO)
        return exact, round_money(exact, rounding)


@dataclass(frozen=True, slots=True)
class Graduated:
    """Each unit costs what the tier says that it falls into, plus the flat fee of each tier.

    A line for each tier reached, ``tier``, also where it costs nothing.
    """

    tiers: tuple[Tier, ...]
    zero_usage_owes_flat: bool = True
    _bounds: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)
    _heads: dict[Decimal, tuple[Rating, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", check_tiers(self.tiers))
        bounds = tuple(tier.up_to for tier in self.tiers if tier.up_to is not None)
        object.__setattr__(self, "_bounds", bounds)
        object.__setattr__(self, "_heads", {})

    def rate(self, quantity: Decimal, rounding: Decimal = CENT) -> Rating:
        """Return the sum over the tiers reached; raises ``beyond_last_tier``."""
        quantity = as_input(quantity)
        index = _find_tier(quantity, self._bounds, len(self.tiers))
        heads = self._heads.get(rounding) or self._prepare(rounding)
        return self._add_tier(index, quantity, heads[index], rounding)

    def _add_tier(self, index: int, quantity: Decimal, head: Rating, rounding: Decimal) -> Rating:
        """Return the rating of a quantity in this tier (or at its bound): the head and a line."""
        units, flat, exact, until = self._reach(index, quantity, head, rounding)
        if not (units or flat):
            return Rating(quantity, head.unrounded, head.amount, head.lines)
        tier, amount = self.tiers[index], EXACT.subtract(until, head.amount)
        line = RatedLine("tier", units, tier.unit_price, flat, amount, head.quantity, tier.up_to)
        return Rating(quantity, exact, until, (*head.lines, line))

    def _reach(
        self, index: int, quantity: Decimal, head: Rating, rounding: Decimal
    ) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Return units and fee of a quantity's last tier, and what all comes to, exact and not."""
        tier = self.tiers[index]
        units = EXACT.subtract(quantity, head.quantity)
        if tier.package is not None:
            units = started(units, tier.package)
        flat = _flat(self, index, quantity)
        if not (units or flat):
            return units, flat, head.unrounded, head.amount
        exact = EXACT.fma(units, tier.unit_price, EXACT.add(head.unrounded, flat))
        return units, flat, exact, round_money(exact, rounding)

    def reach(
        self, quantity: Decimal, rounding: Decimal = CENT
    ) -> tuple[Tier, Rating, Decimal, Decimal, Decimal, Decimal]:
        """Return what :meth:`rate` makes its last line of, for those who write many at a time.

        :returns: the tier reached, the rating of what lies below it, units and fee in it (neither:
            there is no line of it), and the whole amount, exact and rounded
        :raises TierError: ``beyond_last_tier``
        """
        index = _find_tier(quantity, self._bounds, len(self.tiers))
        head = (self._heads.get(rounding) or self._prepare(rounding))[index]
        return self.tiers[index], head, *self._reach(index, quantity, head, rounding)

    def _prepare(self, rounding: Decimal) -> tuple[Rating, ...]:
        """Return for each tier the rating of its lower bound: all quantities in it share that."""
        heads = [Rating(ZERO, ZERO, round_money(0, rounding))]
        for index, bound in enumerate(self._bounds):
            heads.append(self._add_tier(index, bound, heads[-1], rounding))
        self._heads[rounding] = tuple(heads)
        return self._heads[rounding]


def _find_tier(quantity: Decimal, bounds: tuple[Decimal, ...], tiers: int) -> int:
    """Return the index of the tier that a quantity falls into; raises ``beyond_last_tier``."""
    index = bisect_left(bounds, quantity)
    if index == tiers:
        raise TierError("beyond_last_tier", quantity=quantity, up_to=bounds[-1])
    return index


@dataclass(frozen=True, slots=True)
class Volume:
    """All units cost what the tier says that the whole quantity falls into, plus its flat fee."""

    tiers: tuple[Tier, ...]
    zero_usage_owes_flat: bool = True
    _bounds: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", check_tiers(self.tiers))
        bounds = tuple(tier.up_to for tier in self.tiers if tier.up_to is not None)
        object.__setattr__(self, "_bounds", bounds)

    def rate(self, quantity: Decimal, rounding: Decimal = CENT) -> Rating:
        """Return the price of all units in the tier reached; raises ``beyond_last_tier``."""
        quantity = as_input(quantity)
        index = _find_tier(quantity, self._bounds, len(self.tiers))
        line = _whole_quantity(self, index, quantity)
        return close(quantity, [line] if line else [], rounding)

    def rate_part(self, stretch: Stretch, rounding: Decimal = CENT) -> Rating:
        """Return what a part of a period costs, in the tier that the whole period falls into.

        Its flat fee is owed by share of the days.
        """
        index = _find_tier(stretch.whole, self._bounds, len(self.tiers))
        line = _part_of_whole(self, index, stretch)
        quantity = EXACT.subtract(stretch.until, stretch.before)
        return close(quantity, [line] if line else [], rounding)


@dataclass(frozen=True, slots=True)
class Stairstep:
    """The flat price of the band that the quantity reaches, whatever part of it is used.

    Bands are tiers with a flat price. A tier with a unit price as well, or instead, prices all
    units by volume. Beyond a last tier with a bound, ``overage`` is the price of each unit above
    it, on top of that tier's flat price.
    """

    tiers: tuple[Tier, ...]
    overage: Decimal | None = None
    zero_usage_owes_flat: bool = True
    _bounds: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", check_tiers(self.tiers))
        bounds = tuple(tier.up_to for tier in self.tiers if tier.up_to is not None)
        object.__setattr__(self, "_bounds", bounds)
        if self.overage is not None:
            not_negative(self.overage, "negative_price")
            if len(bounds) < len(self.tiers):
                raise TierError("overage_needs_bound")

    def rate(self, quantity: Decimal, rounding: Decimal = CENT) -> Rating:
        """Return the band's price, with the overage; raises ``beyond_last_tier``."""
        quantity = as_input(quantity)
        last = self._bounds[-1] if self._bounds else None
        if self.overage is None or quantity <= last:
            index = _find_tier(quantity, self._bounds, len(self.tiers))
            lines = [_whole_quantity(self, index, quantity)]
        else:
            above = EXACT.subtract(quantity, last)
            overage = draft("overage", above, self.overage, tier_from=last)
            lines = [_whole_quantity(self, len(self.tiers) - 1, last), overage]
        return close(quantity, [line for line in lines if line], rounding)

    def rate_part(self, stretch: Stretch, rounding: Decimal = CENT) -> Rating:
        """Return what a part of a period costs: its share of the band that the whole reaches.

        The band's price is owed by share of the days, overage by what was used in the part.
        """
        last = self._bounds[-1] if self._bounds else None
        if self.overage is None or stretch.whole <= last:
            lines = [
                _part_of_whole(
                    self, _find_tier(stretch.whole, self._bounds, len(self.tiers)), stretch
                )
            ]
        else:
            above = [
                max(EXACT.subtract(one, last), ZERO) for one in (stretch.before, stretch.until)
            ]
            overage = EXACT.subtract(above[1], above[0])
            lines = [
                _part_of_whole(self, len(self.tiers) - 1, stretch.up_to(last)),
                draft("overage", overage, self.overage, tier_from=last) if overage else None,
            ]
        quantity = EXACT.subtract(stretch.until, stretch.before)
        return close(quantity, [line for line in lines if line], rounding)


def _flat(model: Graduated | Volume | Stairstep, index: int, quantity: Decimal) -> Decimal:
    """Return the flat fee that is owed for reaching a tier."""
    is_owed = index or quantity > 0 or model.zero_usage_owes_flat
    return model.tiers[index].flat if is_owed else ZERO


def _whole_quantity(model: Volume | Stairstep, index: int, quantity: Decimal) -> RatedLine | None:
    """Return the line of a tier that prices the whole quantity, if it owes anything."""
    tier, flat = model.tiers[index], _flat(model, index, quantity)
    lower = model.tiers[index - 1].up_to if index else ZERO
    if isinstance(model, Stairstep) and not tier.unit_price:
        # The price of a band is not that of its units.
        return draft("band", flat=flat, tier_from=lower, tier_to=tier.up_to) if flat else None
    units = quantity if tier.package is None else started(quantity, tier.package)
    if not (units or flat):
        return None
    return draft("volume", units, tier.unit_price, flat, "", lower, tier.up_to)


def _part_of_whole(model: Volume | Stairstep, index: int, stretch: Stretch) -> RatedLine | None:
    """Return the line of a part of a period whose whole quantity a tier prices."""
    tier, flat = model.tiers[index], stretch.part_of(_flat(model, index, stretch.whole))
    lower = model.tiers[index - 1].up_to if index else ZERO
    if isinstance(model, Stairstep) and not tier.unit_price:
        return draft("band", flat=flat, tier_from=lower, tier_to=tier.up_to) if flat else None
    before, until = stretch.before, stretch.until
    if tier.package is not None:
        before, until = started(before, tier.package), started(until, tier.package)
    units = EXACT.subtract(until, before)
    if not (units or flat):
        return None
    return draft("volume", units, tier.unit_price, flat, "", lower, tier.up_to)


@dataclass(frozen=True, slots=True)
class Package:
    """A price for each started package of ``size`` units above the first ``free_units``.

    Of a negative quantity only complete packages are credited.
    """

    size: Decimal
    price: Decimal
    free_units: Decimal = ZERO

    def __post_init__(self) -> None:
        positive(self.size)
        not_negative(self.price, "negative_price")
        not_negative(self.free_units, "negative_units")

    def rate(self, quantity: Decimal, rounding: Decimal = CENT) -> Rating:
        """Return started packages x price; the note ``packages`` has the units behind them."""
        quantity = as_input(quantity)
        free = min(self.free_units, max(quantity, ZERO))
        units = EXACT.subtract(quantity, free)
        count = started(units, self.size)
        note = Step("packages", {"used": quantity, "free": free, "units": units})
        lines = [draft("package", count, self.price)] if count else []
        return close(quantity, lines, rounding, [note])


@dataclass(frozen=True, slots=True)
class GraduatedPercentage:
    """A percentage of each part of an amount of money by tiers, plus the flat fee of each tier.

    ``unit_price`` of the tiers is in percent here; their bounds are money. On the lines it is a
    rate (1 percent is 0.01).
    """

    tiers: tuple[Tier, ...]
    zero_usage_owes_flat: bool = True
    _model: Graduated = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tiers = tuple(
            Tier(tier.up_to, _rate(tier.unit_price), tier.flat, tier.package, tier.start)
            for tier in self.tiers
        )
        object.__setattr__(self, "_model", Graduated(tiers, self.zero_usage_owes_flat))

    def rate(self, quantity: Decimal, rounding: Decimal = CENT) -> Rating:
        """Return the sum over the tiers that the amount reaches; raises ``beyond_last_tier``."""
        return self._model.rate(quantity, rounding)


def _rate(percent: Decimal) -> Decimal:
    return EXACT.divide(as_input(percent), HUNDRED)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A unit price per value of a property; several properties are a tuple's worth of text.

    Values without a price of their own cost ``default``; without a default they are refused, so
    that nothing is given away unnoticed. Values of which nothing is left cost nothing. The key of
    events without the property is ``""``.
    """

    prices: Mapping[str, Decimal]
    default: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.prices and self.default is None:
            raise UsageError("no_prices")
        for price in self.prices.values():
            not_negative(price, "negative_price")
        if self.default is not None:
            not_negative(self.default, "negative_price")

    def rate(self, quantities: Mapping[str, Decimal], rounding: Decimal = CENT) -> Rating:
        """Return a line per value: first in the order of the prices, then the others, sorted.

        :raises UsageError: ``no_price_for_value``
        """
        others = sorted(value for value in quantities if value not in self.prices)
        lines, total = [], ZERO
        for value in (*self.prices, *others):
            quantity = as_input(quantities.get(value, ZERO))
            if not quantity:
                continue
            price = self.prices.get(value, self.default)
            if price is None:
                raise UsageError("no_price_for_value", value=value)
            total = EXACT.add(total, quantity)
            lines.append(draft("value", quantity, price, key=value))
        return close(total, lines, rounding)
