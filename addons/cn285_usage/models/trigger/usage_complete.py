"""Periods that are billed as soon as their set of metrics is complete."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, format_date


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _waiting_for_metrics(self):
        """Those of these rows that wait for all metrics of their period."""
        self._fetch_to_rate()
        # Of the items first: they are few, or none.
        waiting = self.item_id.filtered(lambda item: item.usage_billing == "complete")
        if not waiting:
            return self.browse()
        return self.filtered(lambda row: row.kind == "usage" and row.item_id in waiting)

    def _missing_metrics(self):
        """Expected metrics of which nothing has arrived: ``{row: metrics}``; complete rows have no
        entry. A query for each metric.
        """
        windows = defaultdict(list)
        expected = {row: row.item_id._expected_metrics() for row in self}
        claims = self.contract_id._usage_claims()
        for row, metrics in expected.items():
            for metric in metrics:
                spans = claims.get((row.item_id.id, metric.id), ())
                windows[metric].append(row._window((row, metric), spans))
        arrived = set()
        for metric, members in windows.items():
            arrived |= metric._arrived(members)
        missing = {
            row: metrics.filtered(lambda metric, row=row: (row, metric) not in arrived)
            for row, metrics in expected.items()
        }
        return {row: metrics for row, metrics in missing.items() if metrics}

    def _plan_complete(self):
        """Make complete ones of these waiting rows due, and return them."""
        rows = self._ratable()
        missing = rows._missing_metrics()
        complete = rows.filtered(lambda row: row not in missing)
        if complete:
            today = complete.company_id._cn285_today()
            complete.filtered(lambda row: row.billing_date > today).billing_date = today
        return complete

    @api.model
    def _overdue_periods(self, company):
        """Periods that are incomplete for longer than their items wait.

        :returns: ``{contract: [texts that say what is missing]}``
        """
        today = company._cn285_today()
        rows = self.search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "usage"),
                ("state", "=", "waiting"),
                ("period_end", "<", today),
                ("item_id.usage_billing", "=", "complete"),
            ]
        ).filtered(lambda row: row.period_end + timedelta(days=row.item_id.usage_max_wait) < today)
        result = defaultdict(list)
        for row, metrics in rows._missing_metrics().items():
            text = self.env._(
                "Item “%(item)s”, %(start)s to %(end)s: nothing has arrived of %(metrics)s.",
                item=row.item_id.name,
                start=format_date(self.env, row.period_start),
                end=format_date(self.env, row.period_end),
                metrics=", ".join(metrics.mapped("name")),
            )
            result[row.contract_id].append(text)
        return result


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def _arrived(self, windows):
        """Keys of the windows in whose days an event of the metric counts."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT e.number FROM (%s) AS e WHERE e.occurred_at >= e.since",
                self._counted_events(windows),
            )
        )
        return {windows[number].key for (number,) in rows}
