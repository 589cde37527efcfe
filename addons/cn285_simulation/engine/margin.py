"""What a billed row cost us, and what is left of it."""

from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import CENT, round_money


def fixed_cost(
    amount: Decimal,
    *,
    per_unit: bool,
    quantity: Decimal,
    share: Fraction | int = 1,
    of_usage: bool = False,
    unit: Decimal = CENT,
) -> Decimal:
    """Return a cost of a unit, or of a period, for what a row stands for, rounded.

    Of a period: its ``share`` of a full one. Of a unit: of usage each unit that was used, of
    subscriptions each unit for its share of the period.

    >>> fixed_cost(Decimal(10), per_unit=True, quantity=Decimal(3), share=Fraction(1, 2))
    Decimal('15.00')
    """
    value = Fraction(amount)
    if per_unit:
        value *= Fraction(quantity)
    if not (per_unit and of_usage):
        value *= share
    return round_money(value, unit)
