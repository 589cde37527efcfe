"""One column of many events as they are sent, into checked values; column by column, for speed.

Whatever can be said of a value without looking into the database is said here: numbers are finite,
times are times, texts can be stored. :class:`BadRow` is raised for the first that is not.
"""

import hashlib
import json
import math
import re
from contextlib import suppress
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from itertools import repeat
from operator import itemgetter, sub

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
LONGEST_KEY = 255
LARGEST_ID = 2**31 - 1
# As many digits as rating can calculate with exactly (engine/exact.py).
LARGEST_EXPONENT = 30
LONGEST_NUMBER = 60
# PostgreSQL counts from here.
EPOCH = datetime(2000, 1, 1)

_TIME = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d")


class BadRow(ValueError):
    """A row that cannot be an event; ``code`` says why, ``value`` what was found."""

    def __init__(self, code: str, value: object = None) -> None:
        super().__init__(code)
        self.code = code
        self.value = value


def columns_of(rows) -> dict[str, list]:
    """Return the columns that some row has; nothing sent is None, also where it is False or ""."""
    plain = set(map(type, rows)) == {dict}
    if not plain:
        for row in rows:
            if not isinstance(row, dict):
                raise BadRow("not_a_row", type(row).__name__)
    used = set(rows[0])
    # Rows as long as the first that have all of its fields have no others.
    alike = plain and set(map(len, rows)) == {len(used)}
    if not alike:
        used.update(*rows)
    if not used <= FIELDS:
        raise BadRow("unknown_field", ", ".join(sorted(map(str, used - FIELDS))))
    result = {}
    for name, column in _transposed(rows, tuple(used), alike):
        types = set(map(type, column))
        if types == {str}:
            column = [value or None for value in column] if "" in column else column
        elif not types <= {int, float, Decimal, datetime}:
            column = [None if value is False or value == "" else value for value in column]
        if any(value is not None for value in column):
            result[name] = column
    return result


def _transposed(rows, names, alike):
    if alike:
        with suppress(KeyError):
            return [(name, list(map(itemgetter(name), rows))) for name in names]
        names = tuple(set().union(*rows))
        if not FIELDS.issuperset(names):
            raise BadRow("unknown_field", ", ".join(sorted(map(str, set(names) - FIELDS))))
    return [(name, [row.get(name) for row in rows]) for name in names]


def key_texts(values, name) -> list[str]:
    """Return sources or transaction numbers; every row must have one."""
    column = values.get(name)
    if column is None or None in column:
        raise BadRow("key_missing", name)
    types = set(map(type, column))
    if types == {int} and max(map(abs, column)) < 10**LONGEST_KEY:
        column = list(map(str, column))
    elif types != {str}:
        column = [_as_text(value) for value in column]
    if max(map(len, column)) > LONGEST_KEY:
        raise BadRow("key_too_long", max(column, key=len)[:40])
    _check_text(column)
    return column


def _as_text(value) -> str:
    if type(value) is int:
        if abs(value) >= 10**LONGEST_KEY:
            # Python refuses to write out integers of thousands of digits.
            raise BadRow("key_too_long", f"{Decimal(value):.5e}")
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


def references(values, name) -> list[str | None] | None:
    """Return references as ``=id`` or ``~name``; None in place of one that is not given."""
    by_id, by_name = (values.get(key) for key in REFERENCES[name])
    if by_id is None:
        return None if by_name is None else [_by_name(value) for value in by_name]
    if by_name is None:
        values = set(by_id) if set(map(type, by_id)) == {int} else {0}
        if min(values) > 0 and max(values) <= LARGEST_ID:
            texts = {value: f"={value}" for value in values}
            return list(map(texts.__getitem__, by_id))
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


def required(column, whole, code, count) -> list:
    """Refuse None except for corrections (``whole``): they take it from their first event."""
    if column is None:
        column = [None] * count
    elif None not in column:
        return column
    if whole is None or any(
        value is None and not free for value, free in zip(column, whole, strict=True)
    ):
        raise BadRow(code)
    return column


