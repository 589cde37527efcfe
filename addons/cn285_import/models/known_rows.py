"""What was loaded before, row by row: a row that says the same of the same record is not read."""

from collections import defaultdict
from hashlib import blake2b

from odoo.tools import SQL

# Said again where digests come to mean something else.
VERSION = "1"


class KnownRows:
    """Digests of the rows that records were loaded from, and which load made which record.

    A digest holds as long as nobody wrote on the record since: what was changed by hand is
    compared with its row again. Rows of which a part lies elsewhere (lines of their own, another
    model's fields, files) have none.

    :param load_id: the ``cn285.import.load`` that owns what is created, if any
    """

    def __init__(self, env, namespace, load_id=None):
        self.env = env
        self.namespace = namespace
        self.load_id = load_id
        self._noted = {}
        self._plain = {}

    def forget(self):
        """Forget what was noted since :meth:`keep`."""
        self._noted = {}

    def digest(self, kind, entry, style):
        """The digest of a row where one loads; empty if it has none."""
        if kind.name not in self._plain:
            self._plain[kind.name] = self._plain_columns(kind)
        plain = self._plain[kind.name]
        texts = [pair for pair in entry.texts() if pair[0] in kind.columns]
        if not all(name in plain for name, _text in texts):
            return ""
        texts.sort()
        about = (VERSION, self.env.company.id, self.env.lang, style.decimal, style.dates)
        return blake2b(repr((about, kind.name, texts)).encode(), digest_size=16).hexdigest()

    def _plain_columns(self, kind):
        """The columns whose values stand in the record's own row, or in none at all."""
        fields = self.env[kind.model]._fields
        return {
            name
            for name, column in kind.columns.items()
            if not column.field
            or (
                fields[column.field].store
                and not fields[column.field].inherited
                and fields[column.field].type != "one2many"
            )
        }

    def unchanged(self, kind, pairs):
        """Those entries that say what they said before of records that nobody wrote on since.

        :param pairs: list of ``(entry, record id)``
        """
        wanted = {record_id: entry for entry, record_id in pairs if entry.digest}
        model = self.env[kind.model]
        if not wanted or not model._log_access:
            return set()
        rows = self.env.execute_query(
            SQL(
                """SELECT known.res_id, known.digest
                     FROM cn285_import_record known
                     JOIN %s record ON record.id = known.res_id
                    WHERE known.model = %s AND known.namespace = %s AND known.res_id = ANY(%s)
                      AND record.write_date <= known.stamp""",
                SQL.identifier(model._table),
                kind.model,
                self.namespace,
                list(wanted),
            )
        )
        return {wanted[res_id] for res_id, digest in rows if wanted[res_id].digest == digest}

    def note(self, entry, record, created=False):
        """Remember the record of a row that went in, to be kept with its batch."""
        self._noted[record._name, record.id] = entry.kind, entry.digest, created

    def keep(self):
        """Keep what was noted, as records are by now."""
        by_model = defaultdict(list)
        for (model, record_id), said in self._noted.items():
            by_model[model].append((record_id, *said))
        for model, rows in by_model.items():
            self._keep(self.env[model], rows)
        self.forget()

    def _keep(self, model, rows):
        ids, kinds, digests, created = map(list, zip(*rows, strict=True))
        loads = [self.load_id if one else None for one in created]
        self.env.execute_query(
            SQL(
                """INSERT INTO cn285_import_record AS known
                          (namespace, model, res_id, kind, digest, load_id, stamp)
                   SELECT %s, %s, made.id, made.kind, made.digest, made.load_id, %s
                     FROM unnest(%s::int[], %s::varchar[], %s::varchar[], %s::int[])
                          AS made (id, kind, digest, load_id)
                     JOIN %s record ON record.id = made.id
                   ON CONFLICT (model, res_id, namespace) DO UPDATE
                      SET kind = EXCLUDED.kind, digest = EXCLUDED.digest,
                          stamp = EXCLUDED.stamp,
                          load_id = COALESCE(EXCLUDED.load_id, known.load_id)
                RETURNING 1""",
                self.namespace,
                model._name,
                SQL("record.write_date") if model._log_access else SQL("NULL::timestamp"),
                ids,
                kinds,
                digests,
                loads,
                SQL.identifier(model._table),
            )
        )
