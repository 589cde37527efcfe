from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL

from ..engine.service import Facts, pattern_of


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    cn285_usage_estimate = fields.Float(
        string="Usage to Be Billed",
        digits=(16, 2),
        readonly=True,
        copy=False,
        help="What the usage of a period that is over comes to, before it is billed.",
    )

    def _cn285_facts(self, billed_on):
        """What the recognition engine has to know of a row that is invoiced on that day."""
        self.ensure_one()
        item = self.item_id
        return Facts(
            billed_on=billed_on,
            billed=(self.period_start, self.period_end),
            activated=item.date_start or None,
            service=(item.cn285_service_start or None, item.cn285_service_end or None),
        )

    def _cn285_pattern(self, rule, billed_on):
        """How the row's revenue is recognised.

        :raises RecognitionError: where the rule cannot be applied to the row
        """
        weights = self._cn285_usage_weights() if rule.method == "usage" else ()
        return pattern_of(rule._engine_terms(), self._cn285_facts(billed_on), weights)

    def _cn285_usage_weights(self):
        """Hook: quantities consumed in each month of the row's period, for the method "usage".

        :returns: tuple of ``(last day of the month, whole number)``; empty: spread by day
        """
        return ()

    @api.model
    def _cn285_estimate_usage(self, company, until):
        """Note what usage comes to that was consumed by a day and waits for its bill.

        Nothing is rated for good: the billing does that. Without cn285_usage nothing waits.
        """
        rows = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "waiting"),
                ("period_end", "<=", until),
            ]
        )
        amounts = rows._cn285_usage_amounts() if rows else {}
        if not amounts:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE cn285_billing_schedule row SET cn285_usage_estimate = used.amount
                     FROM unnest(%s, %s::numeric[]) AS used(id, amount)
                    WHERE row.id = used.id
                      AND row.cn285_usage_estimate IS DISTINCT FROM used.amount
                RETURNING row.id""",
                [row.id for row in amounts],
                [str(amount) for amount in amounts.values()],
            )
        )
        self.invalidate_model(["cn285_usage_estimate"], flush=False)

    def _cn285_usage_amounts(self):
        """What the usage of these rows comes to by today, as ``{row: Decimal}``, excluding tax."""
        if "cn285.usage.rating" not in self.env:
            return {}
        ratings, _failed = self._rate_rows()
        return {
            row: sum((as_decimal(vals["amount"]) for vals in row_ratings), as_decimal(0))
            for row, row_ratings in ratings.items()
        }
