"""Statements of usage: rows grouped, summed and compared with what was rated, one at a time.

Rows come in the order of ``order_keys``, or are sorted by ``sort_rows`` (see ``statement_spec``).
Nothing of a row is kept once its group is closed, so memory does not grow with their number.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from ...cn285_contract.engine.money import CENT, nearest, round_money
from .exact import EXACT, ZERO, as_input
from .statement_error import StatementError
from .statement_fields import INVOICED, NUMBERS, Reader, filled
from .statement_spec import Column, Spec


class Sink(Protocol):
    """What takes a statement as it comes: a PDF, a workbook, a file of comma-separated values."""

    wants_lines: bool

    def open_group(self, level: int, value: Any) -> None:
        """A group of this level (0 outermost) begins; ``value`` is None for what has none."""

    def line(self, values: Sequence[Any]) -> None:
        """One row: the values of ``Spec.flat``."""

    def close_group(self, level: int, value: Any, totals: Sequence[Any]) -> None:
        """The group ends; ``totals`` stand for ``Spec.columns``, None where there is none."""

    def close(self, totals: Sequence[Any], count: int) -> None:
        """The statement ends, with its grand totals and its number of rows."""


class _Sum:
    """Running totals of one group: exact, and silent about quantities of different units."""

    __slots__ = ("amount", "count", "units", "values")

    def __init__(self, size: int) -> None:
        self.values: list[Any] = [None] * size
        self.units: set[Any] = set()
        self.count = 0
        self.amount = ZERO


@dataclass(frozen=True)
class Outcome:
    """What was written: rows, the sum of their amounts, and that sum per line."""

    count: int
    amount: Decimal
    lines: dict[Hashable, Decimal]


class Statement:
    """Feeds sorted rows into sinks and holds the sums; for one use."""

    def __init__(self, spec: Spec, sinks: Sequence[Sink]) -> None:
        self._spec = spec
        self._sinks = tuple(sinks)
        self._line_sinks = tuple(sink for sink in sinks if sink.wants_lines)
        self._readers = tuple(_cell(column) for column in spec.flat)
        self._keys = tuple(group.field.reader() for group in spec.groups)
        lead = len(spec.lead)
        # (position among the totals, position among the values, how) of the columns with a total
        self._summed = tuple(
            (position, lead + position, column.total, column.kind == "quantity")
            for position, column in enumerate(spec.columns)
            if column.total != "none"
        )
        self._open: list[tuple[Any, _Sum]] = []
        self._seen: list[set[Any]] = [set() for _group in spec.groups]
        self._grand = _Sum(len(spec.columns))
        self._lines: dict[Hashable, Decimal] = {}

    def feed(self, rows: Iterable[Mapping[str, Any]]) -> Outcome:
        """Write all rows, groups and totals; return what they come to.

        :raises StatementError: ``not_sorted``, ``not_numeric``
        """
        keys, readers, lines = self._keys, self._readers, self._lines
        current: tuple[Any, ...] | None = None
        total = self._grand
        for row in rows:
            if keys:
                group = tuple(read(row) for read in keys)
                if group != current:
                    self._change(current, group)
                    current, total = group, self._open[-1][1]
            values = [read(row) for read in readers]
            self._add(total, row, values)
            amount = _invoiced(row.get(INVOICED))
            if amount is not None:
                total.amount = EXACT.add(total.amount, amount)
                line = row.get("line")
                lines[line] = EXACT.add(lines.get(line, ZERO), amount)
            for sink in self._line_sinks:
                sink.line(values)
        self._close_to(0)
        totals = self._totals(self._grand)
        for sink in self._sinks:
            sink.close(totals, self._grand.count)
        return Outcome(self._grand.count, self._grand.amount, lines)

    def _add(self, total: _Sum, row: Mapping[str, Any], values: Sequence[Any]) -> None:
        total.count += 1
        sums = total.values
        for position, source, how, has_unit in self._summed:
            value = values[source]
            if value is None:
                continue
            if has_unit:
                total.units.add(row.get("unit"))
            sums[position] = _combine(how, sums[position], 1 if how == "count" else value)

    def _change(self, before: tuple[Any, ...] | None, group: tuple[Any, ...]) -> None:
        level = 0
        if before is not None:
            while before[level] == group[level]:
                level += 1
            self._close_to(level)
        for position in range(level, len(group)):
            value = group[position]
            seen = self._seen[position]
            if value in seen:
                raise StatementError("not_sorted", group=value)
            seen.add(value)
            for deeper in self._seen[position + 1 :]:
                deeper.clear()
            self._open.append((value, _Sum(len(self._spec.columns))))
            for sink in self._sinks:
                sink.open_group(position, value)

    def _close_to(self, level: int) -> None:
        while len(self._open) > level:
            value, inner = self._open.pop()
            self._merge(self._open[-1][1] if self._open else self._grand, inner)
            totals = self._totals(inner)
            for sink in self._sinks:
                sink.close_group(len(self._open), value, totals)

    def _merge(self, outer: _Sum, inner: _Sum) -> None:
        outer.count += inner.count
        outer.amount = EXACT.add(outer.amount, inner.amount)
        outer.units |= inner.units
        for position, _source, how, _has_unit in self._summed:
            value = inner.values[position]
            if value is not None:
                outer.values[position] = _combine(how, outer.values[position], value)

    def _totals(self, total: _Sum) -> list[Any]:
        """The totals of a group. Minutes and megabytes have no sum: that place stays empty."""
        result = list(total.values)
        for position, column in enumerate(self._spec.columns):
            mixed = len(total.units) > 1
            if column.kind == "quantity" and column.total != "count" and mixed:
                result[position] = None
            elif column.kind == "unit" and column.total == "none" and len(total.units) == 1:
                result[position] = filled(next(iter(total.units)))
        return result


def _cell(column: Column) -> Reader:
    shown = column.field
    read = shown.reader()
    if column.kind not in NUMBERS:
        return read
    if not shown.is_number:
        return lambda row: _number(read(row), column.label)
    name = shown.name

    def figure(row: Mapping[str, Any]) -> Decimal | None:
        value = row.get(name)
        if type(value) is Decimal and value.is_finite():
            return value
        return _number(read(row), column.label)

    return figure


def _invoiced(value: Any) -> Decimal | None:
    """What was invoiced of a row, exactly: no binary number, no text."""
    if value is None or (type(value) is Decimal and value.is_finite()):
        return value
    if isinstance(value, bool | str):
        raise StatementError("not_numeric", value=value, column=INVOICED)
    return as_input(value)


def _number(value: Any, column: str) -> Decimal | None:
    if value is None or (type(value) is Decimal and value.is_finite()):
        return value
    if isinstance(value, str):
        try:
            return as_input(Decimal(value))
        except ArithmeticError:
            raise StatementError("not_numeric", value=value, column=column) from None
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, bool):
        raise StatementError("not_numeric", value=value, column=column)
    return as_input(value)


def _combine(how: str, known: Any, value: Any) -> Any:
    if known is None:
        return value
    if how == "minimum":
        return min(known, value)
    if how == "maximum":
        return max(known, value)
    return known + value if how == "count" else EXACT.add(known, value)


def check_sums(
    outcome: Outcome,
    rated: Decimal | int,
    rated_lines: Mapping[Hashable, Decimal] | None = None,
) -> None:
    """Hold the statement against what was rated: its sum, and that of each line where given.

    A difference of any size counts, a line that is on one side only as well.

    :raises StatementError: ``total_differs``, ``line_differs``, ``line_needed``
    """
    if outcome.amount != rated:
        raise StatementError("total_differs", found=outcome.amount, rated=rated)
    if rated_lines is None:
        return
    if None in outcome.lines and None not in rated_lines:
        raise StatementError("line_needed", row=outcome.lines[None])
    for line in {**rated_lines, **outcome.lines}:
        found, expected = outcome.lines.get(line, ZERO), rated_lines.get(line, ZERO)
        if found != expected:
            raise StatementError("line_differs", line=line, found=found, rated=expected)


class Share:
    """Gives each weight its part of a rated amount, in whole ``unit``; the parts add up to it.

    The rule is that of ``allocate_running``, one weight at a time.

    This is how a row of an event gets its amount where only the whole was rated (tiers, packages).
    ``total`` is the sum of all weights, known beforehand; memory stays flat. Each running sum is
    rounded, so no part is further than one unit from its exact share. Raises ``no_weight``.
    """

    def __init__(self, amount: Decimal, total: Decimal, unit: Decimal = CENT) -> None:
        if not total:
            raise StatementError("no_weight")
        # The unit as amounts are written: 10, not 1E+1.
        self._amount, self._total, self._unit = amount, total, round_money(unit, unit)
        over, under = as_input(amount).as_integer_ratio()
        total_over, total_under = as_input(total).as_integer_ratio()
        unit_over, unit_under = self._unit.as_integer_ratio()
        sign = -1 if total_over < 0 else 1
        # A weight of one, in units: worked out once, in whole numbers.
        self._over = sign * over * total_under * unit_under
        self._under = sign * under * total_over * unit_over
        self._running, self._given = ZERO, ZERO

    def part(self, weight: Decimal) -> Decimal:
        """The part of the next weight."""
        self._running = EXACT.add(self._running, as_input(weight))
        if self._running == self._total:
            upto = self._amount
        else:
            over, under = self._running.as_integer_ratio()
            upto = EXACT.multiply(self._unit, nearest(self._over * over, self._under * under))
        part, self._given = EXACT.subtract(upto, self._given), upto
        return part

    def check(self) -> None:
        """Raise ``weights_differ`` where the weights do not come to the total."""
        if self._running != self._total:
            raise StatementError("weights_differ", found=self._running, total=self._total)


def spread(
    amount: Decimal, weights: Iterable[Decimal], total: Decimal, unit: Decimal = CENT
) -> Iterator[Decimal]:
    """Yield each weight's part of an amount, see :class:`Share`.

    Raises ``weights_differ`` at the end when ``total`` was wrong.

    >>> [str(part) for part in spread(Decimal(10), [Decimal(1)] * 3, Decimal(3))]
    ['3.33', '3.34', '3.33']
    """
    share = Share(amount, total, unit)
    for weight in weights:
        yield share.part(weight)
    share.check()
