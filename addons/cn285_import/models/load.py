"""One load at work: rows become records, whole chunks at a time, and bad rows are found out."""

import logging
from collections import defaultdict

import psycopg2
from odoo.exceptions import LockError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import mute_logger

from ..engine.written import Style, style_of
from .cells import CellError, CellReader, split_list
from .differing import differs
from .external_ids import ExternalIds, external_name
from .references import References
from .report import LoadError

_logger = logging.getLogger(__name__)

# Not a row's fault: the whole load is tried again.
CONCURRENCY_ERRORS = (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
CHUNK = 500
NUMBERS = ("float", "monetary")


class Load:
    """Loads entries kind after kind. Everything happens in the caller's transaction.

    :param env: the environment of the user who loads
    :param kinds: ``{name: Kind}`` in the order of loading
    :param namespace: module name under which the rows' external ids are kept
    :param named_by: ``{model: fields}`` by which cells may name records
    :param report: the ``LoadReport`` that tells what became of the rows
    :param progress: called with ``(what, done, total)``
    :param beside: other files that rows name, as ``{path: bytes}``
    :param styles: how files write numbers and dates, as far as it is said: ``{file: Style}``
    """

    def __init__(
        self, env, kinds, namespace, named_by, report, progress=None, beside=None, styles=None
    ):
        self.env = env
        self.kinds = kinds
        self.external_ids = ExternalIds(env, namespace)
        self.progress = progress or (lambda what, done, total: None)
        self.report = report
        self.references = References(env, self.external_ids, named_by)
        self.refused = {}
        self.reader = CellReader(env, self.references, self.refused, beside)
        # For what is done once all rows are in: {record id: entry} by kind, and the ids of
        # records that wait for rows which were refused, by model.
        self.loaded = defaultdict(dict)
        self.waiting = defaultdict(set)
        self.styles = styles or {}
        self._kind_of_model = {kind.model: kind for kind in reversed(kinds.values())}

    def load(self, entries):
        """Load all entries.

        :param entries: ``{kind: list of Entry}``
        """
        self._learn_styles(entries)
        for name in self.kinds:
            if entries.get(name):
                self._load_kind(name, entries[name])

    def _learn_styles(self, entries):
        """Learn how each file writes numbers from those that can be read in one way only."""
        texts = defaultdict(list)
        for name, some in entries.items():
            kind = self.kinds[name]
            fields = self.env[kind.model]._fields
            numbers = [
                column
                for column, spec in kind.columns.items()
                if spec.reader == "float"
                or (spec.field and not spec.reader and fields[spec.field].type in NUMBERS)
            ]
            for entry in some:
                texts[entry.file] += filter(None, map(entry.cells.get, numbers))
        for file, written in texts.items():
            self.styles[file] = style_of(written, self.styles.get(file, Style()))

    def finish(self):
        """Do what the kinds leave for the end, when all rows are in."""
        for kind in self.kinds.values():
            if kind.finish:
                kind.finish(self)
        self.env["cn285.import.loader"]._finished(self)

    # --- refusals ------------------------------------------------------------------------

    def refuse(self, entry, reason):
        """Report a row, and let what belongs to it wait."""
        wait = self._let_owner_wait(entry)
        if wait:
            reason = f"{reason.rstrip('.')}. {wait}"
        if entry.key:
            model = self.kinds[entry.kind].model
            self.refused[model, entry.key] = entry.file, entry.line
        self.report.errors.append(LoadError(entry.file, entry.line, reason, entry.given))

    def _let_owner_wait(self, entry):
        """What to say of the record of this load that waits for the row; None if there is none."""
        owner = self._owner(entry)
        kind = owner is not None and self._kind_of_model.get(owner._name)
        if not kind or not kind.waiting or owner.id not in self.loaded[kind.name]:
            return None
        sentence = kind.waiting(owner, self.loaded[kind.name][owner.id].key)
        if sentence:
            self.waiting[owner._name].add(owner.id)
        return sentence

    def _owner(self, entry):
        """The record to which a row belongs in the end: that of a discount is its contract."""
        owner, kind = None, self.kinds[entry.kind]
        for name, column in kind.owner_columns().items():
            model = self.env[kind.model]._fields[column.field].comodel_name
            found = self.references.get(model, entry.cells.get(name))
            if isinstance(found, int):
                owner = self._last_owner(self.env[model].browse(found))
        return owner

    def _last_owner(self, record):
        kind = self._kind_of_model.get(record._name)
        for column in kind.owner_columns().values() if kind else ():
            if record[column.field]:
                return self._last_owner(record[column.field])
        return record

    def in_bulk(self, pairs, act):
        """Do ``act`` for all pairs at once; where that fails, find out for which ones.

        :param pairs: list of ``(entry, anything)``
        :param act: takes such a list; what it did for a list that fails is undone
        :returns: list of ``(pair, result)``, where ``act`` returned a result per pair
        """
        if not pairs:
            return []
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                results = act(pairs)
            return list(zip(pairs, results, strict=True))
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever a row's data provoke must stop that row only
            if len(pairs) == 1:
                self.refuse(pairs[0][0], self._reason(pairs[0][0], error))
                return []
        middle = len(pairs) // 2
        return self.in_bulk(pairs[:middle], act) + self.in_bulk(pairs[middle:], act)

    def _reason(self, entry, error):
        if isinstance(error, UserError):
            return " ".join(str(error.args[0] if error.args else error).split())
        if isinstance(error, psycopg2.Error):
            model = self.env[self.kinds[entry.kind].model]
            return model._sql_error_to_message(error)
        _logger.warning("A row was refused by an unexpected error", exc_info=error)
        return self.env._("unexpected error: %s", error)

    # --- a kind --------------------------------------------------------------------------

    def _load_kind(self, name, entries):
        kind = self.kinds[name]
        model = self.env[kind.model]
        if not (model.has_access("create") and model.has_access("write")):
            what = self.env["ir.model"]._get(kind.model).name
            for entry in entries:
                self.refuse(entry, self.env._("you may not create records of “%s”", what))
            return
        entries = self._keyed(kind, entries)
        if kind.order:
            entries.sort(key=lambda entry: kind.order(entry.cells))
        entries, existing = self._known(kind, entries)
        done = 0
        for wave in self._waves(kind, entries):
            self._prepare_references(kind, wave)
            for start in range(0, len(wave), CHUNK):
                chunk = wave[start : start + CHUNK]
                self._load_chunk(kind, chunk, existing)
                done += len(chunk)
                self.progress(name, done, len(entries))

    def _keyed(self, kind, entries):
        """Give each entry its key, and refuse those whose key came before."""
        result, lines = [], {}
        for entry in entries:
            cells = entry.cells
            key = cells.get("id") or ""
            if not key and any(cells.get(name) for name in kind.key):
                key = "/".join(cells.get(name) or "" for name in kind.key)
            if not key:
                columns = " / ".join(filter(None, ["id", " + ".join(kind.key)]))
                self.refuse(entry, self.env._("the column “%s” is empty", columns))
                continue
            if key in lines:
                if not entry.once:
                    message = self.env._(
                        "“%(key)s” stands in line %(line)s already", key=key, line=lines[key]
                    )
                    self.refuse(entry, message)
                continue
            entry.key = key
            lines[key] = entry.line
            result.append(entry)
        return result

    def _known(self, kind, entries):
        """Entries that may go in, and ``{key: record id}`` of those that went in before.

        The others learn the name under which their record will be kept.
        """
        names = {entry: external_name(entry.key) for entry in entries}
        known = self.external_ids.resolve(kind.model, set(names.values()))
        result, existing = [], {}
        for entry, name in names.items():
            if name in known.hidden:
                message = self.env._("“%s” is the id of a record that you may not see", entry.key)
                self.refuse(entry, message)
                continue
            entry.name = known.free.get(name)
            if name in known.found:
                existing[entry.key] = known.found[name]
            result.append(entry)
        return result, existing

    def _waves(self, kind, entries):
        """Entries in groups such that each refers to records of earlier groups only."""
        own = [
            name
            for name, column in kind.columns.items()
            if column.field
            and self.env[kind.model]._fields[column.field].comodel_name == kind.model
        ]
        pending = {entry.key for entry in entries} if own else set()
        while entries:
            ready, later = [], []
            for entry in entries:
                blocked = any(entry.cells.get(name) in pending for name in own)
                (later if blocked else ready).append(entry)
            if not ready:
                for entry in later:
                    self.refuse(entry, self.env._("these rows refer to one another in a circle"))
                return
            yield ready
            pending -= {entry.key for entry in ready}
            entries = later

    def _prepare_references(self, kind, entries):
        texts = defaultdict(set)
        for name, column in kind.columns.items():
            field = column.field and self.env[kind.model]._fields[column.field]
            if not field or column.reader or field.type not in ("many2one", "many2many"):
                continue
            for entry in entries:
                text = entry.cells.get(name)
                if text:
                    several = field.type == "many2many"
                    texts[field.comodel_name].update(split_list(text) if several else [text])
        for model, names in texts.items():
            self.references.prepare(model, names)

    # --- values --------------------------------------------------------------------------

    def _values(self, kind, entry, is_new):
        """The values of an entry; None if one of its cells was refused."""
        vals, problems = {}, []
        self.reader.style = self.styles.get(entry.file, Style())
        self.reader.cells = entry.cells
        for name in kind.required if is_new else ():
            if not entry.cells.get(name):
                problems.append(self.env._("the column “%s” is empty", name))
        for name, text in entry.cells.items():
            column = kind.columns.get(name)
            if not text or not column:
                continue
            try:
                value = self.reader.value_of(kind.model, column, text)
            except CellError as error:
                problems.append(f"{name}: {error}")
                continue
            if column.field:
                vals[column.field] = value
            else:
                entry.cells[name] = value
        if problems:
            self.refuse(entry, "; ".join(problems))
            return None
        if kind.complete:
            kind.complete(vals)
        return vals

    def _load_chunk(self, kind, entries, existing):
        creates, updates = [], []
        for entry in entries:
            record_id = existing.get(entry.key)
            vals = self._values(kind, entry, is_new=not record_id)
            if vals is None:
                continue
            if record_id:
                updates.append((entry, self.env[kind.model].browse(record_id), vals))
            else:
                creates.append((entry, vals))
        adopted = self._adopt(kind, creates)
        updates += adopted
        taken = {entry for entry, _record, _vals in adopted}
        creates = [pair for pair in creates if pair[0] not in taken]
        if kind.complete_record:
            new = self.env[kind.model]
            for entry, record, vals in [*updates, *((entry, new, vals) for entry, vals in creates)]:
                kind.complete_record(record, vals, entry.cells)
        self._create(kind, creates)
        self._update(updates)
        self._name([(entry, record) for entry, record, _vals in adopted])
        for entry in entries:
            if entry.unknown:
                self._let_wait(entry)

    def _let_wait(self, entry):
        """Let the record of a row of which a column is unknown wait, or what it belongs to."""
        kind = self.kinds[entry.kind]
        record_id = self.references.get(kind.model, entry.key)
        if kind.waiting and isinstance(record_id, int):
            record = self.env[kind.model].browse(record_id)
            if kind.waiting(record, entry.key):
                self.waiting[kind.model].add(record_id)
        else:
            self._let_owner_wait(entry)

    def _adopt(self, kind, creates):
        """Entries whose record exists without having been loaded, as ``(entry, record, vals)``."""
        if not kind.adopt or not creates:
            return []
        model = self.env[kind.model]
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

    def _create(self, kind, pairs):
        made = self.in_bulk(pairs, lambda some: self._create_records(kind, some))
        created = [(entry, record) for (entry, _vals), record in made]
        for entry, _record in created:
            self.report.created[entry.kind] += 1
        self._name(created)

    def _create_records(self, kind, pairs):
        vals_list = []
        for entry, vals in pairs:
            vals = {**kind.defaults, **vals}
            if kind.complete_new:
                kind.complete_new(vals, entry.cells)
            vals_list.append(vals)
        return self.env[kind.model].create(vals_list)

    def _name(self, created):
        """Give records their external ids, and remember them for references."""
        self.external_ids.name([(entry.name, record) for entry, record in created])
        for entry, record in created:
            self.references.remember(record._name, entry.key, record.id)
            self.loaded[entry.kind][record.id] = entry

    def _update(self, updates):
        for entry, record, vals in updates:
            self.references.remember(record._name, entry.key, record.id)
            self.loaded[entry.kind][record.id] = entry
            changed = {name: val for name, val in vals.items() if differs(record, name, val)}
            if not changed:
                self.report.skipped[entry.kind] += 1
            elif self.in_bulk([(entry, (record, changed))], _write):
                self.report.updated[entry.kind] += 1


def _write(pairs):
    for _entry, (record, changed) in pairs:
        record.write(changed)
    return pairs
