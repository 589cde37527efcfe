"""What became of a load: counts by kind, and the rows that were refused."""

from collections import Counter
from dataclasses import dataclass, field

from ..engine.table import write_table


@dataclass(frozen=True)
class LoadError:
    """A row that was refused. ``line`` is its line in the file, 1 the header, 0 the whole file."""

    file: str
    line: int
    reason: str
    cells: dict = field(default_factory=dict, compare=False)


@dataclass
class LoadReport:
    """Counts of a load, as ``{kind: number}``, and its errors in the order of files and lines.

    ``skipped`` counts rows whose record held the same values already. ``notes`` are sentences on
    what else should be known of the load.
    """

    created: Counter = field(default_factory=Counter)
    updated: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)
    errors: list[LoadError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def kinds(self):
        """Names of the kinds that were loaded, in the order of loading."""
        return list(dict.fromkeys([*self.created, *self.updated, *self.skipped]))

    def count(self):
        """Number of rows that went in, those that were in already included."""
        return self.created.total() + self.updated.total() + self.skipped.total()

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
