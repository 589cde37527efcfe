"""Sets of days as half-open stretches, in order and without overlap."""

from collections.abc import Iterable, Sequence
from datetime import date

Span = tuple[date, date]


def normalise(spans: Iterable[Span]) -> list[Span]:
    """Return the same days as stretches in order, those that touch made one, empty ones left out.

    >>> normalise([(date(2026, 1, 5), date(2026, 1, 9)), (date(2026, 1, 1), date(2026, 1, 5))])
    [(datetime.date(2026, 1, 1), datetime.date(2026, 1, 9))]
    """
    result: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((start, end))
    return result


def subtract(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return the days of ``spans`` that are not in ``taken``."""
    result = normalise(spans)
    for taken_start, taken_end in normalise(taken):
        rest: list[Span] = []
        for start, end in result:
            rest += [
                part
                for part in ((start, min(end, taken_start)), (max(start, taken_end), end))
                if part[0] < part[1]
            ]
        result = rest
    return result


def intersect(spans: Iterable[Span], other: Sequence[Span]) -> list[Span]:
    """Return the days that are in both."""
    return normalise(
        (max(start, other_start), min(end, other_end))
        for start, end in spans
        for other_start, other_end in other
    )


def count(spans: Iterable[Span]) -> int:
    """Return the number of days."""
    return sum((end - start).days for start, end in spans)
