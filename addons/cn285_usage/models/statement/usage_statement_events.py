from dataclasses import dataclass, field
from decimal import Decimal
from uuid import uuid4

import pytz
from odoo import api, models
from odoo.tools import SQL

from ..ingest.usage_arrival_sql import ARRIVAL
from ..measure.usage_measure import next_day, utc

# Events read at a time.
PAGE = 20_000
# Up to so many events of a rating are read at once, and only once.
FEW = 2_000
# Places in what ``_events`` gives.
QUANTITY, PROPERTIES, BENEFICIARY, METRIC, TAKEN_BACK, SHOWN = range(6)


@dataclass
class Sources:
    """What the ratings of a statement have in common, read once for all of them.

    ``seen``: up to which event earlier ratings have seen them, by rating. ``claims``: whose are
    events that name no item, see ``cn285.contract._usage_claims``. ``reached``: the last day that a
    threshold has billed, by item and first day of the period. ``few``: the rating that was read
    last, with its events, where they are few. ``shown``: the statement's fields that events have a
    column for, in the order of these columns, from the place ``SHOWN`` on. ``with_tax``: whether
    amounts and prices are those with tax.
    """

    seen: dict
    claims: dict
    shown: list
    reached: dict = field(default_factory=dict)
    few: tuple = (None, ())
    with_tax: bool = False

    @property
    def moment(self):
        """The place of an event's local time."""
        names = [shown.of_event for shown in self.shown]
        return SHOWN + names.index("occurred_at")


