"""Long columns, worked on a stretch at a time.

What Python does in one call of its own, no other thread can interrupt. The thread that has the
database needs its turn every few milliseconds, or the database waits.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

STRETCH = 10_000


def collected(values: Iterable[Any], size: int = STRETCH) -> list[Any]:
    """Return all values, as ``list`` would."""
    values = iter(values)
    result: list[Any] = []
    while stretch := list(islice(values, size)):
        result += stretch
    return result


def in_order(
    values: Sequence[Any], key: Callable[[Any], Any] | None = None, size: int = STRETCH
) -> list[Any]:
    """Return the values as ``sorted`` would: what is left to it are sorted runs.

    >>> in_order([3, 1, 2, 0], size=2)
    [0, 1, 2, 3]
    """
    result: list[Any] = []
    for start in range(0, len(values), size):
        result += sorted(values[start : start + size], key=key)
    result.sort(key=key)
    return result
