"""Plain percentage taxes of an invoice, in both currencies: what Odoo's tax engine says of them.

Plain is a percentage on top of the price, or inside it, that is the base of no other tax and is
booked whole in one item. The total excluding tax is the sum of the lines. A tax on top of rounded
lines is rounded once for all lines of an invoice or line by line, as the company says; a tax inside
the price is rounded line by line (EN 16931, BR-CO-10 and BR-CO-17).

Odoo computes in binary floating point. An amount that lies next to a tie (9.99 with 20 % inside:
1.665 of tax) is rounded as Odoo's floats are, by the same operations in the same order. Where that
is not known, or where Odoo would part a difference of a cent over the lines, nothing is said here:
:class:`Unproven`.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
HALF = Decimal("0.5")
HUNDRED = Decimal(100)
# Sums and products of floats are wrong by some 1e-15 of the amount: below the largest number of
# units (cents), the margin is a hundred times that.
LARGEST = Decimal(10**8)
MARGIN = Decimal("1E-5")


class Unproven(ArithmeticError):
    """The amounts cannot be told without asking Odoo."""


@dataclass(frozen=True, slots=True)
class PlainTax:
    """One tax of a line. Taxes of the same ``item`` are booked together."""

    percent: Decimal
    included: bool
    item: Hashable


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A line as it is entered; its taxes are all on top of the price, or all inside it."""

    quantity: Decimal
    price_unit: Decimal
    discount: Decimal  # in percent
    taxes: tuple[PlainTax, ...]


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """What a line comes to; ``with_tax`` counts each of its taxes rounded by itself."""

    untaxed: Decimal
    with_tax: Decimal
    untaxed_local: Decimal


@dataclass(slots=True)
class ItemAmounts:
    """What one tax item comes to: tax in both currencies, and its base in the company's."""

    tax: Decimal = ZERO
    tax_local: Decimal = ZERO
    base_local: Decimal = ZERO
    floats: float = 0.0  # the tax as Odoo adds it up


@dataclass(frozen=True, slots=True)
class Money:
    """Currencies of an invoice: their units (0.01), and how much of it is one of the company's."""

    unit: Decimal
    local_unit: Decimal
    rate: Decimal = ONE

    @property
    def is_local(self) -> bool:
        """Whether both currencies say the same amounts."""
        return self.rate == ONE and self.unit == self.local_unit

    def local(self, amount: Decimal) -> Decimal:
        """Return an amount of the invoice in the company's currency, not rounded."""
        return amount if self.rate == ONE else amount / self.rate


def rounded(amount: Decimal, unit: Decimal, floats: Callable[[], float] | None = None) -> Decimal:
    """Return ``amount`` in whole units, halves away from zero.

    :param floats: returns the amount as Odoo computes it, for where it lies next to a tie.
    :raise Unproven: next to a tie without ``floats``, or above the amounts that floats can tell.
    """
    units = amount / unit
    if abs(units) > LARGEST:
        raise Unproven(amount)
    whole = units.to_integral_value(ROUND_HALF_UP)
    if whole != units and HALF - abs(units - whole) < MARGIN:
        if floats is None:
            raise Unproven(amount)
        whole = Decimal(_rounded_units(floats(), float(unit)))
    return whole * unit


def _rounded_units(value: float, unit: float) -> int:
    """Return the units in ``value`` as `odoo.tools.float_round` finds them (HALF-UP)."""
    if not value:
        return 0
    units = value * float(round(1 / unit)) if unit < 1 else value / unit
    epsilon = 2 ** (math.log2(abs(units)) - 50)
    return round(units + math.copysign(epsilon, units))


def plain_taxes(
    lines: Sequence[TaxedLine], money: Money, per_line: bool
) -> tuple[list[LineAmounts], dict[Hashable, ItemAmounts]]:
    """Return the amounts of each line, and of each tax item in the order of the lines' taxes.

    :param per_line: taxes are rounded line by line, not once for the invoice.
    :raise Unproven: where only Odoo can tell.
    """
    amounts, items = [], {}
    exact_local = ZERO
    for line in lines:
        price = _price(line, money)
        if line.taxes and line.taxes[0].included:
            made, exact = _inside(line.taxes, price, money, items)
        else:
            made, exact = _on_top(line, price, money, per_line, items)
        amounts.append(made)
        exact_local += exact
    _check_local(amounts, exact_local, money)
    for item in items.values():
        _round_item(item, money)
    return amounts, items


def _price(line, money):
    """Return what the line costs as entered, rounded."""
    entered = line.quantity * line.price_unit
    if line.discount:
        entered *= ONE - line.discount / HUNDRED

    def floats():
        price = float(line.price_unit) * (1 - (float(line.discount) / 100.0))
        return float(line.quantity) * price

    return rounded(entered, money.unit, floats)


def _on_top(line, price, money, per_line, items):
    """Add a line with taxes on top; return its amounts, and its untaxed amount before rounding."""
    with_tax, exact = price, money.local(price)
    local = rounded(exact, money.local_unit)
    if per_line:
        exact = local
    base, quantity = float(price), float(line.quantity)
    if not per_line and quantity:
        # the price that Odoo takes for the rounded line
        base = quantity * (base / quantity)
    for tax in line.taxes:
        raw, floats = price * tax.percent / HUNDRED, base * float(tax.percent) / 100.0
        amount = rounded(raw, money.unit, lambda floats=floats: floats)
        with_tax += amount
        item = items.setdefault(tax.item, ItemAmounts())
        if per_line:
            item.tax += amount
            item.tax_local += rounded(money.local(amount), money.local_unit)
        else:
            item.tax += raw
            item.tax_local += money.local(raw)
            item.floats += floats
        item.base_local += exact
    return LineAmounts(price, with_tax, local), exact


def _inside(taxes, price, money, items):
    """Add a line with taxes inside its price, which are rounded line by line."""
    whole = HUNDRED + sum(tax.percent for tax in taxes)
    parts = [
        rounded(
            price * tax.percent / whole,
            money.unit,
            lambda tax=tax: _inside_floats(price, tax, taxes),
        )
        for tax in taxes
    ]
    untaxed = price - sum(parts)
    local = rounded(money.local(untaxed), money.local_unit)
    for tax, part in zip(taxes, parts, strict=True):
        item = items.setdefault(tax.item, ItemAmounts())
        item.tax += part
        item.tax_local += rounded(money.local(part), money.local_unit)
        item.base_local += local
    return LineAmounts(untaxed, price, local), local


def _inside_floats(price, tax, taxes):
    """Return a tax inside a price as `account.tax._eval_tax_amount_price_included` has it."""
    factor = 1 / (1 + sum(float(one.percent) for one in reversed(taxes)) / 100.0)
    return float(price) * factor * float(tax.percent) / 100.0


def _round_item(item, money):
    item.tax = rounded(item.tax, money.unit, lambda: item.floats)
    if money.is_local:
        item.tax_local = item.tax
    else:
        item.tax_local = rounded(item.tax_local, money.local_unit)
    item.base_local = rounded(item.base_local, money.local_unit)


def _check_local(amounts, exact_local, money):
    """Refuse where the lines do not add up in the company's currency: Odoo parts the difference."""
    if money.is_local:
        return
    total = sum((line.untaxed_local for line in amounts), start=ZERO)
    if rounded(exact_local, money.local_unit) != total:
        raise Unproven(exact_local)
