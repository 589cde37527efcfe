"""Credit notes: how much of an invoice's lines can be taken back, and with which tax.

Over any number of credit notes a line's credits add up to what it charged, never to more, and so
do their taxes: each credit is the difference of two rounded running totals, and the one that closes
a line takes what is left of it.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from .money import CENT, allocate_running, round_money

ZERO = Decimal(0)
Amounts = Mapping[Hashable, Decimal]


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """A line of an invoice, and what earlier credit notes took back of it.

    Money is in the invoice's currency: ``base`` excludes tax, ``taxes`` is the tax of each kind.
    Lines below zero (discounts) are credited towards zero like the others.
    """

    key: Hashable
    base: Decimal
    taxes: Amounts = field(default_factory=dict)
    credited: Decimal = ZERO
    credited_taxes: Amounts = field(default_factory=dict)

    @property
    def remaining(self) -> Decimal:
        """Return what can still be credited; it has the sign of the line, or is zero."""
        rest = self.base - self.credited
        return rest if rest * self.base > 0 else ZERO

    @property
    def remaining_total(self) -> Decimal:
        """Return what can still be credited with its tax."""
        if not self.remaining:
            return ZERO
        left = sum(self.taxes.values(), ZERO) - sum(
            (self.credited_taxes.get(tax, ZERO) for tax in self.taxes), ZERO
        )
        return self.remaining + left

    def capped(self, wish: Decimal) -> Decimal:
        """Return the part of a wished credit that is possible: between zero and the remainder."""
        if self.base < 0:
            return min(max(wish, self.remaining), ZERO)
        return max(min(wish, self.remaining), ZERO)


@dataclass(frozen=True, slots=True)
class LineCredit:
    """What a credit note takes back of one line, excluding tax, and of its taxes."""

    key: Hashable
    base: Decimal
    taxes: Amounts


def reserve(line: CreditableLine, amount: Decimal, unit: Decimal = CENT) -> CreditableLine:
    """Return the line as if ``amount`` excluding tax had been credited, with its share of tax."""
    if not amount or not line.base:
        return line
    share = Fraction(amount) / Fraction(line.base)
    taxes = {
        tax: line.credited_taxes.get(tax, ZERO) + round_money(Fraction(charged) * share, unit)
        for tax, charged in line.taxes.items()
    }
    return replace(line, credited=line.credited + amount, credited_taxes=taxes)


def spread_excess(lines: Sequence[CreditableLine], unit: Decimal = CENT) -> list[CreditableLine]:
    """Return lines that bill one thing, none credited for more than it charged.

    What one of them was credited beyond that (a credit of the whole names but the first) is taken
    from what is left of the others.
    """
    excess, found = ZERO, []
    for line in lines:
        beyond = line.credited - line.base
        if beyond * line.base > 0:
            excess += beyond
            line = replace(line, credited=line.base, credited_taxes=dict(line.taxes))
        found.append(line)
    left = {line.key: line.remaining for line in found}
    most = sum(left.values(), ZERO)
    if excess * most <= 0:
        return found
    parts = spread_credit(min(excess, most, key=abs), left, unit)
    return [reserve(line, parts[line.key], unit) for line in found]


def percent_of_total(
    lines: Sequence[CreditableLine], percent: Decimal, unit: Decimal = CENT
) -> dict[Hashable, Decimal]:
    """Return what each line gives to a credit of ``percent`` of what the lines charged together.

    The percentage is of the invoice, not of what is left of it (half, and half again, is all); it
    is spread over what is left of the lines, and is never more than that.
    """
    remaining = {line.key: line.remaining for line in lines}
    most = sum(remaining.values(), ZERO)
    charged = sum((line.base for line in lines), ZERO)
    wish = round_money(Fraction(charged) * Fraction(percent) / 100, unit)
    return spread_credit(max(min(wish, most), ZERO), remaining, unit)


def percent_of_lines(
    lines: Sequence[CreditableLine], percents: Amounts, unit: Decimal = CENT
) -> dict[Hashable, Decimal]:
    """Return the given percentage of each line that has one."""
    return {
        line.key: round_money(Fraction(line.base) * Fraction(percents[line.key]) / 100, unit)
        for line in lines
        if line.key in percents
    }


def credit_lines(
    lines: Sequence[CreditableLine], wishes: Amounts, unit: Decimal = CENT
) -> list[LineCredit]:
    """Return the credits that meet the wishes as far as something is left to credit.

    :param wishes: amount excluding tax by line key; a line that is not in it is left alone
    :returns: one for each line that is credited, in the lines' order
    """
    running: dict[Hashable, tuple[Fraction, Decimal]] = {}
    credits = []
    for line in lines:
        base = line.capped(round_money(wishes.get(line.key, ZERO), unit))
        if not base:
            continue
        closing = base == line.remaining
        taxes = {}
        for tax, total in line.taxes.items():
            before = line.credited_taxes.get(tax, ZERO)
            if closing:
                taxes[tax] = total - before
                continue
            # Rounded over the lines of the credit note, as the tax of an invoice is.
            exact, rounded = running.get(tax, (Fraction(0), ZERO))
            exact += Fraction(total) * Fraction(line.credited + base) / Fraction(line.base)
            exact -= Fraction(before)
            until = round_money(exact, unit)
            taxes[tax] = until - rounded
            running[tax] = exact, until
        credits.append(LineCredit(line.key, base, taxes))
    return credits


def exact_tax(line: CreditableLine, credit: LineCredit, tax: Hashable) -> Decimal:
    """Return what a credit takes back of a tax before that is rounded; what closes a line, all.

    For documents that round the tax of their lines together.
    """
    if credit.base == line.remaining:
        return credit.taxes[tax]
    share = Fraction(line.credited + credit.base) / Fraction(line.base)
    exact = Fraction(line.taxes[tax]) * share - Fraction(line.credited_taxes.get(tax, ZERO))
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def with_price(
    line: CreditableLine, credit: LineCredit, price: Decimal, included: Sequence[Hashable]
) -> LineCredit:
    """Return a credit whose amount and included taxes come to a price, where that is possible.

    A cent between rounding what is paid back and rounding its parts goes into the largest of the
    included taxes. What closes a line stays: it is what is left.

    :param price: what is to be paid back with the taxes that are inside the price
    :param included: keys of these taxes
    """
    inside = [tax for tax in included if tax in credit.taxes]
    if not inside or credit.base == line.remaining:
        return credit
    beside = price - credit.base - sum((credit.taxes[tax] for tax in inside), ZERO)
    largest = max(inside, key=lambda tax: abs(credit.taxes[tax]))
    left = line.taxes[largest] - line.credited_taxes.get(largest, ZERO)
    wish = credit.taxes[largest] + beside
    fitting = max(min(wish, left), ZERO) if line.base > 0 else min(max(wish, left), ZERO)
    return replace(credit, taxes={**credit.taxes, largest: fitting})


def spread_credit(
    amount: Decimal, shares: Amounts, unit: Decimal = CENT
) -> dict[Hashable, Decimal]:
    """Return an amount parted by shares, such as a line's credit over the rows behind it.

    The parts add up to the amount. Where the shares come to the amount or more, and are rounded to
    ``unit``, no part exceeds its share.
    """
    if not sum(shares.values()):
        return dict.fromkeys(shares, ZERO)
    return dict(zip(shares, allocate_running(amount, shares.values(), unit), strict=True))


def share_credit(
    total: Decimal, credits: Mapping[Hashable, Decimal], unit: Decimal = CENT
) -> dict[Hashable, Decimal]:
    """Return how much of a credit note goes to each invoice that it credits, tax included.

    Each gets what is credited of it, in the order given, until the credit note is used up: what it
    charges besides makes it smaller. ``credits`` need not be rounded; the shares are, and add up to
    their sum or to ``total``, whichever is less.
    """
    shares, running, given = {}, ZERO, ZERO
    for key, credit in credits.items():
        running += credit
        upto = round_money(min(running, total), unit)
        shares[key] = upto - given
        given = upto
    return shares
