"""What a SmartCode macro may contain, what it receives, and what it must return.

A macro is a block of Python. It finds these names, all of them plain values:

* ``period``: ``start`` and ``end`` (the last day), ``days``, and ``share`` of a full period (0..1);
* ``item``: ``name``, ``contract``, ``customer``, ``quantity``, ``price``, ``currency``, ``tags`` …;
* ``usage``: for each metric code a dict of ``quantity``, ``count`` and ``unit``;
* ``events``: the events one by one (empty where the version asks for totals only);
* ``lines``: a list to append to, or to assign: dicts of ``label`` and either ``amount``, or
  ``quantity`` and ``unit_price``.

Numbers are exact: what comes in is int or Decimal, and a number written with a decimal point in the
macro is a Decimal. A macro returns the same for the same input: clock and chance are not there.
"""

import ast
import io
import math
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from ...cn285_contract.engine.errors import EngineError
from .errors import UsageError
from .exact import EXACT, as_input

MAX_BODY = 50_000
MAX_LINES = 500
MAX_LABEL = 300
FILENAME = "<smartcode>"
FORMAT_ADVICE = 'f"{value}"'
# Of these the second can read any attribute by its name in a text, past every check of names.
REFUSED_ATTRIBUTES = {
    **dict.fromkeys(("today", "now", "utcnow"), "macro_clock"),
    **dict.fromkeys(("format", "format_map"), "macro_format"),
}
_REFUSED_NODES: dict[type[ast.AST], str] = {
    ast.Import: "macro_import",
    ast.ImportFrom: "macro_import",
    ast.ClassDef: "macro_statement",
    ast.Global: "macro_statement",
    ast.Nonlocal: "macro_statement",
    ast.With: "macro_statement",
    ast.AsyncFunctionDef: "macro_statement",
    ast.AsyncFor: "macro_statement",
    ast.AsyncWith: "macro_statement",
    ast.Await: "macro_statement",
}

_MESSAGES = {
    "macro_empty": "The macro is empty.",
    "macro_too_long": "The macro is longer than %(limit)s characters.",
    "macro_syntax": "This is not Python: %(message)s.",
    "macro_import": "Nothing can be imported.",
    "macro_statement": "%(statement)s is not available in a macro.",
    "macro_private": "%(name)s is not available: names with two underscores are refused.",
    "macro_clock": "%(name)s is not available: a macro gives the same result whenever it runs. "
    "The period is in the name period.",
    "macro_format": f"%(name)s is not available: write {FORMAT_ADVICE} instead.",
    "macro_attribute_set": "An attribute cannot be set.",
    "macro_events": "It names events, which it does not receive.",
    "macro_text_number": "Numbers in an f-string are not exact: give %(name)s a name before it.",
    "macro_address": "As a text, %(name)s is another each time: it is a function or an iterator.",
    "macro_time_zone": "%(name)s is not available: it depends on the machine's time zone.",
    "line_address": "The label of line %(number)s names an object, which is another each time.",
    "input_type": "A macro cannot receive a value of the type %(type)s.",
    "lines_not_list": "The macro must leave a list in lines, not %(type)s.",
    "too_many_lines": "The macro returned %(count)s lines, more than %(limit)s.",
    "line_not_dict": "Line %(number)s is no dict with a label and an amount.",
    "line_unknown_key": "Line %(number)s has %(key)s, which is none of label, quantity, "
    "unit_price, amount, unit.",
    "line_no_label": "Line %(number)s needs a label: a text.",
    "line_label_long": "The label of line %(number)s is longer than %(limit)s characters.",
    "line_no_amount": "Line %(number)s needs an amount, or a quantity and a unit price.",
    "line_two_amounts": "Line %(number)s has an amount and a unit price; one of them is enough.",
    "line_not_number": "The %(key)s of line %(number)s is not a finite number: %(value)s.",
}


class SmartCodeError(EngineError):
    """A macro or its result that is refused; ``line`` is the macro's line, or None."""

    messages = _MESSAGES

    def __init__(self, code: str, line: int | None = None, **values: object) -> None:
        super().__init__(code, **values)
        self.line = line


class PeriodValues(TypedDict):
    """The billed period: local dates, ``end`` is its last day."""

    start: date
    end: date
    days: int
    share: Decimal


class ItemDetails(TypedDict, total=False):
    """What an item may have."""

    beneficiary: str
    product: str
    tags: list[str]


