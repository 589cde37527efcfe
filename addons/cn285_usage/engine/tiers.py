"""Tiers: upper bounds, which are inclusive, and what is owed within them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from .errors import TierError
from .exact import ONE, ZERO, as_input, not_negative, positive


@dataclass(frozen=True, slots=True)
class Tier:
    """The quantities above the tier before, up to and including ``up_to`` (None: no end).

    ``unit_price`` is a unit's price, or that of each started package of ``package`` units; ``flat``
    is owed once on reaching the tier. ``start`` may repeat where the tier begins, to be checked:
    the bound before, or the next whole number after it, as price lists print it (0-10, 11-20).
    """

    up_to: Decimal | None = None
    unit_price: Decimal = ZERO
    flat: Decimal = ZERO
    package: Decimal | None = None
    start: Decimal | None = None

    def __post_init__(self) -> None:
        not_negative(self.unit_price, "negative_price")
        not_negative(self.flat, "negative_price")
        if self.package is not None:
            positive(self.package)
        if self.start is not None:
            as_input(self.start)
        if self.up_to is not None and as_input(self.up_to) <= 0:
            raise TierError("tier_bound_not_positive", up_to=self.up_to)


def check_tiers(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    """Return tiers that cover every quantity up to the last bound exactly once.

    :raises TierError: ``no_tiers``, ``tiers_not_ascending``, ``open_tier_not_last``, ``tier_gap``,
        ``tier_overlap``
    """
    if not tiers:
        raise TierError("no_tiers")
    for number, (one, two) in enumerate(pairwise(tiers), start=1):
        if one.up_to is None:
            raise TierError("open_tier_not_last", number=number)
        if two.up_to is not None and two.up_to <= one.up_to:
            raise TierError("tiers_not_ascending", up_to=two.up_to, before=one.up_to)
    before = ZERO
    for tier in tiers:
        _check_start(tier, before)
        before = tier.up_to
    return tuple(tiers)


def _check_start(tier: Tier, before: Decimal) -> None:
    start = tier.start
    if start is None or start == before:
        return
    if start < before:
        raise TierError("tier_overlap", start=start, before=before)
    if start != before + ONE or before % 1:
        raise TierError("tier_gap", before=before, start=start)
