"""Which events the statements of triggered invoices list."""

import pytz
from odoo import models
from odoo.tools import SQL

from ..measure.usage_measure import next_day, utc


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    def _events_condition(self, sources, metrics, zone):
        """Those of a delivery are its own, whoever else has some on the same days."""
        delivery = self.schedule_id.delivery_id
        if not delivery:
            return super()._events_condition(sources, metrics, zone)
        return SQL(
            "e.id IN (SELECT event_id FROM cn285_usage_delivery_event WHERE delivery_id = %s)",
            delivery.id,
        )

    def _seen_before(self):
        """Of a delivery, only its own rows have seen anything."""
        delivered = self.filtered(lambda rating: rating.schedule_id.delivery_id)
        result = super(UsageRating, self - delivered)._seen_before()
        if delivered:
            rows = self.env.execute_query(
                SQL(
                    """SELECT r.id, max(p.seen_seq)
                         FROM cn285_usage_rating r
                         JOIN cn285_billing_schedule s ON s.id = r.schedule_id
                         JOIN cn285_billing_schedule o ON o.delivery_id = s.delivery_id
                         JOIN cn285_usage_rating p ON p.schedule_id = o.id
                          AND p.calculator_id = r.calculator_id AND p.id < r.id
                          AND p.beneficiary_id IS NOT DISTINCT FROM r.beneficiary_id
                        WHERE r.id = ANY(%s) GROUP BY r.id""",
                    delivered.ids,
                )
            )
            result.update({**dict.fromkeys(delivered.ids, 0), **dict(rows)})
        return result

    def _statement_sources(self):
        """Also the days that thresholds have billed."""
        sources = super()._statement_sources()
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
        sources.reached = {(item.id, start): end for item, start, end in groups}
        return sources

    def _counted_before(self, sources):
        """A threshold has billed the days until it was reached, whatever was seen after them."""
        condition = super()._counted_before(sources)
        row = self.schedule_id
        reached = sources.reached.get((row.item_id.id, row.period_start))
        if row.kind != "usage" or not reached:
            return condition
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        until = utc(next_day(reached), zone)
        return SQL("(%s AND e.occurred_at < %s)", condition, until)
