"""What several share: a pool of included units, or the price of what they use together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from ...cn285_contract.engine.money import CENT, allocate, round_money
from ...cn285_contract.engine.pricing import Step
from .allowance import Allowance, AllowanceUse, Rollover, pool, use_allowance
from .charge_models import ChargeModel
from .exact import EXACT, ZERO, as_input, as_share, decimals_of
from .history import Part, Parted, beyond, bound_parts, granted, rate_beyond_parts
from .rating import RatedLine, Rating
from .tariff import Tariff, Usage

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class PoolUse:
    """What a period's usage takes of a pool.

    ``account`` is that of all members together; ``billable`` what each member pays for, in their
    order; ``own`` what each brought in. ``sum(billable)`` is ``account.billable`` exactly.
    """

    account: AllowanceUse
    billable: tuple[Decimal, ...]
    own: tuple[Decimal, ...]


def granted_units(units: Decimal, share: Fraction | int) -> Decimal:
    """Return what a partial period grants of ``units``, rounded half up to their decimals."""
    unit = Decimal(1).scaleb(-decimals_of(units))
    return round_money(as_share(share) * Fraction(units), unit)


def use_pool(
    used: Sequence[Decimal],
    own: Sequence[Decimal],
    shared: Decimal = ZERO,
    rollover: Rollover = Rollover.no,
    carried: Decimal = ZERO,
) -> PoolUse:
    """Return who pays for what when units are included for several members together.

    ``own`` are the units each member brings in, ``shared`` those of the pool itself, ``carried``
    what the period before has left. Who stays within its own pays nothing; what is used above all
    of them together is billed to those above their own, in proportion to how far they are above
    (see :func:`allowance.pool`, whose parts add up exactly). A member of which more was taken back
    than used counts as unused, and is credited as it is.

    >>> use = use_pool([Decimal(130), Decimal(40)], [Decimal(75), Decimal(75)])
    >>> use.billable, use.account.carried_out
    ((Decimal('20'), Decimal('0')), Decimal('0'))
    """
    used = [as_input(units) for units in used]
    above_zero = [max(units, ZERO) for units in used]
    granted = EXACT.add(_total(own), shared)
    account = use_allowance(_total(above_zero), Allowance(granted, rollover), carried)
    parts = pool(above_zero, own, EXACT.add(shared, carried))
    billable = (EXACT.add(part, min(units, ZERO)) for part, units in zip(parts, used, strict=True))
    return PoolUse(account, tuple(billable), tuple(own))


def rate_pooled(
    model: ChargeModel,
    used: Decimal,
    billable: Decimal,
    own: Decimal,
    account: AllowanceUse,
    rounding: Decimal = CENT,
    parted: Rating | None = None,
) -> Rating:
    """Return one member's rating: its tiers start where its included units end.

    ``parted`` is the rating of what is billable where its terms change in the period, see
    :func:`history.rate_beyond_parts`.

    A line ``included`` of no amount shows what it used of the pool, the note ``pool`` the account:
    what it brought in, and what all were granted, carried in, used and are billed together.
    """
    rating = model.rate(billable, rounding) if parted is None else parted
    note = Step(
        "pool",
        {
            "own": own,
            "used": used,
            "billable": billable,
            "granted": account.granted,
            "carried_in": account.carried_in,
            "pool_used": EXACT.add(account.consumed, account.billable),
            "pool_billable": account.billable,
            "carried_out": account.carried_out,
        },
    )
    lines = rating.lines
    if parted is None:
        lines = (*_included(EXACT.subtract(used, billable), rounding), *lines)
    return Rating(used, rating.unrounded, rating.amount, lines, (note, *rating.notes))


def rate_together(
    tariff: Tariff,
    used: Mapping[Key, Decimal],
    share: Fraction | int = 1,
    rounding: Decimal = CENT,
    carried: Mapping[Key, Decimal] | None = None,
) -> dict[Key, tuple[Rating, Decimal]]:
    """Return each one's rating, and the units it carries on, when all are rated together.

    Each has the whole allowance for itself. What they use beyond theirs is added up and rated once:
    tiers, packages, minimum and maximum count for all together. Each one's part of the lines is in
    proportion to what it used beyond its own; where nobody did, to what it used. Parts add up to
    the lines exactly.
    """
    carried = carried or {}
    allowance = tariff.allowance or Allowance(ZERO)
    uses = {
        key: use_allowance(units, allowance, carried.get(key, ZERO), share)
        for key, units in used.items()
    }
    beyond = [use.billable for use in uses.values()]
    together = tariff.bound(tariff.model.rate(_total(beyond), rounding), share, rounding)
    shared = _share_together(together, used, uses, rounding)
    return {key: (rating, uses[key].carried_out) for key, (rating, _weight) in shared.items()}


def rate_together_parts(
    parts: Mapping[Key, Sequence[Part]],
    share: Fraction | int = 1,
    rounding: Decimal = CENT,
    carried: Mapping[Key, Decimal] | None = None,
) -> dict[Key, Parted]:
    """Return the same as :func:`rate_together` of a period in which the terms change.

    :param parts: by whom: the parts of the period, with what each has used
    """
    carried = carried or {}
    uses = {
        key: use_allowance(own[-1].running.quantity, granted(own, share), carried.get(key, ZERO))
        for key, own in parts.items()
    }
    used = {key: own[-1].running.quantity for key, own in parts.items()}
    members = zip(*parts.values(), strict=True)
    consumed = [use.consumed for use in uses.values()]
    together = [
        replace(
            first[0],
            running=Usage(
                _total(
                    beyond(one.running.quantity, units)
                    for one, units in zip(first, consumed, strict=True)
                )
            ),
        )
        for first in members
    ]
    parted = rate_beyond_parts(together, ZERO, rounding)
    bounded = bound_parts(parted.rating, together, parted.exacts, share=share, rounding=rounding)
    return {
        key: Parted(
            rating,
            tuple(Fraction(exact) * weight for exact in parted.exacts),
            uses[key].carried_out,
        )
        for key, (rating, weight) in _share_together(bounded, used, uses, rounding).items()
    }


def _share_together(together, used, uses, rounding):
    """Share out what all cost together: ``{key: (rating, share of all)}``."""
    billable = [use.billable for use in uses.values()]
    weights = _weights(billable) or _weights(used.values()) or [1] + [0] * (len(used) - 1)
    parts = split_rating(together, weights, rounding)
    result = {}
    for (key, use), part, weight in zip(uses.items(), parts, weights, strict=True):
        notes = (_together_note(use, together.quantity), *part.notes)
        lines = (*_included(use.consumed, rounding), *part.lines)
        rating = Rating(used[key], part.unrounded, part.amount, lines, notes)
        result[key] = rating, Fraction(weight) / sum(weights)
    return result


def split_rating(
    rating: Rating, weights: Sequence[Fraction | int], rounding: Decimal = CENT
) -> list[Rating]:
    """Return parts of a rating by weights, which add up to it in every figure of every line.

    Each figure is split in its own smallest unit by the largest remainders, so a part is off its
    exact share by less than that unit. Lines of which a part is nothing are left out of it.
    """
    parts: list[list[RatedLine]] = [[] for _weight in weights]
    for line in rating.lines:
        figures = zip(
            allocate(line.quantity, weights, _unit(line.quantity, 6)),
            allocate(line.flat, weights, _unit(line.flat, 6)),
            allocate(line.amount, weights, rounding),
            strict=True,
        )
        for lines, (quantity, flat, amount) in zip(parts, figures, strict=True):
            if quantity or flat or amount:
                lines.append(replace(line, quantity=quantity, flat=flat, amount=amount))
    zero = round_money(0, rounding)
    return [
        Rating(
            _total(line.quantity for line in lines),
            _total(line.exact for line in lines),
            EXACT.add(zero, _total(line.amount for line in lines)),
            tuple(lines),
            rating.notes,
        )
        for lines in parts
    ]


def _weights(units: Sequence[Decimal]) -> list[Fraction]:
    weights = [Fraction(max(one, ZERO)) for one in units]
    return weights if any(weights) else []


def _unit(value: Decimal, digits: int) -> Decimal:
    return Decimal(1).scaleb(-max(digits, decimals_of(value)))


def _included(units: Decimal, rounding: Decimal) -> tuple[RatedLine, ...]:
    if not units:
        return ()
    return (RatedLine("included", units, ZERO, ZERO, round_money(0, rounding)),)


def _together_note(use: AllowanceUse, total: Decimal) -> Step:
    values = {
        "granted": use.granted,
        "carried_in": use.carried_in,
        "consumed": use.consumed,
        "billable": use.billable,
        "together": total,
    }
    return Step("together", values)


def _total(values) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total
