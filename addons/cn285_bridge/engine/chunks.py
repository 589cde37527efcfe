"""Lists cut to the size that one call takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """``items`` in order, in pieces of ``size``; the last one may be shorter.

    >>> [list(piece) for piece in chunks([1, 2, 3, 4, 5], 2)]
    [[1, 2], [3, 4], [5]]
    """
    if size < 1:
        raise ValueError("a piece holds at least one item")
    for start in range(0, len(items), size):
        yield items[start : start + size]
