"""Events whose references are known, packed as PostgreSQL's binary COPY reads them.

Text would have to be parsed once more for each value; packed, an event costs the database about
half. Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from io import BytesIO
from itertools import chain, repeat
from operator import attrgetter, itemgetter
from struct import Struct, pack

from .event_rows import Columns, Encoded, encode_rows
from .event_values import microseconds
from .stretches import collected, in_order

Submit = Callable[[Callable[[], BytesIO]], "Future[BytesIO]"]

KEY_COLUMNS = ("key", "event_id", "content")
# Who used what comes first: its bytes are made once for all events of an item. The number comes
# last: it is given when the events have been put into order.
EVENT_COLUMNS = ("company_id", "ingested_at", "item_id", "contract_id", "beneficiary_id")
EVENT_COLUMNS += ("source", "metric_id", "quantity", "occurred_at", "transaction_id")
PROPERTIES = ("properties",)
NUMBER = ("id",)

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = pack(">h", -1)
_KEY = Struct(">hi16siqiq").pack
# An instant, and how long the transaction number is.
_INSTANT = Struct(">iqi").pack
_NUMBER = Struct(">iq").pack
_INTEGER = Struct(">ii").pack
_NULL = pack(">i", -1)
_MONTH = attrgetter("year", "month")
_NEGATIVE = 0x4000


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: ``timed`` ones measure durations, ``counts`` need no quantity."""

    id: int
    timed: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Party:
    """One item, and from when until when it is active, in microseconds as PostgreSQL counts."""

    item_id: int
    contract_id: int
    beneficiary_id: int | None
    starts: int
    ends: int
    packed: bytes = b""

    def __post_init__(self) -> None:
        last = _NULL if self.beneficiary_id is None else _INTEGER(4, self.beneficiary_id)
        packed = _INTEGER(4, self.item_id) + _INTEGER(4, self.contract_id) + last
        object.__setattr__(self, "packed", packed)


@dataclass(slots=True)
class Known:
    """What is known of references; None where only a closer look can tell."""

    metrics: dict[str | None, Metric | None] = field(default_factory=lambda: {None: None})
    parties: dict[str | None, Party | None] = field(default_factory=lambda: {None: None})

    def has_all(self, columns: Columns) -> bool:
        """Whether every reference has been looked up."""
        metrics, parties = self.metrics.keys(), self.parties.keys()
        return metrics >= set(columns.metric) and parties >= set(columns.party)


@dataclass(slots=True)
class Packed:
    """Two files for binary COPY: of :data:`KEY_COLUMNS`, and of the events in ``columns``.

    ``events`` returns the second one, as soon as it has been made. ``rest``: places of the events
    that are not among them. ``months``: ``(year, month)`` of those that are; ``first`` and ``last``
    are the times of the earliest and of the latest of them.
    """

    keys: BytesIO
    events: Callable[[], BytesIO]
    count: int
    rest: list[int]
    ids: Sequence[int]
    months: set[tuple[int, int]]
    columns: tuple[str, ...]
    first: datetime
    last: datetime

    def key_bytes(self) -> list[bytes]:
        """The keys in the file of keys, in its order."""
        data = self.keys.getvalue()
        size = len(_KEY(3, 16, bytes(16), 8, 0, 8, 0))
        begin = len(_BEGIN) + 6
        return [data[at : at + 16] for at in range(begin, len(data) - len(_END), size)]


@dataclass(slots=True)
class Prepared:
    """A chunk on its way: its columns, and those of its events that could be packed."""

    encoded: Encoded
    numbers: Sequence[int] = ()
    packed: Packed | None = None

    def pack(self, parameters: dict, submit: Submit | None = None) -> None:
        """Pack what is certain to be good; all references must be known.

        :param submit: has the events packed elsewhere, while their keys are being stored
        """
        self.packed = pack_events(
            self.encoded.columns,
            parameters["known"],
            self.numbers,
            parameters["company"],
            parameters["now"],
            parameters["latest"],
            submit,
            parameters["earliest"],
        )


def prepare(rows: Sequence[dict], numbers: Sequence[int], parameters: dict) -> Prepared:
    """Check rows and pack their events, where all references are known.

    :param numbers: fresh numbers for them; without any nothing is packed
    :param parameters: ``company``, ``known``, ``now``, ``latest`` and ``earliest``: see
        :func:`pack_events`
    """
    prepared = Prepared(encode_rows(rows, parameters["company"]), numbers)
    columns = prepared.encoded.columns
    if numbers and columns and parameters["known"].has_all(columns):
        prepared.pack(parameters)
    return prepared


