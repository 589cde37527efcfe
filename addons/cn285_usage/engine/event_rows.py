"""Usage events as they are sent, dicts, into lines that COPY can load; bad ones are sorted out.

Whatever can be said of a row without looking into the database is said here: its key is there,
numbers are finite, times are times. It works column by column over many rows, for speed.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from io import BytesIO
from struct import Struct

NULL = r"\N"
SEPARATOR = "\x1f"
KINDS = frozenset({"usage", "reversal", "replacement"})
CORRECTIONS = frozenset({"reversal", "replacement"})
# Pairs of keys: the database id of a record, and any other name by which it is known.
REFERENCES = {
    "item": ("item_id", "item"),
    "contract": ("contract_id", "contract"),
    "beneficiary": ("beneficiary_id", "beneficiary"),
    "metric": ("metric_id", "metric"),
}
FIELDS = frozenset(
    {
        "source",
        "transaction_id",
        "occurred_at",
        "started_at",
        "ended_at",
        "quantity",
        "properties",
        "kind",
        "origin",
        "origin_source",
        "park",
    }.union(*REFERENCES.values())
)
# The columns of the staging table, in the order of the lines; the optional ones only if used.
# Who used something comes first: lines are sorted, and events of one item lie together.
COLUMNS = ("party", "metric", "n", "key", "content", "source", "transaction_id")
COLUMNS += ("occurred_at", "quantity")
OPTIONAL = ("ended_at", "properties", "kind", "origin", "park")
LONGEST_KEY = 255
LARGEST_ID = 2**31 - 1
# As many digits as rating can calculate with exactly (engine/exact.py).
LARGEST_EXPONENT = 30
LONGEST_NUMBER = 60

_ESCAPES = str.maketrans(
    {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\b": r"\b", "\f": r"\f", "\v": r"\v"}
)
_INTEGER = Struct(">q").unpack_from
_TIME = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d")
_PIECES = 16


class BadRow(ValueError):
    """A row that cannot be an event; ``code`` says why, ``value`` what was found."""

    def __init__(self, code: str, value: object = None) -> None:
        super().__init__(code)
        self.code = code
        self.value = value


@dataclass(slots=True)
class Chunk:
    """Lines for COPY and the rows that were sorted out, as ``(position, code, value)``.

    ``references`` are the different texts in the columns ``metric`` and ``party``, ``months`` the
    months of the events, such as ``2026-03``.
    """

    columns: tuple[str, ...] = ()
    data: bytes = b""
    count: int = 0
    bad: list[tuple[int, str, object]] = field(default_factory=list)
    references: dict[str, set[str]] = field(default_factory=dict)
    months: set[str] = field(default_factory=set)

    def file(self) -> BytesIO:
        """Return the lines as a file that COPY can read."""
        return BytesIO(self.data)


def event_key(company: int, source: str, transaction_id: str) -> str:
    """Return the idempotency key of an event, 128 bits in hexadecimal."""
    text = f"{company}{SEPARATOR}{source}{SEPARATOR}{transaction_id}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def encode_rows(rows: Sequence[dict], company: int) -> Chunk:
    """Return the rows as lines; their ``n`` is the position in ``rows``.

    ``key`` is :func:`event_key`; ``content`` is a hash of what was sent apart from the key. One
    event sent twice in the same way has the same hash. Never raises for what a row contains.
    """
    positions = range(len(rows))
    try:
        return _encode(rows, positions, company, [])
    except BadRow:
        bad: list[tuple[int, str, object]] = []
        good = list(_good(rows, positions, company, bad))
        bad.sort(key=lambda entry: entry[0])
        return _encode([rows[n] for n in good], good, company, bad)


def _good(rows, positions, company, bad) -> Iterable[int]:
    """Find the good rows by encoding ever smaller pieces, which is cheap when few are bad."""
    try:
        _encode([rows[n] for n in positions], positions, company, [])
    except BadRow as error:
        if len(positions) == 1:
            bad.append((positions[0], error.code, error.value))
            return
        size = max(1, len(positions) // _PIECES)
        for start in range(0, len(positions), size):
            yield from _good(rows, positions[start : start + size], company, bad)
    else:
        yield from positions


def _encode(rows, positions, company, bad) -> Chunk:
    if not rows:
        return Chunk(bad=bad)
    values = _values(rows)
    count = len(rows)
    source, key = _key_texts(values, "source"), _key_texts(values, "transaction_id")
    kinds = _kinds(values.get("kind"))
    whole = None if kinds is None else [kind in CORRECTIONS for kind in kinds]
    columns = {
        "n": list(map(str, positions)),
        "source": _escaped(source),
        "transaction_id": _escaped(key),
        "metric": _required(_references(values, "metric"), whole, "metric_missing", count),
        "party": _required(_parties(values, count), whole, "party_missing", count),
        "occurred_at": _starts(values, count, whole),
        "quantity": _numbers(values.get("quantity"), count),
    }
    columns["key"] = [event_key(company, *pair) for pair in zip(source, key, strict=True)]
    optional = {
        "ended_at": _times(values.get("ended_at")),
        "properties": _properties(values.get("properties")),
        "kind": kinds,
        "origin": _origins(values, source, whole, company),
        "park": _flags(values.get("park")),
    }
    optional = {name: texts for name, texts in optional.items() if texts is not None}
    references = {}
    for name in ("metric", "party"):
        references[name] = set(columns[name]) - {NULL}
        columns[name] = _escaped(columns[name], references[name])
    months = {text[:7] for text in columns["occurred_at"]} - {NULL}
    columns["content"] = _contents(columns, optional)
    names = (*COLUMNS, *optional)
    columns.update(optional)
    lines = list(map("\t".join, zip(*(columns[name] for name in names), strict=True)))
    lines.sort()
    lines.append("")
    return Chunk(names, "\n".join(lines).encode(), count, bad, references, months)


def _values(rows) -> dict[str, list]:
    """Return the columns that some row has; nothing sent is None, also where it is False or ""."""
    for row in rows:
        if not isinstance(row, dict):
            raise BadRow("not_a_row", type(row).__name__)
    used = set().union(*rows)
    if not used <= FIELDS:
        raise BadRow("unknown_field", ", ".join(sorted(map(str, used - FIELDS))))
    result = {}
    for name in used:
        column = [row.get(name) for row in rows]
        if not set(map(type, column)) <= {int, float, Decimal, datetime}:
            column = [None if value is False or value == "" else value for value in column]
        if any(value is not None for value in column):
            result[name] = column
    return result


def _key_texts(values, name) -> list[str]:
    column = values.get(name)
    if column is None or None in column:
        raise BadRow("key_missing", name)
    types = set(map(type, column))
    if types == {int}:
        column = list(map(str, column))
    elif types != {str}:
        column = [_as_text(value) for value in column]
    if max(map(len, column)) > LONGEST_KEY:
        raise BadRow("key_too_long", max(column, key=len)[:40])
    _check_text(column)
    return column


def _as_text(value) -> str:
    if type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise BadRow("not_text", value)
    return value


def _check_text(texts) -> None:
    joined = "".join(texts)
    if joined.isprintable():
        return
    if "\x00" in joined or SEPARATOR in joined:
        raise BadRow("not_text", joined[:40])
    try:
        joined.encode()
    except UnicodeEncodeError:
        raise BadRow("not_text", ascii(joined[:40])) from None


def _escaped(texts, different=None) -> list[str]:
    joined = "".join(texts if different is None else different)
    if joined.isprintable() and "\\" not in joined:
        return texts
    # No reference is NULL's text: they begin with a mark of their own.
    return [NULL if text == NULL and different else text.translate(_ESCAPES) for text in texts]


def _references(values, name) -> list[str] | None:
    """Return references as ``=id`` or ``~name``; None in place of one that is not given."""
    by_id, by_name = (values.get(key) for key in REFERENCES[name])
    if by_id is None:
        return None if by_name is None else [_by_name(value) for value in by_name]
    if by_name is None:
        if set(map(type, by_id)) == {int} and min(by_id) > 0 and max(by_id) <= LARGEST_ID:
            return list(map("=%d".__mod__, by_id))
        return [_by_id(value, name) for value in by_id]
    return [
        _by_name(other) if number is None else _by_id(number, name)
        for number, other in zip(by_id, by_name, strict=True)
    ]


def _by_id(value, name) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if type(value) is not int or not 0 < value <= LARGEST_ID:
        raise BadRow(f"unknown_{name}", value)
    return f"={value}"


def _by_name(value) -> str | None:
    if value is None:
        return None
    text = _as_text(value)
    _check_text([text])
    return f"~{text}"


def _required(texts, whole, code, count) -> list[str]:
    """Replace None by NULL, for corrections only: they take it from their first event."""
    texts = texts or [None] * count
    if None not in texts:
        return texts
    if whole is None or any(
        text is None and not free for text, free in zip(texts, whole, strict=True)
    ):
        raise BadRow(code)
    return [NULL if text is None else text for text in texts]


def _parties(values, count) -> list[str] | None:
    """Return who used something in one text: the item, or item, contract and beneficiary."""
    items, contracts, beneficiaries = (
        _references(values, name) for name in ("item", "contract", "beneficiary")
    )
    if contracts is None and beneficiaries is None:
        return items
    empty = [None] * count
    parts = zip(items or empty, contracts or empty, beneficiaries or empty, strict=True)
    return [
        (item if not (contract or beneficiary) else _joined(item, contract, beneficiary))
        for item, contract, beneficiary in parts
    ]


def _joined(*parts) -> str:
    return SEPARATOR.join(part or "" for part in parts)


def _starts(values, count, whole) -> list[str]:
    column, other = values.get("occurred_at"), values.get("started_at")
    if column is None:
        column = other or [None] * count
    elif other is not None:
        column = [
            second if first is None else first for first, second in zip(column, other, strict=True)
        ]
    if None in column:
        _required(column, whole, "time_missing", count)
    return _times(column) or [NULL] * count


def _times(column) -> list[str] | None:
    """Return times in UTC as text; a time without zone is UTC already."""
    if column is None or all(value is None for value in column):
        return None
    if set(map(type, column)) == {str}:
        column = _parsed(column)
    elif set(map(type, column)) != {datetime}:
        return [NULL if value is None else _time(value).isoformat() for value in column]
    if any(value.tzinfo is not None for value in column):
        return [_time(value).isoformat() for value in column]
    return list(map(datetime.isoformat, column))


def _parsed(column) -> list[datetime]:
    if all(map(_TIME.match, column)):
        with suppress(ValueError):
            return list(map(datetime.fromisoformat, column))
    return [_time(value) for value in column]


def _time(value) -> datetime:
    if isinstance(value, str):
        text = value.strip()
        if not _TIME.match(text):
            raise BadRow("not_a_time", value)
        # Python 3.10 does not read the letter that means UTC.
        text = f"{text[:-1]}+00:00" if text[-1] in "zZ" else text
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise BadRow("not_a_time", value) from None
    if not isinstance(value, datetime):
        raise BadRow("not_a_time", value)
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:
        raise BadRow("not_a_time", value) from None


def _numbers(column, count) -> list[str]:
    if column is None:
        return [NULL] * count
    types = set(map(type, column))
    if types == {int} and abs(max(column, key=abs)) < 10**LARGEST_EXPONENT:
        return list(map(str, column))
    if types == {float} and all(map(math.isfinite, column)):
        return [_number(Decimal(text)) if "e" in text else text for text in map(repr, column)]
    return [NULL if value is None else _number(value) for value in column]


def _number(value) -> str:
    if isinstance(value, float):
        number = Decimal(repr(value))
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str):
        try:
            # Underscores between digits are Python's habit, not a number that a meter sends.
            number = Decimal("" if "_" in value else value.strip())
        except InvalidOperation:
            raise BadRow("not_a_number", value) from None
    else:
        raise BadRow("not_a_number", value)
    if not number.is_finite():
        raise BadRow("not_finite", str(value))
    digits = len(number.as_tuple().digits)
    small = number and not -LARGEST_EXPONENT <= number.adjusted() <= LARGEST_EXPONENT
    if small or digits > LONGEST_NUMBER:
        raise BadRow("number_too_long", f"{number:.5e}")
    return format(number, "f") if number else "0"


def _properties(column) -> list[str] | None:
    if column is None:
        return None
    return [NULL if value is None else _json(value).translate(_ESCAPES) for value in column]


def _json(value) -> str:
    try:
        value = json.loads(value) if isinstance(value, str) else value
        text = json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise BadRow("bad_properties", str(value)[:80]) from None
    if not isinstance(value, dict) or re.search(r"\\u(0000|d[89a-f])", text):
        # PostgreSQL stores no NUL; halves of a character pair are re-read to be sure of them.
        _check_properties(value, text)
    return text


def _check_properties(value, text) -> None:
    if not isinstance(value, dict):
        raise BadRow("bad_properties", text[:80])
    try:
        plain = json.dumps(value, ensure_ascii=False)
        plain.encode()
    except UnicodeEncodeError:
        raise BadRow("bad_properties", text[:80]) from None
    if r"\u0000" in plain.replace(r"\\", ""):
        raise BadRow("bad_properties", text[:80])


def _kinds(column) -> list[str] | None:
    if column is None:
        return None
    for kind in {str(kind) for kind in column if kind is not None} - KINDS:
        raise BadRow("bad_kind", kind)
    return [NULL if kind in (None, "usage") else kind for kind in column]


def _origins(values, source, whole, company) -> list[str] | None:
    """Return the keys of the events that corrections name."""
    column = values.get("origin")
    if whole is None:
        if column is not None:
            raise BadRow("origin_not_wanted")
        return None
    column = column or [None] * len(whole)
    sources = values.get("origin_source") or source
    result = []
    for origin, other, own, correction in zip(column, sources, source, whole, strict=True):
        if (origin is not None) != correction:
            raise BadRow("origin_missing" if correction else "origin_not_wanted")
        if origin is None:
            result.append(NULL)
            continue
        texts = [_as_text(own if other is None else other), _as_text(origin)]
        _check_text(texts)
        result.append(event_key(company, *texts))
    return result


def _flags(column) -> list[str] | None:
    if column is None:
        return None
    words = {"1", "t", "true", "yes", "y"}
    return ["t" if str(value).strip().lower() in words else "f" for value in column]


def _contents(columns, optional) -> list[int]:
    """Hash what was sent: the fixed columns, and each optional one where it has a value."""
    names = ("metric", "party", "occurred_at", "quantity")
    texts = list(map("\t".join, zip(*(columns[name] for name in names), strict=True)))
    for name, column in optional.items():
        if name != "park":
            texts = [
                text if value == NULL else f"{text}\t{name}={value}"
                for text, value in zip(texts, column, strict=True)
            ]
    md5 = hashlib.md5
    return [str(_INTEGER(md5(text.encode(), usedforsecurity=False).digest())[0]) for text in texts]
