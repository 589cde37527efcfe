"""Cascades: what is rated on one item is the usage of another."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from ...cn285_contract.engine.pricing import Step
from .errors import UsageError
from .exact import EXACT, ZERO
from .rating import RatedLine, Rating

Item = TypeVar("Item", bound=Hashable)


class Measure(str, Enum):
    """What of the source is counted: its rated units, or its amount as rounded for invoices."""

    quantity = "quantity"
    amount = "amount"


def levels(links: Iterable[tuple[Item, Item]]) -> dict[Item, int]:
    """Return how far each item of the links ``(source, target)`` is from where usage comes in.

    A source that nothing triggers is on level 0, a target one level above its highest source.

    :raises UsageError: ``cascade_loop``; ``values["path"]`` is the loop, from an item back to it
    """
    targets: dict[Item, list[Item]] = {}
    for source, target in links:
        targets.setdefault(source, []).append(target)
        targets.setdefault(target, [])
    waiting = dict.fromkeys(targets, 0)
    for item in targets:
        for target in targets[item]:
            waiting[target] += 1
    found = {item: 0 for item, count in waiting.items() if not count}
    ready = list(found)
    for item in ready:  # It grows while it is read.
        for target in targets[item]:
            found[target] = max(found.get(target, 0), found[item] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if len(ready) < len(targets):
        path = _find_loop(targets, set(ready))
        raise UsageError("cascade_loop", loop=" > ".join(map(str, path)), path=path)
    return found


def _find_loop(targets: Mapping[Item, Sequence[Item]], free: set[Item]) -> list[Item]:
    """Return a loop among the items that are not free, from an item back to itself.

    Going back from source to source among them never ends, so it comes round.
    """
    source_of = {target: item for item in targets if item not in free for target in targets[item]}
    item = next(item for item in targets if item not in free)
    path: list[Item] = []
    while item not in path:
        path.append(item)
        item = source_of[item]
    loop = [*path[path.index(item) :], item]
    return loop[::-1]


def triggered(
    rating: Rating,
    source: str,
    total: Decimal,
    measure: Measure,
    *,
    packages: bool = False,
    payout: bool = False,
) -> Rating:
    """Return the rating of a triggered item, made by a charge model from its source's ``total``.

    A note (``cascade_quantity``, ``cascade_amount``) says where it comes from. The item's own
    quantity, which triggers others in turn, is the packages where it is billed by ``packages``,
    the units where those are counted, and none where it is a share of an amount. A ``payout`` is
    owed to the item's customer: the same with all units and amounts below zero.
    """
    if packages:
        quantity = sum((line.quantity for line in rating.lines), start=ZERO)
    else:
        quantity = total if measure is Measure.quantity else ZERO
    lines = tuple(_turned(line) for line in rating.lines) if payout else rating.lines
    note = Step(f"cascade_{measure.value}", {"key": source, "total": total})
    figures = (quantity, rating.unrounded, rating.amount)
    return Rating(*(map(_negative, figures) if payout else figures), lines, (note, *rating.notes))


def _negative(figure: Decimal) -> Decimal:
    return EXACT.subtract(ZERO, figure)  # Not minus: zero has no sign.


def _turned(line: RatedLine) -> RatedLine:
    """Return the line as something that is owed to the customer, at the same price."""
    quantity, flat, amount = map(_negative, (line.quantity, line.flat, line.amount))
    return RatedLine(
        line.code, quantity, line.unit_price, flat, amount, line.tier_from, line.tier_to, line.key
    )
