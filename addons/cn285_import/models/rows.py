"""Rows of one kind become values, and values records: those that say nothing new are left alone."""

from ..engine.written import Style
from .cells import CellError
from .differing import differs


class Rows:
    """Loads rows of a kind, for a ``Load``."""

    def __init__(self, load, kind):
        self.load = load
        self.env = load.env
        self.kind = kind
        self.model = load.env[kind.model]

    def without_unchanged(self, entries, existing):
        """Those of the entries that must be looked at: the others say what they said before.

        :param existing: ``{key: record id}`` of the records that there are
        """
        known = self.load.known_rows
        for entry in entries:
            style = self.load.styles.get(entry.file, Style())
            entry.digest = known.digest(self.kind, entry, style)
        pairs = [(entry, existing[entry.key]) for entry in entries if entry.key in existing]
        same = known.unchanged(self.kind, pairs)
        fresh = []
        for entry in entries:
            if entry in same and self._read_plain(entry):
                self._went_in(entry, existing[entry.key])
                self.load.report.skipped[entry.kind] += 1
            else:
                fresh.append(entry)
        return fresh

    def _read_plain(self, entry):
        """Read the cells that no field has, on which the kind acts; whether they can be read."""
        columns = [
            (name, text)
            for name, text in entry.texts()
            if name in self.kind.columns and not self.kind.columns[name].field
        ]
        self.load.reader.style = self.load.styles.get(entry.file, Style())
        self.load.reader.cells = entry.cells
        for name, text in columns:
            try:
                value = self.load.reader.value_of(self.kind.model, self.kind.columns[name], text)
            except CellError:
                entry.forget_cells()
                return False
            entry.cells[name] = value
        return True

    def load_rows(self, entries, existing):
        """Create and update records of the entries."""
        creates, updates = [], []
        for entry in entries:
            record_id = existing.get(entry.key)
            vals = self._values(entry, is_new=not record_id)
            if vals is None:
                continue
            if record_id:
                updates.append((entry, self.model.browse(record_id), vals))
            else:
                creates.append((entry, vals))
        adopted = self._adopt(creates)
        updates += adopted
        taken = {entry for entry, _record, _vals in adopted}
        creates = [pair for pair in creates if pair[0] not in taken]
        if self.kind.complete_record:
            new = self.model
            for entry, record, vals in [*updates, *((entry, new, vals) for entry, vals in creates)]:
                self.kind.complete_record(record, vals, entry.cells)
        self._create(creates)
        self._update(updates)
        self.load.external_ids.name([(entry.name, record) for entry, record, _vals in adopted])

    # --- values --------------------------------------------------------------------------

    def _values(self, entry, is_new):
        """The values of an entry; None if one of its cells was refused."""
        vals, problems, columns, kind = {}, [], [], self.kind
        reader = self.load.reader
        reader.style = self.load.styles.get(entry.file, Style())
        reader.used_files = False
        reader.cells = entry.cells
        for name in kind.required if is_new else ():
            if not entry.text(name):
                problems.append(self.env._("the column “%s” is empty", name))
                columns.append(name)
        for name, text in entry.texts():
            column = kind.columns.get(name)
            if not column:
                continue
            try:
                value = reader.value_of(kind.model, column, text)
            except CellError as error:
                problems.append(f"{name}: {error}")
                columns.append(name)
                continue
            if column.field:
                vals[column.field] = value
            else:
                entry.cells[name] = value
        if problems:
            self.load.refuse(entry, "; ".join(problems), ", ".join(columns))
            return None
        if reader.used_files:
            entry.digest = ""  # what the files say may change, though the row does not
        if kind.complete:
            kind.complete(vals)
        return vals

    def _adopt(self, creates):
        """Entries whose record exists without having been loaded, as ``(entry, record, vals)``."""
        kind, model = self.kind, self.model
        if not kind.adopt or not creates:
            return []
        first = kind.adopt[0]
        domain = [(first, "in", [vals[first] for _entry, vals in creates if vals.get(first)])]
        if "company_id" in model._fields:
            domain += model._check_company_domain(self.env.company)
        found = {}
        for record in model.search(domain):
            values = (record[name] for name in kind.adopt)
            found[tuple(getattr(value, "id", value) for value in values)] = record
        result = []
        for entry, vals in creates:
            record = found.get(tuple(vals.get(name) for name in kind.adopt))
            if record:
                result.append((entry, record, vals))
        return result

    # --- records -------------------------------------------------------------------------

    def _create(self, pairs):
        made = self.load.in_bulk(pairs, self._create_records)
        self.load.external_ids.name([(entry.name, record) for (entry, _vals), record in made])
        for (entry, _vals), record in made:
            self.load.report.created[entry.kind] += 1
            self._went_in(entry, record.id)
            self.load.known_rows.note(entry, record, created=True)

    def _create_records(self, pairs):
        vals_list = []
        for entry, vals in pairs:
            vals = {**self.kind.defaults, **vals}
            if self.kind.complete_new:
                self.kind.complete_new(vals, entry.cells)
            vals_list.append(vals)
        return (self.kind.make or type(self.model).create)(self.model, vals_list)

    def _update(self, updates):
        for entry, record, vals in updates:
            self._went_in(entry, record.id)
            changed = {name: val for name, val in vals.items() if differs(record, name, val)}
            if not changed:
                self.load.report.skipped[entry.kind] += 1
            elif self.load.in_bulk([(entry, (record, changed))], _write):
                self.load.report.updated[entry.kind] += 1
            else:
                continue
            self.load.known_rows.note(entry, record)

    def _went_in(self, entry, record_id):
        """Remember the record, for references and for what is done once all rows are in."""
        self.load.references.remember(self.kind.model, entry.key, record_id)
        self.load.loaded[entry.kind][record_id] = entry


def _write(pairs):
    for _entry, (record, changed) in pairs:
        record.write(changed)
    return pairs
