"""Totals that shards add up themselves: a row for each item travels, no events do."""

from dateutil.relativedelta import relativedelta
from odoo import models
from odoo.tools import SQL

from ..ingest.usage_event_storage import TABLE
from ..measure.usage_measure import COUNTS

# What the totals of several months come to, by what each month's are.
TOGETHER = {"sum": "sum", "count": "sum", "max": "max", "min": "min"}


class UsageMetric(models.Model):
    """Aggregates over foreign partitions are pushed down where a month's partition is asked by
    itself (its parts are those of its items, which the totals are of), and nothing in the query is
    what the foreign data wrapper does not send: no ``coalesce``, no cast of a result.
    """

    _inherit = "cn285.usage.metric"

    def _is_pushed_down(self):
        """Whether shards can add up these metrics, which are all added up alike."""
        return (
            self.env["cn285.usage.event"]._is_sharded()
            and self[0].aggregation in TOGETHER
            and all(metric._event_quantity() == SQL("e.quantity") for metric in self)
        )

    def _pushed_totals(self, item_ids, since, until):
        """``(item id, metric id, total as text, events, last number of arrival)`` of these metrics.

        :param since: instants, UTC, ``[since, until)``
        """
        cr = self.env.cr
        query = self._pushed_query(item_ids, since, until)
        cr.execute("SET LOCAL enable_partitionwise_aggregate = on")
        try:
            return self.env.execute_query(query)
        finally:
            cr.execute("SET LOCAL enable_partitionwise_aggregate = off")

    def _pushed_query(self, item_ids, since, until):
        """The query of :meth:`_pushed_totals`: a part for each month, and one around them."""
        parts = [
            self._pushed_part(name, item_ids, since, until)
            for name in self._tables_of(since, until)
        ]
        # What was matched late has a number above its own: the largest of both is the last.
        return SQL(
            """SELECT m.item_id, m.metric_id, (%s(m.total))::text, sum(m.events)::bigint,
                      greatest(max(m.id), max(m.seq))
                 FROM (%s) m GROUP BY 1, 2""",
            SQL(TOGETHER[self[0].aggregation]),
            SQL(" UNION ALL ").join(parts),
        )

    def _pushed_part(self, name, item_ids, since, until):
        return SQL(
            """SELECT e.item_id, e.metric_id, %s AS total, count(*) AS events, max(e.id) AS id,
                      max(e.seq) AS seq
                 FROM %s e
                WHERE e.item_id = ANY(%s) AND e.metric_id = ANY(%s) AND %s
                  AND e.occurred_at >= %s AND e.occurred_at < %s
             GROUP BY e.item_id, e.metric_id""",
            SQL("count(*)") if self[0].aggregation == "count" else self[0]._aggregate(),
            SQL.identifier(name),
            item_ids,
            self.ids,
            SQL(COUNTS),
            since,
            until,
        )

    def _tables_of(self, since, until):
        """Names of the partitions that can have events of ``[since, until)``."""
        events = self.env["cn285.usage.event"]
        month = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        names = [f"{TABLE}_default"]
        while month < until:
            if events._has_partition(month):
                names.append(events._partition_name(month))
            month += relativedelta(months=1)
        return names
