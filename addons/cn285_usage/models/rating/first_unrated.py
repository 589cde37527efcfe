"""Up to which day usage was rated, and billed: terms that are edited hold from then on."""

from datetime import date
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..measure.usage_measure import next_day
from .usage_batch import BILLED_STATES


class Until(NamedTuple):
    """Last days of usage of an item; None where there is none.

    Of a running period a part may be billed: on a threshold, or by a termination.
    """

    rated_period: date | None
    billed_period: date | None
    billed: date | None


# Kinds of rows that are billed at once, whatever else is due.
AT_ONCE = ("usage_delivery", "usage_threshold")
NOTHING = Until(None, None, None)


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _rated_until(self):
        """The last days of which usage of these items was rated and billed, in one query.

        What was rated and waits for its invoice counts as rated: it keeps the terms of its days.

        :returns: ``{item id: Until}``; nothing of items of which nothing was rated
        """
        self.env["cn285.billing.schedule"].flush_model()
        self.env["cn285.usage.rating"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT r.item_id, max(coalesce(whole.period_end, row.period_end)),
                          max(coalesce(whole.period_end, row.period_end))
                              FILTER (WHERE row.state = ANY(%(billed)s)),
                          max(row.period_end) FILTER (WHERE row.state = ANY(%(billed)s))
                     FROM cn285_usage_rating r
                     JOIN cn285_billing_schedule row ON row.id = r.schedule_id
                      AND row.state != 'cancelled'
                LEFT JOIN cn285_billing_schedule whole ON whole.item_id = r.item_id
                      AND whole.kind = 'usage' AND whole.period_start = row.period_start
                      AND whole.state != 'cancelled' AND row.kind != 'usage_delivery'
                    WHERE r.item_id = ANY(%(items)s)
                 GROUP BY 1""",
                billed=list(BILLED_STATES),
                items=self.ids,
            )
        )
        return {item_id: Until(*days) for item_id, *days in rows}

    def _first_unrated_days(self, billed=False):
        """The first day of the next period that nothing was rated of; None where nothing ever was.

        What is billed on delivery has days for periods, today or later.

        :param billed: what was rated and waits for its invoice does not count
        :returns: ``{item: day}``
        """
        until = self._rated_until()
        result = {}
        for item in self:
            known = until.get(item.id, NOTHING)
            last = known.billed_period if billed else known.rated_period
            day = last and next_day(last)
            if day and item.usage_billing == "delivery":
                day = max(day, item.company_id._cn285_today())
            result[item] = day
        return result

    def _rate_waiting_anew(self, day):
        """Have what was rated of days from ``day`` on and waits for its invoice rated anew.

        So is what their contracts, members of their pools, and what they trigger have waiting:
        amounts depend on each other, and an invoice is not cut in two. What was to be billed at
        once, a delivery or a threshold, is looked for anew.
        """
        # sudo: rows follow from their items; who may change these may not write them.
        items = self.sudo()
        items |= items.calculator_ids._all_pools()._all_calculators().item_id
        items = items._with_triggered()
        rows = items.env["cn285.billing.schedule"].search(
            [
                ("contract_id", "in", items.contract_id.ids),
                ("kind", "in", ("usage", *AT_ONCE)),
                ("state", "=", "planned"),
                ("period_end", ">=", day),
            ]
        )
        periods = rows.filtered(lambda row: row.kind == "usage")
        periods._unrate()
        at_once = rows - periods
        at_once.delivery_id._write_inside({"pending": True})
        at_once._write_inside({"state": "cancelled"})
        at_once._owe_periods_again()

    def _with_triggered(self):
        """These items, and those that their usage triggers, over any number of levels."""
        found, new = self, self
        while new:
            new = self.env["cn285.usage.calculator"].search([("source_item_id", "in", new.ids)])
            new = new.item_id - found
            found |= new
        return found

    def _rate_anew(self, day):
        """Have what was billed of days from ``day`` on rated anew: the next run bills differences.

        :returns: the rows that bill these days
        """
        self.contract_id._refuse_purged(day)
        self._rate_waiting_anew(day)
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
