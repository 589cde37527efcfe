"""Which part of a file is asked for (RFC 9110, 14)."""

import re

_ONE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


class Unsatisfiable(ValueError):
    """Nothing of the file lies in what is asked for."""


def part_of(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the part of a file that a ``Range`` asks for, ``[first, end)``; None for all of it.

    What is no range of bytes, and several ranges at once, are answered by the whole file, as RFC
    9110, 14.2 allows.

    :param size: of the file, in bytes
    :raises Unsatisfiable: where nothing of it is asked for

    >>> part_of("bytes=0-499", 2000), part_of("bytes=1500-", 2000), part_of("bytes=-10", 2000)
    ((0, 500), (1500, 2000), (1990, 2000))
    >>> part_of("bytes=0-9999", 2000), part_of("bytes=5-2", 2000), part_of(None, 2000)
    ((0, 2000), None, None)
    """
    found = _ONE.fullmatch(header or "")
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        if not length:
            raise Unsatisfiable(header)
        return size - length, size
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable(header)
    return first, min(last + 1, size)
