"""Up to which day usage was rated, and billed: terms that are edited hold from then on."""

from odoo import models
from odoo.tools import SQL

from ..measure.usage_measure import next_day


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _rated_until(self):
        """The last days of which usage of these items was rated, in one query.

        :returns: ``{item id: (last day rated, last day billed)}``, None where there is none; of
            items of which nothing was rated, nothing
        """
        self.env["cn285.billing.schedule"].flush_model()
        self.env["cn285.usage.rating"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT r.item_id, max(coalesce(whole.period_end, row.period_end)),
                          max(row.period_end) FILTER (
                              WHERE row.state IN ('invoiced', 'nothing_to_invoice'))
                     FROM cn285_usage_rating r
                     JOIN cn285_billing_schedule row ON row.id = r.schedule_id
                      AND row.state != 'cancelled'
                LEFT JOIN cn285_billing_schedule whole ON whole.item_id = r.item_id
                      AND whole.kind = 'usage' AND whole.period_start = row.period_start
                      AND whole.state != 'cancelled' AND row.kind != 'usage_delivery'
                    WHERE r.item_id = ANY(%s)
                 GROUP BY 1""",
                self.ids,
            )
        )
        return {item_id: (rated, billed) for item_id, rated, billed in rows}

    def _first_unrated_day(self):
        """The first day of the first period, the running one or later, that nothing was rated of.

        What is billed on delivery has days for periods.
        """
        self.ensure_one()
        today = self.company_id._cn285_today()
        rated, _billed = self._rated_until().get(self.id, (None, None))
        if self.usage_billing == "delivery":
            return max(today, next_day(rated)) if rated else today
        running = self.env["cn285.billing.schedule"].search(
            [
                ("item_id", "=", self.id),
                ("kind", "=", "usage"),
                ("state", "!=", "cancelled"),
                ("period_start", "<=", today),
                ("period_end", ">=", today),
            ],
            limit=1,
        )
        first = running.period_start or today
        return max(first, next_day(rated)) if rated else first
