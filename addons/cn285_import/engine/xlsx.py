"""Workbooks of spreadsheets: their sheets as tables of texts, and tables as workbooks."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from .table import Table, TableError, read_table, table_of

# What a workbook may unpack to, and hold: guards against files made to fill the memory.
MAX_UNPACKED = 1_000_000_000
MAX_CELLS = 20_000_000
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
Sheet = tuple[str, Sequence[str], Iterable[Sequence[object]]]


def is_workbook(content: bytes | str) -> bool:
    """Tell whether a file is a workbook, whatever it is called."""
    if not isinstance(content, bytes) or not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def read_workbook(file: str, content: bytes) -> list[tuple[str, Table]]:
    """Return the sheets of a workbook that hold anything, as ``(title, table)``, in their order.

    Cells are texts as a CSV file would have them: days in ISO, numbers with a point, *yes* and
    *no*. Where formulas are, what they came to when the file was saved.

    :raises TableError: ``not_a_workbook``, ``workbook_too_large``, and those of ``read_table``
    """
    from openpyxl import load_workbook  # here: it takes a while, and few need it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise TableError("workbook_too_large", 1)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except TableError:
        raise
    except Exception as error:  # whatever a damaged file provokes
        raise TableError("not_a_workbook", 1) from error
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    tables, left = [], MAX_CELLS
    for sheet in sheets:
        name = file if len(sheets) == 1 else f"{file} ({sheet.title})"
        rows = []
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            left -= len(cells)
            if left < 0:
                raise TableError("workbook_too_large", line)
            texts = [as_text(cell) for cell in cells]
            if any(texts):
                rows.append((line, texts))
        if rows:
            tables.append((sheet.title, table_of(name, rows, ragged=True)))
    if not tables:
        raise TableError("empty_file", 1)
    return tables


def as_text(value: object) -> str:
    """Return a cell as the text that a CSV file would have.

    >>> [as_text(one) for one in (None, True, 12.0, 0.1 + 0.2, 1.234, 1e-7, date(2026, 12, 31))]
    ['', 'yes', '12', '0.3', '1.2340', '0.0000001', '2026-12-31']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    text = str(value).strip()
    return "" if text in _ERRORS else text


def _number(value: float) -> str:
    """A number with the fifteen digits that spreadsheets keep, never to be taken for thousands."""
    text = format(Decimal(f"{value:.15g}"), "f")
    whole, point, rest = text.partition(".")
    rest = rest.rstrip("0")
    if not rest:
        return whole
    return f"{whole}.{rest}0" if len(rest) == 3 else f"{whole}{point}{rest}"


def read_any(file: str, content: bytes | str, delimiter: str | None = None):
    """Return the tables of a file, CSV or workbook, as ``[(title of the sheet or None, table)]``.

    :raises TableError: those of :func:`table.read_table` and :func:`read_workbook`; ``old_excel``
    """
    if is_workbook(content):
        return read_workbook(file, content)
    if isinstance(content, bytes) and content.startswith(ZIP):
        raise TableError("not_a_workbook", 1)
    if isinstance(content, bytes) and content.startswith(OLD_EXCEL):
        raise TableError("old_excel", 1)
    return [(None, read_table(file, content, delimiter))]


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of sheets, each ``(title, header, rows)``; texts stay texts.

    No text is taken for a formula or a link; days are days.
    """
    import xlsxwriter  # here: it takes a while, and few need it

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for title, header, rows in sheets:
            sheet = book.add_worksheet(title[:31])
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, header, bold)
            for place, name in enumerate(header):
                sheet.set_column(place, place, max(12, min(len(name) + 2, 40)))
            for number, row in enumerate(rows, start=1):
                for place, value in enumerate(row):
                    _write(sheet, number, place, value)
    return out.getvalue()


def _write(sheet, row: int, column: int, value: object) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value[:32767])
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value))
    elif value is not None and value is not False:
        sheet.write(row, column, value)
