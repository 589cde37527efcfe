"""Usage events as they are sent, dicts, into checked columns; bad rows are sorted out.

From here events go two ways: nearly all are packed in the form in which PostgreSQL keeps them
(:mod:`event_binary`); those that need a closer look become lines for a staging table.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from operator import xor

from . import event_values as check
from .event_values import CORRECTIONS, FIELDS, BadRow, event_key
from .stretches import collected

__all__ = ["FIELDS", "Columns", "Encoded", "encode_rows", "event_key"]

NULL = r"\N"
# The columns of the staging table, in the order of the lines; the optional ones only if used.
# Who used something comes first: lines are sorted, and events of one item lie together.
COLUMNS = ("party", "metric", "n", "key", "content", "source", "transaction_id")
COLUMNS += ("occurred_at", "quantity")
OPTIONAL = ("ended_at", "properties", "kind", "origin", "park")

SUMMED = ("metric", "party", "quantity", "ended_at", "properties", "kind", "origin")

_ESCAPES = str.maketrans(
    {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\b": r"\b", "\f": r"\f", "\v": r"\v"}
)
_PIECES = 16


@dataclass(slots=True)
class Columns:
    """Checked events, column by column; what was not sent is None.

    ``n``: positions among the rows that were sent. ``metric`` and ``party`` are references, an
    item alone is ``=id`` or ``~name``. ``micros``: ``occurred_at`` as PostgreSQL counts it.
    ``quantity`` and ``properties`` are texts, ``name`` is the transaction number in UTF-8. ``key``
    is a hash of what identifies an event, ``content`` a check sum of all else that was sent.
    Optional columns are None if no event has such a value.
    """

    n: Sequence[int]
    source: list[str]
    transaction_id: list[str]
    name: list[bytes]
    metric: list[str | None]
    party: list[str | None]
    occurred_at: list[datetime | None]
    micros: list[int | None]
    quantity: list[str | None]
    key: list[bytes]
    ended_at: list[datetime | None] | None = None
    properties: list[str | None] | None = None
    kind: list[str | None] | None = None
    origin: list[bytes | None] | None = None
    park: list[str | None] | None = None
    content: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.n)

    def take(self, places: Sequence[int]) -> "Columns":
        """Return the events at these places."""
        if len(places) == len(self.n):
            return self
        taken = {}
        for name in self.__slots__:
            column = getattr(self, name)
            taken[name] = None if column is None else [column[place] for place in places]
        return Columns(**taken)

    def lines(self, ids: Sequence[int]) -> tuple[tuple[str, ...], BytesIO]:
        """Return names of columns, and lines that COPY can load into the staging table.

        :param ids: ascending numbers for them, as many as there are events or more
        """
        optional = [name for name in OPTIONAL if getattr(self, name) is not None]
        names = (*COLUMNS, *optional)
        columns = [_WRITERS.get(name, _texts)(getattr(self, name)) for name in names]
        lines = sorted(map("\t".join, zip(*columns, strict=True)))
        numbered = [f"{line}\t{number}\n" for line, number in zip(lines, ids, strict=False)]
        return (*names, "id"), BytesIO("".join(numbered).encode())


@dataclass(slots=True)
class Encoded:
    """The good rows, and the bad ones as ``(position, code, value)``."""

    columns: Columns | None = None
    bad: list[tuple[int, str, object]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.columns) if self.columns else 0


def encode_rows(rows: Sequence[dict], company: int) -> Encoded:
    """Return the rows as columns, and those that cannot be events.

    One event sent twice in the same way has the same content. Never raises for what a row contains.
    """
    positions = range(len(rows))
    try:
        return Encoded(_encode(rows, positions, company))
    except BadRow:
        bad: list[tuple[int, str, object]] = []
        good = list(_good(rows, positions, company, bad))
        bad.sort(key=lambda entry: entry[0])
        return Encoded(_encode([rows[n] for n in good], good, company), bad)


def _good(rows, positions, company, bad) -> Iterable[int]:
    """Find the good rows by encoding ever smaller pieces, which is cheap when few are bad."""
    try:
        _encode([rows[n] for n in positions], positions, company)
    except BadRow as error:
        if len(positions) == 1:
            bad.append((positions[0], error.code, error.value))
            return
        size = max(1, len(positions) // _PIECES)
        for start in range(0, len(positions), size):
            yield from _good(rows, positions[start : start + size], company, bad)
    else:
        yield from positions


def _encode(rows, positions, company) -> Columns | None:
    if not rows:
        return None
    values = check.columns_of(rows)
    count = len(rows)
    source, number = check.key_texts(values, "source"), check.key_texts(values, "transaction_id")
    names = check.encoded(number)
    kinds = check.kinds(values.get("kind"))
    whole = None if kinds is None else [kind in CORRECTIONS for kind in kinds]
    occurred = check.starts(values, count, whole)
    columns = Columns(
        n=positions,
        source=source,
        transaction_id=number,
        name=names,
        metric=check.required(check.references(values, "metric"), whole, "metric_missing", count),
        party=check.required(check.parties(values, count), whole, "party_missing", count),
        occurred_at=occurred,
        micros=check.microseconds(occurred),
        quantity=check.numbers(values.get("quantity"), count),
        ended_at=check.times(values.get("ended_at")),
        properties=check.properties(values.get("properties")),
        kind=kinds,
        origin=check.origins(values, source, whole, company),
        park=check.flags(values.get("park")),
        key=check.event_keys(company, source, names),
    )
    columns.content = _contents(columns)
    return columns


def _contents(columns) -> list[int]:
    """Sum up what was sent: the fixed columns, and each optional one where it has a value.

    A value's share is a hash of it and of its column; a change of one value always changes the
    result, and of several as good as always (one in 2 ** 62).
    """
    total: Iterable[int] = [instant or 0 for instant in columns.micros]
    for name in SUMMED:
        column = getattr(columns, name)
        if column is not None:
            share = {value: _share(name, value) for value in set(column)}
            total = map(xor, total, map(share.__getitem__, column))
    return collected(total)


@lru_cache(1 << 16)
def _share(name, value) -> int:
    """Return a number that fits, as all of them together, PostgreSQL's bigint."""
    if value is None:
        return 0
    data = f"{name}={value}".encode()
    return int.from_bytes(hashlib.md5(data, usedforsecurity=False).digest()[:8], "big") >> 2


def _texts(column) -> list[str]:
    try:
        joined = "".join(column)
    except TypeError:
        return [NULL if value is None else value.translate(_ESCAPES) for value in column]
    if joined.isprintable() and "\\" not in joined:
        return column
    return [value.translate(_ESCAPES) for value in column]


def _keys(column) -> list[str]:
    return [NULL if value is None else value.hex() for value in column]


def _instants(column) -> list[str]:
    return [NULL if value is None else value.isoformat() for value in column]


def _integers(column) -> list[str]:
    return list(map(str, column))


_WRITERS = {
    "n": _integers,
    "key": _keys,
    "origin": _keys,
    "content": _integers,
    "occurred_at": _instants,
    "ended_at": _instants,
}