def pack_events(
    columns: Columns,
    known: Known,
    ids: Sequence[int],
    company: int,
    now: datetime,
    latest: datetime,
    submit: Submit | None = None,
    earliest: datetime | None = None,
) -> Packed | None:
    """Pack the events that are certain to be good, unless their keys are taken.

    :param known: must have all references
    :param ids: fresh ascending numbers, as many as there are events or more
    :param latest: later events lie in the future
    :param submit: who makes the file of events; without, it is made at once
    :param earliest: earlier events lie in months that are closed; None: none are
    :returns: None if there are none. Corrections, durations and whatever may have to be refused
        are left for a closer look.
    """
    count = len(columns)
    # Nothing is older than the year 2000.
    floor = max(0, microseconds([earliest])[0]) if earliest else 0
    places = _certain(columns, known, floor, microseconds([latest])[0])
    if not places:
        return None
    rest = []
    if len(places) < count:
        rest = sorted(set(range(count)).difference(places))
        columns = columns.take(places)
        count = len(columns)
    item = {ref: known.parties[ref].item_id for ref in set(columns.party)}
    items = list(map(item.__getitem__, columns.party))
    # Events of one item lie together: fewer pages of the index are touched.
    order = in_order(range(count), items.__getitem__)
    # With a single place an itemgetter would give no tuple.
    pick = itemgetter(*order) if count > 1 else tuple
    ids = ids[:count]
    low, high = min(columns.micros), max(columns.micros)
    first = columns.occurred_at[columns.micros.index(low)]
    last = columns.occurred_at[columns.micros.index(high)]
    one = _MONTH(first) == _MONTH(last)
    make = partial(_events, columns, known, pick, ids, company, now)
    return Packed(
        keys=_keys(columns, pick, ids),
        events=submit(make).result if submit else _made(make()),
        count=count,
        rest=rest,
        ids=ids,
        months={_MONTH(first)} if one else set(map(_MONTH, columns.occurred_at)),
        first=first,
        last=last,
        columns=EVENT_COLUMNS + PROPERTIES * (columns.properties is not None) + NUMBER,
    )


def _made(file: BytesIO) -> Callable[[], BytesIO]:
    return lambda: file


def _certain(columns, known, earliest, latest) -> Sequence[int]:
    """Places of events that the database has no reason to refuse."""
    if _all_certain(columns, known, earliest, latest):
        return range(len(columns))
    nothing = repeat(None)
    rows = zip(
        map(known.metrics.__getitem__, columns.metric),
        map(known.parties.__getitem__, columns.party),
        columns.micros,
        columns.quantity,
        columns.kind or nothing,
        columns.ended_at or nothing,
        strict=False,
    )
    return [
        place
        for place, (metric, party, instant, quantity, kind, ended) in enumerate(rows)
        if metric
        and party
        and kind is None
        and ended is None
        and not metric.timed
        and (quantity is not None or metric.counts)
        and max(earliest, party.starts) <= instant < party.ends
        and instant <= latest
    ]


def _all_certain(columns, known, earliest, latest) -> bool:
    if columns.kind or columns.ended_at or None in columns.quantity:
        return False
    metrics = list(map(known.metrics.get, set(columns.metric)))
    parties = list(map(known.parties.get, set(columns.party)))
    if not all(metrics) or not all(parties) or any(metric.timed for metric in metrics):
        return False
    begin = max(earliest, *(party.starts for party in parties))
    end = min(latest + 1, *(party.ends for party in parties))
    return begin <= min(columns.micros) and max(columns.micros) < end


def _keys(columns, pick, ids) -> BytesIO:
    """Keys in their own order: two ingests of the same keys wait for each other, no deadlock."""
    eight = repeat(8)
    fields = (repeat(3), repeat(16), pick(columns.key), eight, ids, eight, pick(columns.content))
    records = in_order(collected(map(_KEY, *fields)))
    return BytesIO(b"".join((_BEGIN, *records, _END)))


def _events(columns, known, pick, ids, company, now) -> BytesIO:
    count = len(EVENT_COLUMNS) + len(NUMBER) + (columns.properties is not None)
    head = pack(">h", count) + _INTEGER(4, company)
    head += pack(">iq", 8, microseconds([now])[0])
    parties = {ref: head + known.parties[ref].packed for ref in set(columns.party)}
    sources = {text: _text(text) for text in set(columns.source)}
    metrics = {ref: _INTEGER(4, known.metrics[ref].id) for ref in set(columns.metric)}
    quantities = {text: packed_number(text or "1") for text in set(columns.quantity)}
    eight = repeat(8)
    parts = [
        map(parties.__getitem__, columns.party),
        map(sources.__getitem__, columns.source),
        map(metrics.__getitem__, columns.metric),
        map(quantities.__getitem__, columns.quantity),
        map(_INSTANT, eight, columns.micros, map(len, columns.name)),
        columns.name,
    ]
    if columns.properties is not None:
        parts.append(map(_json, columns.properties))
    events = pick(collected(map(b"".join, zip(*parts, strict=False))))
    numbers = map(_NUMBER, eight, ids)
    rows = chain.from_iterable(zip(events, numbers, strict=False))
    return BytesIO(b"".join(chain((_BEGIN,), rows, (_END,))))


def _text(text) -> bytes:
    data = text.encode()
    return pack(">i", len(data)) + data


def _json(text) -> bytes:
    if text is None:
        return _NULL
    data = text.encode()
    return pack(">ib", len(data) + 1, 1) + data


@lru_cache(1 << 16)
def packed_number(text: str) -> bytes:
    """Return a decimal text, without exponent, as PostgreSQL's numeric with its length before it.

    >>> packed_number("-12.5").hex()
    '0000000c0002000040000001000c1388'
    """
    sign = _NEGATIVE if text[0] == "-" else 0
    whole, _point, fraction = text.lstrip("-").partition(".")
    scale = len(fraction)
    # Digits of base 10,000 on both sides of the point.
    whole = whole.zfill(-(-len(whole) // 4) * 4)
    digits = whole + fraction.ljust(-(-scale // 4) * 4, "0")
    values = [int(digits[start : start + 4]) for start in range(0, len(digits), 4)]
    weight = len(whole) // 4 - 1
    while values and not values[0]:
        del values[0]
        weight -= 1
    while values and not values[-1]:
        del values[-1]
    if not values:
        sign = weight = 0
    size = len(values)
    return pack(f">iHhHH{size}H", 8 + 2 * size, size, weight, sign, scale, *values)
