"""What became of a load: counts by kind, and the rows that were refused."""

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath

from ..engine.table import REMARKS, write_table


@dataclass(frozen=True)
class LoadError:
    """A row that was refused.

    ``line`` is its line in the file, 1 the header, 0 the whole file; ``column`` are the columns at
    fault, where it is known; ``kind`` and ``key`` are of the record that it would have become;
    ``file_kind`` is what its file holds, empty where a mapping says what rows become.
    """

    file: str
    line: int
    reason: str
    cells: dict = field(default_factory=dict, compare=False)
    column: str = ""
    kind: str = ""
    key: str = ""
    file_kind: str = ""


@dataclass
class LoadReport:
    """Counts of a load, as ``{kind: number}``, and its errors in the order of files and lines.

    ``skipped`` counts rows whose record held the same values already. ``notes`` are sentences on
    what else should be known of the load; ``tallies`` are such sentences with a number in them, as
    ``{sentence with %s: number}``.
    """

    created: Counter = field(default_factory=Counter)
    updated: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)
    errors: list[LoadError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tallies: Counter = field(default_factory=Counter)

    def kinds(self):
        """Names of the kinds that were loaded, in the order of loading."""
        return list(dict.fromkeys([*self.created, *self.updated, *self.skipped]))

    def count(self):
        """Number of rows that went in, those that were in already included."""
        return self.created.total() + self.updated.total() + self.skipped.total()

    def add_tallies(self):
        """Make notes of the tallies, which are complete."""
        self.notes += tallied(self.tallies)
        self.tallies.clear()

    def errors_csv(self):
        """The refused rows as CSV text: file, line, reason, then the cells as they were given."""
        columns = list(dict.fromkeys(name for error in self.errors for name in error.cells))
        return write_table(
            ["file", "line", "reason", *columns],
            [
                [error.file, error.line, error.reason, *(error.cells.get(n, "") for n in columns)]
                for error in self.errors
            ],
        )

    def error_files(self):
        """The refused rows as files that load again: see :func:`refused_files`."""
        return refused_files(self.errors)


def tallied(tallies):
    """Sentences of ``{sentence with %s: number}``; those of nothing are left out."""
    return [text % number for text, number in tallies.items() if number]


def refused_files(errors):
    """Refused rows as ``[(name, CSV text)]``, a file for each of those that they came in.

    A file has the columns that it had, and before them ``#file``, ``#line`` and ``#reason``, which
    are remarks where it is loaded again. A row that was refused for several reasons stands once.
    Of what concerns a whole file there is no row.

    :param errors: list of ``LoadError``
    """
    files = {}
    for error in errors:
        if error.cells and error.line > 1:
            rows = files.setdefault((error.file, error.file_kind), {})
            _cells, reasons = rows.setdefault(error.line, (error.cells, []))
            reasons.append(error.reason)
    result, taken = [], set()
    for (file, kind), rows in files.items():
        columns = list(dict.fromkeys(name for cells, _reasons in rows.values() for name in cells))
        # What such a file had of an earlier one is not repeated.
        columns = [name for name in columns if name not in REMARKS]
        table = write_table(
            [*REMARKS, *columns],
            [
                [file, line, "; ".join(reasons), *(cells.get(name, "") for name in columns)]
                for line, (cells, reasons) in sorted(rows.items())
            ],
        )
        result.append((_free_name(file, kind, taken), table))
    return result


def _free_name(file, kind, taken):
    stem = re.sub(r"[^\w-]+", "-", PurePath(file).stem).strip("-").lower() or "rows"
    if kind and stem != kind and not stem.startswith(f"{kind}-"):
        stem = f"{kind}-{stem}"
    name, number = f"{stem}.csv", 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}.csv"
    taken.add(name)
    return name


def packed(files):
    """Files of refused rows as one to download: its name and content, or a zip of several.

    :param files: ``[(name, CSV text)]``
    """
    if not files:
        return "", b""
    if len(files) == 1:
        [(name, text)] = files
        return name, text.encode("utf-8-sig")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(name, text.encode("utf-8-sig"))
    return "refused-rows.zip", buffer.getvalue()
