from odoo import models

from ..engine.service import Facts, pattern_of


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

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