class ItemValues(ItemDetails):
    """The contract item."""

    name: str
    contract: str
    customer: str
    quantity: Decimal
    price: Decimal
    currency: str


class UsageValues(TypedDict):
    """The aggregated usage of one metric in the period."""

    quantity: Decimal
    count: int
    unit: str


class EventDetails(TypedDict, total=False):
    """What an event may have."""

    beneficiary: str
    ended_at: datetime


class EventValues(EventDetails):
    """One event, at its local time."""

    metric: str
    occurred_at: datetime
    quantity: Decimal
    transaction_id: str
    source: str
    properties: dict[str, Any]


class MacroInputs(TypedDict):
    """All that one run of a macro receives."""

    period: PeriodValues
    item: ItemValues
    usage: dict[str, UsageValues]
    events: list[EventValues]


@dataclass(frozen=True)
class MacroLine:
    """One line that a macro returns; either the amount is given, or quantity and price are."""

    label: str
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    unit: str = ""

    @property
    def exact(self) -> Decimal:
        """The amount before it is rounded to the currency."""
        if self.amount is not None:
            return self.amount
        return EXACT.multiply(self.quantity or Decimal(0), self.unit_price or Decimal(0))


# --- The macro ------------------------------------------------------------------------------------


def check_source(body: str) -> None:
    """Refuse what a macro must not contain, with its line; Odoo's own checks come on top.

    :raises SmartCodeError: codes ``macro_…``
    """
    if not body.strip():
        raise SmartCodeError("macro_empty")
    if len(body) > MAX_BODY:
        raise SmartCodeError("macro_too_long", limit=MAX_BODY)
    try:
        tree = ast.parse(body, FILENAME)
    except SyntaxError as error:
        raise SmartCodeError("macro_syntax", line=error.lineno, message=error.msg) from None
    except ValueError as error:
        raise SmartCodeError("macro_syntax", message=error) from None
    for node in ast.walk(tree):
        _check_node(node)


def _check_node(node: ast.AST) -> None:
    line = getattr(node, "lineno", None)
    if type(node) in _REFUSED_NODES:
        statement = type(node).__name__.removesuffix("Def").lower()
        raise SmartCodeError(_REFUSED_NODES[type(node)], line=line, statement=statement)
    for name in _names(node):
        if "__" in name:
            raise SmartCodeError("macro_private", line=line, name=name)
    if isinstance(node, ast.Attribute):
        if node.attr in REFUSED_ATTRIBUTES:
            raise SmartCodeError(REFUSED_ATTRIBUTES[node.attr], line=line, name=node.attr)
        if not isinstance(node.ctx, ast.Load):
            raise SmartCodeError("macro_attribute_set", line=line)


def _names(node: ast.AST) -> list[str]:
    """Every name that a node writes: of variables, attributes, functions, arguments, errors."""
    fields = (getattr(node, name, None) for name in ("id", "attr", "name", "arg"))
    return [value for value in fields if isinstance(value, str)]


def exact_source(body: str) -> str:
    """Return the macro with every number that has a decimal point made a Decimal.

    Lines keep their numbers. ``0.1 + 0.2`` is 0.3 in a macro, and a quantity, which is a Decimal,
    can be multiplied by 0.02.

    >>> print(exact_source("fee = 0.02 * 3  # not 0.1"))
    fee = Decimal("0.02") * 3  # not 0.1
    """
    lines = body.splitlines(keepends=True)
    found = []
    for token in tokenize.generate_tokens(io.StringIO(body).readline):
        text = token.string.lower()
        whole = text.startswith(("0x", "0b", "0o")) or not {".", "e"} & set(text)
        if token.type == tokenize.NUMBER and not whole and not text.endswith("j"):
            found.append(token)
    for token in reversed(found):
        row, start = token.start
        line = lines[row - 1]
        number = token.string.replace("_", "")
        lines[row - 1] = f'{line[:start]}Decimal("{number}"){line[token.end[1] :]}'
    return "".join(lines)


# --- Plain values through a pipe ------------------------------------------------------------------


