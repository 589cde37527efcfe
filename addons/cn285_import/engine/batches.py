"""How many rows are cut into batches that can each be committed on its own."""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush


def cut(
    sizes: Sequence[int], needs: Sequence[frozenset[int] | set[int]], most: int
) -> list[list[int]]:
    """Return families of rows in batches: no family is parted, and what is needed comes no later.

    Families stay in the order given as far as that allows. Those that need one another in a
    circle, and those that need one of these, come together at the end.

    :param sizes: the number of rows of each family
    :param needs: for each family, the places of those to whose rows its own refer
    :param most: rows of a batch; it has more where a single family, or a circle, has

    >>> cut([2, 1, 1, 1], [set(), {3}, set(), set()], 3)
    [[0, 2], [3, 1]]
    >>> cut([1, 1, 1], [{1}, {0}, set()], 5)
    [[2], [0, 1]]
    """
    waits = [len(needed - {place}) for place, needed in enumerate(needs)]
    needed_by: dict[int, list[int]] = {}
    for place, needed in enumerate(needs):
        for other in needed - {place}:
            needed_by.setdefault(other, []).append(place)
    ready = [place for place, count in enumerate(waits) if not count]
    heapify(ready)
    batches: list[list[int]] = []
    filled, done = most, 0
    while ready:
        place = heappop(ready)
        done += 1
        if filled and filled + sizes[place] > most:
            batches.append([])
            filled = 0
        batches[-1].append(place)
        filled += sizes[place]
        for other in needed_by.get(place, ()):
            waits[other] -= 1
            if not waits[other]:
                heappush(ready, other)
    if done < len(sizes):
        batches.append([place for place, count in enumerate(waits) if count])
    return batches
