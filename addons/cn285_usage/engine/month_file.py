"""A month of usage events as a Parquet file: written, read and rewritten page by page.

Rows are tuples in the order of :data:`COLUMNS`, as PostgreSQL gives them; quantities are texts, as
no binary number has them all exactly. A page is all that is ever in memory. Parquet is read and
written by ``pyarrow``, which is only asked for here.
Format: https://parquet.apache.org/docs/file-format/
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby  # pylint: disable=bad-builtin-groupby
from pathlib import Path

# Rows that are read, and written as a row group, together.
PAGE = 20_000
# Name of each column, and what it holds: as arrow calls it.
COLUMNS = {
    "id": "int64",
    "seq": "int64",
    "occurred_at": "timestamp",
    "ended_at": "timestamp",
    "ingested_at": "timestamp",
    "origin_id": "int64",
    "company_id": "int32",
    "metric_id": "int32",
    "contract_id": "int32",
    "item_id": "int32",
    "beneficiary_id": "int32",
    "quantity": "string",
    "kind": "string",
    "state": "string",
    "source": "string",
    "transaction_id": "string",
    "reference": "string",
    "properties": "string",
}
PLACE = {name: number for number, name in enumerate(COLUMNS)}
# The order of rows: those of an item lie together, so few row groups are read for one.
ORDER = ("company_id", "item_id", "metric_id", "occurred_at", "id")
_GROUP = [PLACE[name] for name in ORDER[:3]]
_QUANTITY = PLACE["quantity"]

Row = tuple
Page = list[Row]


class NoParquet(Exception):
    """The library that reads and writes Parquet is not installed."""


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows there are, and a digest (SHA-256) of all that they say, in their order."""

    count: int
    digest: str


class Digest:
    """Digests rows that pass by."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._count = 0

    def of(self, pages: Iterable[Page]) -> Iterator[Page]:
        """The same pages, digested."""
        for page in filter(None, pages):
            self._hash.update("\n".join(map(_told, page)).encode() + b"\n")
            self._count += len(page)
            yield page

    @property
    def content(self) -> Content:
        """Of what has passed by."""
        return Content(self._count, self._hash.hexdigest())


def content_of(pages: Iterable[Page]) -> Content:
    """What pages say, read to their end."""
    digest = Digest()
    for _page in digest.of(pages):
        pass
    return digest.content


def sums(pages: Iterable[Page]) -> Iterator[tuple]:
    """``(company, item, metric, number of events, sum of quantities)``, in the order of rows.

    >>> row = [None] * len(COLUMNS)
    >>> row[PLACE["company_id"]], row[PLACE["item_id"]], row[PLACE["metric_id"]] = 1, 2, 3
    >>> row[PLACE["quantity"]] = "1.5"
    >>> list(sums([[tuple(row), tuple(row)]]))
    [(1, 2, 3, 2, Decimal('3.0'))]
    """
    rows = (row for page in pages for row in page)
    # Odoo's own groupby would keep all rows.
    groups = groupby(rows, key=lambda row: tuple(row[n] for n in _GROUP))  # pylint: disable=bad-builtin-groupby
    for key, members in groups:
        count, total = 0, Decimal(0)
        for row in members:
            count += 1
            total += Decimal(row[_QUANTITY])
        yield (*key, count, total)


def write(path: Path, pages: Iterable[Page]) -> Content:
    """Write a file, whole or not at all; returns what was written.

    :raises NoParquet: if the library is missing
    """
    arrow, parquet = need_library()
    schema = _schema(arrow)
    part = path.with_suffix(".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = Digest()
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
                for page in digest.of(pages):
                    arrays = [
                        arrow.array(column, type=field.type)
                        for column, field in zip(zip(*page, strict=True), schema, strict=True)
                    ]
                    writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        # On a full disk a part would only be in the way.
        part.unlink(missing_ok=True)
        raise
    part.replace(path)
    _sync_folder(path.parent)
    return digest.content


def read(path: Path, item: int | None = None) -> Iterator[Page]:
    """The pages of a file; of one item only the row groups that can have it.

    :raises NoParquet: if the library is missing
    :raises OSError, ValueError: if the file is not there, or is damaged
    """
    _arrow, parquet = need_library()
    place = PLACE["item_id"]
    with parquet.ParquetFile(path) as file:
        groups = range(file.num_row_groups)
        if item is not None:
            groups = [number for number in groups if _may_have(file, number, place, item)]
        for batch in file.iter_batches(PAGE, row_groups=groups) if len(groups) else ():
            page = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            if item is not None:
                page = [row for row in page if row[place] == item]
            yield page


def has_event(path: Path, company: int, source: str, transaction_id: str) -> bool:
    """Whether a file has an event of that number; only what identifies events is read."""
    _arrow, parquet = need_library()
    wanted = (company, source, transaction_id)
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(PAGE, columns=["company_id", "source", "transaction_id"]):
            if wanted in set(zip(*(column.to_pylist() for column in batch.columns), strict=True)):
                return True
    return False


def rewrite(path: Path, change: Callable[[Row], Row | None]) -> tuple[Content, int]:
    """Write a file anew with each row changed, or left out where ``change`` returns None.

    :returns: what it says now, and how many rows were changed or left out; a file of which nothing
        changes is left alone
    """
    changed = 0

    def pages():
        nonlocal changed
        for page in read(path):
            new = [change(row) for row in page]
            changed += sum(one is not old for one, old in zip(new, page, strict=True))
            yield [row for row in new if row is not None]

    new = path.with_suffix(".new")
    content = write(new, pages())
    if changed:
        new.replace(path)
        _sync_folder(path.parent)
    else:
        new.unlink()
    return content, changed


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def changed(row: Row, **values: object) -> Row:
    """A row with other values."""
    new = list(row)
    for name, value in values.items():
        new[PLACE[name]] = value
    return tuple(new)


def _told(row) -> str:
    """A row as text; moments as they are written, whatever class of them the reader has."""
    return ",".join([str(one) if isinstance(one, datetime) else repr(one) for one in row])


def _may_have(file, number, place, item) -> bool:
    found = file.metadata.row_group(number).column(place).statistics
    if found is None or not found.has_min_max:
        return True
    return found.min <= item <= found.max


def _schema(arrow):
    types = {
        "int64": arrow.int64(),
        "int32": arrow.int32(),
        "string": arrow.string(),
        "timestamp": arrow.timestamp("us"),
    }
    return arrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])


def need_library():
    """The library, and its part for Parquet.

    :raises NoParquet: if it is missing
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise NoParquet from None
    return pyarrow, parquet


def _sync_folder(folder) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
