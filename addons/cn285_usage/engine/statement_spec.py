"""The layout of a statement: columns, groups, order. What a row can tell: ``statement_fields``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from .statement_error import StatementError
from .statement_fields import FIELDS, Field, Reader, field_of

TOTALS = ("none", "sum", "count", "minimum", "maximum")

# What a row can tell, by name.
Fields = Mapping[str, Field]


def _own_fields() -> Fields:
    return FIELDS


@dataclass(frozen=True)
class Column:
    """One column: the row's field, its heading, its share of the page's width, and its total.

    A property whose column is summed, or has a smallest or largest value, holds numbers.
    """

    key: str
    label: str
    width: int = 10
    total: str = "none"
    fields: Fields = field(default_factory=_own_fields, repr=False, compare=False)

    def __post_init__(self) -> None:
        shown = self.field
        if self.total not in TOTALS:
            raise StatementError("unknown_total", total=self.total)
        if self._adds_numbers and not shown.is_number and shown.kind != "any":
            raise StatementError("total_needs_number", column=self.label)

    @cached_property
    def field(self) -> Field:
        """What it shows."""
        return field_of(self.key, self.fields)

    @cached_property
    def kind(self) -> str:
        """The kind of the values: the field's, or ``number`` for a property with such a total."""
        kind = self.field.kind
        return "number" if kind == "any" and self._adds_numbers else kind

    @property
    def shows_total(self) -> bool:
        """Whether lines of totals have something here: a total, or the unit of one."""
        return self.total != "none" or self.kind == "unit"

    @property
    def _adds_numbers(self) -> bool:
        return self.total not in ("none", "count")


@dataclass(frozen=True)
class Group:
    """A level of grouping: the row's field and what a heading calls it (``Beneficiary``)."""

    key: str
    label: str
    fields: Fields = field(default_factory=_own_fields, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.field.can_group:
            raise StatementError("group_by_number", field=self.key)

    @property
    def field(self) -> Field:
        """What makes the groups."""
        return field_of(self.key, self.fields)


@dataclass(frozen=True)
class Spec:
    """What a statement shows; raises :class:`StatementError` for a layout that cannot be.

    ``sort`` holds ``(key, descending)``, within the groups. ``detail`` False leaves out the rows.
    """

    columns: tuple[Column, ...]
    groups: tuple[Group, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    detail: bool = True
    fields: Fields = field(default_factory=_own_fields, repr=False, compare=False)

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
            field_of(key, self.fields)

    @property
    def lead(self) -> tuple[Column, ...]:
        """The groups that no column shows, as columns: a flat table begins with them."""
        shown = {column.key for column in self.columns}
        return tuple(
            Column(one.key, one.label, 20, fields=one.fields)
            for one in self.groups
            if one.key not in shown
        )

    @property
    def flat(self) -> tuple[Column, ...]:
        """The columns of a table without groups; :attr:`columns` are the last of them."""
        return self.lead + self.columns


def reader(key: str, fields: Fields = FIELDS) -> Reader:
    """Return what reads a field from a row: None where it is missing or empty."""
    return field_of(key, fields).reader()


def order_keys(spec: Spec) -> list[tuple[str, bool]]:
    """Return the fields by which rows must be sorted, as ``(key, descending)``.

    Groups come first; one by which rows are sorted has that order. At the end are the fields that
    break ties.
    """
    falling = dict(spec.sort)
    keys = [(group.key, falling.get(group.key, False)) for group in spec.groups]
    ties = [(name, False) for name, known in spec.fields.items() if known.breaks_ties]
    for key, descending in (*spec.sort, *ties):
        if key not in [known for known, _descending in keys]:
            keys.append((key, descending))
    return keys


def sort_rows(rows: Iterable[Mapping[str, Any]], spec: Spec) -> list[Mapping[str, Any]]:
    """Return the rows in the order of the statement; what is missing comes first."""
    result = list(rows)
    for key, descending in reversed(order_keys(spec)):
        read = reader(key, spec.fields)
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
