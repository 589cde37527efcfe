"""From files to entries: which kind a file holds, which column is which, what a mapping makes."""

import difflib
from pathlib import Path

from ..engine.mapping import Mapping, MappingError, parse_mapping
from ..engine.table import TableError
from ..engine.written import PLAIN, Style
from ..engine.xlsx import read_any
from .entries import Entry
from .messages import describe
from .report import LoadError


class EntryReader:
    """Makes entries of files; what cannot be read goes into the report.

    :param env: the environment, for messages in the user's language
    :param kinds: ``{name: Kind}``
    :param report: the ``LoadReport``
    """

    def __init__(self, env, kinds, report):
        self.env = env
        self.kinds = kinds
        self.report = report
        self.mapping = None
        # What somebody chose of files on the screen: {file: (kind, {header: column or None})}.
        self.choices = {}
        # Whether a file has a column that no record has.
        self.unknown_columns = False
        # How each file writes numbers and dates, as far as somebody said so.
        self.styles = {}
        self._given = Style()

    def use_mapping(self, mapping, decimal=None, dates=None):
        """Read the columns of all files by a mapping.

        :param mapping: a ``Mapping``, or its text in TOML or JSON; nothing: no mapping
        :param decimal: the decimal separator of all files, where the mapping does not say it
        :param dates: the order of dates in all files, where the mapping does not say it
        :returns: whether it can be used; if not, the report says why
        """
        try:
            if mapping and not isinstance(mapping, Mapping):
                mapping = parse_mapping(mapping)
        except MappingError as error:
            reason = describe(self.env, error)
        else:
            reason = self._mapping_problem(mapping) if mapping else None
        if reason:
            self._refuse(self.env._("mapping"), 0, reason)
            return False
        self.mapping = mapping or None
        decimal = (mapping and mapping.decimal) or decimal or None
        dates = (mapping and mapping.dates) or dates or "ymd"
        self._given = Style(decimal, dates, certain=bool(decimal))
        return True

    def fixed_entries(self):
        """The entries of rows that the mapping itself brings along."""
        rows = self.mapping.fixed if self.mapping else []
        label = self.env._("mapping")
        self.styles[label] = PLAIN
        return [
            Entry(row.kind, label, 0, tuple(row.cells), tuple(row.cells.values()), dict(row.cells))
            for row in rows
        ]

    def entries(self, name, content, kind=None):
        """The entries of a file.

        :param str name: the file's name, which says its kind where ``kind`` does not
        :param content: its text or bytes
        """
        try:
            tables = read_any(name, content, self.mapping.delimiter if self.mapping else None)
        except TableError as error:
            if self.mapping or kind or self._kind_of(name):
                self._refuse(name, error.line, describe(self.env, error))
            else:
                self._refuse_unnamed(name)
            return []
        entries = []
        for title, table in tables:
            if (title or "").startswith("#"):
                continue  # remarks, as in templates
            chosen, _columns = self.choices.get(table.file, (None, None))
            own = kind or chosen or self._kind_of(title or name)
            if not own and len(tables) == 1:
                own = self._kind_of(name)
            if not self.mapping and not own:
                self._refuse_unnamed(table.file)
                continue
            entries += self._table_entries(table, own)
        return entries

    def _table_entries(self, table, kind):
        self.styles[table.file] = self._given
        for problem in table.problems:
            self._refuse(table.file, problem.line, describe(self.env, problem), problem.cells, kind)
        for line in table.sums:
            self.report.notes.append(
                self.env._(
                    "%(file)s, line %(line)s adds up the others and is no row.",
                    file=table.file,
                    line=line,
                )
            )
        return self._mapped_entries(table) if self.mapping else self._plain_entries(table, kind)

    def _refuse_unnamed(self, name):
        known = ", ".join(self.kinds)
        self._refuse(name, 0, self.env._("the file's name does not say what it holds: %s", known))

    def _refuse(self, file, line, reason, cells=None, kind=None):
        file_kind = (not self.mapping and kind) or ""
        error = LoadError(file, line, reason, cells or {}, kind=kind or "", file_kind=file_kind)
        self.report.errors.append(error)

    # --- our own columns -----------------------------------------------------------------

    def _kind_of(self, name):
        """The kind that a file's name says: ``items.csv``, ``items-fleet.csv``; None if none."""
        stem = Path(name).stem.lower()
        kinds = [kind for kind in self.kinds if stem == kind or stem.startswith(f"{kind}-")]
        return kinds[0] if kinds else None

    def _plain_entries(self, table, kind):
        names, unknown = {}, []
        _kind, chosen = self.choices.get(table.file, (None, None))
        for header in table.header:
            if chosen is not None:
                names[header] = chosen.get(header)
                continue
            names[header] = self._column_name(kind, header)
            if not names[header]:
                unknown.append(header)
        if unknown:
            self.unknown_columns = True
            reasons = [self._unknown_column(kind, header) for header in unknown]
            left_out = self.env._("It was left out; contracts of which it says something wait.")
            self._refuse(table.file, 1, " ".join([*reasons, left_out]))
        known = [place for place, header in enumerate(table.header) if names[header]]
        strange = [place for place, header in enumerate(table.header) if header in unknown]
        columns = tuple(names[table.header[place]] for place in known)
        entries = []
        for row in table.rows:
            texts = row.texts
            entry = Entry(
                kind,
                row.file,
                row.line,
                columns,
                tuple(texts[place] for place in known) if len(known) < len(texts) else texts,
                row,
                unknown=tuple(table.header[place] for place in strange if texts[place]),
            )
            entry.file_kind = kind
            entries.append(entry)
        return entries

    def _column_name(self, kind, header):
        """Our name of a column; None if there is none. ``#…`` columns are remarks."""
        if header.startswith("#"):
            return header
        columns = {"id", *self.kinds[kind].columns}
        name = header.lower().replace(" ", "_").removesuffix("/id")
        for known in (name, name.removesuffix("_id"), name.removesuffix("_ids") + "s"):
            if known in columns:
                return known
        return None

    def _unknown_column(self, kind, header):
        columns = ["id", *self.kinds[kind].columns]
        close = difflib.get_close_matches(header.lower(), columns, n=1)
        if close:
            return self.env._(
                "There is no column “%(column)s”; “%(close)s” is meant, perhaps.",
                column=header,
                close=close[0],
            )
        return self.env._(
            "There is no column “%(column)s”; known are %(known)s.",
            column=header,
            known=", ".join(columns),
        )

    # --- mappings ------------------------------------------------------------------------

    def _mapping_problem(self, mapping):
        """Why a mapping makes rows that cannot be loaded; None if they can."""
        for kind, columns in mapping.shapes():
            if kind not in self.kinds:
                known = ", ".join(self.kinds)
                return self.env._(
                    "“%(kind)s” is not known; known are %(known)s", kind=kind, known=known
                )
            for column in columns:
                if self._column_name(kind, column) != column:
                    return self._unknown_column(kind, column)
        return None

    def _mapped_entries(self, table):
        missing = sorted(self.mapping.columns - set(table.header))
        if missing:
            reason = self.env._(
                "the mapping speaks of columns that the file does not have: %s", ", ".join(missing)
            )
            self._refuse(table.file, 1, reason)
            return []
        entries, columns = [], {}
        for row in table.rows:
            cells = row.cells
            try:
                made = self.mapping.rows(cells)
            except MappingError as error:
                self._refuse(row.file, row.line, describe(self.env, error), cells)
                continue
            for part in made:
                names = tuple(part.cells)
                names = columns.setdefault(names, names)
                texts = tuple(part.cells.values())
                entries.append(Entry(part.kind, row.file, row.line, names, texts, row, part.once))
        return entries
