"""Where the idempotency keys are stored, and until when: spans of arrival behind a horizon."""

import logging

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.tools import SQL
from psycopg2.errors import LockNotAvailable

from ...engine.key_spans import FUTURE, Span, droppable, horizon, is_over

_logger = logging.getLogger(__name__)

TABLE = "cn285_usage_key"
FIRST = f"{TABLE}_first"
# How long a new span waits for ingests that are running; the next night it tries again.
PATIENCE = "60s"
MOST_MONTHS = 600

# A unique index of a partitioned table would need the number in it, and would no longer make keys
# unique by themselves: each partition has its own, and an ingest looks into the others.
_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    key uuid NOT NULL,
    event_id bigint NOT NULL,
    content bigint NOT NULL
) PARTITION BY RANGE (event_id);
CREATE TABLE IF NOT EXISTS {FIRST} (
    key uuid PRIMARY KEY,
    event_id bigint NOT NULL,
    content bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS {TABLE}_span (
    first_number bigint PRIMARY KEY,
    partition varchar NOT NULL,
    begins timestamp,
    ends timestamp
);
"""
_ATTACH = f"""
ALTER TABLE {TABLE} ATTACH PARTITION {FIRST} FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
INSERT INTO {TABLE}_span (first_number, partition) VALUES (0, '{FIRST}');
"""
# Before, all keys were in one table: it becomes the first partition, and no row is touched.
_ONE_TABLE = f"""
ALTER TABLE {TABLE} RENAME TO {FIRST};
ALTER INDEX IF EXISTS {TABLE}_pkey RENAME TO {FIRST}_pkey;
"""
# Shared by all ingests, and taken alone by whoever begins a span: an ingest whose view of the data
# is older than the span fails to serialize, and is repeated with the new one.
_SPANS = f"SELECT first_number, begins, ends FROM {TABLE}_span ORDER BY first_number"
# The number of the first event that arrived since an instant: the log has the span of each ingest.
_NUMBER_SINCE = """
SELECT min(first_seq) FROM cn285_usage_ingest_log
WHERE create_date >= %s AND origin = 'ingest' AND first_seq IS NOT NULL
"""


class UsageEvent(models.Model):
    """The idempotency keys: ``cn285_usage_key``, partitioned by when their events arrived.

    A key is a hash of company, source and transaction, with the number of its event (its place in
    the order of arrival) and a check sum of what was sent. It is unique in all partitions: each has
    a unique index, ingests look into the other ones, and a new one begins while none is running.
    With the system parameter ``cn285_usage.open_months`` events that occurred longer ago are
    refused, and the partitions that could have their keys are dropped; without it, one partition
    has all keys for ever.
    """

    _inherit = "cn285.usage.event"

    @api.model
    def _init_keys(self):
        cr = self.env.cr
        cr.execute(SQL("SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", TABLE))
        kind = cr.fetchone()
        if kind == ("r",):
            cr.execute(_ONE_TABLE)
        cr.execute(_CREATE)
        cr.execute(SQL("SELECT 1 FROM %s LIMIT 1", SQL.identifier(f"{TABLE}_span")))
        if not cr.fetchone():
            cr.execute(_ATTACH)

    # === WHAT AN INGEST ASKS === #

    @api.model
    def _key_spans(self, share=False):
        """The spans that are kept, in order.

        :param share: hold them until the end of the transaction: none begins or goes meanwhile
        :raises psycopg2.errors.SerializationFailure: if one has begun since the transaction began
        """
        self.env.cr.execute(SQL("%s %s", SQL(_SPANS), SQL("FOR SHARE" if share else "")))
        return [Span(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _hold_spans(self, prepared, parameters):
        """Hold the spans of keys for this transaction; what was packed for others is let go."""
        spans = parameters["spans"] = self._key_spans(share=True)
        earliest = self._earliest(spans)
        old = prepared.numbers and prepared.numbers[0] < spans[-1].first
        if old or earliest != parameters["earliest"]:
            # One chunk's numbers lie in one span: what it sends twice meets in one index.
            prepared.packed = None
            prepared.numbers = () if old else prepared.numbers
        parameters["earliest"] = earliest

    @api.model
    def _earliest(self, spans=None):
        """The instant before which events are refused, None: all are taken."""
        spans = self._key_spans() if spans is None else spans
        return horizon(fields.Datetime.now(), self._open_months(), spans)

    @api.model
    def _open_months(self):
        """How many whole months before the running one are open; 0: all."""
        return self._months_parameter("cn285_usage.open_months", 0)

    @api.model
    def _months_parameter(self, name, default):
        # sudo: a technical parameter that says nothing about anybody.
        value = self.env["ir.config_parameter"].sudo().get_param(name)
        try:
            return max(0, int(value or default))
        except ValueError:
            return default

    @api.model
    def _has_key_elsewhere(self, keys):
        """Whether a span before the running one has one of these keys (bytes)."""
        cr = self.env.cr
        cr.execute(
            SQL("SELECT partition FROM %s WHERE ends IS NOT NULL", SQL.identifier(f"{TABLE}_span"))
        )
        names = [row[0] for row in cr.fetchall()]
        texts = [key.hex() for key in keys]
        for name in names:
            query = SQL(
                "SELECT 1 FROM unnest(%s::uuid[]) AS n(key) JOIN %s k USING (key) LIMIT 1",
                texts,
                SQL.identifier(name),
            )
            cr.execute(query)
            if cr.fetchone():
                return True
        return False

    # === SPANS BEGIN AND GO === #

    @api.model
    def _turn_keys(self):
        """Begin a new span when the running one has lasted, and drop those behind the horizon.

        Each in a transaction of its own; ingests wait for it, and it does not wait long for them.
        """
        months = self._open_months()
        if not months:
            return
        length = self._months_parameter("cn285_usage.key_months", months) or months
        commit_batch(self.env)
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", PATIENCE))
                self._turn_keys_now(months, length)
                self.env.cr.execute("SET LOCAL lock_timeout = DEFAULT")
        except LockNotAvailable:
            _logger.info("Usage events are being recorded: their keys turn another time.")
            return
        commit_batch(self.env)

    @api.model
    def _turn_keys_now(self, months, length):
        cr = self.env.cr
        cr.execute(SQL("LOCK TABLE %s", SQL.identifier(f"{TABLE}_span")))
        # Only now: what is being recorded while this waits belongs to the span that ends.
        now = fields.Datetime.now()
        spans = self._key_spans()
        if is_over(spans[-1], now, length):
            self._begin_span(spans, now, months)
            spans = self._key_spans()
        for span in droppable(spans, horizon(now, months, spans)):
            name = self._partition_of(span)
            cr.execute(SQL("DROP TABLE %s", SQL.identifier(name)))
            cr.execute(
                SQL(
                    "DELETE FROM %s WHERE first_number = %s",
                    SQL.identifier(f"{TABLE}_span"),
                    span.first,
                )
            )
            _logger.info("Keys of usage events that arrived until %s were dropped.", span.ends)

    @api.model
    def _partition_of(self, span):
        self.env.cr.execute(
            SQL(
                "SELECT partition FROM %s WHERE first_number = %s",
                SQL.identifier(f"{TABLE}_span"),
                span.first,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _begin_span(self, spans, now, months):
        """End the running span, and begin one for all numbers that are given from now on.

        Of what came before the first span was begun, keys that no open month can need go at once.
        """
        cr, last = self.env.cr, spans[-1]
        number = self._reserve_numbers(1)[0]
        old, kept_from = self._partition_of(last), None
        cr.execute(SQL("ALTER TABLE %s DETACH PARTITION %s", *map(SQL.identifier, (TABLE, old))))
        if last.begins is None:
            old, kept_from = self._without_closed(old, horizon(now, months, ()) - FUTURE)
        low = SQL("MINVALUE") if len(spans) == 1 else SQL("%s", last.first)
        values = {"keys": SQL.identifier(TABLE), "old": SQL.identifier(old)}
        values.update(low=low, number=number)
        cr.execute(
            SQL(
                "ALTER TABLE %(keys)s ATTACH PARTITION %(old)s "
                "FOR VALUES FROM (%(low)s) TO (%(number)s)",
                **values,
            )
        )
        new = f"{TABLE}_y{now.year:04}m{now.month:02}_{number}"
        cr.execute(
            SQL(
                "CREATE TABLE %(new)s PARTITION OF %(keys)s FOR VALUES FROM (%(number)s) "
                "TO (MAXVALUE)",
                new=SQL.identifier(new),
                **values,
            )
        )
        cr.execute(SQL("ALTER TABLE %s ADD PRIMARY KEY (key)", SQL.identifier(new)))
        span = SQL.identifier(f"{TABLE}_span")
        cr.execute(
            SQL(
                "UPDATE %s SET ends = %s, begins = COALESCE(begins, %s), partition = %s "
                "WHERE first_number = %s",
                span,
                now,
                kept_from,
                old,
                last.first,
            )
        )
        cr.execute(
            SQL(
                "INSERT INTO %s (first_number, partition, begins) VALUES (%s, %s, %s)",
                span,
                number,
                new,
                now,
            )
        )
        _logger.info("Keys of usage events go to %s from number %s on.", new, number)

    @api.model
    def _without_closed(self, table, since):
        """Keep of a table of keys those of events that arrived ``since``; the others go.

        Set-based: what is kept is written anew where it is less than what goes.

        :return: the name of the table, and ``since`` if anything went, else None
        """
        cr = self.env.cr
        cr.execute(_NUMBER_SINCE, (since,))
        number = cr.fetchone()[0]
        names = {"old": SQL.identifier(table), "new": SQL.identifier(f"{table}_kept")}
        if number is None:
            number = self._reserve_numbers(1)[0]
        cr.execute(
            SQL("SELECT 1 FROM %(old)s WHERE event_id < %(number)s LIMIT 1", number=number, **names)
        )
        if not cr.fetchone():
            return table, None
        cr.execute(
            SQL(
                "CREATE TABLE %(new)s AS SELECT * FROM %(old)s WHERE event_id >= %(number)s",
                number=number,
                **names,
            )
        )
        cr.execute(
            SQL(
                "ALTER TABLE %(new)s ADD PRIMARY KEY (key), "
                "ALTER COLUMN event_id SET NOT NULL, ALTER COLUMN content SET NOT NULL",
                **names,
            )
        )
        cr.execute(SQL("DROP TABLE %(old)s", **names))
        return f"{table}_kept", since


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_usage_open_months = fields.Integer(
        string="Months Open for Usage",
        config_parameter="cn285_usage.open_months",
        help="So many whole months before the running one take usage events. Older ones are "
        "refused, as the keys by which an event counts once are dropped then. 0: all are open.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_usage_open_months": Bound(0, MOST_MONTHS)}
