"""Where usage events are stored: one partition of a table for each month."""

from contextlib import suppress
from datetime import datetime

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools import SQL, mute_logger
from psycopg2.errors import DuplicateTable

from .usage_arrival_sql import BLOCK

TABLE = "cn285_usage_event"
MONTHS_AHEAD = 3

# There are no foreign keys: checking them costs more than storing the event. Items, contracts and
# metrics with events refuse to be deleted instead.
_CREATE = f"""
CREATE SEQUENCE IF NOT EXISTS {TABLE}_id_seq;
ALTER SEQUENCE {TABLE}_id_seq INCREMENT BY {BLOCK};
CREATE TABLE IF NOT EXISTS {TABLE} (
    id bigint NOT NULL DEFAULT nextval('{TABLE}_id_seq'),
    seq bigint,
    occurred_at timestamp NOT NULL,
    ended_at timestamp,
    ingested_at timestamp NOT NULL,
    origin_id bigint,
    company_id integer NOT NULL,
    metric_id integer NOT NULL,
    contract_id integer,
    item_id integer,
    beneficiary_id integer,
    quantity numeric NOT NULL,
    kind varchar NOT NULL DEFAULT 'usage',
    state varchar NOT NULL DEFAULT 'active',
    source varchar NOT NULL,
    transaction_id varchar NOT NULL,
    reference varchar,
    properties jsonb
) PARTITION BY RANGE (occurred_at);
CREATE TABLE IF NOT EXISTS {TABLE}_default PARTITION OF {TABLE} DEFAULT;
CREATE INDEX IF NOT EXISTS {TABLE}_id_idx ON {TABLE} (id);
CREATE INDEX IF NOT EXISTS {TABLE}_matched_idx ON {TABLE} (seq) WHERE seq IS NOT NULL;
CREATE INDEX IF NOT EXISTS {TABLE}_item_idx ON {TABLE} (item_id, metric_id);
CREATE INDEX IF NOT EXISTS {TABLE}_time_idx ON {TABLE} (occurred_at, id);
CREATE INDEX IF NOT EXISTS {TABLE}_contract_idx ON {TABLE} (contract_id, metric_id)
    WHERE item_id IS NULL;
CREATE INDEX IF NOT EXISTS {TABLE}_beneficiary_idx ON {TABLE} (beneficiary_id)
    WHERE beneficiary_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS {TABLE}_origin_idx ON {TABLE} (origin_id) WHERE origin_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS {TABLE}_parked_idx ON {TABLE} (company_id) WHERE state = 'parked';
"""
# Before, each event had a second number, with an index of its own, and said what most events are.
_UPGRADE = f"""
ALTER TABLE {TABLE} ALTER COLUMN seq DROP NOT NULL,
    ALTER COLUMN kind SET DEFAULT 'usage', ALTER COLUMN state SET DEFAULT 'active';
DROP INDEX IF EXISTS {TABLE}_seq_idx;
"""


class UsageEvent(models.Model):
    """The storage of events: a PostgreSQL table partitioned by the month of ``occurred_at``.

    The idempotency keys stand beside it: ``usage_key_storage.py``.
    """

    _inherit = "cn285.usage.event"

    def init(self):
        # Static statements; the driver must not look for parameters in them.
        self.env.cr.execute(_CREATE)
        self.env.cr.execute(_UPGRADE)
        self._init_keys()
        self._init_shards()
        self._make_partitions(self._months_ahead())

    @api.model
    def _drop_storage(self):
        """Drop the tables, which Odoo leaves behind when the module is uninstalled."""
        self.env.cr.execute(
            "DROP TABLE IF EXISTS cn285_usage_event, cn285_usage_key, cn285_usage_key_span, "
            "cn285_usage_delivery_event, cn285_usage_doubt, cn285_usage_doubt_done"
        )
        self.env.cr.execute(
            "DROP SEQUENCE IF EXISTS cn285_usage_event_id_seq, cn285_usage_doubt_id_seq"
        )
        self._drop_ways()

    @api.model
    def _cron_make_partitions(self):
        """Make the partitions of the coming months, so that no ingest has to; close months."""
        self._make_partitions(self._months_ahead())
        self._turn_keys()
        self._settle_doubts()

    @api.model
    def _months_ahead(self):
        first = fields.Datetime.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return [first + relativedelta(months=ahead) for ahead in range(-1, MONTHS_AHEAD + 1)]

    @api.model
    def _make_partitions(self, months):
        """Make the partitions of months, given as datetimes of their first instant.

        Those that exist are left alone. One at a time, across processes: a lock until the end of
        the transaction. Rows that the default partition holds move to where they belong.
        """
        cr = self.env.cr
        missing = [month for month in months if not self._has_partition(month)]
        if not missing:
            return
        cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", TABLE))
        for month in missing:
            if not self._has_partition(month):
                # Whoever had the lock may have made it after this transaction last looked: what
                # PostgreSQL keeps in mind of names that do not exist is renewed by the error only.
                with (
                    suppress(DuplicateTable),
                    cr.savepoint(flush=False),
                    mute_logger("odoo.sql_db"),
                ):
                    self._make_partition(month)

    @api.model
    def _has_partition(self, month):
        self.env.cr.execute(SQL("SELECT to_regclass(%s)", self._partition_name(month)))
        return self.env.cr.fetchone()[0] is not None

    @api.model
    def _partition_name(self, month):
        return f"{TABLE}_y{month.year:04}m{month.month:02}"

    @api.model
    def _make_partition(self, month: datetime):
        # Attaching a finished table does not stop others who write to the parent; making it as a
        # partition at once would.
        values = {
            "name": SQL.identifier(self._partition_name(month)),
            "parent": SQL.identifier(TABLE),
            "default": SQL.identifier(f"{TABLE}_default"),
            "start": month,
            "end": month + relativedelta(months=1),
        }
        cr = self.env.cr
        self._create_month(month)
        cr.execute(
            SQL(
                "WITH moved AS (DELETE FROM %(default)s "
                "WHERE occurred_at >= %(start)s AND occurred_at < %(end)s RETURNING *) "
                "INSERT INTO %(name)s SELECT * FROM moved",
                **values,
            )
        )
        cr.execute(
            SQL(
                "ALTER TABLE %(parent)s ATTACH PARTITION %(name)s "
                "FOR VALUES FROM (%(start)s) TO (%(end)s)",
                **values,
            )
        )
