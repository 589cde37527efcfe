"""Which device serves which item on which days. Stretches are half-open; no end is None."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Assignment:
    """A device serves an item from ``start`` until the day before ``end``.

    ``slot`` tells apart the devices that one item has at the same time, counted from 1.
    """

    device: int
    item: int
    start: date
    end: date | None = None
    slot: int = 1

    def covers(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, start: date, end: date | None = None) -> bool:
        """Whether it has days in common with a stretch."""
        return (end is None or self.start < end) and (self.end is None or start < self.end)


def free_slot(
    taken: Iterable[Assignment], start: date, end: date | None, places: int
) -> int | None:
    """The first place of an item that is free on all these days; None where all are taken.

    :param taken: assignments of that item
    :param places: how many devices the item is for

    >>> day = date(2026, 4, 14)
    >>> free_slot([Assignment(1, 7, day)], day, None, 2)
    2
    >>> free_slot([Assignment(1, 7, day)], day, None, 1) is None
    True
    """
    used = {one.slot for one in taken if one.overlaps(start, end)}
    return next((slot for slot in range(1, places + 1) if slot not in used), None)


def items_at(assignments: Sequence[Assignment], device: int, day: date) -> list[int]:
    """The items that a device served on a day, however long ago, in ascending order."""
    return sorted({one.item for one in assignments if one.device == device and one.covers(day)})


def handed_over(one: Assignment, day: date) -> tuple[Assignment | None, Assignment | None]:
    """What is left of an assignment before a day, and what of it is somebody else's from then on.

    >>> start, day, end = date(2026, 1, 1), date(2026, 4, 14), date(2027, 1, 1)
    >>> before, after = handed_over(Assignment(1, 7, start, end), day)
    >>> before.end == after.start == day and after.end == end
    True
    """
    if one.end is not None and one.end <= day:
        return one, None
    if one.start >= day:
        return None, one
    before = Assignment(one.device, one.item, one.start, day, one.slot)
    return before, Assignment(one.device, one.item, day, one.end, one.slot)
