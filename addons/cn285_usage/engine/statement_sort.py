"""Sorting more rows than memory should hold: in chunks that are kept in files, then merged."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice
from typing import Any

from .statement_spec import Spec, order_keys, rank, reader

# Rows that are sorted in memory at a time.
CHUNK = 50_000
# Rows that are written and read together.
BLOCK = 500

_Placed = tuple[tuple[Any, ...], int, Mapping[str, Any]]


class _Falling:
    """A value that comes before what is less."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Falling") -> bool:
        return other.value < self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and self.value == other.value

    __hash__ = None


def sorted_stream(
    rows: Iterable[Mapping[str, Any]], spec: Spec, size: int = CHUNK
) -> Iterator[Mapping[str, Any]]:
    """Yield rows in the order of a statement, as ``sort_rows`` would have them.

    At most ``size`` rows are in memory besides a block of each chunk; the others wait in temporary
    files, which go when the iterator does.
    """
    readers = [(reader(key), descending) for key, descending in order_keys(spec)]

    def place(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            [_Falling(rank(read(row))) if falling else rank(read(row)) for read, falling in readers]
        )

    # The number keeps rows of one place in their order, and rows themselves from being compared.
    source = ((place(row), number, row) for number, row in enumerate(rows))
    first = sorted(islice(source, size))
    files = []
    while chunk := sorted(islice(source, size)):
        files.append(_spill(chunk))
    for _place, _number, row in merge(first, *map(_load, files)):
        yield row


def _spill(chunk: list[_Placed]) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever loads it
    # What rows of a block have in common is written and read once.
    for start in range(0, len(chunk), BLOCK):
        pickle.dump(chunk[start : start + BLOCK], file, pickle.HIGHEST_PROTOCOL)
    file.seek(0)
    return file


def _load(file: Any) -> Iterator[_Placed]:
    with file:
        while True:
            try:
                # Our own rows, from a file that nobody else can open.
                yield from pickle.load(file)
            except EOFError:
                return
