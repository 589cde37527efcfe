"""CSV files as rows that know where they stand, so that whatever is wrong can be pointed at."""

import csv
import io
import re
from dataclasses import dataclass, field

from .text import is_text, safe_row

DELIMITERS = ",;\t"
# One cell may hold a long text, but not a whole mistaken file.
MAX_CELL = 1_000_000


class TableError(ValueError):
    """A file or a row that cannot be read.

    ``code`` is stable and meant for the shell, which translates it; ``values`` holds what the
    message speaks of; ``line`` is the line in the file (1 is the header).
    """

    def __init__(self, code: str, line: int, **values: object) -> None:
        super().__init__(f"{code} (line {line}): {values}")
        self.code = code
        self.line = line
        self.values = values


@dataclass(frozen=True)
class Row:
    """One row of a file. ``line`` is the line on which it starts, the header being line 1."""

    file: str
    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """A file that was read: its columns, its rows, and the rows that could not be read."""

    file: str
    header: list[str]
    rows: list[Row] = field(default_factory=list)
    problems: list[TableError] = field(default_factory=list)


def decode(content: bytes | str) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark.

    :raises TableError: ``not_utf8``, with the line of the first byte that is not UTF-8
    """
    if isinstance(content, str):
        text = content.removeprefix("\ufeff")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TableError("not_utf8", content.count(b"\n", 0, error.start) + 1) from None
    if not is_text(text):
        bad = next(place for place, letter in enumerate(text) if not is_text(letter))
        raise TableError("not_text", text.count("\n", 0, bad) + 1)
    return text


def find_delimiter(header: str) -> str:
    """Return the separator that a header line uses most, outside of quotes; a comma if none.

    >>> find_delimiter('name;"city, country";zip')
    ';'
    """
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=lambda delimiter: (bare.count(delimiter), delimiter == ","))


def read_table(file: str, content: bytes | str, delimiter: str | None = None) -> Table:
    """Read a CSV file with a header line. Rows without any text are left out.

    :param file: the name under which rows and problems report themselves
    :raises TableError: ``not_utf8``, ``not_text``, ``empty_file``, ``duplicate_column``,
        ``unnamed_column``: then nothing of the file can be trusted
    """
    text = decode(content)
    first_line = next((line for line in text.splitlines() if line.strip()), None)
    if first_line is None:
        raise TableError("empty_file", 1)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter or find_delimiter(first_line))
    table, line = None, 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            # Its own words are English; what goes wrong are quotes, and breaks of lines.
            raise TableError("not_csv", reader.line_num) from None
        if cells is None:
            return table
        if any(cell.strip() for cell in cells):
            if table is None:
                table = Table(file, _header(cells, line))
            else:
                _add_row(table, line, cells)
        line = reader.line_num + 1


def _header(cells: list[str], line: int) -> list[str]:
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    for position, name in enumerate(header):
        if not name:
            raise TableError("unnamed_column", line, position=position + 1)
        if name in header[:position]:
            raise TableError("duplicate_column", line, column=name)
    return header


def _add_row(table: Table, line: int, cells: list[str]) -> None:
    width = len(table.header)
    if any(cell.strip() for cell in cells[width:]):
        problem = TableError("too_many_cells", line, cells=len(cells), columns=width)
    elif len(cells) < width:
        problem = TableError("too_few_cells", line, cells=len(cells), columns=width)
    elif any(len(cell) > MAX_CELL for cell in cells):
        problem = TableError("cell_too_long", line)
    else:
        pairs = zip(table.header, cells, strict=False)
        table.rows.append(Row(table.file, line, {name: cell.strip() for name, cell in pairs}))
        return
    table.problems.append(problem)


def write_table(header: list[str], rows: list[list[object]]) -> str:
    """Return CSV text that spreadsheets open safely: no cell or header is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows(safe_row(row) for row in (header, *rows))
    return out.getvalue()
