"""Mappings: how the columns of anybody's CSV file become rows of ours. See docs/import.md.

A mapping is data, never code: texts with ``{column}`` in them, tables of values, conditions, and
dates moved by months or days.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from .text import holds_text
from .written import DATE_ORDERS, SEPARATORS

try:
    import tomllib
except ImportError:  # Python 3.10: mappings are written in JSON there
    tomllib = None

Cells = dict[str, str]
Expression = Callable[[Cells], str]

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")
_CELL_KEYS = {
    "column", "text", "date", "date_format", "map", "default",
    "months_before", "months_after", "days_before", "days_after",
}  # fmt: skip
_TEST_KEYS = {"column", "equals", "not_equals", "in", "not_in", "filled"}
_RECORD_KEYS = {"kind", "columns", "when", "once"}
_KINDS_OF_KEYS: dict[str, type | tuple[type, ...]] = {
    "column": str, "map": dict, "date_format": str,
    "months_before": (int, str), "months_after": (int, str),
    "days_before": (int, str), "days_after": (int, str),
}  # fmt: skip


class MappingError(ValueError):
    """A mapping that cannot be used, or a row that it cannot translate.

    ``code`` is stable and meant for the shell, which translates it; ``values`` holds what the
    message speaks of.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(f"{code}: {values}")
        self.code = code
        self.values = values


@dataclass(frozen=True)
class MappedRow:
    """A row of one of our kinds, made by a mapping. ``once``: the same id may come again."""

    kind: str
    cells: Cells
    once: bool = False


@dataclass
class _Record:
    kind: str
    columns: dict[str, Expression]
    when: Callable[[Cells], bool]
    once: bool


@dataclass
class Mapping:
    """A mapping that was checked and is ready to use.

    ``columns`` are the columns that a file must have; ``fixed`` are rows that the mapping itself
    brings along; ``until`` and ``compare`` serve the loading tool (bill up to that day, compare
    with the sum of that column).
    """

    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    until: str | None = None
    compare: str | None = None
    columns: set[str] = field(default_factory=set)
    fixed: list[MappedRow] = field(default_factory=list)
    _records: list[_Record] = field(default_factory=list)

    def shapes(self) -> list[tuple[str, list[str]]]:
        """Return the kind and the column names of each sort of row that this mapping makes."""
        fixed = [(row.kind, list(row.cells)) for row in self.fixed]
        return fixed + [(record.kind, list(record.columns)) for record in self._records]

    def rows(self, cells: Cells) -> list[MappedRow]:
        """Return what one row of a file becomes.

        :raises MappingError: ``unmapped_value``, ``bad_date``, ``bad_number``
        """
        result = []
        for record in self._records:
            if record.when(cells):
                made = {name: make(cells) for name, make in record.columns.items()}
                result.append(MappedRow(record.kind, made, record.once))
        return result


def parse_mapping(text: str | bytes) -> Mapping:
    """Read a mapping written in TOML or JSON (recognised by the leading brace).

    :raises MappingError: ``not_a_mapping``, ``needs_python_311``, ``unknown_key``, ``missing_key``,
        ``wrong_value``, ``bad_date``
    """
    data = _parse(text)
    _known(data, {"input", "billing", "fixed", "record"}, "mapping")
    given, billing = _table(data, "input"), _table(data, "billing")
    _known(given, {"delimiter", "decimal", "dates"}, "input")
    _known(billing, {"until", "compare"}, "billing")
    until, delimiter = billing.get("until"), given.get("delimiter")
    if delimiter is not None and len(_of(str, delimiter, "delimiter", "input")) != 1:
        raise MappingError("wrong_value", key="delimiter", where="input", value=delimiter)
    for key, allowed in (("decimal", SEPARATORS), ("dates", DATE_ORDERS)):
        if key in given and given[key] not in tuple(allowed):
            raise MappingError("wrong_value", key=key, where="input", value=given[key])
    if billing.get("compare"):
        _of(str, billing["compare"], "compare", "billing")
    mapping = Mapping(
        delimiter=delimiter,
        decimal=given.get("decimal"),
        dates=given.get("dates"),
        until=_as_text(until) if until else None,
        compare=billing.get("compare"),
    )
    if mapping.until:
        _parse_date(mapping.until)
    for entry in _list(data, "fixed"):
        _known(entry, {"kind", "columns"}, "fixed")
        cells = {name: _as_text(value) for name, value in _required(entry, "columns", dict).items()}
        mapping.fixed.append(MappedRow(_required(entry, "kind"), cells))
    for entry in _list(data, "record"):
        mapping._records.append(_compile_record(entry, mapping.columns))
    if not mapping._records:
        raise MappingError("missing_key", key="record", where="mapping")
    if mapping.compare:
        mapping.columns.add(mapping.compare)
    return mapping


