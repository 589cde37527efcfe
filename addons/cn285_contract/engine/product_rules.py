"""Which products may stand on a contract together."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple


class Problem(NamedTuple):
    """A product that requires others which are missing, or excludes others which are there."""

    product: int
    kind: Literal["requires", "excludes"]
    others: frozenset[int]


def problems(
    products: Collection[int],
    requires: Mapping[int, Collection[int]],
    excludes: Mapping[int, Collection[int]],
) -> list[Problem]:
    """Return what is wrong with products that stand together, in their order; empty if nothing is.

    One of each product that is required is enough. Excluding holds in both directions, whichever of
    the two products says so, and is told once.

    >>> problems([1, 2], {1: [3]}, {2: [1]})
    [Problem(product=1, kind='requires', others=frozenset({3})), \
Problem(product=2, kind='excludes', others=frozenset({1}))]
    """
    there = set(products)
    found, told = [], set()
    for product in products:
        missing = frozenset(requires.get(product, ())) - there
        if missing:
            found.append(Problem(product, "requires", missing))
        clash = {
            other
            for other in (frozenset(excludes.get(product, ())) & there) - {product}
            if frozenset((product, other)) not in told
        }
        told |= {frozenset((product, other)) for other in clash}
        if clash:
            found.append(Problem(product, "excludes", frozenset(clash)))
    return found
