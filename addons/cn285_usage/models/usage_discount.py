from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal

from ..engine.discount import discount_rating
from .usage_measure import next_day


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _start_batch(self, invoiced=None):
        self.item_id.fetch(["discount", "discount_ids"])
        return super()._start_batch(invoiced)

    def _rate_row(self, batch):
        """What usage costs, less the discounts of its item; the bounds of a period come before."""
        outcomes = super()._rate_row(batch)
        item = self.item_id
        if not item.discount and not item.discount_ids:
            return outcomes
        percent, windows = as_decimal(item.discount), item._engine_windows()
        days = self.period_start, next_day(self.period_end)
        for outcome in outcomes:
            outcome.rating = discount_rating(
                outcome.rating,
                percent=percent,
                windows=windows,
                days=days,
                share=self._share(),
                rounding=self._unit(),
            )
            # An amount is taken off once, not for each calculator.
            windows = tuple(window for window in windows if window.percent)
        return outcomes
