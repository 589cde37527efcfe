"""The rows of a statement as comma-separated values."""

import csv
import io
from datetime import date, datetime, time
from decimal import Decimal

from .statement_format import Header

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe_text(text):
    """A text that no spreadsheet runs as a formula: an apostrophe goes before a suspect sign."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class StatementCsv:
    """Takes a statement and writes its rows, always in full, to a binary file.

    UTF-8 with a byte order mark, dates as ISO 8601. Numbers have the language's decimal sign and
    nothing between the thousands; where that sign is a comma, a semicolon parts the fields. There
    are neither headings nor totals, so the file can be loaded as it is.
    """

    wants_lines = True

    def __init__(self, file, spec, header: Header):
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        self._point = header.locale.decimal_point
        self._writer = csv.writer(
            self._text, delimiter=";" if self._point == "," else ",", lineterminator="\r\n"
        )
        self._writer.writerow([safe_text(column.label) for column in spec.flat])

    def open_group(self, level, value):
        """Nothing: groups are columns here."""

    def line(self, values):
        """One row."""
        cell = self._cell
        self._writer.writerow([cell(value) for value in values])

    def close_group(self, level, value, totals):
        """Nothing: totals would be added to the rows by whoever sums the column."""

    def close(self, totals, count):
        """Hand the file back to its owner."""
        self._text.flush()
        self._text.detach()

    def _cell(self, value):
        if value is None:
            return ""
        if isinstance(value, str):
            return safe_text(value)
        if isinstance(value, Decimal):
            text = f"{value:f}"
            return text if self._point == "." else text.replace(".", self._point)
        if isinstance(value, datetime):
            return value.isoformat(" ", "seconds")
        if isinstance(value, date | time):
            return value.isoformat()
        return str(value) if isinstance(value, int) else safe_text(str(value))
