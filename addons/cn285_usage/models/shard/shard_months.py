"""Months over several servers: made, spread, filled, let go of."""

from odoo import api, models
from odoo.tools import SQL

from ..ingest.usage_event_storage import TABLE

_ARRIVING = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_arriving (LIKE {TABLE} INCLUDING DEFAULTS)
ON COMMIT DELETE ROWS
"""


class UsageEvent(models.Model):
    """With shards, a month's partition is parted by item: a part is here, each shard has another.

    Events without an item (parked ones, those of a contract as a whole) are always here.
    """

    _inherit = "cn285.usage.event"

    @api.model
    def _is_sharded(self):
        return bool(self.env["cn285.usage.shard"]._shard_ids())

    @api.model
    def _create_month(self, month):
        """Make the table of a month, to be attached."""
        cr, name = self.env.cr, self._partition_name(month)
        shards = self.env["cn285.usage.shard"]._shards()
        cr.execute(
            SQL(
                "CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS) %s",
                SQL.identifier(name),
                SQL.identifier(TABLE),
                SQL("PARTITION BY HASH (item_id)") if shards else SQL(),
            )
        )
        if not shards:
            return
        # Whatever a shard has of a month that is not here, was never committed here.
        shards._tell("drop", month=month.date())
        shards._tell("month", month=month.date())
        # A row without an item has the hash 0: it is in the first part.
        cr.execute(
            SQL(
                "CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER 0)",
                SQL.identifier(f"{name}_s0"),
                SQL.identifier(name),
                len(shards) + 1,
            )
        )
        for number, shard in enumerate(shards, 1):
            cr.execute(
                SQL(
                    "CREATE FOREIGN TABLE %s PARTITION OF %s FOR VALUES WITH "
                    "(MODULUS %s, REMAINDER %s) SERVER %s OPTIONS (schema_name %s, table_name %s)",
                    SQL.identifier(f"{name}_s{number}"),
                    SQL.identifier(name),
                    len(shards) + 1,
                    number,
                    SQL.identifier(shard._server()),
                    shard.schema_name,
                    f"seen_y{month.year:04}m{month.month:02}",
                )
            )

    @api.model
    def _spread_empty_months(self):
        """Make the empty months anew, over all shards that there are."""
        for month in self._months_ahead():
            if self._has_partition(month):
                self.env.cr.execute(
                    SQL("SELECT 1 FROM %s LIMIT 1", SQL.identifier(self._partition_name(month)))
                )
                if not self.env.cr.fetchone():
                    self._spread_month(month)

    @api.model
    def _spread_month(self, month):
        """Move a month's events to where all shards that there are would have them.

        In this transaction; ingests of the month wait. Only months that are not on shards yet are
        moved: events do not travel from one shard to another.

        :param month: a datetime of its first instant
        :returns: whether it was moved
        """
        cr, name = self.env.cr, self._partition_name(month)
        cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", TABLE))
        cr.execute(SQL("SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)", name))
        found = cr.fetchone()
        if found and found[0] == "p" and self._has_events(name):
            return False
        names = {"table": SQL.identifier(TABLE), "name": SQL.identifier(name)}
        if found:
            names["old"] = SQL.identifier(f"{name}_old")
            cr.execute(SQL("ALTER TABLE %(table)s DETACH PARTITION %(name)s", **names))
            cr.execute(SQL("ALTER TABLE %(name)s RENAME TO %(old)s", **names))
            if found[0] == "p":
                # Empty: its parts have the names that are wanted now.
                cr.execute(SQL("DROP TABLE %(old)s", **names))
        self._make_partition(month)
        if found and found[0] == "r":
            cr.execute(SQL("INSERT INTO %(table)s SELECT * FROM %(old)s", **names))
            cr.execute(SQL("DROP TABLE %(old)s", **names))
        return True

    @api.model
    def _has_events(self, name):
        self.env.cr.execute(SQL("SELECT 1 FROM %s LIMIT 1", SQL.identifier(name)))
        return bool(self.env.cr.fetchone())

    @api.model
    def _copy_events(self, columns, file):
        """Store packed events. Where a shard has a part, they go by insertions of many at once:
        COPY would send them one by one.
        """
        if not self._is_sharded():
            self._copy(TABLE, columns, file, "(FORMAT binary)")
            return
        self.env.cr.execute(_ARRIVING)
        self._copy("cn285_usage_arriving", columns, file, "(FORMAT binary)")
        names = SQL(", ").join(map(SQL.identifier, columns))
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM cn285_usage_arriving",
                SQL.identifier(TABLE),
                names,
                names,
            )
        )
        self.env.cr.execute("TRUNCATE cn285_usage_arriving")
