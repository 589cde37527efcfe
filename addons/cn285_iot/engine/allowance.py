"""What a device may use before its activation without owing anything."""

from decimal import Decimal


def free_part(quantity: Decimal, used: Decimal, allowance: Decimal) -> Decimal:
    """Return how much of a quantity is free, after what was free before.

    What is taken back (below zero) is free: it gives the allowance back.

    >>> free_part(Decimal(8), Decimal(95), Decimal(100))
    Decimal('5')
    >>> free_part(Decimal(8), Decimal(100), Decimal(100))
    Decimal('0')
    >>> free_part(Decimal(-3), Decimal(100), Decimal(100))
    Decimal('-3')
    """
    if quantity <= 0:
        return quantity
    return min(quantity, max(allowance - used, Decimal(0)))
