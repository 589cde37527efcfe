"""Cascades: what is rated on one item triggers usage or money on others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ...cn285_contract.engine.money import CENT
from .errors import UsageError
from .exact import EXACT, HUNDRED, ONE, ZERO, as_choice, as_input, not_negative, positive, started
from .rating import NOTHING, RatedLine, Rating, draft, extend


class Kind(str, Enum):
    """``package``: a price per started number of units; ``percent``: a share of an amount."""

    package = "package"
    percent = "percent"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What the item ``source`` sets off on the item ``target``.

    ``package``: for each started ``size`` units of the source, ``units`` of the target at ``price``
    each. ``percent``: ``percent`` (which may be above 100, not below 0) of the source's amount, as
    rounded for its invoice, without units.
    """

    source: str
    target: str
    kind: Kind
    size: Decimal = ONE
    units: Decimal = ONE
    price: Decimal = ZERO
    percent: Decimal = ZERO

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", as_choice(Kind, self.kind))
        positive(self.size)
        not_negative(self.units, "negative_units")
        not_negative(self.price, "negative_price")
        not_negative(self.percent, "negative_price")

    def line(self, source: Rating) -> RatedLine | None:
        """Return the line that this source's rating makes on the target, if any."""
        if self.kind is Kind.percent:
            if not source.amount:
                return None
            rate = EXACT.divide(self.percent, HUNDRED)
            return draft("trigger_percent", source.amount, rate, key=self.source)
        units = EXACT.multiply(started(as_input(source.quantity), self.size), self.units)
        return draft("trigger_package", units, self.price, key=self.source) if units else None


def check_triggers(triggers: Iterable[Trigger]) -> list[str]:
    """Return the items of the triggers, sources before their targets.

    Among items that do not depend on each other the order is that of the triggers.

    :raises UsageError: ``cascade_loop``, whose ``loop`` reads ``a > b > a``
    """
    targets: dict[str, list[str]] = {}
    for trigger in triggers:
        targets.setdefault(trigger.source, []).append(trigger.target)
        targets.setdefault(trigger.target, [])
    waiting = dict.fromkeys(targets, 0)
    for item in targets:
        for target in targets[item]:
            waiting[target] += 1
    ready = [item for item, count in waiting.items() if not count]
    for item in ready:  # It grows while it is read.
        for target in targets[item]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if len(ready) < len(targets):
        raise UsageError("cascade_loop", loop=" > ".join(_find_loop(targets, set(ready))))
    return ready


def _find_loop(targets: Mapping[str, Sequence[str]], free: set[str]) -> list[str]:
    """Return a loop among the items that are not free, from an item back to itself.

    Going back from source to source among them never ends, so it comes round.
    """
    source_of = {target: item for item in targets if item not in free for target in targets[item]}
    item = next(item for item in targets if item not in free)
    path: list[str] = []
    while item not in path:
        path.append(item)
        item = source_of[item]
    loop = [*path[path.index(item) :], item]
    return loop[::-1]


def cascade(
    own: Mapping[str, Rating], triggers: Sequence[Trigger], rounding: Decimal = CENT
) -> dict[str, Rating]:
    """Return the rating of every item with what the others trigger on it, level by level.

    ``own`` are the items' ratings of their own usage. A triggered item has its own lines first,
    then a line per trigger in their order (``trigger_package``, ``trigger_percent``; ``key`` is
    the source), and the units of packages add to its quantity, so that it triggers others in turn.
    """
    results = dict(own)
    for item in check_triggers(triggers):
        rating = results.get(item, NOTHING)
        lines = [
            line
            for trigger in triggers
            if trigger.target == item and (line := trigger.line(results[trigger.source]))
        ]
        results[item] = _add(rating, lines, rounding)
    return results


def _add(rating: Rating, lines: Sequence[RatedLine], rounding: Decimal) -> Rating:
    units = rating.quantity
    for line in lines:
        if line.code == "trigger_package":
            units = EXACT.add(units, line.quantity)
    rated = extend(rating, lines, rounding)
    return Rating(units, rated.unrounded, rated.amount, rated.lines, rated.notes)
