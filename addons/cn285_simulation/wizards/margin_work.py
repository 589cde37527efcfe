from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.exceptions import UserError


class MarginWork(models.TransientModel):
    """Months of which margins are worked out anew."""

    _name = "cn285.margin.work"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Work Out Margins"

    date_from = fields.Date(
        string="Months From",
        required=True,
        default=lambda self: self.env.company._cn285_today() - relativedelta(months=3, day=1),
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self.env.company._cn285_today()
    )

    def action_work_out(self):
        """Order a job for each of these months."""
        self.ensure_one()
        self.env["cn285.margin"].check_access("read")
        if self.date_to < self.date_from:
            raise UserError(self.env._("The last day lies before the first."))
        month = self.date_from.replace(day=1)
        if month + relativedelta(months=120) < self.date_to:
            raise UserError(self.env._("Ten years at most are worked out at once."))
        while month <= self.date_to:
            self.env["cn285.margin"]._delay_month(self.env.company, month)
            month += relativedelta(months=1)
        return {"type": "ir.actions.act_window_close"}
