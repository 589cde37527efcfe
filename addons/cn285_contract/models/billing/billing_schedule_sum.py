# pylint: disable=missing-return
from odoo import fields, models


class BillingScheduleSum(models.Model):
    """What the billing schedule comes to by day, state, kind and product."""

    _name = "cn285.billing.schedule.sum"
    _description = "Billing Schedule Sums"
    _inherit = ["cn285.table.sums"]
    _auto = False
    _rows = "cn285.billing.schedule"
    _kept_by = ("company_id", "currency_id", "product_id", "kind", "state", "billing_date")
    _summed = ("quantity", "net", "amount")
    # Written before it is read: the database sums what it has.
    _depends = {"cn285.billing.schedule": [*_kept_by, *_summed]}

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    kind = fields.Char(readonly=True)
    state = fields.Char("Status", readonly=True)
    billing_date = fields.Date("Invoice Date", readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    net = fields.Monetary("Net Price", readonly=True)
    amount = fields.Monetary("Amount Excl. Tax", readonly=True)


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"
    _sums = "cn285.billing.schedule.sum"

    def init(self):
        super().init()
        self.env[self._sums]._keep_sums()
