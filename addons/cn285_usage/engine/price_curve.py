"""Where a price is looked at to draw its curve: evenly, and on both sides of each jump."""

from collections.abc import Iterable
from decimal import Context, Decimal

from .exact import EXACT, ZERO, as_input

# Steps over the whole curve, and how many jumps are drawn as such: more cannot be seen.
STEPS = 60
MAX_JUMPS = 80
# How far behind a bound the next tier is looked at, as a part of the whole.
_BEHIND = Decimal("0.0001")
# Places on a curve need no more digits.
_SHORT = Context(prec=12)
# Room to the right of the last bound, and what is shown where nothing bounds the quantity.
_BEYOND = Decimal("1.25")
DEFAULT_REACH = Decimal(100)


def reach(asked: Decimal, bounds: Iterable[Decimal]) -> Decimal:
    """Return the quantity up to which a curve is drawn: past the one asked for and all bounds.

    >>> str(reach(Decimal(0), [Decimal(100)]))
    '125.00'
    """
    furthest = max([as_input(asked), ZERO, *map(as_input, bounds)])
    return EXACT.multiply(furthest, _BEYOND) if furthest else DEFAULT_REACH


def positions(upto: Decimal, jumps: Iterable[Decimal]) -> list[Decimal]:
    """Return the quantities, ascending from zero to ``upto``, at which a curve is looked at.

    At each jump it is looked at twice, as a bound belongs to the tier below it: at the bound, and
    just behind.
    """
    behind = _SHORT.multiply(upto, _BEHIND)
    found = {_SHORT.divide(upto * number, Decimal(STEPS)) for number in range(STEPS)} | {upto}
    inside = sorted({jump for jump in map(as_input, jumps) if ZERO <= jump < upto})
    for jump in inside[:MAX_JUMPS]:
        found |= {jump, EXACT.add(jump, behind)}
    return sorted(found)
