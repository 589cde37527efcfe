# pylint: disable=missing-return
from odoo import fields, models


class RevrecScheduleSum(models.Model):
    """What recognition schedules come to, by how and when they are posted, and by product."""

    _name = "cn285.revrec.schedule.sum"
    _description = "Recognition Schedule Sums"
    _inherit = ["cn285.table.sums"]
    _auto = False
    _rows = "cn285.revrec.schedule"
    _kept_by = ("company_id", "posting", "method", "rule_id", "product_id", "invoice_date")
    _summed = ("amount",)
    _following = ("company_currency_id",)
    # Written before it is read: the database sums what it has.
    _depends = {"cn285.revrec.schedule": [*_kept_by, *_summed]}

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    posting = fields.Char(readonly=True)
    method = fields.Char(readonly=True)
    rule_id = fields.Many2one("cn285.revrec.rule", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    invoice_date = fields.Date("Accounting Date", readonly=True)
    amount = fields.Monetary(currency_field="company_currency_id", readonly=True)


class RevrecLineSum(models.Model):
    """What is recognised by month, state and run."""

    _name = "cn285.revrec.line.sum"
    _description = "Recognition Schedule Line Sums"
    _inherit = ["cn285.table.sums"]
    _auto = False
    _rows = "cn285.revrec.line"
    _kept_by = ("company_id", "period", "date", "state", "run_id")
    _summed = ("amount",)
    _following = ("company_currency_id",)
    # Written before it is read: the database sums what it has.
    _depends = {"cn285.revrec.line": [*_kept_by, *_summed]}

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    period = fields.Date("Month", readonly=True)
    date = fields.Date("Recognised On", readonly=True)
    state = fields.Char("Status", readonly=True)
    run_id = fields.Many2one("cn285.revrec.run", readonly=True)
    amount = fields.Monetary(currency_field="company_currency_id", readonly=True)


class RevrecSchedule(models.Model):
    _inherit = "cn285.revrec.schedule"

    def init(self):
        super().init()
        self.env[self._sums]._keep_sums()


class RevrecLine(models.Model):
    _inherit = "cn285.revrec.line"

    def init(self):
        super().init()
        self.env[self._sums]._keep_sums()
