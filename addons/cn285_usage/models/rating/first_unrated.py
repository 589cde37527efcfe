"""Up to which day usage was rated, and billed: terms that are edited hold from then on."""

from odoo import models
from odoo.tools import SQL

from ..measure.usage_measure import next_day
from .usage_batch import BILLED_STATES


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _rated_until(self):
        """The last days of which usage of these items was rated and billed, in one query.

        What was rated and waits for its invoice is rated anew by the next run, and does not count.

        :returns: ``{item id: (last day of the last period, last day billed)}``: of a running period
            a part may be billed; nothing of items of which nothing was billed
        """
        self.env["cn285.billing.schedule"].flush_model()
        self.env["cn285.usage.rating"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT r.item_id, max(coalesce(whole.period_end, row.period_end)),
                          max(row.period_end)
                     FROM cn285_usage_rating r
                     JOIN cn285_billing_schedule row ON row.id = r.schedule_id
                      AND row.state IN ('invoiced', 'nothing_to_invoice')
                LEFT JOIN cn285_billing_schedule whole ON whole.item_id = r.item_id
                      AND whole.kind = 'usage' AND whole.period_start = row.period_start
                      AND whole.state != 'cancelled' AND row.kind != 'usage_delivery'
                    WHERE r.item_id = ANY(%s)
                 GROUP BY 1""",
                self.ids,
            )
        )
        return {item_id: (rated, billed) for item_id, rated, billed in rows}

    def _first_unrated_days(self):
        """The first day of the next period that nothing was rated of; None where nothing ever was.

        What is billed on delivery has days for periods, today or later.

        :returns: ``{item: day}``
        """
        until = self._rated_until()
        result = {}
        for item in self:
            rated, _billed = until.get(item.id, (None, None))
            day = rated and next_day(rated)
            if day and item.usage_billing == "delivery":
                day = max(day, item.company_id._cn285_today())
            result[item] = day
        return result

    def _rate_anew(self, day):
        """Have what was billed of days from ``day`` on rated anew: the next run bills differences.

        :returns: the rows that bill these days
        """
        # sudo: rows follow from their items; who may change these may not write them.
        rows = (
            self.env["cn285.billing.schedule"]
            .sudo()
            .search(
                [
                    ("item_id", "in", self.ids),
                    ("kind", "in", ("usage", "usage_delivery")),
                    ("state", "in", BILLED_STATES),
                    ("period_end", ">=", day),
                ]
            )
        )
        rows.delivery_id._write_inside({"pending": True})
        periods = rows.filtered(lambda row: row.kind == "usage")
        if periods:
            changed = periods | periods._affected()
            changed.filtered(lambda row: row.state in BILLED_STATES)._write_inside(
                {"usage_stale": True}
            )
        return rows
