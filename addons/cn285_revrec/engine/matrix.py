"""Amounts by month of invoice and month of revenue, as a table of months × months."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .recognition import months_between


@dataclass
class Matrix:
    """``columns`` are all months of revenue from the first to the last, none left out.

    ``rows`` are pairs of a month of invoicing and its amounts, one for each column; months are
    their first days. Months in which nothing was invoiced have no row.
    """

    columns: list[date]
    rows: list[tuple[date, list[Decimal]]] = field(default_factory=list)

    def totals(self) -> list[Decimal]:
        """Return the sum of each column."""
        return [
            sum((amounts[place] for _month, amounts in self.rows), Decimal(0))
            for place in range(len(self.columns))
        ]


def waterfall(cells: Iterable[tuple[date, date, Decimal]]) -> Matrix:
    """Return the table of ``(day of the invoice, day of the revenue, amount)``.

    >>> table = waterfall([(date(2026, 1, 9), date(2026, 3, 31), Decimal(5))])
    >>> table.columns, table.rows
    ([datetime.date(2026, 3, 1)], [(datetime.date(2026, 1, 1), [Decimal('5')])])
    """
    sums: dict[date, dict[date, Decimal]] = {}
    for invoiced, earned, amount in cells:
        months = sums.setdefault(invoiced.replace(day=1), {})
        month = earned.replace(day=1)
        months[month] = months.get(month, Decimal(0)) + amount
    used = [month for months in sums.values() for month in months]
    if not used:
        return Matrix([])
    columns = [day.replace(day=1) for day in months_between(min(used), max(used))]
    zero = Decimal(0)
    return Matrix(
        columns,
        [(row, [sums[row].get(column, zero) for column in columns]) for row in sorted(sums)],
    )
