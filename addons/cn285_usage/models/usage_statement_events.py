from decimal import Decimal
from uuid import uuid4

import pytz
from odoo import api, models
from odoo.tools import SQL

from .big_integer import BigInteger
from .usage_arrival_sql import ARRIVAL
from .usage_measure import next_day, utc

# Events read at a time.
PAGE = 20_000


class UsageRating(models.Model):
    """Which events a rating is about: those that count since, and those that no longer do."""

    _inherit = "cn285.usage.rating"

    seen_seq = BigInteger(
        readonly=True,
        help="The last event of all, in order of arrival, that was there when it was rated.",
    )

    @api.model
    def _insert_outcomes(self, outcomes_by_row):
        # In the snapshot of this transaction, as all that was measured.
        [[seen]] = self.env.execute_query(
            SQL("SELECT greatest(max(id), max(seq)) FROM cn285_usage_event")
        )
        for outcomes in outcomes_by_row.values():
            for outcome in outcomes:
                outcome.values.setdefault("seen_seq", seen or 0)
        return super()._insert_outcomes(outcomes_by_row)

    def _seen_before(self):
        """Up to which event earlier ratings of the same period have seen, in one query.

        :returns: ``{rating id: number in order of arrival}``, 0 for first ratings
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT r.id, max(p.seen_seq)
                     FROM cn285_usage_rating r
                     JOIN cn285_usage_rating p ON p.item_id = r.item_id
                      AND p.period_start = r.period_start AND p.calculator_id = r.calculator_id
                      AND p.beneficiary_id IS NOT DISTINCT FROM r.beneficiary_id AND p.id < r.id
                    WHERE r.id = ANY(%s) GROUP BY r.id""",
                self.ids,
            )
        )
        return {**dict.fromkeys(self.ids, 0), **dict(rows)}

    def _events(self, seen):
        """Events that this rating has added to those of earlier ones, or taken from them.

        An event counts from its arrival until it is corrected. In order of time, page by page.

        :param seen: the number, in order of arrival, up to which earlier ratings have seen them
        :returns: iterator of ``(occurred at, ended at, quantity as text, source, transaction,
            properties as text, beneficiary's name, metric id, whether it was taken back)``; times
            are the company's
        """
        self.ensure_one()
        local = SQL("AT TIME ZONE 'UTC' AT TIME ZONE %s", self.company_id.cn285_tz or "UTC")
        columns = SQL(
            """e.occurred_at %(local)s, e.ended_at %(local)s, e.quantity::text, e.source,
               e.transaction_id, e.properties::text, p.complete_name, e.metric_id, NOT e.counts""",
            local=local,
        )
        order = SQL("ORDER BY e.occurred_at, %s", SQL(ARRIVAL))
        yield from self._stream(self._events_query(seen, columns, order))

    def _events_total(self, seen):
        """Quantity and number of :meth:`_events`, less those that were taken back."""
        self.ensure_one()
        columns = SQL(
            """coalesce(sum(CASE WHEN e.counts THEN e.quantity ELSE -e.quantity END), 0)::text,
               coalesce(sum(CASE WHEN e.counts THEN 1 ELSE -1 END), 0)"""
        )
        [(quantity, count)] = self.env.execute_query(self._events_query(seen, columns))
        return Decimal(quantity), Decimal(count)

    @api.model
    def _stream(self, query):
        """The rows of a query, page by page: neither here nor in the database are they looked for
        anew for each page, and never is more than a page in memory.
        """
        # Several may be read at the same time.
        name = SQL.identifier(f"cn285_events_{uuid4().hex}")
        cr = self.env.cr
        cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", name, query))
        while page := self.env.execute_query(SQL("FETCH %s FROM %s", PAGE, name)):
            yield from page
        # One that is not read to its end goes with the transaction.
        cr.execute(SQL("CLOSE %s", name))

    def _events_query(self, seen, columns, order=None):
        row = self.schedule_id
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        metrics = self.calculator_id._metrics()
        return SQL(
            """WITH corrected AS MATERIALIZED (
                   SELECT c.origin_id, coalesce(c.seq, c.id) AS since,
                          coalesce(r.seq, r.id) AS until
                     FROM cn285_usage_event c
                LEFT JOIN cn285_usage_event r ON r.origin_id = c.id AND r.kind = 'reversal'
                    WHERE c.origin_id IS NOT NULL AND c.company_id = %(company)s
               ), known AS (
                   SELECT e.*, %(counted_now)s AS counts, %(counted_before)s AS counted
                     FROM cn285_usage_event e
                    WHERE (%(whose)s) AND %(filter)s AND e.kind != 'reversal'
                      AND e.state != 'parked' AND %(arrival)s <= %(now)s
                      AND e.occurred_at >= %(start)s AND e.occurred_at < %(end)s)
               SELECT %(columns)s
                 FROM known e LEFT JOIN res_partner p ON p.id = e.beneficiary_id
                WHERE e.counts != e.counted
                %(order)s""",
            columns=columns,
            order=order or SQL(),
            company=self.company_id.id,
            counted_now=_counted(self.seen_seq),
            counted_before=self._counted_before(seen),
            whose=self._events_condition(metrics, zone),
            filter=self._events_filter(metrics, row),
            now=self.seen_seq,
            start=utc(row.period_start, zone),
            end=utc(next_day(row.period_end), zone),
            arrival=SQL(ARRIVAL),
        )

    def _counted_before(self, seen):
        """SQL: whether an event ``e`` was billed by earlier ratings of the period."""
        return _counted(seen)

    def _events_filter(self, metrics, row):
        """Only what the metrics count, and of the rating's beneficiary."""
        counted = [
            SQL(
                "(%s)",
                SQL(" AND ").join(
                    [SQL("e.metric_id = %s", metric.id), *metric._filter_conditions()]
                ),
            )
            for metric in metrics
        ]
        condition = SQL("(%s)", SQL(" OR ").join(counted)) if counted else SQL("FALSE")
        if not self.beneficiary_id:
            return condition
        return SQL(
            "%s AND coalesce(e.beneficiary_id, %s) = %s",
            condition,
            row._default_beneficiary().id,
            self.beneficiary_id.id,
        )

    def _events_condition(self, metrics, zone):
        """Whose events are meant: the item's, and those of the contract that are its."""
        row = self.schedule_id
        claims = row.contract_id._usage_claims(row._start_batch())
        conditions = [SQL("e.item_id = %s", self.item_id.id)]
        for metric in metrics:
            window = row._window(None, claims.get((self.item_id.id, metric.id), ()))
            conditions += [
                SQL(
                    """e.item_id IS NULL AND e.contract_id = %s AND e.metric_id = %s
                       AND e.occurred_at >= %s AND e.occurred_at < %s""",
                    window.contract_id,
                    metric.id,
                    utc(first, zone),
                    utc(last, zone),
                )
                for first, last in window.contract_spans
            ]
        return SQL(" OR ").join(conditions)


def _counted(seq):
    """Whether event ``e`` counted when ``seq`` was the last: there, and no correction in force."""
    return SQL(
        """(%s <= %s AND NOT EXISTS (
                SELECT 1 FROM corrected c
                 WHERE c.origin_id = e.id AND c.since <= %s
                   AND (c.until IS NULL OR c.until > %s)))""",
        SQL(ARRIVAL),
        seq,
        seq,
        seq,
    )
