"""Sorting more rows than memory should hold: in chunks that are kept in files, then merged."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice
from typing import Any

from .statement_spec import Spec, order_keys, rank, reader

# Rows that are sorted in memory at a time.
CHUNK = 20_000
# Rows that are written and read together.
BLOCK = 250

# Ranks of the values it is sorted by, one after the other, its number, and the row itself: flat,
# since nested tuples take five times as long to compare.
_Placed = tuple[Any, ...]


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

    At most ``size`` rows are in memory besides a block of each run; the others wait in temporary
    files, which go when the iterator does. Chunks that follow each other make one run: rows that
    come in order are written and read, not merged.
    """
    source = _placed(rows, spec)
    chunk = sorted(islice(source, size))
    runs: list[_Run] = []
    while len(chunk) == size:
        run = next((run for run in runs if run.last < chunk[0]), None)
        if run is None:
            run = _Run()
            runs.append(run)
        run.add(chunk)
        # Not two chunks at a time.
        del chunk
        chunk = sorted(islice(source, size))
    for placed in merge(*[run.rows() for run in runs], chunk):
        yield placed[-1]


def _placed(rows: Iterable[Mapping[str, Any]], spec: Spec) -> Iterator[_Placed]:
    readers = [(reader(key, spec.fields), descending) for key, descending in order_keys(spec)]
    for number, row in enumerate(rows):
        place: list[Any] = []
        for read, falling in readers:
            if falling:
                place.append(_Falling(rank(read(row))))
            else:
                place += rank(read(row))
        # The number keeps rows of one place in their order, and two rows from being compared.
        yield (*place, number, row)


class _Run:
    """Sorted rows in a temporary file that nobody else can open."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been read
        self.last: _Placed = ()

    def add(self, chunk: list[_Placed]) -> None:
        """Append rows, none of which comes before those that are there."""
        # What rows of a block have in common is written and read once.
        for start in range(0, len(chunk), BLOCK):
            pickle.dump(chunk[start : start + BLOCK], self._file, pickle.HIGHEST_PROTOCOL)
        self.last = chunk[-1]

    def rows(self) -> Iterator[_Placed]:
        """All rows, once."""
        with self._file as file:
            file.seek(0)
            while True:
                try:
                    yield from pickle.load(file)
                except EOFError:
                    return