class UsageRating(models.Model):
    """Which events a rating is about: those that count since, and those that no longer do."""

    _inherit = "cn285.usage.rating"

    def _statement_sources(self):
        """Where the events of these ratings are found, in a few queries for all."""
        rows = self.schedule_id
        claims = rows.contract_id._usage_claims(rows._start_batch())
        fields = self.env["cn285.statement.layout"]._row_fields()
        shown = [field for field in fields.values() if field.of_event]
        return Sources(self._seen_before(), claims, shown, self._thresholds_reached())

    def _thresholds_reached(self):
        """The last days that thresholds have billed, by item and first day of the period."""
        rows = self.schedule_id.filtered(lambda row: row.kind == "usage")
        groups = self.env["cn285.billing.schedule"]._read_group(
            [
                ("item_id", "in", rows.item_id.ids),
                ("kind", "=", "usage_threshold"),
                ("period_start", "in", list(set(rows.mapped("period_start")))),
                ("state", "!=", "cancelled"),
            ],
            ["item_id", "period_start:day"],
            ["period_end:max"],
        )
        return {(item.id, start): end for item, start, end in groups}

    def _seen_before(self):
        """Up to which event earlier ratings have seen, in a query or two.

        Those of the same period; of a delivery, only its own rows have seen anything.

        :returns: ``{rating id: number in order of arrival}``, 0 for first ratings
        """
        delivered = self.filtered(lambda rating: rating.schedule_id.delivery_id)
        seen = dict.fromkeys(self.ids, 0)
        seen.update((self - delivered)._seen_of_period())
        if delivered:
            seen.update(delivered._seen_of_delivery())
        return seen

    def _seen_of_period(self):
        return self.env.execute_query(
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

    def _seen_of_delivery(self):
        return self.env.execute_query(
            SQL(
                """SELECT r.id, max(p.seen_seq)
                     FROM cn285_usage_rating r
                     JOIN cn285_billing_schedule s ON s.id = r.schedule_id
                     JOIN cn285_billing_schedule o ON o.delivery_id = s.delivery_id
                     JOIN cn285_usage_rating p ON p.schedule_id = o.id
                      AND p.calculator_id = r.calculator_id AND p.id < r.id
                      AND p.beneficiary_id IS NOT DISTINCT FROM r.beneficiary_id
                    WHERE r.id = ANY(%s) GROUP BY r.id""",
                self.ids,
            )
        )

    def _events(self, sources):
        """Events that this rating has added to those of earlier ones, or taken from them.

        An event counts from its arrival until it is corrected. In order of time, page by page.

        :param sources: see :meth:`_statement_sources`
        :returns: iterable of ``(quantity as text, properties as text, beneficiary's name, metric
            id, whether it was taken back)``, and what it has of ``sources.shown``; times are the
            company's
        """
        self.ensure_one()
        if self._has_few(sources):
            return sources.few[1]
        return self._stream(self._listing(sources))

    def _has_few(self, sources):
        """Whether the events are so few that they are read at once; they are, then."""
        if sources.few[0] == self.id:
            return True
        # A difference may be about more than it counts.
        if self.event_count > FEW:
            return False
        events = self.env.execute_query(SQL("%s LIMIT %s", self._listing(sources), FEW + 1))
        if len(events) > FEW:
            return False
        sources.few = self.id, events
        return True

    def _listing(self, sources):
        """The query of :meth:`_events`."""
        local = SQL("AT TIME ZONE 'UTC' AT TIME ZONE %s", self.company_id.cn285_tz or "UTC")
        columns = SQL(
            "(%s)::text, e.properties::text, p.complete_name, e.metric_id, NOT e.counts",
            self.calculator_id._metrics()._event_quantities(),
        )
        for shown in sources.shown:
            column = SQL.identifier("e", shown.of_event)
            moment = local if shown.kind == "moment" else SQL()
            columns = SQL("%s, %s %s", columns, column, moment)
        order = SQL("ORDER BY e.occurred_at, %s", SQL(ARRIVAL))
        return self._events_query(sources, columns, order)

    def _events_total(self, sources):
        """Quantity and number of :meth:`_events`, less those that were taken back."""
        self.ensure_one()
        columns = SQL(
            """coalesce(sum(%s * CASE WHEN e.counts THEN 1 ELSE -1 END), 0)::text,
               coalesce(sum(CASE WHEN e.counts THEN 1 ELSE -1 END), 0)""",
            self.calculator_id._metrics()._event_quantities(),
        )
        [(quantity, count)] = self.env.execute_query(self._events_query(sources, columns))
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

    def _events_query(self, sources, columns, order=None):
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
               ), gone AS (
                   SELECT origin_id,
                          bool_or(since <= %(now)s AND (until IS NULL OR until > %(now)s)) AS now,
                          bool_or(since <= %(seen)s AND (until IS NULL OR until > %(seen)s))
                          AS before
                     FROM corrected GROUP BY origin_id
               ), known AS (
                   SELECT e.*, %(arrival)s <= %(now)s AND gone.now IS NOT TRUE AS counts,
                          %(counted_before)s AS counted
                     FROM cn285_usage_event e LEFT JOIN gone ON gone.origin_id = e.id
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
            counted_before=self._counted_before(sources),
            whose=self._events_condition(sources, metrics, zone),
            filter=self._events_filter(metrics, row),
            now=self.seen_seq,
            seen=sources.seen[self.id],
            start=utc(row.period_start, zone),
            end=utc(next_day(row.period_end), zone),
            arrival=SQL(ARRIVAL),
        )

    def _counted_before(self, sources):
        """SQL: whether an event ``e`` was billed by earlier ratings of the period.

        A threshold has billed the days until it was reached, whatever was seen after them.
        """
        row, seen = self.schedule_id, sources.seen[self.id]
        condition = SQL("(%s <= %s AND gone.before IS NOT TRUE)", SQL(ARRIVAL), seen)
        reached = sources.reached.get((row.item_id.id, row.period_start))
        if row.kind != "usage" or not reached:
            return condition
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        return SQL("(%s AND e.occurred_at < %s)", condition, utc(next_day(reached), zone))

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

    def _events_condition(self, sources, metrics, zone):
        """Whose events are meant: the item's, and those of the contract that are its.

        Those of a delivery are its own, whoever else has some on the same days.
        """
        row = self.schedule_id
        if row.delivery_id:
            return SQL(
                "e.id IN (SELECT event_id FROM cn285_usage_delivery_event WHERE delivery_id = %s)",
                row.delivery_id.id,
            )
        conditions = [SQL("e.item_id = %s", self.item_id.id)]
        for metric in metrics:
            spans = sources.claims.get((self.item_id.id, metric.id), ())
            if not spans:
                continue
            conditions += [
                SQL(
                    """e.item_id IS NULL AND e.contract_id = %s AND e.metric_id = %s
                       AND e.occurred_at >= %s AND e.occurred_at < %s""",
                    window.contract_id,
                    metric.id,
                    utc(first, zone),
                    utc(last, zone),
                )
                for window in [row._window(None, spans)]
                for first, last in window.contract_spans
            ]
        return SQL(" OR ").join(conditions)
