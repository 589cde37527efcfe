"""Which events the statements of triggered invoices list."""

import pytz
from odoo import models
from odoo.tools import SQL

from .usage_measure import next_day, utc


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    def _events_condition(self, metrics, zone):
        """Those of a delivery are its own, whoever else has some on the same days."""
        delivery = self.schedule_id.delivery_id
        if not delivery:
            return super()._events_condition(metrics, zone)
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

    def _counted_before(self, seen):
        """A threshold has billed the days until it was reached, whatever was seen after them."""
        condition = super()._counted_before(seen)
        row = self.schedule_id
        if row.kind != "usage":
            return condition
        reached = self.env["cn285.billing.schedule"].search(
            [
                ("item_id", "=", row.item_id.id),
                ("kind", "=", "usage_threshold"),
                ("period_start", "=", row.period_start),
                ("state", "!=", "cancelled"),
            ]
        )
        if not reached:
            return condition
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        until = utc(next_day(max(reached.mapped("period_end"))), zone)
        return SQL("(%s AND e.occurred_at < %s)", condition, until)