def _parse(text: str | bytes) -> dict[str, Any]:
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            data = json.loads(text)
        elif tomllib is None:
            raise MappingError("needs_python_311")
        else:
            data = tomllib.loads(text)
    except MappingError:
        raise
    except UnicodeDecodeError:
        raise MappingError("not_a_mapping", problem="not_utf8") from None
    except RecursionError:
        raise MappingError("not_a_mapping", problem="too_deep") from None
    except ValueError as error:
        raise _syntax_error(error) from None
    if not holds_text(data):
        raise MappingError("not_a_mapping", problem="not_text")
    return data


def _syntax_error(error: ValueError) -> MappingError:
    """Where a text is neither TOML nor JSON, without the parser's own words, which are English."""
    line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
    if line is None and (place := re.search(r"\(at line (\d+), column (\d+)\)$", str(error))):
        line, column = map(int, place.groups())
    if line is None:
        return MappingError("not_a_mapping", problem="incomplete")
    return MappingError("not_a_mapping", problem="syntax", line=line, column=column)


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise MappingError("not_a_mapping", problem="not_table", key=key)
    return value


def _list(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise MappingError("not_a_mapping", problem="not_tables", key=key)
    return value


def _known(entry: dict[str, Any], keys: set[str], where: str) -> None:
    for key in entry:
        if key not in keys:
            raise MappingError("unknown_key", key=key, where=where, known=", ".join(sorted(keys)))


def _required(entry: dict[str, Any], key: str, kind: type = str) -> Any:
    where = str(entry.get("kind", "record"))
    if not entry.get(key):
        raise MappingError("missing_key", key=key, where=where)
    return _of(kind, entry[key], key, where)


def _of(kinds: type | tuple[type, ...], value: Any, key: str, where: str) -> Any:
    """The value, if it is of a kind that its key may have."""
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise MappingError("wrong_value", key=key, where=where, value=_as_text(value))
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


# --- records and conditions ------------------------------------------------------------------


def _compile_record(entry: dict[str, Any], used: set[str]) -> _Record:
    _known(entry, _RECORD_KEYS, "record")
    columns, where = _required(entry, "columns", dict), _required(entry, "kind")
    tests = _of((list, dict), entry.get("when", []), "when", where)
    tests = [
        _compile_test(_of(dict, test, "when", where), used)
        for test in ([tests] if isinstance(tests, dict) else tests)
    ]
    return _Record(
        kind=_required(entry, "kind"),
        columns={name: _compile_cell(spec, name, used) for name, spec in columns.items()},
        when=lambda cells: all(test(cells) for test in tests),
        once=bool(entry.get("once")),
    )


def _compile_test(test: dict[str, Any], used: set[str]) -> Callable[[Cells], bool]:
    _known(test, _TEST_KEYS, "when")
    column = _required(test, "column")
    used.add(column)
    checks: list[Callable[[str], bool]] = []
    for key, wanted in test.items():
        if key == "column":
            continue
        if key == "filled":
            checks.append(lambda cell, wanted=wanted: bool(cell) == wanted)
            continue
        values = {_as_text(value) for value in (wanted if isinstance(wanted, list) else [wanted])}
        within = key in ("equals", "in")
        checks.append(lambda cell, values=values, within=within: (cell in values) == within)
    return lambda cells: all(check(cells[column]) for check in checks)


# --- cells -----------------------------------------------------------------------------------


def _compile_cell(spec: Any, name: str, used: set[str]) -> Expression:
    """The expression that makes one cell; ``used`` collects the columns it reads."""
    if not isinstance(spec, dict):
        return _compile_text(_as_text(spec), used)
    _known(spec, _CELL_KEYS, name)
    sources = [key for key in ("column", "text", "date") if key in spec]
    if len(sources) != 1:
        raise MappingError("one_source", key=name)
    source = spec[sources[0]]
    for key, kinds in _KINDS_OF_KEYS.items():
        if key in spec:
            _of(kinds, spec[key], key, name)
    if sources[0] == "column":
        used.add(source)
        make: Expression = lambda cells: cells[source]  # noqa: E731
    else:
        make = _compile_text(_as_text(source), used)
    if "map" in spec:
        make = _mapped(make, name, spec)
    elif "default" in spec:
        make = _defaulted(make, _as_text(spec["default"]))
    shifts = [key for key in spec if key.endswith(("_before", "_after"))]
    if sources[0] == "date" or "date_format" in spec or shifts:
        make = _dated(make, name, spec.get("date_format"))
    for key in shifts:
        make = _shifted(make, name, key, _compile_number(spec[key], name, used))
    return make


def _compile_text(text: str, used: set[str]) -> Expression:
    """A text in which ``{column}`` stands for a cell; ``{{`` and ``}}`` are braces.

    >>> _compile_text("SUB-{no} {{x}}", set())({"no": "7"})
    'SUB-7 {x}'
    """
    names = [match[1] for match in _PLACE.finditer(text) if match[1]]
    used.update(names)
    if not names and "{{" not in text and "}}" not in text:
        return lambda cells: text
    return lambda cells: _PLACE.sub(
        lambda match: cells[match[1]] if match[1] else match[0][0], text
    )


def _mapped(make: Expression, name: str, spec: dict[str, Any]) -> Expression:
    table = {key: _as_text(value) for key, value in spec["map"].items()}
    default = spec.get("default")

    def look_up(cells: Cells) -> str:
        value = make(cells)
        if value in table:
            return table[value]
        if default is not None:
            return _as_text(default)
        if not value:
            return ""
        raise MappingError("unmapped_value", value=value, key=name, known=", ".join(table))

    return look_up


def _defaulted(make: Expression, default: str) -> Expression:
    return lambda cells: make(cells) or default


def _compile_number(spec: Any, name: str, used: set[str]) -> Callable[[Cells], int]:
    """A whole number: written in the mapping, or the cell of a column of that name."""
    if isinstance(spec, int):
        return lambda cells: spec
    used.add(spec)

    def number(cells: Cells) -> int:
        text = cells[spec] or "0"
        if not re.fullmatch(r"[+-]?\d{1,6}", text):
            raise MappingError("bad_number", value=text, key=name)
        return int(text)

    return number


def _parse_date(text: str, pattern: str | None = None, name: str = "date") -> date:
    try:
        return datetime.strptime(text, pattern or "%Y-%m-%d").date()
    except ValueError:
        raise MappingError(
            "bad_date", value=text, key=name, pattern=pattern or "YYYY-MM-DD"
        ) from None


def _dated(make: Expression, name: str, pattern: str | None) -> Expression:
    def parse(cells: Cells) -> str:
        text = make(cells)
        return _parse_date(text, pattern, name).isoformat() if text else ""

    return parse


def _shifted(make: Expression, name: str, key: str, number: Callable[[Cells], int]) -> Expression:
    unit, _underscore, direction = key.partition("_")
    sign = -1 if direction == "before" else 1

    def shift(cells: Cells) -> str:
        text = make(cells)
        if not text:
            return ""
        step = relativedelta(**{unit: sign * number(cells)})
        try:
            # A month later is its last day where it is shorter: 31 January, 28 February.
            return (date.fromisoformat(text) + step).isoformat()
        except (ValueError, OverflowError):  # outside the calendar
            raise MappingError("bad_date", value=text, key=name, pattern="YYYY-MM-DD") from None

    return shift
