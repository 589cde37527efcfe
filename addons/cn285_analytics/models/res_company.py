from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_mrr_ledger_day = fields.Date(
        copy=False, readonly=True, help="The day up to which recurring revenue was recorded."
    )
    cn285_pause_churn_days = fields.Integer(
        string="Paused, then Lost (days)",
        default=90,
        required=True,
        help="A pause that lasts so many days counts as churn from then on.",
    )
    cn285_gross_margin = fields.Float(
        string="Gross Margin (%)",
        default=80.0,
        digits=(16, 2),
        help="What remains of revenue after what it costs to serve it: for the value of customers.",
    )
    cn285_discount_rate = fields.Float(
        string="Discount Rate (% a Year)",
        default=10.0,
        digits=(16, 2),
        help="What money that comes a year later is worth less: for the value of customers.",
    )
    cn285_value_months = fields.Integer(
        string="Horizon of Customer Value (months)",
        default=36,
        required=True,
        help="How many months count into the discounted value of a customer.",
    )
    cn285_usage_counts = fields.Boolean(
        string="Usage Counts as a Customer",
        help="Customers who pay for usage only are counted among the customers of the dashboards.",
    )

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "cn285_pause_churn_days": Bound(1, 3660),
            "cn285_gross_margin": Bound(0, 100),
            "cn285_discount_rate": Bound(0, 100),
            "cn285_value_months": Bound(1, 600),
        }

    def write(self, vals):
        """Another limit of pauses tells the past anew."""
        result = super().write(vals)
        if "cn285_pause_churn_days" in vals:
            self.filtered("cn285_mrr_ledger_day").cn285_mrr_ledger_day = False
        return result