def parties(values, count) -> list[str] | None:
    """Return who used something in one text: the item, or item, contract and beneficiary."""
    items, contracts, beneficiaries = (
        references(values, name) for name in ("item", "contract", "beneficiary")
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


def starts(values, count, whole) -> list[datetime | None]:
    """Return when each event occurred, in UTC."""
    column, other = values.get("occurred_at"), values.get("started_at")
    if column is None:
        column = other
    elif other is not None:
        column = [
            second if first is None else first for first, second in zip(column, other, strict=True)
        ]
    column = required(column, whole, "time_missing", count)
    return times(column) or column


def times(column) -> list[datetime | None] | None:
    """Return times in UTC; a time without zone is UTC already."""
    if column is None or all(value is None for value in column):
        return None
    if set(map(type, column)) == {str}:
        column = _parsed(column)
    elif set(map(type, column)) != {datetime}:
        return [None if value is None else _time(value) for value in column]
    if any(value.tzinfo is not None for value in column):
        return [_time(value) for value in column]
    return column


def microseconds(column) -> list[int | None]:
    """Return times as microseconds since :data:`EPOCH`, as PostgreSQL keeps them."""
    if None in column:
        return [None if value is None else microseconds([value])[0] for value in column]
    return [
        (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
        for elapsed in map(sub, column, repeat(EPOCH))
    ]


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


def numbers(column, count) -> list[str | None]:
    """Return numbers as decimal texts."""
    if column is None:
        return [None] * count
    types = set(map(type, column))
    if types == {int} and max(map(abs, column)) < 10**LARGEST_EXPONENT:
        return list(map(str, column))
    if types == {float} and all(map(math.isfinite, column)):
        return [_number(Decimal(text)) if "e" in text else text for text in map(repr, column)]
    return [None if value is None else _number(value) for value in column]


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


def properties(column) -> list[str | None] | None:
    """Return JSON texts of objects, keys in order."""
    if column is None:
        return None
    return [None if value is None else _json(value) for value in column]


def _json(value) -> str:
    try:
        value = json.loads(value) if isinstance(value, str) else value
        text = json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise BadRow("bad_properties", _shown(value)) from None
    if not isinstance(value, dict) or re.search(r"\\u(0000|d[89a-f])", text):
        # PostgreSQL stores no NUL; halves of a character pair are re-read to be sure of them.
        _check_properties(value, text)
    return text


def _shown(value) -> str:
    try:
        return str(value)[:80]
    except (ValueError, RecursionError):
        return type(value).__name__


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


def kinds(column) -> list[str | None] | None:
    """Return the kinds of corrections; None for usage."""
    if column is None:
        return None
    for kind in {str(kind) for kind in column if kind is not None} - KINDS:
        raise BadRow("bad_kind", kind)
    return [None if kind == "usage" else kind for kind in column]


def origins(values, source, whole, company) -> list[bytes | None] | None:
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
            result.append(None)
            continue
        texts = [_as_text(own if other is None else other), _as_text(origin)]
        _check_text(texts)
        result.append(event_key(company, *texts))
    return result


def flags(column) -> list[str | None] | None:
    """Return truth values as PostgreSQL writes them."""
    if column is None:
        return None
    words = {"1", "t", "true", "yes", "y"}
    return [
        None if value is None else "t" if str(value).strip().lower() in words else "f"
        for value in column
    ]


def encoded(texts) -> list[bytes]:
    """Return texts in UTF-8."""
    joined = "\n".join(texts)
    if joined.count("\n") == len(texts) - 1:
        return joined.encode().split(b"\n")
    return list(map(str.encode, texts))


def event_key(company: int, source: str, transaction_id: str) -> bytes:
    """Return the idempotency key of an event: 16 bytes."""
    return event_keys(company, [source], [transaction_id.encode()])[0]


def event_keys(company: int, sources, names: list[bytes]) -> list[bytes]:
    """Return the idempotency keys of events; ``names`` are transaction numbers in UTF-8."""
    md5 = hashlib.md5
    heads = {source: f"{company}{SEPARATOR}{source}{SEPARATOR}".encode() for source in set(sources)}
    texts = map(bytes.__add__, map(heads.__getitem__, sources), names)
    return [md5(text, usedforsecurity=False).digest() for text in texts]
