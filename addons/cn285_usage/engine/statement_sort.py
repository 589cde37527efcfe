"""Sorting more rows than memory should hold: in chunks that are kept in files, then merged."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import chain, islice
from typing import Any

from .statement_spec import Spec, order_keys, rank, reader

# Rows that are sorted in memory at a time.
CHUNK = 20_000
# Rows that are written and read together, at most.
BLOCK = 250
# Runs that are merged at a time; more of them are first merged into longer ones.
FAN_IN = 32

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

    At most twice ``size`` rows are in memory, however many there are; the others wait in temporary
    files, which go when the iterator does. Chunks that follow each other make one run: rows that
    come in order are written and read, not merged.
    """
    source = _placed(rows, spec)
    runs = _Runs(max(1, min(BLOCK, size // FAN_IN)))
    chunk = sorted(islice(source, size))
    while len(chunk) == size:
        runs.add(chunk)
        # Not two chunks at a time.
        del chunk
        chunk = sorted(islice(source, size))
    for placed in merge(*runs.all(), chunk):
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


class _Runs:
    """Sorted runs in files: few of each length, so that few of them are open and read at a time."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._tiers: list[list[_Run]] = []

    def add(self, chunk: list[_Placed]) -> None:
        """Append a sorted chunk to the run that it follows, or begin one."""
        for run in chain.from_iterable(self._tiers):
            if run.last < chunk[0]:
                run.add(chunk)
                return
        run = _Run(self._block)
        run.add(chunk)
        self._keep(run, 0)

    def _keep(self, run: "_Run", tier: int) -> None:
        if tier == len(self._tiers):
            self._tiers.append([])
        runs = self._tiers[tier]
        runs.append(run)
        if len(runs) < FAN_IN:
            return
        longer = _Run(self._block)
        longer.add(merge(*[one.rows() for one in runs]))
        runs.clear()
        self._keep(longer, tier + 1)

    def all(self) -> list[Iterator[_Placed]]:
        """The rows of each run."""
        return [run.rows() for run in chain.from_iterable(self._tiers)]


class _Run:
    """Sorted rows in a temporary file that nobody else can open."""

    def __init__(self, block: int) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been read
        self._block = block
        self.last: _Placed = ()

    def add(self, chunk: Iterable[_Placed]) -> None:
        """Append sorted rows, none of which comes before those that are there."""
        rows = iter(chunk)
        # What rows of a block have in common is written and read once.
        while block := list(islice(rows, self._block)):
            pickle.dump(block, self._file, pickle.HIGHEST_PROTOCOL)
            self.last = block[-1]

    def rows(self) -> Iterator[_Placed]:
        """All rows, once."""
        with self._file as file:
            file.seek(0)
            while True:
                try:
                    yield from pickle.load(file)
                except EOFError:
                    return
