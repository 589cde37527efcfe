"""The figures of an Odoo invoice line that multiply out to an amount computed elsewhere."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .money import CENT, round_money

ONE = Decimal(1)
HUNDRED = Decimal(100)
DISCOUNT_DIGITS = 2
PRICE_UNIT = Decimal("1E-10")

# Odoo multiplies in binary floating point, with an error of a few units in the last place (2**-52
# of the amount), divided by the share that the discount leaves, because 1 - discount / 100 loses
# digits. Its rounding forgives that at a tie while the share is at least a half. Elsewhere a
# product must keep this distance from the tie, relative to the amount and over the share.
SAFE_DISCOUNT = Decimal(50)
MARGIN = Fraction(1, 10**14)
# Below this, an amount that the factors make exactly is far enough from any tie.
SAFE_AMOUNT = Decimal(10**7)


@dataclass(frozen=True, slots=True)
class LineFactors:
    """Quantity, unit price and discount in percent of an invoice line."""

    quantity: Decimal
    price_unit: Decimal
    discount: Decimal


def _decimals_fit(value: Decimal, digits: int) -> bool:
    return value == round(value, digits)


def _makes(factors: LineFactors, net: Decimal, rounding: Decimal) -> bool:
    """Tell whether Odoo's floats, too, round the factors' product to the net amount."""
    exact = factors.quantity * factors.price_unit * (HUNDRED - factors.discount) == net * HUNDRED
    if exact and factors.discount <= SAFE_DISCOUNT and abs(net) < SAFE_AMOUNT:
        return True  # The usual line, told in a tenth of the time.
    share = 1 - Fraction(factors.discount) / 100
    product = Fraction(factors.quantity) * Fraction(factors.price_unit) * share
    if round_money(product, rounding) != net:
        return False
    if not product:
        return True
    to_tie = Fraction(rounding) / 2 - abs(product - Fraction(net))
    if not to_tie and factors.discount <= SAFE_DISCOUNT:
        return True
    return to_tie > abs(product) * MARGIN / share


def line_factors(
    amount_net: Decimal,
    quantity: Decimal,
    discount: Decimal = Decimal(0),
    rounding: Decimal = CENT,
    quantity_digits: int = 2,
    price_unit: Decimal | None = None,
) -> LineFactors:
    """Return factors with ``round(quantity * price_unit * (1 - discount / 100)) == amount_net``.

    ``amount_net`` is a multiple of ``rounding``. The product is right in Odoo's floats as well,
    with its quantity rounded to ``quantity_digits`` and its discount to 2 decimals. The line keeps
    the preferred ``price_unit`` if that makes the amount; else quantity and discount with a price
    of up to 10 decimals; else it is 1 x amount. A discount of 100 keeps the undiscounted price.
    """
    if not _decimals_fit(quantity, quantity_digits):
        quantity, price_unit = ONE, None if price_unit is None else quantity * price_unit
    if _decimals_fit(discount, DISCOUNT_DIGITS):
        if price_unit is not None:
            factors = LineFactors(quantity, price_unit, discount)
            if _makes(factors, amount_net, rounding):
                return factors
        if quantity and discount < HUNDRED:
            share = Fraction(quantity) * (1 - Fraction(discount) / 100)
            price = round_money(Fraction(amount_net) / share, PRICE_UNIT).normalize()
            factors = LineFactors(quantity, price, discount)
            if _makes(factors, amount_net, rounding):
                return factors
    return LineFactors(ONE, amount_net, Decimal(0))
