"""CSV files as rows that know where they stand, so that whatever is wrong can be pointed at."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .text import is_text, safe_row, unsafe_cell

DELIMITERS = ",;\t"
# One cell may hold a long text, but not a whole mistaken file.
MAX_CELL = 1_000_000
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# The first line by which Excel is told the separator.
_SEPARATOR = re.compile(r'"?sep=(.)"?[;,\t]*', re.IGNORECASE)
# The columns by which a file of refused rows says where they came from, and why.
REMARKS = ("#file", "#line", "#reason")
# What stands before the sum at the end of a file.
_SUM = re.compile(
    r"(sous-?|grand |sub-?)?(total|totaux|total g[ée]n[ée]ral|sum|sums|somme|summe|gesamt)\s*:?"
    r"( (ht|ttc|eur|€))?",
    re.IGNORECASE,
)
_FIGURE = re.compile("[-+(]?[\\d.,'’ \u00a0\u202f]*\\d[\\d.,]*[)]?\\s*(€|EUR)?")


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
        # The texts of a row that cannot be read, by their columns.
        self.cells: dict[str, str] = {}


class Row:
    """One row of a file. ``line`` is the line on which it starts, the header being line 1.

    Files have many rows: each keeps its texts only, and shares their columns with the others.
    """

    __slots__ = ("_names", "_texts", "file", "line")

    def __init__(self, file: str, line: int, names: tuple[str, ...], texts: tuple[str, ...]):
        self.file = file
        self.line = line
        self._names = names
        self._texts = texts

    @property
    def cells(self) -> dict[str, str]:
        """The texts by their columns, as a new dictionary."""
        return dict(zip(self._names, self._texts, strict=True))

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts in the order of the columns."""
        return self._texts


@dataclass
class Table:
    """A file that was read: its columns, its rows, and the rows that could not be read.

    ``sums`` are the lines at its end that add up others, and are no rows.
    """

    file: str
    header: list[str]
    rows: list[Row] = field(default_factory=list)
    problems: list[TableError] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    # Most cells of a column say the same few things: each text is kept once.
    _known: dict[str, str] = field(default_factory=dict, repr=False)


def decode(content: bytes | str) -> str:
    """Return the text of a file: UTF-8 or UTF-16 as a byte order mark says, UTF-8, or cp1252.

    Excel writes the last in Western Europe where it is asked for plain CSV.

    :raises TableError: ``not_utf8``, with the line of the first byte that is neither
    """
    if isinstance(content, str):
        text = content.removeprefix("\ufeff")
    elif content.startswith(UTF_16):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise TableError("not_utf8", 1) from None
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            try:
                text = content.decode("cp1252")
            except UnicodeDecodeError:
                line = content.count(b"\n", 0, error.start) + 1
                raise TableError("not_utf8", line) from None
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
    text = _unix_lines(decode(content))
    lines = (line.strip() for line in text.split("\n"))
    first = next(filter(None, lines), None)
    if first is None:
        raise TableError("empty_file", 1)
    told = _SEPARATOR.fullmatch(first)
    if told:
        delimiter = delimiter or told[1]
    else:
        delimiter = delimiter or find_delimiter(first)
    return table_of(file, _lines(text, delimiter, skip=bool(told)))


def _unix_lines(text: str) -> str:
    """Return a text with the line ends of old Macs made usual ones, where it has no others."""
    return text if "\n" in text else text.replace("\r", "\n")


def _lines(text: str, delimiter: str, skip: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV text that hold anything, each with its number."""
    reader, line = csv.reader(io.StringIO(text), delimiter=delimiter), 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            # Its own words are English; what goes wrong are quotes, and breaks of lines.
            raise TableError("not_csv", reader.line_num) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            if not skip:
                yield line, cells
            skip = False
        line = reader.line_num + 1


def table_of(file: str, lines: Iterable[tuple[int, list[str]]], ragged: bool = False) -> Table:
    """Return lines of cells as a table; the first is its header.

    ``ragged``: a line that is shorter than the header has empty cells at its end.

    :raises TableError: ``empty_file``, ``duplicate_column``, ``unnamed_column``
    """
    table = None
    for line, cells in lines:
        if table is None:
            table = Table(file, _header(cells, line))
            continue
        if ragged:
            cells = [*cells, *[""] * (len(table.header) - len(cells))]
        _add_row(table, line, cells)
    if table is None:
        raise TableError("empty_file", 1)
    _take_off_sums(table)
    table._known.clear()
    return table


def _take_off_sums(table: Table) -> None:
    """Take the sums at the end of a file off its rows."""
    while len(table.rows) > 1 and is_sum(list(table.rows[-1].texts)):
        table.sums.insert(0, table.rows.pop().line)


def is_sum(cells: list[str]) -> bool:
    """Tell whether a line adds up others: figures, behind *Total* or behind an empty first cell.

    >>> is_sum(["Total", "", "1 234,50"]), is_sum(["", "12", ""]), is_sum(["C-1", "12"])
    (True, True, False)
    """
    filled = [cell for cell in cells if cell]
    words = [cell for cell in filled if not _FIGURE.fullmatch(cell)]
    if len(filled) == len(words) or not all(_SUM.fullmatch(word) for word in words):
        return False
    return bool(words) or (len(cells) > 1 and not cells[0])


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
        known = table._known
        texts = map(str.strip, cells[:width])
        if REMARKS[-1] in table.header:
            texts = map(unsafe_cell, texts)  # refused rows, as this program wrote them
        texts = tuple(known.setdefault(text, text) for text in texts)
        table.rows.append(Row(table.file, line, _names(table), texts))
        return
    surplus = (f"#{place}" for place in range(width + 1, len(cells) + 1))
    names = [*table.header, *surplus]
    problem.cells = {name: cell[:MAX_CELL] for name, cell in zip(names, cells, strict=False)}
    table.problems.append(problem)


def _names(table: Table) -> tuple[str, ...]:
    """The columns of a table, as its rows share them."""
    return table.rows[0]._names if table.rows else tuple(table.header)


def write_table(header: list[str], rows: list[list[object]]) -> str:
    """Return CSV text that spreadsheets open safely: no cell or header is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows(safe_row(row) for row in (header, *rows))
    return out.getvalue()
