"""Wallets: which lots of credit an invoice draws, in which order, how much, and for which lines.

A lot is paid or granted credit. Lots are drawn by priority, those that expire first, granted before
paid, the oldest first. A lot serves the lines of its scope, up to what is open of them and up to
its rest; the last day of its validity counts.

What is drawn of several lines is parted in proportion to what is open of them, by running totals,
so that the parts add up to the cent and none exceeds what is open of its line. Lines that only this
lot can serve come first, so that no credit is left over that another order would have used.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.money import CENT, allocate_running, round_money

ZERO = Decimal(0)
FIRST_PRIORITY, LAST_PRIORITY = 1, 50
GRANTED, PAID = "granted", "paid"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a lot may pay for.

    ``usage``: usage alone. ``categories``: lines of products in one of these categories, or below
    one of them; None: of all. ``taxes``: lines that bear exactly these taxes; None: any.
    """

    usage: bool = False
    categories: frozenset | None = None
    taxes: frozenset | None = None

    def serves(self, portion: "Portion") -> bool:
        """Return whether a line is of this scope."""
        if self.usage and not portion.usage:
            return False
        if self.taxes is not None and self.taxes != portion.taxes:
            return False
        return self.categories is None or bool(self.categories & portion.categories)


@dataclass(frozen=True, slots=True)
class Portion:
    """What is open of one line of an invoice.

    ``amount`` excludes tax, ``with_tax`` includes it; both are zero or more. ``categories`` are
    those of its product and all above it.
    """

    key: Hashable
    amount: Decimal
    with_tax: Decimal
    usage: bool = False
    categories: frozenset = frozenset()
    taxes: frozenset = frozenset()


@dataclass(frozen=True, slots=True)
class Lot:
    """Credit of one origin.

    ``before_tax``: it lowers lines before their tax (a rebate, or credit whose tax was paid at the
    top-up); else it pays what is owed, tax included. ``order`` tells older lots from newer ones.
    """

    key: Hashable
    kind: str
    rest: Decimal
    expiry: date | None = None
    priority: int = 25
    order: int = 0
    scope: Scope = Scope()
    before_tax: bool = False

    def is_valid_on(self, day: date) -> bool:
        """Return whether the lot serves an invoice of that day; its last day counts."""
        return self.expiry is None or day <= self.expiry


@dataclass(frozen=True, slots=True)
class Draw:
    """What one lot pays, and of which lines: the parts add up to the amount."""

    lot: Hashable
    amount: Decimal
    parts: Mapping[Hashable, Decimal]


def in_order(lots: Iterable[Lot], day: date) -> list[Lot]:
    """Return the lots that serve an invoice of that day, in the order in which they are drawn.

    >>> old = Lot("old", PAID, Decimal(5), order=1)
    >>> soon = Lot("soon", PAID, Decimal(5), expiry=date(2026, 3, 31), order=2)
    >>> gift = Lot("gift", GRANTED, Decimal(5), order=3)
    >>> [lot.key for lot in in_order([old, soon, gift], date(2026, 3, 31))]
    ['soon', 'gift', 'old']
    >>> [lot.key for lot in in_order([old, soon, gift], date(2026, 4, 1))]
    ['gift', 'old']
    """
    usable = [lot for lot in lots if lot.rest > 0 and lot.is_valid_on(day)]
    return sorted(
        usable,
        key=lambda lot: (lot.priority, lot.expiry or date.max, lot.kind != GRANTED, lot.order),
    )


def plan_draws(
    lots: Iterable[Lot],
    portions: Sequence[Portion],
    day: date,
    unit: Decimal = CENT,
    most: Decimal | None = None,
) -> list[Draw]:
    """Return what lots pay of an invoice that is posted: amounts with tax.

    :param portions: the lines above zero
    :param most: what is open of the whole invoice, where that is less than its lines

    >>> line = Portion("calls", Decimal("14.29"), Decimal("17.72"))
    >>> [draw.amount for draw in plan_draws([Lot(1, PAID, Decimal(50))], [line], date(2026, 1, 31))]
    [Decimal('17.72')]
    """
    left = {portion.key: portion.with_tax for portion in portions}
    open_amount = sum(left.values(), ZERO) if most is None else most
    draws = []
    usable = in_order(lots, day)
    for index, lot in enumerate(usable):
        wish = min(lot.rest, open_amount)
        parts = _serve(lot, usable[index + 1 :], portions, left, wish, unit)
        amount = sum(parts.values(), ZERO)
        if amount:
            open_amount -= amount
            draws.append(Draw(lot.key, amount, parts))
    return draws


