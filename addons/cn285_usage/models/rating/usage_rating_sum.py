# pylint: disable=missing-return
from odoo import fields, models


class UsageRatingSum(models.Model):
    """What usage was rated at, by period."""

    _name = "cn285.usage.rating.sum"
    _description = "Usage Rating Sums"
    _inherit = ["cn285.table.sums"]
    _auto = False
    _rows = "cn285.usage.rating"
    _kept_by = ("company_id", "currency_id", "period_start")
    _summed = ("quantity", "amount", "event_count")
    # Written before it is read: the database sums what it has.
    _depends = {"cn285.usage.rating": [*_kept_by, *_summed]}

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    period_start = fields.Date(readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    amount = fields.Monetary(readonly=True)
    event_count = fields.Integer("Events", readonly=True)


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    def init(self):
        super().init()
        self.env[self._sums]._keep_sums()
