"""Bundles: what may be chosen together, and what of the price is whose.

A bundle has slots, each with choices. A choice is taken so and so often, for one bundle. What is
fixed is a slot with one choice that has to be taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from ...cn285_contract.engine.money import CENT, allocate, round_money
from ...cn285_contract.engine.product_rules import problems as product_problems

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Slot:
    """So many choices of it are taken, all in all; ``most`` 0: no limit."""

    key: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A product in a slot; it requires and excludes other products in the same bundle."""

    key: int
    slot: int
    product: int
    requires: frozenset[int] = frozenset()
    excludes: frozenset[int] = frozenset()


class Problem(NamedTuple):
    """What breaks the rules; ``subject`` is a slot, a choice, or (for dependencies) a product."""

    kind: Literal["foreign", "bad_count", "too_few", "too_many", "requires", "excludes"]
    subject: int
    others: frozenset[int] = frozenset()
    count: int = 0


def broken_rules(
    slots: Sequence[Slot], choices: Iterable[Choice], taken: Mapping[int, int]
) -> list[Problem]:
    """Return what is wrong with a choice of components, in the slots' order; empty if nothing is.

    ``taken`` is how often each choice is taken for one bundle; what is not named is not taken. All
    products that a choice requires have to be there; excluding holds in both directions.

    >>> broken_rules([Slot(1, 1, 2)], [Choice(5, 1, 50)], {})
    [Problem(kind='too_few', subject=1, others=frozenset(), count=0)]
    """
    known = {choice.key: choice for choice in choices}
    found = [Problem("foreign", key) for key in taken if key not in known]
    found += [
        Problem("bad_count", key, count=count)
        for key, count in taken.items()
        if key in known and count < 0
    ]
    there = [choice for key, choice in known.items() if taken.get(key, 0) > 0]
    for slot in slots:
        count = sum(taken[choice.key] for choice in there if choice.slot == slot.key)
        if count < slot.least:
            found.append(Problem("too_few", slot.key, count=count))
        elif slot.most and count > slot.most:
            found.append(Problem("too_many", slot.key, count=count))
    requires: dict[int, frozenset[int]] = {}
    excludes: dict[int, frozenset[int]] = {}
    for choice in there:
        requires[choice.product] = requires.get(choice.product, frozenset()) | choice.requires
        excludes[choice.product] = excludes.get(choice.product, frozenset()) | choice.excludes
    products = list(dict.fromkeys(choice.product for choice in there))
    found += [
        Problem(problem.kind, problem.product, problem.others)
        for problem in product_problems(products, requires, excludes)
    ]
    return found


def by_default(
    slots: Sequence[Slot], choices: Sequence[Choice], wanted: Mapping[int, int]
) -> dict[int, int]:
    """Return what is taken where nothing was chosen: the defaults, and what there is no choice of.

    A slot of one choice is filled up to its minimum.

    >>> by_default([Slot(1, 2, 2)], [Choice(5, 1, 50)], {})
    {5: 2}
    """
    result = {}
    for slot in slots:
        members = [choice for choice in choices if choice.slot == slot.key]
        taken = {one.key: wanted[one.key] for one in members if wanted.get(one.key, 0) > 0}
        if len(members) == 1 and slot.least > sum(taken.values()):
            taken = {members[0].key: slot.least}
        result.update(taken)
    return result


@dataclass(frozen=True, slots=True)
class Component:
    """What is billed as a part of a bundle.

    ``stand_alone`` is what all of it in one bundle would cost if it were sold alone, ``extra`` what
    the bundle costs more for it.
    """

    key: int
    stand_alone: Decimal
    extra: Decimal = ZERO


def spread(
    price: Decimal, components: Sequence[Component], unit: Decimal = CENT
) -> dict[int, Decimal]:
    """Return what of a bundle's price falls on each component, by their stand-alone prices.

    Shares are multiples of ``unit`` by the largest remainders and add up to the price; an extra
    price is wholly its component's. Where none has a stand-alone price, all have the same share.
    Without components there is nothing to spread.

    >>> spread(Decimal(35), [Component(1, Decimal(20)), Component(2, Decimal(10)),
    ...     Component(3, Decimal(15), Decimal(12))])
    {1: Decimal('15.55'), 2: Decimal('7.78'), 3: Decimal('23.67')}
    """
    if not components:
        return {}
    weights = [max(component.stand_alone, ZERO) for component in components]
    if not any(weights):
        weights = [Decimal(1)] * len(components)
    parts = allocate(price, weights, unit)
    return {
        component.key: part + round_money(component.extra, unit)
        for component, part in zip(components, parts, strict=True)
    }


def times_in(quantity: Decimal, bundles: Decimal, each: Decimal) -> int | None:
    """Return how often a choice is taken for one bundle, from its quantity; None: not evenly.

    ``each`` is how much of it one taking is.

    >>> times_in(Decimal(12), Decimal(3), Decimal(2)), times_in(Decimal(5), Decimal(2), Decimal(1))
    (2, None)
    """
    if not bundles or not each:
        return None
    count = Fraction(quantity) / (Fraction(bundles) * Fraction(each))
    nearest = round(count)
    return nearest if abs(count - nearest) < Fraction(1, 10**4) else None
