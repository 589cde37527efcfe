"""A part of a load that can be tried by itself: some rows of each file, and what these name."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

# Columns by which other rows may name a row.
NAMES = ("id", "code", "name", "number", "ref", "client_ref", "serial", "reference")


class HasCells(Protocol):
    """A row on its way in: the file that it stands in, and its cells."""

    file: str
    cells: dict[str, str]


Row = TypeVar("Row", bound=HasCells)


def first_rows(entries: Mapping[str, Sequence[Row]], most: int) -> dict[str, list[Row]]:
    """Return the first rows of each file, and those that they refer to, however far down.

    :param entries: rows by kind, in the order of their files
    :param most: how many rows of each file
    """
    count: Counter[str] = Counter()
    chosen: set[int] = set()
    todo: list[Row] = []
    by_name: dict[str, list[Row]] = {}
    for rows in entries.values():
        for row in rows:
            count[row.file] += 1
            if count[row.file] <= most:
                todo.append(row)
            for name in NAMES:
                if text := row.cells.get(name):
                    by_name.setdefault(text, []).append(row)
    while todo:
        row = todo.pop()
        if id(row) in chosen:
            continue
        chosen.add(id(row))
        for text in _texts(row.cells.values()):
            todo += by_name.get(text, ())
    return {kind: [row for row in rows if id(row) in chosen] for kind, rows in entries.items()}


def _texts(cells: Iterable[str]) -> Iterable[str]:
    for cell in cells:
        yield cell
        if "|" in cell:
            yield from (part.strip() for part in cell.split("|"))
