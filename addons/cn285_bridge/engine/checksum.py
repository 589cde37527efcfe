"""A number that changes when, and only when, what a record says has changed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

ABSENT = (None, False, "", [], {})


def canonical(value: object) -> object:
    """``value`` as JSON knows it, with one form for what means the same.

    Missing, empty and False are one thing; 2, 2.0 and Decimal("2.00") are one number; keys without
    a value are left out.

    >>> canonical({"b": Decimal("2.50"), "a": "", "c": date(2026, 1, 31)})
    {'b': '2.5', 'c': '2026-01-31'}
    """
    if isinstance(value, Mapping):
        pairs = ((str(key), canonical(value[key])) for key in value)
        return {key: item for key, item in sorted(pairs) if item not in ABSENT}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if value in (None, False, ""):
        return None
    if value is True or isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(Decimal(str(value)))
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _number(value: Decimal) -> str:
    """
    >>> _number(Decimal("100")), _number(Decimal("-0.00")), _number(Decimal("1.230"))
    ('100', '0', '1.23')
    """
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def checksum(value: object) -> str:
    """Hexadecimal digest (SHA-256) of the canonical form of ``value``.

    >>> checksum({"name": "A", "vat": False}) == checksum({"vat": "", "name": "A"})
    True
    >>> checksum({"name": "A"}) == checksum({"name": "B"})
    False
    """
    text = json.dumps(canonical(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