def encode(value: Any) -> Any:
    """Return a value as JSON can carry it; Decimal, date and datetime are tagged.

    Nothing but plain values passes: no record, no object, no NaN. A float, as JSON properties hold
    them, becomes the Decimal that it is written as.

    :raises SmartCodeError: ``input_type``
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return {"$n": str(value)}
    if isinstance(value, float) and math.isfinite(value):
        return {"$n": repr(value)}
    if isinstance(value, datetime):
        return {"$t": value.isoformat()}
    if isinstance(value, date):
        return {"$d": value.isoformat()}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {"$m": [[key, encode(inner)] for key, inner in value.items()]}
    elif isinstance(value, list | tuple):
        return [encode(inner) for inner in value]
    raise SmartCodeError("input_type", type=type(value).__name__)


def decode(value: Any) -> Any:
    """Return what :func:`encode` was given."""
    if isinstance(value, list):
        return [decode(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    ((tag, inner),) = value.items()
    if tag == "$n":
        return Decimal(inner)
    if tag == "$t":
        return datetime.fromisoformat(inner)
    if tag == "$d":
        return date.fromisoformat(inner)
    return {key: decode(one) for key, one in inner}


# --- The result -----------------------------------------------------------------------------------

# What Python writes of objects that have no text: <function price at 0x7f61a0c3e5c0>.
_ADDRESS = re.compile(r"<.+ at 0x[0-9a-f]+>")
_LINE_KEYS = ("label", "quantity", "unit_price", "amount", "unit")


def lines_of(result: Any) -> list[MacroLine]:
    """Return the lines of a macro's result, with exact numbers.

    An empty list is a result: nothing is billed.

    :raises SmartCodeError: codes ``line_…``, ``lines_not_list``, ``too_many_lines``
    """
    if not isinstance(result, list | tuple):
        raise SmartCodeError("lines_not_list", type=type(result).__name__)
    if len(result) > MAX_LINES:
        raise SmartCodeError("too_many_lines", count=len(result), limit=MAX_LINES)
    return [_line(number, line) for number, line in enumerate(result, 1)]


def _is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: no NUL, no half of a character pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _line(number: int, line: Any) -> MacroLine:
    if not isinstance(line, Mapping):
        raise SmartCodeError("line_not_dict", number=number)
    for key in line:
        if key not in _LINE_KEYS:
            raise SmartCodeError("line_unknown_key", number=number, key=str(key)[:40])
    label, unit = line.get("label"), line.get("unit") or ""
    texts = isinstance(label, str) and isinstance(unit, str)
    if not texts or not label.strip() or not _is_storable(label + unit):
        raise SmartCodeError("line_no_label", number=number)
    if _ADDRESS.search(label + unit):
        raise SmartCodeError("line_address", number=number)
    if len(label) > MAX_LABEL or len(unit) > MAX_LABEL:
        raise SmartCodeError("line_label_long", number=number, limit=MAX_LABEL)
    quantity, unit_price, amount = (
        _number(number, key, line.get(key)) for key in ("quantity", "unit_price", "amount")
    )
    if amount is None and (quantity is None or unit_price is None):
        raise SmartCodeError("line_no_amount", number=number)
    if amount is not None and unit_price is not None:
        raise SmartCodeError("line_two_amounts", number=number)
    return MacroLine(label.strip(), quantity, unit_price, amount, unit)


def _number(number: int, key: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    refusal = SmartCodeError("line_not_number", number=number, key=key, value=_short(value))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refusal
    if isinstance(value, float):
        if not math.isfinite(value):
            raise refusal
        value = Decimal(repr(value))
    # A quotient has as many digits as the arithmetic gives; thirty decimals bill to the cent.
    try:
        return as_input(value)
    except (UsageError, ArithmeticError):
        raise refusal from None


def _short(value: Any) -> str:
    """A value as a message can show it: an int of a million digits has no text."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 200:
        return "…"
    return repr(value)[:60] if isinstance(value, str | int | float | Decimal) else "…"


@dataclass(frozen=True)
class Difference:
    """A past period in which another version of the macro gives another amount."""

    key: Any
    recorded: Decimal
    found: Decimal | None
    problem: str = ""

    @property
    def change(self) -> Decimal | None:
        """What the period would be billed more (or less); None where the macro failed."""
        return None if self.found is None else self.found - self.recorded


def differences(
    recorded: Sequence[tuple[Any, Decimal]],
    results: Sequence[Decimal | str],
) -> list[Difference]:
    """Compare recorded amounts with results (an amount, or a text: the reason of a failure).

    Only what differs is returned, in the order given.
    """
    found = []
    for (key, amount), result in zip(recorded, results, strict=True):
        if isinstance(result, str):
            found.append(Difference(key, amount, None, result))
        elif result != amount:
            found.append(Difference(key, amount, result))
    return found
