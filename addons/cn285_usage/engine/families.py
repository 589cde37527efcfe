"""What hangs together: contracts tied by pools, by cascades, or both, over any number of ties."""

from collections.abc import Hashable, Iterable


def families(ties: Iterable[tuple[Hashable, ...]]) -> list[list[Hashable]]:
    """Return the groups of what is tied together, directly or over others, each in order.

    :param ties: things that belong together; a single thing is a family of its own

    >>> families([("a", "pool"), ("b", "pool"), ("c",)])
    [['a', 'b', 'pool'], ['c']]
    """
    above: dict[Hashable, Hashable] = {}

    def top(thing):
        above.setdefault(thing, thing)
        while above[thing] != thing:
            above[thing] = thing = above[above[thing]]
        return thing

    for first, *others in ties:
        root = top(first)
        for other in others:
            above[top(other)] = root
    found: dict[Hashable, list[Hashable]] = {}
    for thing in above:
        found.setdefault(top(thing), []).append(thing)
    return [sorted(members, key=str) for members in found.values()]


def packed(groups: Iterable[list], size: int) -> list[list]:
    """Return the groups put together until they have ``size`` members or more; none is parted.

    >>> packed([[1], [2, 3], [4]], 2)
    [[1, 2, 3], [4]]
    """
    result: list[list] = []
    for group in groups:
        if result and len(result[-1]) < size:
            result[-1].extend(group)
        else:
            result.append(list(group))
    return result
