"""What an offer has kept of the recurring revenue that was at stake."""

from decimal import Decimal

ZERO = Decimal(0)


def kept(at_stake: Decimal, after: Decimal) -> Decimal:
    """Return how much of what was at stake is there afterwards: what came on top is not kept.

    >>> kept(Decimal(100), Decimal(80)), kept(Decimal(100), Decimal(130))
    (Decimal('80'), Decimal('100'))
    """
    return max(min(at_stake, after), ZERO)
