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

    At most ``size`` rows are in memory besides one of each chunk; the others wait in temporary
    files, which go when the iterator does.
    """
    readers = [(reader(key), descending) for key, descending in order_keys(spec)]

    def place(row: Mapping[str, Any]) -> tuple[Any, ...]:
        ranks = ((rank(read(row)), descending) for read, descending in readers)
        return tuple(_Falling(value) if descending else value for value, descending in ranks)

    source = iter(rows)
    first = sorted(islice(source, size), key=place)
    files = []
    while chunk := sorted(islice(source, size), key=place):
        files.append(_spill(chunk))
    yield from merge(first, *map(_load, files), key=place)


def _spill(rows: list[Mapping[str, Any]]) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever loads it
    for row in rows:
        pickle.dump(row, file, pickle.HIGHEST_PROTOCOL)
    file.seek(0)
    return file


def _load(file: Any) -> Iterator[Mapping[str, Any]]:
    with file:
        while True:
            try:
                # Our own rows, from a file that nobody else can open.
                yield pickle.load(file)
            except EOFError:
                return
