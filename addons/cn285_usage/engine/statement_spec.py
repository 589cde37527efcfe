"""The layout of a statement, and how a usage row is read: fields, columns, groups, order.

A row is a plain mapping. Its keys are those of ``statement_fields.FIELDS``, besides ``properties``
(a mapping, of which the key ``property:NAME`` reads one) and ``line`` (the key of the invoice line
or rating that the row belongs to).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ...cn285_contract.engine.errors import EngineError
from .statement_fields import FIELDS

PROPERTY = "property:"
NUMBERS = ("quantity", "price", "amount", "number")
TOTALS = ("none", "sum", "count", "minimum", "maximum")

_MESSAGES = {
    "unknown_field": "%(field)s is not a field of a usage row.",
    "unknown_total": "%(total)s is not a way to total a column.",
    "total_needs_number": "The column %(column)s holds no numbers, so it can only be counted.",
    "no_columns": "A statement needs at least one column.",
    "summary_needs_group": "A summary needs at least one grouping.",
    "group_twice": "The statement is grouped twice by %(field)s.",
    "group_by_number": "A statement cannot be grouped by %(field)s.",
    "not_sorted": "The rows are not in the order of their groups: %(group)s comes twice.",
    "line_needed": "The row %(row)s does not say which line it belongs to.",
    "total_differs": "The statement adds up to %(found)s, but %(rated)s was rated.",
    "line_differs": "The rows of %(line)s add up to %(found)s, but %(rated)s was rated.",
    "not_numeric": "%(value)s in the column %(column)s is not a number.",
    "weights_differ": "The weights add up to %(found)s, not to %(total)s.",
    "no_weight": "An amount cannot be spread over weights that add up to zero.",
}


class StatementError(EngineError):
    """A statement that cannot be made; ``code``, ``values`` and text as in ``EngineError``."""

    messages = _MESSAGES


def kind_of(key: str) -> str:
    """Return how a row's field is read: a kind of ``FIELDS``, or ``any`` for a property."""
    if key.startswith(PROPERTY) and len(key) > len(PROPERTY):
        return "any"
    try:
        return FIELDS[key].kind
    except KeyError:
        raise StatementError("unknown_field", field=key) from None


@dataclass(frozen=True)
class Column:
    """One column: the row's field, its heading, its share of the page's width, and its total.

    A property whose column is summed, or has a smallest or largest value, holds numbers.
    """

    key: str
    label: str
    width: int = 10
    total: str = "none"

    def __post_init__(self) -> None:
        kind = kind_of(self.key)
        if self.total not in TOTALS:
            raise StatementError("unknown_total", total=self.total)
        if self.total not in ("none", "count") and kind not in (*NUMBERS, "any"):
            raise StatementError("total_needs_number", column=self.label)

    @property
    def kind(self) -> str:
        """The kind of the values: of ``FIELDS``, ``number`` or ``any`` for a property."""
        kind = kind_of(self.key)
        return "number" if kind == "any" and self.total not in ("none", "count") else kind


@dataclass(frozen=True)
class Group:
    """A level of grouping: the row's field and what a heading calls it (``Beneficiary``)."""

    key: str
    label: str

    def __post_init__(self) -> None:
        if kind_of(self.key) in ("quantity", "price", "amount", "moment", "time"):
            raise StatementError("group_by_number", field=self.key)


@dataclass(frozen=True)
class Spec:
    """What a statement shows; raises :class:`StatementError` for a layout that cannot be.

    ``sort`` holds ``(key, descending)``, within the groups. ``detail`` False leaves out the rows.
    """

    columns: tuple[Column, ...]
    groups: tuple[Group, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    detail: bool = True

    def __post_init__(self) -> None:
        if not self.columns:
            raise StatementError("no_columns")
        if not self.detail and not self.groups:
            raise StatementError("summary_needs_group")
        seen = set()
        for group in self.groups:
            if group.key in seen:
                raise StatementError("group_twice", field=group.label)
            seen.add(group.key)
        for key, _descending in self.sort:
            kind_of(key)

    @property
    def lead(self) -> tuple[Column, ...]:
        """The groups that no column shows, as columns: a flat table begins with them."""
        shown = {column.key for column in self.columns}
        return tuple(Column(one.key, one.label, 20) for one in self.groups if one.key not in shown)

    @property
    def flat(self) -> tuple[Column, ...]:
        """The columns of a table without groups; :attr:`columns` are the last of them."""
        return self.lead + self.columns


Reader = Callable[[Mapping[str, Any]], Any]


def reader(key: str) -> Reader:
    """Return what reads a field from a row: None where it is missing or empty."""
    kind = kind_of(key)
    if key.startswith(PROPERTY):
        name = key.removeprefix(PROPERTY)
        return lambda row: _plain((row.get("properties") or {}).get(name))
    if key == "day":
        return _day
    if key == "time":
        return _time
    if kind == "text":
        return lambda row: row.get(key) or None
    return lambda row: filled(row.get(key))


def _day(row: Mapping[str, Any]) -> date | None:
    moment = row.get("day") or row.get("occurred_at")
    return moment.date() if isinstance(moment, datetime) else moment


def _time(row: Mapping[str, Any]) -> Any:
    moment = row.get("time") or row.get("occurred_at")
    return moment.time() if isinstance(moment, datetime) else moment


def filled(value: Any) -> Any:
    return None if value is False or value == "" else value


def _plain(value: Any) -> Any:
    """A property as text or number; yes and no, lists and objects as JSON, as they were sent."""
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False)
    return None if value == "" else value


def order_keys(spec: Spec) -> list[tuple[str, bool]]:
    """Return the fields by which rows must be sorted, as ``(key, descending)``.

    Groups come first; one by which rows are sorted has that order. The moment and the transaction
    break ties, so that a statement printed twice is the same twice.
    """
    falling = dict(spec.sort)
    keys = [(group.key, falling.get(group.key, False)) for group in spec.groups]
    for key, descending in (*spec.sort, ("occurred_at", False), ("transaction_id", False)):
        if key not in [known for known, _descending in keys]:
            keys.append((key, descending))
    return keys


def sort_rows(rows: Iterable[Mapping[str, Any]], spec: Spec) -> list[Mapping[str, Any]]:
    """Return the rows in the order of the statement; what is missing comes first."""
    result = list(rows)
    for key, descending in reversed(order_keys(spec)):
        read = reader(key)
        result.sort(key=lambda row, read=read: rank(read(row)), reverse=descending)
    return result


def rank(value: Any) -> tuple[Any, ...]:
    """An order over values of different types, as one property may hold them.

    Capitals do not matter, but for values that differ by nothing else: each is a group of its own.
    """
    if isinstance(value, str):
        return 4, value.casefold(), value
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 1, value
    return (2, value) if isinstance(value, int | float | Decimal) else (3, value)