def plan_before_tax(
    lots: Iterable[Lot],
    portions: Sequence[Portion],
    day: date,
    unit: Decimal = CENT,
    most: Decimal | None = None,
) -> list[Draw]:
    """Return by what lots lower lines before their tax: amounts without tax.

    Lots that pay with tax are drawn later, from what the invoice then comes to; where their turn is
    first, what they will pay is left to them here. They are not among the draws.

    :param portions: the lines above zero
    :param most: what the document charges without tax, where lines below zero lower it

    >>> lines = [Portion(n, Decimal("33.33"), Decimal("40.00")) for n in "abc"]
    >>> gift = Lot("gift", GRANTED, Decimal(10), before_tax=True)
    >>> [list(draw.parts.values()) for draw in plan_before_tax([gift], lines, date(2026, 1, 1))]
    [[Decimal('3.33'), Decimal('3.34'), Decimal('3.33')]]
    """
    left = {portion.key: portion.amount for portion in portions}
    open_amount = sum(left.values(), ZERO) if most is None else most
    draws = []
    usable = in_order(lots, day)
    for index, lot in enumerate(usable):
        later = usable[index + 1 :]
        if not lot.before_tax:
            open_amount -= _leave(lot, later, portions, left, open_amount, unit)
            continue
        parts = _serve(lot, later, portions, left, min(lot.rest, open_amount), unit)
        amount = sum(parts.values(), ZERO)
        if amount:
            open_amount -= amount
            draws.append(Draw(lot.key, amount, parts))
    return draws


def give_back(drawn: Sequence[tuple[Hashable, Decimal]], amount: Decimal) -> dict:
    """Return what a credit note gives back to each draw: the last one first.

    So the lots stand as if the invoice had been smaller from the start.

    :param drawn: ``(draw, what was not given back of it yet)`` in the order of the draws
    :param amount: what the customer is owed; what exceeds the draws is not given back

    >>> give_back([("a", Decimal(50)), ("b", Decimal(46))], Decimal(48))
    {'b': Decimal('46'), 'a': Decimal('2')}
    """
    parts, left = {}, amount
    for key, rest in reversed(drawn):
        part = min(rest, left)
        if part > 0:
            parts[key] = part
            left -= part
    return parts


def running_share(
    whole: Decimal, of: Decimal, upto: Decimal, before: Decimal, unit: Decimal = CENT
) -> Decimal:
    """Return by how much a rebate is taken back with its line: a difference of running totals.

    :param whole: the rebate; below zero
    :param of: what the line charged
    :param upto: what is credited of the line, this credit included
    :param before: what was taken back of the rebate so far; zero or below

    >>> running_share(Decimal("-30.00"), Decimal("100.00"), Decimal("50.00"), ZERO)
    Decimal('-15.00')
    """
    if not of:
        return ZERO
    share = min(Fraction(upto) / Fraction(of), Fraction(1))
    until = round_money(Fraction(whole) * share, unit)
    taken = until - before
    return taken if taken * whole > 0 else ZERO


def _serve(lot, later, portions, left, wish, unit):
    """Take what a lot pays from what is left of the lines of its scope; returns the parts."""
    served = [portion for portion in portions if lot.scope.serves(portion) and left[portion.key]]
    parts = {}
    for group in _by_others(served, later):
        weights = [left[portion.key] for portion in group]
        amount = min(wish, sum(weights, ZERO))
        if amount <= 0:
            continue
        shares = allocate_running(amount, weights, unit)
        for portion, share in zip(group, shares, strict=True):
            if share:
                parts[portion.key] = parts.get(portion.key, ZERO) + share
                left[portion.key] -= share
        wish -= amount
    return parts


def _by_others(portions, later):
    """Group lines by how many later lots could serve them too: those with fewest first."""
    groups: dict[int, list] = {}
    for portion in portions:
        count = sum(other.scope.serves(portion) for other in later)
        groups.setdefault(count, []).append(portion)
    return [groups[count] for count in sorted(groups)]


def _leave(lot, later, portions, left, most, unit):
    """Leave to a lot that pays with tax what it will pay; returns that, without tax."""
    rest, taken = lot.rest, ZERO
    served = [portion for portion in portions if lot.scope.serves(portion) and left[portion.key]]
    for portion in [one for group in _by_others(served, later) for one in group]:
        factor = Fraction(portion.with_tax) / Fraction(portion.amount)
        # Rounded down: what is left with its tax is then never more than the lot holds.
        units = Fraction(rest) / factor / Fraction(unit)
        amount = min(Decimal(int(units)) * unit, left[portion.key], most - taken)
        if amount > 0:
            left[portion.key] -= amount
            taken += amount
            rest -= min(rest, _with_tax(amount, factor, unit))
    return taken


def _with_tax(amount, factor, unit):
    return round_money(Fraction(amount) * factor, unit)
