"""The fields of a statement: one entry each, in the order in which layouts offer them.

A row is a plain mapping. Its keys are the names of the fields, besides ``properties`` (a mapping,
of which the key ``property:NAME`` reads one) and ``line`` (the key of the invoice line or rating
that the row belongs to).

A new field is an entry here: layouts offer it, rows are filled with it, and PDF, Excel and CSV
write it as its kind says. Another addon extends ``cn285.statement.layout._row_fields``.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .statement_error import StatementError

PROPERTY = "property:"
# Kinds by which a field is aligned, written and totalled; those that hold numbers.
NUMBERS = ("quantity", "price", "amount", "number")
# Kinds by whose values rows make no group: nearly each row would be one.
_UNGROUPED = ("quantity", "price", "amount", "moment", "time")

Reader = Callable[[Mapping[str, Any]], Any]


def _lt(text: str) -> str:
    """Mark a text for the translators; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Field:
    """What a row can tell.

    - ``name``: the key of the row, and what a layout's column has of it in the database
    - ``label``: what clerks call it, and what heads its column
    - ``kind``: how it is aligned and written: ``text``, ``unit`` (of the quantities), ``day``,
      ``time``, ``moment``, a number of :data:`NUMBERS`, or ``any`` for what may be anything
    - ``of_rating``: where a rating has it, as a path of fields (``item_id.name``), for all its rows
    - ``of_event``: the column of the event that has it, for rows that are events
    - ``read``: how it is read from a row where it is not simply its value
    - ``groups``: whether layouts offer to group by it
    - ``total``: how its column is totalled unless a layout says otherwise
    - ``breaks_ties``: whether rows that are alike otherwise are in its order, so that a statement
      printed twice is the same twice
    - ``is_invoiced``: whether its sum is what was invoiced, which heads the statement
    """

    name: str
    label: str
    kind: str
    of_rating: str = ""
    of_event: str = ""
    read: Reader | None = None
    groups: bool = False
    total: str = "none"
    breaks_ties: bool = False
    is_invoiced: bool = False

    @property
    def can_group(self) -> bool:
        """Whether rows may be grouped by it at all."""
        return self.kind not in _UNGROUPED

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in NUMBERS

    def reader(self) -> Reader:
        """Return what reads it from a row: None where it is missing or empty."""
        if self.read is not None:
            return self.read
        name = self.name
        if self.kind in ("text", "unit"):
            return lambda row: row.get(name) or None
        return lambda row: filled(row.get(name))


def filled(value: Any) -> Any:
    """The value, or None for what a record has where a field is empty."""
    return None if value is False or value == "" else value


def _day(row: Mapping[str, Any]) -> date | None:
    moment = row.get("day") or row.get("occurred_at")
    return moment.date() if isinstance(moment, datetime) else moment


def _time(row: Mapping[str, Any]) -> Any:
    moment = row.get("time") or row.get("occurred_at")
    return moment.time() if isinstance(moment, datetime) else moment


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field(
            "occurred_at",
            _lt("Date and Time"),
            "moment",
            of_event="occurred_at",
            breaks_ties=True,
        ),
        Field("day", _lt("Day"), "day", of_rating="schedule_id.period_end", read=_day, groups=True),
        Field("time", _lt("Time"), "time", read=_time),
        Field("ended_at", _lt("End"), "moment", of_event="ended_at"),
        Field("beneficiary", _lt("Beneficiary"), "text", groups=True),
        Field("item", _lt("Item"), "text", of_rating="item_id.name", groups=True),
        Field("metric", _lt("Metric"), "text", groups=True),
        Field("label", _lt("Description"), "text", of_rating="item_id.name"),
        Field("source", _lt("Source"), "text", of_event="source"),
        Field(
            "transaction_id", _lt("Reference"), "text", of_event="transaction_id", breaks_ties=True
        ),
        Field("quantity", _lt("Quantity"), "quantity", total="sum"),
        Field("unit", _lt("Unit"), "unit"),
        Field("unit_price", _lt("Unit Price"), "price"),
        Field("amount", _lt("Amount"), "amount", total="sum", is_invoiced=True),
    )
}
# What was invoiced: the sums of a statement are held against it.
INVOICED = next(field.name for field in FIELDS.values() if field.is_invoiced)
# What layouts offer for the properties of events, which have names of their own.
ANY_PROPERTY = Field("property", _lt("Property"), "any", groups=True)


def field_of(key: str, fields: Mapping[str, Field] = FIELDS) -> Field:
    """Return a row's field, or that of a property (``property:NAME``).

    :raises StatementError: ``unknown_field``
    """
    name = key.removeprefix(PROPERTY)
    if name and name != key:
        return Field(key, name, "any", read=_property_reader(name), groups=True)
    try:
        return fields[key]
    except KeyError:
        raise StatementError("unknown_field", field=key) from None


def _property_reader(name: str) -> Reader:
    return lambda row: _plain((row.get("properties") or {}).get(name))


def _plain(value: Any) -> Any:
    """A property as text or number; yes and no, lists and objects as JSON, as they were sent."""
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False)
    return None if value == "" else value
