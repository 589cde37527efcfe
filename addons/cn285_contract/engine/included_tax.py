"""Taxes that are inside the prices of an invoice: how they are parted over its lines.

What is paid is the sum of the prices. Of it, each tax is what it comes to over all lines, rounded
once; the lines' shares of it are whole cents that add up to that, and a line excluding tax is its
price less its shares. So total, lines and taxes agree, and the tax is not that of the lines' own
rounding: 1,000 lines of 9.99 with 20 % inside hold 1,665.00 of tax, not 1,660.00.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .money import CENT, round_money

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line's price with the taxes in it, in whole units of money, and each of them exactly."""

    price: Decimal
    taxes: Mapping[Hashable, Decimal]


@dataclass(frozen=True, slots=True)
class PartedLine:
    """A line excluding the taxes in its price, and these: together its price."""

    base: Decimal
    taxes: Mapping[Hashable, Decimal]


def part_included(
    lines: Sequence[PricedLine], totals: Mapping[Hashable, Decimal], unit: Decimal = CENT
) -> list[PartedLine]:
    """Return the lines without the taxes in their prices; each tax adds up to its total.

    :param totals: what each tax comes to over the lines, rounded
    :param unit: of the currency; every price is a multiple of it

    >>> lines = [PricedLine(Decimal("9.99"), {"VAT": Decimal("1.665")})] * 2
    >>> [line.base for line in part_included(lines, {"VAT": Decimal("3.33")})]
    [Decimal('8.33'), Decimal('8.32')]
    """
    shares: list[dict[Hashable, Decimal]] = [{} for _line in lines]
    for tax, total in totals.items():
        members = [index for index, line in enumerate(lines) if tax in line.taxes]
        parts = rounded_to([lines[index].taxes[tax] for index in members], total, unit)
        for index, part in zip(members, parts, strict=True):
            shares[index][tax] = part
    return [
        PartedLine(line.price - sum(share.values(), ZERO), share)
        for line, share in zip(lines, shares, strict=True)
    ]


def rounded_to(exact: Sequence[Decimal], total: Decimal, unit: Decimal = CENT) -> list[Decimal]:
    """Return amounts rounded so that they add up to a total, each next to its exact value.

    Amounts of any sign. Units that rounding each by itself leaves over go to those that it moved
    furthest the other way; the first of equals goes first.

    >>> rounded_to([Decimal("1.665"), Decimal("1.665")], Decimal("3.33"))
    [Decimal('1.66'), Decimal('1.67')]
    """
    parts = [round_money(amount, unit) for amount in exact]
    over = total - sum(parts, ZERO)
    count = int(abs(over) / unit) if parts else 0
    step = unit if over > 0 else -unit
    moved = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index]) * step)
    for number in range(count):
        parts[moved[number % len(moved)]] += step
    return parts
