"""Included units: what a period grants for nothing, carries over, or shares in a pool."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.pricing import Step
from .charge_models import ChargeModel
from .errors import UsageError
from .exact import (
    EXACT,
    ZERO,
    as_choice,
    as_input,
    as_share,
    decimals_of,
    not_negative,
)
from .rating import RatedLine, Rating


class Rollover(str, Enum):
    """What becomes of units not used: lost, usable in the next period only, or kept."""

    no = "no"
    once = "once"
    always = "always"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Units included in each period. ``cap`` limits the balance that is carried over.

    A partial period grants its share, rounded half up to the decimals of ``units``.
    """

    units: Decimal
    rollover: Rollover = Rollover.no
    cap: Decimal | None = None

    def __post_init__(self) -> None:
        not_negative(self.units, "negative_units")
        if self.cap is not None:
            not_negative(self.cap, "negative_units")
        object.__setattr__(self, "rollover", as_choice(Rollover, self.rollover))


@dataclass(frozen=True, slots=True)
class AllowanceUse:
    """The account of one period: ``granted + carried_in == consumed + carried_out + lapsed``.

    ``billable`` is what is used beyond ``consumed``; usage below zero is billable as it is.
    """

    granted: Decimal
    carried_in: Decimal
    consumed: Decimal
    billable: Decimal
    carried_out: Decimal
    lapsed: Decimal


def use_allowance(
    used: Decimal, allowance: Allowance, carried: Decimal = ZERO, share: Fraction | int = 1
) -> AllowanceUse:
    """Return what a period's usage takes of its allowance. Carried units go first."""
    used, carried = as_input(used), not_negative(carried, "negative_units")
    unit = Decimal(1).scaleb(-decimals_of(allowance.units))
    granted = round_money(as_share(share) * Fraction(allowance.units), unit)
    available = EXACT.add(granted, carried)
    consumed = min(max(used, ZERO), available)
    left = EXACT.subtract(available, consumed)
    carried_out = _carry(allowance, left, granted)
    return AllowanceUse(
        granted=granted,
        carried_in=carried,
        consumed=consumed,
        billable=EXACT.subtract(used, consumed),
        carried_out=carried_out,
        lapsed=EXACT.subtract(left, carried_out),
    )


def _carry(allowance: Allowance, left: Decimal, granted: Decimal) -> Decimal:
    if allowance.rollover is Rollover.no:
        return ZERO
    if allowance.rollover is Rollover.once:
        # Carried units go first, so what is left of a grant is at most the grant.
        left = min(left, granted)
    return left if allowance.cap is None else min(left, allowance.cap)


def rate_beyond(
    model: ChargeModel, used: Decimal, use: AllowanceUse, rounding: Decimal = CENT
) -> Rating:
    """Return the rating of what lies beyond an allowance: its tiers start there.

    A line ``included`` of no amount shows the consumed units, a note ``allowance`` the account.
    """
    rating = model.rate(use.billable, rounding)
    names = ("granted", "carried_in", "consumed", "billable", "carried_out", "lapsed")
    note = Step("allowance", {name: getattr(use, name) for name in names})
    lines = rating.lines
    if use.consumed:
        zero = round_money(0, rounding)
        lines = (RatedLine("included", use.consumed, ZERO, ZERO, zero), *lines)
    return Rating(as_input(used), rating.unrounded, rating.amount, lines, (note, *rating.notes))


def pool(
    used: Sequence[Decimal],
    own: Sequence[Decimal] | None = None,
    shared: Decimal = ZERO,
    digits: int | None = None,
) -> list[Decimal]:
    """Return the billable units of each item of a pool, which add up to the pool's exactly.

    The pool is billed for its usage above all allowances, those of the items (``own``) and that of
    the contract (``shared``). Who stays within its own allowance pays nothing; the others share
    the rest in proportion to what they use above theirs. Parts have ``digits`` decimals (those of
    the finest quantity if not given), are off by less than one unit of them, and are never more
    than what the item uses above its own. Raises ``bad_pool``, ``negative_units``, ``too_precise``.
    """
    used = [not_negative(units, "negative_units") for units in used]
    own = [not_negative(units, "negative_units") for units in own or [ZERO] * len(used)]
    if len(own) != len(used):
        raise UsageError("bad_pool", used=len(used), own=len(own))
    numbers = [*used, *own, not_negative(shared, "negative_units")]
    finest = max(map(decimals_of, numbers))
    digits = finest if digits is None else digits
    if digits < finest:
        raise UsageError("too_precise", value=max(numbers, key=decimals_of), digits=digits)
    unit = Decimal(1).scaleb(-digits)
    differences = (EXACT.subtract(*pair) for pair in zip(used, own, strict=True))
    over = [int(EXACT.scaleb(max(units, ZERO), digits)) for units in differences]
    balance = sum(map(Fraction, used)) - sum(map(Fraction, own)) - Fraction(shared)
    billable = max(0, int(balance / Fraction(unit)))
    return [EXACT.multiply(unit, part) for part in _share_out(billable, over)]


def _share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights that are at least as much, by the largest remainders.

    So no part is above its weight; among equal remainders the first goes first.
    """
    whole = sum(weights)
    if not total:
        return [0] * len(weights)
    parts, remainders = zip(*(divmod(total * weight, whole) for weight in weights), strict=True)
    parts = list(parts)
    by_remainder = sorted(range(len(weights)), key=lambda index: -remainders[index])
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
