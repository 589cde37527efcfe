"""What a change altered, from what was kept of the terms before and after it."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """A term by its name, with its values before and after."""

    name: str
    before: Any
    after: Any


# Follow from other terms, or from the calendar: they alone make no amendment.
DERIVED = frozenset({"mrr", "item.mrr", "state", "item.state"})


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the terms that are not what they were, in the order in which they were kept.

    What follows from other terms (recurring revenue, states) is left out. A term that was not kept
    on one side counts as empty there; ``False`` and ``None`` are empty, 0 is a value.

    >>> differences({"item.price_unit": 100.0, "mrr": 100.0}, {"item.price_unit": 120.0, "mrr": 1})
    [Difference(name='item.price_unit', before=100.0, after=120.0)]
    """
    found = []
    for name in dict.fromkeys([*before, *after]):
        if name in DERIVED:
            continue
        old, new = _value(before.get(name)), _value(after.get(name))
        if old != new:
            found.append(Difference(name, old, new))
    return found


def _value(value: Any) -> Any:
    return None if value is False or value is None else value
