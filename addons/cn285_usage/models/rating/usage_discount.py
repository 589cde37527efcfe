from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.discount import discount_rating


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _rate_row(self, batch):
        """What usage costs, less the discounts of its item; the bounds of a period come before."""
        outcomes = super()._rate_row(batch)
        facts = batch.facts_of(self)
        if not facts.discounted:
            return outcomes
        item = self.item_id
        percent, windows = as_decimal(item.discount), item._engine_windows()
        for outcome in outcomes:
            outcome.rating = discount_rating(
                outcome.rating,
                percent=percent,
                windows=windows,
                days=(facts.start, facts.end),
                share=facts.share,
                rounding=facts.unit,
            )
            # An amount is taken off once, not for each calculator.
            windows = tuple(window for window in windows if window.percent)
        return outcomes
