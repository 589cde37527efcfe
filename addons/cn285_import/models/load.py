"""One load at work: batches of rows become records, and bad rows are found out."""

import logging
from collections import Counter, defaultdict

import psycopg2
from odoo.exceptions import LockError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import mute_logger

from ..engine.written import Style, style_of
from .batches import Planner
from .cells import CellReader, split_list
from .external_ids import ExternalIds, external_name
from .known_rows import KnownRows
from .references import References
from .report import LoadError
from .rows import Rows

_logger = logging.getLogger(__name__)

# Not a row's fault: the batch is tried again.
CONCURRENCY_ERRORS = (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
CHUNK = 500
NUMBERS = ("float", "monetary")


class Load:
    """Loads entries batch after batch. Nothing is committed here: whoever calls may, between them.

    :param env: the environment of the user who loads
    :param kinds: ``{name: Kind}`` in the order of loading
    :param namespace: module name under which the rows' external ids are kept
    :param named_by: ``{model: fields}`` by which cells may name records
    :param report: the ``LoadReport`` that tells what became of the rows
    :param progress: called with ``(what, done, total)``
    :param beside: other files that rows name, as ``{path: bytes}``
    :param styles: how files write numbers and dates, as far as it is said: ``{file: Style}``
    :param load_id: the ``cn285.import.load`` that owns what is created
    """

    def __init__(
        self,
        env,
        kinds,
        namespace,
        named_by,
        report,
        progress=None,
        beside=None,
        styles=None,
        load_id=None,
    ):
        self.env = env
        self.kinds = kinds
        self.namespace = namespace
        self.named_by = named_by
        self.external_ids = ExternalIds(env, namespace)
        self.known_rows = KnownRows(env, namespace, load_id)
        self.progress = progress or (lambda what, done, total: None)
        self.report = report
        self.references = References(env, self.external_ids, named_by)
        self.refused = {}
        self.reader = CellReader(env, self.references, self.refused, beside)
        # Of the batch at work, for what is done once its rows are in: {record id: entry} by kind,
        # and the ids of records that wait for rows which were refused, by model.
        self.loaded = defaultdict(dict)
        self.waiting = defaultdict(set)
        self.styles = styles or {}
        self._kind_of_model = {kind.model: kind for kind in reversed(kinds.values())}
        self._totals, self._done = Counter(), Counter()
        # Rows that went in, by kind, over all batches.
        self.went_in = Counter()

    # --- batches -------------------------------------------------------------------------

    def plan(self, entries, most=None):
        """Cut all entries into batches, to be given to :meth:`run` one after the other.

        :param entries: ``{kind: list of Entry}``
        :param most: rows of a batch
        """
        self._learn_styles(entries)
        planned = {}
        for name, kind in self.kinds.items():
            if entries.get(name):
                planned[name] = self._keyed(kind, entries[name])
                self._totals[name] = len(planned[name])
        planner = Planner(self.env, self.kinds, self.namespace, self.named_by)
        return planner.batches(planned, most)

    def run(self, batch):
        """Load a batch, and do what its kinds leave for the end."""
        self.loaded, self.waiting = defaultdict(dict), defaultdict(set)
        for name in batch.kinds:
            if batch.entries.get(name):
                self._load_kind(self.kinds[name], batch.entries[name])
        for name in batch.kinds:
            if self.kinds[name].finish:
                self.kinds[name].finish(self)
        self.went_in.update({name: len(some) for name, some in self.loaded.items()})
        self.env.flush_all()
        self.known_rows.keep()
        for name in batch.kinds:
            self.references.forget_model(self.kinds[name].model)

    def finish(self):
        """Do what follows from the load as a whole, once all batches are in."""
        self.env["cn285.import.loader"]._finished(self)
        self.env.flush_all()

    def start_over(self):
        """Forget what was learned of records since the last commit: it was rolled back."""
        self.references = References(self.env, self.external_ids, self.named_by)
        self.reader.references = self.references
        self.known_rows.forget()

    def advance(self, what, count):
        """Tell the progress: so many rows more of a kind, or of another step."""
        self._done[what] += count
        self.progress(what, self._done[what], self._totals[what] or self._done[what])

    def _learn_styles(self, entries):
        """Learn how each file writes numbers from those that can be read in one way only."""
        texts = defaultdict(set)
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
                texts[entry.file].update(filter(None, map(entry.text, numbers)))
        for file, written in texts.items():
            self.styles[file] = style_of(written, self.styles.get(file, Style()))

    def _keyed(self, kind, entries):
        """Give each entry its key; those without one, or whose key came before, are no rows."""
        result, lines = [], {}
        for entry in entries:
            key = entry.text("id")
            if not key and any(map(entry.text, kind.key)):
                key = "/".join(map(entry.text, kind.key))
            if not key:
                columns = " / ".join(filter(None, ["id", " + ".join(kind.key)]))
                entry.problem = self.env._("the column “%s” is empty", columns)
            elif key in lines:
                if entry.once:
                    continue
                entry.problem = self.env._(
                    "“%(key)s” stands in line %(line)s already", key=key, line=lines[key]
                )
            else:
                entry.key = key
                lines[key] = entry.line
            result.append(entry)
        return result

    # --- refusals ------------------------------------------------------------------------

    def refuse(self, entry, reason, column=""):
        """Report a row, and let what belongs to it wait."""
        wait = self._let_owner_wait(entry)
        if wait:
            reason = f"{reason.rstrip('.')}. {wait}"
        if entry.key:
            model = self.kinds[entry.kind].model
            self.refused[model, entry.key] = entry.file, entry.line
        self.report.errors.append(
            LoadError(
                entry.file,
                entry.line,
                reason,
                entry.given,
                column,
                entry.kind,
                entry.key,
                entry.file_kind,
            )
        )

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

    def _load_kind(self, kind, entries):
        model = self.env[kind.model]
        may = model.has_access("create") and model.has_access("write")
        good = []
        for entry in entries:
            if not may:
                what = self.env["ir.model"]._get(kind.model).name
                self.refuse(entry, self.env._("you may not create records of “%s”", what))
            elif entry.problem:
                self.refuse(entry, entry.problem)
            else:
                good.append(entry)
        if kind.order:
            good.sort(key=lambda entry: kind.order(entry.cells))
        rows = Rows(self, kind)
        for wave in self._waves(kind, good):
            for start in range(0, len(wave), CHUNK):
                self._load_chunk(rows, kind, wave[start : start + CHUNK])
        self.advance(kind.name, len(entries))

    def _load_chunk(self, rows, kind, entries):
        entries, existing = self._known(kind, entries)
        fresh = rows.without_unchanged(entries, existing)
        self._prepare_references(kind, fresh)
        rows.load_rows(fresh, existing)
        for entry in entries:
            if entry.unknown:
                self._let_wait(entry)

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
                self.refuse(entry, message, "id")
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
                blocked = any(entry.text(name) in pending for name in own)
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
                text = entry.text(name)
                if text:
                    several = field.type == "many2many"
                    texts[field.comodel_name].update(split_list(text) if several else [text])
        for model, names in texts.items():
            self.references.prepare(model, names)

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
